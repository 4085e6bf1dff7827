/*
 * host.h - what this process supplies to the engine: env.h on a real system.
 *
 * Ownership: static.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_HOST_H
#define FCGI_HOST_H

#include "engine/env.h"

/* realloc(3), getrandom(2), clock_gettime(2) and the log. */
const struct bx_env *fcgi_host_env(void);

#endif
