/*
 * pace.h - when things are due that happen at a fixed rate.
 *
 * The nth is due n intervals after the start, however late the one before
 * was: who could not keep up has not been given more time.
 *
 * Ownership: embedded; nothing is allocated.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_PACE_H
#define LOAD_PACE_H

#include <stdint.h>

#include "clock.h"

struct load_pace {
	load_nsec start;
	double after; /* nanoseconds between the start and the next */
	double every;
};

/* A rate of 0: never. */
static inline void
load_pace_init(struct load_pace *pace, load_nsec start, double rate)
{
	*pace = (struct load_pace){ .start = start,
		.every = rate > 0 ? (double)LOAD_SECOND / rate : 0 };
}

static inline load_nsec
load_pace_due(const struct load_pace *pace)
{
	return pace->every > 0 ? pace->start + (load_nsec)pace->after
			       : LOAD_NEVER;
}

/* Go on to what is due so many intervals later. */
static inline void
load_pace_step(struct load_pace *pace, double intervals)
{
	pace->after += pace->every * intervals;
}

/* How many to do at a time, and no more than most, so that it need not be
 * done more than a hundred times in a second. */
static inline uint32_t
load_pace_batch(double rate, uint32_t most)
{
	double some = rate / 100;

	if (some < 1)
		return 1;
	return some < most ? (uint32_t)some : most;
}

#endif
