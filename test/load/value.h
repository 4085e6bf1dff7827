/*
 * value.h - what an argument's text means.
 *
 * Ownership: nothing is owned.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_VALUE_H
#define LOAD_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

/* Digits and nothing else; false: text is none, or it does not fit. */
bool load_value_count(const char *text, uint32_t *value);

/* A number with a unit, such as 500ms, 3s, 2m; it may have a fraction. */
bool load_value_duration(const char *text, load_nsec *value);

/* A number that may have a fraction, and is not negative. */
bool load_value_rate(const char *text, double *value);

#endif
