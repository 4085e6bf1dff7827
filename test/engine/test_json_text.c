/*
 * test_json_text.c - any bytes as a JSON string.
 */
#include <stdio.h>
#include <string.h>

#include "engine/json.h"
#include "engine/json_text.h"
#include "test/support/unit.h"

#define BAD "\xef\xbf\xbd"
#define SLICE(literal) ((struct bx_slice){ (literal), sizeof(literal) - 1 })

static const struct {
	struct bx_slice text;
	const char *json;
} cases[] = {
	{ { NULL, 0 }, "\"\"" },
	{ { "plain", 5 }, "\"plain\"" },
	{ { "a\"b\\c/", 6 }, "\"a\\\"b\\\\c/\"" },
	{ { "\0\n\x1f\x7f", 4 }, "\"\\u0000\\u000a\\u001f\x7f\"" },
	{ { "\xc2\xa9", 2 }, "\"\xc2\xa9\"" },
	{ { "\xe2\x82\xac", 3 }, "\"\xe2\x82\xac\"" },
	{ { "\xf0\x9f\x98\x80!", 5 }, "\"\xf0\x9f\x98\x80!\"" },
	{ { "a\x80z", 3 }, "\"a" BAD "z\"" },
	{ { "\xff\xfe", 2 }, "\"" BAD BAD "\"" },
	/* Cut off: each byte of it is one that belongs to nothing. */
	{ { "\xe2\x82", 2 }, "\"" BAD BAD "\"" },
	{ { "\xe2\x82\"", 3 }, "\"" BAD BAD "\\\"\"" },
	{ { "\xf0\x9f\x98", 3 }, "\"" BAD BAD BAD "\"" },
	/* Longer than need be, a surrogate, beyond U+10FFFF. */
	{ { "\xc0\x80", 2 }, "\"" BAD BAD "\"" },
	{ { "\xed\xa0\x80", 3 }, "\"" BAD BAD BAD "\"" },
	{ { "\xf4\x90\x80\x80", 4 }, "\"" BAD BAD BAD BAD "\"" },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static bool
has_character(const char *bytes, size_t len)
{
	return bx_json_text_scan(bytes, bytes + len) != NULL;
}

static void
rfc_3629_a_character_is_as_long_as_its_first_byte_says(void)
{
	static const char good[] = "\xf0\x9f\x98\x80z";

	CU_ASSERT_PTR_EQUAL(bx_json_text_scan(good, good + 5), good + 4);
	CU_ASSERT_PTR_NULL(bx_json_text_scan(good, good + 3));
	CU_ASSERT_TRUE(has_character("\xc2\x80", 2));
	CU_ASSERT_FALSE(has_character("\xc2", 1));
	CU_ASSERT_FALSE(has_character("\xc2\xc0", 2));
	CU_ASSERT_FALSE(has_character("\xc1\xbf", 2));
	CU_ASSERT_TRUE(has_character("\xe0\xa0\x80", 3));
	CU_ASSERT_FALSE(has_character("\xe0\x9f\xbf", 3));
	CU_ASSERT_TRUE(has_character("\xed\x9f\xbf", 3));
	CU_ASSERT_FALSE(has_character("\xed\xa0\x80", 3));
	CU_ASSERT_TRUE(has_character("\xef\xbf\xbf", 3));
	CU_ASSERT_FALSE(has_character("\xef\xbf\x7f", 3));
	CU_ASSERT_TRUE(has_character("\xf0\x90\x80\x80", 4));
	CU_ASSERT_FALSE(has_character("\xf0\x8f\xbf\xbf", 4));
	CU_ASSERT_TRUE(has_character("\xf4\x8f\xbf\xbf", 4));
	CU_ASSERT_FALSE(has_character("\xf4\x90\x80\x80", 4));
	CU_ASSERT_FALSE(has_character("\xf5\x80\x80\x80", 4));
	CU_ASSERT_FALSE(has_character("\x80", 1));
}

static void
any_bytes_become_a_json_string(void)
{
	struct bx_buf buf;
	size_t i;

	for (i = 0; i < CASES; i++) {
		bx_buf_init(&buf, unit_env());
		bx_json_text_append(&buf, cases[i].text);
		CU_ASSERT_TRUE(
		    unit_is_text(buf.bytes, buf.len, cases[i].json));
		bx_buf_fini(&buf);
	}
}

static void
every_byte_alone_is_a_string_that_the_engine_reads(void)
{
	char byte, json[16], text[8];
	size_t len, decoded;
	int i;

	for (i = 0; i < 256; i++) {
		byte = (char)i;
		len = bx_json_text_write(json, sizeof(json), 0,
		    (struct bx_slice){ &byte, 1 });
		CU_ASSERT_FATAL(len <= sizeof(json));
		CU_ASSERT_EQUAL(bx_json_string_decode((struct bx_slice){ json,
							  len },
				    text, sizeof(text), &decoded),
		    BX_OK);
		CU_ASSERT_TRUE(i < 0x80 ? decoded == 1 && text[0] == byte
					: unit_is_text(text, decoded, BAD));
	}
}

/* With a guard behind what may be written. */
static void
it_is_written_where_it_fits_exactly_and_nowhere_else(void)
{
	char buffer[64];
	size_t i, len, size;

	for (i = 0; i < CASES; i++) {
		len = strlen(cases[i].json);
		for (size = 0; size <= len + 1; size++) {
			memset(buffer, '#', sizeof(buffer));
			if (size >= len) {
				CU_ASSERT_EQUAL(bx_json_text_write(buffer,
						    size, 0, cases[i].text),
				    len);
				CU_ASSERT_EQUAL(memcmp(buffer, cases[i].json,
						    len),
				    0);
			} else
				CU_ASSERT(bx_json_text_write(buffer, size, 0,
					      cases[i].text) > size);
			CU_ASSERT_EQUAL(buffer[size], '#');
		}
	}
}

static void
what_did_not_fit_may_be_followed_by_more(void)
{
	char buffer[8] = "ab";
	size_t len = 2;

	len = bx_json_text_write(buffer, 5, len, SLICE("x"));
	CU_ASSERT_TRUE(unit_is_text(buffer, len, "ab\"x\""));
	len = bx_json_text_write(buffer, 5, len, SLICE("y"));
	CU_ASSERT(len > 5);
	len = bx_json_text_write(buffer, 5, len, SLICE("z"));
	CU_ASSERT(len > 5);
	CU_ASSERT_EQUAL(bx_json_text_write(NULL, 0, 0, SLICE("")), 1);
	CU_ASSERT_EQUAL(buffer[5], '\0');
}

static bool
append_much(void *ctx)
{
	char text[600];
	struct bx_buf buf;
	bool ok;

	(void)ctx;
	memset(text, '\n', sizeof(text));
	bx_buf_init(&buf, unit_env());
	bx_json_text_append(&buf, (struct bx_slice){ text, sizeof(text) });
	ok = !buf.failed;
	bx_buf_fini(&buf);
	return ok;
}

static void
a_failure_stays_in_the_buffer(void)
{
	CU_ASSERT(unit_fail_each(append_much, NULL) >= 2);
}

static const struct unit_test tests[] = {
	{ "rfc 3629: a character is as long as its first byte says",
	    rfc_3629_a_character_is_as_long_as_its_first_byte_says },
	{ "any bytes become a JSON string", any_bytes_become_a_json_string },
	{ "every byte alone is a string that the engine reads",
	    every_byte_alone_is_a_string_that_the_engine_reads },
	{ "it is written where it fits exactly, and nowhere else",
	    it_is_written_where_it_fits_exactly_and_nowhere_else },
	{ "what did not fit may be followed by more",
	    what_did_not_fit_may_be_followed_by_more },
	{ "a failure stays in the buffer", a_failure_stays_in_the_buffer },
};

UNIT_MAIN("json_text", tests)
