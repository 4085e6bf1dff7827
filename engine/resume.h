/*
 * resume.h - what went out on a session's streams and may be asked for again.
 *
 * What is written to a stream is not received yet: it can be lost in what lies
 * between.  So batches are numbered, and kept until they have come for all
 * that can be known; a client that says which it got last is given the rest
 * once more.
 *
 * Ownership: the deliveries that are kept.
 * Reentrancy: no function calls out.
 * Limits: those told to bx_resume_keep; the oldest go first.
 */
#ifndef BX_RESUME_H
#define BX_RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "env.h"
#include "list.h"
#include "queue.h"

struct bx_resume {
	const struct bx_env *env;
	struct bx_list kept; /* deliveries, by batch */
	size_t count;
	size_t bytes;
	uint64_t last;	    /* the newest batch with a number; 0: none */
	uint64_t handed;    /* the newest that was handed over */
	uint64_t forgotten; /* the newest not kept as a whole */
	uint64_t beaten[2]; /* was handed over before the last beat, and
				 before the one before it */
};

void bx_resume_init(struct bx_resume *resume, const struct bx_env *env);

/* Free all that is kept; the numbers go on. */
void bx_resume_clear(struct bx_resume *resume);

/* Number the deliveries in taken, which leave their queue together.  Returns
 * the number of the newest batch, which is theirs unless taken is empty. */
uint64_t bx_resume_stamp(struct bx_resume *resume, struct bx_list *taken);

/* Take all of taken, which was handed over; of all that is kept no more than
 * max_count deliveries and max_bytes remain, but always the newest. */
void bx_resume_keep(struct bx_resume *resume, struct bx_list *taken,
    size_t max_count, size_t max_bytes);

/* A sign of life was handed over.  What was handed over before the last one
 * has come: a connection that stood two of them was not broken. */
void bx_resume_beat(struct bx_resume *resume);

/* Is everything behind batch still kept? */
bool bx_resume_is_possible(const struct bx_resume *resume, uint64_t batch);

/* The client has got all up to batch: forget that, and put all behind it back
 * into queue. */
void bx_resume_from(struct bx_resume *resume, uint64_t batch,
    struct bx_queue *queue);

#endif
