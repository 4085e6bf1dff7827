/*
 * pace.h - has the web server read what it was told already?
 *
 * A web server that gets thousands of answers at once reads them all before it
 * comes to a request that arrives meanwhile, which then waits as long as they
 * take.  So who is woken by a message is answered a portion at a time, and the
 * next portion follows when the web server has got through the one before.
 *
 * It shows by how it ends connections: of those that end with such an answer
 * one in FCGI_PACE_PORTION is a mark, whose end is awaited.  With
 * FCGI_PACE_MARKS of them on their way there is enough to read for now.  But
 * when one takes longer than FCGI_PACE_LIMIT, be it that the web server stands
 * still or that it waits for us, nobody is kept waiting for FCGI_PACE_REST.
 * There is one pace for all web servers, and connections that are kept open
 * leave no marks.
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
#define FCGI_PACE_REST 5000 /* ms */

struct fcgi_pace {
	unsigned ended;	     /* connections since the last mark */
	size_t marks;	     /* on their way */
	bx_msec rests_until; /* nobody is kept waiting before this */
	struct fcgi_idle_list on_their_way;
};

static inline void
fcgi_pace_init(struct fcgi_pace *pace)
{
	pace->ended = 0;
	pace->marks = 0;
	pace->rests_until = 0;
	fcgi_idle_list_init(&pace->on_their_way, FCGI_PACE_LIMIT);
}

/* A connection ends with the answer of one that was woken: is it to be a mark?
 * Then its own end is told by fcgi_pace_arrive. */
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

/* The peer has ended a mark.  Harmless for one that was given up. */
static inline void
fcgi_pace_arrive(struct fcgi_pace *pace, struct fcgi_idle *mark)
{
	if (!fcgi_idle_is_waiting(mark))
		return;
	fcgi_idle_forget(mark);
	pace->marks--;
}

/* Give up a mark that is late, and return it; NULL: there is none. */
static inline struct fcgi_idle *
fcgi_pace_take_late(struct fcgi_pace *pace, bx_msec now)
{
	struct fcgi_idle *mark =
	    fcgi_idle_list_take_expired(&pace->on_their_way, now);

	if (mark == NULL)
		return NULL;
	pace->marks--;
	pace->rests_until = now + FCGI_PACE_REST;
	return mark;
}

/* When the next mark is late; BX_NEVER when none is on its way. */
static inline bx_msec
fcgi_pace_next(const struct fcgi_pace *pace)
{
	return fcgi_idle_list_next(&pace->on_their_way);
}

/* Has the web server enough to read? */
static inline bool
fcgi_pace_is_enough(const struct fcgi_pace *pace, bx_msec now)
{
	return pace->marks >= FCGI_PACE_MARKS && now >= pace->rests_until &&
	    now < fcgi_pace_next(pace);
}

#endif
