/*
 * test_session.c - how a session begins and ends.
 */
#include <string.h>

#include "engine/client_id.h"
#include "engine/session_queue.h"
#include "engine/sessions.h"
#include "test/support/unit.h"

struct house {
	struct bx_settings settings;
	struct bx_channel_tree *tree;
	struct bx_sessions *sessions;
	struct bx_session *session;
};

static const uint64_t seed[2] = { 1, 2 };

static void
open_house(struct house *house)
{
	const struct bx_settings defaults = BX_SETTINGS_DEFAULT;

	house->settings = defaults;
	house->settings.max_queue_messages = 2;
	house->settings.max_sessions = 2;
	house->tree = bx_channel_tree_new(unit_env(), seed);
	CU_ASSERT_PTR_NOT_NULL_FATAL(house->tree);
	house->sessions =
	    bx_sessions_new(unit_env(), &house->settings, house->tree, seed);
	CU_ASSERT_PTR_NOT_NULL_FATAL(house->sessions);
	CU_ASSERT_EQUAL_FATAL(bx_session_new(house->sessions, 0,
				  &house->session),
	    BX_OK);
}

static void
close_house(struct house *house)
{
	bx_sessions_free(house->sessions);
	bx_channel_tree_free(house->tree);
}

static void
deliver(struct house *house, enum bx_status expected)
{
	struct bx_message *message = bx_message_new(unit_env(), "{}", 2);

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_EQUAL(bx_session_deliver(house->session, message), expected);
	bx_message_unref(message);
}

static void
a_session_goes_from_new_to_handshaken_to_connected(void)
{
	struct house house;
	bool may_hold;

	open_house(&house);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_NEW);
	bx_session_replied(house.session, 0, 5);
	CU_ASSERT_EQUAL(bx_session_state(house.session),
	    BX_SESSION_HANDSHAKEN);
	CU_ASSERT_EQUAL(bx_session_connect(house.session, -1, &may_hold), 1);
	CU_ASSERT_FALSE(may_hold);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_CONNECTED);
	CU_ASSERT_EQUAL(bx_sessions_next_deadline(house.sessions), BX_NEVER);
	close_house(&house);
}

static void
ending_twice_is_ending_once(void)
{
	struct house house;

	open_house(&house);
	(void)bx_session_ref(house.session);
	bx_session_end(house.session, BX_GONE_DISCONNECT);
	bx_session_end(house.session, BX_GONE_EXPIRED);
	CU_ASSERT_EQUAL(bx_session_gone_reason(house.session),
	    BX_GONE_DISCONNECT);
	deliver(&house, BX_EGONE);
	bx_session_replied(house.session, 0, 5);
	bx_session_touch(house.session, 5);
	CU_ASSERT_EQUAL(bx_sessions_next_deadline(house.sessions), BX_NEVER);
	bx_session_unref(house.session);
	bx_session_unref(NULL);
	close_house(&house);
}

static void
only_the_exact_id_finds_a_session(void)
{
	struct house house;
	char json[BX_CLIENT_ID_LENGTH + 8];
	struct bx_slice id = { json, BX_CLIENT_ID_LENGTH + 2 };

	open_house(&house);
	json[0] = '"';
	memcpy(json + 1, bx_session_id(house.session), BX_CLIENT_ID_LENGTH);
	json[BX_CLIENT_ID_LENGTH + 1] = '"';
	CU_ASSERT_PTR_EQUAL(bx_session_find(house.sessions, id),
	    house.session);
	json[BX_CLIENT_ID_LENGTH] = '"';
	id.len--;
	CU_ASSERT_PTR_NULL(bx_session_find(house.sessions, id));
	id.at = "12345";
	id.len = 5;
	CU_ASSERT_PTR_NULL(bx_session_find(house.sessions, id));
	id.len = 0;
	CU_ASSERT_PTR_NULL(bx_session_find(house.sessions, id));
	close_house(&house);
}

static void
max_sessions_is_the_end(void)
{
	struct house house;
	struct bx_session *session;

	open_house(&house);
	CU_ASSERT_EQUAL(bx_session_new(house.sessions, 0, &session), BX_OK);
	CU_ASSERT_EQUAL(bx_session_new(house.sessions, 0, &session), BX_EFULL);
	unit_fail_random(true);
	bx_session_end(session, BX_GONE_EXPIRED);
	CU_ASSERT_EQUAL(bx_session_new(house.sessions, 0, &session),
	    BX_ERANDOM);
	close_house(&house);
}

static bool
make_a_session(void *ctx)
{
	struct house *house = ctx;
	struct bx_session *session;
	enum bx_status status;

	status = bx_session_new(house->sessions, 0, &session);
	if (status == BX_OK)
		bx_session_end(session, BX_GONE_DISCONNECT);
	else
		CU_ASSERT_EQUAL(status, BX_ENOMEM);
	CU_ASSERT_EQUAL(bx_sessions_count(house->sessions), 1);
	return status == BX_OK;
}

static void
a_session_that_finds_no_memory_leaves_no_trace(void)
{
	struct house house;

	open_house(&house);
	CU_ASSERT(unit_fail_each(make_a_session, &house) >= 1);
	close_house(&house);
}

static const struct unit_test tests[] = {
	{ "a session goes from new to handshaken to connected",
	    a_session_goes_from_new_to_handshaken_to_connected },
	{ "ending twice is ending once", ending_twice_is_ending_once },
	{ "only the exact id finds a session",
	    only_the_exact_id_finds_a_session },
	{ "max_sessions is the end", max_sessions_is_the_end },
	{ "a session that finds no memory leaves no trace",
	    a_session_that_finds_no_memory_leaves_no_trace },
};

UNIT_MAIN("session", tests)
