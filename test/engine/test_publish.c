/*
 * test_publish.c - what subscribers are told, byte for byte, and who may tell.
 */
#include <stdio.h>
#include <string.h>

#include "engine/access.h"
#include "engine/channel_rules.h"
#include "engine/message.h"
#include "engine/publish.h"
#include "engine/session_queue.h"
#include "engine/sessions.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

struct pair {
	struct talk talk;
	char listener[BX_CLIENT_ID_LENGTH + 1];
	char talker[BX_CLIENT_ID_LENGTH + 1];
};

static void
start_with(struct pair *pair)
{
	talk_start(&pair->talk);
	talk_connect(&pair->talk, pair->listener);
	talk_connect(&pair->talk, pair->talker);
	(void)talk_ask(&pair->talk,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":[\"/a\",\"/a/*\",\"/a/**\",\"/*\"]}",
	    pair->listener);
}

static void
start(struct pair *pair)
{
	talk_defaults(&pair->talk);
	start_with(pair);
}

static const char *
poll(struct pair *pair)
{
	return talk_ask(&pair->talk,
	    "{\"channel\":\"/meta/connect\","
	    "\"clientId\":\"%s\",\"advice\":{\"timeout\":0}}",
	    pair->listener);
}

/* The listener's next poll carries exactly these events. */
static void
check_events(struct pair *pair, const char *events)
{
	char expected[1024];

	(void)snprintf(expected, sizeof(expected),
	    "[%s%s{\"channel\":\"/meta/connect\",\"successful\":true,"
	    "\"advice\":{\"reconnect\":\"retry\",\"interval\":0,"
	    "\"timeout\":30000}}]",
	    events, events[0] == '\0' ? "" : ",");
	CU_ASSERT_STRING_EQUAL(poll(pair), expected);
}

/* The talker sends a message with these fields besides its clientId. */
static const char *
say(struct pair *pair, const char *fields)
{
	return talk_ask(&pair->talk, "{\"clientId\":\"%s\",%s}", pair->talker,
	    fields);
}

static void
data_travels_byte_for_byte(void)
{
	static const char *const values[] = {
		"9007199254740993",
		"1e400",
		"-0",
		"\"a\\u0000b\"",
		"\"\\ud800\"",
		"null",
		"[ 1 ,\n2 ]",
		"{\"a\":1,\"a\":2}",
		"12345678901234567890123456789012345678901234567890",
		"\"\\/\"",
		"\"\xc3\xa9\"",
	};
	char text[256];
	struct pair pair;
	size_t i;

	start(&pair);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "\"channel\":\"/a\",\"data\":%s", values[i]);
		CU_ASSERT_STRING_EQUAL(say(&pair, text),
		    "[{\"channel\":\"/a\",\"successful\":true}]");
		(void)snprintf(text, sizeof(text),
		    "{\"channel\":\"/a\",\"data\":%s}", values[i]);
		check_events(&pair, text);
	}
	talk_stop(&pair.talk);
}

static void
rule_53_several_patterns_bring_one_event(void)
{
	struct pair pair;

	start(&pair);
	(void)say(&pair, "\"channel\":\"/a/b\",\"data\":1");
	check_events(&pair, "{\"channel\":\"/a/b\",\"data\":1}");
	(void)say(&pair, "\"channel\":\"/x/y\",\"data\":1");
	check_events(&pair, "");
	talk_stop(&pair.talk);
}

static void
rule_63_only_channel_data_and_ext_are_passed_on(void)
{
	struct pair pair;

	start(&pair);
	CU_ASSERT_STRING_EQUAL(
	    say(&pair,
		"\"channel\":\"/a\",\"id\":\"5\","
		"\"data\":1,\"ext\":{\"x\":1},\"advice\":{\"reconnect\":"
		"\"none\"},\"successful\":true,\"timestamp\":\"t\""),
	    "[{\"channel\":\"/a\",\"id\":\"5\",\"successful\":true}]");
	check_events(&pair,
	    "{\"channel\":\"/a\",\"data\":1,\"ext\":{\"x\":1}}");
	(void)say(&pair, "\"channel\":\"/a\",\"data\":1,\"ext\":[1]");
	check_events(&pair, "{\"channel\":\"/a\",\"data\":1}");
	talk_stop(&pair.talk);
}

static void
ext_stays_behind_where_that_is_configured(void)
{
	struct pair pair;

	talk_defaults(&pair.talk);
	pair.talk.settings.forward_ext = false;
	start_with(&pair);
	(void)say(&pair, "\"channel\":\"/a\",\"data\":1,\"ext\":{}");
	check_events(&pair, "{\"channel\":\"/a\",\"data\":1}");
	talk_stop(&pair.talk);
}

/* Saying fields fails with error, and the listener hears nothing. */
static void
check_refused(struct pair *pair, const char *fields, const char *error)
{
	const char *text = say(pair, fields);

	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"successful\":false"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, error));
	check_events(pair, "");
}

static void
what_is_refused_reaches_nobody(void)
{
	struct pair pair;

	start(&pair);
	check_refused(&pair, "\"channel\":\"/a\"", "400::data_missing");
	check_refused(&pair, "\"channel\":\"/a/*\",\"data\":1",
	    "405::channel_invalid");
	check_refused(&pair, "\"channel\":\"/a/\",\"data\":1",
	    "405::channel_invalid");
	check_refused(&pair, "\"channel\":\"/meta/x\",\"data\":1",
	    "403:denied_by_security_policy:channel_create_denied");
	check_refused(&pair, "\"channel\":\"/meta/x\"",
	    "403:denied_by_security_policy:channel_create_denied");
	check_refused(&pair, "\"channel\":\"/meta\",\"data\":1",
	    "403:denied_by_security_policy:channel_create_denied");
	check_refused(&pair, "\"channel\":\"/service\",\"data\":1",
	    "403:denied_by_security_policy:channel_create_denied");
	check_refused(&pair, "\"channel\":\"/a\",\"data\":1,\"id\":\"a b\"",
	    "405::message_id_invalid");
	check_refused(&pair,
	    "\"channel\":\"/a\",\"data\":1,"
	    "\"clientId\":\"stranger\"",
	    "402::session_unknown");
	talk_stop(&pair.talk);
}

static void
rule_67_only_a_message_without_any_id_is_anonymous(void)
{
	static const char anonymous[] = "{\"channel\":\"/a\",\"data\":1}";
	struct pair pair;

	start(&pair);
	CU_ASSERT_PTR_NOT_NULL(strstr(talk_ask(&pair.talk, "%s", anonymous),
	    "402::session_unknown"));
	talk_stop(&pair.talk);
	talk_defaults(&pair.talk);
	pair.talk.settings.anonymous_publish = true;
	start_with(&pair);
	CU_ASSERT_STRING_EQUAL(talk_ask(&pair.talk, "%s", anonymous),
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	check_events(&pair, anonymous);
	(void)talk_ask(&pair.talk,
	    "{\"channel\":\"/a\",\"data\":1,\"clientId\":null}");
	check_events(&pair, anonymous);
	check_refused(&pair,
	    "\"channel\":\"/a\",\"data\":1,"
	    "\"clientId\":\"expired\"",
	    "402::session_unknown");
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_ask(&pair.talk,
		       "{\"channel\":\"/service/a\",\"data\":1}"),
		"402::session_unknown"));
	talk_stop(&pair.talk);
}

static void
rule_68_the_publisher_can_be_left_out(void)
{
	struct pair pair;

	talk_defaults(&pair.talk);
	pair.talk.settings.broadcast_to_publisher = false;
	start_with(&pair);
	CU_ASSERT_STRING_EQUAL(talk_ask(&pair.talk,
				   "{\"channel\":\"/a\","
				   "\"clientId\":\"%s\",\"data\":1}",
				   pair.listener),
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	check_events(&pair, "");
	talk_stop(&pair.talk);
}

/* Begin a conversation where one rule, which sets nothing yet, is for
 * pattern. */
static void
start_with_rule(struct pair *pair, struct bx_channel_rule *rule,
    const char *pattern)
{
	int key;

	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&rule->pattern, pattern,
				  strlen(pattern), 100, 10),
	    BX_OK);
	for (key = 0; key < BX_RULE_KEYS; key++)
		rule->values[key] = BX_RULE_UNSET;
	talk_defaults(&pair->talk);
	pair->talk.settings.channel_rules = rule;
	pair->talk.settings.channel_rule_count = 1;
	start_with(pair);
}

/* What the listener is answered when it publishes to channel. */
static const char *
say_itself(struct pair *pair, const char *channel)
{
	return talk_ask(&pair->talk,
	    "{\"channel\":\"%s\",\"clientId\":\"%s\",\"data\":1}", channel,
	    pair->listener);
}

static void
rule_68_a_channel_can_leave_its_publisher_out(void)
{
	static const char without[] =
	    "[{\"channel\":\"/a/b\",\"successful\":true}]";
	struct bx_channel_rule rule;
	struct pair pair;

	start_with_rule(&pair, &rule, "/a/*");
	rule.values[BX_RULE_BROADCAST_TO_PUBLISHER] = false;
	CU_ASSERT_STRING_EQUAL(say_itself(&pair, "/a/b"), without);
	CU_ASSERT_STRING_EQUAL(say_itself(&pair, "/a"),
	    "[{\"channel\":\"/a\",\"data\":1},"
	    "{\"channel\":\"/a\",\"successful\":true}]");
	(void)say(&pair, "\"channel\":\"/a/b\",\"data\":1");
	check_events(&pair, "{\"channel\":\"/a/b\",\"data\":1}");
	/* Both the option and the rule have to be content. */
	rule.values[BX_RULE_BROADCAST_TO_PUBLISHER] = true;
	pair.talk.settings.broadcast_to_publisher = false;
	CU_ASSERT_STRING_EQUAL(say_itself(&pair, "/a/b"), without);
	talk_stop(&pair.talk);
}

/* The listener's connect that may be held. */
static void
hold(struct pair *pair, struct talk_request *request)
{
	talk_send(&pair->talk, request,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}",
	    pair->listener);
	talk_drain(&pair->talk);
}

/* A lazy message waits for so long, and is then told. */
static void
check_lazy(struct pair *pair, bx_msec duration)
{
	struct talk_request request;

	hold(pair, &request);
	(void)say(pair, "\"channel\":\"/a\",\"data\":1");
	talk_wait(&pair->talk, duration - 1);
	CU_ASSERT_FALSE(request.ready);
	talk_wait(&pair->talk, 1);
	CU_ASSERT_TRUE_FATAL(request.ready);
	CU_ASSERT_STRING_EQUAL(request.text,
	    "[{\"channel\":\"/a\",\"data\":1},"
	    "{\"channel\":\"/meta/connect\",\"successful\":true}]");
	talk_deliver(&pair->talk, &request);
}

static void
rule_40_a_lazy_channels_messages_wait(void)
{
	struct bx_channel_rule rule;
	struct talk_request request;
	struct pair pair;
	int i;

	start_with_rule(&pair, &rule, "/a");
	rule.values[BX_RULE_LAZY] = true;
	check_lazy(&pair, 5000);
	pair.talk.settings.max_lazy_timeout = 300;
	check_lazy(&pair, 300);
	rule.values[BX_RULE_LAZY_TIMEOUT] = 700;
	check_lazy(&pair, 700);
	for (i = 0; i < 2; i++) {
		rule.values[BX_RULE_LAZY] = i == 0 ? false : BX_RULE_UNSET;
		hold(&pair, &request);
		(void)say(&pair, "\"channel\":\"/a\",\"data\":1");
		CU_ASSERT_TRUE_FATAL(request.ready);
		talk_deliver(&pair.talk, &request);
	}
	talk_stop(&pair.talk);
}

static void
rule_35_a_lazy_message_is_answered_at_once_when_it_is_late(void)
{
	struct bx_channel_rule rule;
	struct talk_request request;
	struct pair pair;

	start_with_rule(&pair, &rule, "/a");
	rule.values[BX_RULE_LAZY] = true;
	(void)say(&pair, "\"channel\":\"/a\",\"data\":1");
	talk_wait(&pair.talk, 4999);
	hold(&pair, &request);
	CU_ASSERT_FALSE(request.ready);
	talk_lose(&pair.talk, &request);
	talk_wait(&pair.talk, 1);
	hold(&pair, &request);
	CU_ASSERT_TRUE(request.ready);
	CU_ASSERT_PTR_NOT_NULL(strstr(request.text, "\"data\":1"));
	/* It was lost, and is as late as before. */
	talk_lose(&pair.talk, &request);
	hold(&pair, &request);
	CU_ASSERT_TRUE(request.ready);
	CU_ASSERT_PTR_NOT_NULL(strstr(request.text, "\"data\":1"));
	talk_deliver(&pair.talk, &request);
	talk_stop(&pair.talk);
}

static void
rule_70_events_keep_their_order(void)
{
	struct pair pair;

	start(&pair);
	(void)talk_ask(&pair.talk,
	    "[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1},"
	    "{\"channel\":\"/a/b\",\"clientId\":\"%s\",\"data\":2}]",
	    pair.talker, pair.talker);
	(void)say(&pair, "\"channel\":\"/a\",\"data\":3");
	check_events(&pair,
	    "{\"channel\":\"/a\",\"data\":1},"
	    "{\"channel\":\"/a/b\",\"data\":2},"
	    "{\"channel\":\"/a\",\"data\":3}");
	talk_stop(&pair.talk);
}

static const char *
publish_as(struct talk *talk, const char *id, const char *channel)
{
	return talk_ask(talk,
	    "{\"channel\":\"%s\",\"clientId\":%s,\"data\":1}", channel, id);
}

#define REASON "403:denied_by_security_policy:"

static void
rule_72_a_rule_says_who_publishes_and_who_creates(void)
{
	static const char *const names[] = { "alice" };
	static const struct bx_access_list alice = { .users = names,
		.user_count = 1 };
	static const struct bx_access_list nobody = { 0 };
	static const char *const titles[] = { "/a", "/b", "/service/a" };
	struct bx_access_rule rules[3];
	char id[BX_CLIENT_ID_LENGTH + 3] = "\"";
	struct talk talk;
	int i;

	for (i = 0; i < 3; i++)
		CU_ASSERT_EQUAL_FATAL(bx_access_rule_parse(&rules[i],
					  titles[i], strlen(titles[i])),
		    BX_OK);
	rules[0].lists[BX_ACCESS_PUBLISH] = &alice;
	rules[1].lists[BX_ACCESS_CREATE] = &nobody;
	rules[2].lists[BX_ACCESS_PUBLISH] = &alice;
	talk_defaults(&talk);
	talk.settings.access_rules = rules;
	talk.settings.access_rule_count = 3;
	talk.settings.anonymous_publish = true;
	talk_start(&talk);
	/* Without a session there is no user, whoever is logged in. */
	memcpy(talk.visitor.user, "alice", 5);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(publish_as(&talk, "null", "/a"), REASON "publish_denied"));
	CU_ASSERT_PTR_NULL(strstr(publish_as(&talk, "null", "/c"), "error"));
	talk_handshake(&talk, id + 1);
	(void)strcat(id, "\"");
	CU_ASSERT_PTR_NULL(strstr(publish_as(&talk, id, "/a"), "error"));
	CU_ASSERT_PTR_NULL(
	    strstr(publish_as(&talk, id, "/service/a"), "error"));
	CU_ASSERT_PTR_NOT_NULL(strstr(publish_as(&talk, id, "/b"),
	    REASON "channel_create_denied"));
	memcpy(talk.visitor.user, "bobby", 5);
	talk_handshake(&talk, id + 1);
	(void)strcat(id, "\"");
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(publish_as(&talk, id, "/a"), REASON "publish_denied"));
	CU_ASSERT_PTR_NOT_NULL(strstr(publish_as(&talk, id, "/service/a"),
	    REASON "publish_denied"));
	talk_stop(&talk);
}

static void
an_overflowing_queue_ends_its_session_alone(void)
{
	struct pair pair;
	int i;

	talk_defaults(&pair.talk);
	pair.talk.settings.max_queue_messages = 3;
	start_with(&pair);
	for (i = 0; i < 4; i++)
		(void)say(&pair, "\"channel\":\"/a\",\"data\":1");
	CU_ASSERT_EQUAL(bx_engine_counts(pair.talk.engine).sessions, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(unit_last_log(), "reason=overflow"));
	CU_ASSERT_PTR_NOT_NULL(strstr(poll(&pair), "402::session_unknown"));
	CU_ASSERT_STRING_EQUAL(say(&pair, "\"channel\":\"/a\",\"data\":1"),
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	talk_stop(&pair.talk);
}

/* Answers every call with its data, under the same id (rule 66). */
static void
echo(const struct bx_incoming *call, void *ctx)
{
	const struct bx_outgoing answer = {
		.channel = call->channel,
		.data = call->data,
		.id = call->id,
	};
	struct bx_message *message =
	    bx_message_event(unit_env(), &answer, NULL);
	int *calls = ctx;

	(*calls)++;
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_EQUAL(bx_session_deliver(call->session, message), BX_OK);
	bx_message_unref(message);
}

static void
rule_66_a_service_answers_its_sender_and_nobody_hears(void)
{
	struct pair pair;
	int calls = 0;
	const struct bx_service service = { "echo", echo, &calls, NULL };

	start(&pair);
	(void)talk_ask(&pair.talk,
	    "{\"channel\":\"/meta/subscribe\","
	    "\"clientId\":\"%s\",\"subscription\":\"/**\"}",
	    pair.listener);
	CU_ASSERT_EQUAL(bx_hooks_add_service(bx_engine_hooks(pair.talk.engine),
			    &service),
	    BX_OK);
	CU_ASSERT_STRING_EQUAL(say(&pair,
				   "\"channel\":\"/service/"
				   "echo\",\"id\":\"3\",\"data\":[1]"),
	    "[{\"channel\":\"/service/echo\",\"data\":[1],\"id\":\"3\"},"
	    "{\"channel\":\"/service/echo\",\"id\":\"3\","
	    "\"successful\":true}]");
	CU_ASSERT_EQUAL(calls, 1);
	CU_ASSERT_STRING_EQUAL(say(&pair,
				   "\"channel\":\"/service/none\",\"data\":1"),
	    "[{\"channel\":\"/service/none\",\"successful\":true}]");
	check_events(&pair, "");
	talk_stop(&pair.talk);
}

static void
without_memory_a_message_reaches_all_or_nobody(void)
{
	struct pair pair;
	struct talk_request request;
	char text[256];
	bool failed = true;
	size_t nth;

	for (nth = 1; failed; nth++) {
		start(&pair);
		(void)talk_ask(&pair.talk,
		    "{\"channel\":\"/meta/subscribe\","
		    "\"clientId\":\"%s\",\"subscription\":\"/a\"}",
		    pair.talker);
		(void)snprintf(text, sizeof(text),
		    "{\"channel\":\"/a\","
		    "\"clientId\":\"%s\",\"data\":1}",
		    pair.talker);
		unit_fail_allocation(nth);
		if (talk_try(&pair.talk, &request, text, strlen(text)) ==
		    BX_OK)
			talk_drain(&pair.talk);
		failed = unit_has_failed();
		unit_fail_allocation(0);
		talk_lose(&pair.talk, &request);
		check_events(&pair,
		    failed ? "" : "{\"channel\":\"/a\",\"data\":1}");
		talk_stop(&pair.talk);
	}
	CU_ASSERT(nth > 6);
}

/* A service that fails with ctx, or ends its sender first if that is NULL. */
static void
fail_with(const struct bx_incoming *message, void *ctx)
{
	if (ctx == NULL)
		bx_session_kick(message->session);
	bx_publish_fail(message, ctx == NULL ? "gone" : ctx);
}

static void
add_failing(struct pair *pair, const char *name, char *text)
{
	const struct bx_service service = { name, fail_with, text, NULL };

	CU_ASSERT_EQUAL(bx_hooks_add_service(bx_engine_hooks(
						 pair->talk.engine),
			    &service),
	    BX_OK);
}

static void
a_service_that_fails_says_so_in_the_reply(void)
{
	static char plain[] = "It is closed";
	static char odd[] = "a\"b\\c\n\xff\xc3\xa4";
	static char late[BX_ERROR_TEXT_MAX + 100];
	struct pair pair;
	const char *text;

	start(&pair);
	add_failing(&pair, "shop", plain);
	add_failing(&pair, "shop/odd", odd);
	memset(late, 'x', sizeof(late) - 1);
	add_failing(&pair, "long", late);
	CU_ASSERT_STRING_EQUAL(say(&pair,
				   "\"channel\":\"/service/"
				   "shop\",\"data\":1,\"id\":\"7\""),
	    "[{\"channel\":\"/service/shop\",\"id\":\"7\","
	    "\"successful\":false,\"error\":\"500:shop:It is closed\"}]");
	CU_ASSERT_STRING_EQUAL(
	    say(&pair, "\"channel\":\"/service/shop/odd\",\"data\":1"),
	    "[{\"channel\":\"/service/shop/odd\",\"successful\":false,"
	    "\"error\":\"500:shop/odd:a\\\"b\\\\c\\u000a"
	    "\xef\xbf\xbd\xc3\xa4\"}]");
	text = say(&pair, "\"channel\":\"/service/long\",\"data\":1");
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"500:long:xxx"));
	CU_ASSERT(strlen(text) < BX_ERROR_TEXT_MAX + 100);
	talk_stop(&pair.talk);
}

static void
a_service_may_fail_and_end_its_sender(void)
{
	struct pair pair;

	start(&pair);
	add_failing(&pair, "end", NULL);
	CU_ASSERT_STRING_EQUAL(say(&pair,
				   "\"channel\":\"/service/end\",\"data\":1"),
	    "[{\"channel\":\"/service/end\",\"successful\":false,"
	    "\"error\":\"500:end:gone\"}]");
	talk_stop(&pair.talk);
}

/* No service was called with it. */
static enum bx_verdict
fail_too_soon(struct bx_question *question, void *ctx)
{
	bx_publish_fail(question->message, ctx);
	return BX_VERDICT_ABSTAIN;
}

static void
only_the_message_of_a_service_can_fail(void)
{
	static char text[] = "no";
	struct pair pair;
	uint64_t handle;

	start(&pair);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(pair.talk.engine),
			    fail_too_soon, text, &handle),
	    BX_OK);
	CU_ASSERT_STRING_EQUAL(say(&pair, "\"channel\":\"/a\",\"data\":1"),
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	talk_stop(&pair.talk);
}

/* Ends whom it is asked about. */
static enum bx_verdict
end_sender(struct bx_question *question, void *ctx)
{
	(void)ctx;
	if (question->operation == BX_OPERATION_PUBLISH)
		bx_session_end(question->session, BX_GONE_CLOSED);
	return BX_VERDICT_ALLOW;
}

static void
whom_a_policy_has_ended_publishes_nothing(void)
{
	struct pair pair;
	uint64_t handle;

	start(&pair);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(pair.talk.engine),
			    end_sender, NULL, &handle),
	    BX_OK);
	check_refused(&pair, "\"channel\":\"/a\",\"data\":1",
	    "402::session_unknown");
	talk_stop(&pair.talk);
}

static enum bx_verdict
deny_in_own_words(struct bx_question *question, void *ctx)
{
	(void)ctx;
	if (question->operation != BX_OPERATION_PUBLISH)
		return BX_VERDICT_ABSTAIN;
	/* Unterminated, as a plugin might leave it. */
	memset(question->denial.error, 'y', sizeof(question->denial.error));
	memcpy(question->denial.error, "403::no", 7);
	question->denial.advises = true;
	question->denial.reconnect = BX_RECONNECT_HANDSHAKE;
	question->denial.interval = -5;
	return BX_VERDICT_DENY;
}

static void
a_denial_may_have_words_and_advice_of_its_own(void)
{
	char error[BX_ERROR_TEXT_MAX + 2];
	struct pair pair;
	uint64_t handle;

	start(&pair);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(pair.talk.engine),
			    deny_in_own_words, NULL, &handle),
	    BX_OK);
	/* All of it but the byte where its end should have been. */
	memset(error, 'y', sizeof(error));
	memcpy(error, "\"403::no", 8);
	error[BX_ERROR_TEXT_MAX] = '"';
	error[BX_ERROR_TEXT_MAX + 1] = '\0';
	check_refused(&pair, "\"channel\":\"/a\",\"data\":1", error);
	check_refused(&pair, "\"channel\":\"/service/a\",\"data\":1",
	    "\"advice\":{\"reconnect\":\"handshake\",\"interval\":0,");
	talk_stop(&pair.talk);
}

static const struct unit_test tests[] = {
	{ "data travels byte for byte", data_travels_byte_for_byte },
	{ "rule 53: several patterns bring one event",
	    rule_53_several_patterns_bring_one_event },
	{ "rule 63: only channel, data and ext are passed on",
	    rule_63_only_channel_data_and_ext_are_passed_on },
	{ "ext stays behind where that is configured",
	    ext_stays_behind_where_that_is_configured },
	{ "what is refused reaches nobody", what_is_refused_reaches_nobody },
	{ "rule 67: only a message without any id is anonymous",
	    rule_67_only_a_message_without_any_id_is_anonymous },
	{ "rule 68: the publisher can be left out",
	    rule_68_the_publisher_can_be_left_out },
	{ "rule 68: a channel can leave its publisher out",
	    rule_68_a_channel_can_leave_its_publisher_out },
	{ "rule 40: a lazy channel's messages wait",
	    rule_40_a_lazy_channels_messages_wait },
	{ "rule 35: a lazy message that is late is told at once",
	    rule_35_a_lazy_message_is_answered_at_once_when_it_is_late },
	{ "rule 70: events keep their order",
	    rule_70_events_keep_their_order },
	{ "rule 72: a rule says who publishes, and who creates",
	    rule_72_a_rule_says_who_publishes_and_who_creates },
	{ "an overflowing queue ends its session alone",
	    an_overflowing_queue_ends_its_session_alone },
	{ "rule 66: a service answers its sender and nobody hears",
	    rule_66_a_service_answers_its_sender_and_nobody_hears },
	{ "a service that fails says so in the reply",
	    a_service_that_fails_says_so_in_the_reply },
	{ "a service may fail and end its sender",
	    a_service_may_fail_and_end_its_sender },
	{ "only the message of a service can fail",
	    only_the_message_of_a_service_can_fail },
	{ "whom a policy has ended publishes nothing",
	    whom_a_policy_has_ended_publishes_nothing },
	{ "a denial may have words and advice of its own",
	    a_denial_may_have_words_and_advice_of_its_own },
	{ "without memory a message reaches all or nobody",
	    without_memory_a_message_reaches_all_or_nobody },
};

UNIT_MAIN("publish", tests)
