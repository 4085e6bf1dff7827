/*
 * test_transport_eventsource.c - who gets a stream, and its chunks, with a
 * real engine.
 */
#include <stdio.h>
#include <string.h>

#include "engine/buf.h"
#include "engine/client_id.h"
#include "engine/core.h"
#include "engine/message.h"
#include "engine/session_queue.h"
#include "engine/stream.h"
#include "fcgi/http_cgi.h"
#include "fcgi/response.h"
#include "fcgi/transport.h"
#include "test/support/talk.h"
#include "test/support/said.h"
#include "test/support/unit.h"

static const struct transport *const transport = &transport_eventsource;

/* A session, and the stream that it asks for. */
struct reader {
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct bx_exchange *exchange;
	unsigned status; /* of receive */
	char text[4096]; /* of the newest response, "" for none */
	bool is_over;
};

static struct reader reader;

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static void
start(void)
{
	memset(&reader, 0, sizeof(reader));
	talk_defaults(&reader.talk);
	talk_start(&reader.talk);
	talk_connect(&reader.talk, reader.id);
}

/* How a request for the stream is changed. */
struct change {
	const char *path; /* in front of the id */
	const char *query;
	const char *last_event_id;
};

static void
receive(const struct change *change)
{
	struct http_request request = { .method = HTTP_METHOD_GET };
	char path[200];
	struct bx_buf body;
	void *state = &reader;

	(void)snprintf(path, sizeof(path), "%s%s",
	    change->path != NULL ? change->path : "/cometd/", reader.id);
	request.path = slice(path);
	if (change->query != NULL)
		request.query = slice(change->query);
	if (change->last_event_id != NULL)
		request.last_event_id = slice(change->last_event_id);
	reader.status = 503;
	reader.exchange = bx_exchange_open(bx_engine_core(reader.talk.engine),
	    &transport->info, &reader);
	if (reader.exchange == NULL)
		return;
	*bx_exchange_visitor(reader.exchange) = reader.talk.visitor;
	bx_buf_init(&body, unit_env());
	reader.status =
	    transport->receive(reader.exchange, &request, &body, &state);
	bx_buf_fini(&body);
	CU_ASSERT_PTR_NULL(state);
	if (reader.status == 0)
		bx_exchange_start(reader.exchange, reader.talk.now);
}

/* The response to what is ready now; it is written as a whole. */
static void
respond(void)
{
	struct transport_reply reply = {
		.env = unit_env(),
		.exchange = reader.exchange,
		.cors = "X-Cors: yes\r\n",
		.duplicate_status = 409,
		.request_id = 1,
	};
	struct fcgi_response *response;

	reader.text[0] = '\0';
	CU_ASSERT_PTR_EQUAL_FATAL(bx_engine_next_ready(reader.talk.engine),
	    reader.exchange);
	reply.answer = bx_exchange_answer(reader.exchange);
	response = transport->respond(&reply);
	if (response == NULL)
		return;
	said_text(response, reader.text, sizeof(reader.text));
	reader.is_over = fcgi_response_ends_request(response);
	CU_ASSERT_EQUAL(reader.is_over, reply.answer.is_last);
	fcgi_response_free(response);
	if (!reader.is_over)
		bx_stream_sent(reader.exchange, reader.talk.now);
}

static void
leave(void)
{
	if (reader.exchange != NULL)
		bx_exchange_close(reader.exchange, false, reader.talk.now);
	reader.exchange = NULL;
}

static void
stop(void)
{
	leave();
	talk_stop(&reader.talk);
}

/* Deliver text to the session. */
static void
deliver(const char *text)
{
	struct bx_core *core = bx_engine_core(reader.talk.engine);
	struct bx_message *message =
	    bx_message_new(unit_env(), text, strlen(text));

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_EQUAL(bx_session_deliver(bx_session_find_id(core->sessions,
					       reader.id, strlen(reader.id)),
			    message),
	    BX_OK);
	bx_message_unref(message);
}

/* The body of a first response, or what stands there instead. */
static const char *
first_body(const struct change *change)
{
	const char *body;

	receive(change);
	if (reader.status != 0)
		return "refused";
	respond();
	body = strstr(reader.text, "\r\n\r\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(body);
	return body + 4;
}

static void
rule_92_a_stream_begins_with_its_head_and_some_bytes(void)
{
	const struct change none = { NULL, NULL, NULL };

	start();
	CU_ASSERT_STRING_EQUAL(first_body(&none),
	    "retry: 5000\n:\n\nid: 0\n\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(reader.text, "Status: 200 OK\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(reader.text,
	    "Content-Type: text/event-stream;charset=UTF-8\r\n"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(reader.text, "X-Accel-Buffering: no\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(reader.text, "X-Cors: yes\r\n"));
	CU_ASSERT_PTR_NULL(strstr(reader.text, "Content-Length"));
	stop();
}

static void
the_id_is_the_last_segment_of_the_path(void)
{
	static const char *const paths[] = { "/cometd/", "/", "/a/b/", "//",
		"" };
	static const char *const others[] = { "/cometd/x", "/cometd/x%20" };
	struct change change = { NULL, NULL, NULL };
	size_t i;

	start();
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		change.path = paths[i];
		(void)first_body(&change);
		CU_ASSERT_PTR_NOT_NULL(strstr(reader.text, "Status: 200"));
		leave();
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		change.path = others[i];
		CU_ASSERT_STRING_EQUAL(first_body(&change),
		    "There is no such session, or it is not yours.\n");
		CU_ASSERT_PTR_NOT_NULL(strstr(reader.text, "Status: 403"));
		CU_ASSERT_PTR_NOT_NULL(strstr(reader.text, "X-Cors: yes\r\n"));
		CU_ASSERT_TRUE(reader.is_over);
		leave();
	}
	stop();
}

static void
chunks_have_numbers_and_signs_of_life_have_none(void)
{
	const struct change none = { NULL, NULL, NULL };

	start();
	(void)first_body(&none);
	deliver("{\"a\":1}");
	respond();
	CU_ASSERT_STRING_EQUAL(reader.text, "id: 1\ndata: [{\"a\":1}]\n\n");
	deliver("{\"a\":2}");
	deliver("{\"a\":3}");
	respond();
	CU_ASSERT_STRING_EQUAL(reader.text,
	    "id: 2\ndata: [{\"a\":2},{\"a\":3}]\n\n");
	reader.talk.now += 10000;
	bx_engine_advance(reader.talk.engine, reader.talk.now);
	respond();
	CU_ASSERT_STRING_EQUAL(reader.text, ":\n\n");
	stop();
}

static void
the_ends_of_lines_in_messages_are_blanks(void)
{
	const struct change none = { NULL, NULL, NULL };

	start();
	(void)first_body(&none);
	deliver("{\"a\":\n1,\r\n\"b\":\"\\n\\r\"\r}");
	respond();
	CU_ASSERT_STRING_EQUAL(reader.text,
	    "id: 1\ndata: [{\"a\": 1,  \"b\":\"\\n\\r\" }]\n\n");
	stop();
}

static void
who_comes_back_says_what_it_has_in_a_header_or_the_query(void)
{
	static const struct change changes[] = {
		{ NULL, NULL, "1" },
		{ NULL, "lastEventId=1", NULL },
		{ NULL, "a=b&lastEventId=%31&c", "" },
		{ NULL, "lastEventId=0&lastEventId=1", NULL },
		{ NULL, "lastEventId=9", "1" },
	};
	const struct change none = { NULL, NULL, NULL };
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		start();
		(void)first_body(&none);
		deliver("1");
		respond();
		deliver("2");
		respond();
		leave();
		CU_ASSERT_STRING_EQUAL(first_body(&changes[i]),
		    "retry: 5000\n:\n\nid: 1\n\n");
		respond();
		CU_ASSERT_STRING_EQUAL(reader.text, "id: 3\ndata: [2]\n\n");
		stop();
	}
}

static void
what_is_no_number_is_not_ours(void)
{
	static const struct change changes[] = {
		{ NULL, NULL, "x" },
		{ NULL, NULL, "-1" },
		{ NULL, NULL, "1 " },
		{ NULL, "lastEventId=", NULL },
		{ NULL, "lasteventid=0", NULL },
	};
	const struct change none = { NULL, NULL, NULL };
	const struct change bad = { NULL, "lastEventId=%3", NULL };
	size_t i;

	start();
	(void)first_body(&none);
	deliver("1");
	respond();
	leave();
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		CU_ASSERT_STRING_EQUAL(first_body(&changes[i]),
		    "retry: 5000\n:\n\nid: 1\n\n");
		leave();
	}
	receive(&bad);
	CU_ASSERT_EQUAL(reader.status, 400);
	stop();
}

static void
rule_46_one_too_many_is_503(void)
{
	const struct change none = { NULL, NULL, NULL };

	memset(&reader, 0, sizeof(reader));
	talk_defaults(&reader.talk);
	reader.talk.settings.max_sessions_per_browser = 0;
	reader.talk.visitor = (struct bx_visitor){ .cookie = "cookie00",
		.cookie_len = 8,
		.shown = true };
	talk_start(&reader.talk);
	talk_connect(&reader.talk, reader.id);
	CU_ASSERT_STRING_EQUAL(first_body(&none),
	    "{\"error\":\"503::too_many_streams\"}");
	CU_ASSERT_PTR_NOT_NULL(strstr(reader.text, "Status: 503"));
	stop();
}

static void
a_client_is_told_why_its_stream_ends(void)
{
	const struct change none = { NULL, NULL, NULL };

	start();
	(void)first_body(&none);
	bx_engine_shut_down(reader.talk.engine, 0);
	respond();
	CU_ASSERT_PTR_NOT_NULL(strstr(reader.text,
	    "data: [{\"channel\":\"/meta/connect\",\"successful\":false,"));
	CU_ASSERT_PTR_NULL(strstr(reader.text, "id: "));
	CU_ASSERT_TRUE(reader.is_over);
	stop();
}

/* Receive, and have both responses. */
static bool
read_with_failure(size_t failing)
{
	const struct change resume = { NULL, "lastEventId=0", NULL };
	bool done = false;

	start();
	deliver("\n1");
	unit_fail_allocation(failing);
	receive(&resume);
	if (reader.status == 0) {
		respond();
		if (strstr(reader.text, "Status: 200") != NULL) {
			respond();
			done = reader.text[0] != '\0';
		}
	}
	unit_fail_allocation(0);
	if (done)
		CU_ASSERT_STRING_EQUAL(reader.text, "id: 1\ndata: [ 1]\n\n");
	stop();
	return done;
}

static void
without_memory_there_is_no_response(void)
{
	size_t failing = 1;

	while (!read_with_failure(failing))
		failing++;
	CU_ASSERT_TRUE(failing > 10);
}

static const struct unit_test tests[] = {
	{ "rule 92: a stream begins with its head and some bytes",
	    rule_92_a_stream_begins_with_its_head_and_some_bytes },
	{ "the id is the last segment of the path",
	    the_id_is_the_last_segment_of_the_path },
	{ "chunks have numbers, and signs of life have none",
	    chunks_have_numbers_and_signs_of_life_have_none },
	{ "the ends of lines in messages are blanks",
	    the_ends_of_lines_in_messages_are_blanks },
	{ "who comes back says what it has, in a header or the query",
	    who_comes_back_says_what_it_has_in_a_header_or_the_query },
	{ "what is no number is not ours", what_is_no_number_is_not_ours },
	{ "rule 46: one too many is 503", rule_46_one_too_many_is_503 },
	{ "a client is told why its stream ends",
	    a_client_is_told_why_its_stream_ends },
	{ "without memory there is no response",
	    without_memory_there_is_no_response },
};

UNIT_MAIN("fcgi/transport_eventsource", tests)
