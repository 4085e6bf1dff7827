/*
 * test_heading.c - the headers of a response while plugins may change them.
 */
#include <string.h>

#include "fcgi/heading.h"
#include "test/support/unit.h"

#define OURS \
	"Content-Type: text/plain\r\n" \
	"Content-Length: 5\r\n" \
	"Vary: Origin\r\n"

static struct bx_heading heading;

static bool
start(void)
{
	fcgi_heading_init(&heading, unit_env(), 404);
	return bx_buf_append_text(&heading.lines, OURS) == BX_OK;
}

static void
check(const char *expected)
{
	CU_ASSERT_TRUE(
	    unit_is_text(heading.lines.bytes, heading.lines.len, expected));
}

static void
a_header_replaces_those_of_its_name_in_any_case(void)
{
	CU_ASSERT_TRUE_FATAL(start());
	CU_ASSERT_TRUE(fcgi_heading_set(&heading, "X-A", "1"));
	check(OURS "X-A: 1\r\n");
	CU_ASSERT_TRUE(fcgi_heading_set(&heading, "x-a", ""));
	check(OURS "x-a: \r\n");
	CU_ASSERT_TRUE(fcgi_heading_set(&heading, "content-TYPE", "b"));
	check("Content-Length: 5\r\nVary: Origin\r\nx-a: \r\n"
	      "content-TYPE: b\r\n");
	fcgi_heading_fini(&heading);
	fcgi_heading_fini(&heading);
}

static void
all_of_a_name_are_taken_away(void)
{
	CU_ASSERT_TRUE_FATAL(start());
	CU_ASSERT_EQUAL(bx_buf_append_text(&heading.lines,
			    "vary: Accept\r\nVaryx: 1\r\nVary: \r\n"),
	    BX_OK);
	CU_ASSERT_TRUE(fcgi_heading_set(&heading, "Vary", NULL));
	check("Content-Type: text/plain\r\nContent-Length: 5\r\n"
	      "Varyx: 1\r\n");
	CU_ASSERT_TRUE(fcgi_heading_set(&heading, "Varyx", NULL));
	CU_ASSERT_TRUE(fcgi_heading_set(&heading, "Content-Type", NULL));
	CU_ASSERT_TRUE(fcgi_heading_set(&heading, "Nothing", NULL));
	check("Content-Length: 5\r\n");
	fcgi_heading_fini(&heading);
}

static void
what_would_break_the_message_changes_nothing(void)
{
	CU_ASSERT_TRUE_FATAL(start());
	CU_ASSERT_FALSE(fcgi_heading_set(&heading, "Content-Length", "6"));
	CU_ASSERT_FALSE(fcgi_heading_set(&heading, "content-length", NULL));
	CU_ASSERT_FALSE(fcgi_heading_set(&heading, "Status", "200"));
	CU_ASSERT_FALSE(fcgi_heading_set(&heading, "X A", "1"));
	CU_ASSERT_FALSE(fcgi_heading_set(&heading, "", "1"));
	CU_ASSERT_FALSE(fcgi_heading_set(&heading, "Vary", "a\r\nX: b"));
	check(OURS);
	fcgi_heading_fini(&heading);
}

static void
a_heading_knows_its_status_and_its_path(void)
{
	fcgi_heading_init(&heading, unit_env(), 404);
	heading.path = (struct bx_slice){ "/a", 2 };
	CU_ASSERT_EQUAL(fcgi_heading_status(&heading), 404);
	CU_ASSERT_EQUAL(fcgi_heading_path(&heading).len, 2);
	fcgi_heading_fini(&heading);
}

static void
headers_of_a_plugin_go_in_place_of_ours_and_not_of_its_own(void)
{
	static const struct bx_header headers[] = {
		{ "Set-Cookie", "a" },
		{ "content-type", "b" },
		{ "Set-Cookie", "c" },
		{ "Vary", "Accept" },
	};
	const struct bx_head head = { 200, headers, 4 };

	CU_ASSERT_TRUE_FATAL(start());
	CU_ASSERT_TRUE(fcgi_heading_is_sound(&head));
	CU_ASSERT_EQUAL(fcgi_heading_add(&heading, &head), BX_OK);
	check("Content-Length: 5\r\nVary: Origin\r\nSet-Cookie: a\r\n"
	      "content-type: b\r\nSet-Cookie: c\r\nVary: Accept\r\n");
	fcgi_heading_fini(&heading);
}

static void
a_head_is_sound_or_not(void)
{
	static const struct bx_header good[] = { { "A", "b" } };
	static const struct bx_header bad[][1] = {
		{ { NULL, "b" } },
		{ { "A", NULL } },
		{ { "A b", "b" } },
		{ { "A", "b\n" } },
		{ { "connection", "close" } },
	};
	struct bx_head head = { 200, good, 1 };
	size_t i;

	CU_ASSERT_TRUE(fcgi_heading_is_sound(&head));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		head.headers = bad[i];
		CU_ASSERT_FALSE(fcgi_heading_is_sound(&head));
	}
	head = (struct bx_head){ 599, NULL, 0 };
	CU_ASSERT_TRUE(fcgi_heading_is_sound(&head));
	head.status = 600;
	CU_ASSERT_FALSE(fcgi_heading_is_sound(&head));
	head.status = 199;
	CU_ASSERT_FALSE(fcgi_heading_is_sound(&head));
}

/* A line so long that it needs memory of its own. */
static bool
set_one(void *ctx)
{
	static char value[5000];
	bool is_set;

	(void)ctx;
	memset(value, 'x', sizeof(value) - 1);
	if (!start()) {
		fcgi_heading_fini(&heading);
		return false;
	}
	is_set = fcgi_heading_set(&heading, "Vary", value);
	if (!is_set) {
		check(OURS);
		CU_ASSERT_TRUE(fcgi_heading_set(&heading, "Vary", NULL));
		check("Content-Type: text/plain\r\nContent-Length: 5\r\n");
	}
	fcgi_heading_fini(&heading);
	return is_set;
}

static void
without_memory_the_headers_stay_as_they_were(void)
{
	CU_ASSERT_EQUAL(unit_fail_each(set_one, NULL), 4);
}

static const struct unit_test tests[] = {
	{ "a header replaces those of its name, in any case",
	    a_header_replaces_those_of_its_name_in_any_case },
	{ "all of a name are taken away", all_of_a_name_are_taken_away },
	{ "what would break the message changes nothing",
	    what_would_break_the_message_changes_nothing },
	{ "a heading knows its status and its path",
	    a_heading_knows_its_status_and_its_path },
	{ "headers of a plugin go in place of ours, and not of its own",
	    headers_of_a_plugin_go_in_place_of_ours_and_not_of_its_own },
	{ "a head is sound or not", a_head_is_sound_or_not },
	{ "without memory the headers stay as they were",
	    without_memory_the_headers_stay_as_they_were },
};

UNIT_MAIN("fcgi/heading", tests)
