/*
 * fuzz_json.c - any bytes as JSON: scanned, walked, decoded and compared.
 *
 * Skipping a text and walking it must agree.  Each slice must be valid by
 * itself.  Strings are decoded, written and decoded again.  What is accepted
 * here cJSON must accept too, and read the same strings from it.
 */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/json.h"
#include "test/fuzz/fuzz_env.h"

#define DEPTH 64
#define CJSON_NUMBER_MAX 63

/* Is text one value and nothing else, which value then is? */
static bool
scan(struct bx_slice text, struct bx_slice *value)
{
	struct bx_json json;

	bx_json_init(&json, text.at, text.len, DEPTH);
	return bx_json_value(&json, value) == BX_OK &&
	    bx_json_end(&json) == BX_OK;
}

static bool
is_number_part(char c)
{
	return (c >= '0' && c <= '9') || strchr("+-.eE", c) != NULL;
}

/* cJSON refuses surrogates that are alone and does not read the whole of long
 * numbers; what only looks like either is let go too. */
static bool
is_beyond_cjson(struct bx_slice text)
{
	size_t i, number = 0;

	for (i = 0; i < text.len; i++) {
		number = text.at[i] != '\0' && is_number_part(text.at[i])
		    ? number + 1
		    : 0;
		if (number > CJSON_NUMBER_MAX)
			return true;
		if (text.len - i > 3 && memcmp(text.at + i, "\\u", 2) == 0 &&
		    (text.at[i + 2] == 'd' || text.at[i + 2] == 'D') &&
		    strchr("01234567", text.at[i + 3]) == NULL)
			return true;
	}
	return false;
}

/* cJSON reads the same string, as far as it reads it: up to a NUL. */
static void
compare_string(struct bx_slice value, const char *bytes, size_t len)
{
	const char *end = len > 0 ? memchr(bytes, '\0', len) : NULL;
	char *text;
	cJSON *item;

	if (end != NULL)
		len = (size_t)(end - bytes);
	item = cJSON_ParseWithLength(value.at, value.len);
	text = cJSON_GetStringValue(item);
	require(text != NULL && strlen(text) == len);
	require(len == 0 || memcmp(text, bytes, len) == 0);
	cJSON_Delete(item);
}

static void
check_string(struct bx_slice value)
{
	char *bytes = malloc(value.len), *again = malloc(value.len);
	struct bx_slice written;
	struct bx_buf buf;
	size_t len, again_len;

	require(bytes != NULL && again != NULL);
	require(
	    bx_json_string_decode(value, bytes, value.len - 2, &len) == BX_OK);
	bx_buf_init(&buf, fuzz_env());
	require(bx_json_append_string(&buf, bytes, len) == BX_OK);
	require(scan((struct bx_slice){ buf.bytes, buf.len }, &written));
	require(written.len == buf.len);
	require(bx_json_string_decode(written, again, value.len, &again_len) ==
	    BX_OK);
	require(again_len == len && memcmp(again, bytes, len) == 0);
	if (!is_beyond_cjson(value))
		compare_string(value, bytes, len);
	bytes[len] = '\0';
	require(bx_json_string_equals(value, bytes) == (strlen(bytes) == len));
	bx_buf_fini(&buf);
	free(bytes);
	free(again);
}

/* A slice that was yielded is a value by itself, all of it. */
static void
check_slice(struct bx_slice value)
{
	struct bx_slice again;
	int64_t n;
	bool found;

	require(scan(value, &again));
	require(again.at == value.at && again.len == value.len);
	require(bx_json_type_of(value) != BX_JSON_NONE);
	if (bx_json_type_of(value) == BX_JSON_STRING)
		check_string(value);
	if (bx_json_integer(bx_json_member(value, "n"), &n) == BX_OK)
		require(n >= -INT64_C(9007199254740991) &&
		    n <= INT64_C(9007199254740991));
	require(bx_json_array_has_string(value, "a", &found) == BX_OK);
}

static enum bx_status
walk(struct bx_json *json)
{
	enum bx_json_type type = bx_json_peek(json);
	bool container = type == BX_JSON_OBJECT || type == BX_JSON_ARRAY;
	struct bx_slice key, value;
	enum bx_status status;
	bool more = true;

	if (!container) {
		status = bx_json_value(json, &value);
		if (status == BX_OK)
			check_slice(value);
		return status;
	}
	status = bx_json_enter(json);
	while (status == BX_OK && more) {
		status = bx_json_next(json, &key, &more);
		if (status != BX_OK || !more)
			break;
		require((key.len > 0) == (type == BX_JSON_OBJECT));
		if (key.len > 0)
			check_slice(key);
		status = walk(json);
	}
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bx_slice value, text = { (const char *)data, size };
	bool accepted = scan(text, &value);
	struct bx_json json;
	cJSON *item;

	bx_json_init(&json, text.at, text.len, DEPTH);
	require(
	    accepted == (walk(&json) == BX_OK && bx_json_end(&json) == BX_OK));
	if (!accepted)
		return 0;
	check_slice(value);
	if (is_beyond_cjson(text))
		return 0;
	item = cJSON_ParseWithLength(text.at, text.len);
	require(item != NULL);
	cJSON_Delete(item);
	return 0;
}
