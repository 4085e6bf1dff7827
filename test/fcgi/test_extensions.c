/*
 * test_extensions.c - each option switches its extension on, and no other.
 */
#include <stdio.h>
#include <string.h>

#include "fcgi/extensions.h"
#include "fcgi/host.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

struct house {
	struct fcgi_options options;
	struct fcgi_extensions extensions;
	struct talk talk;
};

static void
set(struct house *house, const char *key, const char *value)
{
	struct fcgi_problem problem;
	struct fcgi_assignment assignment = {
		.key = key,
		.values = &value,
		.count = 1,
		.where = "test",
	};

	CU_ASSERT_TRUE(
	    fcgi_options_set(&house->options, &assignment, &problem));
}

/* All off. */
static void
init(struct house *house)
{
	CU_ASSERT_TRUE_FATAL(fcgi_options_init(&house->options, unit_env()));
	set(house, "ack", "no");
	set(house, "timesync", "no");
}

static void
start(struct house *house)
{
	talk_defaults(&house->talk);
	house->talk.settings.anonymous_publish = true;
	talk_start(&house->talk);
	CU_ASSERT_TRUE(fcgi_extensions_add(&house->extensions, &house->options,
	    house->talk.engine));
}

static void
stop(struct house *house)
{
	talk_stop(&house->talk);
	fcgi_options_fini(&house->options);
}

/* What a client is answered that asks for everything. */
static const char *
ask(struct house *house)
{
	return talk_ask(&house->talk,
	    "{\"channel\":\"/meta/handshake\",\"ext\":{\"ack\":true,"
	    "\"timesync\":{\"tc\":1,\"l\":0,\"o\":0}}}");
}

static void
check(const char *key, const char *value, const char *expected)
{
	static const char *const signs[] = { "\"ack\":", "\"timesync\":",
		"\"timestamp\":" };
	struct house house;
	const char *reply;
	size_t i;

	init(&house);
	if (key != NULL)
		set(&house, key, value);
	start(&house);
	reply = ask(&house);
	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		CU_ASSERT_EQUAL(strstr(reply, signs[i]) != NULL,
		    strcmp(signs[i], expected) == 0);
	stop(&house);
}

static void
each_option_switches_its_extension_on(void)
{
	check(NULL, NULL, "");
	check("ack", "yes", "\"ack\":");
	check("timesync", "yes", "\"timesync\":");
	check("timestamp", "yes", "\"timestamp\":");
	check("activity_timeout", "1ms", "");
}

static void
by_default_there_are_ack_and_timesync(void)
{
	struct house house;

	CU_ASSERT_TRUE_FATAL(fcgi_options_init(&house.options, unit_env()));
	start(&house);
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&house),
	    "\"ext\":{\"ack\":true,\"timesync\":{\"tc\":1,\"ts\":0,"));
	stop(&house);
}

/* Is a session kicked that has done nothing but connect for so long? */
static bool
is_kicked(const char *mode, bx_msec pause, bool is_sent_something)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct house house;
	bool kicked;

	init(&house);
	set(&house, "activity_timeout", "5s");
	set(&house, "activity", mode);
	start(&house);
	talk_connect(&house.talk, id);
	(void)talk_ask(&house.talk,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    id);
	house.talk.now += pause;
	if (is_sent_something)
		(void)talk_ask(&house.talk, "{\"channel\":\"/a\",\"data\":1}");
	kicked = strstr(talk_ask(&house.talk,
			    "{\"channel\":\"/meta/connect\","
			    "\"clientId\":\"%s\",\"advice\":{\"timeout\":0}}",
			    id),
		     "\"reconnect\":\"none\"") != NULL;
	stop(&house);
	return kicked;
}

static void
activity_is_told_its_timeout_and_its_mode(void)
{
	CU_ASSERT_FALSE(is_kicked("client", 4999, false));
	CU_ASSERT_TRUE(is_kicked("client", 5000, false));
	CU_ASSERT_TRUE(is_kicked("client_server", 5000, false));
	CU_ASSERT_TRUE(is_kicked("client", 5000, true));
	CU_ASSERT_FALSE(is_kicked("client_server", 5000, true));
}

static void
without_memory_it_fails(void)
{
	struct house house;
	size_t nth;

	CU_ASSERT_TRUE_FATAL(fcgi_options_init(&house.options, unit_env()));
	set(&house, "timestamp", "yes");
	set(&house, "activity_timeout", "1h");
	for (nth = 1;; nth++) {
		bool added;

		talk_defaults(&house.talk);
		talk_start(&house.talk);
		unit_fail_allocation(nth);
		added = fcgi_extensions_add(&house.extensions, &house.options,
		    house.talk.engine);
		CU_ASSERT_EQUAL(added, !unit_has_failed());
		unit_fail_allocation(0);
		talk_stop(&house.talk);
		if (added)
			break;
	}
	/* A node for each. */
	CU_ASSERT(nth > 4);
	fcgi_options_fini(&house.options);
}

static void
the_clock_on_the_wall_is_not_that_of_the_loop(void)
{
	const struct bx_env *env = fcgi_host_env();

	/* After 2020, and not the time since the machine was started. */
	CU_ASSERT_PTR_NOT_NULL_FATAL(env->wall_clock);
	CU_ASSERT(env->wall_clock(env->ctx) > INT64_C(1577836800000));
}

static const struct unit_test tests[] = {
	{ "each option switches its extension on, and no other",
	    each_option_switches_its_extension_on },
	{ "by default there are ack and timesync",
	    by_default_there_are_ack_and_timesync },
	{ "activity is told its timeout and its mode",
	    activity_is_told_its_timeout_and_its_mode },
	{ "without memory it fails", without_memory_it_fails },
	{ "the clock on the wall is not that of the loop",
	    the_clock_on_the_wall_is_not_that_of_the_loop },
};

UNIT_MAIN("extensions", tests)
