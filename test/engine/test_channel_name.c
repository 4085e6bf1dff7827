/* test_channel_name.c - what is a channel name, and which pattern matches. */
#include <stdlib.h>
#include <string.h>

#include "engine/channel_name.h"
#include "test/support/unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LENGTH 1024
#define DEPTH 32

/* Parse a copy that ends where its memory does; is it a name? */
static bool
is_name(const char *text, size_t len)
{
	struct bx_channel_name name;
	enum bx_status status;
	char *copy = malloc(len > 0 ? len : 1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	memcpy(copy, text, len);
	status = bx_channel_name_parse(&name, copy, len, LENGTH, DEPTH);
	CU_ASSERT(status == BX_OK || status == BX_EINVAL);
	free(copy);
	return status == BX_OK;
}

static struct bx_channel_name
parse(const char *text)
{
	struct bx_channel_name name = { 0 };

	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&name, text, strlen(text),
				  LENGTH, DEPTH),
	    BX_OK);
	return name;
}

static void
test_valid(void)
{
	static const char *const texts[] = { "/a", "/a/b", "/meta/connect",
		"/A-Z/0_9", "/ !#$()+-.@_{}~", "/*", "/**", "/a/*", "/a/**",
		"/meta", "/meta/*", "/service/**", "/.", "/..", "/metadata" };
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		CU_ASSERT(is_name(texts[i], strlen(texts[i])));
}

static void
test_invalid(void)
{
	static const char *const texts[] = { "", "/", "a", "a/b", "//", "//a",
		"/a/", "/a//b", "/a//", "/*/a", "/**/a", "/a/*/b", "/***",
		"/a*", "/*a", "/a/b*", "/a*b", "/a/***", "/* ", "/*/", "/**/",
		"/*/*", "/**/**", "/a\\b", "/a\"", "/a'", "/a,b", "/a;b",
		"/a:b", "/a?b", "/a=b", "/a&b", "/a%20b", "/a<b", "/a>b",
		"/a[b]", "/a^b", "/a`b", "/a|b", "/a\x7f", "/a\nb", "/a\tb",
		"/\xc3\xa9" };
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		CU_ASSERT_FALSE(is_name(texts[i], strlen(texts[i])));
	CU_ASSERT_FALSE(is_name("/a\0", 3));
	CU_ASSERT_FALSE(is_name("/a\0b", 4));
	CU_ASSERT_FALSE(is_name("/\0", 2));
}

static void
test_each_character(void)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789 !#$()+-.@_{}~";
	char text[] = "/a?b";
	int c;

	for (c = 0; c < 256; c++) {
		text[2] = (char)c;
		/* A slash makes two segments of it. */
		CU_ASSERT_EQUAL(is_name(text, 4),
		    c == '/' || (c != 0 && strchr(allowed, c) != NULL));
	}
}

static void
test_limits(void)
{
	struct bx_channel_name name;

	CU_ASSERT_EQUAL(bx_channel_name_parse(&name, "/abc", 4, 4, 9), BX_OK);
	CU_ASSERT_EQUAL(bx_channel_name_parse(&name, "/abc", 4, 3, 9),
	    BX_EINVAL);
	CU_ASSERT_EQUAL(bx_channel_name_parse(&name, "/a/b/c", 6, 9, 3),
	    BX_OK);
	CU_ASSERT_EQUAL(bx_channel_name_parse(&name, "/a/b/c", 6, 9, 2),
	    BX_EINVAL);
	CU_ASSERT_EQUAL(bx_channel_name_parse(&name, "/a/b/**", 7, 9, 2),
	    BX_EINVAL);
}

static void
test_hard_limits(void)
{
	static char text[BX_CHANNEL_LENGTH_MAX + 1];
	struct bx_channel_name name;
	size_t i;

	memset(text, 'a', sizeof(text));
	text[0] = '/';
	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&name, text,
				  BX_CHANNEL_LENGTH_MAX, SIZE_MAX, DEPTH),
	    BX_OK);
	CU_ASSERT_EQUAL(name.start[1], BX_CHANNEL_LENGTH_MAX + 1);
	CU_ASSERT_EQUAL(bx_channel_name_parse(&name, text, sizeof(text),
			    SIZE_MAX, DEPTH),
	    BX_EINVAL);
	for (i = 0; i < 2 * (BX_CHANNEL_DEPTH_MAX + 1); i += 2)
		text[i] = '/';
	CU_ASSERT_EQUAL(bx_channel_name_parse(&name, text,
			    2 * BX_CHANNEL_DEPTH_MAX, SIZE_MAX, DEPTH),
	    BX_EINVAL);
	CU_ASSERT_EQUAL(bx_channel_name_parse(&name, text,
			    2 * BX_CHANNEL_DEPTH_MAX, SIZE_MAX, UINT32_MAX),
	    BX_OK);
	CU_ASSERT_EQUAL(bx_channel_name_parse(&name, text, i, SIZE_MAX,
			    UINT32_MAX),
	    BX_EINVAL);
}

static void
test_segments(void)
{
	static const char *const segments[] = { "ab", "c", "**" };
	struct bx_channel_name name = parse("/ab/c/**");
	unsigned i;

	CU_ASSERT_EQUAL_FATAL(name.depth, 3);
	for (i = 0; i < name.depth; i++)
		CU_ASSERT(unit_is_text(name.text + name.start[i],
		    name.start[i + 1] - 1 - name.start[i], segments[i]));
	CU_ASSERT_EQUAL(name.len, 8);
}

static void
test_kinds(void)
{
	static const struct {
		const char *text;
		enum bx_channel_kind kind;
	} rows[] = { { "/meta/connect", BX_CHANNEL_META },
		{ "/meta", BX_CHANNEL_META }, { "/meta/**", BX_CHANNEL_META },
		{ "/service/a/b", BX_CHANNEL_SERVICE },
		{ "/service", BX_CHANNEL_SERVICE },
		{ "/a", BX_CHANNEL_BROADCAST }, { "/*", BX_CHANNEL_BROADCAST },
		{ "/**", BX_CHANNEL_BROADCAST },
		{ "/metadata/a", BX_CHANNEL_BROADCAST },
		{ "/met", BX_CHANNEL_BROADCAST },
		{ "/Meta/a", BX_CHANNEL_BROADCAST },
		{ "/services/a", BX_CHANNEL_BROADCAST },
		{ "/a/meta", BX_CHANNEL_BROADCAST } };
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		CU_ASSERT_EQUAL(parse(rows[i].text).kind, rows[i].kind);
}

static void
test_patterns(void)
{
	CU_ASSERT(parse("/*").pattern);
	CU_ASSERT(parse("/**").pattern);
	CU_ASSERT(parse("/a/*").pattern);
	CU_ASSERT(parse("/a/**").pattern);
	CU_ASSERT_FALSE(parse("/a").pattern);
	CU_ASSERT_FALSE(parse("/a/b").pattern);
}

static void
test_equals(void)
{
	struct bx_channel_name name = parse("/meta/connect");

	CU_ASSERT(bx_channel_name_equals(&name, "/meta/connect"));
	CU_ASSERT_FALSE(bx_channel_name_equals(&name, "/meta/connec"));
	CU_ASSERT_FALSE(bx_channel_name_equals(&name, "/meta/connects"));
	CU_ASSERT_FALSE(bx_channel_name_equals(&name, "/meta/Connect"));
	CU_ASSERT_FALSE(bx_channel_name_equals(&name, ""));
}

/* The name's text ends where its memory does. */
static bool
matches(const char *pattern_text, const char *text)
{
	struct bx_channel_name name, pattern = parse(pattern_text);
	char *copy = malloc(strlen(text));
	bool matched;

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	memcpy(copy, text, strlen(text));
	name = parse(text);
	name.text = copy;
	matched = bx_channel_name_matches(&pattern, &name);
	free(copy);
	return matched;
}

static void
test_matches(void)
{
	CU_ASSERT(matches("/a", "/a"));
	CU_ASSERT(matches("/*", "/a"));
	CU_ASSERT(matches("/**", "/a"));
	CU_ASSERT(matches("/**", "/a/b/c"));
	CU_ASSERT(matches("/foo/*", "/foo/a"));
	CU_ASSERT(matches("/foo/**", "/foo/a"));
	CU_ASSERT(matches("/foo/**", "/foo/a/b"));
	CU_ASSERT_FALSE(matches("/a", "/b"));
	CU_ASSERT_FALSE(matches("/a", "/a/b"));
	CU_ASSERT_FALSE(matches("/a/b", "/a"));
	CU_ASSERT_FALSE(matches("/*", "/a/b"));
	CU_ASSERT_FALSE(matches("/foo/*", "/foo"));
	CU_ASSERT_FALSE(matches("/foo/*", "/foo/a/b"));
	CU_ASSERT_FALSE(matches("/foo/**", "/foo"));
	CU_ASSERT_FALSE(matches("/foo/**", "/foobar/a"));
	CU_ASSERT_FALSE(matches("/foo/*", "/foobar"));
	CU_ASSERT_FALSE(matches("/foo/*", "/bar/a"));
}

static void
test_kinds_apart(void)
{
	static const char *const broad[] = { "/*", "/**" };
	static const char *const reserved[] = { "/meta", "/service",
		"/meta/connect", "/service/echo" };
	size_t i, j;

	for (i = 0; i < COUNT(broad); i++)
		for (j = 0; j < COUNT(reserved); j++)
			CU_ASSERT_FALSE(matches(broad[i], reserved[j]));
	CU_ASSERT(matches("/**", "/metadata"));
	CU_ASSERT(matches("/service/*", "/service/echo"));
	CU_ASSERT_FALSE(matches("/service/**", "/a/b"));
}

static void
rule_65_meta_channels_and_service_alone_are_reserved(void)
{
	static const struct {
		const char *text;
		bool reserved;
	} rows[] = {
		{ "/meta", true },
		{ "/meta/x", true },
		{ "/meta/**", true },
		{ "/service", true },
		{ "/service/x", false },
		{ "/service/**", false },
		{ "/metaphor", false },
		{ "/a/meta", false },
	};
	struct bx_channel_name name;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&name,
					  rows[i].text, strlen(rows[i].text),
					  100, 10),
		    BX_OK);
		CU_ASSERT_EQUAL(bx_channel_name_is_reserved(&name),
		    rows[i].reserved);
	}
}

static const struct unit_test tests[] = {
	{ "valid names are accepted (rule 18)", test_valid },
	{ "invalid names are refused (rules 17b, 19, 20)", test_invalid },
	{ "a name has the characters of rule 18", test_each_character },
	{ "length and depth are limited (rule 18)", test_limits },
	{ "no setting goes beyond what a name can hold", test_hard_limits },
	{ "segments are found without their slashes", test_segments },
	{ "meta and service are whole first segments (rule 65)", test_kinds },
	{ "a star as the last segment makes a pattern", test_patterns },
	{ "names equal texts as a whole", test_equals },
	{ "patterns reach one or more segments (rule 52)", test_matches },
	{ "patterns stay within their kind (rule 52)", test_kinds_apart },
	{ "rule 65: meta channels and /service alone are reserved",
	    rule_65_meta_channels_and_service_alone_are_reserved },
};

UNIT_MAIN("channel name", tests)
