/* test_json.c - strict JSON: what is taken, what is refused, which bytes. */
#include <cjson/cJSON.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "engine/json.h"
#include "test/support/unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DEPTH 64
/* A string literal as bytes, so that it may have a NUL in it. */
#define TEXT(literal) ((struct bx_slice){ (literal), sizeof(literal) - 1 })

static struct bx_slice
slice_of(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

/* Scan one value and the end of a copy that ends where its memory does, so
 * that the sanitizer sees a byte read too many. */
static bool
accepts_depth(struct bx_slice text, unsigned depth)
{
	char *copy = malloc(text.len > 0 ? text.len : 1);
	struct bx_slice value = { NULL, 0 };
	struct bx_json json;
	bool accepted;

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	memcpy(copy, text.at, text.len);
	bx_json_init(&json, copy, text.len, depth);
	accepted = bx_json_value(&json, &value) == BX_OK &&
	    bx_json_end(&json) == BX_OK;
	if (accepted)
		CU_ASSERT(value.len > 0 && value.at >= copy &&
		    value.at + value.len <= copy + text.len);
	free(copy);
	return accepted;
}

static bool
accepts(struct bx_slice text)
{
	return accepts_depth(text, DEPTH);
}

/* The slice of the only value in text; absent when it is refused. */
static struct bx_slice
value_of(const char *text)
{
	struct bx_slice value = { NULL, 0 };
	struct bx_json json;

	bx_json_init(&json, text, strlen(text), DEPTH);
	CU_ASSERT_EQUAL_FATAL(bx_json_value(&json, &value), BX_OK);
	CU_ASSERT_EQUAL_FATAL(bx_json_end(&json), BX_OK);
	return value;
}

static bool
slice_is(struct bx_slice slice, const char *text)
{
	return unit_is_text(slice.at, slice.len, text);
}

/* What text is after cJSON has read and printed it; freed by cJSON_free. */
static char *
cjson_reprint(const char *text)
{
	cJSON *item = cJSON_Parse(text);
	char *printed = cJSON_PrintUnformatted(item);

	cJSON_Delete(item);
	return printed;
}

static void
test_cjson_changes(void)
{
	static const char *const texts[] = { "9007199254740993", "1e400",
		"\"a\\u0000b\"" };
	char *printed;
	size_t i;

	for (i = 0; i < COUNT(texts); i++) {
		printed = cjson_reprint(texts[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(printed);
		CU_ASSERT_STRING_NOT_EQUAL(printed, texts[i]);
		cJSON_free(printed);
		CU_ASSERT(slice_is(value_of(texts[i]), texts[i]));
	}
}

static void
test_cjson_accepts(void)
{
	static const char *const texts[] = { "01", "1 trailing", "\"\x01\"",
		"\"\xff\"", "[1.]", "\"\xed\xa0\x80\"", "\v1" };
	cJSON *item;
	size_t i;

	for (i = 0; i < COUNT(texts); i++) {
		item = cJSON_Parse(texts[i]);
		CU_ASSERT_PTR_NOT_NULL(item);
		cJSON_Delete(item);
		CU_ASSERT_FALSE(accepts(slice_of(texts[i])));
	}
}

static void
test_cjson_refuses(void)
{
	static const char text[] = "\"\\ud800\"";

	CU_ASSERT_PTR_NULL(cJSON_Parse(text));
	CU_ASSERT(slice_is(value_of(text), text));
}

static void
test_bytes_travel(void)
{
	static const char *const texts[] = { "9007199254740993", "1e400", "-0",
		"-0.0e-0", "\"a\\u0000b\"", "\"\\ud800\"",
		"\"\\udc00\\ud800x\"", "\"\\uD83D\\uDE00\"", "\"\\/\"",
		"{ \"b\" : 1 ,\t\"a\":[ ] ,\"b\":2\n}", "0.10", "1E+2",
		"\"\x7f\"", "\"\xe2\x80\xa8\"" };
	char long_number[201];
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		CU_ASSERT(slice_is(value_of(texts[i]), texts[i]));
	for (i = 0; i < sizeof(long_number) - 1; i++)
		long_number[i] = (char)('1' + i % 9);
	long_number[sizeof(long_number) - 1] = '\0';
	CU_ASSERT(slice_is(value_of(long_number), long_number));
}

static void
test_accepts(void)
{
	static const char *const texts[] = { "{}", "[]", "[[]]", "[{}]", "0",
		"-1", "1.5", "1e5", "1E-5", "0e0", "true", "false", "null",
		"\"\"", " \t\r\n1 \t\r\n", "[1,2]", "{\"\":{\"a\":[]}}",
		"{\"a\":1,\"a\":2}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00aF\"" };
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		CU_ASSERT(accepts(slice_of(texts[i])));
}

static void
test_refuses(void)
{
	const struct bx_slice texts[] = { TEXT(""), TEXT(" "), TEXT("["),
		TEXT("]"), TEXT("[}"), TEXT("{]"), TEXT("[,]"), TEXT("[1,]"),
		TEXT("[,1]"), TEXT("[1 2]"), TEXT("[1]]"), TEXT("{,}"),
		TEXT("{\"a\"}"), TEXT("{\"a\":}"), TEXT("{\"a\" 1}"),
		TEXT("{\"a\":1,}"), TEXT("{\"a\",1}"), TEXT("{1:2}"),
		TEXT("{a:1}"), TEXT("{null:1}"), TEXT("{[]:1}"),
		TEXT("{\"a\":1 \"b\":2}"), TEXT("[\"a\":1]"),
		TEXT("{\"a\":1:2}"), TEXT("{\"a\"::1}"), TEXT("1 1"),
		TEXT("true false"), TEXT("[]x"), TEXT("{}\0"), TEXT("\0"),
		TEXT("\xef\xbb\xbf"
		     "1"),
		TEXT("/**/1"), TEXT("'a'"), TEXT("\f1"), TEXT("\xc2\xa0") };
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		CU_ASSERT_FALSE(accepts(texts[i]));
}

static void
test_refuses_scalars(void)
{
	const struct bx_slice texts[] = { TEXT("-"), TEXT("+1"), TEXT("01"),
		TEXT("-01"), TEXT("00"), TEXT("1."), TEXT(".1"), TEXT("-.1"),
		TEXT("1.e1"), TEXT("1e"), TEXT("1e+"), TEXT("1e-"),
		TEXT("1e1.0"), TEXT("--1"), TEXT("1-"), TEXT("0x1"),
		TEXT("1_0"), TEXT("NaN"), TEXT("Infinity"), TEXT("-Infinity"),
		TEXT("tru"), TEXT("True"), TEXT("truee"), TEXT("nul"),
		TEXT("nan"), TEXT("fals"), TEXT("f"), TEXT("undefined"),
		TEXT("\""), TEXT("\"a"), TEXT("\"\\\""), TEXT("\"\\"),
		TEXT("\"\\x\""), TEXT("\"\\0\""), TEXT("\"\\\0\""),
		TEXT("\"\\U0041\""), TEXT("\"\\u\""), TEXT("\"\\u004\""),
		TEXT("\"\\u004g\""), TEXT("\"\\u-041\""), TEXT("\"\\u0x41\""),
		TEXT("\"\\u 041\""), TEXT("\"\\'\""), TEXT("\"a\nb\""),
		TEXT("\"\t\""), TEXT("\"\0\""), TEXT("\"\x1f\"") };
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		CU_ASSERT_FALSE(accepts(texts[i]));
}

static void
test_utf8(void)
{
	/* The first and the last of each row of RFC 3629's table. */
	static const char *const good[] = { "\"\xc2\x80\"", "\"\xdf\xbf\"",
		"\"\xe0\xa0\x80\"", "\"\xe0\xbf\xbf\"", "\"\xe1\x80\x80\"",
		"\"\xec\xbf\xbf\"", "\"\xed\x80\x80\"", "\"\xed\x9f\xbf\"",
		"\"\xee\x80\x80\"", "\"\xef\xbf\xbf\"", "\"\xf0\x90\x80\x80\"",
		"\"\xf3\xbf\xbf\xbf\"", "\"\xf4\x8f\xbf\xbf\"" };
	/* Overlong, surrogates, too large, cut, and strayed. */
	static const char *const bad[] = { "\"\x80\"", "\"\xbf\"",
		"\"\xc0\x80\"", "\"\xc1\xbf\"", "\"\xe0\x9f\xbf\"",
		"\"\xed\xa0\x80\"", "\"\xed\xbf\xbf\"", "\"\xf0\x8f\xbf\xbf\"",
		"\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xff\"",
		"\"\xfe\"", "\"\xf8\x88\x80\x80\x80\"", "\"\xc2\"",
		"\"\xe1\x80\"", "\"\xf1\x80\x80\"", "\"\xc2\x41\"",
		"\"\xe1\x80\x41\"", "\"\xf1\x80\x80\x41\"", "\"\xe1\xc0\x80\"",
		"\"\xc2\x80\x80\"", "\"\xc2", "\"\xf1\x80\x80" };
	size_t i;

	for (i = 0; i < COUNT(good); i++)
		CU_ASSERT(accepts(slice_of(good[i])));
	for (i = 0; i < COUNT(bad); i++)
		CU_ASSERT_FALSE(accepts(slice_of(bad[i])));
}

static void
test_prefixes(void)
{
	static const char *const texts[] = {
		"[{\"a\":[1,-2.5e+3,true,false,null,\"\\u0041\\n\xc3\xa9\"]}]",
		"[ { \"b\\\"\" : { } , \"c\":\"\xf0\x9f\x98\x80\" } ]",
		"\"\\ud83d\\ude00 \xe2\x82\xac\"", "{\"a\":{\"b\":{\"c\":0}}}"
	};
	struct bx_slice prefix;
	size_t i;

	for (i = 0; i < COUNT(texts); i++) {
		prefix = slice_of(texts[i]);
		CU_ASSERT(accepts(prefix));
		while (prefix.len-- > 0)
			CU_ASSERT_FALSE(accepts(prefix));
	}
}

static void
test_number_prefixes(void)
{
	/* y: the text up to and with this character is a number. */
	static const char text[] = "-120.50e-07";
	static const char valid[] = "nyyynyynnyy";
	struct bx_slice prefix = { text, 0 };

	while (prefix.len++ < sizeof(text) - 1)
		CU_ASSERT_EQUAL(accepts(prefix), valid[prefix.len - 1] == 'y');
}

/* depth containers within one another, of the kinds in turn. */
static struct bx_slice
nest(char *bytes, size_t depth)
{
	size_t i, len = 0;

	for (i = 0; i < depth; i++) {
		if (i % 2 == 0) {
			bytes[len++] = '[';
		} else {
			memcpy(bytes + len, "{\"\":", 4);
			len += 4;
		}
	}
	bytes[len++] = '1';
	while (i-- > 0)
		bytes[len++] = i % 2 == 0 ? ']' : '}';
	return (struct bx_slice){ bytes, len };
}

static void
test_depth(void)
{
	static char bytes[6 * (BX_JSON_DEPTH_MAX + 1) + 1];

	CU_ASSERT(accepts_depth(TEXT("1"), 0));
	CU_ASSERT_FALSE(accepts_depth(TEXT("[]"), 0));
	CU_ASSERT_FALSE(accepts_depth(TEXT("{}"), 0));
	CU_ASSERT(accepts_depth(nest(bytes, DEPTH), DEPTH));
	CU_ASSERT_FALSE(accepts_depth(nest(bytes, DEPTH + 1), DEPTH));
	CU_ASSERT(accepts_depth(nest(bytes, BX_JSON_DEPTH_MAX), UINT_MAX));
	CU_ASSERT_FALSE(
	    accepts_depth(nest(bytes, BX_JSON_DEPTH_MAX + 1), UINT_MAX));
}

static void
test_depth_entered(void)
{
	struct bx_slice key, value;
	struct bx_json json;
	bool more;

	bx_json_init(&json, "[[[]]]", 6, 2);
	CU_ASSERT_EQUAL(bx_json_enter(&json), BX_OK);
	CU_ASSERT_EQUAL(bx_json_next(&json, &key, &more), BX_OK);
	CU_ASSERT_EQUAL(bx_json_value(&json, &value), BX_EJSON);

	bx_json_init(&json, "[[[]]]", 6, 2);
	CU_ASSERT_EQUAL(bx_json_enter(&json), BX_OK);
	CU_ASSERT_EQUAL(bx_json_next(&json, &key, &more), BX_OK);
	CU_ASSERT_EQUAL(bx_json_enter(&json), BX_OK);
	CU_ASSERT_EQUAL(bx_json_next(&json, &key, &more), BX_OK);
	CU_ASSERT_EQUAL(bx_json_enter(&json), BX_EJSON);
}

/* The next element is key (NULL: in an array) with value. */
static void
expect_element(struct bx_json *json, const char *key, const char *value)
{
	struct bx_slice key_slice, value_slice;
	bool more;

	CU_ASSERT_EQUAL_FATAL(bx_json_next(json, &key_slice, &more), BX_OK);
	CU_ASSERT_FATAL(more);
	CU_ASSERT(slice_is(key_slice, key == NULL ? "" : key));
	CU_ASSERT_EQUAL_FATAL(bx_json_value(json, &value_slice), BX_OK);
	CU_ASSERT(slice_is(value_slice, value));
}

static void
expect_leave(struct bx_json *json)
{
	struct bx_slice key;
	bool more;

	CU_ASSERT_EQUAL_FATAL(bx_json_next(json, &key, &more), BX_OK);
	CU_ASSERT_FALSE(more);
	CU_ASSERT_EQUAL(key.len, 0);
}

static void
test_walk(void)
{
	struct bx_slice text = TEXT(" [ { \"a\" : [ 1 , {} ] , \"\" : -2 } "
				    ", [ ] , {} , \"x\" ] ");
	struct bx_slice key;
	struct bx_json json;
	bool more;

	bx_json_init(&json, text.at, text.len, DEPTH);
	CU_ASSERT_EQUAL(bx_json_peek(&json), BX_JSON_ARRAY);
	CU_ASSERT_EQUAL_FATAL(bx_json_enter(&json), BX_OK);
	CU_ASSERT_EQUAL_FATAL(bx_json_next(&json, &key, &more), BX_OK);
	CU_ASSERT_EQUAL_FATAL(bx_json_enter(&json), BX_OK);
	expect_element(&json, "\"a\"", "[ 1 , {} ]");
	expect_element(&json, "\"\"", "-2");
	expect_leave(&json);
	CU_ASSERT_EQUAL_FATAL(bx_json_next(&json, &key, &more), BX_OK);
	CU_ASSERT_EQUAL_FATAL(bx_json_enter(&json), BX_OK);
	expect_leave(&json);
	expect_element(&json, NULL, "{}");
	CU_ASSERT_EQUAL(bx_json_end(&json), BX_EJSON);
	expect_element(&json, NULL, "\"x\"");
	expect_leave(&json);
	CU_ASSERT_EQUAL(bx_json_end(&json), BX_OK);
	CU_ASSERT_EQUAL(bx_json_next(&json, &key, &more), BX_EJSON);
}

static void
test_walk_strict(void)
{
	static const char *const texts[] = { "[1,]", "[,1]", "[1 2]", "[1}",
		"{\"a\":1]", "{\"a\":1,}", "{\"a\":}", "{1:1}", "[1", "{\"a\"",
		"{\"a\":1 \"b\":1}", "{\"a\":1", "[", "{" };
	struct bx_slice key, value;
	struct bx_json json;
	enum bx_status status;
	bool more = true;
	size_t i;

	for (i = 0; i < COUNT(texts); i++, more = true) {
		bx_json_init(&json, texts[i], strlen(texts[i]), DEPTH);
		status = bx_json_enter(&json);
		CU_ASSERT_EQUAL(status, BX_OK);
		while (status == BX_OK && more) {
			status = bx_json_next(&json, &key, &more);
			if (status == BX_OK && more)
				status = bx_json_value(&json, &value);
		}
		CU_ASSERT_EQUAL(status, BX_EJSON);
	}
}

static void
test_walk_unread(void)
{
	struct bx_slice key;
	struct bx_json json;
	bool more;

	bx_json_init(&json, "[1,2]", 5, DEPTH);
	CU_ASSERT_EQUAL(bx_json_enter(&json), BX_OK);
	CU_ASSERT_EQUAL(bx_json_next(&json, &key, &more), BX_OK);
	CU_ASSERT_EQUAL(bx_json_next(&json, &key, &more), BX_EJSON);
	/* A comma is not enough to say that there is more. */
	bx_json_init(&json, "[,]", 3, DEPTH);
	CU_ASSERT_EQUAL(bx_json_enter(&json), BX_OK);
	CU_ASSERT_EQUAL(bx_json_next(&json, &key, &more), BX_EJSON);
	bx_json_init(&json, "1", 1, DEPTH);
	CU_ASSERT_EQUAL(bx_json_enter(&json), BX_EJSON);
	bx_json_init(&json, NULL, 0, DEPTH);
	CU_ASSERT_EQUAL(bx_json_peek(&json), BX_JSON_NONE);
	CU_ASSERT_EQUAL(bx_json_enter(&json), BX_EJSON);
	CU_ASSERT_EQUAL(bx_json_end(&json), BX_OK);
}

static void
test_types(void)
{
	static const struct {
		const char *text;
		enum bx_json_type type;
	} rows[] = { { "{}", BX_JSON_OBJECT }, { "[]", BX_JSON_ARRAY },
		{ "\"\"", BX_JSON_STRING }, { "-0", BX_JSON_NUMBER },
		{ "9", BX_JSON_NUMBER }, { "true", BX_JSON_BOOLEAN },
		{ "false", BX_JSON_BOOLEAN }, { "null", BX_JSON_NULL },
		{ "", BX_JSON_NONE }, { "x", BX_JSON_NONE } };
	struct bx_json json;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		CU_ASSERT_EQUAL(bx_json_type_of(slice_of(rows[i].text)),
		    rows[i].type);
		bx_json_init(&json, rows[i].text, strlen(rows[i].text), 1);
		CU_ASSERT_EQUAL(bx_json_peek(&json), rows[i].type);
	}
}

static void
test_no_types(void)
{
	int byte;
	char c;

	for (byte = 0; byte < 256; byte++) {
		c = (char)byte;
		CU_ASSERT_EQUAL(bx_json_type_of((struct bx_slice){ &c, 1 }) ==
			BX_JSON_NONE,
		    memchr("{[\"tfn-0123456789", c, 17) == NULL);
	}
}

/* Decode text with just enough room, and with one byte less. */
static void
expect_decoded(const char *text, struct bx_slice bytes)
{
	struct bx_slice value = value_of(text);
	char *out = malloc(bytes.len > 0 ? bytes.len : 1);
	size_t len = SIZE_MAX;

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_EQUAL(bx_json_string_decode(value, out, bytes.len, &len),
	    BX_OK);
	CU_ASSERT_EQUAL_FATAL(len, bytes.len);
	CU_ASSERT_EQUAL(memcmp(out, bytes.at, len), 0);
	free(out);
	if (bytes.len == 0)
		return;
	out = malloc(bytes.len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_EQUAL(bx_json_string_decode(value, out, bytes.len - 1, &len),
	    BX_EFULL);
	free(out);
}

static void
test_decode(void)
{
	size_t len;
	char out[8];

	expect_decoded("\"\"", TEXT(""));
	expect_decoded("\"/a/b\"", TEXT("/a/b"));
	expect_decoded("\"/a\\/b\"", TEXT("/a/b"));
	expect_decoded("\"/a/b\\\\\"", TEXT("/a/b\\"));
	expect_decoded("\"a\\u0000b\"", TEXT("a\0b"));
	expect_decoded("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
	    TEXT("\"\\/\b\f\n\r\t"));
	expect_decoded("\"\\u0041\\u007f\\u0080\\u07ff\\u0800\\uFfFf\"",
	    TEXT("A\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"));
	expect_decoded("\"\xe2\x82\xac\"", TEXT("\xe2\x82\xac"));
	expect_decoded("\"\\ud83d\\ude00\\uD800\\uDC00\\udbff\\udfff\"",
	    TEXT("\xf0\x9f\x98\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
	CU_ASSERT_EQUAL(bx_json_string_decode(TEXT("1"), out, 8, &len),
	    BX_EINVAL);
	CU_ASSERT_EQUAL(bx_json_string_decode(TEXT(""), out, 8, &len),
	    BX_EINVAL);
}

static void
test_decode_lone(void)
{
	expect_decoded("\"\\ud800\"", TEXT("\xed\xa0\x80"));
	expect_decoded("\"\\udfff\"", TEXT("\xed\xbf\xbf"));
	expect_decoded("\"\\ud800x\"", TEXT("\xed\xa0\x80x"));
	expect_decoded("\"\\ud800\\n\"", TEXT("\xed\xa0\x80\n"));
	expect_decoded("\"\\ud800\\u0041\"",
	    TEXT("\xed\xa0\x80"
		 "A"));
	expect_decoded("\"\\udc00\\ud800\"", TEXT("\xed\xb0\x80\xed\xa0\x80"));
	expect_decoded("\"\\ud800\\ue000\"", TEXT("\xed\xa0\x80\xee\x80\x80"));
	expect_decoded("\"\\ud800\\ud800\\udc00\"",
	    TEXT("\xed\xa0\x80\xf0\x90\x80\x80"));
}

static void
test_equals(void)
{
	CU_ASSERT(bx_json_string_equals(TEXT("\"ack\""), "ack"));
	CU_ASSERT(bx_json_string_equals(TEXT("\"\\u0061\\u0063k\""), "ack"));
	CU_ASSERT(bx_json_string_equals(TEXT("\"\""), ""));
	CU_ASSERT(bx_json_string_equals(TEXT("\"\\ud83d\\ude00\""),
	    "\xf0\x9f\x98\x80"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"Ack\""), "ack"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"ac\""), "ack"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"acks\""), "ack"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"ack\\u0000\""), "ack"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"ack\\u0000b\""), "ack"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"\\u0000\""), ""));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"\\u00e9\""), "\xc3"));
	/* As many bytes as the text, and not what they stand for. */
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"acK\""), "ack"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"a\\n\""), "a\\n"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"\\\\\""), "\\\\"));
	CU_ASSERT(bx_json_string_equals(TEXT("\"\\\\\""), "\\"));
	CU_ASSERT(bx_json_string_equals(TEXT("\"a\\n\""), "a\n"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"acks\\n\""), "ack"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("1"), "1"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("\"1\""), "1\""));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("null"), "null"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT("null"), "ul"));
	CU_ASSERT_FALSE(bx_json_string_equals(TEXT(""), ""));
}

static void
expect_written(struct bx_slice bytes, const char *text)
{
	struct bx_buf buf;

	bx_buf_init(&buf, unit_env());
	CU_ASSERT_EQUAL(bx_json_append_string(&buf, bytes.at, bytes.len),
	    BX_OK);
	CU_ASSERT_FATAL(unit_is_text(buf.bytes, buf.len, text));
	CU_ASSERT(accepts((struct bx_slice){ buf.bytes, buf.len }));
	expect_decoded(text, bytes);
	bx_buf_fini(&buf);
}

static void
test_append(void)
{
	expect_written(TEXT(""), "\"\"");
	expect_written(TEXT("/a b/\x7f"), "\"/a b/\x7f\"");
	expect_written(TEXT("a\"b\\c"), "\"a\\u0022b\\u005cc\"");
	expect_written(TEXT("\0\n\x1f"), "\"\\u0000\\u000a\\u001f\"");
	expect_written(TEXT("\xc3\xa9\xf0\x9f\x98\x80"),
	    "\"\xc3\xa9\xf0\x9f\x98\x80\"");
	/* What decoding made of lone surrogates is no UTF-8, and must not
	 * get out. */
	expect_written(TEXT("x\xed\xbf\xbf\xed\xa0\x80y"),
	    "\"x\\udfff\\ud800y\"");
	expect_written(TEXT("\xed\x9f\xbf"), "\"\xed\x9f\xbf\"");
}

static bool
append_long(void *ctx)
{
	static char text[1000];
	struct bx_buf buf;
	enum bx_status status;

	(void)ctx;
	memset(text, '\n', sizeof(text));
	bx_buf_init(&buf, unit_env());
	status = bx_json_append_string(&buf, text, sizeof(text));
	CU_ASSERT_EQUAL(status, unit_has_failed() ? BX_ENOMEM : BX_OK);
	bx_buf_fini(&buf);
	return status == BX_OK;
}

static void
test_append_fails(void)
{
	CU_ASSERT(unit_fail_each(append_long, NULL) > 2);
}

/* The integer of "n" in the object; other when there is none. */
static int64_t
integer_or(const char *object, int64_t other)
{
	int64_t n = other;
	enum bx_status status;

	status = bx_json_integer(bx_json_member(slice_of(object), "n"), &n);
	CU_ASSERT(status == BX_OK || (status == BX_EINVAL && n == other));
	return n;
}

static void
test_integer(void)
{
	CU_ASSERT_EQUAL(integer_or("{\"n\":0}", 7), 0);
	CU_ASSERT_EQUAL(integer_or("{\"n\":-0}", 7), 0);
	CU_ASSERT_EQUAL(integer_or("{ \"m\":1, \"n\" : -25 }", 7), -25);
	CU_ASSERT_EQUAL(integer_or("{\"n\":1e3}", 7), 1000);
	CU_ASSERT_EQUAL(integer_or("{\"n\":2.0}", 7), 2);
	CU_ASSERT_EQUAL(integer_or("{\"\\u006e\":4}", 7), 4);
	CU_ASSERT_EQUAL(integer_or("{\"n\":9007199254740991}", 7),
	    INT64_C(9007199254740991));
	CU_ASSERT_EQUAL(integer_or("{\"n\":-9007199254740991}", 7),
	    INT64_C(-9007199254740991));
	/* What else is in the object must not matter. */
	CU_ASSERT_EQUAL(integer_or("{\"x\":\"\\ud800\",\"n\":3,\"y\":1e400}",
			    7),
	    3);
	CU_ASSERT_EQUAL(integer_or("{\"n\\u0000\":5,\"N\":6,\"n\":1}", 7), 1);
}

static void
test_no_integer(void)
{
	static const char *const objects[] = { "", "1", "[]", "[\"n\",1]",
		"{}", "{\"N\":1}", "{\"n\":1.5}", "{\"n\":\"1\"}",
		"{\"n\":null}", "{\"n\":[1]}", "{\"n\":1e400}",
		"{\"n\":-1e400}", "{\"n\":9007199254740992}",
		"{\"n\":9007199254740993}", "{\"n\":1e19}",
		"{\"n\":-9007199254740992}", "{\"n\\u0000\":1}",
		"{\"m\":{\"n\":1}}", "{\"n\":true}" };
	size_t i;

	for (i = 0; i < COUNT(objects); i++)
		CU_ASSERT_EQUAL(integer_or(objects[i], 7), 7);
}

/* cJSON looks at the first 63 characters: this would be a one for it. */
static void
test_long_number(void)
{
	char object[128] = "{\"n\":1.";

	memset(object + strlen(object), '0', 70);
	CU_ASSERT_EQUAL(integer_or(strcat(object, "e1}"), 7), 7);
}

static void
test_last_wins(void)
{
	CU_ASSERT_EQUAL(integer_or("{\"n\":1,\"n\":2}", 7), 2);
	CU_ASSERT_EQUAL(integer_or("{\"n\":1,\"\\u006e\":2}", 7), 2);
	CU_ASSERT_EQUAL(integer_or("{\"n\":1,\"n\":\"x\"}", 7), 7);
}

static bool
read_integer(void *ctx)
{
	int64_t n = 7;
	enum bx_status status;

	(void)ctx;
	status = bx_json_integer(bx_json_member(TEXT("{\"n\":1}"), "n"), &n);
	CU_ASSERT_EQUAL(status, unit_has_failed() ? BX_ENOMEM : BX_OK);
	CU_ASSERT_EQUAL(n, status == BX_OK ? 1 : 7);
	return status == BX_OK;
}

static void
test_integer_fails(void)
{
	CU_ASSERT(unit_fail_each(read_integer, NULL) > 0);
}

static bool
has(const char *array, const char *text)
{
	bool found = true;

	CU_ASSERT_EQUAL(bx_json_array_has_string(slice_of(array), text,
			    &found),
	    BX_OK);
	return found;
}

static void
test_array_has(void)
{
	CU_ASSERT(has("[\"long-polling\"]", "long-polling"));
	CU_ASSERT(has("[ 1 , [] , \"b\" , \"a\" ]", "a"));
	CU_ASSERT(has("[\"\\ud800\",\"\\u0061\"]", "a"));
	CU_ASSERT_FALSE(has("[]", "a"));
	CU_ASSERT_FALSE(has("[\"A\",[\"a\"],{\"a\":\"a\"}]", "a"));
	CU_ASSERT_FALSE(has("[\"a\\u0000b\",\"a\\u0000\"]", "a"));
	CU_ASSERT_FALSE(has("{\"a\":\"a\"}", "a"));
	CU_ASSERT_FALSE(has("\"a\"", "a"));
	CU_ASSERT_FALSE(has("", "a"));
}

static const struct unit_test tests[] = {
	{ "cJSON changes values, slices keep the bytes", test_cjson_changes },
	{ "what cJSON should refuse is refused", test_cjson_accepts },
	{ "a lone surrogate that cJSON refuses passes", test_cjson_refuses },
	{ "values travel byte for byte", test_bytes_travel },
	{ "what RFC 8259 allows is accepted", test_accepts },
	{ "what RFC 8259 does not allow is refused", test_refuses },
	{ "malformed scalars are refused", test_refuses_scalars },
	{ "UTF-8 is validated (rule 8)", test_utf8 },
	{ "every proper prefix of a text is refused", test_prefixes },
	{ "a number may end only where it is one", test_number_prefixes },
	{ "containers nest as deep as allowed and no deeper", test_depth },
	{ "entered containers count for the depth", test_depth_entered },
	{ "walking yields keys and values without space", test_walk },
	{ "walking is as strict as skipping", test_walk_strict },
	{ "walking needs a container, and each value read", test_walk_unread },
	{ "the first byte tells the type", test_types },
	{ "a byte that starts nothing has no type", test_no_types },
	{ "strings decode to UTF-8, NUL included", test_decode },
	{ "a lone surrogate decodes to three bytes", test_decode_lone },
	{ "a string equals only what it decodes to", test_equals },
	{ "what is written is valid and decodes to itself", test_append },
	{ "writing without memory fails", test_append_fails },
	{ "a member's integer is found", test_integer },
	{ "what is no integer is none (rule 36)", test_no_integer },
	{ "a very long number is no integer", test_long_number },
	{ "of duplicate keys the last wins (rule 22)", test_last_wins },
	{ "reading an integer without memory fails", test_integer_fails },
	{ "an array has a string, but not by its prefix", test_array_has },
};

UNIT_MAIN("json", tests)
