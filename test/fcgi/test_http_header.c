/*
 * test_http_header.c - headers that plugins write, and which of them they may.
 */
#include <string.h>

#include "fcgi/http_header.h"
#include "test/support/unit.h"

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static void
a_name_is_a_token(void)
{
	CU_ASSERT_TRUE(http_header_is_name("X-Some_thing.1"));
	CU_ASSERT_TRUE(http_header_is_name("!#$%&'*+-.^_`|~azAZ09"));
	CU_ASSERT_FALSE(http_header_is_name(""));
	CU_ASSERT_FALSE(http_header_is_name("X A"));
	CU_ASSERT_FALSE(http_header_is_name("X:"));
	CU_ASSERT_FALSE(http_header_is_name("X\r\nY"));
	CU_ASSERT_FALSE(http_header_is_name("\xc3\xa4"));
	CU_ASSERT_FALSE(http_header_is_name("(X)"));
}

static void
a_value_has_no_control_bytes_but_tabs(void)
{
	CU_ASSERT_TRUE(http_header_is_value(""));
	CU_ASSERT_TRUE(http_header_is_value("a; b=\"c\"\t\xc3\xa4\xff"));
	CU_ASSERT_FALSE(http_header_is_value("a\r\nX: b"));
	CU_ASSERT_FALSE(http_header_is_value("a\n"));
	CU_ASSERT_FALSE(http_header_is_value("\x01"));
	CU_ASSERT_FALSE(http_header_is_value("a\x1f"));
	CU_ASSERT_FALSE(http_header_is_value("a\x7f"));
}

static void
what_frames_the_message_is_reserved_in_any_case(void)
{
	CU_ASSERT_TRUE(http_header_is_reserved("status"));
	CU_ASSERT_TRUE(http_header_is_reserved("CONTENT-length"));
	CU_ASSERT_TRUE(http_header_is_reserved("Connection"));
	CU_ASSERT_TRUE(http_header_is_reserved("transfer-encoding"));
	CU_ASSERT_FALSE(http_header_is_reserved("Content-Type"));
	CU_ASSERT_FALSE(http_header_is_reserved("Statu"));
	CU_ASSERT_FALSE(http_header_is_reserved(""));
}

static void
a_header_comes_in_its_variable(void)
{
	CU_ASSERT_TRUE(http_header_is_variable(slice("HTTP_X_SOME_THING"),
	    "x-Some-thing"));
	CU_ASSERT_TRUE(
	    http_header_is_variable(slice("HTTP_COOKIE"), "Cookie"));
	CU_ASSERT_TRUE(
	    http_header_is_variable(slice("CONTENT_TYPE"), "content-type"));
	CU_ASSERT_TRUE(http_header_is_variable(slice("CONTENT_LENGTH"),
	    "Content-Length"));
	CU_ASSERT_FALSE(http_header_is_variable(slice("HTTP_CONTENT_TYPE"),
	    "Content-Type"));
	CU_ASSERT_FALSE(
	    http_header_is_variable(slice("HTTP_COOKIE"), "Cooki"));
	CU_ASSERT_FALSE(
	    http_header_is_variable(slice("HTTP_COOKIE"), "Cookia"));
	CU_ASSERT_FALSE(http_header_is_variable(slice("COOKIE"), "Cookie"));
	CU_ASSERT_FALSE(http_header_is_variable(slice(""), "Cookie"));
	CU_ASSERT_FALSE(http_header_is_variable(slice("HTTP_"), "Cookie"));
}

static const struct unit_test tests[] = {
	{ "a name is a token", a_name_is_a_token },
	{ "a value has no control bytes but tabs",
	    a_value_has_no_control_bytes_but_tabs },
	{ "what frames the message is reserved, in any case",
	    what_frames_the_message_is_reserved_in_any_case },
	{ "a header comes in its variable", a_header_comes_in_its_variable },
};

UNIT_MAIN("fcgi/http_header", tests)
