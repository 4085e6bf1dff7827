/*
 * test_ext_activity.c - who does nothing but wait has to go.
 */
#include <stdio.h>
#include <string.h>

#include "engine/extensions.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

struct rule {
	const char *timeout;
	const char *mode;
};

static const char *
option(void *ctx, const char *key)
{
	const struct rule *rule = ctx;

	if (strcmp(key, "timeout") == 0)
		return rule->timeout;
	return strcmp(key, "mode") == 0 ? rule->mode : NULL;
}

struct house {
	struct talk talk;
	struct rule rule;
	char id[BX_CLIENT_ID_LENGTH + 1];
	char other[BX_CLIENT_ID_LENGTH + 1];
};

/* Somebody who is subscribed, and somebody who publishes. */
static void
start(struct house *house, const char *mode)
{
	house->rule = (struct rule){ "60000", mode };
	talk_defaults(&house->talk);
	house->talk.settings.max_interval = 3600000;
	talk_start(&house->talk);
	CU_ASSERT_EQUAL(bx_engine_add_plugin(house->talk.engine,
			    &bx_ext_activity, option, &house->rule),
	    BX_OK);
	talk_connect(&house->talk, house->other);
	talk_connect(&house->talk, house->id);
	(void)talk_ask(&house->talk,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    house->id);
}

static const char *
connect_after(struct house *house, bx_msec pause)
{
	talk_wait(&house->talk, pause);
	return talk_ask(&house->talk,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\","
	    "\"advice\":{\"timeout\":0}}",
	    house->id);
}

static void
publish(struct house *house, const char *id)
{
	(void)talk_ask(&house->talk,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}", id);
}

static bool
stays(const char *reply)
{
	bool is_kept = strstr(reply, "\"reconnect\":\"retry\"") != NULL;

	CU_ASSERT_EQUAL(strstr(reply,
			    "{\"channel\":\"/meta/disconnect\","
			    "\"successful\":true}") != NULL,
	    !is_kept);
	CU_ASSERT_EQUAL(strstr(reply, "\"reconnect\":\"none\"") != NULL,
	    !is_kept);
	return is_kept;
}

static void
rule_103_who_only_connects_is_kicked_when_he_does_so(void)
{
	struct house house;

	start(&house, "client");
	CU_ASSERT_TRUE(stays(connect_after(&house, 30000)));
	CU_ASSERT_TRUE(stays(connect_after(&house, 29999)));
	CU_ASSERT_FALSE(stays(connect_after(&house, 1)));
	CU_ASSERT_PTR_NOT_NULL(strstr(unit_last_log(), "reason=kicked"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(connect_after(&house, 0), "402::session_unknown"));
	talk_stop(&house.talk);
}

static void
rule_103_nobody_is_judged_but_by_his_connect(void)
{
	struct talk_request held;
	struct house house;

	start(&house, "client");
	talk_wait(&house.talk, 59999);
	talk_send(&house.talk, &held,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", house.id);
	talk_drain(&house.talk);
	CU_ASSERT_FALSE(held.ready);
	talk_wait(&house.talk, 29999);
	CU_ASSERT_FALSE(held.ready);
	talk_wait(&house.talk, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(held.text, "\"successful\":true}]"));
	talk_deliver(&house.talk, &held);
	CU_ASSERT_FALSE(stays(connect_after(&house, 0)));
	talk_stop(&house.talk);
}

static void
rule_103_whatever_else_he_sends_gives_him_more_time(void)
{
	static const char *const messages[] = {
		"\"channel\":\"/meta/subscribe\",\"subscription\":\"/b\"",
		"\"channel\":\"/meta/unsubscribe\",\"subscription\":\"/b\"",
		"\"channel\":\"/meta/ping\"",
		"\"channel\":\"/service/x\",\"data\":1",
		"\"channel\":\"/nobody\",\"data\":1",
	};
	struct house house;
	size_t i;

	start(&house, "client");
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		talk_wait(&house.talk, 59999);
		(void)talk_ask(&house.talk, "{%s,\"clientId\":\"%s\"}",
		    messages[i], house.id);
		CU_ASSERT_TRUE(stays(connect_after(&house, 59999)));
	}
	CU_ASSERT_FALSE(stays(connect_after(&house, 1)));
	talk_stop(&house.talk);
}

static void
rule_103_messages_that_are_sent_to_him_count_if_configured(void)
{
	static const struct {
		const char *mode;
		bool counts;
	} modes[] = { { "client", false }, { "client_server", true },
		{ NULL, true } };
	struct house house;
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		start(&house, modes[i].mode);
		talk_wait(&house.talk, 30000);
		publish(&house, house.other);
		CU_ASSERT_TRUE(stays(connect_after(&house, 29999)));
		CU_ASSERT_EQUAL(stays(connect_after(&house, 1)),
		    modes[i].counts);
		if (modes[i].counts) {
			CU_ASSERT_TRUE(stays(connect_after(&house, 59998)));
			CU_ASSERT_FALSE(stays(connect_after(&house, 1)));
		}
		talk_stop(&house.talk);
	}
}

static void
rule_103_messages_to_others_do_not_count(void)
{
	struct house house;

	start(&house, "client_server");
	(void)talk_ask(&house.talk,
	    "{\"channel\":\"/meta/unsubscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    house.id);
	talk_wait(&house.talk, 30000);
	publish(&house, house.other);
	CU_ASSERT_FALSE(stays(connect_after(&house, 30000)));
	talk_stop(&house.talk);
}

static void
without_a_timeout_it_does_not_start(void)
{
	static const char *const timeouts[] = { NULL, "", "0", "-1", "1s",
		"1.5", "99999999999999999999" };
	struct rule rule = { NULL, NULL };
	struct talk talk;
	size_t i;

	talk_defaults(&talk);
	talk_start(&talk);
	for (i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		rule.timeout = timeouts[i];
		CU_ASSERT_EQUAL(bx_engine_add_plugin(talk.engine,
				    &bx_ext_activity, option, &rule),
		    BX_EGONE);
		CU_ASSERT_STRING_EQUAL(unit_last_log(),
		    "plugin=activity event=cannot_start "
		    "error=\"timeout is no number above 0\"");
	}
	talk_stop(&talk);
}

/* Where there was no memory to note it, judgement begins later. */
static void
who_was_there_before_it_has_his_time_too(void)
{
	struct house house;

	house.rule = (struct rule){ "60000", "client" };
	talk_defaults(&house.talk);
	house.talk.settings.max_interval = 3600000;
	talk_start(&house.talk);
	talk_connect(&house.talk, house.id);
	talk_wait(&house.talk, 90000);
	CU_ASSERT_EQUAL(bx_engine_add_plugin(house.talk.engine,
			    &bx_ext_activity, option, &house.rule),
	    BX_OK);
	CU_ASSERT_TRUE(stays(connect_after(&house, 0)));
	CU_ASSERT_TRUE(stays(connect_after(&house, 59999)));
	CU_ASSERT_FALSE(stays(connect_after(&house, 1)));
	talk_stop(&house.talk);
}

static bool
is_kicked(void *ctx)
{
	static const char handshake[] = "{\"channel\":\"/meta/handshake\"}";
	struct rule rule = { "1", "client" };
	struct talk_request request;
	struct talk talk;
	char text[128];
	char *at;
	bool done = false;

	(void)ctx;
	talk_defaults(&talk);
	talk.engine = bx_engine_new(unit_env(), &talk.settings);
	if (talk.engine == NULL)
		return false;
	if (bx_engine_add_plugin(talk.engine, &bx_ext_activity, option,
		&rule) != BX_OK ||
	    talk_try(&talk, &request, handshake, sizeof(handshake) - 1) !=
		BX_OK)
		goto stop;
	talk_drain(&talk);
	at = strstr(request.text, "\"clientId\":\"");
	if (at != NULL)
		(void)snprintf(text, sizeof(text),
		    "{\"channel\":\"/meta/connect\",%.*s}",
		    (int)strlen("\"clientId\":\"\"") + BX_CLIENT_ID_LENGTH,
		    at);
	talk_deliver(&talk, &request);
	talk_wait(&talk, 1);
	if (at != NULL &&
	    talk_try(&talk, &request, text, strlen(text)) == BX_OK) {
		talk_drain(&talk);
		done = strstr(request.text, "/meta/disconnect") != NULL;
		talk_deliver(&talk, &request);
	}
stop:
	talk_stop(&talk);
	return done;
}

static void
without_memory_he_may_stay(void)
{
	CU_ASSERT(unit_fail_each(is_kicked, NULL) > 5);
}

static const struct unit_test tests[] = {
	{ "rule 103: who only connects is kicked when he does so",
	    rule_103_who_only_connects_is_kicked_when_he_does_so },
	{ "rule 103: nobody is judged but by his connect",
	    rule_103_nobody_is_judged_but_by_his_connect },
	{ "rule 103: whatever else he sends gives him more time",
	    rule_103_whatever_else_he_sends_gives_him_more_time },
	{ "rule 103: messages that are sent to him count, if configured",
	    rule_103_messages_that_are_sent_to_him_count_if_configured },
	{ "rule 103: messages to others do not count",
	    rule_103_messages_to_others_do_not_count },
	{ "without a timeout it does not start",
	    without_a_timeout_it_does_not_start },
	{ "who was there before it has his time too",
	    who_was_there_before_it_has_his_time_too },
	{ "without memory he may stay", without_memory_he_may_stay },
};

UNIT_MAIN("ext_activity", tests)
