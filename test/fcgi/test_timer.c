/*
 * test_timer.c - one timer on a loop, in time and late.
 */
#include <ev.h>

#include "fcgi/log.h"
#include "fcgi/timer.h"
#include "test/support/unit.h"

static struct ev_loop *loop;
static struct fcgi_timer timer;
static int calls;

static void
on_due(void *ctx)
{
	CU_ASSERT_PTR_EQUAL(ctx, &calls);
	calls++;
}

static void
start(void)
{
	loop = ev_loop_new(EVFLAG_AUTO);
	CU_ASSERT_PTR_NOT_NULL_FATAL(loop);
	CU_ASSERT_TRUE_FATAL(fcgi_log_open("/dev/null", BX_LOG_INFO));
	fcgi_timer_init(&timer, loop, on_due, &calls);
	calls = 0;
}

static void
stop(void)
{
	fcgi_timer_stop(&timer);
	fcgi_timer_stop(&timer);
	fcgi_log_close();
	ev_loop_destroy(loop);
}

static void
it_calls_once_and_not_before(void)
{
	bx_msec at = fcgi_timer_now() + 20;

	start();
	fcgi_timer_arm(&timer, at);
	fcgi_timer_arm(&timer, at);
	(void)ev_run(loop, 0);
	CU_ASSERT_EQUAL(calls, 1);
	CU_ASSERT(fcgi_timer_now() >= at);
	(void)ev_run(loop, 0);
	CU_ASSERT_EQUAL(calls, 1);
	stop();
}

static void
it_can_be_disarmed(void)
{
	start();
	fcgi_timer_arm(&timer, fcgi_timer_now());
	fcgi_timer_arm(&timer, BX_NEVER);
	(void)ev_run(loop, 0);
	CU_ASSERT_EQUAL(calls, 0);
	stop();
}

static void
who_was_not_heard_while_it_stood_still_is_heard_first(void)
{
	bx_msec now = fcgi_timer_now();

	start();
	fcgi_timer_arm(&timer, now - FCGI_TIMER_LATE - 5);
	(void)ev_run(loop, EVRUN_ONCE);
	CU_ASSERT_EQUAL(calls, 0);
	/* What is heard meanwhile may move it. */
	fcgi_timer_arm(&timer, now - FCGI_TIMER_LATE - 1);
	(void)ev_run(loop, 0);
	CU_ASSERT_EQUAL(calls, 1);
	CU_ASSERT(fcgi_timer_now() >= now + FCGI_TIMER_HEARING);
	stop();
}

static void
a_plain_one_is_called_however_late_it_is(void)
{
	start();
	fcgi_timer_set_plain(&timer);
	fcgi_timer_arm(&timer, fcgi_timer_now() - 10 * FCGI_TIMER_LATE);
	(void)ev_run(loop, EVRUN_ONCE);
	CU_ASSERT_EQUAL(calls, 1);
	stop();
}

static void
hearing_ends_however_late_the_next_one_is(void)
{
	bx_msec now = fcgi_timer_now();

	start();
	fcgi_timer_arm(&timer, now - 10 * FCGI_TIMER_LATE);
	(void)ev_run(loop, EVRUN_ONCE);
	fcgi_timer_arm(&timer, now - 5 * FCGI_TIMER_LATE);
	(void)ev_run(loop, 0);
	CU_ASSERT_EQUAL(calls, 1);
	stop();
}

static void
after_hearing_one_that_is_in_time_is_called_at_once(void)
{
	bx_msec at;

	start();
	fcgi_timer_arm(&timer, fcgi_timer_now() - 10 * FCGI_TIMER_LATE);
	(void)ev_run(loop, 0);
	CU_ASSERT_EQUAL(calls, 1);
	/* On a busy machine it may be late itself. */
	do {
		calls = 0;
		at = fcgi_timer_now();
		fcgi_timer_arm(&timer, at);
		(void)ev_run(loop, EVRUN_ONCE);
	} while (calls == 0 && fcgi_timer_now() > at + FCGI_TIMER_LATE);
	CU_ASSERT_EQUAL(calls, 1);
	stop();
}

static const struct unit_test tests[] = {
	{ "it calls once and not before", it_calls_once_and_not_before },
	{ "it can be disarmed", it_can_be_disarmed },
	{ "who was not heard while it stood still is heard first",
	    who_was_not_heard_while_it_stood_still_is_heard_first },
	{ "a plain one is called however late it is",
	    a_plain_one_is_called_however_late_it_is },
	{ "hearing ends, however late the next one is",
	    hearing_ends_however_late_the_next_one_is },
	{ "after hearing, one that is in time is called at once",
	    after_hearing_one_that_is_in_time_is_called_at_once },
};

UNIT_MAIN("fcgi/timer", tests)
