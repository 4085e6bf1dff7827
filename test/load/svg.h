/*
 * svg.h - a histogram as a picture: which latency how many did not exceed.
 *
 * Ownership: the opener owns a picture until it is drawn.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_SVG_H
#define LOAD_SVG_H

#include <stdbool.h>
#include <stdio.h>

struct load_histogram;

/* The file of that name, empty, to be drawn to; owned.  NULL after telling
 * why it cannot be written. */
FILE *load_svg_open(const char *name);

/* Draw it and close picture, whose name is for what is told: false after that,
 * when not all of it could be written. */
bool load_svg_draw(FILE *picture, const char *name,
    const struct load_histogram *histogram, const char *title);

#endif
