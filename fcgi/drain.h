/*
 * drain.h - who is answered in a turn of the loop.
 *
 * Replies and those who were woken take turns.  Once the web server has enough
 * to read of what woken ones were told (pace.h), more of them are answered
 * only as replies are.
 *
 * Ownership: all that it refers to is borrowed.
 * Reentrancy: answering writes and closes; what that makes ready is answered
 * in the same call, or is there afterwards.
 */
#ifndef FCGI_DRAIN_H
#define FCGI_DRAIN_H

#include <stdbool.h>

struct bx_engine;
struct fcgi_conn_pool;
struct fcgi_content;

struct fcgi_drain {
	struct bx_engine *engine;
	struct fcgi_conn_pool *pool;
	struct fcgi_content *content;
	bool is_hurried; /* the process ends: there is no later */
	bool is_running; /* whoever is called meanwhile starts no second one */
};

/* Answer what is ready, but not so much that the loop would not look at its
 * descriptors for long, and write. */
void fcgi_drain_turn(struct fcgi_drain *drain);

/* Messages have come faster than the loop turns: if a queue is about to
 * overflow whose reader only waits for the turn to end, answer all. */
void fcgi_drain_relieve(struct fcgi_drain *drain);

/* Is there more to answer now, so that the loop must not sleep? */
bool fcgi_drain_has_more(const struct fcgi_drain *drain);

#endif
