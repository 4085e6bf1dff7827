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
 * on their way there is enough to read for now.  But one that takes longer
 * than FCGI_PACE_LIMIT is late, and while there is such a one nobody is kept
 * waiting: a web server that stands still is no reason to.  Connections that
 * are kept open leave no marks.
 *
 * Ownership: a mark is embedded in its connection, which has it arrive before
 * it is freed.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_PACE_H
#define FCGI_PACE_H

#include <stdbool.h>
#include <stddef.h>

#include "idle.h"

#define FCGI_PACE_PORTION 64
#define FCGI_PACE_MARKS 2
#define FCGI_PACE_LIMIT 200 /* ms */

struct fcgi_pace {
	unsigned ended; /* connections since the last mark */
	size_t marks;	/* on their way */
	size_t late;	/* and not counted there any more */
	struct fcgi_idle_list on_their_way;
};

static inline void
fcgi_pace_init(struct fcgi_pace *pace)
{
	pace->ended = 0;
	pace->marks = 0;
	pace->late = 0;
	fcgi_idle_list_init(&pace->on_their_way, FCGI_PACE_LIMIT);
}

/* A connection ends with its answer: is it to be a mark?  Then its own end is
 * told by fcgi_pace_arrive. */
static inline bool
fcgi_pace_send(struct fcgi_pace *pace, struct fcgi_idle *mark, bx_msec now)
{
	if (++pace->ended < FCGI_PACE_PORTION)
		return false;
	pace->ended = 0;
	pace->marks++;
	fcgi_idle_touch(&pace->on_their_way, mark, now);
	return true;
}

/* The peer has ended a mark, or never will. */
static inline void
fcgi_pace_arrive(struct fcgi_pace *pace, struct fcgi_idle *mark)
{
	if (!fcgi_idle_is_waiting(mark)) {
		pace->late--;
		return;
	}
	fcgi_idle_forget(mark);
	pace->marks--;
}

/* Has the web server enough to read? */
static inline bool
fcgi_pace_is_enough(struct fcgi_pace *pace, bx_msec now)
{
	while (fcgi_idle_list_take_expired(&pace->on_their_way, now) != NULL) {
		pace->marks--;
		pace->late++;
	}
	return pace->late == 0 && pace->marks >= FCGI_PACE_MARKS;
}

/* When it will have waited long enough, if it has. */
static inline bx_msec
fcgi_pace_until(const struct fcgi_pace *pace)
{
	return fcgi_idle_list_next(&pace->on_their_way);
}

#endif
