/*
 * http_text.h - small questions about borrowed bytes of a request.
 *
 * "As" compares without regard to case, of ASCII letters only: what HTTP
 * calls case-insensitive does not depend on a locale.  Every function takes
 * an absent slice too.
 *
 * Ownership: results are borrowed from the same bytes as the arguments.
 * Reentrancy: no function calls out.
 */
#ifndef HTTP_TEXT_H
#define HTTP_TEXT_H

#include <stdbool.h>
#include <string.h>

#include "engine/json.h"

static inline char
http_text_to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool
http_text_equals(struct bx_slice slice, const char *text)
{
	size_t len = strlen(text);

	return slice.len == len &&
	    (len == 0 || memcmp(slice.at, text, len) == 0);
}

static inline int
http_text_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = http_text_to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that slice means when it starts with two hex digits, or -1. */
static inline int
http_text_hex_byte(struct bx_slice slice)
{
	int high, low;

	if (slice.len < 2 || (high = http_text_hex_digit(slice.at[0])) < 0 ||
	    (low = http_text_hex_digit(slice.at[1])) < 0)
		return -1;
	return high << 4 | low;
}

/* Does slice start with text, which is in lower case? */
static inline bool
http_text_starts_as(struct bx_slice slice, const char *text)
{
	size_t len = strlen(text);

	if (slice.len < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (http_text_to_lower(slice.at[i]) != text[i])
			return false;
	return true;
}

/* Is slice text, which is in lower case? */
static inline bool
http_text_equals_as(struct bx_slice slice, const char *text)
{
	return slice.len == strlen(text) && http_text_starts_as(slice, text);
}

/* What is left behind the first len bytes of slice, which has so many. */
static inline struct bx_slice
http_text_behind(struct bx_slice slice, size_t len)
{
	if (len > 0) {
		slice.at += len;
		slice.len -= len;
	}
	return slice;
}

/* Without the blanks at both ends. */
static inline struct bx_slice
http_text_trim(struct bx_slice slice)
{
	while (slice.len > 0 && (*slice.at == ' ' || *slice.at == '\t'))
		slice = http_text_behind(slice, 1);
	while (slice.len > 0 &&
	    (slice.at[slice.len - 1] == ' ' ||
		slice.at[slice.len - 1] == '\t'))
		slice.len--;
	return slice;
}

/* What is before the first separator; *rest is what is behind it, absent when
 * there is none. */
static inline struct bx_slice
http_text_split(struct bx_slice slice, char separator, struct bx_slice *rest)
{
	const char *found =
	    slice.len > 0 ? memchr(slice.at, separator, slice.len) : NULL;

	*rest = (struct bx_slice){ NULL, 0 };
	if (found != NULL) {
		size_t len = (size_t)(found - slice.at);

		*rest = http_text_behind(slice, len + 1);
		slice.len = len;
	}
	return slice;
}

#endif
