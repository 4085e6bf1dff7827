/*
 * timer.h - the clock of the process, and its one timer.
 *
 * The engine and the idle lists say when they have something to do; the
 * earliest of these arms the only ev_timer there is for them.
 *
 * Ownership: the struct is embedded by its owner and stays where it is until
 * stopped.
 * Reentrancy: the callback may arm and stop its timer.
 */
#ifndef FCGI_TIMER_H
#define FCGI_TIMER_H

#include <ev.h>

#include "engine/env.h"

typedef void fcgi_timer_fn(void *ctx);

struct fcgi_timer {
	ev_timer watcher;
	struct ev_loop *loop;
	bx_msec at; /* BX_NEVER: not armed */
	fcgi_timer_fn *fn;
	void *ctx;
};

/* Milliseconds of a clock that no one can set. */
bx_msec fcgi_timer_now(void);

void fcgi_timer_init(struct fcgi_timer *timer, struct ev_loop *loop,
    fcgi_timer_fn *fn, void *ctx);

/* Have the callback called once at the given time and not before; BX_NEVER
 * disarms.  Arming for the time that is set already costs nothing. */
void fcgi_timer_arm(struct fcgi_timer *timer, bx_msec at);

/* Legal twice. */
void fcgi_timer_stop(struct fcgi_timer *timer);

#endif
