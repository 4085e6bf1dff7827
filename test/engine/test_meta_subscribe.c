/*
 * test_meta_subscribe.c - subscribe and unsubscribe, all or nothing.
 */
#include <stdio.h>
#include <string.h>

#include "engine/access.h"
#include "engine/session.h"
#include "engine/ticket.h"
#include "test/support/judge.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

struct client {
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];
};

static void
start(struct client *client)
{
	talk_defaults(&client->talk);
	client->talk.settings.max_subscriptions = 3;
	talk_start(&client->talk);
	talk_connect(&client->talk, client->id);
}

static void
stop(struct client *client)
{
	talk_stop(&client->talk);
}

static size_t
channels(struct client *client)
{
	return bx_engine_counts(client->talk.engine).channels;
}

/* Send verb with a subscription (JSON), and expect it echoed with rest. */
static void
check(struct client *client, const char *verb, const char *subscription,
    const char *rest)
{
	char expected[512];

	(void)snprintf(expected, sizeof(expected),
	    "[{\"channel\":\"/meta/%s\",\"subscription\":%s,%s}]", verb,
	    subscription, rest);
	CU_ASSERT_STRING_EQUAL(talk_ask(&client->talk,
				   "{\"channel\":\"/meta/"
				   "%s\",\"clientId\":\"%s\","
				   "\"subscription\":%s}",
				   verb, client->id, subscription),
	    expected);
}

#define SUCCESS "\"successful\":true"
#define FAILURE(error) "\"successful\":false,\"error\":\"" error "\""
#define INVALID FAILURE("403::subscription_invalid")
#define DENIED FAILURE("403:denied_by_security_policy:subscribe_denied")

static void
rule_47_the_subscription_is_echoed_as_it_was_sent(void)
{
	struct client client;

	start(&client);
	check(&client, "subscribe", "\"\\/a\\u0062\"", SUCCESS);
	check(&client, "subscribe", "[ \"/a/*\" , \"/b/**\" ]", SUCCESS);
	CU_ASSERT_EQUAL(channels(&client), 3);
	check(&client, "unsubscribe", "[\"/ab\",\"/a/*\",\"/b/**\"]", SUCCESS);
	CU_ASSERT_EQUAL(channels(&client), 0);
	stop(&client);
}

static void
rule_48_one_bad_name_spoils_all(void)
{
	static const char *const bad[] = {
		"[\"/a\",\"b\"]",
		"[\"/a\",1]",
		"[]",
		"{}",
		"1",
		"true",
		"\"\"",
		"\"/\"",
		"\"/a//b\"",
		"\"/a/\"",
		"\"/*/a\"",
		"\"/a*\"",
		"[[\"/a\"]]",
		"\"/a\\u0000b\"",
		"\"/\\ud800\"",
		"[null]",
	};
	struct client client;
	size_t i;

	start(&client);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check(&client, "subscribe", bad[i], INVALID);
		check(&client, "unsubscribe", bad[i], INVALID);
	}
	CU_ASSERT_EQUAL(channels(&client), 0);
	stop(&client);
}

static void
rule_48_a_missing_subscription_is_told_apart(void)
{
	struct client client;

	start(&client);
	CU_ASSERT_STRING_EQUAL(talk_ask(&client.talk,
				   "{\"channel\":\"/meta/"
				   "subscribe\",\"clientId\":\"%s\"}",
				   client.id),
	    "[{\"channel\":\"/meta/subscribe\"," FAILURE(
		"403::subscription_missing") "}]");
	check(&client, "subscribe", "null",
	    FAILURE("403::subscription_missing"));
	stop(&client);
}

static void
rule_49_one_denied_name_leaves_none_subscribed(void)
{
	struct client client;

	start(&client);
	check(&client, "subscribe", "[\"/a\",\"/meta/x\",\"/b\"]", DENIED);
	CU_ASSERT_EQUAL(channels(&client), 0);
	check(&client, "subscribe", "\"/meta/connect\"", DENIED);
	check(&client, "subscribe", "\"/meta/*\"", DENIED);
	check(&client, "subscribe", "\"/meta\"", DENIED);
	check(&client, "subscribe", "\"/service\"", DENIED);
	stop(&client);
}

static void
rule_51_a_service_channel_is_accepted_and_not_recorded(void)
{
	struct client client;

	start(&client);
	check(&client, "subscribe", "\"/service/echo\"", SUCCESS);
	check(&client, "subscribe", "\"/service/**\"", SUCCESS);
	CU_ASSERT_EQUAL(channels(&client), 0);
	check(&client, "unsubscribe", "\"/service/echo\"", SUCCESS);
	stop(&client);
}

static void
a_subscription_too_many_takes_back_the_others(void)
{
	struct client client;

	start(&client);
	check(&client, "subscribe", "\"/old\"", SUCCESS);
	check(&client, "subscribe", "[\"/a\",\"/old\",\"/b\",\"/c\"]",
	    FAILURE("403:too_many_subscriptions:subscribe_denied"));
	CU_ASSERT_EQUAL(channels(&client), 1);
	check(&client, "subscribe", "[\"/a\",\"/old\",\"/a\",\"/b\"]",
	    SUCCESS);
	CU_ASSERT_EQUAL(channels(&client), 3);
	stop(&client);
}

static void
rule_54_to_unsubscribe_what_is_not_subscribed_is_no_error(void)
{
	struct client client;

	start(&client);
	check(&client, "unsubscribe", "\"/never\"", SUCCESS);
	check(&client, "unsubscribe", "[\"/a\",\"/meta/x\"]",
	    FAILURE("403::unsubscribe_failed"));
	stop(&client);
}

static void
rule_57_an_unknown_session_gets_402_and_the_echo(void)
{
	struct client client;

	start(&client);
	memset(client.id, 'x', BX_CLIENT_ID_LENGTH);
	check(&client, "subscribe", "\"/a\"", FAILURE("402::session_unknown"));
	check(&client, "unsubscribe", "[1]", FAILURE("402::session_unknown"));
	stop(&client);
}

/* Grants the first question and parks the second. */
struct parking {
	struct bx_ticket *ticket;
	size_t asked;
};

static const struct bx_ruling allowed = { .verdict = BX_VERDICT_ALLOW };

static enum bx_verdict
park_second(struct bx_question *question, void *ctx)
{
	struct parking *parking = ctx;

	if (question->operation == BX_OPERATION_HANDSHAKE)
		return BX_VERDICT_ABSTAIN;
	if (++parking->asked != 2)
		return BX_VERDICT_ALLOW;
	parking->ticket = bx_ticket_take(question);
	return BX_VERDICT_PENDING;
}

static void
no_name_is_applied_while_a_verdict_is_pending(void)
{
	struct parking parking = { NULL, 0 };
	struct talk_request request;
	struct client client;
	uint64_t handle;

	start(&client);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(
						client.talk.engine),
			    park_second, &parking, &handle),
	    BX_OK);
	talk_send(&client.talk, &request,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":[\"/a\",\"/b\"]}",
	    client.id);
	CU_ASSERT_EQUAL(channels(&client), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(parking.ticket);
	bx_ticket_resolve(parking.ticket, &allowed, client.talk.now);
	talk_drain(&client.talk);
	/* Create and subscribe for each of two names, none asked twice. */
	CU_ASSERT_EQUAL(parking.asked, 4);
	CU_ASSERT_EQUAL(channels(&client), 2);
	talk_deliver(&client.talk, &request);
	stop(&client);
}

static const struct bx_access_list nobody = { 0 };
static const struct bx_access_list authenticated = { .authenticated = true };

/* "/a" and "/service/a" are for users alone, and nobody creates "/b". */
static void
start_with_rules(struct client *client, struct bx_access_rule rules[3],
    const char *user)
{
	static const char *const titles[] = { "/a", "/service/a", "/b" };
	int i;

	for (i = 0; i < 3; i++)
		CU_ASSERT_EQUAL_FATAL(bx_access_rule_parse(&rules[i],
					  titles[i], strlen(titles[i])),
		    BX_OK);
	rules[0].lists[BX_ACCESS_SUBSCRIBE] = &authenticated;
	rules[1].lists[BX_ACCESS_SUBSCRIBE] = &authenticated;
	rules[2].lists[BX_ACCESS_CREATE] = &nobody;
	talk_defaults(&client->talk);
	client->talk.settings.access_rules = rules;
	client->talk.settings.access_rule_count = 3;
	talk_start(&client->talk);
	memcpy(client->talk.visitor.user, user, strlen(user));
	talk_connect(&client->talk, client->id);
}

#define NOT_CREATED FAILURE("403:denied_by_security_policy:create_denied")

static void
rule_49_what_a_rule_denies_is_denied_with_all_beside_it(void)
{
	struct bx_access_rule rules[3];
	struct client client;

	start_with_rules(&client, rules, "");
	check(&client, "subscribe", "[\"/x\",\"/a\"]", DENIED);
	check(&client, "subscribe", "[\"/x\",\"/**\"]", DENIED);
	check(&client, "subscribe", "\"/service/a\"", DENIED);
	check(&client, "subscribe", "[\"/x\",\"/b\"]", NOT_CREATED);
	CU_ASSERT_EQUAL(channels(&client), 0);
	check(&client, "subscribe", "[\"/x\",\"/service/b\"]", SUCCESS);
	stop(&client);
	start_with_rules(&client, rules, "alice");
	check(&client, "subscribe", "[\"/a\",\"/service/a\"]", SUCCESS);
	check(&client, "subscribe", "\"/b\"", NOT_CREATED);
	stop(&client);
}

/* The first question is about "/x", the second is parked. */
static void
a_rule_denies_what_a_late_verdict_allows(void)
{
	struct parking parking = { NULL, 0 };
	struct bx_access_rule rules[3];
	struct talk_request request;
	struct client client;
	uint64_t handle;

	start_with_rules(&client, rules, "");
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(
						client.talk.engine),
			    park_second, &parking, &handle),
	    BX_OK);
	talk_send(&client.talk, &request,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    client.id);
	CU_ASSERT_PTR_NOT_NULL_FATAL(parking.ticket);
	bx_ticket_resolve(parking.ticket, &allowed, client.talk.now);
	talk_drain(&client.talk);
	CU_ASSERT_PTR_NOT_NULL(strstr(request.text, DENIED));
	CU_ASSERT_EQUAL(channels(&client), 0);
	talk_deliver(&client.talk, &request);
	stop(&client);
}

static enum bx_verdict
end_the_session(struct bx_question *question, void *ctx)
{
	(void)ctx;
	bx_session_end(question->session, BX_GONE_DISCONNECT);
	return BX_VERDICT_ALLOW;
}

static void
a_session_that_a_callback_has_ended_subscribes_to_nothing(void)
{
	struct client client;
	uint64_t handle;

	start(&client);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(
						client.talk.engine),
			    end_the_session, NULL, &handle),
	    BX_OK);
	check(&client, "subscribe", "[\"/a\",\"/b\"]",
	    FAILURE("402::session_unknown"));
	CU_ASSERT_EQUAL(channels(&client), 0);
	stop(&client);
}

static void
an_unsubscribe_may_be_denied_and_then_nothing_ends(void)
{
	struct judge judge = { .operation = BX_OPERATION_UNSUBSCRIBE };
	struct client client;

	start(&client);
	check(&client, "subscribe", "[\"/a\",\"/b\"]", SUCCESS);
	judge_appoint(&client.talk, &judge);
	check(&client, "unsubscribe", "[\"/\\u0061\",\"/b\"]",
	    FAILURE("403:denied_by_security_policy:unsubscribe_denied"));
	CU_ASSERT_STRING_EQUAL(judge.channel, "/a");
	CU_ASSERT_EQUAL(judge.asked, 1);
	judge.error = "403::Stay";
	check(&client, "unsubscribe", "\"/service/s\"", FAILURE("403::Stay"));
	CU_ASSERT_STRING_EQUAL(judge.channel, "/service/s");
	CU_ASSERT_EQUAL(channels(&client), 2);
	stop(&client);
}

static void
a_subscription_to_a_service_may_be_denied_in_the_policys_words(void)
{
	struct judge judge = {
		.operation = BX_OPERATION_SUBSCRIBE,
		.error = "403:x:Not \"here\"",
		.advises = true,
		.reconnect = BX_RECONNECT_NONE,
	};
	struct client client;

	start(&client);
	judge_appoint(&client.talk, &judge);
	check(&client, "subscribe", "\"/service/echo\"",
	    "\"successful\":false,\"error\":\"403:x:Not \\\"here\\\"\","
	    "\"advice\":{\"reconnect\":\"none\",\"interval\":0,"
	    "\"timeout\":30000}");
	CU_ASSERT_STRING_EQUAL(judge.channel, "/service/echo");
	stop(&client);
}

static void
a_name_that_nobody_may_have_is_denied_in_the_servers_words(void)
{
	struct judge judge = {
		.operation = BX_OPERATION_SUBSCRIBE,
		.error = "403::mine",
	};
	struct client client;

	start(&client);
	judge_appoint(&client.talk, &judge);
	check(&client, "subscribe", "\"/meta\"", DENIED);
	CU_ASSERT_EQUAL(judge.asked, 0);
	stop(&client);
}

/* Writes a denial, and allows. */
static enum bx_verdict
mutter(struct bx_question *question, void *ctx)
{
	(void)ctx;
	(void)strcpy(question->denial.error, "403::mine");
	question->denial.advises = true;
	return BX_VERDICT_ALLOW;
}

static void
what_a_policy_says_of_one_name_is_not_said_of_another(void)
{
	struct client client;
	uint64_t handle;

	start(&client);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(
						client.talk.engine),
			    mutter, NULL, &handle),
	    BX_OK);
	check(&client, "subscribe", "[\"/a\",\"/meta\"]", DENIED);
	stop(&client);
}

static enum bx_verdict
end_who_leaves(struct bx_question *question, void *ctx)
{
	(void)ctx;
	if (question->operation == BX_OPERATION_UNSUBSCRIBE)
		bx_session_end(question->session, BX_GONE_CLOSED);
	return BX_VERDICT_ABSTAIN;
}

static void
a_session_that_a_callback_has_ended_unsubscribes_from_nothing(void)
{
	struct client client;
	uint64_t handle;

	start(&client);
	check(&client, "subscribe", "\"/a\"", SUCCESS);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(
						client.talk.engine),
			    end_who_leaves, NULL, &handle),
	    BX_OK);
	check(&client, "unsubscribe", "\"/a\"",
	    FAILURE("402::session_unknown"));
	stop(&client);
}

static const struct unit_test tests[] = {
	{ "rule 47: the subscription is echoed as it was sent",
	    rule_47_the_subscription_is_echoed_as_it_was_sent },
	{ "rule 48: one bad name spoils all",
	    rule_48_one_bad_name_spoils_all },
	{ "rule 48: a missing subscription is told apart",
	    rule_48_a_missing_subscription_is_told_apart },
	{ "rule 49: one denied name leaves none subscribed",
	    rule_49_one_denied_name_leaves_none_subscribed },
	{ "rule 51: a service channel is accepted and not recorded",
	    rule_51_a_service_channel_is_accepted_and_not_recorded },
	{ "a subscription too many takes back the others",
	    a_subscription_too_many_takes_back_the_others },
	{ "rule 54: to unsubscribe what is not subscribed is no error",
	    rule_54_to_unsubscribe_what_is_not_subscribed_is_no_error },
	{ "rule 57: an unknown session gets 402 and the echo",
	    rule_57_an_unknown_session_gets_402_and_the_echo },
	{ "no name is applied while a verdict is pending",
	    no_name_is_applied_while_a_verdict_is_pending },
	{ "rule 49: what a rule denies is denied, with all beside it",
	    rule_49_what_a_rule_denies_is_denied_with_all_beside_it },
	{ "a rule denies what a late verdict allows",
	    a_rule_denies_what_a_late_verdict_allows },
	{ "a session that a callback has ended subscribes to nothing",
	    a_session_that_a_callback_has_ended_subscribes_to_nothing },
	{ "a session that a callback has ended unsubscribes from nothing",
	    a_session_that_a_callback_has_ended_unsubscribes_from_nothing },
	{ "an unsubscribe may be denied, and then nothing ends",
	    an_unsubscribe_may_be_denied_and_then_nothing_ends },
	{ "a subscription to a service may be denied in the policy's words",
	    a_subscription_to_a_service_may_be_denied_in_the_policys_words },
	{ "what a policy says of one name is not said of another",
	    what_a_policy_says_of_one_name_is_not_said_of_another },
	{ "a name that nobody may have is denied in the server's words",
	    a_name_that_nobody_may_have_is_denied_in_the_servers_words },
};

UNIT_MAIN("meta_subscribe", tests)
