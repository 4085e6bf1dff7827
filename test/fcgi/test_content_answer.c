/*
 * test_content_answer.c - what a plugin is asked, and what it answers.
 */
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/plugin.h"
#include "fcgi/content.h"
#include "fcgi/heading.h"
#include "fcgi/record.h"
#include "test/support/peer.h"
#include "test/support/unit.h"

#define ID 3
#define OURS \
	"Content-Type: application/octet-stream\r\n" \
	"Cache-Control: no-cache, no-store\r\n" \
	"X-Content-Type-Options: nosniff\r\n" \
	"Vary: Origin\r\n"

static struct site site;
static struct peer peer;
static struct bx_request *asked;
static int gones;
static const char owner[] = "a plugin";
static const struct bx_head ok = { 200, NULL, 0 };
static char everybody[] = "*";
static char *origins[] = { everybody };

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static void
on_gone(struct bx_request *request, void *ctx)
{
	(void)request;
	(void)ctx;
	gones++;
}

static void
on_request(struct bx_request *request, void *ctx)
{
	(void)ctx;
	asked = request;
}

static bool
add(void)
{
	const struct bx_content added = {
		.owner = owner,
		.path = "/x",
		.fn = on_request,
	};

	return fcgi_content_add(&site.platform.content, &added);
}

static void
start(void)
{
	asked = NULL;
	gones = 0;
	CU_ASSERT_TRUE_FATAL(site_start(&site));
	site.options.allowed_origins.items = origins;
	site.options.allowed_origins.count = 1;
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &peer));
	CU_ASSERT_TRUE_FATAL(add());
}

static void
stop(void)
{
	peer_close(&peer);
	site_stop(&site);
}

static void
ask(const char *const *params, const char *body)
{
	asked = NULL;
	peer_request(&peer, ID, params, body);
	peer_talk(&site, &peer);
}

static void
ask_by(const char *method)
{
	const char *const params[] = { "REQUEST_METHOD", method, "REQUEST_URI",
		"/cometd/x", NULL };

	ask(params, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(asked);
}

/* What was said since the last time. */
static void
check(const char *expected)
{
	peer_talk(&site, &peer);
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, ID), expected);
	peer_forget(&peer);
}

static bool
is(struct bx_slice found, const char *text)
{
	return unit_is_text(found.at, found.len, text);
}

static void
a_plugin_sees_what_was_asked(void)
{
	const char *const params[] = { "REQUEST_METHOD", "PATCH",
		"REQUEST_URI", "/cometd/x/%2541?q=%20", "QUERY_STRING",
		"q=%20", "CONTENT_TYPE", "A/B; C=d", "CONTENT_LENGTH", "3",
		"REMOTE_USER", "ann", "HTTP_COOKIE", "a=b", "HTTP_X_SOME",
		"first", "HTTP_X_SOME", "last", NULL };
	struct bx_request_info info;

	start();
	ask(params, "abc");
	CU_ASSERT_PTR_NOT_NULL_FATAL(asked);
	info = fcgi_content_info(asked);
	CU_ASSERT_TRUE(is(info.method, "PATCH"));
	CU_ASSERT_TRUE(is(info.path, "/x/%41"));
	CU_ASSERT_TRUE(is(info.query, "q=%20"));
	CU_ASSERT_TRUE(is(info.body, "abc"));
	CU_ASSERT_TRUE(is(info.type, "A/B; C=d"));
	CU_ASSERT_STRING_EQUAL(info.address, "192.0.2.1");
	CU_ASSERT_STRING_EQUAL(info.user, "ann");
	CU_ASSERT_TRUE(is(fcgi_content_header(asked, "Cookie"), "a=b"));
	CU_ASSERT_TRUE(is(fcgi_content_header(asked, "x-some"), "last"));
	CU_ASSERT_TRUE(is(fcgi_content_header(asked, "Content-Length"), "3"));
	CU_ASSERT_PTR_NULL(fcgi_content_header(asked, "X-Other").at);
	/* Of all that nothing is kept for a stream. */
	CU_ASSERT_TRUE(site.context.budget.used > 0);
	CU_ASSERT_TRUE(fcgi_content_begin(asked, &ok, NULL, NULL));
	CU_ASSERT_EQUAL(site.context.budget.used, 0);
	CU_ASSERT_EQUAL(fcgi_content_info(asked).path.len, 0);
	CU_ASSERT_STRING_EQUAL(fcgi_content_info(asked).user, "ann");
	CU_ASSERT_EQUAL(fcgi_content_header(asked, "Cookie").len, 0);
	stop();
}

static void
who_is_allowed_by_everybody_has_no_credentials(void)
{
	const char *const params[] = { "REQUEST_METHOD", "GET", "REQUEST_URI",
		"/cometd/x", "REMOTE_USER", "ann", "HTTP_COOKIE", "a=b",
		"HTTP_AUTHORIZATION", "c", "HTTP_ORIGIN", "http://other",
		NULL };

	start();
	ask(params, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(asked);
	CU_ASSERT_PTR_NULL(fcgi_content_info(asked).user);
	CU_ASSERT_EQUAL(fcgi_content_header(asked, "cookie").len, 0);
	CU_ASSERT_EQUAL(fcgi_content_header(asked, "authorization").len, 0);
	CU_ASSERT_TRUE(
	    is(fcgi_content_header(asked, "Origin"), "http://other"));
	stop();
}

#define LINK \
	"REQUEST_METHOD", "GET", "REQUEST_URI", "/cometd/x", "REMOTE_USER", \
	    "ann", "HTTP_COOKIE", "a=b", "HTTP_HOST", "h"

static void
a_tag_of_another_site_is_refused_before_a_plugin_sees_it(void)
{
	const char *const params[] = { LINK, "HTTP_SEC_FETCH_SITE",
		"cross-site", "HTTP_SEC_FETCH_MODE", "no-cors",
		"HTTP_SEC_FETCH_DEST", "script", "HTTP_REFERER",
		"http://other/", NULL };

	start();
	site.options.allowed_origins.count = 0;
	ask(params, "");
	CU_ASSERT_PTR_NULL(asked);
	CU_ASSERT_PTR_NOT_NULL(strstr(peer_text(&peer, ID), "Status: 403 "));
	stop();
}

static void
a_link_of_another_site_has_the_credentials(void)
{
	const char *const params[] = { LINK, "HTTP_SEC_FETCH_SITE",
		"cross-site", "HTTP_SEC_FETCH_MODE", "navigate",
		"HTTP_SEC_FETCH_DEST", "document", "HTTP_REFERER",
		"http://other/", NULL };

	start();
	site.options.allowed_origins.count = 0;
	ask(params, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(asked);
	CU_ASSERT_STRING_EQUAL(fcgi_content_info(asked).user, "ann");
	CU_ASSERT_TRUE(is(fcgi_content_header(asked, "Cookie"), "a=b"));
	stop();
}

static void
what_may_be_a_link_of_another_site_has_no_credentials(void)
{
	const char *const params[] = { LINK, "HTTP_AUTHORIZATION", "c",
		"HTTP_REFERER", "http://other/", NULL };

	start();
	site.options.allowed_origins.count = 0;
	ask(params, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(asked);
	CU_ASSERT_PTR_NULL(fcgi_content_info(asked).user);
	CU_ASSERT_EQUAL(fcgi_content_header(asked, "Cookie").len, 0);
	CU_ASSERT_EQUAL(fcgi_content_header(asked, "Authorization").len, 0);
	stop();
}

static void
an_answer_is_whole(void)
{
	start();
	ask_by("GET");
	CU_ASSERT_TRUE(
	    fcgi_content_respond(asked, &ok, (struct bx_slice){ "a\0b", 3 }));
	peer_talk(&site, &peer);
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, ID),
	    "Status: 200 OK\r\n" OURS "Content-Length: 3\r\n\r\na");
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 1);
	CU_ASSERT_EQUAL(site.pool.requests, 0);
	stop();
}

static void
head_is_told_how_long_the_body_would_be(void)
{
	start();
	ask_by("HEAD");
	CU_ASSERT_TRUE(fcgi_content_respond(asked, &ok, slice("abc")));
	check("Status: 200 OK\r\n" OURS "Content-Length: 3\r\n\r\n");
	ask_by("HEAD");
	CU_ASSERT_TRUE(fcgi_content_begin(asked, &ok, NULL, NULL));
	CU_ASSERT_TRUE(fcgi_content_write(asked, slice("abc")));
	fcgi_content_end(asked);
	check("Status: 200 OK\r\n" OURS "X-Accel-Buffering: no\r\n\r\n");
	stop();
}

static void
some_statuses_have_no_body(void)
{
	struct bx_head head = { 204, NULL, 0 };

	start();
	ask_by("GET");
	CU_ASSERT_TRUE(fcgi_content_respond(asked, &head, slice("abc")));
	check("Status: 204 No Content\r\nCache-Control: no-cache, no-store\r\n"
	      "X-Content-Type-Options: nosniff\r\nVary: Origin\r\n\r\n");
	ask_by("HEAD");
	head.status = 304;
	CU_ASSERT_TRUE(fcgi_content_respond(asked, &head, slice("abc")));
	check("Status: 304 Not Modified\r\n"
	      "Cache-Control: no-cache, no-store\r\n"
	      "X-Content-Type-Options: nosniff\r\nVary: Origin\r\n\r\n");
	ask_by("GET");
	CU_ASSERT_TRUE(fcgi_content_begin(asked, &head, NULL, NULL));
	CU_ASSERT_TRUE(fcgi_content_write(asked, slice("abc")));
	fcgi_content_end(asked);
	peer_talk(&site, &peer);
	CU_ASSERT_PTR_NULL(strstr(peer_text(&peer, ID), "abc"));
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 1);
	stop();
}

static void
a_bad_head_leaves_the_request_to_be_answered(void)
{
	const struct bx_header status = { "Status", "200" };
	struct bx_head head = { 200, &status, 1 };

	start();
	ask_by("GET");
	CU_ASSERT_FALSE(fcgi_content_respond(asked, &head, slice("abc")));
	CU_ASSERT_FALSE(fcgi_content_begin(asked, &head, on_gone, NULL));
	CU_ASSERT_FALSE(fcgi_content_write(asked, slice("abc")));
	fcgi_content_end(asked);
	check("");
	CU_ASSERT_TRUE(fcgi_content_respond(asked, &ok, slice("abc")));
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 1);
	stop();
}

static void
pieces_go_out_as_they_come(void)
{
	start();
	ask_by("GET");
	CU_ASSERT_TRUE(fcgi_content_begin(asked, &ok, on_gone, NULL));
	CU_ASSERT_FALSE(fcgi_content_begin(asked, &ok, on_gone, NULL));
	CU_ASSERT_FALSE(fcgi_content_respond(asked, &ok, slice("x")));
	CU_ASSERT_TRUE(fcgi_content_write(asked, slice("ab")));
	CU_ASSERT_TRUE(fcgi_content_write(asked, slice("")));
	CU_ASSERT_TRUE(fcgi_content_write(asked, slice("c")));
	check("Status: 200 OK\r\n" OURS "X-Accel-Buffering: no\r\n\r\nabc");
	CU_ASSERT_TRUE(fcgi_content_write(asked, slice("d")));
	check("d");
	CU_ASSERT_TRUE(fcgi_content_write(asked, slice("e")));
	fcgi_content_end(asked);
	peer_talk(&site, &peer);
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, ID), "e");
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 1);
	CU_ASSERT_EQUAL(site.platform.content.count, 0);
	CU_ASSERT_EQUAL(gones, 0);
	stop();
}

static void
what_is_not_read_is_kept_up_to_a_limit(void)
{
	static char bytes[300000];
	size_t taken = 0;

	memset(bytes, 'x', sizeof(bytes));
	start();
	site.options.settings.max_queue_size = 100000;
	ask_by("GET");
	CU_ASSERT_TRUE(fcgi_content_begin(asked, &ok, on_gone, NULL));
	check("Status: 200 OK\r\n" OURS "X-Accel-Buffering: no\r\n\r\n");
	/* One piece may be of any size. */
	CU_ASSERT_TRUE(fcgi_content_write(asked,
	    (struct bx_slice){ bytes, sizeof(bytes) }));
	CU_ASSERT_FALSE(fcgi_content_write(asked, slice("x")));
	peer_talk(&site, &peer);
	while (fcgi_content_write(asked, (struct bx_slice){ bytes, 10000 })) {
		taken += 10000;
		site_turn(&site);
		CU_ASSERT_FATAL(taken < 1000000);
	}
	CU_ASSERT_TRUE(taken >= 90000);
	fcgi_content_end(asked);
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(strlen(peer_text(&peer, ID)), sizeof(bytes) + taken);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 1);
	stop();
}

/* A plugin that changes headers, and does what it must not. */
static void (*meddle)(void);

static void
on_heading(void *ctx, struct bx_heading *heading)
{
	(void)ctx;
	(void)fcgi_heading_set(heading, "Vary", NULL);
	if (meddle != NULL)
		meddle();
}

static const struct bx_plugin meddler = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(meddler),
	.name = "meddler",
	.heading = on_heading,
};

static void
answer_again(void)
{
	CU_ASSERT_FALSE(fcgi_content_respond(asked, &ok, slice("b")));
	CU_ASSERT_FALSE(fcgi_content_begin(asked, &ok, on_gone, NULL));
	fcgi_content_end(asked);
}

static void
forget_owner(void)
{
	fcgi_content_forget(&site.platform.content, owner);
}

static void
headers_of_content_are_changed_and_nothing_else(void)
{
	start();
	CU_ASSERT_EQUAL(bx_engine_add_plugin(site.engine, &meddler, NULL,
			    NULL),
	    BX_OK);
	meddle = answer_again;
	ask_by("GET");
	CU_ASSERT_TRUE(fcgi_content_respond(asked, &ok, slice("a")));
	peer_talk(&site, &peer);
	CU_ASSERT_PTR_NULL(strstr(peer_text(&peer, ID), "Vary"));
	CU_ASSERT_PTR_NOT_NULL(strstr(peer_text(&peer, ID), "\r\n\r\na"));
	peer_forget(&peer);
	meddle = forget_owner;
	ask_by("GET");
	CU_ASSERT_TRUE(fcgi_content_respond(asked, &ok, slice("a")));
	peer_talk(&site, &peer);
	CU_ASSERT_TRUE(add());
	ask_by("GET");
	CU_ASSERT_TRUE(fcgi_content_begin(asked, &ok, on_gone, NULL));
	peer_talk(&site, &peer);
	CU_ASSERT_EQUAL(peer_count(&peer, FCGI_END_REQUEST, ID), 2);
	CU_ASSERT_EQUAL(site.platform.content.count, 0);
	meddle = NULL;
	stop();
}

/* Whatever fails, a plugin that tries until it succeeds ends its request. */
static bool
serve(void *ctx)
{
	const bool streams = *(const bool *)ctx;
	bool is_served = false;

	asked = NULL;
	if (!site_start(&site))
		return false;
	if (!peer_open(&site, &peer)) {
		site_stop(&site);
		return false;
	}
	if (add()) {
		const char *const params[] = { "REQUEST_METHOD", "GET",
			"REQUEST_URI", "/cometd/x", NULL };

		ask(params, "");
	}
	if (asked != NULL && !streams) {
		while (!fcgi_content_respond(asked, &ok, slice("abc")))
			continue;
	} else if (asked != NULL) {
		while (!fcgi_content_begin(asked, &ok, NULL, NULL))
			continue;
		while (!fcgi_content_write(asked, slice("abc")))
			continue;
		site_turn(&site);
		fcgi_content_end(asked);
	}
	if (asked != NULL) {
		peer_talk(&site, &peer);
		is_served = strstr(peer_text(&peer, ID), "abc") != NULL &&
		    !unit_has_failed();
	}
	CU_ASSERT_EQUAL(site.platform.content.count, 0);
	stop();
	return is_served;
}

static void
without_memory_nothing_is_left_behind(void)
{
	bool streams = false;

	CU_ASSERT_TRUE(unit_fail_each(serve, &streams) > 10);
	streams = true;
	CU_ASSERT_TRUE(unit_fail_each(serve, &streams) > 10);
}

static const struct unit_test tests[] = {
	{ "a plugin sees what was asked", a_plugin_sees_what_was_asked },
	{ "who is allowed by \"*\" has no credentials",
	    who_is_allowed_by_everybody_has_no_credentials },
	{ "a tag of another site is refused before a plugin sees it",
	    a_tag_of_another_site_is_refused_before_a_plugin_sees_it },
	{ "a link of another site has the credentials",
	    a_link_of_another_site_has_the_credentials },
	{ "what may be a link of another site has no credentials",
	    what_may_be_a_link_of_another_site_has_no_credentials },
	{ "an answer is whole", an_answer_is_whole },
	{ "HEAD is told how long the body would be",
	    head_is_told_how_long_the_body_would_be },
	{ "some statuses have no body", some_statuses_have_no_body },
	{ "a bad head leaves the request to be answered",
	    a_bad_head_leaves_the_request_to_be_answered },
	{ "pieces go out as they come", pieces_go_out_as_they_come },
	{ "what is not read is kept up to a limit",
	    what_is_not_read_is_kept_up_to_a_limit },
	{ "headers of content are changed, and nothing else",
	    headers_of_content_are_changed_and_nothing_else },
	{ "without memory nothing is left behind",
	    without_memory_nothing_is_left_behind },
};

UNIT_MAIN("fcgi/content_answer", tests)
