/*
 * test_sessions.c - who is ready, and in which order they are taken.
 */
#include <string.h>

#include "engine/sessions.h"
#include "test/support/unit.h"

#define COUNT 3

/* Sessions that are all held, each with its reader. */
struct house {
	struct bx_settings settings;
	struct bx_channel_tree *tree;
	struct bx_sessions *sessions;
	struct bx_session *held[COUNT];
	struct bx_reader readers[COUNT];
};

static void
open_house(struct house *house)
{
	const struct bx_settings defaults = BX_SETTINGS_DEFAULT;
	const uint64_t seed[2] = { 1, 2 };
	bool may_hold;
	int i;

	memset(house, 0, sizeof(*house));
	house->settings = defaults;
	house->tree = bx_channel_tree_new(unit_env(), seed);
	house->sessions =
	    bx_sessions_new(unit_env(), &house->settings, house->tree, seed);
	CU_ASSERT_PTR_NOT_NULL_FATAL(house->sessions);
	for (i = 0; i < COUNT; i++) {
		CU_ASSERT_EQUAL_FATAL(bx_session_new(house->sessions, 0,
					  &house->held[i]),
		    BX_OK);
		(void)bx_session_ref(house->held[i]);
		bx_list_init(&house->readers[i].ready);
		(void)bx_session_connect(house->held[i], -1, &may_hold);
		bx_session_hold(house->held[i], &house->readers[i], 100 + i);
	}
}

static void
close_house(struct house *house)
{
	int i;

	for (i = 0; i < COUNT; i++) {
		bx_session_let_go(&house->readers[i]);
		bx_session_unref(house->held[i]);
	}
	bx_sessions_free(house->sessions);
	bx_channel_tree_free(house->tree);
}

static void
those_who_were_woken_are_taken_in_order(void)
{
	struct house house;
	int i;

	open_house(&house);
	CU_ASSERT_EQUAL(bx_sessions_held(house.sessions), COUNT);
	bx_sessions_advance(house.sessions, 102);
	CU_ASSERT_EQUAL(bx_sessions_held(house.sessions), 0);
	for (i = 0; i < COUNT; i++)
		CU_ASSERT_PTR_EQUAL(bx_sessions_take_ready(house.sessions),
		    &house.readers[i]);
	CU_ASSERT_PTR_NULL(bx_sessions_take_ready(house.sessions));
	close_house(&house);
}

static void
a_fan_out_and_prompt_answers_take_turns(void)
{
	struct house house;
	struct bx_reader done[2];
	const struct bx_reader *taken[5];
	int i;

	open_house(&house);
	bx_sessions_shut_down(house.sessions);
	for (i = 0; i < 2; i++) {
		memset(&done[i], 0, sizeof(done[i]));
		bx_list_init(&done[i].ready);
		bx_sessions_make_ready(house.sessions, &done[i]);
	}
	for (i = 0; i < 5; i++)
		taken[i] = bx_sessions_take_ready(house.sessions);
	CU_ASSERT_PTR_EQUAL(taken[0], &done[0]);
	CU_ASSERT_PTR_EQUAL(taken[1], &house.readers[0]);
	CU_ASSERT_PTR_EQUAL(taken[2], &done[1]);
	CU_ASSERT_PTR_EQUAL(taken[3], &house.readers[1]);
	CU_ASSERT_PTR_EQUAL(taken[4], &house.readers[2]);
	close_house(&house);
}

static void
a_reader_whose_session_ended_moves_up(void)
{
	struct house house;

	open_house(&house);
	bx_sessions_shut_down(house.sessions);
	bx_session_end(house.held[2], BX_GONE_DISCONNECT);
	CU_ASSERT_EQUAL(bx_sessions_count(house.sessions), COUNT - 1);
	CU_ASSERT_PTR_EQUAL(bx_sessions_take_ready(house.sessions),
	    &house.readers[2]);
	close_house(&house);
}

static void
who_is_gone_waits_to_be_told_of(void)
{
	struct bx_session *gone;
	struct house house;

	open_house(&house);
	CU_ASSERT_FALSE(bx_session_is_announced(house.held[0]));
	bx_session_announce(house.held[0]);
	CU_ASSERT_TRUE(bx_session_is_announced(house.held[0]));
	bx_session_end(house.held[2], BX_GONE_CLOSED);
	CU_ASSERT_FALSE(bx_sessions_has_departed(house.sessions));
	bx_sessions_tell_departures(house.sessions);
	bx_session_end(house.held[1], BX_GONE_CLOSED);
	bx_session_end(house.held[0], BX_GONE_CLOSED);
	CU_ASSERT_TRUE(bx_sessions_has_departed(house.sessions));
	CU_ASSERT_EQUAL(bx_sessions_departed(house.sessions), 2);
	gone = bx_sessions_take_departed(house.sessions);
	CU_ASSERT_PTR_EQUAL(gone, house.held[1]);
	bx_session_unref(gone);
	gone = bx_sessions_take_departed(house.sessions);
	CU_ASSERT_PTR_EQUAL(gone, house.held[0]);
	bx_session_unref(gone);
	CU_ASSERT_PTR_NULL(bx_sessions_take_departed(house.sessions));
	CU_ASSERT_EQUAL(bx_sessions_departed(house.sessions), 0);
	close_house(&house);
}

static bool
make_table(void *ctx)
{
	const struct bx_settings settings = BX_SETTINGS_DEFAULT;
	const uint64_t seed[2] = { 1, 2 };
	struct bx_sessions *sessions;

	sessions = bx_sessions_new(unit_env(), &settings, ctx, seed);
	bx_sessions_free(sessions);
	return sessions != NULL;
}

static void
a_table_without_memory_is_none(void)
{
	CU_ASSERT_EQUAL(unit_fail_each(make_table, NULL), 1);
}

static const struct unit_test tests[] = {
	{ "those who were woken are taken in order",
	    those_who_were_woken_are_taken_in_order },
	{ "a fan-out and prompt answers take turns",
	    a_fan_out_and_prompt_answers_take_turns },
	{ "a reader whose session ended moves up",
	    a_reader_whose_session_ended_moves_up },
	{ "who is gone waits to be told of", who_is_gone_waits_to_be_told_of },
	{ "a table without memory is none", a_table_without_memory_is_none },
};

UNIT_MAIN("sessions", tests)
