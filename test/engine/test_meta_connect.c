/*
 * test_meta_connect.c - which connects are held, and what they are answered.
 */
#include <stdio.h>
#include <string.h>

#include "engine/core.h"
#include "engine/plugin.h"
#include "engine/session_keep.h"
#include "engine/session_queue.h"
#include "test/support/due.h"
#include "test/support/judge.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define RETRY(interval) \
	"\"advice\":{\"reconnect\":\"retry\",\"interval\":" interval "," \
	"\"timeout\":30000}"
#define OK "{\"channel\":\"/meta/connect\",\"successful\":true}"

struct client {
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct talk_request request;
};

static void
start(struct client *client)
{
	talk_defaults(&client->talk);
	talk_start(&client->talk);
	talk_connect(&client->talk, client->id);
}

/* Send a connect with these further fields. */
static void
connect(struct client *client, const char *fields)
{
	talk_send(&client->talk, &client->request,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"%s}",
	    client->id, fields);
	talk_drain(&client->talk);
}

static void
stop(struct client *client)
{
	talk_lose(&client->talk, &client->request);
	talk_stop(&client->talk);
}

static void
rule_43_an_unknown_session_is_told_to_handshake(void)
{
	struct talk talk;

	talk_defaults(&talk);
	talk_start(&talk);
	CU_ASSERT_STRING_EQUAL(talk_ask(&talk,
				   "{\"channel\":\"/meta/"
				   "connect\",\"id\":7,\"clientId\":7}"),
	    "[{\"channel\":\"/meta/connect\",\"id\":7,\"successful\":false,"
	    "\"error\":\"402::session_unknown\",\"advice\":"
	    "{\"reconnect\":\"handshake\",\"interval\":0}}]");
	talk_stop(&talk);
}

static void
rule_35_the_first_connect_is_answered_at_once_the_second_held(void)
{
	struct client client;

	start(&client);
	connect(&client, "");
	CU_ASSERT_FALSE(client.request.ready);
	stop(&client);
}

static void
rule_21_a_held_connect_keeps_its_id(void)
{
	struct client client;

	start(&client);
	connect(&client, ",\"id\":\"a1\"");
	CU_ASSERT_FALSE(client.request.ready);
	talk_wait(&client.talk, 30000);
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/meta/connect\",\"id\":\"a1\","
	    "\"successful\":true}]");
	stop(&client);
}

static void
rule_36_a_timeout_of_0_is_answered_now_with_advice(void)
{
	struct client client;

	start(&client);
	connect(&client, ",\"advice\":{\"timeout\":0}");
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true," RETRY(
		"0") "}]");
	stop(&client);
}

static void
rule_36_a_shorter_hold_is_granted_and_a_longer_is_not(void)
{
	struct client client;

	start(&client);
	connect(&client, ",\"advice\":{\"timeout\":500}");
	CU_ASSERT_FALSE(client.request.ready);
	talk_wait(&client.talk, 500);
	CU_ASSERT_TRUE(client.request.ready);
	talk_deliver(&client.talk, &client.request);
	connect(&client, ",\"advice\":{\"timeout\":99999}");
	talk_wait(&client.talk, 29999);
	CU_ASSERT_FALSE(client.request.ready);
	talk_wait(&client.talk, 1);
	CU_ASSERT_TRUE(client.request.ready);
	stop(&client);
}

static void
rule_36_advice_that_is_no_whole_number_is_ignored(void)
{
	static const char *const odd[] = {
		",\"advice\":{\"timeout\":-1}",
		",\"advice\":{\"timeout\":0.5}",
		",\"advice\":{\"timeout\":1e-400}",
		",\"advice\":{\"timeout\":0.9999999999999999999999}",
		",\"advice\":{\"timeout\":0e-1}",
		",\"advice\":{\"timeout\":\"0\"}",
		",\"advice\":[0]",
		",\"advice\":null",
		",\"advice\":{\"timeout\":0,\"timeout\":30000}",
	};
	struct client client;
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		start(&client);
		connect(&client, odd[i]);
		CU_ASSERT_FALSE(client.request.ready);
		stop(&client);
	}
}

static void
rule_36_a_clients_interval_counts_for_its_expiry(void)
{
	struct client client;

	start(&client);
	connect(&client, ",\"advice\":{\"timeout\":0,\"interval\":5000}");
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true," RETRY(
		"5000") "}]");
	talk_deliver(&client.talk, &client.request);
	talk_wait(&client.talk, 14999);
	CU_ASSERT_EQUAL(bx_engine_counts(client.talk.engine).sessions, 1);
	talk_wait(&client.talk, 1);
	CU_ASSERT_EQUAL(bx_engine_counts(client.talk.engine).sessions, 0);
	stop(&client);
}

static void
rule_39_a_pause_that_counts_no_more_is_taken_back(void)
{
	struct client client;

	start(&client);
	connect(&client, ",\"advice\":{\"timeout\":0,\"interval\":5000}");
	talk_deliver(&client.talk, &client.request);
	connect(&client, "");
	talk_wait(&client.talk, 30000);
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true," RETRY(
		"0") "}]");
	talk_deliver(&client.talk, &client.request);
	connect(&client, "");
	talk_wait(&client.talk, 30000);
	CU_ASSERT_STRING_EQUAL(client.request.text, "[" OK "]");
	stop(&client);
}

static void
rule_41_a_connect_among_other_messages_is_not_held(void)
{
	struct client client;

	start(&client);
	talk_send(&client.talk, &client.request,
	    "[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"},"
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}]",
	    client.id, client.id);
	talk_drain(&client.talk);
	CU_ASSERT_STRING_EQUAL(client.request.text, "[" OK "," OK "]");
	stop(&client);
}

#define FAREWELL "{\"channel\":\"/meta/disconnect\",\"successful\":true}"
#define STOP \
	"{\"channel\":\"/meta/connect\",\"successful\":true,\"advice\":" \
	"{\"reconnect\":\"none\",\"interval\":0,\"timeout\":30000}}"

static void
kick(struct client *client)
{
	struct bx_session *session =
	    bx_session_find_id(bx_engine_core(client->talk.engine)->sessions,
		client->id, BX_CLIENT_ID_LENGTH);

	CU_ASSERT_PTR_NOT_NULL_FATAL(session);
	bx_session_kick(session);
}

static void
rule_59_a_held_connect_is_answered_that_it_is_over(void)
{
	struct client client;

	start(&client);
	connect(&client, "");
	kick(&client);
	CU_ASSERT_EQUAL(bx_engine_counts(client.talk.engine).sessions, 0);
	talk_drain(&client.talk);
	CU_ASSERT_STRING_EQUAL(client.request.text, "[" FAREWELL "," STOP "]");
	stop(&client);
}

static void
rule_59_the_next_connect_alone_is_answered_that_it_is_over(void)
{
	static const char *const others[] = {
		"{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}",
		"{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
		"\"subscription\":\"/a\"}",
		"{\"channel\":\"/meta/unsubscribe\",\"clientId\":\"%s\","
		"\"subscription\":\"/a\"}",
		"{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}",
	};
	struct client client;
	char text[128];
	size_t i;

	start(&client);
	kick(&client);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		(void)snprintf(text, sizeof(text), others[i], client.id);
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(talk_ask(&client.talk, "%s", text),
			"\"error\":\"402::session_unknown\""));
	}
	connect(&client, "");
	CU_ASSERT_STRING_EQUAL(client.request.text, "[" FAREWELL "," STOP "]");
	talk_deliver(&client.talk, &client.request);
	connect(&client, "");
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(client.request.text, "402::session_unknown"));
	stop(&client);
}

static void
rule_59_a_new_session_may_be_kicked_before_its_first_connect(void)
{
	struct client client;

	talk_defaults(&client.talk);
	talk_start(&client.talk);
	talk_handshake(&client.talk, client.id);
	kick(&client);
	connect(&client, "");
	CU_ASSERT_STRING_EQUAL(client.request.text, "[" FAREWELL "," STOP "]");
	stop(&client);
}

static bool
start_kicking(struct bx_host *host, void **ctx)
{
	*ctx = host;
	return true;
}

static enum bx_pass
kick_who_connects(void *ctx, const struct bx_incoming *message)
{
	struct bx_host *host = ctx;

	if (bx_slice_is(message->channel, "/meta/connect") &&
	    message->session != NULL)
		host->kick(message->session);
	return BX_PASS_ON;
}

static const struct bx_plugin kicking = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "kicking",
	.start = start_kicking,
	.incoming = kick_who_connects,
};

static void
rule_59_who_is_kicked_by_his_own_connect_is_told_by_its_reply(void)
{
	struct talk_request older;
	struct client client;
	int waits;

	for (waits = 0; waits < 2; waits++) {
		start(&client);
		talk_send(&client.talk, &older,
		    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}",
		    client.id);
		if (!waits)
			talk_lose(&client.talk, &older);
		CU_ASSERT_EQUAL(bx_engine_add_plugin(client.talk.engine,
				    &kicking, NULL, NULL),
		    BX_OK);
		connect(&client, "");
		CU_ASSERT_STRING_EQUAL(client.request.text,
		    "[" FAREWELL "," STOP "]");
		CU_ASSERT_EQUAL(bx_engine_counts(client.talk.engine).sessions,
		    0);
		CU_ASSERT_EQUAL(older.outcome,
		    waits ? BX_OUTCOME_SUPERSEDED : BX_OUTCOME_REPLIES);
		talk_lose(&client.talk, &older);
		stop(&client);
	}
}

static void
rule_40_shutdown_answers_with_a_retry_spread_out(void)
{
	struct client client;
	long interval = -1;

	start(&client);
	connect(&client, "");
	bx_engine_shut_down(client.talk.engine, 5000);
	talk_drain(&client.talk);
	CU_ASSERT_EQUAL(
	    sscanf(client.request.text,
		"[{\"channel\":\"/meta/connect\",\"successful\":true,"
		"\"advice\":{\"reconnect\":\"retry\",\"interval\":%ld",
		&interval),
	    1);
	CU_ASSERT(interval >= 0 && interval <= 5000);
	talk_deliver(&client.talk, &client.request);
	connect(&client, "");
	CU_ASSERT_TRUE(client.request.ready);
	stop(&client);
}

static void
rule_84_a_held_session_never_expires(void)
{
	struct client client;

	talk_defaults(&client.talk);
	client.talk.settings.timeout = 1000000;
	talk_start(&client.talk);
	talk_connect(&client.talk, client.id);
	connect(&client, "");
	talk_wait(&client.talk, 999999);
	CU_ASSERT_EQUAL(bx_engine_counts(client.talk.engine).sessions, 1);
	stop(&client);
}

static void
rule_84_another_message_puts_expiry_off(void)
{
	struct client client;

	start(&client);
	talk_wait(&client.talk, 9000);
	(void)talk_ask(&client.talk,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}", client.id);
	talk_wait(&client.talk, 9999);
	CU_ASSERT_EQUAL(bx_engine_counts(client.talk.engine).sessions, 1);
	talk_wait(&client.talk, 1);
	CU_ASSERT_EQUAL(bx_engine_counts(client.talk.engine).sessions, 0);
	talk_stop(&client.talk);
}

#define STREAM_ADVICE(interval) \
	"[{\"channel\":\"/meta/connect\",\"successful\":true," \
	"\"advice\":{\"reconnect\":\"retry\",\"interval\":" interval "," \
	"\"timeout\":0}}]"

static void
start_with_streams(struct client *client)
{
	talk_defaults(&client->talk);
	client->talk.settings.connection_types[1] = "eventsource";
	talk_start(&client->talk);
	talk_connect(&client->talk, client->id);
}

/* A connect that is answered at once, of a client that reads a stream. */
static const char *
connect_for_stream(struct client *client)
{
	connect(client, ",\"connectionType\":\"eventsource\"");
	CU_ASSERT_TRUE(client->request.ready);
	talk_deliver(&client->talk, &client->request);
	return client->request.text;
}

static void
rule_92_who_reads_a_stream_connects_as_often_as_others_time_out(void)
{
	struct client client;

	start_with_streams(&client);
	CU_ASSERT_STRING_EQUAL(connect_for_stream(&client),
	    STREAM_ADVICE("30000"));
	CU_ASSERT_STRING_EQUAL(connect_for_stream(&client),
	    STREAM_ADVICE("30000"));
	/* It lives as long as it was asked to be silent, and a bit. */
	CU_ASSERT_EQUAL(due_earliest(
			    bx_engine_core(client.talk.engine)->sessions),
	    client.talk.now + 40000);
	stop(&client);
}

static void
rule_92_the_pause_is_not_shorter_than_that_of_others(void)
{
	struct client client;

	talk_defaults(&client.talk);
	client.talk.settings.connection_types[1] = "eventsource";
	client.talk.settings.timeout = 10;
	client.talk.settings.interval = 2000;
	talk_start(&client.talk);
	talk_connect(&client.talk, client.id);
	CU_ASSERT_STRING_EQUAL(connect_for_stream(&client),
	    STREAM_ADVICE("2000"));
	stop(&client);
}

static void
rule_39_back_at_long_polling_it_is_told_so(void)
{
	struct client client;

	start_with_streams(&client);
	(void)connect_for_stream(&client);
	connect(&client, "");
	talk_wait(&client.talk, 30000);
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true," RETRY(
		"0") "}]");
	stop(&client);
}

static void
rule_34_where_streams_are_not_served_it_is_a_connect_as_others(void)
{
	struct client client;

	start(&client);
	connect(&client, ",\"connectionType\":\"eventsource\"");
	CU_ASSERT_FALSE(client.request.ready);
	stop(&client);
}

static void
rule_96_nor_where_events_come_with_connects_alone(void)
{
	struct client client;

	start_with_streams(&client);
	CU_ASSERT_EQUAL(bx_session_keep(
			    bx_session_find_id(bx_engine_core(
						   client.talk.engine)
						   ->sessions,
				client.id, BX_CLIENT_ID_LENGTH)),
	    BX_OK);
	connect(&client, ",\"connectionType\":\"eventsource\"");
	CU_ASSERT_FALSE(client.request.ready);
	stop(&client);
}

static void
rule_46_who_was_refused_a_stream_comes_for_its_messages(void)
{
	struct client client;
	struct talk_request stream;
	struct bx_stream_call call = { { client.id, BX_CLIENT_ID_LENGTH }, 0,
		false };

	talk_defaults(&client.talk);
	client.talk.settings.connection_types[1] = "eventsource";
	client.talk.settings.max_sessions_per_browser = 0;
	client.talk.visitor = (struct bx_visitor){ .cookie = "cookie00",
		.cookie_len = 8,
		.shown = true };
	talk_start(&client.talk);
	talk_connect(&client.talk, client.id);
	talk_stream(&client.talk, &stream, &call);
	CU_ASSERT_EQUAL(stream.outcome, BX_OUTCOME_CROWDED);
	talk_lose(&client.talk, &stream);
	CU_ASSERT_STRING_EQUAL(connect_for_stream(&client),
	    "[{\"channel\":\"/meta/connect\",\"successful\":true,"
	    "\"advice\":{\"reconnect\":\"retry\",\"interval\":2000,"
	    "\"timeout\":30000,\"multiple-clients\":true}}]");
	stop(&client);
}

static void
a_connect_is_held_though_its_stream_has_something_in_hand(void)
{
	struct client client;
	struct talk_request stream;
	struct bx_stream_call call = { { client.id, BX_CLIENT_ID_LENGTH }, 0,
		false };
	int i;

	start_with_streams(&client);
	(void)talk_ask(&client.talk,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    client.id);
	talk_stream(&client.talk, &stream, &call);
	talk_sent(&client.talk, &stream);
	for (i = 0; i < 2; i++)
		(void)talk_ask(&client.talk,
		    "{\"channel\":\"/a\",\"clientId\":\"%s\","
		    "\"data\":1}",
		    client.id);
	connect(&client, "");
	CU_ASSERT_FALSE(client.request.ready);
	talk_lose(&client.talk, &stream);
	talk_drain(&client.talk);
	CU_ASSERT_TRUE(client.request.ready);
	stop(&client);
}

static void
a_connect_may_be_denied_and_is_then_told_to_stop(void)
{
	struct judge judge = { .operation = BX_OPERATION_CONNECT };
	struct client client;

	start(&client);
	judge_appoint(&client.talk, &judge);
	connect(&client, "");
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":false,\"error\":"
	    "\"403:denied_by_security_policy:connect_denied\","
	    "\"advice\":{\"reconnect\":\"none\",\"interval\":0,"
	    "\"timeout\":30000}}]");
	talk_deliver(&client.talk, &client.request);
	judge.error = "403::Come later";
	judge.advises = true;
	connect(&client, ",\"id\":\"5\"");
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/meta/connect\",\"id\":\"5\","
	    "\"successful\":false,\"error\":\"403::Come later\"," RETRY(
		"70") "}]");
	talk_deliver(&client.talk, &client.request);
	CU_ASSERT_STRING_EQUAL(judge.channel, "/meta/connect");
	/* It is there all the same, until it should have come. */
	talk_wait(&client.talk, 10069);
	CU_ASSERT_EQUAL(bx_engine_counts(client.talk.engine).sessions, 1);
	talk_wait(&client.talk, 1);
	CU_ASSERT_EQUAL(bx_engine_counts(client.talk.engine).sessions, 0);
	stop(&client);
}

static void
who_was_denied_for_a_while_is_told_of_the_usual_pause_afterwards(void)
{
	struct judge judge = {
		.operation = BX_OPERATION_CONNECT,
		.error = "403::Later",
		.advises = true,
	};
	struct client client;

	start(&client);
	judge_appoint(&client.talk, &judge);
	connect(&client, "");
	talk_deliver(&client.talk, &client.request);
	talk_wait(&client.talk, 70);
	judge.operation = BX_OPERATION_HANDSHAKE;
	connect(&client, "");
	talk_wait(&client.talk, 30000);
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true," RETRY(
		"0") "}]");
	stop(&client);
}

static void
who_was_told_to_leave_may_connect_to_hear_so(void)
{
	struct judge judge = { .operation = BX_OPERATION_CONNECT };
	struct client client;

	start(&client);
	judge_appoint(&client.talk, &judge);
	bx_session_kick(
	    bx_session_find_id(bx_engine_core(client.talk.engine)->sessions,
		client.id, BX_CLIENT_ID_LENGTH));
	connect(&client, "");
	CU_ASSERT_PTR_NOT_NULL(strstr(client.request.text, "\"none\""));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(client.request.text, "/meta/disconnect"));
	CU_ASSERT_EQUAL(judge.asked, 0);
	stop(&client);
}

static enum bx_verdict
end_it(struct bx_question *question, void *ctx)
{
	(void)ctx;
	if (question->operation == BX_OPERATION_CONNECT)
		bx_session_end(question->session, BX_GONE_CLOSED);
	return BX_VERDICT_ALLOW;
}

static void
whose_session_the_policy_has_ended_is_unknown(void)
{
	struct client client;
	uint64_t handle;

	start(&client);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(
						client.talk.engine),
			    end_it, NULL, &handle),
	    BX_OK);
	connect(&client, "");
	CU_ASSERT_PTR_NOT_NULL(strstr(client.request.text,
	    "\"error\":\"402::session_unknown\","
	    "\"advice\":{\"reconnect\":\"handshake\""));
	stop(&client);
}

static const struct unit_test tests[] = {
	{ "rule 43: an unknown session is told to handshake",
	    rule_43_an_unknown_session_is_told_to_handshake },
	{ "rule 35: the first connect is answered at once, the second held",
	    rule_35_the_first_connect_is_answered_at_once_the_second_held },
	{ "rule 21: a held connect keeps its id",
	    rule_21_a_held_connect_keeps_its_id },
	{ "rule 36: a timeout of 0 is answered now, with advice",
	    rule_36_a_timeout_of_0_is_answered_now_with_advice },
	{ "rule 36: a shorter hold is granted, and a longer is not",
	    rule_36_a_shorter_hold_is_granted_and_a_longer_is_not },
	{ "rule 36: advice that is no whole number is ignored",
	    rule_36_advice_that_is_no_whole_number_is_ignored },
	{ "rule 36: a client's interval counts for its expiry",
	    rule_36_a_clients_interval_counts_for_its_expiry },
	{ "rule 39: a pause that counts no more is taken back",
	    rule_39_a_pause_that_counts_no_more_is_taken_back },
	{ "rule 41: a connect among other messages is not held",
	    rule_41_a_connect_among_other_messages_is_not_held },
	{ "rule 59: a held connect is answered that it is over",
	    rule_59_a_held_connect_is_answered_that_it_is_over },
	{ "rule 59: the next connect is answered so, and no other message",
	    rule_59_the_next_connect_alone_is_answered_that_it_is_over },
	{ "rule 59: a new session may be kicked before its first connect",
	    rule_59_a_new_session_may_be_kicked_before_its_first_connect },
	{ "rule 59: who is kicked by his own connect is told by its reply",
	    rule_59_who_is_kicked_by_his_own_connect_is_told_by_its_reply },
	{ "rule 40: shutdown answers with a retry, spread out",
	    rule_40_shutdown_answers_with_a_retry_spread_out },
	{ "rule 84: a held session never expires",
	    rule_84_a_held_session_never_expires },
	{ "rule 84: another message puts expiry off",
	    rule_84_another_message_puts_expiry_off },
	{ "rule 92: who reads a stream connects as often as others time out",
	    rule_92_who_reads_a_stream_connects_as_often_as_others_time_out },
	{ "rule 92: the pause is not shorter than that of others",
	    rule_92_the_pause_is_not_shorter_than_that_of_others },
	{ "rule 39: back at long-polling it is told so",
	    rule_39_back_at_long_polling_it_is_told_so },
	{ "rule 34: where streams are not served it is a connect as others",
	    rule_34_where_streams_are_not_served_it_is_a_connect_as_others },
	{ "rule 96: nor where events come with connects alone",
	    rule_96_nor_where_events_come_with_connects_alone },
	{ "rule 46: who was refused a stream comes for its messages",
	    rule_46_who_was_refused_a_stream_comes_for_its_messages },
	{ "a connect may be denied, and is then told to stop",
	    a_connect_may_be_denied_and_is_then_told_to_stop },
	{ "who was denied for a while is told of the usual pause afterwards",
	    who_was_denied_for_a_while_is_told_of_the_usual_pause_afterwards },
	{ "rule 59: who was told to leave may connect to hear so",
	    who_was_told_to_leave_may_connect_to_hear_so },
	{ "whose session the policy has ended is unknown",
	    whose_session_the_policy_has_ended_is_unknown },
	{ "a connect is held though its stream has something in hand",
	    a_connect_is_held_though_its_stream_has_something_in_hand },
};

UNIT_MAIN("meta_connect", tests)
