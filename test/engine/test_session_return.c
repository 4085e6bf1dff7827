/*
 * test_session_return.c - events that wait for a stream to come back.
 */
#include "engine/session_private.h"
#include "engine/session_queue.h"
#include "engine/session_return.h"
#include "test/support/due.h"
#include "test/support/house.h"
#include "test/support/unit.h"

/* A session of whose events one was handed over, and may be lost. */
static void
start(struct house *house)
{
	struct bx_list taken;

	house_open(house);
	bx_session_replied(house->session, 0, 0);
	CU_ASSERT_EQUAL_FATAL(bx_session_prepare_return(house->session),
	    BX_OK);
	house_deliver(house, BX_OK);
	bx_list_init(&taken);
	bx_session_take_queue(house->session, &taken);
	(void)bx_resume_stamp(&house->session->back->resume, &taken);
	bx_resume_keep(&house->session->back->resume, &taken, 9, 99);
}

static void
hold(struct house *house, struct bx_reader *reader)
{
	bool may_hold;

	*reader = (struct bx_reader){ .wake = BX_WAKE_NONE };
	bx_list_init(&reader->ready);
	(void)bx_session_connect(house->session, -1, &may_hold);
	bx_session_hold(house->session, reader, 30000);
}

static void
events_wait_for_as_long_as_a_return_is_awaited(void)
{
	struct house house;
	struct bx_reader reader;

	start(&house);
	bx_session_await_return(house.session, 0);
	CU_ASSERT_TRUE(bx_session_awaits_return(house.session));
	house_deliver(&house, BX_OK);
	hold(&house, &reader);
	house_deliver(&house, BX_OK);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_NONE);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), BX_RETURN_MAX);
	bx_sessions_advance(house.sessions, BX_RETURN_MAX);
	CU_ASSERT_FALSE(bx_session_awaits_return(house.session));
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_MESSAGE);
	bx_session_let_go(&reader);
	house_close(&house);
}

static void
they_do_not_when_nothing_can_be_missing(void)
{
	struct house house;

	house_open(&house);
	bx_session_await_return(house.session, 0);
	CU_ASSERT_FALSE(bx_session_awaits_return(house.session));
	CU_ASSERT_EQUAL(bx_session_prepare_return(house.session), BX_OK);
	CU_ASSERT_EQUAL(bx_session_prepare_return(house.session), BX_OK);
	bx_session_await_return(house.session, 0);
	CU_ASSERT_FALSE(bx_session_awaits_return(house.session));
	house_close(&house);
}

static void
rather_than_overflow_they_go_to_who_is_there(void)
{
	struct house house;
	struct bx_reader reader;

	start(&house);
	bx_session_await_return(house.session, 0);
	hold(&house, &reader);
	house_deliver(&house, BX_OK);
	house_deliver(&house, BX_OK);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_NONE);
	house_deliver(&house, BX_OK);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_MESSAGE);
	CU_ASSERT_FALSE(bx_session_awaits_return(house.session));
	bx_session_let_go(&reader);
	house_close(&house);
}

static void
a_batch_has_no_room_for_what_it_does_not_take(void)
{
	struct house house;

	start(&house);
	bx_session_await_return(house.session, 0);
	bx_session_begin_batch(house.session);
	house_deliver(&house, BX_OK);
	house_deliver(&house, BX_OK);
	(void)bx_session_ref(house.session);
	house_deliver(&house, BX_EGONE);
	bx_session_end_batch(house.session);
	CU_ASSERT_FALSE(bx_session_awaits_return(house.session));
	bx_session_unref(house.session);
	house_close(&house);
}

static void
nobody_is_awaited_any_more_once_it_is_stopped(void)
{
	struct house house;

	start(&house);
	bx_session_await_return(house.session, 0);
	bx_session_stop_awaiting(house.session);
	CU_ASSERT_FALSE(bx_session_awaits_return(house.session));
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 10000);
	bx_session_await_return(house.session, 0);
	bx_session_free_return(house.session);
	CU_ASSERT_FALSE(bx_session_awaits_return(house.session));
	bx_session_stop_awaiting(house.session);
	house_close(&house);
}

static void
without_memory_there_is_none(void)
{
	struct house house;
	size_t nth;

	house_open(&house);
	for (nth = 1; nth <= 2; nth++) {
		unit_fail_allocation(nth);
		CU_ASSERT_EQUAL(bx_session_prepare_return(house.session),
		    BX_ENOMEM);
		CU_ASSERT_PTR_NULL(house.session->back);
	}
	unit_fail_allocation(0);
	CU_ASSERT_EQUAL(bx_session_prepare_return(house.session), BX_OK);
	house_close(&house);
}

static const struct unit_test tests[] = {
	{ "events wait for as long as a return is awaited",
	    events_wait_for_as_long_as_a_return_is_awaited },
	{ "they do not when nothing can be missing",
	    they_do_not_when_nothing_can_be_missing },
	{ "rather than overflow they go to who is there",
	    rather_than_overflow_they_go_to_who_is_there },
	{ "a batch has no room for what it does not take",
	    a_batch_has_no_room_for_what_it_does_not_take },
	{ "nobody is awaited any more once it is stopped",
	    nobody_is_awaited_any_more_once_it_is_stopped },
	{ "without memory there is none", without_memory_there_is_none },
};

UNIT_MAIN("session_return", tests)
