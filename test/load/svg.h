/*
 * svg.h - a histogram as a picture: which latency how many did not exceed.
 *
 * Ownership: nothing is owned.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_SVG_H
#define LOAD_SVG_H

#include <stdbool.h>

struct load_histogram;

/* Write it to file; false after telling why it cannot be. */
bool load_svg_draw(const char *file, const struct load_histogram *histogram,
    const char *title);

#endif
