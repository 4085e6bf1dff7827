/* test_http_script.c - JSON in a script: what JSONP needs. */
#include "fcgi/http_script.h"

#include <string.h>

#include "test/support/unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LS "\xe2\x80\xa8"
#define PS "\xe2\x80\xa9"

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static void
the_names_in_use_are_callbacks(void)
{
	static const char *const good[] = { "_cometd_jsonp_0", "__jsonp1__",
		"jsonpcallback", "$", "_", "a.b.c", "A9.$_.z0", "parent.cb",
		"dojo.io.script.jsonp_dojoIoScript1._jsonpCallback" };

	for (size_t i = 0; i < COUNT(good); i++)
		CU_ASSERT_TRUE(http_script_is_callback(slice(good[i])));
}

static void
what_a_script_could_do_is_no_callback(void)
{
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b", "9",
		"9a", "a.9", "a-b", "a b", "a(", "a(1)//", "a;b", "a[0]",
		"alert`1`", "a\n", "<script>", "a'", "a\"", "a=b", "a/**/b",
		"caf\xc3\xa9", "\\u0061", "a,b", "a\xe2\x80\xa8" };
	const struct bx_slice nul = { "a\0b", 3 };

	for (size_t i = 0; i < COUNT(bad); i++)
		CU_ASSERT_FALSE(http_script_is_callback(slice(bad[i])));
	CU_ASSERT_FALSE(http_script_is_callback(nul));
}

static void
a_callback_has_128_bytes_at_most(void)
{
	char name[HTTP_SCRIPT_CALLBACK_MAX + 2];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	CU_ASSERT_FALSE(http_script_is_callback(slice(name)));
	name[HTTP_SCRIPT_CALLBACK_MAX] = '\0';
	CU_ASSERT_TRUE(http_script_is_callback(slice(name)));
}

static const struct {
	const char *json;
	const char *script;
} texts[] = {
	{ "", "" },
	{ "{\"a\":\"b\"}", "{\"a\":\"b\"}" },
	{ LS, "\\u2028" },
	{ PS, "\\u2029" },
	{ "a" LS "b" PS "c", "a\\u2028b\\u2029c" },
	{ LS LS PS, "\\u2028\\u2028\\u2029" },
	{ "\xe2\x80\xa7\xe2\x80\xaa\xe2\x81\xa8",
	    "\xe2\x80\xa7\xe2\x80\xaa\xe2\x81\xa8" },
	{ "\xe2" LS, "\xe2\\u2028" },
	{ "\xe2\x80" LS, "\xe2\x80\\u2028" },
	{ "x\xe2\x80", "x\xe2\x80" },
	{ "x\xe2", "x\xe2" },
	{ "\xf0\x9f\x98\x80" PS "\xe2\x82\xac",
	    "\xf0\x9f\x98\x80\\u2029\xe2\x82\xac" },
};

static void
separators_are_escaped_and_nothing_else(void)
{
	struct bx_buf out;

	bx_buf_init(&out, unit_env());
	for (size_t i = 0; i < COUNT(texts); i++) {
		bx_buf_clear(&out);
		CU_ASSERT_EQUAL(http_script_length(slice(texts[i].json)),
		    strlen(texts[i].script));
		CU_ASSERT_EQUAL(http_script_is_fit(slice(texts[i].json)),
		    strcmp(texts[i].json, texts[i].script) == 0);
		CU_ASSERT_EQUAL(http_script_append(&out, slice(texts[i].json)),
		    BX_OK);
		CU_ASSERT_TRUE(
		    unit_is_text(out.bytes, out.len, texts[i].script));
	}
	bx_buf_fini(&out);
}

static bool
append(void *ctx)
{
	struct bx_buf out;
	enum bx_status status;

	(void)ctx;
	bx_buf_init(&out, unit_env());
	status = http_script_append(&out, slice("a" LS "b"));
	bx_buf_fini(&out);
	return status == BX_OK;
}

static void
without_memory_it_says_so(void)
{
	CU_ASSERT(unit_fail_each(append, NULL) >= 1);
}

static const struct unit_test tests[] = {
	{ "rule 14: the names in use are callbacks",
	    the_names_in_use_are_callbacks },
	{ "rule 14: what a script could do is no callback",
	    what_a_script_could_do_is_no_callback },
	{ "rule 14: a callback has 128 bytes at most",
	    a_callback_has_128_bytes_at_most },
	{ "rule 13: U+2028 and U+2029 are escaped, and nothing else",
	    separators_are_escaped_and_nothing_else },
	{ "without memory it says so", without_memory_it_says_so },
};

UNIT_MAIN("fcgi/http_script", tests)
