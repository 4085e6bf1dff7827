/*
 * json.c - the strict scanner, and the numbers that are computed with.
 */
#include "json.h"
#include "json_text.h"

#include <cjson/cJSON.h>
#include <string.h>

#define INTEGER_MAX 9007199254740991.0 /* 2^53 - 1: all below are exact */
#define NUMBER_MAX 63 /* characters; cJSON takes no notice of more */

/* The bytes that stand for themselves in a string and are ASCII: all from
 * 0x20 up to 0x7f but the quote, 0x22, and the backslash, 0x5c. */
#define FOUR(x) x, x, x, x
#define ROW(x) FOUR(x), FOUR(x), FOUR(x), FOUR(x)
static const unsigned char plain[256] = { ROW(0), ROW(0), 1, 1, 0, 1, FOUR(1),
	FOUR(1), FOUR(1), ROW(1), ROW(1), FOUR(1), FOUR(1), FOUR(1), 0, 1, 1,
	1, ROW(1), ROW(1), ROW(0), ROW(0), ROW(0), ROW(0), ROW(0), ROW(0),
	ROW(0), ROW(0) };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit; -1: it is none. */
static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * The scan_ functions start at a byte that there is, and return where the
 * thing that it starts has ended; NULL when it is not well-formed.
 */

/* A surrogate that is alone passes: JSON's grammar allows it. */
static const char *
scan_escape(const char *at, const char *end)
{
	int i;

	if (end - at < 2 || at[1] == '\0' ||
	    strchr("\"\\/bfnrtu", at[1]) == NULL)
		return NULL;
	if (at[1] != 'u')
		return at + 2;
	if (end - at < 6)
		return NULL;
	for (i = 2; i < 6; i++)
		if (hex_value(at[i]) < 0)
			return NULL;
	return at + 6;
}

static const char *
scan_string(const char *at, const char *end)
{
	at++;
	while (at != NULL) {
		while (at < end && plain[(unsigned char)*at])
			at++;
		if (at == end)
			return NULL;
		if (*at == '"')
			return at + 1;
		if (*at == '\\')
			at = scan_escape(at, end);
		else
			at = bx_json_text_scan(at, end);
	}
	return NULL;
}

static const char *
scan_digits(const char *at, const char *end)
{
	const char *start = at;

	while (at < end && is_digit(*at))
		at++;
	return at == start ? NULL : at;
}

static const char *
scan_number(const char *at, const char *end)
{
	if (*at == '-')
		at++;
	if (at < end && *at == '0')
		at++;
	else
		at = scan_digits(at, end);
	if (at != NULL && at < end && *at == '.')
		at = scan_digits(at + 1, end);
	if (at != NULL && at < end && (*at == 'e' || *at == 'E')) {
		at++;
		if (at < end && (*at == '+' || *at == '-'))
			at++;
		at = scan_digits(at, end);
	}
	return at;
}

static const char *
scan_word(const char *at, const char *end, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(end - at) < len || memcmp(at, word, len) != 0)
		return NULL;
	return at + len;
}

/* What a value is by its first byte. */
static const unsigned char types[256] = {
	['{'] = BX_JSON_OBJECT,
	['['] = BX_JSON_ARRAY,
	['"'] = BX_JSON_STRING,
	['t'] = BX_JSON_BOOLEAN,
	['f'] = BX_JSON_BOOLEAN,
	['n'] = BX_JSON_NULL,
	['-'] = BX_JSON_NUMBER,
	['0'] = BX_JSON_NUMBER,
	['1'] = BX_JSON_NUMBER,
	['2'] = BX_JSON_NUMBER,
	['3'] = BX_JSON_NUMBER,
	['4'] = BX_JSON_NUMBER,
	['5'] = BX_JSON_NUMBER,
	['6'] = BX_JSON_NUMBER,
	['7'] = BX_JSON_NUMBER,
	['8'] = BX_JSON_NUMBER,
	['9'] = BX_JSON_NUMBER,
};

static enum bx_json_type
type_of(char c)
{
	return (enum bx_json_type)types[(unsigned char)c];
}

void
bx_json_init(struct bx_json *json, const char *bytes, size_t len,
    unsigned max_depth)
{
	json->at = bytes;
	json->end = len == 0 ? bytes : bytes + len;
	json->depth = 0;
	json->max_depth = max_depth;
	if (max_depth > BX_JSON_DEPTH_MAX)
		json->max_depth = BX_JSON_DEPTH_MAX;
	json->first = false;
	memset(json->objects, 0, sizeof(json->objects));
}

static void
skip_space(struct bx_json *json)
{
	while (json->at < json->end &&
	    (*json->at == ' ' || *json->at == '\n' || *json->at == '\r' ||
		*json->at == '\t'))
		json->at++;
}

/* Skip white space and then c; false when something else is there. */
static bool
skip_mark(struct bx_json *json, char c)
{
	skip_space(json);
	if (json->at == json->end || *json->at != c)
		return false;
	json->at++;
	return true;
}

enum bx_json_type
bx_json_peek(struct bx_json *json)
{
	skip_space(json);
	return json->at == json->end ? BX_JSON_NONE : type_of(*json->at);
}

/* Check and skip a value that is no container. */
static enum bx_status
skip_scalar(struct bx_json *json, enum bx_json_type type)
{
	const char *at = NULL;

	switch (type) {
	case BX_JSON_STRING:
		at = scan_string(json->at, json->end);
		break;
	case BX_JSON_NUMBER:
		at = scan_number(json->at, json->end);
		break;
	case BX_JSON_BOOLEAN:
		at = scan_word(json->at, json->end,
		    *json->at == 't' ? "true" : "false");
		break;
	case BX_JSON_NULL:
		at = scan_word(json->at, json->end, "null");
		break;
	case BX_JSON_NONE:
	case BX_JSON_OBJECT:
	case BX_JSON_ARRAY:
		break;
	}
	if (at == NULL)
		return BX_EJSON;
	json->at = at;
	return BX_OK;
}

/* Step into a container, or check and skip what is none. */
static enum bx_status
enter_or_skip(struct bx_json *json)
{
	enum bx_json_type type = bx_json_peek(json);

	if (type == BX_JSON_OBJECT || type == BX_JSON_ARRAY)
		return bx_json_enter(json);
	return skip_scalar(json, type);
}

/* Nesting is counted, not recursed into, so the depth costs no stack. */
enum bx_status
bx_json_value(struct bx_json *json, struct bx_slice *value)
{
	unsigned depth = json->depth;
	enum bx_status status;
	struct bx_slice key;
	const char *start;
	bool more;

	skip_space(json);
	start = json->at;
	status = enter_or_skip(json);
	while (status == BX_OK && json->depth > depth) {
		status = bx_json_next(json, &key, &more);
		if (status == BX_OK && more)
			status = enter_or_skip(json);
	}
	if (status != BX_OK)
		return status;
	value->at = start;
	value->len = (size_t)(json->at - start);
	return BX_OK;
}

enum bx_status
bx_json_enter(struct bx_json *json)
{
	enum bx_json_type type = bx_json_peek(json);
	unsigned char bit;

	if ((type != BX_JSON_OBJECT && type != BX_JSON_ARRAY) ||
	    json->depth >= json->max_depth)
		return BX_EJSON;
	bit = (unsigned char)(1 << json->depth % 8);
	if (type == BX_JSON_OBJECT)
		json->objects[json->depth / 8] |= bit;
	else
		json->objects[json->depth / 8] &= (unsigned char)~bit;
	json->depth++;
	json->first = true;
	json->at++;
	return BX_OK;
}

static bool
is_in_object(const struct bx_json *json)
{
	unsigned innermost = json->depth - 1;

	return (json->objects[innermost / 8] >> innermost % 8 & 1) != 0;
}

static enum bx_status
next_key(struct bx_json *json, struct bx_slice *key)
{
	enum bx_json_type type = bx_json_peek(json);
	const char *start = json->at;

	if (type != BX_JSON_STRING || skip_scalar(json, type) != BX_OK)
		return BX_EJSON;
	key->at = start;
	key->len = (size_t)(json->at - start);
	return skip_mark(json, ':') ? BX_OK : BX_EJSON;
}

enum bx_status
bx_json_next(struct bx_json *json, struct bx_slice *key, bool *more)
{
	bool first = json->first, object;

	key->at = NULL;
	key->len = 0;
	*more = false;
	json->first = false;
	if (json->depth == 0)
		return BX_EJSON;
	object = is_in_object(json);
	if (skip_mark(json, object ? '}' : ']')) {
		json->depth--;
		return BX_OK;
	}
	if (!first && !skip_mark(json, ','))
		return BX_EJSON;
	if (object && next_key(json, key) != BX_OK)
		return BX_EJSON;
	if (bx_json_peek(json) == BX_JSON_NONE)
		return BX_EJSON;
	*more = true;
	return BX_OK;
}

enum bx_status
bx_json_end(struct bx_json *json)
{
	skip_space(json);
	return json->at == json->end && json->depth == 0 ? BX_OK : BX_EJSON;
}

enum bx_json_type
bx_json_type_of(struct bx_slice value)
{
	return value.len == 0 ? BX_JSON_NONE : type_of(*value.at);
}

/* Is the number whole by its digits?  cJSON rounds 1e-400 to 0, and what is
 * nearly 1 to 1. */
static bool
is_whole(struct bx_slice number)
{
	size_t i = 0;

	while (i < number.len && strchr(".eE", number.at[i]) == NULL)
		i++;
	if (i < number.len && number.at[i] == '.')
		do
			i++;
		while (i < number.len && number.at[i] == '0');
	return i == number.len ||
	    ((number.at[i] == 'e' || number.at[i] == 'E') &&
		number.at[i + 1] != '-');
}

enum bx_status
bx_json_integer(struct bx_slice value, int64_t *out)
{
	double number;
	cJSON *item;

	if (bx_json_type_of(value) != BX_JSON_NUMBER ||
	    value.len > NUMBER_MAX || !is_whole(value))
		return BX_EINVAL;
	item = cJSON_ParseWithLength(value.at, value.len);
	if (item == NULL)
		return BX_ENOMEM;
	number = cJSON_GetNumberValue(item);
	cJSON_Delete(item);
	if (number < -INTEGER_MAX || number > INTEGER_MAX ||
	    number != (double)(int64_t)number)
		return BX_EINVAL;
	*out = (int64_t)number;
	return BX_OK;
}
