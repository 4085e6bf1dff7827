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
test_later(void)
{
	struct bx_deadline two[2];
	struct bx_deadlines set;

	join_all(&set, two, 2);
	bx_deadline_arm(&set, &two[0], 10);
	bx_deadline_arm(&set, &two[1], 20);
	bx_deadline_arm(&set, &two[0], 30);
	CU_ASSERT_EQUAL(set.entries, 2);
	CU_ASSERT_EQUAL(two[0].slot, 1);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 10);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 10));
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 20);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 19));
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 20), &two[1]);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 30);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 29));
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 30), &two[0]);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 30));
	bx_deadlines_fini(&set);
}

static void
test_earlier(void)
{
	struct bx_deadline two[2];
	struct bx_deadlines set;

	join_all(&set, two, 2);
	bx_deadline_arm(&set, &two[0], 10);
	bx_deadline_arm(&set, &two[1], 20);
	bx_deadline_arm(&set, &two[1], 5);
	CU_ASSERT_EQUAL(set.entries, 2);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 5);
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 50), &two[1]);
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 50), &two[0]);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 50));
	bx_deadlines_fini(&set);
}

static void
test_back_and_forth(void)
{
	struct bx_deadline one[1];
	struct bx_deadlines set;

	join_all(&set, one, 1);
	bx_deadline_arm(&set, one, 10);
	bx_deadline_arm(&set, one, 100);
	bx_deadline_arm(&set, one, 50);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 49));
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 50);
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 50), one);
	bx_deadlines_fini(&set);
}

/* Two that come in a moment in which both have been moved. */
static void
test_late(void)
{
	struct bx_deadline two[2];
	struct bx_deadlines set;

	join_all(&set, two, 2);
	bx_deadline_arm(&set, &two[0], 1);
	bx_deadline_arm(&set, &two[1], 2);
	bx_deadline_arm(&set, &two[0], 40);
	bx_deadline_arm(&set, &two[1], 30);
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 50), &two[1]);
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 50), &two[0]);
	bx_deadlines_fini(&set);
}

static void
test_disarm(void)
{
	struct bx_deadline two[2];
	struct bx_deadlines set;

	join_all(&set, two, 2);
	CU_ASSERT_FALSE(bx_deadline_is_armed(&two[0]));
	bx_deadline_arm(&set, &two[0], 10);
	bx_deadline_arm(&set, &two[1], 20);
	CU_ASSERT(bx_deadline_is_armed(&two[0]));
	bx_deadline_disarm(&two[0]);
	bx_deadline_disarm(&two[0]);
	CU_ASSERT_FALSE(bx_deadline_is_armed(&two[0]));
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 19));
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 20);
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 50), &two[1]);
	CU_ASSERT_FALSE(bx_deadline_is_armed(&two[1]));
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), BX_NEVER);
	bx_deadline_arm(&set, &two[0], 30);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 30);
	bx_deadlines_fini(&set);
}

static void
test_disarm_moved(void)
{
	struct bx_deadline one[1];
	struct bx_deadlines set;

	join_all(&set, one, 1);
	bx_deadline_arm(&set, one, 10);
	bx_deadline_arm(&set, one, 30);
	bx_deadline_disarm(one);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 100));
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), BX_NEVER);
	bx_deadline_arm(&set, one, 20);
	bx_deadline_disarm(one);
	bx_deadline_arm(&set, one, 15);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 15);
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 15), one);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 100));
	bx_deadlines_fini(&set);
}

static void
test_never(void)
{
	struct bx_deadline one[1];
	struct bx_deadlines set;

	join_all(&set, one, 1);
	bx_deadline_arm(&set, one, BX_NEVER);
	CU_ASSERT_EQUAL(set.entries, 0);
	bx_deadline_arm(&set, one, 10);
	bx_deadline_arm(&set, one, BX_NEVER);
	CU_ASSERT_FALSE(bx_deadline_is_armed(one));
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, BX_NEVER));
	CU_ASSERT_EQUAL(set.entries, 0);
	bx_deadlines_fini(&set);
}

/* Whoever leaves is in no heap any more, wherever it has been moved. */
static void
test_leave(void)
{
	struct bx_deadline three[3];
	struct bx_deadlines set;

	join_all(&set, three, 3);
	bx_deadline_arm(&set, &three[0], 10);
	bx_deadline_arm(&set, &three[1], 20);
	bx_deadline_arm(&set, &three[2], 30);
	bx_deadline_arm(&set, &three[0], 40);
	bx_deadline_disarm(&three[1]);
	bx_deadline_leave(&set, &three[0]);
	bx_deadline_leave(&set, &three[1]);
	CU_ASSERT_EQUAL(set.joined, 1);
	CU_ASSERT_EQUAL(set.entries, 1);
	CU_ASSERT_EQUAL(bx_deadlines_next(&set), 30);
	CU_ASSERT_PTR_EQUAL(bx_deadlines_take_due(&set, 50), &three[2]);
	CU_ASSERT_PTR_NULL(bx_deadlines_take_due(&set, 50));
	bx_deadlines_fini(&set);
}

/* A number below limit, the same in every run. */
static unsigned
pick(unsigned limit)
{
	uint32_t number = 0;

	CU_ASSERT(unit_env()->random(NULL, &number, sizeof(number)));
	return (unsigned)(number % limit);
}

/* Deadlines, and when each is due according to what was asked for. */
struct model {
	struct bx_deadline deadlines[MANY];
	bx_msec due[MANY];
	struct bx_deadlines set;
};

static bx_msec
smallest(const struct model *model)
{
	bx_msec least = BX_NEVER;
	size_t i;

	for (i = 0; i < MANY; i++)
		if (model->due[i] < least)
			least = model->due[i];
	return least;
}

static void
move(struct model *model, bx_msec now)
{
	unsigned which = pick(MANY);

	if (pick(4) == 0) {
		bx_deadline_disarm(&model->deadlines[which]);
		model->due[which] = BX_NEVER;
		return;
	}
	model->due[which] = now + pick(1000);
	bx_deadline_arm(&model->set, &model->deadlines[which],
	    model->due[which]);
}

/* Take what is due now; how many that were. */
static size_t
take_all(struct model *model, bx_msec now)
{
	struct bx_deadline *taken;
	size_t count = 0;

	while ((taken = bx_deadlines_take_due(&model->set, now)) != NULL) {
		CU_ASSERT_EQUAL(model->due[taken - model->deadlines],
		    smallest(model));
		CU_ASSERT(smallest(model) <= now);
		model->due[taken - model->deadlines] = BX_NEVER;
		count++;
	}
	CU_ASSERT(smallest(model) > now);
	CU_ASSERT(bx_deadlines_next(&model->set) > now);
	return count;
}

static void
test_brute_force(void)
{
	static struct model model;
	size_t i, taken = 0;
	bx_msec now = 0;

	join_all(&model.set, model.deadlines, MANY);
	for (i = 0; i < MANY; i++)
		model.due[i] = BX_NEVER;
	for (i = 0; i < 20000; i++) {
		move(&model, now);
		CU_ASSERT(bx_deadlines_next(&model.set) <= smallest(&model));
		if (pick(3) == 0) {
			now += pick(20);
			taken += take_all(&model, now);
		}
	}
	CU_ASSERT(taken > 1000);
	(void)take_all(&model, now + 1000);
	CU_ASSERT_EQUAL(model.set.entries, 0);
	bx_deadlines_fini(&model.set);
}

/* The way from one time that is asked for to the next ends. */
static void
test_sleeper(void)
{
	static struct model model;
	size_t i, armed = 0, taken = 0, turns = 0;
	bx_msec now;

	join_all(&model.set, model.deadlines, MANY);
	for (i = 0; i < MANY; i++)
		model.due[i] = BX_NEVER;
	for (i = 0; i < 2000; i++)
		move(&model, 0);
	for (i = 0; i < MANY; i++)
		armed += model.due[i] != BX_NEVER;
	while ((now = bx_deadlines_next(&model.set)) != BX_NEVER) {
		taken += take_all(&model, now);
		turns++;
	}
	CU_ASSERT_EQUAL(taken, armed);
	CU_ASSERT(turns <= 2 * MANY);
	bx_deadlines_fini(&model.set);
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
	{ "arming for later leaves the entry until its time", test_later },
	{ "arming for earlier is heeded at once", test_earlier },
	{ "the last time that was asked for counts", test_back_and_forth },
	{ "who is late takes in order of what was asked for", test_late },
	{ "a disarmed deadline is not due", test_disarm },
	{ "one that was moved can be disarmed, and armed", test_disarm_moved },
	{ "arming for never is disarming", test_never },
	{ "the earliest of many is always taken", test_brute_force },
	{ "who sleeps until next misses none, and wakes seldom",
	    test_sleeper },
	{ "who leaves is not due", test_leave },
	{ "who leaves makes room", test_leave_frees_slot },
	{ "joining without memory changes nothing", test_fails },
};

UNIT_MAIN("deadline", tests)
