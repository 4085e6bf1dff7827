/*
 * test_conn.c - a web server's connection, over a socketpair with an engine.
 */
#include <sys/socket.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/client_id.h"
#include "engine/engine.h"
#include "fcgi/conn.h"
#include "fcgi/log.h"
#include "fcgi/record.h"
#include "test/support/peer.h"
#include "test/support/unit.h"

#define CLIENT_ID "\"clientId\":\""
#define CHANNEL "/a"

static struct site site;
static struct peer peer;
static struct peer other;
static struct peer third;

static bool
has(struct peer *who, uint16_t id, const char *part)
{
	return strstr(peer_text(who, id), part) != NULL;
}

/* The answer to a POST of what format says, as request 1. */
static const char *ask(struct peer *who, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static const char *
ask(struct peer *who, const char *format, ...)
{
	static char body[300000];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(body, sizeof(body), format, args);
	va_end(args);
	peer_forget(who);
	peer_post(who, 1, body);
	peer_talk(&site, who);
	return peer_text(who, 1);
}

/* A session that is subscribed to CHANNEL and may be held; id has
 * BX_CLIENT_ID_LENGTH + 1 bytes, and is empty when there was no memory. */
static void
join(struct peer *who, char *id)
{
	const char *found;

	id[0] = '\0';
	found = strstr(ask(who,
			   "[{\"channel\":\"/meta/"
			   "handshake\",\"version\":\"1.0\"}]"),
	    CLIENT_ID);
	if (found == NULL)
		return;
	(void)snprintf(id, BX_CLIENT_ID_LENGTH + 1, "%s",
	    found + strlen(CLIENT_ID));
	(void)ask(who,
	    "[{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"" CHANNEL "\"}]",
	    id);
	(void)ask(who, "[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}]",
	    id);
	peer_forget(who);
}

static void
say_connect(struct peer *who, uint16_t request, const char *id)
{
	char body[200];

	(void)snprintf(body, sizeof(body),
	    "[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}]", id);
	peer_post(who, request, body);
}

/* Publish len bytes of data from id, as a request of who. */
static void
publish(struct peer *who, const char *id, size_t len)
{
	static char data[200001];

	memset(data, 'x', len);
	data[len] = '\0';
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(ask(who,
		       "[{\"channel\":\"" CHANNEL "\",\"clientId\":\"%s\","
		       "\"data\":\"%s\"}]",
		       id, data),
		"\"successful\":true"));
}

static void
start(void)
{
	CU_ASSERT_TRUE_FATAL(site_start(&site));
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &peer));
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &other));
}

static void
stop(void)
{
	peer_close(&peer);
	peer_close(&other);
	site_stop(&site);
}

/* Start; request 7 of peer, a held connect of session id, is being answered
 * with len bytes of data.  What the socket does not take waits for peer. */
static void
start_event(char *id, size_t len)
{
	char from[BX_CLIENT_ID_LENGTH + 1];

	start();
	join(&peer, id);
	join(&other, from);
	say_connect(&peer, 7, id);
	peer_talk(&site, &peer);
	publish(&other, from, len);
}

/* Let duration pass, as the server does. */
static void
let_pass(bx_msec duration)
{
	site.context.now += duration;
	fcgi_conn_sweep(&site.pool);
	fcgi_conn_look_out(&site.pool);
	site_turn(&site);
}

static void
with_keep_conn_the_connection_outlives_its_answers(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start();
	join(&peer, id);
	CU_ASSERT_STRING_NOT_EQUAL(id, "");
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	CU_ASSERT_FALSE(peer.is_over);
	stop();
}

static void
without_keep_conn_it_ends_behind_the_last_answer(void)
{
	start();
	peer_begin(&peer, 1, 0);
	peer_begin(&peer, 2, FCGI_KEEP_CONN);
	peer_params(&peer, 1, "GET", "/elsewhere");
	peer_say(&peer, FCGI_STDIN, 1, "", 0);
	peer_talk(&site, &peer);
	CU_ASSERT_TRUE(has(&peer, 1, "Status: 404 "));
	CU_ASSERT_FALSE(peer.is_over);
	peer_params(&peer, 2, "GET", "/elsewhere");
	peer_say(&peer, FCGI_STDIN, 2, "", 0);
	peer_talk(&site, &peer);
	CU_ASSERT_TRUE(has(&peer, 2, "Status: 404 "));
	CU_ASSERT_TRUE(peer.is_over);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	stop();
}

static void
requests_may_come_in_turns_and_in_any_pieces(void)
{
	static const char body[] =
	    "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\"}]";
	uint16_t id;
	size_t at;

	start();
	for (id = 1; id <= 3; id++)
		peer_begin(&peer, id, FCGI_KEEP_CONN);
	for (id = 3; id >= 1; id--)
		peer_params(&peer, id, "POST", "/cometd");
	for (at = 0; at < sizeof(body) - 1; at++)
		for (id = 1; id <= 3; id++)
			peer_say(&peer, FCGI_STDIN, id, body + at, 1);
	for (id = 1; id <= 3; id++)
		peer_say(&peer, FCGI_STDIN, id, "", 0);
	peer_talk(&site, &peer);
	for (id = 1; id <= 3; id++) {
		CU_ASSERT_TRUE(has(&peer, id, "\"successful\":true"));
		CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, id), 1);
	}
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).sessions, 3);
	stop();
}

static void
a_peer_that_does_not_read_is_not_read_from(void)
{
	const size_t count = 100000;
	size_t before;
	size_t i;

	start();
	for (i = 0; i < count; i++)
		peer_say(&peer, FCGI_GET_VALUES, 0, "", 0);
	before = unit_live();
	do {
		i = peer.said_len;
		(void)peer_send(&peer);
		site_turn(&site);
	} while (peer.said_len < i);
	CU_ASSERT_TRUE(peer.said_len > 0);
	CU_ASSERT_TRUE(unit_live() - before <=
	    FCGI_CONN_RESPONSES_MAX + FCGI_CONN_SCRATCH / FCGI_HEADER_LEN);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_GET_VALUES_RESULT, 0), count);
	CU_ASSERT_EQUAL(unit_live(), before);
	stop();
}

static void
what_is_behind_an_early_answer_is_thrown_away(void)
{
	start();
	peer_begin(&peer, 1, 0);
	peer_params(&peer, 1, "GET", "/elsewhere");
	peer_begin(&peer, 2, 0);
	peer_say(&peer, FCGI_ABORT_REQUEST, 2, "", 0);
	peer_talk(&site, &peer);
	peer_say(&peer, FCGI_STDIN, 1, "", 0);
	peer_talk(&site, &peer);
	CU_ASSERT_TRUE(peer.is_over);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	CU_ASSERT_TRUE(fcgi_idle_list_next(&site.pool.lingering) != BX_NEVER);
	peer_post(&peer, 3, "[{}]");
	CU_ASSERT_TRUE(peer_send(&peer));
	site_turn(&site);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	(void)shutdown(peer.fd, SHUT_WR);
	site_turn(&site);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	stop();
}

/* As a web server does that has a connection for each request: the connect of
 * id, to be held, is written before anybody accepts. */
static void
hold_on_its_own(struct peer *who, const char *id, bool is_local)
{
	char body[200];

	(void)snprintf(body, sizeof(body),
	    "[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}]", id);
	peer_close(who);
	peer_say_once(who, body);
	CU_ASSERT_TRUE_FATAL(peer_open_said(&site, who, is_local));
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 1);
	site_turn(&site);
}

/* Start, with peer's session id, and its connect on a connection of other's. */
static void
start_held(char *id, bool is_local)
{
	start();
	join(&peer, id);
	hold_on_its_own(&other, id, is_local);
}

/* The same, and it is answered with an event of the other. */
static void
wake_on_its_own(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	char from[BX_CLIENT_ID_LENGTH + 1];

	join(&peer, id);
	hold_on_its_own(&other, id, true);
	join(&peer, from);
	publish(&peer, from, 10);
	peer_hear(&other);
	CU_ASSERT_TRUE(other.is_over);
	CU_ASSERT_TRUE(has(&other, 1, "xxxxxxxxxx"));
}

static void
one_who_was_woken_shows_when_its_peer_ends_it(void)
{
	start();
	site.pool.pace.ended = FCGI_PACE_PORTION - 2;
	wake_on_its_own();
	CU_ASSERT_EQUAL(site.pool.pace.marks, 0);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	wake_on_its_own();
	CU_ASSERT_EQUAL(site.pool.pace.marks, 1);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	peer_close(&other);
	site_turn(&site);
	CU_ASSERT_EQUAL(site.pool.pace.marks, 0);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	stop();
}

static void
replies_are_no_marks(void)
{
	start();
	site.pool.pace.ended = FCGI_PACE_PORTION - 1;
	peer_close(&other);
	peer_say_once(&other, "[{\"channel\":\"/meta/connect\"}]");
	CU_ASSERT_TRUE_FATAL(peer_open_said(&site, &other, true));
	site_turn(&site);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	CU_ASSERT_EQUAL(site.pool.pace.marks, 0);
	stop();
}

static void
a_mark_that_nobody_ends_is_given_up(void)
{
	start();
	site.pool.pace.ended = FCGI_PACE_PORTION - 1;
	wake_on_its_own();
	CU_ASSERT_TRUE(fcgi_conn_next_look_out(&site.pool) >=
	    site.context.now + FCGI_PACE_LIMIT);
	let_pass(FCGI_PACE_LIMIT - 1);
	CU_ASSERT_EQUAL(site.pool.pace.marks, 1);
	let_pass(1);
	CU_ASSERT_EQUAL(site.pool.pace.marks, 0);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	CU_ASSERT_EQUAL(fcgi_conn_next_look_out(&site.pool), BX_NEVER);
	stop();
}

static void
a_held_connect_is_watched_after_a_while(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start_held(id, true);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	peer_close(&other);
	let_pass(FCGI_CONN_UNWATCHED_LIMIT - 1);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	CU_ASSERT_TRUE(fcgi_conn_next_look_out(&site.pool) <=
	    site.context.now + FCGI_CONN_UNWATCHED_LIMIT);
	let_pass(1);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 0);
	stop();
}

static void
a_closer_look_shows_who_has_left(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start_held(id, true);
	fcgi_conn_look_closer(&site.pool);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 1);
	/* From now on it is watched. */
	peer_close(&other);
	site_turn(&site);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 0);
	hold_on_its_own(&other, id, true);
	peer_close(&other);
	fcgi_conn_look_closer(&site.pool);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 0);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	stop();
}

/* Its first answer would count as written when nobody is there any more. */
static void
over_tcp_it_is_watched_at_once(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start_held(id, false);
	peer_close(&other);
	site_turn(&site);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 0);
	stop();
}

static void
what_is_not_watched_is_answered_all_the_same(void)
{
	start();
	wake_on_its_own();
	CU_ASSERT_EQUAL(site.pool.count, 1);
	stop();
}

/* Apache writes the body by itself. */
static void
a_part_of_a_request_is_watched_at_once(void)
{
	start();
	peer_close(&other);
	peer_forget(&other);
	peer_begin(&other, 1, 0);
	peer_params(&other, 1, "POST", "/cometd");
	CU_ASSERT_TRUE_FATAL(peer_open_said(&site, &other, true));
	peer_say(&other, FCGI_STDIN, 1, "[{}]", 4);
	peer_say(&other, FCGI_STDIN, 1, "", 0);
	peer_talk(&site, &other);
	CU_ASSERT_TRUE(has(&other, 1, "Status: 200"));
	stop();
}

/* What relieve answers may be the last of the connection that is read. */
static void
records_read_with_the_last_one_are_not_handled(void)
{
	const char authorizer[] = { 0, FCGI_AUTHORIZER, 0, 0, 0, 0, 0, 0 };

	start();
	site.relieves = true;
	peer_say(&peer, FCGI_BEGIN_REQUEST, 1, authorizer, 8);
	peer_begin(&peer, 2, 0);
	peer_params(&peer, 2, "GET", "/elsewhere");
	peer_say(&peer, FCGI_STDIN, 2, "", 0);
	peer_post(&peer, 3,
	    "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\"}]");
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, 1), 1);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, 2), 1);
	CU_ASSERT_TRUE(peer.is_over);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).sessions, 0);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	let_pass(FCGI_CONN_LINGER_LIMIT - 1);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	let_pass(1);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	stop();
}

static void
who_half_closes_behind_a_question_is_answered(void)
{
	start();
	peer_say(&peer, FCGI_GET_VALUES, 0, "", 0);
	CU_ASSERT_TRUE(peer_send(&peer));
	(void)shutdown(peer.fd, SHUT_WR);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_GET_VALUES_RESULT, 0), 1);
	CU_ASSERT_TRUE(peer.is_over);
	stop();
}

static void
events_that_were_written_are_not_given_again(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start_event(id, 3);
	peer_talk(&site, &peer);
	CU_ASSERT_TRUE(has(&peer, 7, "\"data\":\"xxx\""));
	say_connect(&peer, 8, id);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 1);
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, 8), "");
	stop();
}

static void
eof_lets_go_of_a_held_connect(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start();
	join(&peer, id);
	say_connect(&peer, 1, id);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 1);
	peer_close(&peer);
	site_turn(&site);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 0);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	stop();
}

static void
a_peer_that_goes_within_an_answer_has_not_had_its_events(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start_event(id, 200000);
	CU_ASSERT_EQUAL(site.pool.requests, 1);
	peer_close(&peer);
	site_turn(&site);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	peer_forget(&other);
	say_connect(&other, 8, id);
	peer_talk(&site, &other);
	CU_ASSERT_TRUE(has(&other, 8, "\"data\":\"xxx"));
	CU_ASSERT_EQUAL(peer_count(&other, FCGI_END_REQUEST, 8), 1);
	stop();
}

/* Abort request id, which gets END_REQUEST and nothing else. */
static void
expect_silent_abort(uint16_t id)
{
	peer_say(&peer, FCGI_ABORT_REQUEST, id, "", 0);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, id), 1);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_STDOUT, id), 0);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	CU_ASSERT_FALSE(peer.is_over);
}

static void
a_request_can_be_aborted_before_it_is_answered(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start();
	peer_begin(&peer, 2, FCGI_KEEP_CONN);
	peer_talk(&site, &peer);
	expect_silent_abort(2);
	peer_begin(&peer, 3, FCGI_KEEP_CONN);
	peer_params(&peer, 3, "POST", "/cometd");
	peer_talk(&site, &peer);
	expect_silent_abort(3);
	peer_post(&peer, 4, "[{}]");
	expect_silent_abort(4);
	peer_begin(&peer, 5, FCGI_KEEP_CONN);
	peer_params(&peer, 5, "GET", "/elsewhere");
	peer_say(&peer, FCGI_STDIN, 5, "", 0);
	expect_silent_abort(5);
	join(&peer, id);
	say_connect(&peer, 6, id);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 1);
	expect_silent_abort(6);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 0);
	/* Nothing is left that the peer would have to take. */
	let_pass(FCGI_CONN_STALLED_LIMIT);
	peer_hear(&peer);
	CU_ASSERT_FALSE(peer.is_over);
	stop();
}

static void
an_answer_on_its_way_goes_on_when_it_is_aborted(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start_event(id, 200000);
	peer_say(&peer, FCGI_ABORT_REQUEST, 7, "", 0);
	CU_ASSERT_TRUE(peer_send(&peer));
	site_turn(&site);
	CU_ASSERT_EQUAL(site.pool.requests, 1);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, 7), 1);
	CU_ASSERT_TRUE(strlen(peer_text(&peer, 7)) > 200000);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	/* Nobody read it: the events are there for the next connect. */
	say_connect(&peer, 8, id);
	peer_talk(&site, &peer);
	CU_ASSERT_TRUE(has(&peer, 8, "\"data\":\"xxx"));
	stop();
}

static void
what_is_silent_within_a_record_is_closed(void)
{
	start();
	peer_post(&other, 1, "[{}]");
	peer_talk(&site, &other);
	peer_post(&peer, 1, "[{}]");
	peer_say(&peer, FCGI_GET_VALUES, 0, "xxxx", 4);
	peer.said_len -= 2;
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(fcgi_conn_next_deadline(&site.pool),
	    site.context.now + FCGI_CONN_SILENT_LIMIT);
	let_pass(FCGI_CONN_SILENT_LIMIT - 1);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	let_pass(1);
	peer_hear(&peer);
	CU_ASSERT_TRUE(peer.is_over);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	CU_ASSERT_EQUAL(fcgi_conn_next_deadline(&site.pool), BX_NEVER);
	stop();
}

static void
a_connection_without_any_request_is_closed(void)
{
	start();
	let_pass(FCGI_CONN_SILENT_LIMIT - 1);
	peer_say(&peer, FCGI_GET_VALUES, 0, "", 0);
	peer_talk(&site, &peer);
	let_pass(1);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	let_pass(FCGI_CONN_SILENT_LIMIT - 1);
	CU_ASSERT_EQUAL(site.pool.count, 0);
	stop();
}

static void
a_request_that_does_not_go_on_is_503(void)
{
	start();
	peer_begin(&peer, 1, FCGI_KEEP_CONN);
	peer_params(&peer, 1, "POST", "/cometd");
	peer_talk(&site, &peer);
	let_pass(FCGI_CONN_SILENT_LIMIT);
	peer_talk(&site, &peer);
	CU_ASSERT_TRUE(has(&peer, 1, "Status: 503 "));
	CU_ASSERT_FALSE(peer.is_over);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	stop();
}

static void
who_does_not_take_an_answer_is_closed(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start_event(id, 200000);
	let_pass(FCGI_CONN_STALLED_LIMIT - 1);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	peer_hear(&peer);
	site_turn(&site);
	let_pass(1);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	/* More output does not mean that it goes on. */
	let_pass(FCGI_CONN_STALLED_LIMIT - 2);
	peer_say(&peer, FCGI_GET_VALUES, 0, "", 0);
	CU_ASSERT_TRUE(peer_send(&peer));
	site_turn(&site);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	let_pass(1);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	stop();
}

/* Peer has broken the protocol, and other is served all the same. */
static void
expect_closed(void)
{
	peer_talk(&site, &peer);
	CU_ASSERT_TRUE(peer.is_over);
	CU_ASSERT_EQUAL(site.pool.count, 1);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&other, "[{}]"), "Status: 200 "));
	stop();
}

static void
what_breaks_the_protocol_costs_its_connection(void)
{
	static const char much[FCGI_RECORD_VALUES_MAX + 1];

	start();
	peer_say(&peer, FCGI_BEGIN_REQUEST, 1, much, 7);
	expect_closed();
	start();
	peer_say(&peer, FCGI_GET_VALUES, 0, much, sizeof(much));
	expect_closed();
	start();
	peer_say(&peer, FCGI_GET_VALUES, 0, "\x7f", 1);
	expect_closed();
	start();
	peer_begin(&peer, 1, FCGI_KEEP_CONN);
	peer_say(&peer, FCGI_PARAMS, 1, "\x7f", 1);
	peer_say(&peer, FCGI_PARAMS, 1, "", 0);
	expect_closed();
	start();
	peer_say(&peer, FCGI_GET_VALUES, 0, "", 0);
	peer.said[0] = 2;
	expect_closed();
}

/* What lighttpd sends after it had to connect several times. */
static void
a_begin_that_is_repeated_changes_nothing(void)
{
	start();
	peer_begin(&peer, 1, 0);
	peer_params(&peer, 1, "POST", "/cometd");
	peer_begin(&peer, 1, 0);
	peer_params(&peer, 1, "POST", "/cometd");
	peer_say(&peer, FCGI_STDIN, 1, "[{}]", 4);
	peer_say(&peer, FCGI_STDIN, 1, "", 0);
	peer_talk(&site, &peer);
	CU_ASSERT_TRUE(has(&peer, 1, "Status: 200 "));
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, 1), 1);
	CU_ASSERT_TRUE(peer.is_over);
	stop();
}

static void
a_request_over_a_limit_is_503_at_once(void)
{
	size_t before;

	start();
	site.pool.requests = FCGI_POOL_REQUESTS_MAX;
	before = unit_live();
	peer_begin(&peer, 1, FCGI_KEEP_CONN);
	peer_talk(&site, &peer);
	CU_ASSERT_TRUE(
	    has(&peer, 1, "{\"error\":\"503::too_many_requests\"}"));
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, 1), 1);
	CU_ASSERT_EQUAL(unit_live(), before);
	CU_ASSERT_EQUAL(site.pool.requests, FCGI_POOL_REQUESTS_MAX);
	site.pool.requests = FCGI_POOL_REQUESTS_MAX - 1;
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&peer, "[{}]"), "Status: 200 "));
	site.pool.requests = 0;
	stop();
}

static void
one_connection_has_so_many_requests_and_no_more(void)
{
	uint16_t id;

	start();
	for (id = 1; id <= FCGI_CONN_REQUESTS_MAX + 1; id++)
		peer_begin(&peer, id, FCGI_KEEP_CONN);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(site.pool.requests, FCGI_CONN_REQUESTS_MAX);
	CU_ASSERT_TRUE(has(&peer, FCGI_CONN_REQUESTS_MAX + 1,
	    "{\"error\":\"503::too_many_requests\"}"));
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&other, "[{}]"), "Status: 200 "));
	stop();
}

static void
too_many_connections_are_told_so(void)
{
	start();
	site.pool.crowded = 1;
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(ask(&peer, "[{}]"), "{\"error\":\"503::overloaded\"}"));
	site.pool.refusal = "stopping";
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(ask(&peer, "[{}]"), "{\"error\":\"503::stopping\"}"));
	stop();
}

static void
it_is_logged_once_a_minute_that_there_are_too_many(void)
{
	char path[] = "/tmp/test_conn.XXXXXX";
	char text[1000] = "";
	int fd = mkstemp(path);
	const char *second;

	CU_ASSERT_FATAL(fd >= 0);
	start();
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_WARNING));
	site.pool.crowded = 1;
	(void)ask(&peer, "[{}]");
	(void)ask(&peer, "[{}]");
	site.context.now += FCGI_LOG_REST;
	(void)ask(&peer, "[{}]");
	CU_ASSERT(read(fd, text, sizeof(text) - 1) > 0);
	second = strchr(text, '\n');
	CU_ASSERT_PTR_NOT_NULL_FATAL(second);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(second, " warning event=overloaded connections=2\n"));
	CU_ASSERT_PTR_EQUAL(strchr(second + 1, '\n'), text + strlen(text) - 1);
	fcgi_log_close();
	stop();
	(void)close(fd);
	CU_ASSERT_EQUAL(unlink(path), 0);
}

/* Peer and other were answered, peer first, and keep their connections; there
 * is to be none beside them. */
static void
start_full(void)
{
	start();
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&peer, "[{}]"), "Status: 200 "));
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&other, "[{}]"), "Status: 200 "));
	site.pool.crowded = 2;
}

static void
stop_full(void)
{
	peer_close(&third);
	stop();
}

/* Third comes when the others have been idle for long, and only crowded of all
 * are to stay. */
static void
open_one_too_many(size_t crowded)
{
	site.pool.crowded = crowded;
	let_pass(FCGI_CONN_KEPT_LIMIT);
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &third));
}

static bool
has_given_way(struct peer *who)
{
	peer_hear(who);
	return who->is_over;
}

static void
who_has_no_request_gives_way_to_one_too_many(void)
{
	start_full();
	let_pass(FCGI_CONN_KEPT_LIMIT);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &third));
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&third, "[{}]"), "Status: 200 "));
	CU_ASSERT_TRUE(has_given_way(&peer));
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&other, "[{}]"), "Status: 200 "));
	stop_full();
}

static void
who_was_just_answered_gives_way_a_little_later(void)
{
	start_full();
	let_pass(FCGI_CONN_KEPT_LIMIT - 1);
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &third));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(ask(&third, "[{}]"), "{\"error\":\"503::overloaded\"}"));
	CU_ASSERT_EQUAL(site.pool.count, 3);
	CU_ASSERT_TRUE(fcgi_conn_next_deadline(&site.pool) <=
	    site.context.now + FCGI_CONN_KEPT_LIMIT);
	let_pass(1);
	CU_ASSERT_EQUAL(site.pool.count, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&third, "[{}]"), "Status: 200 "));
	CU_ASSERT_TRUE(has_given_way(&peer));
	stop_full();
}

static void
who_asks_at_this_moment_does_not_give_way(void)
{
	start_full();
	let_pass(FCGI_CONN_KEPT_LIMIT);
	peer_forget(&peer);
	peer_post(&peer, 1, "[{}]");
	CU_ASSERT_TRUE(peer_send(&peer));
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &third));
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, 1), 1);
	CU_ASSERT_FALSE(peer.is_over);
	CU_ASSERT_TRUE(has_given_way(&other));
	stop_full();
}

static void
who_is_held_does_not_give_way(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start_full();
	join(&peer, id);
	say_connect(&peer, 1, id);
	peer_talk(&site, &peer);
	(void)ask(&other, "[{}]");
	open_one_too_many(2);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 1);
	CU_ASSERT_TRUE(has_given_way(&other));
	stop_full();
}

/* Its answers do not fit into the socket. */
static void
who_has_not_read_its_answers_does_not_give_way(void)
{
	static const char asked[] = "\016\000FCGI_MAX_CONNS";
	size_t i;

	start_full();
	peer_forget(&peer);
	for (i = 0; i < 4000; i++)
		peer_say(&peer, FCGI_GET_VALUES, 0, asked, sizeof(asked) - 1);
	for (i = 0; i < 4000 && !peer_send(&peer); i++)
		site_turn(&site);
	CU_ASSERT_EQUAL(peer.said_len, 0);
	site_turn(&site);
	open_one_too_many(1);
	CU_ASSERT_FALSE(has_given_way(&peer));
	CU_ASSERT_TRUE(has_given_way(&other));
	stop_full();
}

static void
who_has_begun_a_record_does_not_give_way(void)
{
	start_full();
	peer_forget(&peer);
	peer_begin(&peer, 1, FCGI_KEEP_CONN);
	peer.said_len--;
	CU_ASSERT_TRUE(peer_send(&peer));
	site_turn(&site);
	open_one_too_many(1);
	CU_ASSERT_FALSE(has_given_way(&peer));
	stop_full();
}

static void
who_has_left_unwatched_gives_way_at_once(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start_held(id, true);
	peer_close(&other);
	site.pool.crowded = 2;
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &third));
	CU_ASSERT_EQUAL(site.pool.count, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&third, "[{}]"), "Status: 200 "));
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&peer, "[{}]"), "Status: 200 "));
	stop_full();
}

static void
who_lacks_memory_is_told_so_and_keeps_the_connection(void)
{
	size_t told = 0;
	const char *text;
	size_t n;

	start();
	site.pool.reserve_size = 4096;
	for (n = 1;; n++) {
		unit_fail_allocation(n);
		text = ask(&peer, "[{}]");
		if (!unit_has_failed())
			break;
		CU_ASSERT_FALSE(peer.is_over);
		if (strstr(text, "Status: 503 ") != NULL)
			told++;
		else
			CU_ASSERT_PTR_NOT_NULL(strstr(text, "Status: 200 "));
		CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, 1), 1);
		CU_ASSERT_EQUAL(site.pool.requests, 0);
	}
	unit_fail_allocation(0);
	CU_ASSERT(told > 3);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Status: 200 "));
	stop();
}

static void
without_a_reserve_new_requests_are_503(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	start();
	join(&peer, id);
	say_connect(&peer, 2, id);
	peer_talk(&site, &peer);
	site.pool.reserve_size = 4096;
	site.pool.begun_without = 1;
	unit_fail_allocation(1);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(ask(&other, "[{}]"), "{\"error\":\"503::no_memory\"}"));
	CU_ASSERT_TRUE(unit_has_failed());
	CU_ASSERT_EQUAL(site.pool.requests, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(&other, "[{}]"), "Status: 200 "));
	stop();
}

/* How often the log in file fd says that many have left, once a connection with
 * so many requests is lost. */
static size_t
lines_of_loss(int fd, uint16_t requests)
{
	char text[1000] = "";
	const char *at = text;
	size_t count = 0;
	uint16_t id;

	CU_ASSERT_TRUE_FATAL(peer_open(&site, &peer));
	for (id = 1; id <= requests; id++)
		peer_begin(&peer, id, FCGI_KEEP_CONN);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(site.pool.requests, requests);
	peer_close(&peer);
	site_turn(&site);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	CU_ASSERT(pread(fd, text, sizeof(text) - 1, 0) >= 0);
	while ((at = strstr(at, "notice event=many_left ")) != NULL) {
		at++;
		count++;
	}
	return count;
}

static void
many_that_leave_at_once_are_one_line_of_the_log(void)
{
	char path[] = "/tmp/test_conn.XXXXXX";
	int fd = mkstemp(path);

	start();
	peer_close(&peer);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_INFO));
	CU_ASSERT_EQUAL(lines_of_loss(fd, FCGI_POOL_LOST_MANY - 1), 0);
	CU_ASSERT_EQUAL(lines_of_loss(fd, 1), 1);
	CU_ASSERT_EQUAL(lines_of_loss(fd, FCGI_POOL_LOST_MANY), 1);
	site.context.now += FCGI_POOL_LOST_WITHIN + 1;
	CU_ASSERT_EQUAL(lines_of_loss(fd, FCGI_POOL_LOST_MANY - 1), 1);
	CU_ASSERT_EQUAL(lines_of_loss(fd, FCGI_POOL_LOST_MANY), 2);
	fcgi_log_close();
	(void)close(fd);
	CU_ASSERT_EQUAL(unlink(path), 0);
	peer_close(&other);
	site_stop(&site);
}

/* Everything that a connection allocates for; did all of it work out? */
static bool
whole_life(void *ctx)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	bool good = false;

	(void)ctx;
	if (!site_start(&site))
		return false;
	if (!peer_open(&site, &peer))
		goto stop_site;
	join(&peer, id);
	say_connect(&peer, 2, id);
	peer_say(&peer, FCGI_GET_VALUES, 0, "\x0e\0FCGI_MAX_CONNS", 16);
	peer_talk(&site, &peer);
	peer_say(&peer, FCGI_ABORT_REQUEST, 2, "", 0);
	peer_talk(&site, &peer);
	good = !peer.is_over && id[0] != '\0' &&
	    peer_count(&peer, FCGI_GET_VALUES_RESULT, 0) == 1 &&
	    peer_count(&peer, FCGI_END_REQUEST, 2) == 1 &&
	    peer_count(&peer, FCGI_STDOUT, 2) == 0;
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	peer_close(&peer);
stop_site:
	site_stop(&site);
	return good;
}

static void
without_memory_only_the_connection_is_lost(void)
{
	CU_ASSERT_TRUE(unit_fail_each(whole_life, NULL) > 20);
}

static const struct unit_test tests[] = {
	{ "who lacks memory is told so, and keeps the connection",
	    who_lacks_memory_is_told_so_and_keeps_the_connection },
	{ "without a reserve new requests are 503",
	    without_a_reserve_new_requests_are_503 },
	{ "many that leave at once are one line of the log",
	    many_that_leave_at_once_are_one_line_of_the_log },
	{ "a BEGIN that is repeated changes nothing",
	    a_begin_that_is_repeated_changes_nothing },
	{ "with KEEP_CONN the connection outlives its answers",
	    with_keep_conn_the_connection_outlives_its_answers },
	{ "without KEEP_CONN it ends behind the last answer",
	    without_keep_conn_it_ends_behind_the_last_answer },
	{ "requests may come in turns and in any pieces",
	    requests_may_come_in_turns_and_in_any_pieces },
	{ "a peer that does not read is not read from",
	    a_peer_that_does_not_read_is_not_read_from },
	{ "what is behind an early answer is thrown away",
	    what_is_behind_an_early_answer_is_thrown_away },
	{ "records read with the last one are not handled",
	    records_read_with_the_last_one_are_not_handled },
	{ "who half-closes behind a question is answered",
	    who_half_closes_behind_a_question_is_answered },
	{ "one who was woken shows when its peer ends it",
	    one_who_was_woken_shows_when_its_peer_ends_it },
	{ "replies are no marks", replies_are_no_marks },
	{ "a mark that nobody ends is given up",
	    a_mark_that_nobody_ends_is_given_up },
	{ "a held connect is watched after a while",
	    a_held_connect_is_watched_after_a_while },
	{ "a closer look shows who has left",
	    a_closer_look_shows_who_has_left },
	{ "over TCP it is watched at once", over_tcp_it_is_watched_at_once },
	{ "what is not watched is answered all the same",
	    what_is_not_watched_is_answered_all_the_same },
	{ "a part of a request is watched at once",
	    a_part_of_a_request_is_watched_at_once },
	{ "events that were written are not given again",
	    events_that_were_written_are_not_given_again },
	{ "EOF lets go of a held connect", eof_lets_go_of_a_held_connect },
	{ "a peer that goes within an answer has not had its events",
	    a_peer_that_goes_within_an_answer_has_not_had_its_events },
	{ "a request can be aborted before it is answered",
	    a_request_can_be_aborted_before_it_is_answered },
	{ "an answer on its way goes on when it is aborted",
	    an_answer_on_its_way_goes_on_when_it_is_aborted },
	{ "what is silent within a record is closed",
	    what_is_silent_within_a_record_is_closed },
	{ "a connection without any request is closed",
	    a_connection_without_any_request_is_closed },
	{ "a request that does not go on is 503",
	    a_request_that_does_not_go_on_is_503 },
	{ "who does not take an answer is closed",
	    who_does_not_take_an_answer_is_closed },
	{ "what breaks the protocol costs its connection",
	    what_breaks_the_protocol_costs_its_connection },
	{ "a request over the limit of all is 503 at once",
	    a_request_over_a_limit_is_503_at_once },
	{ "one connection has so many requests and no more",
	    one_connection_has_so_many_requests_and_no_more },
	{ "too many connections are told so",
	    too_many_connections_are_told_so },
	{ "it is logged once a minute that there are too many",
	    it_is_logged_once_a_minute_that_there_are_too_many },
	{ "who has no request gives way to one too many",
	    who_has_no_request_gives_way_to_one_too_many },
	{ "who was just answered gives way a little later",
	    who_was_just_answered_gives_way_a_little_later },
	{ "who asks at this moment does not give way",
	    who_asks_at_this_moment_does_not_give_way },
	{ "who has not read its answers does not give way",
	    who_has_not_read_its_answers_does_not_give_way },
	{ "who has begun a record does not give way",
	    who_has_begun_a_record_does_not_give_way },
	{ "who has left unwatched gives way at once",
	    who_has_left_unwatched_gives_way_at_once },
	{ "who is held does not give way", who_is_held_does_not_give_way },
	{ "without memory only the connection is lost",
	    without_memory_only_the_connection_is_lost },
};

UNIT_MAIN("conn", tests)
