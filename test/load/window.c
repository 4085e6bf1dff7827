/* window.c - what one receiver has got of one sender; see window.h. */
#include "window.h"

#define REMEMBERED 64u

static void
advance(struct load_window *window, uint32_t number)
{
	uint32_t by = number + 1 - window->end;

	window->seen = by < REMEMBERED ? window->seen << by | 1 : 1;
	window->end = number + 1;
}

enum load_window_verdict
load_window_take(struct load_window *window, uint32_t number)
{
	uint64_t bit;
	uint32_t age;

	if (window->distinct == 0)
		window->first = number;
	if (window->distinct == 0 || number >= window->end) {
		advance(window, number);
		window->distinct++;
		return LOAD_WINDOW_FRESH;
	}
	age = window->end - 1 - number;
	bit = age < REMEMBERED ? UINT64_C(1) << age : 0;
	if (bit == 0 || (window->seen & bit) != 0)
		return LOAD_WINDOW_DOUBLED;
	window->seen |= bit;
	window->distinct++;
	if (number < window->first)
		window->first = number;
	return LOAD_WINDOW_MISORDERED;
}

uint32_t
load_window_gaps(const struct load_window *window)
{
	if (window->distinct == 0)
		return 0;
	return window->end - window->first - window->distinct;
}
