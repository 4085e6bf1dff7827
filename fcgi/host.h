/*
 * host.h - what this process supplies to the engine: env.h on a real system,
 * and what it asks of that.
 *
 * Ownership: static.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_HOST_H
#define FCGI_HOST_H

#include "engine/env.h"

/* realloc(3), getrandom(2), clock_gettime(2) and the log. */
const struct bx_env *fcgi_host_env(void);

/*
 * Have the system not interrupt others whenever there is something to do for
 * this process (SCHED_BATCH, sched(7)): a web server on the same processor
 * would be at each request that it hands over.  Threads that begin later are
 * treated alike.  Where this is not allowed, or the process was started with a
 * policy of its own, all stays as it is.
 */
void fcgi_host_interrupt_nobody(void);

#endif
