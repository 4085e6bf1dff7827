/*
 * test_session_keep.c - what is kept until the client says it has it.
 */
#include <stdio.h>
#include <string.h>

#include "engine/session_keep.h"
#include "engine/session_queue.h"
#include "test/support/house.h"
#include "test/support/unit.h"

/* An answer on its way. */
struct answer {
	struct bx_list taken;
	uint32_t connect;
	uint64_t batch;
};

static void
open_house(struct house *house)
{
	house_open(house);
	CU_ASSERT_FALSE(bx_session_is_keeping(house->session));
	CU_ASSERT_EQUAL(bx_session_keep(house->session), BX_OK);
	CU_ASSERT_TRUE(bx_session_is_keeping(house->session));
}

static size_t
count(struct bx_list *list)
{
	struct bx_list *link;
	size_t count = 0;

	for (link = list->next; link != list; link = link->next)
		count++;
	return count;
}

/* Queue messages of one letter each, as a publish would. */
static void
deliver(struct house *house, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		struct bx_message *message =
		    bx_message_new(unit_env(), letters, 1);
		struct bx_delivery *delivery;

		CU_ASSERT_PTR_NOT_NULL_FATAL(message);
		delivery = bx_delivery_new(unit_env(), message);
		bx_message_unref(message);
		CU_ASSERT_PTR_NOT_NULL_FATAL(delivery);
		delivery->target = house->session;
		CU_ASSERT_EQUAL(bx_session_accept(house->session, delivery),
		    BX_OK);
	}
}

static void
connect(struct house *house, struct answer *answer)
{
	bool may_hold;

	answer->connect = bx_session_connect(house->session, -1, &may_hold);
}

/* Compose the answer to the newest connect of all that waits: these letters. */
static void
compose(struct house *house, struct answer *answer, const char *expected)
{
	char text[64] = "";
	struct bx_list *link;

	answer->batch = bx_session_close_batch(house->session);
	bx_list_init(&answer->taken);
	if (bx_session_is_keeping(house->session))
		CU_ASSERT_EQUAL(bx_session_take_kept(house->session,
				    answer->batch, &answer->taken),
		    BX_OK)
	else
		bx_session_take_queue(house->session, &answer->taken);
	for (link = answer->taken.next; link != &answer->taken;
	     link = link->next)
		(void)strncat(text,
		    bx_message_bytes(
			BX_LIST_ENTRY(link, struct bx_delivery, link)
			    ->message),
		    1);
	CU_ASSERT_STRING_EQUAL(text, expected);
}

static void
answer(struct house *house, struct answer *reply, const char *expected)
{
	connect(house, reply);
	compose(house, reply, expected);
}

/* It went out, or so it seems, or was lost: all the same to what is kept. */
static void
finish(struct answer *answer)
{
	bx_delivery_free_all(unit_env(), &answer->taken);
}

/* The connect says that it has these batches; it is answered and so on. */
static void
exchange(struct house *house, uint64_t acknowledged, const char *expected)
{
	struct answer reply;

	bx_session_acknowledge(house->session, acknowledged);
	answer(house, &reply, expected);
	finish(&reply);
}

static void
who_does_not_keep_has_no_batches(void)
{
	struct answer reply;
	struct house house;

	house_open(&house);
	house_deliver(&house, BX_OK);
	CU_ASSERT_EQUAL(bx_session_close_batch(house.session), 0);
	bx_session_acknowledge(house.session, 1);
	answer(&house, &reply, "{");
	finish(&reply);
	house_close(&house);
}

static void
rule_97_batches_are_numbered_from_1(void)
{
	struct house house;

	open_house(&house);
	CU_ASSERT_EQUAL(bx_session_close_batch(house.session), 1);
	CU_ASSERT_EQUAL(bx_session_keep(house.session), BX_OK);
	CU_ASSERT_EQUAL(bx_session_close_batch(house.session), 2);
	house_close(&house);
}

static void
rule_98_what_is_not_acknowledged_goes_out_before_what_is_new(void)
{
	struct house house;

	open_house(&house);
	deliver(&house, "ab");
	exchange(&house, 0, "ab");
	deliver(&house, "c");
	exchange(&house, 0, "abc");
	deliver(&house, "d");
	exchange(&house, 2, "d");
	exchange(&house, 3, "");
	house_close(&house);
}

static void
rule_98_numbers_too_high_or_too_low_are_harmless(void)
{
	struct house house;

	open_house(&house);
	deliver(&house, "a");
	exchange(&house, UINT64_MAX, "a");
	deliver(&house, "b");
	exchange(&house, 1, "b");
	/* An older connect comes late. */
	exchange(&house, 0, "b");
	/* Not yet sent, but clamped: the next batch is 4. */
	exchange(&house, 99, "");
	deliver(&house, "c");
	exchange(&house, 3, "c");
	exchange(&house, 3, "c");
	house_close(&house);
}

static void
rule_98_what_was_lost_goes_back_to_its_place(void)
{
	struct answer lost;
	struct house house;

	open_house(&house);
	deliver(&house, "a");
	exchange(&house, 0, "a");
	bx_session_acknowledge(house.session, 0);
	deliver(&house, "b");
	answer(&house, &lost, "ab");
	deliver(&house, "c");
	finish(&lost);
	exchange(&house, 0, "abc");
	house_close(&house);
}

static void
rule_98_what_came_though_it_was_thought_lost_is_not_doubled(void)
{
	struct answer cut;
	struct house house;

	open_house(&house);
	deliver(&house, "ab");
	answer(&house, &cut, "ab");
	deliver(&house, "c");
	bx_session_acknowledge(house.session, 0);
	finish(&cut);
	CU_ASSERT_EQUAL(cut.batch, 1);
	exchange(&house, 1, "c");
	house_close(&house);
}

static void
rule_97_what_is_in_flight_goes_with_a_newer_connect_too(void)
{
	struct answer older, newer;
	struct house house;

	open_house(&house);
	deliver(&house, "a");
	answer(&house, &older, "a");
	bx_session_acknowledge(house.session, 0);
	answer(&house, &newer, "a");
	finish(&older);
	finish(&newer);
	bx_session_acknowledge(house.session, newer.batch);
	/* This one says that the older one has come after all. */
	deliver(&house, "b");
	answer(&house, &older, "b");
	bx_session_acknowledge(house.session, older.batch);
	answer(&house, &newer, "");
	finish(&older);
	finish(&newer);
	exchange(&house, 0, "");
	house_close(&house);
}

/* All three were written before one of them was answered. */
static void
rule_97_of_connects_that_race_each_reply_has_all_up_to_its_number(void)
{
	struct bx_list taken[3];
	struct house house;
	uint64_t batch[3];
	int i;

	open_house(&house);
	house.settings.max_queue_messages = 10;
	for (i = 0; i < 3; i++) {
		deliver(&house, "a");
		batch[i] = bx_session_close_batch(house.session);
		bx_list_init(&taken[i]);
	}
	deliver(&house, "z");
	for (i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(bx_session_take_kept(house.session, batch[i],
				    &taken[i]),
		    BX_OK);
		CU_ASSERT_EQUAL(count(&taken[i]), (size_t)i + 1);
	}
	for (i = 0; i < 3; i++)
		bx_delivery_free_all(unit_env(), &taken[i]);
	/* The client has seen the last of them. */
	exchange(&house, batch[2], "z");
	house_close(&house);
}

static void
rule_97_a_message_stays_in_the_batch_it_was_queued_in(void)
{
	struct house house;

	open_house(&house);
	deliver(&house, "a");
	exchange(&house, 0, "a");
	deliver(&house, "b");
	exchange(&house, 0, "ab");
	exchange(&house, 1, "b");
	exchange(&house, 2, "");
	house_close(&house);
}

static bool
take(void *ctx)
{
	struct house *house = ctx;
	struct bx_list taken;
	bool success;

	bx_list_init(&taken);
	success = bx_session_take_kept(house->session, 1, &taken) == BX_OK;
	CU_ASSERT_EQUAL(count(&taken), success ? 2 : 0);
	bx_delivery_free_all(unit_env(), &taken);
	return success;
}

static void
without_memory_nothing_is_taken_and_nothing_lost(void)
{
	struct house house;

	open_house(&house);
	deliver(&house, "ab");
	CU_ASSERT_EQUAL(bx_session_close_batch(house.session), 1);
	CU_ASSERT_EQUAL(unit_fail_each(take, &house), 2);
	exchange(&house, 0, "ab");
	house_close(&house);
}

static void
what_went_out_before_it_kept_is_not_kept(void)
{
	struct answer reply;
	struct house house;

	house_open(&house);
	deliver(&house, "a");
	answer(&house, &reply, "a");
	CU_ASSERT_EQUAL(bx_session_keep(house.session), BX_OK);
	finish(&reply);
	exchange(&house, 0, "");
	house_close(&house);
}

static void
what_was_lost_before_it_kept_is_not_taken_for_acknowledged(void)
{
	struct answer lost;
	struct house house;

	house_open(&house);
	deliver(&house, "a");
	answer(&house, &lost, "a");
	CU_ASSERT_EQUAL(bx_session_keep(house.session), BX_OK);
	bx_session_put_back(house.session, &lost.taken);
	deliver(&house, "b");
	exchange(&house, 5, "ab");
	house_close(&house);
}

static void
a_session_that_is_gone_keeps_nothing(void)
{
	struct answer reply;
	struct house house;

	open_house(&house);
	(void)bx_session_ref(house.session);
	deliver(&house, "a");
	exchange(&house, 0, "a");
	deliver(&house, "b");
	answer(&house, &reply, "ab");
	bx_session_end(house.session, BX_GONE_DISCONNECT);
	finish(&reply);
	bx_session_acknowledge(house.session, 0);
	CU_ASSERT_EQUAL(bx_session_queued(house.session), 2);
	bx_session_unref(house.session);
	house_close(&house);
}

/* There is room for two messages, and twice that. */
static void
rule_99_more_than_twice_the_room_ends_the_session(void)
{
	struct house house;

	open_house(&house);
	(void)bx_session_ref(house.session);
	deliver(&house, "ab");
	exchange(&house, 0, "ab");
	deliver(&house, "cd");
	exchange(&house, 0, "abcd");
	deliver(&house, "e");
	bx_session_acknowledge(house.session, 0);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_GONE);
	CU_ASSERT_EQUAL(bx_session_gone_reason(house.session),
	    BX_GONE_OVERFLOW);
	bx_session_unref(house.session);
	house_close(&house);
}

static void
rule_99_bytes_count_but_one_message_always_fits(void)
{
	struct house house;

	open_house(&house);
	(void)bx_session_ref(house.session);
	house.settings.max_queue_size = 0;
	deliver(&house, "a");
	exchange(&house, 0, "a");
	exchange(&house, 0, "a");
	deliver(&house, "b");
	bx_session_acknowledge(house.session, 0);
	CU_ASSERT_EQUAL(bx_session_state(house.session), BX_SESSION_GONE);
	bx_session_unref(house.session);
	house_close(&house);
}

static void
rule_59_who_was_told_to_leave_does_not_overflow(void)
{
	struct house house;

	open_house(&house);
	(void)bx_session_ref(house.session);
	deliver(&house, "ab");
	exchange(&house, 0, "ab");
	deliver(&house, "cd");
	exchange(&house, 0, "abcd");
	bx_session_kick(house.session);
	bx_session_acknowledge(house.session, 0);
	CU_ASSERT_EQUAL(bx_session_gone_reason(house.session), BX_GONE_KICKED);
	bx_session_unref(house.session);
	house_close(&house);
}

static void
without_memory_it_does_not_keep(void)
{
	struct house house;

	house_open(&house);
	unit_fail_allocation(1);
	CU_ASSERT_EQUAL(bx_session_keep(house.session), BX_ENOMEM);
	CU_ASSERT_FALSE(bx_session_is_keeping(house.session));
	CU_ASSERT_EQUAL(bx_session_close_batch(house.session), 0);
	house_close(&house);
}

static void
acknowledging_needs_no_memory(void)
{
	struct house house;

	open_house(&house);
	deliver(&house, "ab");
	exchange(&house, 0, "ab");
	unit_fail_allocation(1);
	bx_session_acknowledge(house.session, 0);
	bx_session_acknowledge(house.session, 1);
	CU_ASSERT_FALSE(unit_has_failed());
	unit_fail_allocation(0);
	exchange(&house, 1, "");
	house_close(&house);
}

static const struct unit_test tests[] = {
	{ "who does not keep has no batches",
	    who_does_not_keep_has_no_batches },
	{ "rule 97: batches are numbered from 1",
	    rule_97_batches_are_numbered_from_1 },
	{ "rule 98: what is not acknowledged goes out again before what is "
	  "new",
	    rule_98_what_is_not_acknowledged_goes_out_before_what_is_new },
	{ "rule 98: numbers too high or too low are harmless",
	    rule_98_numbers_too_high_or_too_low_are_harmless },
	{ "rule 98: what was lost goes back to its place",
	    rule_98_what_was_lost_goes_back_to_its_place },
	{ "rule 98: what came though it was thought lost is not doubled",
	    rule_98_what_came_though_it_was_thought_lost_is_not_doubled },
	{ "rule 97: what is in flight when a newer connect comes goes with it",
	    rule_97_what_is_in_flight_goes_with_a_newer_connect_too },
	{ "rule 97: of connects that race each reply has all up to its number",
	    rule_97_of_connects_that_race_each_reply_has_all_up_to_its_number },
	{ "rule 97: a message stays in the batch it was queued in",
	    rule_97_a_message_stays_in_the_batch_it_was_queued_in },
	{ "without memory nothing is taken, and nothing lost",
	    without_memory_nothing_is_taken_and_nothing_lost },
	{ "what went out before it kept is not kept",
	    what_went_out_before_it_kept_is_not_kept },
	{ "what was lost before it kept is not taken for acknowledged",
	    what_was_lost_before_it_kept_is_not_taken_for_acknowledged },
	{ "a session that is gone keeps nothing",
	    a_session_that_is_gone_keeps_nothing },
	{ "rule 99: more than twice the room ends the session",
	    rule_99_more_than_twice_the_room_ends_the_session },
	{ "rule 99: bytes count, but one message always fits",
	    rule_99_bytes_count_but_one_message_always_fits },
	{ "rule 59: who was told to leave does not overflow",
	    rule_59_who_was_told_to_leave_does_not_overflow },
	{ "without memory it does not keep", without_memory_it_does_not_keep },
	{ "acknowledging needs no memory", acknowledging_needs_no_memory },
};

UNIT_MAIN("session_keep", tests)
