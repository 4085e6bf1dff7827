/*
 * pace.h - has the web server read what it was told already?
 *
 * A web server that gets thousands of answers at once reads them all before it
 * comes to a request that arrives meanwhile, which then waits as long as they
 * take.  So who is woken by a message is answered a portion at a time, and the
 * next portion follows when the web server has got through the one before.
 *
 * It shows by how it ends connections: one in FCGI_PACE_PORTION that end with
 * their answer is a mark, whose end is awaited.  With FCGI_PACE_MARKS of them
 * on their way there is enough to read for now, but not for longer than
 * FCGI_PACE_LIMIT: a web server that stands still is no reason to.
 * Connections that are kept open leave no marks.
 *
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_PACE_H
#define FCGI_PACE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/env.h"

#define FCGI_PACE_PORTION 64
#define FCGI_PACE_MARKS 2
#define FCGI_PACE_LIMIT 200 /* ms */

struct fcgi_pace {
	unsigned ended; /* connections since the last mark */
	size_t marks;	/* on their way */
	bx_msec until;	/* when enough of them are: not waited for longer */
};

static inline void
fcgi_pace_init(struct fcgi_pace *pace)
{
	pace->ended = 0;
	pace->marks = 0;
	pace->until = 0;
}

/* A connection ends with its answer: is it to be a mark?  Then its own end is
 * told by fcgi_pace_arrive. */
static inline bool
fcgi_pace_send(struct fcgi_pace *pace, bx_msec now)
{
	if (++pace->ended < FCGI_PACE_PORTION)
		return false;
	pace->ended = 0;
	if (++pace->marks == FCGI_PACE_MARKS)
		pace->until = now + FCGI_PACE_LIMIT;
	return true;
}

/* The peer has ended a mark, or will not. */
static inline void
fcgi_pace_arrive(struct fcgi_pace *pace)
{
	pace->marks--;
}

/* Has the web server enough to read?  It has not any more at pace->until. */
static inline bool
fcgi_pace_is_enough(const struct fcgi_pace *pace, bx_msec now)
{
	return pace->marks >= FCGI_PACE_MARKS && now < pace->until;
}

#endif
