/* test_deadline.c - which of many deadlines comes next. */
#include <stdlib.h>

#include "engine/deadline.h"
#include "test/support/unit.h"

#define MANY 200

static void
join_all(struct bx_deadlines *set, struct bx_deadline *deadlines, size_t count)
{
	size_t i;

	bx_deadlines_init(set, unit_env());
	for (i = 0; i < count; i++)
		CU_ASSERT_EQUAL_FATAL(bx_deadline_join(set, &deadlines[i]),
		    BX_OK);
}

static void
test_empty(void)
{
	struct bx_deadlines set;

	bx_deadlines_init(&set, unit_env());
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), BX_NEVER);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, BX_NEVER));
	CU_ASSERT_EQUAL(unit_allocations(), 0);
	bx_deadlines_fini(&set);
	bx_deadlines_fini(&set);
}

static void
test_due(void)
{
	struct bx_deadline one[1];
	struct bx_deadlines set;

	join_all(&set, one, 1);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), BX_NEVER);
	bx_deadline_arm(&set, one, 100);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 100);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 99));
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 100), one);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 100));
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), BX_NEVER);
	bx_deadline_arm(&set, one, -5);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), -5);
	bx_deadlines_fini(&set);
}

static void
test_rearm(void)
{
	struct bx_deadline two[2];
	struct bx_deadlines set;

	join_all(&set, two, 2);
	bx_deadline_arm(&set, &two[0], 10);
	bx_deadline_arm(&set, &two[1], 20);
	bx_deadline_arm(&set, &two[0], 30);
	CU_ASSERT_EQUAL(set.armed, 2);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 20);
	bx_deadline_arm(&set, &two[0], 5);
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 50), &two[0]);
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 50), &two[1]);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 50));
	bx_deadlines_fini(&set);
}

static void
test_disarm(void)
{
	struct bx_deadline two[2];
	struct bx_deadlines set;

	join_all(&set, two, 2);
	bx_deadline_arm(&set, &two[0], 10);
	bx_deadline_arm(&set, &two[1], 20);
	bx_deadline_disarm(&set, &two[0]);
	bx_deadline_disarm(&set, &two[0]);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 20);
	bx_deadline_leave(&set, &two[1]);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), BX_NEVER);
	CU_ASSERT_EQUAL(set.joined, 1);
	bx_deadline_arm(&set, &two[0], 30);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 30);
	bx_deadlines_fini(&set);
}

/* The smallest time that is armed, found by looking at all. */
static bx_msec
smallest(const struct bx_deadline *deadlines)
{
	bx_msec least = BX_NEVER;
	size_t i;

	for (i = 0; i < MANY; i++)
		if (deadlines[i].slot != 0 && deadlines[i].at < least)
			least = deadlines[i].at;
	return least;
}

/* A number below limit, the same in every run. */
static unsigned
pick(unsigned limit)
{
	uint32_t number = 0;

	CU_ASSERT(unit_env()->random(NULL, &number, sizeof(number)));
	return (unsigned)(number % limit);
}

static void
test_brute_force(void)
{
	static struct bx_deadline deadlines[MANY];
	struct bx_deadline *taken;
	struct bx_deadlines set;
	bx_msec due;
	size_t i;

	join_all(&set, deadlines, MANY);
	for (i = 0; i < 5000; i++) {
		due = smallest(deadlines);
		CU_ASSERT_EQUAL(bx_deadlines_next(&set), due);
		switch (pick(4)) {
		case 0:
			bx_deadline_disarm(&set, &deadlines[pick(MANY)]);
			break;
		case 1:
			taken = bx_deadlines_take_due(&set, 500);
			CU_ASSERT_EQUAL(taken != NULL, due <= 500);
			if (taken != NULL)
				CU_ASSERT_EQUAL(taken->at, due);
			break;
		default:
			bx_deadline_arm(&set, &deadlines[pick(MANY)],
			    pick(1000));
		}
	}
	bx_deadlines_fini(&set);
}

static void
test_in_order(void)
{
	static struct bx_deadline deadlines[MANY];
	struct bx_deadline *taken;
	struct bx_deadlines set;
	bx_msec last = 0;
	size_t i;

	join_all(&set, deadlines, MANY);
	for (i = 0; i < MANY; i++)
		bx_deadline_arm(&set, &deadlines[i], pick(100));
	for (i = 0; i < MANY; i++) {
		taken = bx_deadlines_take_due(&set, 100);
		CU_ASSERT_PTR_NOT_NULL_FATAL(taken);
		CU_ASSERT(taken->at >= last);
		last = taken->at;
	}
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 100));
	bx_deadlines_fini(&set);
}

static bool
join_many(void *ctx)
{
	struct bx_deadline deadlines[100];
	struct bx_deadlines set;
	size_t i, members = 0;
	bx_msec due = BX_NEVER;

	(void)ctx;
	bx_deadlines_init(&set, unit_env());
	for (i = 0; i < 100; i++) {
		if (bx_deadline_join(&set, &deadlines[i]) != BX_OK)
			break;
		due = (bx_msec)(100 - i);
		bx_deadline_arm(&set, &deadlines[i], due);
		members++;
	}
	CU_ASSERT_EQUAL(set.joined, members);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), due);
	bx_deadlines_fini(&set);
	return members == 100;
}

static void
test_fails(void)
{
	CU_ASSERT(unit_fail_each(join_many, NULL) > 2);
}

/* Members come and go; their number at one time decides what is needed. */
static void
test_leave_frees_slot(void)
{
	struct bx_deadline one[1];
	struct bx_deadlines set;
	size_t i;

	bx_deadlines_init(&set, unit_env());
	for (i = 0; i < 1000; i++) {
		CU_ASSERT_EQUAL(bx_deadline_join(&set, one), BX_OK);
		bx_deadline_arm(&set, one, 1);
		bx_deadline_leave(&set, one);
	}
	CU_ASSERT_EQUAL(unit_allocations(), 1);
	bx_deadlines_fini(&set);
}

static const struct unit_test tests[] = {
	{ "an empty set needs no memory and is never due", test_empty },
	{ "a deadline is due from its time on, once", test_due },
	{ "arming again moves a deadline", test_rearm },
	{ "a disarmed deadline is not due", test_disarm },
	{ "the earliest of many is always next", test_brute_force },
	{ "deadlines are taken in order of time", test_in_order },
	{ "who leaves makes room", test_leave_frees_slot },
	{ "joining without memory changes nothing", test_fails },
};

UNIT_MAIN("deadline", tests)
