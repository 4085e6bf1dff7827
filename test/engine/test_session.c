/*
 * test_session.c - how a session begins and ends.
 */
#include <string.h>

#include "engine/client_id.h"
#include "engine/session_queue.h"
#include "engine/sessions.h"
#include "test/support/due.h"
#include "test/support/house.h"
#include "test/support/unit.h"

static void
a_session_goes_from_new_to_handshaken_to_connected(void)
{
	struct house house;
	bool may_hold;

	house_open(&house);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_NEW);
	bx_session_replied(house.session, 0, 5);
	CU_ASSERT_EQUAL(bx_session_state(house.session),
	    BX_SESSION_HANDSHAKEN);
	CU_ASSERT_EQUAL(bx_session_connect(house.session, -1, &may_hold), 1);
	CU_ASSERT_FALSE(may_hold);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_CONNECTED);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), BX_NEVER);
	house_close(&house);
}

static void
ending_twice_is_ending_once(void)
{
	struct house house;

	house_open(&house);
	(void)bx_session_ref(house.session);
	bx_session_end(house.session, BX_GONE_DISCONNECT);
	bx_session_end(house.session, BX_GONE_EXPIRED);
	CU_ASSERT_EQUAL(bx_session_gone_reason(house.session),
	    BX_GONE_DISCONNECT);
	house_deliver(&house, BX_EGONE);
	bx_session_replied(house.session, 0, 5);
	bx_session_touch(house.session, 5);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), BX_NEVER);
	bx_session_unref(house.session);
	bx_session_unref(NULL);
	house_close(&house);
}

static void
only_the_exact_id_finds_a_session(void)
{
	struct house house;
	char json[BX_CLIENT_ID_LENGTH + 8];
	struct bx_slice id = { json, BX_CLIENT_ID_LENGTH + 2 };

	house_open(&house);
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
	house_close(&house);
}

static void
max_sessions_is_the_end(void)
{
	struct house house;
	struct bx_session *session;

	house_open(&house);
	CU_ASSERT_EQUAL(bx_session_new(house.sessions, 0, &session), BX_OK);
	CU_ASSERT_EQUAL(bx_session_new(house.sessions, 0, &session), BX_EFULL);
	unit_fail_random(true);
	bx_session_end(session, BX_GONE_EXPIRED);
	CU_ASSERT_EQUAL(bx_session_new(house.sessions, 0, &session),
	    BX_ERANDOM);
	house_close(&house);
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

	house_open(&house);
	/* The table does not grow after this. */
	CU_ASSERT_TRUE(make_a_session(&house));
	CU_ASSERT(unit_fail_each(make_a_session, &house) >= 1);
	house_close(&house);
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
