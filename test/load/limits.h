/*
 * limits.h - what the system gives a run: descriptors, ports, a number.
 *
 * Ownership: nothing is owned.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_LIMITS_H
#define LOAD_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct load_target;

/* May there be so many connections to target?  Raises the limit of open files
 * for it; false after telling which limit is in the way. */
bool load_limits_raise(uint32_t connections, const struct load_target *target);

/* A number that no other run has, but by chance. */
uint32_t load_limits_id(void);

#endif
