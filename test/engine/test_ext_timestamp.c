/*
 * test_ext_timestamp.c - the date of any day, and where it is put.
 */
#include <stdio.h>
#include <string.h>

#include "engine/extensions.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

static void
start(struct talk *talk)
{
	talk_defaults(talk);
	talk_start(talk);
	CU_ASSERT_EQUAL(bx_engine_add_plugin(talk->engine, &bx_ext_timestamp,
			    NULL, NULL),
	    BX_OK);
}

/* The reply to a message without a channel is little else. */
static const char *
reply_at(struct talk *talk, int64_t now)
{
	unit_set_wall_clock(now);
	return talk_ask(talk, "{}");
}

#define REPLY "[{\"successful\":false,\"error\":\"400::channel_missing\""
#define DAY INT64_C(86400000)

static void
rule_102_dates_are_iso_8601_in_utc_with_milliseconds(void)
{
	/* By date(1). */
	static const struct {
		int64_t seconds;
		int msec;
		const char *text;
	} dates[] = {
		{ 0, 0, "1970-01-01T00:00:00.000Z" },
		{ 0, 7, "1970-01-01T00:00:00.007Z" },
		{ -1, 999, "1969-12-31T23:59:59.999Z" },
		{ -1, 1, "1969-12-31T23:59:59.001Z" },
		{ -2208988800, 0, "1900-01-01T00:00:00.000Z" },
		{ 951782400, 50, "2000-02-29T00:00:00.050Z" },
		{ 951868800, 0, "2000-03-01T00:00:00.000Z" },
		{ 1709164800, 0, "2024-02-29T00:00:00.000Z" },
		{ 1709251199, 999, "2024-02-29T23:59:59.999Z" },
		{ 1709251200, 0, "2024-03-01T00:00:00.000Z" },
		{ 1795365600, 123, "2026-11-22T16:40:00.123Z" },
		{ 4107542399, 999, "2100-02-28T23:59:59.999Z" },
		{ 4107542400, 0, "2100-03-01T00:00:00.000Z" },
		{ 253402300799, 999, "9999-12-31T23:59:59.999Z" },
		{ -62135596800, 0, "0001-01-01T00:00:00.000Z" },
	};
	struct talk talk;
	char expected[128];
	size_t i;

	start(&talk);
	for (i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		(void)snprintf(expected, sizeof(expected),
		    REPLY ",\"timestamp\":\"%s\"}]", dates[i].text);
		CU_ASSERT_STRING_EQUAL(reply_at(&talk,
					   dates[i].seconds * 1000 +
					       dates[i].msec),
		    expected);
	}
	talk_stop(&talk);
}

/* Days that are counted one by one, through a whole era of 400 years. */
static void
rule_102_every_day_of_four_hundred_years_follows_the_one_before(void)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int year = 1970, month = 1, day = 1, length;
	struct talk talk;
	char expected[128];
	int64_t days;

	start(&talk);
	for (days = 0; days < 146097; days++) {
		(void)snprintf(expected, sizeof(expected),
		    REPLY ",\"timestamp\":\"%04d-%02d-%02dT00:00:00.000Z\"}]",
		    year, month, day);
		if (strcmp(reply_at(&talk, days * DAY), expected) != 0) {
			CU_FAIL("the wrong day");
			break;
		}
		length = lengths[month - 1];
		if (month == 2 &&
		    (year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)))
			length = 29;
		if (++day <= length)
			continue;
		day = 1;
		if (++month <= 12)
			continue;
		month = 1;
		year++;
	}
	CU_ASSERT_EQUAL(year, 2370);
	talk_stop(&talk);
}

static void
a_clock_out_of_four_digits_gives_no_timestamp(void)
{
	static const int64_t times[] = { INT64_MIN, INT64_MAX,
		INT64_C(253402300800) * 1000, INT64_C(-62162035200) * 1000 };
	struct talk talk;
	size_t i;

	start(&talk);
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		CU_ASSERT_EQUAL(strstr(reply_at(&talk, times[i]),
				    "timestamp") != NULL,
		    i == 3);
	CU_ASSERT_STRING_EQUAL(reply_at(&talk, times[3] - 1), REPLY "}]");
	talk_stop(&talk);
}

static void
rule_102_replies_and_events_have_one_and_it_is_ours(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];
	char text[BX_CLIENT_ID_LENGTH + 200];

	start(&talk);
	unit_set_wall_clock(1795365600123);
	talk_handshake(&talk, id);
	(void)talk_ask(&talk,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    id);
	CU_ASSERT_STRING_EQUAL(talk_ask(&talk,
				   "{\"channel\":\"/"
				   "a\",\"clientId\":\"%s\",\"data\":{},"
				   "\"timestamp\":\"then\",\"ext\":{\"x\":1}}",
				   id),
	    "[{\"channel\":\"/a\",\"data\":{},"
	    "\"timestamp\":\"2026-11-22T16:40:00.123Z\",\"ext\":{\"x\":1}},"
	    "{\"channel\":\"/a\",\"successful\":true,"
	    "\"timestamp\":\"2026-11-22T16:40:00.123Z\"}]");
	(void)snprintf(text, sizeof(text),
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", id);
	CU_ASSERT_STRING_EQUAL(talk_ask(&talk, "%s", text),
	    "[{\"channel\":\"/meta/connect\",\"successful\":true,"
	    "\"timestamp\":\"2026-11-22T16:40:00.123Z\"}]");
	talk_stop(&talk);
}

static void
rule_102_a_held_connect_says_when_it_is_answered(void)
{
	struct talk_request held;
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start(&talk);
	unit_set_wall_clock(1795365600123);
	talk_handshake(&talk, id);
	(void)talk_ask(&talk,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", id);
	talk_send(&talk, &held,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", id);
	talk_drain(&talk);
	unit_set_wall_clock(1795365630123);
	talk_wait(&talk, 30000);
	CU_ASSERT_STRING_EQUAL(held.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true,"
	    "\"timestamp\":\"2026-11-22T16:40:30.123Z\"}]");
	talk_deliver(&talk, &held);
	talk_stop(&talk);
}

/* Only what is written for people follows the clock on the wall. */
static void
a_clock_that_is_set_back_keeps_nobody_waiting_and_ends_nobody(void)
{
	struct talk_request held;
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start(&talk);
	unit_set_wall_clock(1795365600123);
	talk_handshake(&talk, id);
	(void)talk_ask(&talk,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", id);
	talk_send(&talk, &held,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", id);
	talk_drain(&talk);
	unit_set_wall_clock(-123);
	talk_wait(&talk, 29999);
	CU_ASSERT_STRING_EQUAL(held.text, "");
	talk_wait(&talk, 1);
	CU_ASSERT_STRING_EQUAL(held.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true,"
	    "\"timestamp\":\"1969-12-31T23:59:59.877Z\"}]");
	talk_deliver(&talk, &held);
	talk_wait(&talk, 9999);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_ask(&talk,
		       "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}",
		       id),
		"\"successful\":true"));
	talk_wait(&talk, 10000);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_ask(&talk,
		       "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}",
		       id),
		"402::session_unknown"));
	talk_stop(&talk);
}

static bool
ask_for_it(void *ctx)
{
	struct talk_request request;
	struct talk talk;
	bool told = false;

	(void)ctx;
	talk_defaults(&talk);
	talk.engine = bx_engine_new(unit_env(), &talk.settings);
	if (talk.engine == NULL)
		return false;
	if (bx_engine_add_plugin(talk.engine, &bx_ext_timestamp, NULL, NULL) ==
		BX_OK &&
	    talk_try(&talk, &request, "{}", 2) == BX_OK) {
		talk_drain(&talk);
		told =
		    strcmp(request.text,
			REPLY
			",\"timestamp\":\"1970-01-01T00:00:00.000Z\"}]") == 0;
		talk_deliver(&talk, &request);
	}
	talk_stop(&talk);
	return told;
}

static void
without_memory_there_is_no_reply_without_it(void)
{
	CU_ASSERT(unit_fail_each(ask_for_it, NULL) > 3);
}

static const struct unit_test tests[] = {
	{ "rule 102: dates are ISO 8601 in UTC with milliseconds",
	    rule_102_dates_are_iso_8601_in_utc_with_milliseconds },
	{ "rule 102: every day of 400 years follows the one before",
	    rule_102_every_day_of_four_hundred_years_follows_the_one_before },
	{ "a clock out of four digits gives no timestamp",
	    a_clock_out_of_four_digits_gives_no_timestamp },
	{ "rule 102: replies and events have one, and it is ours",
	    rule_102_replies_and_events_have_one_and_it_is_ours },
	{ "rule 102: a held connect says when it is answered",
	    rule_102_a_held_connect_says_when_it_is_answered },
	{ "a clock that is set back keeps nobody waiting, and ends nobody",
	    a_clock_that_is_set_back_keeps_nobody_waiting_and_ends_nobody },
	{ "without memory there is no reply without it",
	    without_memory_there_is_no_reply_without_it },
};

UNIT_MAIN("ext_timestamp", tests)
