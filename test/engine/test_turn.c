/*
 * test_turn.c - what every message must have, and what its reply echoes.
 */
#include <stdio.h>
#include <string.h>

#include "test/support/talk.h"
#include "test/support/unit.h"

/* The one reply to message, in an engine without sessions, is expected. */
static void
check(const char *message, const char *expected)
{
	struct talk talk;
	char whole[512];

	talk_defaults(&talk);
	talk_start(&talk);
	(void)snprintf(whole, sizeof(whole), "[{%s}]", expected);
	CU_ASSERT_STRING_EQUAL(talk_ask(&talk, "{%s}", message), whole);
	talk_stop(&talk);
}

#define FAILED(error) "\"successful\":false,\"error\":\"" error "\""

static void
rule_17_a_a_message_has_a_channel(void)
{
	check("\"id\":\"1\"", "\"id\":\"1\"," FAILED("400::channel_missing"));
	check("\"channel\":null", FAILED("400::channel_missing"));
}

static void
rule_17_b_the_channel_is_valid(void)
{
	check("\"channel\":5", FAILED("405::channel_invalid"));
	check("\"channel\":\"\"",
	    "\"channel\":\"\"," FAILED("405::channel_invalid"));
	check("\"channel\":\"/\"",
	    "\"channel\":\"/\"," FAILED("405::channel_invalid"));
	check("\"channel\":\"/a\\u0000\"",
	    "\"channel\":\"/a\\u0000\"," FAILED("405::channel_invalid"));
	check("\"channel\":\"/**\"",
	    "\"channel\":\"/**\"," FAILED("405::channel_invalid"));
}

static void
rule_17_c_the_id_is_letters_and_digits(void)
{
	static const char *const bad[] = { "\"\"", "\"a b\"", "1.5", "-1",
		"\"\\u00e9\"" };
	char message[128];
	char expected[192];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(message, sizeof(message),
		    "\"channel\":\"/a\",\"id\":%s", bad[i]);
		(void)snprintf(expected, sizeof(expected),
		    "\"channel\":\"/a\",\"id\":%s," FAILED(
			"405::message_id_invalid"),
		    bad[i]);
		check(message, expected);
	}
}

static void
rule_21_an_id_is_echoed_with_its_type_and_only_a_scalar(void)
{
	static const char *const good[] = { "1", "\"0\"", "0", "\"Zz9\"",
		"1e5", "true" };
	char message[128];
	char expected[192];
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		(void)snprintf(message, sizeof(message),
		    "\"channel\":\"/a\",\"id\":%s", good[i]);
		(void)snprintf(expected, sizeof(expected),
		    "\"channel\":\"/a\",\"id\":%s," FAILED(
			"402::session_unknown"),
		    good[i]);
		check(message, expected);
	}
	check("\"channel\":\"/a\",\"id\":null",
	    "\"channel\":\"/a\"," FAILED("402::session_unknown"));
	check("\"channel\":\"/a\",\"id\":{}",
	    "\"channel\":\"/a\"," FAILED("405::message_id_invalid"));
	check("\"channel\":\"/a\",\"id\":[1]",
	    "\"channel\":\"/a\"," FAILED("405::message_id_invalid"));
}

static void
an_endless_id_is_not_echoed_into_memory(void)
{
	struct talk talk;
	char id[1100];

	memset(id, 'a', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	talk_defaults(&talk);
	talk_start(&talk);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_ask(&talk, "{\"channel\":\"/a\",\"id\":\"%s\"}", id),
		"405::message_id_invalid"));
	memset(id, '1', sizeof(id) - 1);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_ask(&talk, "{\"channel\":\"/a\",\"id\":%s}", id),
		"405::message_id_invalid"));
	talk_stop(&talk);
}

static void
a_channel_with_escapes_is_the_one_it_spells(void)
{
	struct talk talk;

	talk_defaults(&talk);
	talk_start(&talk);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_ask(&talk,
		       "{\"channel\":\"\\/meta\\/hand\\u0073hake\"}"),
		"\"successful\":true"));
	talk_stop(&talk);
}

static void
rule_22_a_client_id_of_another_type_is_unknown(void)
{
	check("\"channel\":\"/meta/subscribe\",\"clientId\":[],"
	      "\"subscription\":\"/a\"",
	    "\"channel\":\"/meta/subscribe\",\"subscription\":\"/a\"," FAILED(
		"402::session_unknown"));
}

static const struct unit_test tests[] = {
	{ "rule 17 a: a message has a channel",
	    rule_17_a_a_message_has_a_channel },
	{ "rule 17 b: the channel is valid", rule_17_b_the_channel_is_valid },
	{ "rule 17 c: the id is letters and digits",
	    rule_17_c_the_id_is_letters_and_digits },
	{ "rule 21: an id is echoed with its type, and only a scalar",
	    rule_21_an_id_is_echoed_with_its_type_and_only_a_scalar },
	{ "an endless id is not echoed into memory",
	    an_endless_id_is_not_echoed_into_memory },
	{ "a channel with escapes is the one it spells",
	    a_channel_with_escapes_is_the_one_it_spells },
	{ "rule 22: a clientId of another type is unknown",
	    rule_22_a_client_id_of_another_type_is_unknown },
};

UNIT_MAIN("turn", tests)
