/*
 * test_content.c - for which paths plugins answer, and until when.
 */
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "fcgi/conn.h"
#include "fcgi/content.h"
#include "fcgi/record.h"
#include "test/support/peer.h"
#include "test/support/unit.h"

#define ID 3

static struct site site;
static struct peer peer;
static struct bx_request *asked; /* the newest */
static int calls;
static int gones;
static const char owner[] = "a plugin";
static const char other[] = "another";
static const struct bx_head ok = { 200, NULL, 0 };
static const struct bx_slice nothing = { NULL, 0 };

static struct fcgi_content *
content(void)
{
	return &site.platform.content;
}

static void
on_gone(struct bx_request *request, void *ctx)
{
	CU_ASSERT_PTR_EQUAL(ctx, &gones);
	/* It is over, whatever is still done to it. */
	CU_ASSERT_FALSE(fcgi_content_respond(request, &ok, nothing));
	CU_ASSERT_FALSE(fcgi_content_begin(request, &ok, on_gone, &gones));
	fcgi_content_on_gone(request, on_gone, &gones);
	fcgi_content_end(request);
	gones++;
}

static void
on_request(struct bx_request *request, void *ctx)
{
	CU_ASSERT_PTR_EQUAL(ctx, &calls);
	calls++;
	asked = request;
}

static bool
add(const void *who, const char *path)
{
	const struct bx_content added = {
		.owner = who,
		.path = path,
		.fn = on_request,
		.ctx = &calls,
	};

	return fcgi_content_add(content(), &added);
}

static bool
has(const char *path)
{
	return fcgi_content_has(content(),
	    (struct bx_slice){ path, strlen(path) });
}

static void
start(void)
{
	asked = NULL;
	calls = gones = 0;
	CU_ASSERT_TRUE_FATAL(site_start(&site));
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &peer));
	CU_ASSERT_TRUE_FATAL(add(owner, "/x"));
}

static void
stop(void)
{
	peer_close(&peer);
	site_stop(&site);
}

static void
say_get(uint16_t id)
{
	const char *const params[] = { "REQUEST_METHOD", "GET", "REQUEST_URI",
		"/cometd/x", NULL };

	peer_request(&peer, id, params, "");
}

/* A request that its plugin has, and does not answer yet. */
static void
hold(void)
{
	start();
	say_get(ID);
	peer_talk(&site, &peer);
	CU_ASSERT_PTR_NOT_NULL_FATAL(asked);
}

/* The same, begun. */
static void
stream(void)
{
	hold();
	CU_ASSERT_TRUE(fcgi_content_begin(asked, &ok, on_gone, &gones));
	peer_talk(&site, &peer);
}

static void
a_path_is_of_one_plugin_and_goes_with_it(void)
{
	start();
	CU_ASSERT_FALSE(add(other, "/x"));
	CU_ASSERT_TRUE(add(other, "/x/y"));
	CU_ASSERT_TRUE(has("/x"));
	CU_ASSERT_TRUE(has("/x/"));
	CU_ASSERT_TRUE(has("/x/z"));
	CU_ASSERT_FALSE(has("/xy"));
	CU_ASSERT_FALSE(has("/"));
	fcgi_content_remove(content(), other, "/x");
	fcgi_content_remove(content(), other, "/nothing");
	CU_ASSERT_TRUE(has("/x"));
	fcgi_content_forget(content(), owner);
	CU_ASSERT_FALSE(has("/x"));
	CU_ASSERT_TRUE(has("/x/y/z"));
	CU_ASSERT_TRUE(add(owner, "/x"));
	fcgi_content_remove(content(), owner, "/x");
	CU_ASSERT_FALSE(has("/x"));
	stop();
}

static void
what_is_no_path_is_not_added(void)
{
	start();
	CU_ASSERT_FALSE(add(owner, ""));
	CU_ASSERT_FALSE(add(owner, "/"));
	CU_ASSERT_FALSE(add(owner, "y"));
	CU_ASSERT_FALSE(add(owner, "/y/"));
	stop();
}

static bool
add_one(void *ctx)
{
	bool is_added = add(owner, "/y");

	(void)ctx;
	fcgi_content_remove(content(), owner, "/y");
	return is_added;
}

static void
without_memory_a_path_is_not_added(void)
{
	start();
	CU_ASSERT_EQUAL(unit_fail_each(add_one, NULL), 1);
	stop();
}

static void
a_plugin_is_told_of_who_has_gone_where_nobody_is_in_the_middle(void)
{
	hold();
	fcgi_content_on_gone(asked, on_gone, &gones);
	CU_ASSERT_EQUAL(site.pool.requests, 1);
	CU_ASSERT_TRUE(site.context.budget.used > 0);
	peer_close(&peer);
	(void)ev_run(site.pool.loop, EVRUN_NOWAIT);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	CU_ASSERT_TRUE(fcgi_content_has_ready(content()));
	CU_ASSERT_EQUAL(gones, 0);
	fcgi_content_drain(content());
	CU_ASSERT_EQUAL(gones, 1);
	CU_ASSERT_FALSE(fcgi_content_has_ready(content()));
	CU_ASSERT_EQUAL(content()->count, 0);
	CU_ASSERT_EQUAL(site.context.budget.used, 0);
	stop();
}

static void
who_does_not_want_to_know_may_answer_as_ever(void)
{
	hold();
	peer_close(&peer);
	site_turn(&site);
	CU_ASSERT_EQUAL(site.pool.count, 0);
	CU_ASSERT_EQUAL(content()->count, 1);
	CU_ASSERT_TRUE(site.context.budget.used > 0);
	CU_ASSERT_EQUAL(fcgi_content_info(asked).path.len, 2);
	CU_ASSERT_TRUE(fcgi_content_respond(asked, &ok, nothing));
	CU_ASSERT_EQUAL(content()->count, 0);
	CU_ASSERT_EQUAL(site.context.budget.used, 0);
	stop();
}

static void
a_stream_without_a_reader_takes_all_until_its_end(void)
{
	hold();
	peer_close(&peer);
	site_turn(&site);
	CU_ASSERT_TRUE(fcgi_content_begin(asked, &ok, NULL, NULL));
	CU_ASSERT_TRUE(
	    fcgi_content_write(asked, (struct bx_slice){ "abc", 3 }));
	fcgi_content_end(asked);
	CU_ASSERT_EQUAL(content()->count, 0);
	stop();
}

static void
who_asks_late_is_told_all_the_same(void)
{
	hold();
	peer_close(&peer);
	site_turn(&site);
	fcgi_content_on_gone(asked, on_gone, &gones);
	CU_ASSERT_EQUAL(gones, 0);
	fcgi_content_drain(content());
	CU_ASSERT_EQUAL(gones, 1);
	stop();
}

static void
an_abort_is_a_client_that_has_gone(void)
{
	hold();
	fcgi_content_on_gone(asked, on_gone, &gones);
	peer_say(&peer, FCGI_ABORT_REQUEST, ID, "", 0);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(gones, 1);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 1);
	stop();
	stream();
	peer_say(&peer, FCGI_ABORT_REQUEST, ID, "", 0);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(gones, 1);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 1);
	stop();
}

static void
the_requests_of_a_plugin_that_stops_end(void)
{
	hold();
	fcgi_content_on_gone(asked, on_gone, &gones);
	fcgi_content_forget(content(), other);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 0);
	fcgi_content_forget(content(), owner);
	peer_talk(&site, &peer);
	CU_ASSERT_PTR_NOT_NULL(strstr(peer_text(&peer, ID), "Status: 503 "));
	CU_ASSERT_EQUAL(gones, 0);
	CU_ASSERT_EQUAL(content()->count, 0);
	stop();
	stream();
	(void)fcgi_content_write(asked, (struct bx_slice){ "abc", 3 });
	fcgi_content_forget(content(), owner);
	peer_talk(&site, &peer);
	CU_ASSERT_PTR_NOT_NULL(strstr(peer_text(&peer, ID), "\r\n\r\nabc"));
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 1);
	CU_ASSERT_EQUAL(gones, 0);
	stop();
}

static void
what_nobody_reads_goes_with_its_plugin(void)
{
	hold();
	peer_close(&peer);
	site_turn(&site);
	CU_ASSERT_EQUAL(content()->count, 1);
	fcgi_content_forget(content(), owner);
	CU_ASSERT_EQUAL(content()->count, 0);
	stop();
}

static void
streams_end_with_the_process_and_all_else_a_little_later(void)
{
	stream();
	say_get(ID + 1);
	peer_talk(&site, &peer);
	fcgi_content_shut_down(content(), site.context.now + 1000);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 1);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID + 1), 0);
	site.context.now += 999;
	fcgi_content_advance(content());
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID + 1), 0);
	site.context.now += 1;
	fcgi_content_advance(content());
	peer_talk(&site, &peer);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(peer_text(&peer, ID + 1), "503::stopping"));
	/* Its plugin still has it. */
	CU_ASSERT_EQUAL(content()->count, 1);
	fcgi_content_on_gone(asked, on_gone, &gones);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(gones, 2);
	CU_ASSERT_EQUAL(content()->count, 0);
	/* What comes now is not given to anybody. */
	say_get(ID);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(calls, 2);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 2);
	stop();
}

static void
a_stream_that_begins_while_the_process_ends_is_ended_as_well(void)
{
	hold();
	fcgi_content_shut_down(content(), site.context.now + 1000);
	CU_ASSERT_TRUE(fcgi_content_begin(asked, &ok, on_gone, &gones));
	CU_ASSERT_TRUE(
	    fcgi_content_write(asked, (struct bx_slice){ "abc", 3 }));
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 0);
	site.context.now += 1000;
	fcgi_content_advance(content());
	peer_talk(&site, &peer);
	CU_ASSERT_PTR_NOT_NULL(strstr(peer_text(&peer, ID), "\r\n\r\nabc"));
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 1);
	CU_ASSERT_EQUAL(gones, 1);
	stop();
}

static void
a_path_that_goes_while_the_body_comes_is_404(void)
{
	start();
	peer_begin(&peer, ID, FCGI_KEEP_CONN);
	peer_params(&peer, ID, "POST", "/cometd/x");
	peer_talk(&site, &peer);
	fcgi_content_remove(content(), owner, "/x");
	peer_say(&peer, FCGI_STDIN, ID, "", 0);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(calls, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(peer_text(&peer, ID), "Status: 404 "));
	stop();
}

static void
a_held_request_does_not_time_out(void)
{
	hold();
	site.context.now += 10 * FCGI_CONN_SILENT_LIMIT;
	fcgi_conn_sweep(&site.pool);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 0);
	CU_ASSERT_TRUE(fcgi_content_respond(asked, &ok, nothing));
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 1);
	stop();
}

static const struct unit_test tests[] = {
	{ "a path is of one plugin, and goes with it",
	    a_path_is_of_one_plugin_and_goes_with_it },
	{ "what is no path is not added", what_is_no_path_is_not_added },
	{ "without memory a path is not added",
	    without_memory_a_path_is_not_added },
	{ "a plugin is told of who has gone where nobody is in the middle",
	    a_plugin_is_told_of_who_has_gone_where_nobody_is_in_the_middle },
	{ "who does not want to know may answer as ever",
	    who_does_not_want_to_know_may_answer_as_ever },
	{ "a stream without a reader takes all until its end",
	    a_stream_without_a_reader_takes_all_until_its_end },
	{ "who asks late is told all the same",
	    who_asks_late_is_told_all_the_same },
	{ "an abort is a client that has gone",
	    an_abort_is_a_client_that_has_gone },
	{ "the requests of a plugin that stops end",
	    the_requests_of_a_plugin_that_stops_end },
	{ "what nobody reads goes with its plugin",
	    what_nobody_reads_goes_with_its_plugin },
	{ "streams end with the process, and all else a little later",
	    streams_end_with_the_process_and_all_else_a_little_later },
	{ "a stream that begins while the process ends is ended as well",
	    a_stream_that_begins_while_the_process_ends_is_ended_as_well },
	{ "a path that goes while the body comes is 404",
	    a_path_that_goes_while_the_body_comes_is_404 },
	{ "a held request does not time out",
	    a_held_request_does_not_time_out },
};

UNIT_MAIN("fcgi/content", tests)
