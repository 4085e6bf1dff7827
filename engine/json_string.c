/*
 * The strings of json.h: decoded, compared and written.  What is decoded has
 * passed the scanner, so every escape in it is whole.
 */
#include "json.h"

#include <stdio.h>
#include <string.h>

/* The number that the four digits of a \u escape make. */
static unsigned
read_escape(const char *at)
{
	unsigned code = 0;
	int i;

	/* Letters of either case have their value less nine in the low bits. */
	for (i = 2; i < 6; i++)
		code = code << 4 |
		    ((unsigned)(at[i] & 0xf) + (at[i] > '9' ? 9U : 0U));
	return code;
}

static size_t
encode_utf8(unsigned code, char out[4])
{
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t i, len;

	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (i = len - 1; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(leads[len] | code);
	return len;
}

/* Decode what stands at *at inside a scanned string, and go behind it; how
 * many bytes that gave. */
static size_t
decode_next(const char **at, char out[4])
{
	static const char letters[] = "bfnrt", controls[] = "\b\f\n\r\t";
	const char *letter, *start = *at;
	unsigned code, low;

	if (start[0] != '\\') {
		out[0] = *(*at)++;
		return 1;
	}
	if (start[1] != 'u') {
		letter = strchr(letters, start[1]);
		out[0] =
		    letter == NULL ? start[1] : controls[letter - letters];
		*at += 2;
		return 1;
	}
	code = read_escape(start);
	*at += 6;
	if (code >= 0xd800 && code <= 0xdbff && start[6] == '\\' &&
	    start[7] == 'u') {
		low = read_escape(start + 6);
		if (low >= 0xdc00 && low <= 0xdfff) {
			code =
			    0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
			*at += 6;
		}
	}
	return encode_utf8(code, out);
}

/* Decode a string that has no escapes: what is between its quotes. */
static enum bx_status
copy_plain(struct bx_slice value, char *out, size_t size, size_t *len)
{
	if (value.len - 2 > size)
		return BX_EFULL;
	*len = value.len - 2;
	memcpy(out, value.at + 1, *len);
	return BX_OK;
}

enum bx_status
bx_json_string_decode(struct bx_slice value, char *out, size_t size,
    size_t *len)
{
	const char *at, *end;
	size_t n, used = 0;
	char bytes[4];

	if (bx_json_type_of(value) != BX_JSON_STRING)
		return BX_EINVAL;
	if (memchr(value.at, '\\', value.len) == NULL)
		return copy_plain(value, out, size, len);
	end = value.at + value.len - 1;
	for (at = value.at + 1; at < end; used += n) {
		n = decode_next(&at, bytes);
		if (n > size - used)
			return BX_EFULL;
		memcpy(out + used, bytes, n);
	}
	*len = used;
	return BX_OK;
}

bool
bx_json_string_equals(struct bx_slice value, const char *text)
{
	size_t n, used = 0, len = strlen(text);
	const char *at, *end;
	char bytes[4];

	/* Decoding never makes a string longer. */
	if (bx_json_type_of(value) != BX_JSON_STRING || value.len < len + 2)
		return false;
	/* An escape is longer than what it stands for, so one that is as long
	 * has none, if it is the same. */
	if (value.len == len + 2)
		return memcmp(value.at + 1, text, len) == 0 &&
		    memchr(text, '\\', len) == NULL;
	end = value.at + value.len - 1;
	for (at = value.at + 1; at < end; used += n) {
		n = decode_next(&at, bytes);
		if (n > len - used || memcmp(text + used, bytes, n) != 0)
			return false;
	}
	return used == len;
}

enum bx_status
bx_json_array_has_string(struct bx_slice array, const char *text, bool *found)
{
	struct bx_slice key, value;
	struct bx_json json;
	bool more;

	*found = false;
	bx_json_init(&json, array.at, array.len, BX_JSON_DEPTH_MAX);
	if (bx_json_peek(&json) != BX_JSON_ARRAY ||
	    bx_json_enter(&json) != BX_OK)
		return BX_OK;
	while (bx_json_next(&json, &key, &more) == BX_OK && more &&
	    bx_json_value(&json, &value) == BX_OK)
		if (bx_json_string_equals(value, text))
			*found = true;
	return BX_OK;
}

/* Is this a surrogate that bx_json_string_decode has made? */
static bool
is_surrogate(const unsigned char *bytes, size_t len)
{
	return len >= 3 && bytes[0] == 0xed && bytes[1] >= 0xa0;
}

static bool
needs_escape(const unsigned char *bytes, size_t len)
{
	return bytes[0] < 0x20 || bytes[0] == '"' || bytes[0] == '\\' ||
	    is_surrogate(bytes, len);
}

/* Append the first character of bytes as an escape; how many bytes it had. */
static size_t
append_escape(struct bx_buf *buf, const unsigned char *bytes, size_t len)
{
	unsigned code = bytes[0];
	char text[sizeof("\\uffff")];

	if (is_surrogate(bytes, len))
		code = (bytes[0] & 0xfU) << 12 | (bytes[1] & 0x3fU) << 6 |
		    (bytes[2] & 0x3fU);
	(void)snprintf(text, sizeof(text), "\\u%04x", code & 0xffff);
	(void)bx_buf_append_text(buf, text);
	return code == bytes[0] ? 1 : 3;
}

enum bx_status
bx_json_append_string(struct bx_buf *buf, const char *bytes, size_t len)
{
	const unsigned char *at = (const unsigned char *)bytes;
	size_t run;

	(void)bx_buf_append(buf, "\"", 1);
	while (len > 0) {
		for (run = 0; run < len; run++)
			if (needs_escape(at + run, len - run))
				break;
		(void)bx_buf_append(buf, at, run);
		if (run < len)
			run += append_escape(buf, at + run, len - run);
		at += run;
		len -= run;
	}
	return bx_buf_append(buf, "\"", 1);
}

struct bx_slice
bx_json_member(struct bx_slice object, const char *name)
{
	struct bx_slice found = { NULL, 0 }, key, value;
	struct bx_json json;
	bool more;

	/* Plugins look into the ext of each message, and few have any. */
	if (object.len == 0)
		return found;
	bx_json_init(&json, object.at, object.len, BX_JSON_DEPTH_MAX);
	if (bx_json_peek(&json) != BX_JSON_OBJECT ||
	    bx_json_enter(&json) != BX_OK)
		return found;
	while (bx_json_next(&json, &key, &more) == BX_OK && more &&
	    bx_json_value(&json, &value) == BX_OK)
		if (bx_json_string_equals(key, name))
			found = value;
	return found;
}
