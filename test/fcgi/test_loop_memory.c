/*
 * test_loop_memory.c - the loop goes on where there is no memory left.
 */
#include <ev.h>
#include <stdlib.h>

#include "fcgi/loop_memory.h"
#include "test/support/unit.h"

static void
it_is_kept_aside_until_it_is_released(void)
{
	CU_ASSERT_TRUE(fcgi_loop_memory_reserve(1000));
	CU_ASSERT_TRUE(fcgi_loop_memory_is_reserved());
	fcgi_loop_memory_release();
	CU_ASSERT_TRUE(fcgi_loop_memory_is_reserved());
	fcgi_loop_memory_release();
}

static void
more_descriptors_than_bytes_are_refused(void)
{
	CU_ASSERT_FALSE(fcgi_loop_memory_reserve((size_t)-1));
}

static void
a_loop_runs_on_the_reserve(void)
{
	struct ev_loop *loop;

	CU_ASSERT_TRUE(fcgi_loop_memory_reserve(1000));
	loop = ev_loop_new(EVFLAG_AUTO);
	CU_ASSERT_PTR_NOT_NULL_FATAL(loop);
	(void)ev_run(loop, EVRUN_NOWAIT);
	ev_loop_destroy(loop);
	fcgi_loop_memory_release();
}

static const struct unit_test tests[] = {
	{ "it is kept aside until it is released",
	    it_is_kept_aside_until_it_is_released },
	{ "more descriptors than bytes are refused",
	    more_descriptors_than_bytes_are_refused },
	{ "a loop runs on the reserve", a_loop_runs_on_the_reserve },
};

UNIT_MAIN("fcgi/loop_memory", tests)
