/* test_http_comment.c - JSON in a comment. */
#include "fcgi/http_comment.h"

#include <string.h>

#include "test/support/unit.h"

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static const struct {
	const char *json;
	const char *comment;
} texts[] = {
	{ "", "" },
	{ "{\"a\":\"b/c*d\"}", "{\"a\":\"b/c*d\"}" },
	{ "/*", "/*" },
	{ "*/", "*\\/" },
	{ "x*/y*/", "x*\\/y*\\/" },
	{ "**//", "**\\//" },
	{ "{\r\n\"a\":\n1}", "{  \"a\": 1}" },
	{ "\n*/\n", " *\\/ " },
};

#define COUNT (sizeof(texts) / sizeof(texts[0]))

static void
nothing_ends_the_comment_or_its_line(void)
{
	struct bx_buf out;
	size_t i;

	bx_buf_init(&out, unit_env());
	for (i = 0; i < COUNT; i++) {
		struct bx_slice json = slice(texts[i].json);

		bx_buf_clear(&out);
		CU_ASSERT_EQUAL(http_comment_length(json),
		    strlen(texts[i].comment));
		CU_ASSERT_EQUAL(http_comment_is_fit(json),
		    strcmp(texts[i].json, texts[i].comment) == 0);
		CU_ASSERT_EQUAL(http_comment_append(&out, json), BX_OK);
		CU_ASSERT_TRUE(
		    unit_is_text(out.bytes, out.len, texts[i].comment));
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
	status = http_comment_append(&out, slice("a*/b"));
	bx_buf_fini(&out);
	return status == BX_OK;
}

static void
without_memory_it_says_so(void)
{
	CU_ASSERT(unit_fail_each(append, NULL) >= 1);
}

static const struct unit_test tests[] = {
	{ "rule 16: nothing ends the comment, or its line",
	    nothing_ends_the_comment_or_its_line },
	{ "without memory it says so", without_memory_it_says_so },
};

UNIT_MAIN("fcgi/http_comment", tests)
