/*
 * loop_memory.h - memory that the event loop can count on.
 *
 * libev ends the process when it gets no memory, which nobody outside must be
 * able to bring about.  Its tables grow with the largest descriptor and never
 * shrink, so what they can need is known: that much is kept aside, and given
 * up when the system has no more.  Until it can be kept aside again, whoever
 * adds descriptors to the loop turns them away.
 *
 * Ownership: the reserve is the process's; there is one.
 * Reentrancy: no function calls out, but for the log.
 */
#ifndef FCGI_LOOP_MEMORY_H
#define FCGI_LOOP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Keep enough aside for a loop with so many descriptors, and have libev use
 * it; before its first loop is made.  False: there is not enough memory.
 */
bool fcgi_loop_memory_reserve(size_t descriptors);

/* Is it kept aside?  Where it was given up, this tries to get it back. */
bool fcgi_loop_memory_is_reserved(void);

/* Give it back; the loops are gone. */
void fcgi_loop_memory_release(void);

#endif
