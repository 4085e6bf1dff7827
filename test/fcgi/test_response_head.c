/*
 * test_response_head.c - status and headers of a response, and who has a part
 * in them.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/plugin.h"
#include "fcgi/heading.h"
#include "fcgi/response_head.h"
#include "test/support/unit.h"

#define LENGTH "Content-Length: 5\r\n"
#define OURS \
	"Cache-Control: no-cache, no-store\r\n" \
	"X-Content-Type-Options: nosniff\r\n" \
	"Vary: Origin\r\n"

static struct fcgi_response_head_text text;

static bool
format(const struct fcgi_response_head *head)
{
	const size_t length = 5;

	return fcgi_response_head_format(&text, unit_env(), head, &length);
}

static void
check(const char *expected)
{
	CU_ASSERT_TRUE(unit_is_text(text.at, text.len, expected));
	fcgi_response_head_fini(&text);
}

static void
what_is_ours_alone_costs_no_memory(void)
{
	const struct fcgi_response_head head = {
		.status = 200,
		.content_type = "a/b",
		.more = "M: 1\r\n",
		.cors = "C: 1\r\n",
		.cookie = "K: 1\r\n",
	};

	CU_ASSERT_TRUE(format(&head));
	check("Status: 200 OK\r\nContent-Type: a/b\r\n" OURS LENGTH
	      "M: 1\r\nC: 1\r\nK: 1\r\n\r\n");
	CU_ASSERT_EQUAL(unit_allocations(), 0);
}

static void
what_is_not_there_has_no_line(void)
{
	const struct fcgi_response_head head = { .status = 999 };

	CU_ASSERT_TRUE(
	    fcgi_response_head_format(&text, unit_env(), &head, NULL));
	check("Status: 999 Error\r\n" OURS "\r\n");
}

static void
no_head_is_no_bytes(void)
{
	CU_ASSERT_TRUE(format(NULL));
	CU_ASSERT_EQUAL(text.len, 0);
	fcgi_response_head_fini(&text);
}

static const struct bx_header given_headers[] = { { "X-Given", "1" },
	{ "cache-control", "private" } };
static const struct bx_head given = { 404, given_headers, 2 };

static void
what_a_plugin_gave_is_among_ours(void)
{
	const struct fcgi_response_head head = {
		.status = 404,
		.given = &given,
	};

	CU_ASSERT_TRUE(format(&head));
	check("Status: 404 Not Found\r\n"
	      "X-Content-Type-Options: nosniff\r\nVary: Origin\r\n" LENGTH
	      "X-Given: 1\r\ncache-control: private\r\n\r\n");
}

static void
on_heading(void *ctx, struct bx_heading *heading)
{
	(void)ctx;
	CU_ASSERT_EQUAL(fcgi_heading_status(heading), 404);
	CU_ASSERT_TRUE(unit_is_text(fcgi_heading_path(heading).at,
	    fcgi_heading_path(heading).len, "/x"));
	(void)fcgi_heading_set(heading, "X-Content-Type-Options", NULL);
	(void)fcgi_heading_set(heading, "Content-Length", NULL);
	(void)fcgi_heading_set(heading, "X-Given", "2");
}

static const struct bx_plugin plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(plugin),
	.name = "changes",
	.heading = on_heading,
};

static const struct bx_settings settings = BX_SETTINGS_DEFAULT;

/* Those of a plugin, changed by another. */
static bool
format_changed(void *ctx)
{
	struct bx_engine *engine = ctx;
	const struct fcgi_heading_source source = {
		.engine = engine,
		.path = { "/x", 2 },
	};
	const struct fcgi_response_head head = {
		.status = 404,
		.given = &given,
		.source = &source,
	};
	bool is_formatted = format(&head);

	if (is_formatted && !unit_has_failed())
		check("Status: 404 Not Found\r\nVary: Origin\r\n" LENGTH
		      "cache-control: private\r\nX-Given: 2\r\n\r\n");
	fcgi_response_head_fini(&text);
	return is_formatted;
}

static void
plugins_change_all_but_what_frames_it(void)
{
	struct bx_engine *engine = bx_engine_new(unit_env(), &settings);

	CU_ASSERT_PTR_NOT_NULL_FATAL(engine);
	CU_ASSERT_FALSE(bx_engine_has_heading(engine));
	CU_ASSERT_EQUAL(bx_engine_add_plugin(engine, &plugin, NULL, NULL),
	    BX_OK);
	CU_ASSERT_TRUE(bx_engine_has_heading(engine));
	CU_ASSERT_TRUE(format_changed(engine));
	CU_ASSERT_TRUE(unit_fail_each(format_changed, engine) >= 2);
	bx_engine_free(engine);
}

static void
what_is_too_long_is_no_head(void)
{
	static char more[FCGI_RESPONSE_HEAD_MAX + 1];
	const struct fcgi_response_head head = {
		.status = 200,
		.more = more,
	};
	const size_t other = strlen("Status: 200 OK\r\n" OURS LENGTH "\r\n");

	memset(more, 'x', FCGI_RESPONSE_HEAD_MAX);
	CU_ASSERT_FALSE(format(&head));
	more[FCGI_RESPONSE_HEAD_MAX - other + 1] = '\0';
	CU_ASSERT_FALSE(format(&head));
	more[FCGI_RESPONSE_HEAD_MAX - other] = '\0';
	CU_ASSERT_TRUE(format(&head));
	CU_ASSERT_EQUAL(text.len, FCGI_RESPONSE_HEAD_MAX);
	CU_ASSERT_TRUE(unit_is_text(text.at + text.len - 3, 3, "x\r\n"));
	fcgi_response_head_fini(&text);
}

static const struct unit_test tests[] = {
	{ "what is ours alone costs no memory",
	    what_is_ours_alone_costs_no_memory },
	{ "what is not there has no line", what_is_not_there_has_no_line },
	{ "no head is no bytes", no_head_is_no_bytes },
	{ "what a plugin gave is among ours",
	    what_a_plugin_gave_is_among_ours },
	{ "plugins change all but what frames it",
	    plugins_change_all_but_what_frames_it },
	{ "what is too long is no head", what_is_too_long_is_no_head },
};

UNIT_MAIN("fcgi/response_head", tests)
