/*
 * window.h - what one receiver has got of one sender's numbered messages.
 *
 * The last 64 numbers below the greatest are remembered one by one, so that
 * a number that comes again is told from one that comes late.
 *
 * Ownership: embedded; nothing is allocated.
 * Reentrancy: no function calls out.
 * Limits: what comes more than 64 numbers late cannot be told from a double,
 * and is taken for one; it is then missing as well.
 */
#ifndef LOAD_WINDOW_H
#define LOAD_WINDOW_H

#include <stdint.h>

/* Start with all zero. */
struct load_window {
	uint32_t first;	   /* the least number, once any has come */
	uint32_t end;	   /* one more than the greatest */
	uint32_t distinct; /* how many different ones came */
	uint64_t seen;	   /* bit i: number end - 1 - i has come */
};

enum load_window_verdict {
	LOAD_WINDOW_FRESH,     /* greater than any before */
	LOAD_WINDOW_DOUBLED,   /* has come before */
	LOAD_WINDOW_MISORDERED /* new, but a greater one was here before */
};

enum load_window_verdict load_window_take(struct load_window *window,
    uint32_t number);

/* Of the numbers from the first that came to the greatest, those that did
 * not. */
uint32_t load_window_gaps(const struct load_window *window);

#endif
