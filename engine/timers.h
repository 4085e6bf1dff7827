/*
 * timers.h - functions that are to be called later.
 *
 * Ownership: the timers own each timer until it is cancelled or its function
 * is called.
 * Reentrancy: only bx_timers_advance calls out; a function may add and cancel
 * any timer.
 */
#ifndef BX_TIMERS_H
#define BX_TIMERS_H

#include "deadline.h"
#include "env.h"
#include "host.h"
#include "list.h"

struct bx_timers {
	const struct bx_env *env;
	struct bx_deadlines deadlines;
	struct bx_list all; /* but for those that are due */
	struct bx_list due; /* and will be called in this advance */
};

/* No timers; allocates nothing. */
void bx_timers_init(struct bx_timers *timers, const struct bx_env *env);

/* Cancel all. */
void bx_timers_fini(struct bx_timers *timers);

/* Have fn called at that time; owner is whom the timer goes with. */
struct bx_timing {
	bx_msec at;
	bx_timer_fn *fn;
	void *ctx;
	const void *owner;
};

/* NULL: no memory. */
struct bx_timer *bx_timers_add(struct bx_timers *timers,
    const struct bx_timing *timing);
/* NULL is legal. */
void bx_timers_cancel(struct bx_timers *timers, struct bx_timer *timer);
void bx_timers_cancel_of(struct bx_timers *timers, const void *owner);

/* When the earliest is due; BX_NEVER when there is none. */
bx_msec bx_timers_next(const struct bx_timers *timers);

/* Call those whose time has come, but for such as are added meanwhile. */
void bx_timers_advance(struct bx_timers *timers, bx_msec now);

#endif
