/* test_window.c - what one receiver has got of one sender. */
#include "test/load/window.h"

#include "test/support/unit.h"

static void
what_comes_in_order_is_fresh(void)
{
	struct load_window window = { 0 };

	for (uint32_t i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(load_window_take(&window, i),
		    LOAD_WINDOW_FRESH);
	CU_ASSERT_EQUAL(window.distinct, 1000);
	CU_ASSERT_EQUAL(load_window_gaps(&window), 0);
}

static void
what_comes_again_is_doubled(void)
{
	struct load_window window = { 0 };

	(void)load_window_take(&window, 0);
	CU_ASSERT_EQUAL(load_window_take(&window, 0), LOAD_WINDOW_DOUBLED);
	(void)load_window_take(&window, 1);
	CU_ASSERT_EQUAL(load_window_take(&window, 0), LOAD_WINDOW_DOUBLED);
	CU_ASSERT_EQUAL(load_window_take(&window, 1), LOAD_WINDOW_DOUBLED);
	CU_ASSERT_EQUAL(window.distinct, 2);
}

static void
what_comes_late_is_misordered_and_nothing_is_missing(void)
{
	struct load_window window = { 0 };

	(void)load_window_take(&window, 0);
	CU_ASSERT_EQUAL(load_window_take(&window, 2), LOAD_WINDOW_FRESH);
	CU_ASSERT_EQUAL(load_window_gaps(&window), 1);
	CU_ASSERT_EQUAL(load_window_take(&window, 1), LOAD_WINDOW_MISORDERED);
	CU_ASSERT_EQUAL(load_window_gaps(&window), 0);
	CU_ASSERT_EQUAL(load_window_take(&window, 1), LOAD_WINDOW_DOUBLED);
	CU_ASSERT_EQUAL(window.distinct, 3);
}

static void
the_first_may_be_late_as_well(void)
{
	struct load_window window = { 0 };

	(void)load_window_take(&window, 6);
	CU_ASSERT_EQUAL(load_window_take(&window, 5), LOAD_WINDOW_MISORDERED);
	CU_ASSERT_EQUAL(window.first, 5);
	CU_ASSERT_EQUAL(load_window_gaps(&window), 0);
}

static void
whoever_comes_later_does_not_miss_what_was_before(void)
{
	struct load_window window = { 0 };

	(void)load_window_take(&window, 100);
	(void)load_window_take(&window, 101);
	(void)load_window_take(&window, 105);
	CU_ASSERT_EQUAL(load_window_gaps(&window), 3);
	CU_ASSERT_EQUAL(window.distinct, 3);
}

static void
sixty_four_numbers_are_remembered(void)
{
	struct load_window window = { 0 };

	(void)load_window_take(&window, 0);
	(void)load_window_take(&window, 64);
	CU_ASSERT_EQUAL(load_window_take(&window, 1), LOAD_WINDOW_MISORDERED);
	CU_ASSERT_EQUAL(load_window_take(&window, 0), LOAD_WINDOW_DOUBLED);
	(void)load_window_take(&window, 200);
	CU_ASSERT_EQUAL(load_window_take(&window, 137),
	    LOAD_WINDOW_MISORDERED);
	CU_ASSERT_EQUAL(load_window_take(&window, 136), LOAD_WINDOW_DOUBLED);
}

static void
nothing_received_has_no_gaps(void)
{
	struct load_window window = { 0 };

	CU_ASSERT_EQUAL(load_window_gaps(&window), 0);
}

static const struct unit_test tests[] = {
	{ "what comes in order is fresh", what_comes_in_order_is_fresh },
	{ "what comes again is doubled", what_comes_again_is_doubled },
	{ "what comes late is misordered and nothing is missing",
	    what_comes_late_is_misordered_and_nothing_is_missing },
	{ "the first may be late as well", the_first_may_be_late_as_well },
	{ "whoever comes later does not miss what was before",
	    whoever_comes_later_does_not_miss_what_was_before },
	{ "sixty-four numbers are remembered",
	    sixty_four_numbers_are_remembered },
	{ "nothing received has no gaps", nothing_received_has_no_gaps },
};

UNIT_MAIN("load/window", tests)
