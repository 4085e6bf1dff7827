/*
 * queue.h - the messages that wait for one session.
 *
 * A delivery is one session's reference to a message.  Deliveries move between
 * a queue and the response that carries them without needing memory, so that
 * what could not be handed over goes back where it came from.
 *
 * Ownership: a delivery is owned by the list it is in; it holds a reference
 * of its own to its message.
 * Reentrancy: no function calls out.
 * Limits: count and bytes; but an empty queue takes any one message, and what
 * is put back always fits.
 */
#ifndef BX_QUEUE_H
#define BX_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "env.h"
#include "list.h"
#include "message.h"
#include "status.h"

struct bx_delivery {
	struct bx_list link;
	struct bx_message *message;
	union {
		void *target;	/* event.c's note of whom it is for */
		uint64_t batch; /* in a session: what it goes or went out with
				 * (session_keep.h, resume.h); 0: none */
	};
	uint64_t place; /* among all that the queue has ever taken */
};

struct bx_queue {
	struct bx_list deliveries;
	size_t count;
	size_t bytes;
	bx_msec due; /* the earliest flush_by; BX_NEVER when it is empty */
	uint64_t last_place;
};

/* NULL when there is no memory.  The caller's reference stays the caller's. */
struct bx_delivery *bx_delivery_new(const struct bx_env *env,
    struct bx_message *message);

/* Unlink and free; NULL is legal. */
void bx_delivery_free(const struct bx_env *env, struct bx_delivery *delivery);

/* Free every delivery in the list. */
void bx_delivery_free_all(const struct bx_env *env, struct bx_list *list);

void bx_queue_init(struct bx_queue *queue);

/* Append delivery, which the queue then owns.  BX_EFULL: it is not taken. */
enum bx_status bx_queue_push(struct bx_queue *queue,
    struct bx_delivery *delivery, size_t max_count, size_t max_bytes);

/* Move everything, in order, to the end of list. */
void bx_queue_take_all(struct bx_queue *queue, struct bx_list *list);

/* Move those in front whose batch is not above this one. */
void bx_queue_take_batch(struct bx_queue *queue, uint64_t batch,
    struct bx_list *list);

/* Move all of list, which was taken from this queue, back to its places: of
 * two lists it does not matter which goes back first. */
void bx_queue_put_back(struct bx_queue *queue, struct bx_list *list);

/* Free one of those that wait; due may then be too early, never too late. */
void bx_queue_drop(struct bx_queue *queue, const struct bx_env *env,
    struct bx_delivery *delivery);

/* Free everything that waits. */
void bx_queue_clear(struct bx_queue *queue, const struct bx_env *env);

#endif
