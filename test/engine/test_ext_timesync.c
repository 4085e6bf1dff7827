/*
 * test_ext_timesync.c - the arithmetic of clocks, and what malformed ones get.
 */
#include <stdio.h>
#include <string.h>

#include "engine/extensions.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define NOW 1795365600123

static void
start(struct talk *talk)
{
	talk_defaults(talk);
	talk_start(talk);
	CU_ASSERT_EQUAL(bx_engine_add_plugin(talk->engine, &bx_ext_timesync,
			    NULL, NULL),
	    BX_OK);
	unit_set_wall_clock(NOW);
}

/* What a handshake with that ext is answered in its ext; "" if nothing. */
static const char *
ask(struct talk *talk, const char *ext)
{
	const char *reply = talk_ask(talk,
	    "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",%s}", ext);
	const char *at = strstr(reply, "\"ext\":");

	CU_ASSERT_PTR_NOT_NULL(strstr(reply, "\"successful\":true"));
	return at == NULL ? "" : at;
}

struct guess {
	const char *timesync;
	const char *answer;
};

static void
check(const struct guess *guesses, size_t count)
{
	struct talk talk;
	char ext[256];
	char expected[256];
	size_t i;

	start(&talk);
	for (i = 0; i < count; i++) {
		(void)snprintf(ext, sizeof(ext), "\"ext\":{\"timesync\":%s}",
		    guesses[i].timesync);
		(void)snprintf(expected, sizeof(expected),
		    "\"ext\":{\"timesync\":%s}}]", guesses[i].answer);
		CU_ASSERT_STRING_EQUAL(ask(&talk, ext),
		    guesses[i].answer == NULL ? "" : expected);
	}
	talk_stop(&talk);
}

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void
rule_100_a_is_what_the_guess_is_wrong_by(void)
{
	static const struct guess guesses[] = {
		/* No lag is known yet: always. */
		{ "{\"tc\":1795365600123,\"l\":0,\"o\":0}",
		    "{\"tc\":1795365600123,\"ts\":1795365600123,"
		    "\"p\":0,\"a\":0}" },
		{ "{\"tc\":1795365600000,\"l\":0,\"o\":100}",
		    "{\"tc\":1795365600000,\"ts\":1795365600123,"
		    "\"p\":0,\"a\":-23}" },
		/* Within 24 ms either way it is left alone. */
		{ "{\"tc\":1795365600000,\"l\":23,\"o\":100}", NULL },
		{ "{\"tc\":1795365600000,\"l\":47,\"o\":100}", NULL },
		{ "{\"tc\":1795365600000,\"l\":24,\"o\":75}", NULL },
		{ "{\"tc\":1795365600000,\"l\":48,\"o\":100}",
		    "{\"tc\":1795365600000,\"ts\":1795365600123,"
		    "\"p\":0,\"a\":25}" },
		{ "{\"tc\":1795365600000,\"l\":24,\"o\":74}",
		    "{\"tc\":1795365600000,\"ts\":1795365600123,"
		    "\"p\":0,\"a\":-25}" },
		{ "{\"tc\":1795365600000,\"l\":-1,\"o\":0}",
		    "{\"tc\":1795365600000,\"ts\":1795365600123,"
		    "\"p\":0,\"a\":-124}" },
		/* A clock that is not set. */
		{ "{\"tc\":0,\"l\":5,\"o\":-7}",
		    "{\"tc\":0,\"ts\":1795365600123,"
		    "\"p\":0,\"a\":-1795365600125}" },
		{ "{\"tc\":-5,\"l\":5}",
		    "{\"tc\":-5,\"ts\":1795365600123,"
		    "\"p\":0,\"a\":-1795365600123}" },
	};

	check(guesses, COUNT(guesses));
}

static void
rule_100_without_a_lag_there_is_no_a(void)
{
	static const struct guess guesses[] = {
		{ "{\"tc\":1795365600123}",
		    "{\"tc\":1795365600123,\"ts\":1795365600123,\"p\":0}" },
		/* tc is given back as it came. */
		{ "{\"tc\":12e2}",
		    "{\"tc\":12e2,\"ts\":1795365600123,\"p\":0}" },
		{ "{\"tc\":-0}", "{\"tc\":-0,\"ts\":1795365600123,\"p\":0}" },
		{ "{\"tc\":1795365600123,\"o\":3}",
		    "{\"tc\":1795365600123,\"ts\":1795365600123,\"p\":0}" },
	};

	check(guesses, COUNT(guesses));
}

static void
rule_100_what_is_malformed_gets_no_answer(void)
{
	static const struct guess guesses[] = {
		{ "{}", NULL },
		{ "{\"l\":0,\"o\":0}", NULL },
		{ "{\"tc\":null}", NULL },
		{ "{\"tc\":\"1\"}", NULL },
		{ "{\"tc\":1.5}", NULL },
		{ "{\"tc\":1e300}", NULL },
		{ "{\"tc\":99999999999999999999999999}", NULL },
		{ "{\"tc\":1.0000000000000000000000000000000000000000"
		  "000000000000000000000000}",
		    NULL },
		{ "{\"tc\":1,\"l\":\"0\",\"o\":0}", NULL },
		{ "{\"tc\":1,\"l\":null,\"o\":0}", NULL },
		{ "{\"tc\":1,\"l\":0,\"o\":{}}", NULL },
		{ "{\"tc\":1,\"l\":-1e300,\"o\":0}", NULL },
		{ "[1,2,3]", NULL },
		{ "1", NULL },
		{ "null", NULL },
	};
	struct talk talk;

	check(guesses, COUNT(guesses));
	start(&talk);
	CU_ASSERT_STRING_EQUAL(ask(&talk, "\"ext\":{}"), "");
	CU_ASSERT_STRING_EQUAL(ask(&talk, "\"ext\":[]"), "");
	CU_ASSERT_STRING_EQUAL(ask(&talk, "\"ext\":\"timesync\""), "");
	CU_ASSERT_STRING_EQUAL(ask(&talk, "\"id\":1"), "");
	talk_stop(&talk);
}

static void
rule_100_no_sum_of_hostile_numbers_overflows(void)
{
	static const struct guess guesses[] = {
		{ "{\"tc\":9007199254740991,\"l\":9007199254740991,"
		  "\"o\":9007199254740991}",
		    "{\"tc\":9007199254740991,\"ts\":1795365600123,"
		    "\"p\":0,\"a\":27019802398622850}" },
		{ "{\"tc\":-9007199254740991,\"l\":-9007199254740991,"
		  "\"o\":-9007199254740991}",
		    "{\"tc\":-9007199254740991,\"ts\":1795365600123,"
		    "\"p\":0,\"a\":-27023393129823096}" },
	};

	check(guesses, COUNT(guesses));
}

static void
rule_100_p_has_the_time_for_which_a_connect_was_held(void)
{
	struct talk_request held;
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start(&talk);
	talk_connect(&talk, id);
	talk_send(&talk, &held,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\","
	    "\"ext\":{\"timesync\":{\"tc\":1,\"l\":0,\"o\":0}}}",
	    id);
	talk_drain(&talk);
	CU_ASSERT_FALSE(held.ready);
	unit_set_wall_clock(NOW + 30000);
	talk_wait(&talk, 30000);
	CU_ASSERT_PTR_NOT_NULL(strstr(held.text,
	    "\"ext\":{\"timesync\":{\"tc\":1,\"ts\":1795365600123,"
	    "\"p\":30000,\"a\":-1795365600122}}}]"));
	talk_deliver(&talk, &held);
	talk_stop(&talk);
}

static void
a_clock_that_is_set_back_makes_no_negative_p(void)
{
	struct talk_request held;
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start(&talk);
	talk_connect(&talk, id);
	talk_send(&talk, &held,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\","
	    "\"ext\":{\"timesync\":{\"tc\":1}}}",
	    id);
	talk_drain(&talk);
	unit_set_wall_clock(NOW - 3600000);
	talk_wait(&talk, 30000);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(held.text, "\"ts\":1795365600123,\"p\":0}}}]"));
	talk_deliver(&talk, &held);
	talk_stop(&talk);
}

static void
rule_100_every_meta_message_is_answered_and_no_other(void)
{
	static const char answer[] =
	    "\"ext\":{\"timesync\":{\"tc\":1,\"ts\":1795365600123,\"p\":0}}}]";
	static const struct {
		const char *channel;
		const char *fields;
		bool answered;
	} messages[] = {
		{ "/meta/subscribe", "\"subscription\":\"/a\",", true },
		{ "/meta/subscribe", "\"subscription\":7,", true },
		{ "/meta/unsubscribe", "\"subscription\":\"/a\",", true },
		{ "/meta/connect", "", true },
		{ "/meta", "\"data\":1,", false },
		{ "/metal/x", "\"data\":1,", false },
		{ "/a", "\"data\":1,", false },
		{ "/service/x", "\"data\":1,", false },
		{ "/meta/disconnect", "", true },
		/* The session is gone, which is no reason to be silent. */
		{ "/meta/connect", "", true },
	};
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct talk talk;
	const char *reply;
	size_t i;

	start(&talk);
	talk_handshake(&talk, id);
	for (i = 0; i < COUNT(messages); i++) {
		reply = talk_ask(&talk,
		    "{\"channel\":\"%s\",%s\"clientId\":\"%s\","
		    "\"ext\":{\"timesync\":{\"tc\":1}}}",
		    messages[i].channel, messages[i].fields, id);
		CU_ASSERT_EQUAL(strstr(reply, answer) != NULL,
		    messages[i].answered);
		CU_ASSERT_EQUAL(strstr(reply, "timesync") != NULL,
		    messages[i].answered);
	}
	talk_stop(&talk);
}

static void
rule_101_a_ping_is_refused_with_its_id_and_the_time(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];
	size_t logged;

	start(&talk);
	talk_connect(&talk, id);
	logged = unit_log_count();
	CU_ASSERT_STRING_EQUAL(
	    talk_ask(&talk,
		"{\"channel\":\"/meta/ping\",\"data\":null,\"id\":\"7\","
		"\"clientId\":\"%s\","
		"\"ext\":{\"timesync\":{\"tc\":9,\"l\":0,\"o\":0}}}",
		id),
	    "[{\"channel\":\"/meta/ping\",\"id\":\"7\",\"successful\":false,"
	    "\"error\":\"403:denied_by_security_policy:"
	    "channel_create_denied\","
	    "\"ext\":{\"timesync\":{\"tc\":9,\"ts\":1795365600123,\"p\":0,"
	    "\"a\":-1795365600114}}}]");
	CU_ASSERT_EQUAL(unit_log_count(), logged);
	talk_stop(&talk);
}

static bool
ask_for_it(void *ctx)
{
	static const char message[] =
	    "{\"channel\":\"/meta/connect\",\"ext\":{\"timesync\":"
	    "{\"tc\":1,\"l\":0,\"o\":0}}}";
	struct talk_request request;
	struct talk talk;
	bool told = false;

	(void)ctx;
	talk_defaults(&talk);
	talk.engine = bx_engine_new(unit_env(), &talk.settings);
	if (talk.engine == NULL)
		return false;
	if (bx_engine_add_plugin(talk.engine, &bx_ext_timesync, NULL, NULL) ==
		BX_OK &&
	    talk_try(&talk, &request, message, sizeof(message) - 1) == BX_OK) {
		talk_drain(&talk);
		told = strstr(request.text, "\"tc\":1,") != NULL;
		talk_deliver(&talk, &request);
	}
	talk_stop(&talk);
	return told;
}

static void
without_memory_there_is_no_time_or_no_answer(void)
{
	CU_ASSERT(unit_fail_each(ask_for_it, NULL) > 3);
}

static const struct unit_test tests[] = {
	{ "rule 100: a is what the guess is wrong by, if by 25 or more",
	    rule_100_a_is_what_the_guess_is_wrong_by },
	{ "rule 100: without a lag there is always an answer and no a",
	    rule_100_without_a_lag_there_is_no_a },
	{ "rule 100: what is malformed gets no answer",
	    rule_100_what_is_malformed_gets_no_answer },
	{ "rule 100: no sum of hostile numbers overflows",
	    rule_100_no_sum_of_hostile_numbers_overflows },
	{ "rule 100: p has the time for which a connect was held",
	    rule_100_p_has_the_time_for_which_a_connect_was_held },
	{ "a clock that is set back makes no negative p",
	    a_clock_that_is_set_back_makes_no_negative_p },
	{ "rule 100: every /meta/ message is answered, and no other",
	    rule_100_every_meta_message_is_answered_and_no_other },
	{ "rule 101: a ping is refused with its id and the time",
	    rule_101_a_ping_is_refused_with_its_id_and_the_time },
	{ "without memory there is no time, or no answer",
	    without_memory_there_is_no_time_or_no_answer },
};

UNIT_MAIN("ext_timesync", tests)
