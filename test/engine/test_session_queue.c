/*
 * test_session_queue.c - what waits for a session, and whom it wakes.
 */
#include <string.h>

#include "engine/session_keep.h"
#include "engine/session_queue.h"
#include "engine/sessions.h"
#include "test/support/due.h"
#include "test/support/unit.h"

struct house {
	struct bx_settings settings;
	struct bx_channel_tree *tree;
	struct bx_sessions *sessions;
	struct bx_session *session;
	struct bx_reader reader;
};

static void
open_house(struct house *house)
{
	const struct bx_settings defaults = BX_SETTINGS_DEFAULT;
	const uint64_t seed[2] = { 1, 2 };
	bool may_hold;

	memset(house, 0, sizeof(*house));
	house->settings = defaults;
	house->settings.max_queue_messages = 2;
	house->tree = bx_channel_tree_new(unit_env(), seed);
	house->sessions =
	    bx_sessions_new(unit_env(), &house->settings, house->tree, seed);
	CU_ASSERT_PTR_NOT_NULL_FATAL(house->sessions);
	CU_ASSERT_EQUAL_FATAL(bx_session_new(house->sessions, 0,
				  &house->session),
	    BX_OK);
	(void)bx_session_ref(house->session);
	bx_list_init(&house->reader.ready);
	(void)bx_session_connect(house->session, -1, &may_hold);
}

static void
close_house(struct house *house)
{
	bx_session_let_go(&house->reader);
	bx_session_unref(house->session);
	bx_sessions_free(house->sessions);
	bx_channel_tree_free(house->tree);
}

static enum bx_status
deliver(struct house *house, const char *text)
{
	struct bx_message *message =
	    bx_message_new(unit_env(), text, strlen(text));
	enum bx_status status;

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	status = bx_session_deliver(house->session, message);
	bx_message_unref(message);
	return status;
}

/* Deliver a message that is lazy until flush_by. */
static enum bx_status
deliver_lazy(struct house *house, bx_msec flush_by)
{
	struct bx_message *message = bx_message_new(unit_env(), "{}", 2);
	enum bx_status status;

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	bx_message_set_lazy(message, flush_by);
	status = bx_session_deliver(house->session, message);
	bx_message_unref(message);
	return status;
}

/* Free all that waits, as if a response had carried it. */
static void
take(struct house *house)
{
	struct bx_list taken;

	bx_list_init(&taken);
	bx_session_take_queue(house->session, &taken);
	bx_delivery_free_all(unit_env(), &taken);
}

static void
a_lazy_message_wakes_when_its_time_has_come(void)
{
	struct house house;

	open_house(&house);
	bx_session_hold(house.session, &house.reader, 50);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_NONE);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 30);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 20), BX_OK);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 20);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_WAITING);
	bx_sessions_advance(house.sessions, 19);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_NONE);
	bx_sessions_advance(house.sessions, 20);
	CU_ASSERT_NOT_EQUAL(house.reader.wake, BX_WAKE_NONE);
	CU_ASSERT_PTR_EQUAL(bx_sessions_take_ready(house.sessions),
	    &house.reader);
	close_house(&house);
}

static void
a_lazy_message_does_not_outlast_the_hold(void)
{
	struct house house;

	open_house(&house);
	bx_session_hold(house.session, &house.reader, 50);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 80), BX_OK);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 50);
	bx_sessions_advance(house.sessions, 50);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_TIMEOUT);
	close_house(&house);
}

static void
a_prompt_message_takes_the_lazy_ones_along(void)
{
	struct house house;

	open_house(&house);
	bx_session_hold(house.session, &house.reader, 50);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_OK);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_MESSAGE);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), BX_NEVER);
	close_house(&house);
}

static void
what_a_response_takes_does_not_end_the_hold(void)
{
	struct house house;

	open_house(&house);
	bx_session_hold(house.session, &house.reader, 50);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	take(&house);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 50);
	/* The same from within a request. */
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	bx_session_begin_batch(house.session);
	take(&house);
	bx_session_end_batch(house.session);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 50);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_NONE);
	close_house(&house);
}

static void
an_open_batch_keeps_the_deadline_where_it_is(void)
{
	struct house house;

	open_house(&house);
	bx_session_hold(house.session, &house.reader, 50);
	bx_session_begin_batch(house.session);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_OK);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 50);
	take(&house);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 40), BX_OK);
	bx_session_end_batch(house.session);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 40);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_NONE);
	close_house(&house);
}

static void
a_lazy_message_that_is_put_back_is_as_lazy_as_before(void)
{
	struct house house;
	struct bx_list taken;

	open_house(&house);
	bx_list_init(&taken);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	bx_session_take_queue(house.session, &taken);
	bx_session_hold(house.session, &house.reader, 50);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 50);
	bx_session_put_back(house.session, &taken);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_NONE);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 30);
	close_house(&house);
}

static void
rule_35_what_is_lazy_is_due_at_its_time(void)
{
	struct house house;

	open_house(&house);
	CU_ASSERT_FALSE(bx_session_is_due(house.session, 1000));
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	CU_ASSERT_FALSE(bx_session_is_due(house.session, 29));
	CU_ASSERT_TRUE(bx_session_is_due(house.session, 30));
	CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_OK);
	CU_ASSERT_TRUE(bx_session_is_due(house.session, 0));
	close_house(&house);
}

static void
a_queue_full_of_lazy_messages_wakes_its_reader(void)
{
	struct house house;
	int i;

	open_house(&house);
	bx_session_hold(house.session, &house.reader, 50);
	for (i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_NONE);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_MESSAGE);
	CU_ASSERT_TRUE(bx_sessions_is_crowded(house.sessions));
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_EGONE);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_ENDED);
	close_house(&house);
}

static void
without_a_reader_lazy_messages_overflow_like_others(void)
{
	struct house house;

	open_house(&house);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_EGONE);
	CU_ASSERT_EQUAL(bx_session_gone_reason(house.session),
	    BX_GONE_OVERFLOW);
	close_house(&house);
}

static void
rule_98_what_is_sent_again_is_not_lazy(void)
{
	struct house house;
	struct bx_list taken;

	open_house(&house);
	bx_list_init(&taken);
	CU_ASSERT_EQUAL(bx_session_keep(house.session), BX_OK);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 30), BX_OK);
	CU_ASSERT_EQUAL(bx_session_close_batch(house.session), 1);
	CU_ASSERT_EQUAL(bx_session_take_kept(house.session, 1, &taken), BX_OK);
	bx_delivery_free_all(unit_env(), &taken);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 40), BX_OK);
	CU_ASSERT_FALSE(bx_session_is_due(house.session, 0));
	bx_session_acknowledge(house.session, 0);
	CU_ASSERT_TRUE(bx_session_is_due(house.session, 0));
	/* Nothing is sent again: the other one is as lazy as before. */
	take(&house);
	CU_ASSERT_EQUAL(deliver_lazy(&house, 40), BX_OK);
	bx_session_acknowledge(house.session, 1);
	CU_ASSERT_FALSE(bx_session_is_due(house.session, 39));
	CU_ASSERT_TRUE(bx_session_is_due(house.session, 40));
	close_house(&house);
}

static void
a_batch_keeps_the_reader_asleep_until_it_ends(void)
{
	struct house house;

	open_house(&house);
	bx_session_hold(house.session, &house.reader, 50);
	bx_session_begin_batch(house.session);
	bx_session_begin_batch(house.session);
	CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_OK);
	bx_session_end_batch(house.session);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_NONE);
	bx_session_end_batch(house.session);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_MESSAGE);
	close_house(&house);
}

static void
a_batch_without_messages_wakes_nobody(void)
{
	struct house house;

	open_house(&house);
	bx_session_hold(house.session, &house.reader, 50);
	bx_session_begin_batch(house.session);
	bx_session_end_batch(house.session);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_NONE);
	close_house(&house);
}

static void
what_is_put_back_comes_first_and_wakes(void)
{
	struct house house;
	struct bx_list taken;

	open_house(&house);
	bx_list_init(&taken);
	(void)deliver(&house, "{1}");
	bx_session_take_queue(house.session, &taken);
	bx_session_hold(house.session, &house.reader, 50);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_NONE);
	bx_session_put_back(house.session, &taken);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_MESSAGE);
	(void)deliver(&house, "{2}");
	bx_session_take_queue(house.session, &taken);
	CU_ASSERT_TRUE(unit_is_text(bx_message_bytes(BX_LIST_ENTRY(taken.next,
					struct bx_delivery, link)
							 ->message),
	    3, "{1}"));
	bx_delivery_free_all(unit_env(), &taken);
	close_house(&house);
}

static void
a_full_queue_ends_the_session_and_frees_what_waits(void)
{
	struct house house;

	open_house(&house);
	CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_OK);
	CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_OK);
	CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_EGONE);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_GONE);
	CU_ASSERT_EQUAL(bx_session_gone_reason(house.session),
	    BX_GONE_OVERFLOW);
	CU_ASSERT_FALSE(bx_session_is_due(house.session, 0));
	CU_ASSERT_EQUAL(bx_sessions_delivered(house.sessions), 2);
	close_house(&house);
}

static void
a_ready_reader_doubles_the_room(void)
{
	struct house house;
	int i;

	open_house(&house);
	bx_session_hold(house.session, &house.reader, 50);
	for (i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_OK);
	CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_EGONE);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_ENDED);
	close_house(&house);
}

static void
an_open_batch_doubles_the_room(void)
{
	struct house house;
	int i;

	open_house(&house);
	bx_session_begin_batch(house.session);
	for (i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(bx_sessions_is_crowded(house.sessions), i > 2);
		CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_OK);
	}
	CU_ASSERT_PTR_NULL(bx_sessions_take_ready(house.sessions));
	CU_ASSERT_FALSE(bx_sessions_is_crowded(house.sessions));
	CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_EGONE);
	close_house(&house);
}

static void
what_comes_back_to_a_session_that_is_gone_is_freed(void)
{
	struct house house;
	struct bx_list taken;

	open_house(&house);
	bx_list_init(&taken);
	(void)deliver(&house, "{}");
	bx_session_take_queue(house.session, &taken);
	bx_session_end(house.session, BX_GONE_DISCONNECT);
	bx_session_put_back(house.session, &taken);
	CU_ASSERT_TRUE(bx_list_is_empty(&taken));
	CU_ASSERT_FALSE(bx_session_is_due(house.session, 0));
	close_house(&house);
}

/* The queue's messages, one behind the other; nothing is left in it. */
static void
check_queue(struct house *house, const char *expected)
{
	char text[256] = "";
	struct bx_list taken, *link;

	bx_list_init(&taken);
	bx_session_take_queue(house->session, &taken);
	for (link = taken.next; link != &taken; link = link->next) {
		const struct bx_message *message =
		    BX_LIST_ENTRY(link, struct bx_delivery, link)->message;

		(void)strncat(text, bx_message_bytes(message),
		    bx_message_length(message));
	}
	CU_ASSERT_STRING_EQUAL(text, expected);
	bx_delivery_free_all(unit_env(), &taken);
}

#define FAREWELL "{\"channel\":\"/meta/disconnect\",\"successful\":true}"

static void
subscribe(struct house *house)
{
	struct bx_channel_name name;

	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&name, "/a", 2, 99, 9),
	    BX_OK);
	CU_ASSERT_EQUAL_FATAL(bx_channel_subscribe(house->tree, &name,
				  bx_session_subscriber(house->session)),
	    BX_OK);
}

static void
rule_59_who_is_kicked_while_waiting_is_told_at_once(void)
{
	struct house house;

	open_house(&house);
	subscribe(&house);
	bx_session_begin_batch(house.session);
	bx_session_hold(house.session, &house.reader, 50);
	(void)deliver(&house, "{}");
	bx_session_kick(house.session);
	bx_session_end_batch(house.session);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_GONE);
	CU_ASSERT_EQUAL(bx_session_gone_reason(house.session), BX_GONE_KICKED);
	CU_ASSERT_EQUAL(house.reader.wake, BX_WAKE_ENDED);
	CU_ASSERT_EQUAL(bx_channel_tree_count(house.tree), 0);
	check_queue(&house, "{}" FAREWELL);
	close_house(&house);
}

static void
rule_59_who_is_kicked_between_connects_stays_to_be_told(void)
{
	struct house house;

	open_house(&house);
	subscribe(&house);
	bx_session_kick(house.session);
	CU_ASSERT_TRUE(bx_session_is_leaving(house.session));
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_CONNECTED);
	CU_ASSERT_EQUAL(bx_channel_tree_count(house.tree), 0);
	CU_ASSERT_EQUAL(deliver(&house, "{}"), BX_EGONE);
	check_queue(&house, FAREWELL);
	close_house(&house);
}

static void
rule_59_kicking_twice_is_kicking_once(void)
{
	struct house house;

	open_house(&house);
	bx_session_kick(house.session);
	bx_session_kick(house.session);
	check_queue(&house, FAREWELL);
	bx_session_end(house.session, BX_GONE_DISCONNECT);
	bx_session_kick(house.session);
	check_queue(&house, "");
	close_house(&house);
}

/* Nobody but the table holds a reference. */
static void
rule_59_a_full_queue_has_room_for_the_farewell(void)
{
	struct house house;

	open_house(&house);
	bx_session_unref(house.session);
	(void)deliver(&house, "{1}");
	(void)deliver(&house, "{2}");
	bx_session_kick(house.session);
	CU_ASSERT_TRUE(bx_session_is_leaving(house.session));
	(void)bx_session_ref(house.session);
	check_queue(&house, "{1}{2}" FAREWELL);
	close_house(&house);
}

static void
rule_59_who_never_comes_back_was_kicked_all_the_same(void)
{
	struct house house;

	open_house(&house);
	bx_session_replied(house.session, 1, 0);
	bx_session_kick(house.session);
	bx_sessions_advance(house.sessions, 9999);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_CONNECTED);
	bx_sessions_advance(house.sessions, 10000);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_GONE);
	CU_ASSERT_EQUAL(bx_session_gone_reason(house.session), BX_GONE_KICKED);
	CU_ASSERT_PTR_NOT_NULL(strstr(unit_last_log(), "reason=kicked"));
	close_house(&house);
}

static void
rule_59_without_memory_it_leaves_without_a_farewell(void)
{
	struct house house;
	size_t nth;

	for (nth = 1; nth <= 2; nth++) {
		open_house(&house);
		unit_fail_allocation(nth);
		bx_session_kick(house.session);
		CU_ASSERT_TRUE(unit_has_failed());
		CU_ASSERT_TRUE(bx_session_is_leaving(house.session));
		check_queue(&house, "");
		close_house(&house);
	}
}

static void
what_was_queued_is_counted_beyond_the_end(void)
{
	struct house house;

	open_house(&house);
	CU_ASSERT_EQUAL(bx_session_queued(house.session), 0);
	(void)deliver(&house, "{}");
	(void)deliver(&house, "{}");
	check_queue(&house, "{}{}");
	CU_ASSERT_EQUAL(bx_session_queued(house.session), 2);
	(void)deliver(&house, "{}");
	bx_session_end(house.session, BX_GONE_EXPIRED);
	CU_ASSERT_EQUAL(bx_session_queued(house.session), 3);
	close_house(&house);
}

static void
rule_39_advice_is_due_once_for_each_change_of_transport(void)
{
	struct house house;

	open_house(&house);
	CU_ASSERT_TRUE(bx_session_needs_advice(house.session, "a"));
	bx_session_set_advised(house.session, "a");
	CU_ASSERT_FALSE(bx_session_needs_advice(house.session, "a"));
	CU_ASSERT_TRUE(bx_session_needs_advice(house.session, "b"));
	close_house(&house);
}

static void
without_memory_nothing_is_queued_and_the_session_lives(void)
{
	struct house house;
	struct bx_message *message;

	open_house(&house);
	message = bx_message_new(unit_env(), "{}", 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	unit_fail_allocation(1);
	CU_ASSERT_EQUAL(bx_session_deliver(house.session, message), BX_ENOMEM);
	CU_ASSERT_FALSE(bx_session_is_due(house.session, 0));
	CU_ASSERT_EQUAL(bx_session_deliver(house.session, message), BX_OK);
	bx_message_unref(message);
	close_house(&house);
}

static const struct unit_test tests[] = {
	{ "a batch keeps the reader asleep until it ends",
	    a_batch_keeps_the_reader_asleep_until_it_ends },
	{ "a batch without messages wakes nobody",
	    a_batch_without_messages_wakes_nobody },
	{ "a lazy message wakes when its time has come",
	    a_lazy_message_wakes_when_its_time_has_come },
	{ "a lazy message does not outlast the hold",
	    a_lazy_message_does_not_outlast_the_hold },
	{ "a prompt message takes the lazy ones along",
	    a_prompt_message_takes_the_lazy_ones_along },
	{ "what a response takes does not end the hold",
	    what_a_response_takes_does_not_end_the_hold },
	{ "an open batch keeps the deadline where it is",
	    an_open_batch_keeps_the_deadline_where_it_is },
	{ "a lazy message that is put back is as lazy as before",
	    a_lazy_message_that_is_put_back_is_as_lazy_as_before },
	{ "rule 35: what is lazy is due at its time",
	    rule_35_what_is_lazy_is_due_at_its_time },
	{ "rule 98: what is sent again is not lazy",
	    rule_98_what_is_sent_again_is_not_lazy },
	{ "a queue full of lazy messages wakes its reader",
	    a_queue_full_of_lazy_messages_wakes_its_reader },
	{ "without a reader lazy messages overflow like others",
	    without_a_reader_lazy_messages_overflow_like_others },
	{ "what is put back comes first and wakes",
	    what_is_put_back_comes_first_and_wakes },
	{ "a full queue ends the session and frees what waits",
	    a_full_queue_ends_the_session_and_frees_what_waits },
	{ "a ready reader doubles the room", a_ready_reader_doubles_the_room },
	{ "an open batch doubles the room", an_open_batch_doubles_the_room },
	{ "what comes back to a session that is gone is freed",
	    what_comes_back_to_a_session_that_is_gone_is_freed },
	{ "rule 59: who is kicked while waiting is told at once",
	    rule_59_who_is_kicked_while_waiting_is_told_at_once },
	{ "rule 59: who is kicked between connects stays to be told",
	    rule_59_who_is_kicked_between_connects_stays_to_be_told },
	{ "rule 59: kicking twice is kicking once",
	    rule_59_kicking_twice_is_kicking_once },
	{ "rule 59: a full queue has room for the farewell",
	    rule_59_a_full_queue_has_room_for_the_farewell },
	{ "rule 59: who never comes back was kicked all the same",
	    rule_59_who_never_comes_back_was_kicked_all_the_same },
	{ "rule 59: without memory it leaves without a farewell",
	    rule_59_without_memory_it_leaves_without_a_farewell },
	{ "what was queued is counted beyond the end",
	    what_was_queued_is_counted_beyond_the_end },
	{ "rule 39: advice is due once for each change of transport",
	    rule_39_advice_is_due_once_for_each_change_of_transport },
	{ "without memory nothing is queued and the session lives",
	    without_memory_nothing_is_queued_and_the_session_lives },
};

UNIT_MAIN("session_queue", tests)
