/*
 * test_session_hold.c - connects, holds and readers.
 */
#include <string.h>

#include "engine/client_id.h"
#include "engine/session_queue.h"
#include "engine/sessions.h"
#include "test/support/due.h"
#include "test/support/house.h"
#include "test/support/unit.h"

static void
init_reader(struct bx_reader *reader)
{
	memset(reader, 0, sizeof(*reader));
	bx_list_init(&reader->ready);
}

/* Connect twice, so that the second one may be held, and hold it. */
static void
hold(struct house *house, struct bx_reader *reader, bx_msec until)
{
	bool may_hold;

	init_reader(reader);
	(void)bx_session_connect(house->session, -1, &may_hold);
	(void)bx_session_connect(house->session, -1, &may_hold);
	CU_ASSERT_TRUE(may_hold);
	bx_session_hold(house->session, reader, until);
	CU_ASSERT_EQUAL(bx_session_state(house->session), BX_SESSION_WAITING);
}

static void
only_the_newest_connects_reply_starts_expiry(void)
{
	struct house house;
	bool may_hold;

	house_open(&house);
	CU_ASSERT_EQUAL(bx_session_connect(house.session, -1, &may_hold), 1);
	CU_ASSERT_EQUAL(bx_session_connect(house.session, -1, &may_hold), 2);
	bx_session_replied(house.session, 1, 100);
	bx_session_replied(house.session, 0, 100);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), BX_NEVER);
	bx_session_replied(house.session, 2, 100);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 10100);
	bx_sessions_advance(house.sessions, 10099);
	CU_ASSERT_EQUAL(bx_sessions_count(house.sessions), 1);
	bx_sessions_advance(house.sessions, 10100);
	CU_ASSERT_EQUAL(bx_sessions_count(house.sessions), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(unit_last_log(), "reason=expired"));
	house_close(&house);
}

static void
a_reader_wakes_once_and_the_gravest_reason_stays(void)
{
	struct house house;
	struct bx_reader reader;

	house_open(&house);
	hold(&house, &reader, 50);
	CU_ASSERT_EQUAL(bx_sessions_held(house.sessions), 1);
	house_deliver(&house, BX_OK);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_MESSAGE);
	CU_ASSERT_EQUAL(bx_sessions_held(house.sessions), 0);
	bx_session_end(house.session, BX_GONE_DISCONNECT);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_ENDED);
	CU_ASSERT_PTR_EQUAL(bx_sessions_take_ready(house.sessions), &reader);
	CU_ASSERT_PTR_NULL(bx_sessions_take_ready(house.sessions));
	house_close(&house);
}

static void
a_newer_connect_parts_the_older_reader(void)
{
	struct house house;
	struct bx_reader reader;
	bool may_hold;

	house_open(&house);
	hold(&house, &reader, 50);
	(void)bx_session_connect(house.session, -1, &may_hold);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_SUPERSEDED);
	CU_ASSERT_PTR_NULL(reader.session);
	/* What comes now is not for it. */
	house_deliver(&house, BX_OK);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_SUPERSEDED);
	CU_ASSERT_TRUE(bx_session_is_due(house.session, 0));
	bx_session_let_go(&reader);
	CU_ASSERT_PTR_NULL(bx_sessions_take_ready(house.sessions));
	house_close(&house);
}

static void
a_hold_ends_at_its_time_and_a_shutdown_ends_all(void)
{
	struct house house;
	struct bx_reader reader;

	house_open(&house);
	hold(&house, &reader, 50);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 50);
	bx_sessions_advance(house.sessions, 50);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_TIMEOUT);
	bx_session_let_go(&reader);
	hold(&house, &reader, 90);
	bx_sessions_shut_down(house.sessions);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_SHUTDOWN);
	bx_session_let_go(&reader);
	house_close(&house);
}

/* Deliver a message that is lazy until flush_by. */
static void
deliver_lazy(struct house *house, bx_msec flush_by)
{
	struct bx_message *message = bx_message_new(unit_env(), "{}", 2);

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	bx_message_set_lazy(message, flush_by);
	CU_ASSERT_EQUAL(bx_session_deliver(house->session, message), BX_OK);
	bx_message_unref(message);
}

static void
a_hold_ends_early_when_a_lazy_message_waits_already(void)
{
	struct house house;
	struct bx_reader reader;

	house_open(&house);
	deliver_lazy(&house, 30);
	hold(&house, &reader, 50);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_NONE);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 30);
	bx_sessions_advance(house.sessions, 30);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_TIMEOUT);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_CONNECTED);
	bx_session_let_go(&reader);
	house_close(&house);
}

static void
a_lazy_message_moves_no_deadline_but_a_holds(void)
{
	struct house house;
	struct bx_reader reader;
	bool may_hold;

	house_open(&house);
	bx_session_replied(house.session, 0, 100);
	deliver_lazy(&house, 30);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 10100);
	hold(&house, &reader, 50);
	bx_session_let_go(&reader);
	deliver_lazy(&house, 20);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), BX_NEVER);
	(void)bx_session_connect(house.session, -1, &may_hold);
	bx_session_replied(house.session, 3, 200);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 10200);
	house_close(&house);
}

static const struct unit_test tests[] = {
	{ "a hold ends early when a lazy message waits already",
	    a_hold_ends_early_when_a_lazy_message_waits_already },
	{ "a lazy message moves no deadline but a hold's",
	    a_lazy_message_moves_no_deadline_but_a_holds },
	{ "only the newest connect's reply starts expiry",
	    only_the_newest_connects_reply_starts_expiry },
	{ "a reader wakes once, and the gravest reason stays",
	    a_reader_wakes_once_and_the_gravest_reason_stays },
	{ "a newer connect parts the older reader",
	    a_newer_connect_parts_the_older_reader },
	{ "a hold ends at its time, and a shutdown ends all",
	    a_hold_ends_at_its_time_and_a_shutdown_ends_all },
};

UNIT_MAIN("session_hold", tests)
