/*
 * test_answer.c - what is in an answer, and in which order.
 */
#include <string.h>

#include "test/support/talk.h"
#include "test/support/unit.h"

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
	(void)talk_ask(&client->talk,
	    "{\"channel\":\"/meta/subscribe\","
	    "\"clientId\":\"%s\",\"subscription\":\"/a\"}",
	    client->id);
}

static void
rule_38_events_come_before_all_replies(void)
{
	struct client client;

	start(&client);
	CU_ASSERT_STRING_EQUAL(
	    talk_ask(&client.talk,
		"[{\"channel\":\"/b\",\"clientId\":\"%s\",\"data\":0},"
		"{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"},"
		"{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}]",
		client.id, client.id, client.id),
	    "[{\"channel\":\"/a\",\"data\":1},"
	    "{\"channel\":\"/b\",\"successful\":true},"
	    "{\"channel\":\"/meta/connect\",\"successful\":true},"
	    "{\"channel\":\"/a\",\"successful\":true}]");
	talk_stop(&client.talk);
}

static void
an_answer_takes_all_that_waits_by_the_time_it_is_composed(void)
{
	struct client client;
	struct talk_request first;
	struct talk_request second;

	start(&client);
	talk_send(&client.talk, &client.request,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", client.id);
	talk_handshake(&client.talk, client.id);
	talk_send(&client.talk, &first,
	    "{\"channel\":\"/a\","
	    "\"clientId\":\"%s\",\"data\":1}",
	    client.id);
	talk_send(&client.talk, &second,
	    "{\"channel\":\"/a\","
	    "\"clientId\":\"%s\",\"data\":2}",
	    client.id);
	talk_drain(&client.talk);
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/a\",\"data\":1},{\"channel\":\"/a\","
	    "\"data\":2},{\"channel\":\"/meta/connect\","
	    "\"successful\":true}]");
	talk_deliver(&client.talk, &client.request);
	talk_deliver(&client.talk, &first);
	talk_deliver(&client.talk, &second);
	talk_stop(&client.talk);
}

/* As a script tag's answer is: nobody can say whether it was run. */
static const struct bx_transport_info connects_only = {
	.connection_type = "long-polling",
	.connect_delivery_only = true,
};

static void
rule_89_without_a_connect_the_queue_stays(void)
{
	struct client client;

	start(&client);
	client.talk.transport = &connects_only;
	CU_ASSERT_STRING_EQUAL(talk_ask(&client.talk,
				   "{\"channel\":\"/"
				   "a\",\"clientId\":\"%s\",\"data\":1}",
				   client.id),
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	CU_ASSERT_STRING_EQUAL(
	    talk_ask(&client.talk,
		"[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":2},"
		"{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}]",
		client.id, client.id),
	    "[{\"channel\":\"/a\",\"data\":1},"
	    "{\"channel\":\"/a\",\"data\":2},"
	    "{\"channel\":\"/a\",\"successful\":true},"
	    "{\"channel\":\"/meta/connect\",\"successful\":true}]");
	talk_stop(&client.talk);
}

static void
rule_89_the_end_of_such_an_exchange_wakes_the_held_connect(void)
{
	struct client client;

	start(&client);
	client.talk.transport = &connects_only;
	talk_send(&client.talk, &client.request,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", client.id);
	talk_drain(&client.talk);
	CU_ASSERT_FALSE(client.request.ready);
	CU_ASSERT_STRING_EQUAL(talk_ask(&client.talk,
				   "{\"channel\":\"/"
				   "a\",\"clientId\":\"%s\",\"data\":1}",
				   client.id),
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	talk_drain(&client.talk);
	CU_ASSERT_TRUE(client.request.ready);
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/a\",\"data\":1},"
	    "{\"channel\":\"/meta/connect\",\"successful\":true}]");
	talk_deliver(&client.talk, &client.request);
	talk_stop(&client.talk);
}

static void
without_memory_for_the_reply_the_queue_stays(void)
{
	struct client client;
	struct talk_request publish;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start(&client);
	talk_send(&client.talk, &client.request,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", client.id);
	talk_handshake(&client.talk, id);
	talk_send(&client.talk, &publish,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}", id);
	unit_fail_allocation(1);
	talk_drain(&client.talk);
	CU_ASSERT_EQUAL(client.request.outcome, BX_OUTCOME_NO_MEMORY);
	talk_deliver(&client.talk, &client.request);
	talk_deliver(&client.talk, &publish);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_ask(&client.talk,
		       "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}",
		       client.id),
		"\"data\":1"));
	talk_stop(&client.talk);
}

static void
a_session_that_overflowed_while_held_is_told_to_handshake(void)
{
	struct client client;
	int i;

	talk_defaults(&client.talk);
	client.talk.settings.max_queue_messages = 1;
	talk_start(&client.talk);
	talk_connect(&client.talk, client.id);
	(void)talk_ask(&client.talk,
	    "{\"channel\":\"/meta/subscribe\","
	    "\"clientId\":\"%s\",\"subscription\":\"/a\"}",
	    client.id);
	talk_send(&client.talk, &client.request,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", client.id);
	{
		struct talk_request burst[3];
		char id[BX_CLIENT_ID_LENGTH + 1];

		talk_handshake(&client.talk, id);
		for (i = 0; i < 3; i++)
			talk_send(&client.talk, &burst[i],
			    "{\"channel\":\"/a\",\"clientId\":\"%s\","
			    "\"data\":1}",
			    id);
		talk_drain(&client.talk);
		for (i = 0; i < 3; i++)
			talk_deliver(&client.talk, &burst[i]);
	}
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":false,"
	    "\"error\":\"402::session_unknown\",\"advice\":"
	    "{\"reconnect\":\"handshake\",\"interval\":0}}]");
	talk_deliver(&client.talk, &client.request);
	talk_stop(&client.talk);
}

/* A session whose handshake has that ext. */
static void
enter(struct talk *talk, const char *ext, char *id)
{
	const char *text = talk_ask(talk,
	    "{\"channel\":\"/meta/handshake\",\"ext\":%s}", ext);
	const char *at = strstr(text, "\"clientId\":\"");

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	memcpy(id, at + strlen("\"clientId\":\""), BX_CLIENT_ID_LENGTH);
	id[BX_CLIENT_ID_LENGTH] = '\0';
}

/* Is the answer to a message of each of the two clients to be a comment? */
static bool
is_commented_to(struct talk *talk, const char *one, const char *other)
{
	struct talk_request request;

	talk_send(talk, &request,
	    "[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1},"
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}]",
	    one, other);
	talk_drain(talk);
	CU_ASSERT_EQUAL(request.outcome, BX_OUTCOME_REPLIES);
	talk_deliver(talk, &request);
	return request.commented;
}

#define COMMENTS "{\"json-comment-filtered\":true}"

static void
rule_16_only_those_who_asked_are_answered_in_comments(void)
{
	char with[BX_CLIENT_ID_LENGTH + 1];
	char more[BX_CLIENT_ID_LENGTH + 1];
	char without[BX_CLIENT_ID_LENGTH + 1];
	struct talk talk;

	talk_defaults(&talk);
	talk_start(&talk);
	enter(&talk, COMMENTS, with);
	enter(&talk, COMMENTS, more);
	enter(&talk, "{}", without);
	CU_ASSERT_TRUE(is_commented_to(&talk, with, with));
	CU_ASSERT_TRUE(is_commented_to(&talk, with, more));
	CU_ASSERT_FALSE(is_commented_to(&talk, without, without));
	CU_ASSERT_FALSE(is_commented_to(&talk, with, without));
	CU_ASSERT_FALSE(is_commented_to(&talk, without, with));
	CU_ASSERT_FALSE(is_commented_to(&talk, "x", "x"));
	CU_ASSERT_FALSE(is_commented_to(&talk, with, "x"));
	CU_ASSERT_FALSE(is_commented_to(&talk, "x", with));
	talk_stop(&talk);
}

static void
rule_16_a_held_connect_and_a_disconnect_are_answered_so_too(void)
{
	struct client client;
	struct talk_request leave;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&client.talk);
	talk_start(&client.talk);
	enter(&client.talk, COMMENTS, id);
	CU_ASSERT_TRUE(is_commented_to(&client.talk, id, id));
	talk_send(&client.talk, &client.request,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", id);
	talk_drain(&client.talk);
	CU_ASSERT_FALSE(client.request.ready);
	talk_send(&client.talk, &leave,
	    "{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}", id);
	talk_drain(&client.talk);
	CU_ASSERT_TRUE(client.request.commented);
	CU_ASSERT_TRUE(leave.commented);
	talk_deliver(&client.talk, &client.request);
	talk_deliver(&client.talk, &leave);
	CU_ASSERT_FALSE(is_commented_to(&client.talk, id, id));
	talk_stop(&client.talk);
}

static const struct unit_test tests[] = {
	{ "rule 38: events come before all replies",
	    rule_38_events_come_before_all_replies },
	{ "an answer takes all that waits by the time it is composed",
	    an_answer_takes_all_that_waits_by_the_time_it_is_composed },
	{ "rule 89: without a connect the queue stays, where it says so",
	    rule_89_without_a_connect_the_queue_stays },
	{ "rule 89: the end of such an exchange wakes the held connect",
	    rule_89_the_end_of_such_an_exchange_wakes_the_held_connect },
	{ "without memory for the reply the queue stays",
	    without_memory_for_the_reply_the_queue_stays },
	{ "a session that overflowed while held is told to handshake",
	    a_session_that_overflowed_while_held_is_told_to_handshake },
	{ "rule 16: only those who asked are answered in comments",
	    rule_16_only_those_who_asked_are_answered_in_comments },
	{ "rule 16: a held connect and a disconnect are answered so, too",
	    rule_16_a_held_connect_and_a_disconnect_are_answered_so_too },
};

UNIT_MAIN("answer", tests)
