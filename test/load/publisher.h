/*
 * publisher.h - batches that are sent when they are due, or as soon as the
 * one before has been answered.
 *
 * One batch of a publisher is under way at a time, so that its messages reach
 * the server in their order.  What falls due meanwhile waits, and its latency
 * counts from when it was due all the same.
 *
 * Ownership: the run owns its publishers; client and run are borrowed.
 * Reentrancy: on_acked may publish again.
 */
#ifndef LOAD_PUBLISHER_H
#define LOAD_PUBLISHER_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "wire.h"

struct load_client;
struct load_run;
struct load_tally;

/* Streams that are not counted by the ledger: nobody receives them. */
#define LOAD_STREAM_QUIET UINT32_MAX
#define LOAD_STREAM_FLOOD (UINT32_MAX - 1)

struct load_publisher {
	struct load_run *run;
	struct load_client *client;
	struct load_tally *tally; /* where it is counted */
	struct load_call call;
	struct bx_list due;	   /* batches that wait */
	struct load_batch *flying; /* the one under way */
	bool is_beside;		   /* of no concern to the mode */
	bool is_stalled;	   /* the last one failed */
};

void load_publisher_init(struct load_publisher *publisher,
    struct load_run *run, struct load_client *client);
void load_publisher_fini(struct load_publisher *publisher);

/* Publish a batch of count messages to stream, which is due at that time. */
void load_publisher_send(struct load_publisher *publisher, uint32_t stream,
    uint32_t count, load_nsec due);

/* Would what is due be sent at once? */
bool load_publisher_is_free(const struct load_publisher *publisher);

/* How many messages are due and have not been sent. */
uint64_t load_publisher_unsent(const struct load_publisher *publisher);

/* Go on after a failure, which is not done at once: what fails at once would
 * never come to an end. */
void load_publisher_resume(struct load_publisher *publisher);

#endif
