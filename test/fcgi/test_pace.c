/*
 * test_pace.c - when a web server has enough to read.
 */
#include "fcgi/pace.h"
#include "test/support/unit.h"

/* As many connections end at now as there are in so many portions. */
static void
send_portions(struct fcgi_pace *pace, size_t portions, bx_msec now)
{
	size_t i;

	for (i = 1; i <= portions * FCGI_PACE_PORTION; i++)
		CU_ASSERT_EQUAL(fcgi_pace_send(pace, now),
		    i % FCGI_PACE_PORTION == 0);
}

static void
the_last_of_each_portion_is_a_mark(void)
{
	struct fcgi_pace pace;

	fcgi_pace_init(&pace);
	send_portions(&pace, 3, 0);
	CU_ASSERT_EQUAL(pace.marks, 3);
}

static void
a_few_marks_on_their_way_are_enough(void)
{
	struct fcgi_pace pace;

	fcgi_pace_init(&pace);
	CU_ASSERT_FALSE(fcgi_pace_is_enough(&pace, 0));
	send_portions(&pace, FCGI_PACE_MARKS - 1, 5);
	CU_ASSERT_FALSE(fcgi_pace_is_enough(&pace, 5));
	send_portions(&pace, 1, 5);
	CU_ASSERT_TRUE(fcgi_pace_is_enough(&pace, 5));
	fcgi_pace_arrive(&pace);
	CU_ASSERT_FALSE(fcgi_pace_is_enough(&pace, 5));
}

static void
they_are_not_waited_for_longer_than_the_limit(void)
{
	const bx_msec late = 7 + FCGI_PACE_LIMIT;
	struct fcgi_pace pace;

	fcgi_pace_init(&pace);
	send_portions(&pace, FCGI_PACE_MARKS, 7);
	CU_ASSERT_EQUAL(pace.until, late);
	CU_ASSERT_TRUE(fcgi_pace_is_enough(&pace, late - 1));
	CU_ASSERT_FALSE(fcgi_pace_is_enough(&pace, late));
	/* Who stands still does not slow down what comes after it. */
	send_portions(&pace, 1, late);
	CU_ASSERT_FALSE(fcgi_pace_is_enough(&pace, late));
}

static void
those_that_come_later_are_waited_for_anew(void)
{
	const bx_msec late = 7 + FCGI_PACE_LIMIT;
	struct fcgi_pace pace;

	fcgi_pace_init(&pace);
	send_portions(&pace, FCGI_PACE_MARKS, 7);
	fcgi_pace_arrive(&pace);
	send_portions(&pace, 1, late);
	CU_ASSERT_TRUE(fcgi_pace_is_enough(&pace, late));
}

static const struct unit_test tests[] = {
	{ "the last of each portion is a mark",
	    the_last_of_each_portion_is_a_mark },
	{ "a few marks on their way are enough",
	    a_few_marks_on_their_way_are_enough },
	{ "they are not waited for longer than the limit",
	    they_are_not_waited_for_longer_than_the_limit },
	{ "those that come later are waited for anew",
	    those_that_come_later_are_waited_for_anew },
};

UNIT_MAIN("fcgi/pace", tests)
