/*
 * test_timers.c - who is called, when, and in which order.
 */
#include <stdio.h>
#include <string.h>

#include "engine/timers.h"
#include "test/support/unit.h"

/* The letters of those that were called since it was last looked at. */
static char called[32];

static struct bx_timers timers;

/* What a function does, beside noting its letter. */
struct duty {
	char letter;
	struct bx_timer *cancels; /* or NULL */
	const void *cancels_of;	  /* an owner, or NULL */
	struct duty *adds;	  /* or NULL */
	bx_msec adds_at;
};

static struct bx_timer *add(struct duty *duty, bx_msec at, const void *owner);

static void
note(void *ctx)
{
	struct duty *duty = ctx;

	(void)strncat(called, &duty->letter, 1);
	bx_timers_cancel(&timers, duty->cancels);
	if (duty->cancels_of != NULL)
		bx_timers_cancel_of(&timers, duty->cancels_of);
	if (duty->adds != NULL)
		(void)add(duty->adds, duty->adds_at, NULL);
}

static struct bx_timer *
add(struct duty *duty, bx_msec at, const void *owner)
{
	const struct bx_timing timing = { at, note, duty, owner };
	struct bx_timer *timer = bx_timers_add(&timers, &timing);

	CU_ASSERT_PTR_NOT_NULL_FATAL(timer);
	return timer;
}

static void
start(void)
{
	bx_timers_init(&timers, unit_env());
	called[0] = '\0';
}

static void
advance(bx_msec now, const char *expected)
{
	bx_timers_advance(&timers, now);
	CU_ASSERT_STRING_EQUAL(called, expected);
	called[0] = '\0';
}

static void
each_is_called_once_when_its_time_has_come(void)
{
	struct duty a = { .letter = 'a' };
	struct duty b = { .letter = 'b' };
	struct duty c = { .letter = 'c' };

	start();
	CU_ASSERT_EQUAL(bx_timers_next(&timers), BX_NEVER);
	CU_ASSERT_EQUAL(unit_allocations(), 0);
	(void)add(&c, 30, NULL);
	(void)add(&a, 10, NULL);
	(void)add(&b, 20, NULL);
	CU_ASSERT_EQUAL(bx_timers_next(&timers), 10);
	advance(9, "");
	advance(10, "a");
	CU_ASSERT_EQUAL(bx_timers_next(&timers), 20);
	advance(1000, "bc");
	CU_ASSERT_EQUAL(bx_timers_next(&timers), BX_NEVER);
	advance(BX_NEVER, "");
	bx_timers_fini(&timers);
}

static void
one_that_is_cancelled_is_not_called(void)
{
	struct duty a = { .letter = 'a' };
	struct duty b = { .letter = 'b' };
	struct bx_timer *first;

	start();
	first = add(&a, 10, NULL);
	(void)add(&b, 20, NULL);
	bx_timers_cancel(&timers, first);
	bx_timers_cancel(&timers, NULL);
	CU_ASSERT_EQUAL(bx_timers_next(&timers), 20);
	advance(20, "b");
	bx_timers_fini(&timers);
}

static void
a_function_may_cancel_one_that_is_due_as_well(void)
{
	struct duty a = { .letter = 'a' };
	struct duty b = { .letter = 'b' };
	struct duty c = { .letter = 'c' };

	start();
	(void)add(&a, 10, NULL);
	a.cancels = add(&b, 11, NULL);
	(void)add(&c, 12, NULL);
	advance(12, "ac");
	bx_timers_fini(&timers);
}

static void
timers_go_with_their_owner_those_that_are_due_included(void)
{
	struct duty a = { .letter = 'a' };
	struct duty b = { .letter = 'b' };
	struct duty c = { .letter = 'c' };
	int one, other;

	start();
	(void)add(&a, 10, &one);
	(void)add(&b, 10, &other);
	(void)add(&b, 30, &one);
	bx_timers_cancel_of(&timers, &one);
	advance(30, "b");
	a.cancels_of = &one;
	(void)add(&a, 40, &other);
	(void)add(&b, 50, &one);
	(void)add(&b, 70, &one);
	(void)add(&c, 60, &other);
	advance(60, "ac");
	CU_ASSERT_EQUAL(bx_timers_next(&timers), BX_NEVER);
	bx_timers_fini(&timers);
}

static void
one_that_is_added_meanwhile_waits_even_if_it_is_due(void)
{
	struct duty a = { .letter = 'a' };

	start();
	a.adds = &a;
	a.adds_at = 5;
	(void)add(&a, 10, NULL);
	advance(10, "a");
	CU_ASSERT_EQUAL(bx_timers_next(&timers), 5);
	advance(10, "a");
	bx_timers_fini(&timers);
}

static void
the_end_cancels_all(void)
{
	struct duty a = { .letter = 'a' };

	start();
	(void)add(&a, 1, NULL);
	(void)add(&a, BX_NEVER, NULL);
	bx_timers_fini(&timers);
	CU_ASSERT_STRING_EQUAL(called, "");
}

static bool
add_two(void *ctx)
{
	struct duty a = { .letter = 'a' };
	const struct bx_timing timing = { 20, note, &a, NULL };
	bool ok;

	(void)ctx;
	start();
	ok = bx_timers_add(&timers, &timing) != NULL;
	CU_ASSERT_EQUAL(bx_timers_next(&timers), ok ? 20 : BX_NEVER);
	ok = bx_timers_add(&timers, &timing) != NULL && ok;
	advance(20, ok ? "aa" : "a");
	bx_timers_fini(&timers);
	return ok;
}

static void
without_memory_there_is_no_timer_and_the_others_are_there(void)
{
	CU_ASSERT(unit_fail_each(add_two, NULL) >= 3);
}

static const struct unit_test tests[] = {
	{ "each is called once, when its time has come",
	    each_is_called_once_when_its_time_has_come },
	{ "one that is cancelled is not called",
	    one_that_is_cancelled_is_not_called },
	{ "a function may cancel one that is due as well",
	    a_function_may_cancel_one_that_is_due_as_well },
	{ "timers go with their owner, those that are due included",
	    timers_go_with_their_owner_those_that_are_due_included },
	{ "one that is added meanwhile waits, even if it is due",
	    one_that_is_added_meanwhile_waits_even_if_it_is_due },
	{ "the end cancels all", the_end_cancels_all },
	{ "without memory there is no timer, and the others are there",
	    without_memory_there_is_no_timer_and_the_others_are_there },
};

UNIT_MAIN("timers", tests)
