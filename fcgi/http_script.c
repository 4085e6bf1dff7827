/*
 * http_script.c - JSON in a script: what JSONP needs.
 *
 * In JSON the two separators can only stand within a string, where their
 * escapes mean the same.
 */
#include "http_script.h"

#include <string.h>

#include "http_text.h"

#define SEPARATOR_LEN 3 /* of either, in UTF-8 */
#define ESCAPE_LEN 6

static bool
is_first(char c)
{
	c = http_text_to_lower(c);
	return (c >= 'a' && c <= 'z') || c == '_' || c == '$';
}

static bool
is_identifier(struct bx_slice text)
{
	if (text.len == 0 || !is_first(text.at[0]))
		return false;
	for (size_t i = 1; i < text.len; i++)
		if (!is_first(text.at[i]) &&
		    (text.at[i] < '0' || text.at[i] > '9'))
			return false;
	return true;
}

bool
http_script_is_callback(struct bx_slice name)
{
	struct bx_slice identifier, rest;
	bool is_last;

	if (name.len > HTTP_SCRIPT_CALLBACK_MAX)
		return false;
	do {
		identifier = http_text_split(name, '.', &rest);
		if (!is_identifier(identifier))
			return false;
		is_last = identifier.len == name.len;
		name = rest;
	} while (!is_last);
	return true;
}

/* Where the next separator is; json.len when there is none. */
static size_t
find_separator(struct bx_slice json)
{
	const char *at = json.at;
	size_t left = json.len;

	while (
	    left >= SEPARATOR_LEN && (at = memchr(at, 0xe2, left)) != NULL) {
		left = json.len - (size_t)(at - json.at);
		if (left >= SEPARATOR_LEN && at[1] == '\x80' &&
		    (at[2] == '\xa8' || at[2] == '\xa9'))
			return json.len - left;
		at++;
		left--;
	}
	return json.len;
}

size_t
http_script_length(struct bx_slice json)
{
	size_t len = json.len;
	size_t at;

	while ((at = find_separator(json)) < json.len) {
		len += ESCAPE_LEN - SEPARATOR_LEN;
		json = http_text_behind(json, at + SEPARATOR_LEN);
	}
	return len;
}

bool
http_script_is_fit(struct bx_slice json)
{
	return find_separator(json) == json.len;
}

enum bx_status
http_script_append(struct bx_buf *out, struct bx_slice json)
{
	size_t at;

	while ((at = find_separator(json)) < json.len) {
		(void)bx_buf_append(out, json.at, at);
		(void)bx_buf_append_text(out,
		    json.at[at + 2] == '\xa8' ? "\\u2028" : "\\u2029");
		json = http_text_behind(json, at + SEPARATOR_LEN);
	}
	if (json.len > 0)
		(void)bx_buf_append(out, json.at, json.len);
	return out->failed ? BX_ENOMEM : BX_OK;
}
