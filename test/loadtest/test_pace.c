/* test_pace.c - when things are due that happen at a fixed rate. */
#include "test/load/pace.h"

#include "test/support/unit.h"

static void
the_nth_is_due_n_intervals_after_the_start(void)
{
	struct load_pace pace;

	load_pace_init(&pace, 1000, 4);
	CU_ASSERT_EQUAL(load_pace_due(&pace), 1000);
	load_pace_step(&pace, 1);
	CU_ASSERT_EQUAL(load_pace_due(&pace), 1000 + LOAD_SECOND / 4);
	load_pace_step(&pace, 3);
	CU_ASSERT_EQUAL(load_pace_due(&pace), 1000 + LOAD_SECOND);
}

static void
a_rate_that_does_not_divide_a_second_is_kept(void)
{
	struct load_pace pace;

	load_pace_init(&pace, 0, 30000);
	for (int i = 0; i < 30000 * 60; i++)
		load_pace_step(&pace, 1);
	CU_ASSERT(load_pace_due(&pace) > 60 * LOAD_SECOND - LOAD_USEC);
	CU_ASSERT(load_pace_due(&pace) < 60 * LOAD_SECOND + LOAD_USEC);
}

static void
a_rate_of_nothing_is_never(void)
{
	struct load_pace pace;

	load_pace_init(&pace, 1000, 0);
	load_pace_step(&pace, 1);
	CU_ASSERT_EQUAL(load_pace_due(&pace), LOAD_NEVER);
}

static void
a_batch_is_as_great_as_it_must_be_and_not_too_great(void)
{
	CU_ASSERT_EQUAL(load_pace_batch(0.5, 100), 1);
	CU_ASSERT_EQUAL(load_pace_batch(199, 100), 1);
	CU_ASSERT_EQUAL(load_pace_batch(200, 100), 2);
	CU_ASSERT_EQUAL(load_pace_batch(9999, 100), 99);
	CU_ASSERT_EQUAL(load_pace_batch(10000, 100), 100);
	CU_ASSERT_EQUAL(load_pace_batch(1e30, 100), 100);
}

static const struct unit_test tests[] = {
	{ "the nth is due n intervals after the start",
	    the_nth_is_due_n_intervals_after_the_start },
	{ "a rate that does not divide a second is kept",
	    a_rate_that_does_not_divide_a_second_is_kept },
	{ "a rate of nothing is never", a_rate_of_nothing_is_never },
	{ "a batch is as great as it must be and not too great",
	    a_batch_is_as_great_as_it_must_be_and_not_too_great },
};

UNIT_MAIN("load/pace", tests)
