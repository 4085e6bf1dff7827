/*
 * test_conn_stream.c - a response that does not end, on a connection.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/client_id.h"
#include "engine/engine.h"
#include "fcgi/conn.h"
#include "fcgi/record.h"
#include "test/support/peer.h"
#include "test/support/unit.h"

#define CLIENT_ID "\"clientId\":\""
#define HEAD \
	"Status: 200 OK\r\n" \
	"Content-Type: text/event-stream;charset=UTF-8\r\n" \
	"Cache-Control: no-cache, no-store\r\n" \
	"X-Content-Type-Options: nosniff\r\n" \
	"Vary: Origin\r\n" \
	"X-Accel-Buffering: no\r\n\r\n"
#define FIRST(event) "retry: 5000\n:\n\nid: " event "\n\n"
#define EVENT(event, data) \
	"id: " event "\ndata: [{\"channel\":\"/a\",\"data\":\"" data "\"}]" \
	"\n\n"
#define STREAM 7

static struct site site;
static struct peer peer;  /* reads the stream */
static struct peer other; /* posts */
static char id[BX_CLIENT_ID_LENGTH + 1];

static const char *ask(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
static const char *
ask(const char *format, ...)
{
	static char body[300000];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(body, sizeof(body), format, args);
	va_end(args);
	peer_forget(&other);
	peer_post(&other, 1, body);
	peer_talk(&site, &other);
	return peer_text(&other, 1);
}

/* A session that is subscribed; id is empty when there was no memory. */
static void
join(void)
{
	const char *found = strstr(ask("[{\"channel\":\"/meta/"
				       "handshake\",\"version\":\"1.0\"}]"),
	    CLIENT_ID);

	id[0] = '\0';
	if (found == NULL)
		return;
	(void)snprintf(id, sizeof(id), "%s", found + strlen(CLIENT_ID));
	(void)ask("[{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
		  "\"subscription\":\"/a\"}]",
	    id);
}

static void
say_stream(const char *last)
{
	char uri[100];

	(void)snprintf(uri, sizeof(uri), "/cometd/%s", id);
	peer_stream(&peer, STREAM, uri, last);
}

static void
publish(size_t len)
{
	static char data[200001];

	memset(data, 'x', len);
	data[len] = '\0';
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(ask("[{\"channel\":\"/a\",\"clientId\":\"%s\","
		       "\"data\":\"%s\"}]",
		       id, data),
		"\"successful\":true"));
}

static bool
start(void)
{
	if (!site_start(&site))
		return false;
	if (peer_open(&site, &peer) && peer_open(&site, &other))
		return true;
	peer_close(&peer);
	site_stop(&site);
	return false;
}

static void
stop(void)
{
	peer_close(&peer);
	peer_close(&other);
	site_stop(&site);
}

/* A stream whose first bytes have been heard, and are forgotten. */
static void
read_stream(void)
{
	CU_ASSERT_TRUE_FATAL(start());
	join();
	say_stream("");
	peer_talk(&site, &peer);
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, STREAM), HEAD FIRST("0"));
	peer_forget(&peer);
}

/* The peer of the stream comes back on a new connection. */
static void
come_back(const char *last)
{
	peer_close(&peer);
	site_turn(&site);
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &peer));
	say_stream(last);
	peer_talk(&site, &peer);
}

static void
let_pass(bx_msec duration)
{
	site.context.now += duration;
	bx_engine_advance(site.engine, site.context.now);
	fcgi_conn_sweep(&site.pool);
	site_turn(&site);
}

static void
chunks_come_as_events_happen(void)
{
	read_stream();
	publish(1);
	peer_talk(&site, &peer);
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, STREAM), EVENT("1", "x"));
	publish(2);
	peer_talk(&site, &peer);
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, STREAM),
	    EVENT("1", "x") EVENT("2", "xx"));
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, STREAM), 0);
	CU_ASSERT_EQUAL(site.pool.requests, 1);
	stop();
}

static void
a_sign_of_life_comes_at_every_beat(void)
{
	read_stream();
	let_pass(9999);
	peer_talk(&site, &peer);
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, STREAM), "");
	let_pass(1);
	peer_talk(&site, &peer);
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, STREAM), ":\n\n");
	let_pass(10000);
	peer_talk(&site, &peer);
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, STREAM), ":\n\n:\n\n");
	stop();
}

static void
the_end_of_the_session_ends_the_request(void)
{
	read_stream();
	(void)ask("[{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}]",
	    id);
	peer_talk(&site, &peer);
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, STREAM), "");
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_STDOUT, STREAM), 1);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, STREAM), 1);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	stop();
}

static void
a_stream_on_a_connection_without_keep_conn_closes_it(void)
{
	char uri[100];

	CU_ASSERT_TRUE_FATAL(start());
	join();
	(void)snprintf(uri, sizeof(uri), "/cometd/%s", id);
	peer_begin(&peer, 1, 0);
	peer_stream(&peer, 1, uri, "");
	peer_talk(&site, &peer);
	CU_ASSERT_FALSE(peer.is_over);
	bx_engine_shut_down(site.engine, 0);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, 1), 1);
	CU_ASSERT_TRUE(peer.is_over);
	stop();
}

static void
while_a_peer_does_not_read_its_events_wait(void)
{
	read_stream();
	publish(200000);
	publish(1);
	publish(2);
	CU_ASSERT_EQUAL(peer.heard_len, 0);
	peer_talk(&site, &peer);
	/* The second chunk has what came while the first was written. */
	CU_ASSERT_PTR_NOT_NULL(strstr(peer_text(&peer, STREAM),
	    "id: 2\ndata: [{\"channel\":\"/a\",\"data\":\"x\"},"
	    "{\"channel\":\"/a\",\"data\":\"xx\"}]\n\n"));
	stop();
}

static void
a_peer_that_goes_within_a_chunk_gets_all_of_it_again(void)
{
	read_stream();
	publish(1);
	peer_talk(&site, &peer);
	publish(200000);
	come_back("1");
	CU_ASSERT_EQUAL(strlen(peer_text(&peer, STREAM)),
	    strlen(HEAD FIRST("1") EVENT("3", "")) + 200000);
	CU_ASSERT_EQUAL(site.pool.requests, 1);
	stop();
}

static void
a_peer_that_goes_behind_it_gets_what_it_says(void)
{
	read_stream();
	publish(1);
	publish(2);
	peer_talk(&site, &peer);
	come_back("1");
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, STREAM),
	    HEAD FIRST("1") EVENT("3", "xx"));
	peer_forget(&peer);
	come_back("3");
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, STREAM), HEAD FIRST("3"));
	stop();
}

static void
who_does_not_read_at_all_is_closed(void)
{
	read_stream();
	publish(200000);
	let_pass(FCGI_CONN_STALLED_LIMIT);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	stop();
}

static void
a_stream_can_be_aborted_while_nothing_is_written(void)
{
	read_stream();
	peer_say(&peer, FCGI_ABORT_REQUEST, STREAM, "", 0);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, STREAM), 1);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	/* It is no stream of the session any more. */
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(ask("[{\"channel\":\"/a\",\"clientId\":\"%s\","
		       "\"data\":1}]",
		       id),
		"\"data\":1"));
	stop();
}

static void
and_while_something_is(void)
{
	read_stream();
	publish(200000);
	peer_say(&peer, FCGI_ABORT_REQUEST, STREAM, "", 0);
	peer_talk(&site, &peer);
	/* The chunk goes on, or the records would break. */
	CU_ASSERT_EQUAL(strlen(peer_text(&peer, STREAM)),
	    strlen(EVENT("1", "")) + 200000);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, STREAM), 1);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	peer_forget(&peer);
	say_stream("");
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(strlen(peer_text(&peer, STREAM)),
	    strlen(HEAD FIRST("1") EVENT("2", "")) + 200000);
	stop();
}

static void
an_unknown_session_is_403(void)
{
	CU_ASSERT_TRUE_FATAL(start());
	(void)strcpy(id, "nobody");
	say_stream("");
	peer_talk(&site, &peer);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(peer_text(&peer, STREAM), "Status: 403 Forbidden\r\n"));
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, STREAM), 1);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	stop();
}

static bool
run_with_failure(void *ctx)
{
	bool heard;

	(void)ctx;
	if (!start())
		return false;
	join();
	say_stream("");
	peer_talk(&site, &peer);
	(void)ask("[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":[\n1]}]",
	    id);
	peer_talk(&site, &peer);
	heard =
	    strstr(peer_text(&peer, STREAM), "\"data\":[ 1]}]\n\n") != NULL;
	stop();
	return heard;
}

static void
without_memory_only_the_connection_is_lost(void)
{
	CU_ASSERT_TRUE(unit_fail_each(run_with_failure, NULL) > 30);
}

static const struct unit_test tests[] = {
	{ "chunks come as events happen", chunks_come_as_events_happen },
	{ "a sign of life comes at every beat",
	    a_sign_of_life_comes_at_every_beat },
	{ "the end of the session ends the request",
	    the_end_of_the_session_ends_the_request },
	{ "a stream on a connection without KEEP_CONN closes it",
	    a_stream_on_a_connection_without_keep_conn_closes_it },
	{ "while a peer does not read, its events wait",
	    while_a_peer_does_not_read_its_events_wait },
	{ "a peer that goes within a chunk gets all of it again",
	    a_peer_that_goes_within_a_chunk_gets_all_of_it_again },
	{ "a peer that goes behind it gets what it says",
	    a_peer_that_goes_behind_it_gets_what_it_says },
	{ "who does not read at all is closed",
	    who_does_not_read_at_all_is_closed },
	{ "a stream can be aborted while nothing is written",
	    a_stream_can_be_aborted_while_nothing_is_written },
	{ "and while something is", and_while_something_is },
	{ "an unknown session is 403", an_unknown_session_is_403 },
	{ "without memory only the connection is lost",
	    without_memory_only_the_connection_is_lost },
};

UNIT_MAIN("fcgi/conn_stream", tests)
