/* test_http_line.c - JSON in one line. */
#include "fcgi/http_line.h"

#include <string.h>

#include "test/support/unit.h"

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static void
ends_of_lines_are_blanks(void)
{
	static const struct {
		const char *json;
		const char *line;
	} texts[] = {
		{ "", "" },
		{ "{\"a\":\t\"\\n\"}", "{\"a\":\t\"\\n\"}" },
		{ "[1,\r\n2]", "[1,  2]" },
		{ "\n[]", " []" },
		{ "[]\r", "[] " },
	};
	struct bx_buf out;
	size_t i;

	bx_buf_init(&out, unit_env());
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct bx_slice json = slice(texts[i].json);

		bx_buf_clear(&out);
		CU_ASSERT_EQUAL(http_line_is_fit(json),
		    strcmp(texts[i].json, texts[i].line) == 0);
		CU_ASSERT_EQUAL(http_line_append(&out, json), BX_OK);
		CU_ASSERT_TRUE(
		    unit_is_text(out.bytes, out.len, texts[i].line));
	}
	/* What stands before it is left alone. */
	bx_buf_clear(&out);
	(void)bx_buf_append_text(&out, "a\n");
	CU_ASSERT_EQUAL(http_line_append(&out, slice("b\n")), BX_OK);
	CU_ASSERT_TRUE(unit_is_text(out.bytes, out.len, "a\nb "));
	bx_buf_fini(&out);
}

static bool
append(void *ctx)
{
	struct bx_buf out;
	enum bx_status status;

	(void)ctx;
	bx_buf_init(&out, unit_env());
	status = http_line_append(&out, slice("a\nb"));
	bx_buf_fini(&out);
	return status == BX_OK;
}

static void
without_memory_it_says_so(void)
{
	CU_ASSERT(unit_fail_each(append, NULL) >= 1);
}

static const struct unit_test tests[] = {
	{ "ends of lines are blanks", ends_of_lines_are_blanks },
	{ "without memory it says so", without_memory_it_says_so },
};

UNIT_MAIN("fcgi/http_line", tests)
