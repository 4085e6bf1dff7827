/*
 * test_ext_ack.c - acknowledged messages: each way to lose a reply.
 */
#include <stdio.h>
#include <string.h>

#include "engine/extensions.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

struct pair {
	struct talk talk;
	char listener[BX_CLIENT_ID_LENGTH + 1];
	char publisher[BX_CLIENT_ID_LENGTH + 1];
};

/* The next id that a handshake of the listener's gives. */
static void
take_id(const char *reply, char *id)
{
	const char *at = strstr(reply, "\"clientId\":\"");

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	memcpy(id, at + strlen("\"clientId\":\""), BX_CLIENT_ID_LENGTH);
	id[BX_CLIENT_ID_LENGTH] = '\0';
}

static const char *
handshake(struct pair *pair, const char *ext)
{
	const char *reply = talk_ask(&pair->talk,
	    "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",%s}", ext);

	take_id(reply, pair->listener);
	return reply;
}

static void
send_connect(struct pair *pair, struct talk_request *request, const char *ack)
{
	talk_send(&pair->talk, request,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\","
	    "\"connectionType\":\"long-polling\",\"ext\":{\"ack\":%s}}",
	    pair->listener, ack);
	talk_drain(&pair->talk);
}

static const char *
connect_with(struct pair *pair, const char *ack)
{
	return talk_ask(&pair->talk,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\","
	    "\"connectionType\":\"long-polling\",\"ext\":{\"ack\":%s}}",
	    pair->listener, ack);
}

static void
publish(struct pair *pair, const char *data)
{
	(void)talk_ask(&pair->talk,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":%s}",
	    pair->publisher, data);
}

/* A listener with ack that has had its first connect, and a publisher. */
static void
start(struct pair *pair)
{
	talk_defaults(&pair->talk);
	talk_start(&pair->talk);
	CU_ASSERT_EQUAL(bx_engine_add_plugin(pair->talk.engine, &bx_ext_ack,
			    NULL, NULL),
	    BX_OK);
	talk_connect(&pair->talk, pair->publisher);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(handshake(pair, "\"ext\":{\"ack\":true}"),
		"\"ext\":{\"ack\":true}}]"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(connect_with(pair, "0"), "\"ext\":{\"ack\":1}}]"));
	(void)talk_ask(&pair->talk,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    pair->listener);
}

#define EVENT(data) "{\"channel\":\"/a\",\"data\":" data "},"
#define REPLY(ack) \
	"{\"channel\":\"/meta/connect\",\"successful\":true," \
	"\"ext\":{\"ack\":" ack "}}]"

static void
rule_96_only_true_asks_for_it(void)
{
	static const char *const others[] = { "\"id\":1", "\"ext\":{}",
		"\"ext\":{\"ack\":\"true\"}", "\"ext\":{\"ack\":1}",
		"\"ext\":{\"ack\":{}}", "\"ext\":true" };
	struct pair pair;
	size_t i;

	start(&pair);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		CU_ASSERT_PTR_NULL(
		    strstr(handshake(&pair, others[i]), "\"ext\""));
		CU_ASSERT_PTR_NULL(
		    strstr(connect_with(&pair, "0"), "\"ext\""));
	}
	talk_stop(&pair.talk);
}

static void
rule_96_events_ride_with_connects_alone(void)
{
	struct pair pair;

	start(&pair);
	CU_ASSERT_STRING_EQUAL(talk_ask(&pair.talk,
				   "{\"channel\":\"/"
				   "a\",\"clientId\":\"%s\",\"data\":1}",
				   pair.listener),
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	CU_ASSERT_STRING_EQUAL(connect_with(&pair, "1"),
	    "[" EVENT("1") REPLY("2"));
	talk_stop(&pair.talk);
}

static void
rule_97_each_connect_reply_closes_a_batch(void)
{
	struct talk_request held;
	struct pair pair;

	start(&pair);
	send_connect(&pair, &held, "1");
	CU_ASSERT_FALSE(held.ready);
	publish(&pair, "1");
	CU_ASSERT_STRING_EQUAL(held.text, "[" EVENT("1") REPLY("2"));
	talk_deliver(&pair.talk, &held);
	send_connect(&pair, &held, "2");
	CU_ASSERT_FALSE(held.ready);
	talk_wait(&pair.talk, 30000);
	CU_ASSERT_STRING_EQUAL(held.text, "[" REPLY("3"));
	talk_deliver(&pair.talk, &held);
	talk_stop(&pair.talk);
}

static void
rule_98_a_reply_that_is_lost_is_sent_again(void)
{
	struct pair pair;

	start(&pair);
	publish(&pair, "1");
	publish(&pair, "2");
	CU_ASSERT_STRING_EQUAL(connect_with(&pair, "1"),
	    "[" EVENT("1") EVENT("2") REPLY("2"));
	/* It went out and never came: new ones stand behind it. */
	publish(&pair, "3");
	CU_ASSERT_STRING_EQUAL(connect_with(&pair, "1"),
	    "[" EVENT("1") EVENT("2") EVENT("3") REPLY("3"));
	/* And again, with nothing new, at once. */
	CU_ASSERT_STRING_EQUAL(connect_with(&pair, "1"),
	    "[" EVENT("1") EVENT("2") EVENT("3") REPLY("4"));
	talk_stop(&pair.talk);
}

static void
rule_98_nothing_is_doubled_that_was_acknowledged(void)
{
	struct talk_request held;
	struct pair pair;

	start(&pair);
	publish(&pair, "1");
	(void)connect_with(&pair, "1");
	publish(&pair, "2");
	CU_ASSERT_STRING_EQUAL(connect_with(&pair, "2"),
	    "[" EVENT("2") REPLY("3"));
	send_connect(&pair, &held, "3");
	CU_ASSERT_FALSE(held.ready);
	talk_lose(&pair.talk, &held);
	talk_stop(&pair.talk);
}

static void
rule_98_an_overtaken_connect_with_less_is_harmless(void)
{
	struct talk_request held, late;
	struct pair pair;

	start(&pair);
	publish(&pair, "1");
	(void)connect_with(&pair, "1");
	send_connect(&pair, &held, "2");
	CU_ASSERT_FALSE(held.ready);
	send_connect(&pair, &late, "1");
	CU_ASSERT_EQUAL(held.outcome, BX_OUTCOME_SUPERSEDED);
	CU_ASSERT_FALSE(late.ready);
	publish(&pair, "2");
	CU_ASSERT_STRING_EQUAL(late.text, "[" EVENT("2") REPLY("3"));
	talk_deliver(&pair.talk, &held);
	talk_deliver(&pair.talk, &late);
	talk_stop(&pair.talk);
}

static void
rule_98_what_is_in_flight_is_sent_again_to_a_newer_connect(void)
{
	struct talk_request cut, newer;
	struct pair pair;

	start(&pair);
	publish(&pair, "1");
	send_connect(&pair, &cut, "1");
	CU_ASSERT_STRING_EQUAL(cut.text, "[" EVENT("1") REPLY("2"));
	/* The client gave up on it before all of it had come. */
	send_connect(&pair, &newer, "1");
	CU_ASSERT_STRING_EQUAL(newer.text, "[" EVENT("1") REPLY("3"));
	talk_deliver(&pair.talk, &cut);
	talk_deliver(&pair.talk, &newer);
	/* Or it had come after all. */
	publish(&pair, "2");
	send_connect(&pair, &cut, "3");
	CU_ASSERT_STRING_EQUAL(cut.text, "[" EVENT("2") REPLY("4"));
	send_connect(&pair, &newer, "4");
	talk_deliver(&pair.talk, &cut);
	talk_drain(&pair.talk);
	CU_ASSERT_FALSE(newer.ready);
	talk_lose(&pair.talk, &newer);
	talk_stop(&pair.talk);
}

static void
rule_98_a_socket_cut_in_mid_reply_keeps_the_order(void)
{
	struct talk_request cut;
	struct pair pair;

	start(&pair);
	publish(&pair, "1");
	(void)connect_with(&pair, "1");
	publish(&pair, "2");
	send_connect(&pair, &cut, "1");
	CU_ASSERT_STRING_EQUAL(cut.text, "[" EVENT("1") EVENT("2") REPLY("3"));
	publish(&pair, "3");
	talk_lose(&pair.talk, &cut);
	CU_ASSERT_STRING_EQUAL(connect_with(&pair, "1"),
	    "[" EVENT("1") EVENT("2") EVENT("3") REPLY("4"));
	talk_stop(&pair.talk);
}

static void
rule_98_numbers_that_were_never_sent_are_harmless(void)
{
	struct talk_request held;
	struct pair pair;

	start(&pair);
	publish(&pair, "1");
	(void)connect_with(&pair, "1");
	CU_ASSERT_STRING_EQUAL(connect_with(&pair, "-5"),
	    "[" EVENT("1") REPLY("3"));
	CU_ASSERT_STRING_EQUAL(connect_with(&pair, "\"3\""),
	    "[" EVENT("1") REPLY("4"));
	CU_ASSERT_STRING_EQUAL(connect_with(&pair, "null"),
	    "[" EVENT("1") REPLY("5"));
	send_connect(&pair, &held, "9007199254740991");
	CU_ASSERT_FALSE(held.ready);
	talk_lose(&pair.talk, &held);
	/* Above the last, so what comes next needs its own number. */
	publish(&pair, "2");
	(void)connect_with(&pair, "5");
	CU_ASSERT_STRING_EQUAL(connect_with(&pair, "5"),
	    "[" EVENT("2") REPLY("7"));
	talk_stop(&pair.talk);
}

static void
rule_99_who_never_acknowledges_overflows(void)
{
	struct pair pair;
	int i;

	talk_defaults(&pair.talk);
	pair.talk.settings.max_queue_messages = 3;
	talk_start(&pair.talk);
	CU_ASSERT_EQUAL(bx_engine_add_plugin(pair.talk.engine, &bx_ext_ack,
			    NULL, NULL),
	    BX_OK);
	talk_connect(&pair.talk, pair.publisher);
	(void)handshake(&pair, "\"ext\":{\"ack\":true}");
	(void)talk_ask(&pair.talk,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    pair.listener);
	for (i = 0; i < 6; i++) {
		publish(&pair, "1");
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(connect_with(&pair, "0"), "successful\":true"));
	}
	publish(&pair, "1");
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(connect_with(&pair, "0"), "402::session_unknown"));
	CU_ASSERT_PTR_NOT_NULL(strstr(unit_last_log(), "reason=overflow"));
	talk_stop(&pair.talk);
}

static bool
ask_for_it(void *ctx)
{
	static const char ask[] =
	    "{\"channel\":\"/meta/handshake\",\"ext\":{\"ack\":true}}";
	struct talk_request request;
	struct talk talk;
	bool kept = false;

	(void)ctx;
	talk_defaults(&talk);
	talk.engine = bx_engine_new(unit_env(), &talk.settings);
	if (talk.engine == NULL)
		return false;
	if (bx_engine_add_plugin(talk.engine, &bx_ext_ack, NULL, NULL) ==
		BX_OK &&
	    talk_try(&talk, &request, ask, sizeof(ask) - 1) == BX_OK) {
		talk_drain(&talk);
		kept = strstr(request.text, "{\"ack\":true}") != NULL;
		talk_deliver(&talk, &request);
	}
	talk_stop(&talk);
	return kept;
}

static void
without_memory_there_is_no_ack_or_no_session(void)
{
	CU_ASSERT(unit_fail_each(ask_for_it, NULL) > 3);
}

static const struct unit_test tests[] = {
	{ "rule 96: only true asks for it", rule_96_only_true_asks_for_it },
	{ "rule 96: events ride with connects alone",
	    rule_96_events_ride_with_connects_alone },
	{ "rule 97: each connect reply closes a batch, empty ones too",
	    rule_97_each_connect_reply_closes_a_batch },
	{ "rule 98: a reply that is lost is sent again, in order",
	    rule_98_a_reply_that_is_lost_is_sent_again },
	{ "rule 98: nothing is doubled that was acknowledged",
	    rule_98_nothing_is_doubled_that_was_acknowledged },
	{ "rule 98: an overtaken connect that acknowledges less is harmless",
	    rule_98_an_overtaken_connect_with_less_is_harmless },
	{ "rule 98: what is in flight when a newer connect comes",
	    rule_98_what_is_in_flight_is_sent_again_to_a_newer_connect },
	{ "rule 98: a socket cut in mid reply keeps the order",
	    rule_98_a_socket_cut_in_mid_reply_keeps_the_order },
	{ "rule 98: numbers that were never sent are harmless",
	    rule_98_numbers_that_were_never_sent_are_harmless },
	{ "rule 99: who never acknowledges overflows",
	    rule_99_who_never_acknowledges_overflows },
	{ "without memory there is no ack, or no session",
	    without_memory_there_is_no_ack_or_no_session },
};

UNIT_MAIN("ext_ack", tests)
