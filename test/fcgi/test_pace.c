/*
 * test_pace.c - when a web server has enough to read.
 */
#include "fcgi/pace.h"
#include "test/support/unit.h"

static struct fcgi_idle marks[FCGI_PACE_MARKS + 2];

/* As many connections end at now as there are in a portion. */
static void
send_portion(struct fcgi_pace *pace, struct fcgi_idle *mark, bx_msec now)
{
	int i;

	fcgi_idle_init(mark);
	for (i = 1; i < FCGI_PACE_PORTION; i++)
		CU_ASSERT_FALSE(fcgi_pace_send(pace, mark, now));
	CU_ASSERT_FALSE(fcgi_idle_is_waiting(mark));
	CU_ASSERT_TRUE(fcgi_pace_send(pace, mark, now));
}

/* All marks that are enough. */
static void
send_enough(struct fcgi_pace *pace, bx_msec now)
{
	int i;

	fcgi_pace_init(pace);
	for (i = 0; i < FCGI_PACE_MARKS; i++) {
		CU_ASSERT_FALSE(fcgi_pace_is_enough(pace, now));
		send_portion(pace, &marks[i], now);
	}
}

static void
the_last_of_each_portion_is_a_mark(void)
{
	struct fcgi_pace pace;
	size_t i;

	fcgi_pace_init(&pace);
	for (i = 0; i < FCGI_PACE_MARKS + 2; i++) {
		CU_ASSERT_EQUAL(pace.marks, i);
		send_portion(&pace, &marks[i], 0);
	}
}

static void
a_few_marks_on_their_way_are_enough(void)
{
	struct fcgi_pace pace;

	send_enough(&pace, 5);
	CU_ASSERT_TRUE(fcgi_pace_is_enough(&pace, 5));
	fcgi_pace_arrive(&pace, &marks[1]);
	CU_ASSERT_FALSE(fcgi_pace_is_enough(&pace, 5));
	CU_ASSERT_EQUAL(pace.marks, FCGI_PACE_MARKS - 1);
}

static void
they_are_not_waited_for_longer_than_the_limit(void)
{
	const bx_msec late = 7 + FCGI_PACE_LIMIT;
	struct fcgi_pace pace;

	send_enough(&pace, 7);
	CU_ASSERT_EQUAL(fcgi_pace_next(&pace), late);
	CU_ASSERT_TRUE(fcgi_pace_is_enough(&pace, late - 1));
	CU_ASSERT_FALSE(fcgi_pace_is_enough(&pace, late));
	CU_ASSERT_PTR_NULL(fcgi_pace_take_late(&pace, late - 1));
	CU_ASSERT_PTR_EQUAL(fcgi_pace_take_late(&pace, late), &marks[0]);
	CU_ASSERT_EQUAL(pace.marks, FCGI_PACE_MARKS - 1);
	/* Harmless behind that. */
	fcgi_pace_arrive(&pace, &marks[0]);
	CU_ASSERT_EQUAL(pace.marks, FCGI_PACE_MARKS - 1);
}

static void
for_a_while_after_a_late_one_nobody_is_kept_waiting(void)
{
	const bx_msec late = FCGI_PACE_LIMIT;
	const bx_msec rested = late + FCGI_PACE_REST;
	struct fcgi_pace pace;
	int i;

	send_enough(&pace, 0);
	while (fcgi_pace_take_late(&pace, late) != NULL)
		;
	CU_ASSERT_EQUAL(pace.marks, 0);
	for (i = 0; i < FCGI_PACE_MARKS; i++)
		send_portion(&pace, &marks[i], rested - 1);
	CU_ASSERT_FALSE(fcgi_pace_is_enough(&pace, rested - 1));
	CU_ASSERT_TRUE(fcgi_pace_is_enough(&pace, rested));
}

static void
whoever_keeps_up_is_waited_for_again_and_again(void)
{
	struct fcgi_pace pace;
	bx_msec now;
	int i;

	send_enough(&pace, 0);
	for (now = 0; now < 5 * FCGI_PACE_LIMIT; now += FCGI_PACE_LIMIT / 2) {
		CU_ASSERT_TRUE(fcgi_pace_is_enough(&pace, now));
		for (i = 0; i < FCGI_PACE_MARKS; i++) {
			fcgi_pace_arrive(&pace, &marks[i]);
			send_portion(&pace, &marks[i], now);
		}
	}
}

static const struct unit_test tests[] = {
	{ "the last of each portion is a mark",
	    the_last_of_each_portion_is_a_mark },
	{ "a few marks on their way are enough",
	    a_few_marks_on_their_way_are_enough },
	{ "they are not waited for longer than the limit",
	    they_are_not_waited_for_longer_than_the_limit },
	{ "for a while after a late one nobody is kept waiting",
	    for_a_while_after_a_late_one_nobody_is_kept_waiting },
	{ "whoever keeps up is waited for again and again",
	    whoever_keeps_up_is_waited_for_again_and_again },
};

UNIT_MAIN("fcgi/pace", tests)
