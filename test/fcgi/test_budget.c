/*
 * test_budget.c - bytes kept for those who are not done sending.
 */
#include <stdint.h>

#include "fcgi/budget.h"
#include "test/support/unit.h"

static void
a_share_is_taken_from_all_or_from_none(void)
{
	struct fcgi_budget all = { .limit = 10 };
	struct fcgi_budget one = { .limit = 8, .parent = &all };
	struct fcgi_budget other = { .limit = 8, .parent = &all };

	CU_ASSERT_TRUE(fcgi_budget_take(&one, 6, false));
	CU_ASSERT_FALSE(fcgi_budget_take(&one, 3, false));
	CU_ASSERT_FALSE(fcgi_budget_take(&other, 5, false));
	CU_ASSERT_EQUAL(one.used, 6);
	CU_ASSERT_EQUAL(other.used, 0);
	CU_ASSERT_EQUAL(all.used, 6);
	CU_ASSERT_TRUE(fcgi_budget_take(&other, 4, false));
	CU_ASSERT_EQUAL(all.used, 10);
	fcgi_budget_give(&one, 6);
	CU_ASSERT_EQUAL(one.used, 0);
	CU_ASSERT_EQUAL(all.used, 4);
}

static void
no_length_is_so_great_that_it_fits(void)
{
	struct fcgi_budget all = { .limit = 10, .used = 4 };

	CU_ASSERT_FALSE(fcgi_budget_take(&all, SIZE_MAX, false));
	CU_ASSERT_FALSE(fcgi_budget_take(&all, SIZE_MAX - 3, false));
	CU_ASSERT_EQUAL(all.used, 4);
}

static void
who_keeps_much_leaves_a_quarter_to_the_small(void)
{
	struct fcgi_budget all = { .limit = 100 };
	struct fcgi_budget one = { .limit = 100, .parent = &all };

	CU_ASSERT_FALSE(fcgi_budget_take(&one, 76, true));
	CU_ASSERT_TRUE(fcgi_budget_take(&one, 75, true));
	CU_ASSERT_FALSE(fcgi_budget_take(&one, 1, true));
	CU_ASSERT_TRUE(fcgi_budget_take(&one, 25, false));
	CU_ASSERT_FALSE(fcgi_budget_take(&one, 1, false));
	CU_ASSERT_FALSE(fcgi_budget_take(&one, 0, true));
	CU_ASSERT_EQUAL(all.used, 100);
}

static const struct unit_test tests[] = {
	{ "a share is taken from all or from none",
	    a_share_is_taken_from_all_or_from_none },
	{ "no length is so great that it fits",
	    no_length_is_so_great_that_it_fits },
	{ "who keeps much leaves a quarter to the small",
	    who_keeps_much_leaves_a_quarter_to_the_small },
};

UNIT_MAIN("fcgi/budget", tests)
