/*
 * test_exchange.c - one request after the other, held, parked, lost.
 */
#include <stdio.h>
#include <string.h>

#include "engine/exchange_private.h"
#include "engine/session.h"
#include "engine/ticket.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define CONNECT "[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}]"
#define SUBSCRIBE \
	"[{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\"," \
	"\"subscription\":\"/a\"}]"
#define PUBLISH "[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":%d}]"
#define CONNECTED "{\"channel\":\"/meta/connect\",\"successful\":true}"
#define EVENT1 "{\"channel\":\"/a\",\"data\":1}"
#define EVENT2 "{\"channel\":\"/a\",\"data\":2}"
#define PUBLISHED "{\"channel\":\"/a\",\"successful\":true}"

/* Two clients: one that listens on /a, one that talks. */
struct pair {
	struct talk talk;
	char listener[BX_CLIENT_ID_LENGTH + 1];
	char talker[BX_CLIENT_ID_LENGTH + 1];
};

static void
pair_start(struct pair *pair)
{
	talk_defaults(&pair->talk);
	talk_start(&pair->talk);
	talk_connect(&pair->talk, pair->listener);
	talk_connect(&pair->talk, pair->talker);
	(void)talk_ask(&pair->talk, SUBSCRIBE, pair->listener);
}

static void
pair_stop(struct pair *pair)
{
	talk_stop(&pair->talk);
}

static void
a_held_connect_ends_with_the_message(void)
{
	struct pair pair;
	struct talk_request held;

	pair_start(&pair);
	talk_send(&pair.talk, &held, CONNECT, pair.listener);
	talk_drain(&pair.talk);
	CU_ASSERT_FALSE(held.ready);
	CU_ASSERT_EQUAL(bx_engine_counts(pair.talk.engine).held, 1);
	CU_ASSERT_STRING_EQUAL(talk_ask(&pair.talk, PUBLISH, pair.talker, 1),
	    "[" PUBLISHED "]");
	CU_ASSERT_TRUE(held.ready);
	CU_ASSERT_STRING_EQUAL(held.text, "[" EVENT1 "," CONNECTED "]");
	talk_deliver(&pair.talk, &held);
	pair_stop(&pair);
}

static void
a_held_connect_ends_with_its_timeout(void)
{
	struct pair pair;
	struct talk_request held;

	pair_start(&pair);
	talk_send(&pair.talk, &held, CONNECT, pair.listener);
	talk_wait(&pair.talk, 29999);
	CU_ASSERT_FALSE(held.ready);
	talk_wait(&pair.talk, 1);
	CU_ASSERT_TRUE(held.ready);
	CU_ASSERT_STRING_EQUAL(held.text, "[" CONNECTED "]");
	talk_deliver(&pair.talk, &held);
	pair_stop(&pair);
}

static void
what_was_not_handed_over_waits_again_in_order(void)
{
	struct pair pair;
	struct talk_request held;

	pair_start(&pair);
	talk_send(&pair.talk, &held, CONNECT, pair.listener);
	(void)talk_ask(&pair.talk, PUBLISH, pair.talker, 1);
	CU_ASSERT_TRUE_FATAL(held.ready);
	(void)talk_ask(&pair.talk, PUBLISH, pair.talker, 2);
	talk_lose(&pair.talk, &held);
	CU_ASSERT_STRING_EQUAL(talk_ask(&pair.talk, CONNECT, pair.listener),
	    "[" EVENT1 "," EVENT2 "," CONNECTED "]");
	pair_stop(&pair);
}

static void
rule_45_a_client_that_left_finds_the_message_later(void)
{
	struct pair pair;
	struct talk_request held;

	pair_start(&pair);
	talk_send(&pair.talk, &held, CONNECT, pair.listener);
	talk_lose(&pair.talk, &held);
	(void)talk_ask(&pair.talk, PUBLISH, pair.talker, 1);
	CU_ASSERT_STRING_EQUAL(talk_ask(&pair.talk, CONNECT, pair.listener),
	    "[" EVENT1 "," CONNECTED "]");
	talk_send(&pair.talk, &held, CONNECT, pair.listener);
	talk_lose(&pair.talk, &held);
	talk_wait(&pair.talk, 10000);
	CU_ASSERT_EQUAL(bx_engine_counts(pair.talk.engine).sessions, 0);
	pair_stop(&pair);
}

static void
rule_42_the_newest_connect_wins(void)
{
	struct pair pair;
	struct talk_request first;
	struct talk_request second;

	pair_start(&pair);
	talk_send(&pair.talk, &first, CONNECT, pair.listener);
	talk_send(&pair.talk, &second, CONNECT, pair.listener);
	talk_drain(&pair.talk);
	CU_ASSERT_TRUE(first.ready);
	CU_ASSERT_EQUAL(first.outcome, BX_OUTCOME_SUPERSEDED);
	CU_ASSERT_FALSE(second.ready);
	/* Its late end does not start the session's expiry. */
	talk_deliver(&pair.talk, &first);
	talk_wait(&pair.talk, 20000);
	CU_ASSERT_EQUAL(bx_engine_counts(pair.talk.engine).held, 1);
	/* The talker has expired meanwhile. */
	talk_connect(&pair.talk, pair.talker);
	(void)talk_ask(&pair.talk, PUBLISH, pair.talker, 2);
	CU_ASSERT_STRING_EQUAL(second.text, "[" EVENT2 "," CONNECTED "]");
	talk_deliver(&pair.talk, &second);
	pair_stop(&pair);
}

static void
rule_42_a_connect_overtaken_in_the_same_turn_gets_nothing(void)
{
	struct pair pair;
	struct talk_request first;
	struct talk_request second;
	struct talk_request publish;

	pair_start(&pair);
	talk_send(&pair.talk, &first, CONNECT, pair.listener);
	talk_send(&pair.talk, &publish, PUBLISH, pair.talker, 1);
	talk_send(&pair.talk, &second, CONNECT, pair.listener);
	talk_drain(&pair.talk);
	CU_ASSERT_EQUAL(first.outcome, BX_OUTCOME_SUPERSEDED);
	CU_ASSERT_STRING_EQUAL(first.text, "");
	CU_ASSERT_STRING_EQUAL(second.text, "[" EVENT1 "," CONNECTED "]");
	talk_deliver(&pair.talk, &first);
	talk_deliver(&pair.talk, &second);
	talk_deliver(&pair.talk, &publish);
	pair_stop(&pair);
}

static void
rule_44_a_disconnect_releases_the_held_connect(void)
{
	struct pair pair;
	struct talk_request held;

	pair_start(&pair);
	talk_send(&pair.talk, &held, CONNECT, pair.listener);
	CU_ASSERT_STRING_EQUAL(talk_ask(&pair.talk,
				   "{\"channel\":\"/meta/"
				   "disconnect\",\"clientId\":\"%s\","
				   "\"id\":\"9\"}",
				   pair.listener),
	    "[{\"channel\":\"/meta/disconnect\",\"id\":\"9\","
	    "\"successful\":true}]");
	CU_ASSERT_STRING_EQUAL(held.text,
	    "[{\"channel\":\"/meta/connect\","
	    "\"successful\":true,\"advice\":{\"reconnect\":\"none\","
	    "\"interval\":0,\"timeout\":30000}}]");
	talk_deliver(&pair.talk, &held);
	pair_stop(&pair);
}

static void
rule_69_a_publisher_gets_its_own_message_with_the_reply(void)
{
	struct pair pair;
	struct talk_request held;

	pair_start(&pair);
	talk_send(&pair.talk, &held, CONNECT, pair.listener);
	CU_ASSERT_STRING_EQUAL(talk_ask(&pair.talk, PUBLISH, pair.listener, 1),
	    "[" EVENT1 "," PUBLISHED "]");
	CU_ASSERT_FALSE(held.ready);
	talk_lose(&pair.talk, &held);
	pair_stop(&pair);
}

static void
a_lost_piggyback_wakes_the_held_connect(void)
{
	struct pair pair;
	struct talk_request held;
	struct talk_request publish;

	pair_start(&pair);
	talk_send(&pair.talk, &held, CONNECT, pair.listener);
	talk_send(&pair.talk, &publish, PUBLISH, pair.listener, 1);
	talk_drain(&pair.talk);
	CU_ASSERT_FALSE(held.ready);
	talk_lose(&pair.talk, &publish);
	talk_drain(&pair.talk);
	CU_ASSERT_STRING_EQUAL(held.text, "[" EVENT1 "," CONNECTED "]");
	talk_deliver(&pair.talk, &held);
	pair_stop(&pair);
}

static const struct bx_ruling allowed = { .verdict = BX_VERDICT_ALLOW };

static const struct bx_denial late_denial = {
	.error = "403:too_late:publish_denied",
};
static const struct bx_ruling too_late = {
	.verdict = BX_VERDICT_DENY,
	.denial = &late_denial,
};

/* A policy that parks what it is asked, and keeps the tickets. */
struct parking {
	struct bx_ticket *tickets[4];
	size_t count;
	size_t asked;
};

static enum bx_verdict
park(struct bx_question *question, void *ctx)
{
	struct parking *parking = ctx;

	parking->asked++;
	if (question->operation != BX_OPERATION_PUBLISH)
		return BX_VERDICT_ABSTAIN;
	parking->tickets[parking->count] = bx_ticket_take(question);
	if (parking->tickets[parking->count] == NULL)
		return BX_VERDICT_DENY;
	parking->count++;
	return BX_VERDICT_PENDING;
}

static void
pair_park(struct pair *pair, struct parking *parking)
{
	uint64_t handle;

	memset(parking, 0, sizeof(*parking));
	pair_start(pair);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(pair->talk.engine),
			    park, parking, &handle),
	    BX_OK);
}

static void
a_parked_message_and_those_behind_it_wait_and_nobody_else(void)
{
	struct pair pair;
	struct parking parking;
	struct talk_request parked;
	struct talk_request held;

	pair_park(&pair, &parking);
	talk_send(&pair.talk, &held, CONNECT, pair.listener);
	talk_send(&pair.talk, &parked,
	    "[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1,\"id\":1},"
	    "{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}]",
	    pair.talker, pair.talker);
	talk_drain(&pair.talk);
	CU_ASSERT_FALSE(parked.ready);
	CU_ASSERT_FALSE(held.ready);
	CU_ASSERT_EQUAL(bx_engine_counts(pair.talk.engine).sessions, 2);
	CU_ASSERT_EQUAL_FATAL(parking.count, 1);
	bx_ticket_resolve(parking.tickets[0], &allowed, pair.talk.now);
	talk_drain(&pair.talk);
	CU_ASSERT_STRING_EQUAL(parked.text,
	    "[{\"channel\":\"/a\",\"id\":1,"
	    "\"successful\":true},{\"channel\":\"/meta/disconnect\","
	    "\"successful\":true}]");
	CU_ASSERT_STRING_EQUAL(held.text, "[" EVENT1 "," CONNECTED "]");
	CU_ASSERT_EQUAL(parking.count, 1);
	talk_deliver(&pair.talk, &parked);
	talk_deliver(&pair.talk, &held);
	pair_stop(&pair);
}

static void
a_late_denial_carries_its_reason(void)
{
	struct pair pair;
	struct parking parking;
	struct talk_request parked;

	pair_park(&pair, &parking);
	talk_send(&pair.talk, &parked, PUBLISH, pair.talker, 1);
	bx_ticket_resolve(parking.tickets[0], &too_late, pair.talk.now);
	talk_drain(&pair.talk);
	CU_ASSERT_STRING_EQUAL(parked.text,
	    "[{\"channel\":\"/a\","
	    "\"successful\":false,"
	    "\"error\":\"403:too_late:publish_denied\"}]");
	talk_deliver(&pair.talk, &parked);
	pair_stop(&pair);
}

static void
a_ticket_outlives_its_request_and_the_engine(void)
{
	struct pair pair;
	struct parking parking;
	struct talk_request first;
	struct talk_request second;

	pair_park(&pair, &parking);
	talk_send(&pair.talk, &first, PUBLISH, pair.talker, 1);
	talk_send(&pair.talk, &second, PUBLISH, pair.talker, 2);
	CU_ASSERT_EQUAL_FATAL(parking.count, 2);
	talk_lose(&pair.talk, &first);
	talk_lose(&pair.talk, &second);
	bx_ticket_resolve(parking.tickets[0], &allowed, 0);
	pair_stop(&pair);
	bx_ticket_resolve(parking.tickets[1], &allowed, 0);
}

static void
a_parked_message_of_a_session_that_ended_is_answered_402(void)
{
	struct pair pair;
	struct parking parking;
	struct talk_request parked;

	pair_park(&pair, &parking);
	talk_send(&pair.talk, &parked, PUBLISH, pair.talker, 1);
	(void)talk_ask(&pair.talk,
	    "{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}",
	    pair.talker);
	CU_ASSERT_FALSE(parked.ready);
	bx_ticket_resolve(parking.tickets[0], &allowed, pair.talk.now);
	talk_drain(&pair.talk);
	CU_ASSERT_STRING_EQUAL(parked.text,
	    "[{\"channel\":\"/a\","
	    "\"successful\":false,\"error\":\"402::session_unknown\"}]");
	talk_deliver(&pair.talk, &parked);
	pair_stop(&pair);
}

static void
a_session_does_not_expire_while_its_message_is_parked(void)
{
	struct pair pair;
	struct parking parking;
	struct talk_request parked;

	pair_park(&pair, &parking);
	talk_send(&pair.talk, &parked, PUBLISH, pair.talker, 1);
	talk_wait(&pair.talk, 20000);
	talk_wait(&pair.talk, 20000);
	bx_ticket_resolve(parking.tickets[0], &allowed, pair.talk.now);
	talk_drain(&pair.talk);
	CU_ASSERT_STRING_EQUAL(parked.text,
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	talk_deliver(&pair.talk, &parked);
	/* And afterwards it does. */
	talk_wait(&pair.talk, 20000);
	CU_ASSERT_EQUAL(bx_engine_counts(pair.talk.engine).sessions, 0);
	/* One whose client has left is not waited for. */
	pair_stop(&pair);
	pair_park(&pair, &parking);
	talk_send(&pair.talk, &parked, PUBLISH, pair.talker, 1);
	talk_lose(&pair.talk, &parked);
	talk_wait(&pair.talk, 20000);
	CU_ASSERT_EQUAL(bx_engine_counts(pair.talk.engine).sessions, 0);
	bx_ticket_resolve(parking.tickets[0], &allowed, pair.talk.now);
	pair_stop(&pair);
}

static struct bx_exchange *
open_exchange(const struct talk *talk)
{
	struct bx_exchange *exchange =
	    bx_exchange_open(bx_engine_core(talk->engine), talk->transport,
		NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(exchange);
	return exchange;
}

static void
a_request_is_not_taken_for_whose_the_last_was(void)
{
	struct bx_exchange *exchange;
	struct bx_visitor *visitor;
	struct talk talk;

	talk_defaults(&talk);
	talk_start(&talk);
	exchange = open_exchange(&talk);
	visitor = bx_exchange_visitor(exchange);
	visitor->cookie_len = BX_BROWSER_ID_MAX;
	visitor->shown = visitor->unlimited = true;
	(void)snprintf(visitor->user, sizeof(visitor->user), "ada");
	(void)snprintf(visitor->address, sizeof(visitor->address), "::1");
	bx_exchange_close(exchange, false, talk.now);
	exchange = open_exchange(&talk);
	visitor = bx_exchange_visitor(exchange);
	CU_ASSERT_EQUAL(visitor->cookie_len, 0);
	CU_ASSERT_FALSE(visitor->shown || visitor->unlimited);
	CU_ASSERT_STRING_EQUAL(visitor->user, "");
	CU_ASSERT_STRING_EQUAL(visitor->address, "");
	bx_exchange_close(exchange, false, talk.now);
	talk_stop(&talk);
}

/* Is what a request of so many messages took kept for the next one, each with
 * so many blanks before it? */
static bool
is_kept(struct talk *talk, size_t count, int blanks)
{
	struct bx_exchange *exchange = open_exchange(talk);
	char message[20000];
	bool is;

	(void)snprintf(message, sizeof(message), "%*s{}", blanks, "");
	while (count-- > 0)
		CU_ASSERT_EQUAL(bx_exchange_receive(exchange, message,
				    strlen(message)),
		    BX_OK);
	bx_exchange_close(exchange, false, talk->now);
	is = bx_engine_core(talk->engine)->spare_input != NULL;
	bx_input_drop_spare(bx_engine_core(talk->engine));
	return is;
}

static void
what_a_large_request_took_is_not_kept(void)
{
	struct talk talk;

	talk_defaults(&talk);
	talk_start(&talk);
	CU_ASSERT_EQUAL(is_kept(&talk, 1, 0), bx_buf_is_worth_keeping(256));
	CU_ASSERT_FALSE(is_kept(&talk, 1, BX_BUF_SPARE_MAX));
	CU_ASSERT_FALSE(is_kept(&talk, 500, 0));
	talk_stop(&talk);
}

/* A whole conversation, in which any allocation may fail. */
static bool
converse(void *ctx)
{
	static const char *const steps[] = {
		"[{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
		"\"subscription\":[\"/a\",\"\\/b/c\",\"/a/**\"]}]",
		"[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":{}},"
		"{\"channel\":\"/meta/connect\",\"clientId\":\"%s\","
		"\"advice\":{\"timeout\":0}}]",
	};
	struct pair *pair = ctx;
	struct talk_request request;
	char text[512];
	bool answered = true;
	size_t i;

	talk_defaults(&pair->talk);
	pair->talk.engine = bx_engine_new(unit_env(), &pair->talk.settings);
	if (pair->talk.engine == NULL)
		return false;
	memset(pair->listener, 'x', BX_CLIENT_ID_LENGTH);
	if (talk_try(&pair->talk, &request,
		"{\"channel\":\"/meta/handshake\"}", 29) == BX_OK) {
		talk_drain(&pair->talk);
		answered = request.outcome == BX_OUTCOME_REPLIES;
		if (answered)
			memcpy(pair->listener,
			    strstr(request.text, "clientId") + 11,
			    BX_CLIENT_ID_LENGTH);
		talk_deliver(&pair->talk, &request);
	} else
		answered = false;
	pair->listener[BX_CLIENT_ID_LENGTH] = '\0';
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		(void)snprintf(text, sizeof(text), steps[i], pair->listener,
		    pair->listener);
		if (talk_try(&pair->talk, &request, text, strlen(text)) !=
		    BX_OK) {
			answered = false;
			continue;
		}
		talk_drain(&pair->talk);
		answered = answered && request.outcome == BX_OUTCOME_REPLIES &&
		    strstr(request.text, "false") == NULL;
		talk_deliver(&pair->talk, &request);
	}
	talk_stop(&pair->talk);
	return answered;
}

static void
no_allocation_that_fails_crashes_or_leaks(void)
{
	struct pair pair;

	CU_ASSERT(unit_fail_each(converse, &pair) > 10);
}

static const struct unit_test tests[] = {
	{ "a held connect ends with the message",
	    a_held_connect_ends_with_the_message },
	{ "a held connect ends with its timeout",
	    a_held_connect_ends_with_its_timeout },
	{ "what was not handed over waits again, in order",
	    what_was_not_handed_over_waits_again_in_order },
	{ "rule 45: a client that left finds the message later",
	    rule_45_a_client_that_left_finds_the_message_later },
	{ "rule 42: the newest connect wins",
	    rule_42_the_newest_connect_wins },
	{ "rule 42: a connect overtaken in the same turn gets nothing",
	    rule_42_a_connect_overtaken_in_the_same_turn_gets_nothing },
	{ "rule 44: a disconnect releases the held connect",
	    rule_44_a_disconnect_releases_the_held_connect },
	{ "rule 69: a publisher gets its own message with the reply",
	    rule_69_a_publisher_gets_its_own_message_with_the_reply },
	{ "a lost piggyback wakes the held connect",
	    a_lost_piggyback_wakes_the_held_connect },
	{ "a parked message and those behind it wait, and nobody else",
	    a_parked_message_and_those_behind_it_wait_and_nobody_else },
	{ "a late denial carries its reason",
	    a_late_denial_carries_its_reason },
	{ "a ticket outlives its request and the engine",
	    a_ticket_outlives_its_request_and_the_engine },
	{ "a parked message of a session that ended is answered 402",
	    a_parked_message_of_a_session_that_ended_is_answered_402 },
	{ "a session does not expire while its message is parked",
	    a_session_does_not_expire_while_its_message_is_parked },
	{ "a request is not taken for whose the last was",
	    a_request_is_not_taken_for_whose_the_last_was },
	{ "what a large request took is not kept",
	    what_a_large_request_took_is_not_kept },
	{ "no allocation that fails crashes or leaks",
	    no_allocation_that_fails_crashes_or_leaks },
};

UNIT_MAIN("exchange", tests)
