/*
 * test_part.c - the sessions that one exchange deals with.
 */
#include <string.h>

#include "engine/part.h"
#include "engine/session_queue.h"
#include "engine/sessions.h"
#include "test/support/due.h"
#include "test/support/unit.h"

struct house {
	struct bx_settings settings;
	struct bx_channel_tree *tree;
	struct bx_sessions *sessions;
	struct bx_session *a;
	struct bx_session *b;
	struct bx_parts parts;
};

static void
open_house(struct house *house)
{
	const struct bx_settings defaults = BX_SETTINGS_DEFAULT;
	const uint64_t seed[2] = { 1, 2 };

	house->settings = defaults;
	house->tree = bx_channel_tree_new(unit_env(), seed);
	house->sessions =
	    bx_sessions_new(unit_env(), &house->settings, house->tree, seed);
	CU_ASSERT_PTR_NOT_NULL_FATAL(house->sessions);
	CU_ASSERT_EQUAL(bx_session_new(house->sessions, 0, &house->a), BX_OK);
	CU_ASSERT_EQUAL(bx_session_new(house->sessions, 0, &house->b), BX_OK);
	bx_parts_init(&house->parts, unit_env());
}

static void
close_house(struct house *house)
{
	bx_parts_settle(&house->parts, true, 0);
	bx_parts_fini(&house->parts);
	bx_sessions_free(house->sessions);
	bx_channel_tree_free(house->tree);
}

static void
deliver(struct bx_session *session)
{
	struct bx_message *message = bx_message_new(unit_env(), "{}", 2);

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_EQUAL(bx_session_deliver(session, message), BX_OK);
	bx_message_unref(message);
}

static void
joining_twice_is_joining_once(void)
{
	struct house house;
	struct bx_part *part;

	open_house(&house);
	part = bx_parts_join(&house.parts, house.a);
	CU_ASSERT_PTR_EQUAL(bx_parts_join(&house.parts, house.a), part);
	CU_ASSERT_PTR_NOT_EQUAL(bx_parts_join(&house.parts, house.b), part);
	CU_ASSERT_PTR_EQUAL(bx_parts_next(&house.parts, NULL), part);
	part = bx_parts_next(&house.parts, part);
	CU_ASSERT_PTR_EQUAL_FATAL(part->session, house.b);
	CU_ASSERT_PTR_NULL(bx_parts_next(&house.parts, part));
	close_house(&house);
}

static void
what_was_not_handed_over_goes_back_to_each(void)
{
	struct house house;

	open_house(&house);
	(void)bx_parts_join(&house.parts, house.a);
	(void)bx_parts_join(&house.parts, house.b);
	deliver(house.a);
	deliver(house.b);
	bx_parts_take_queues(&house.parts, false);
	CU_ASSERT_FALSE(bx_session_is_due(house.a, 0));
	bx_parts_settle(&house.parts, false, 0);
	CU_ASSERT_TRUE(bx_session_is_due(house.a, 0));
	CU_ASSERT_TRUE(bx_session_is_due(house.b, 0));
	close_house(&house);
}

static void
rule_30_a_silent_part_takes_nothing(void)
{
	struct house house;

	open_house(&house);
	bx_parts_join(&house.parts, house.a)->silent = true;
	deliver(house.a);
	bx_parts_take_queues(&house.parts, false);
	CU_ASSERT_TRUE(bx_session_is_due(house.a, 0));
	close_house(&house);
}

static void
rule_59_a_farewell_goes_with_a_connect_alone(void)
{
	struct house house;
	struct bx_part *part;

	open_house(&house);
	part = bx_parts_join(&house.parts, house.a);
	deliver(house.a);
	bx_session_kick(house.a);
	bx_parts_take_queues(&house.parts, false);
	CU_ASSERT_TRUE(bx_list_is_empty(&part->taken));
	CU_ASSERT_TRUE(bx_session_is_due(house.a, 0));
	part->answers_connect = true;
	bx_parts_take_queues(&house.parts, false);
	CU_ASSERT_FALSE(bx_list_is_empty(&part->taken));
	CU_ASSERT_FALSE(bx_session_is_due(house.a, 0));
	close_house(&house);
}

static void
rule_89_only_a_connect_takes_when_nothing_else_may(void)
{
	struct house house;

	open_house(&house);
	bx_parts_join(&house.parts, house.a)->answers_connect = true;
	(void)bx_parts_join(&house.parts, house.b);
	deliver(house.a);
	deliver(house.b);
	bx_parts_take_queues(&house.parts, true);
	CU_ASSERT_FALSE(bx_session_is_due(house.a, 0));
	CU_ASSERT_TRUE(bx_session_is_due(house.b, 0));
	close_house(&house);
}

static void
rule_84_expiry_starts_when_the_connect_is_settled(void)
{
	struct house house;
	struct bx_part *part;
	bool may_hold;

	open_house(&house);
	bx_session_end(house.b, BX_GONE_DISCONNECT);
	part = bx_parts_join(&house.parts, house.a);
	part->connect = bx_session_connect(house.a, -1, &may_hold);
	part->answers_connect = true;
	CU_ASSERT_EQUAL(due_earliest(house.sessions), BX_NEVER);
	bx_parts_settle(&house.parts, true, 500);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 10500);
	close_house(&house);
}

static void
a_second_part_that_finds_no_memory_changes_nothing(void)
{
	struct house house;

	open_house(&house);
	CU_ASSERT_PTR_NOT_NULL(bx_parts_join(&house.parts, house.a));
	unit_fail_allocation(1);
	CU_ASSERT_PTR_NULL(bx_parts_join(&house.parts, house.b));
	CU_ASSERT_PTR_NULL(
	    bx_parts_next(&house.parts, bx_parts_next(&house.parts, NULL)));
	close_house(&house);
}

static const struct unit_test tests[] = {
	{ "joining twice is joining once", joining_twice_is_joining_once },
	{ "what was not handed over goes back to each",
	    what_was_not_handed_over_goes_back_to_each },
	{ "rule 30: a silent part takes nothing",
	    rule_30_a_silent_part_takes_nothing },
	{ "rule 59: a farewell goes with a connect alone",
	    rule_59_a_farewell_goes_with_a_connect_alone },
	{ "rule 89: only a connect takes, when nothing else may",
	    rule_89_only_a_connect_takes_when_nothing_else_may },
	{ "rule 84: expiry starts when the connect is settled",
	    rule_84_expiry_starts_when_the_connect_is_settled },
	{ "a second part that finds no memory changes nothing",
	    a_second_part_that_finds_no_memory_changes_nothing },
};

UNIT_MAIN("part", tests)
