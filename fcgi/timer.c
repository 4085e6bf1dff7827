/*
 * timer.c - the clock of the process, and its one timer.
 */
#include <inttypes.h>
#include <time.h>

#include "log.h"
#include "timer.h"

/* A day: nothing here is due later, and no sum of times can overflow. */
#define LONGEST_SLEEP 86400000

bx_msec
fcgi_timer_now(void)
{
	struct timespec now;

	/* Fails only for clocks that do not exist. */
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (bx_msec)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bx_msec
due_at(const struct fcgi_timer *timer)
{
	return timer->at > timer->heard_from ? timer->at : timer->heard_from;
}

static void
start(struct fcgi_timer *timer)
{
	bx_msec now = fcgi_timer_now();
	bx_msec wait = due_at(timer) > now ? due_at(timer) - now : 0;

	if (wait > LONGEST_SLEEP)
		wait = LONGEST_SLEEP;
	/* libev's idea of now is that of the start of this turn. */
	ev_now_update(timer->loop);
	ev_timer_set(&timer->watcher, (double)wait / 1000, 0.);
	ev_timer_start(timer->loop, &timer->watcher);
}

static void
on_timer(struct ev_loop *loop, ev_timer *watcher, int revents)
{
	struct fcgi_timer *timer = watcher->data;
	bx_msec now = fcgi_timer_now();

	(void)loop;
	(void)revents;
	if (!timer->is_plain && timer->heard_from == 0 &&
	    now > timer->at + FCGI_TIMER_LATE) {
		fcgi_log(BX_LOG_WARNING, "event=late ms=%ju",
		    (uintmax_t)(now - timer->at));
		timer->heard_from = now + FCGI_TIMER_HEARING;
	}
	if (now < due_at(timer)) {
		start(timer);
		return;
	}
	timer->at = BX_NEVER;
	timer->heard_from = 0;
	timer->fn(timer->ctx);
}

void
fcgi_timer_init(struct fcgi_timer *timer, struct ev_loop *loop,
    fcgi_timer_fn *fn, void *ctx)
{
	ev_init(&timer->watcher, on_timer);
	timer->watcher.data = timer;
	timer->loop = loop;
	timer->at = BX_NEVER;
	timer->heard_from = 0;
	timer->is_plain = false;
	timer->fn = fn;
	timer->ctx = ctx;
}

void
fcgi_timer_set_plain(struct fcgi_timer *timer)
{
	timer->is_plain = true;
}

void
fcgi_timer_arm(struct fcgi_timer *timer, bx_msec at)
{
	if (at == timer->at)
		return;
	fcgi_timer_stop(timer);
	timer->at = at;
	if (at != BX_NEVER)
		start(timer);
}

void
fcgi_timer_stop(struct fcgi_timer *timer)
{
	ev_timer_stop(timer->loop, &timer->watcher);
	timer->at = BX_NEVER;
}
