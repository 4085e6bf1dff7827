/*
 * timer.h - the clock of the process, and its one timer.
 *
 * The engine and the idle lists say when they have something to do; the
 * earliest of these arms the only ev_timer there is for them.
 *
 * A process that stood still, since it was stopped or its machine slept or had
 * too much to do, could hear nobody meanwhile: what they have sent is to be
 * read before anybody is taken for gone.  So a timer that is late by more than
 * FCGI_TIMER_LATE gives the loop FCGI_TIMER_HEARING more, once.
 *
 * Ownership: the struct is embedded by its owner and stays where it is until
 * stopped.
 * Reentrancy: the callback may arm and stop its timer.
 */
#ifndef FCGI_TIMER_H
#define FCGI_TIMER_H

#include <ev.h>

#include <stdbool.h>

#include "engine/env.h"

#define FCGI_TIMER_LATE 250	/* ms */
#define FCGI_TIMER_HEARING 1000 /* ms */

typedef void fcgi_timer_fn(void *ctx);

struct fcgi_timer {
	ev_timer watcher;
	struct ev_loop *loop;
	bx_msec at;	    /* BX_NEVER: not armed */
	bx_msec heard_from; /* not sooner than this; 0: it is in time */
	bool is_plain;	    /* lateness means nothing */
	fcgi_timer_fn *fn;
	void *ctx;
};

/* Milliseconds of a clock that no one can set. */
bx_msec fcgi_timer_now(void);

void fcgi_timer_init(struct fcgi_timer *timer, struct ev_loop *loop,
    fcgi_timer_fn *fn, void *ctx);

/* By this one nobody is taken for gone: it is called however late it is. */
void fcgi_timer_set_plain(struct fcgi_timer *timer);

/* Have the callback called once at the given time and not before, or later if
 * the process stood still; BX_NEVER disarms.  Arming for the time that is set
 * already costs nothing. */
void fcgi_timer_arm(struct fcgi_timer *timer, bx_msec at);

/* Legal twice. */
void fcgi_timer_stop(struct fcgi_timer *timer);

#endif
