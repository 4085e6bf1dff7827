/*
 * clock.h - nanoseconds on a clock that never goes back.
 *
 * Ownership: nothing is owned.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_CLOCK_H
#define LOAD_CLOCK_H

#include <stdint.h>
#include <time.h>

typedef int64_t load_nsec;

#define LOAD_USEC INT64_C(1000)
#define LOAD_MSEC INT64_C(1000000)
#define LOAD_SECOND INT64_C(1000000000)
#define LOAD_NEVER INT64_MAX

static inline load_nsec
load_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * LOAD_SECOND + now.tv_nsec;
}

#endif
