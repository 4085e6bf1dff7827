/*
 * json_text.c - any bytes as a JSON string, a piece at a time.
 */
#include "json_text.h"

#include <stdio.h>
#include <string.h>

#define PIECE_MAX 8

const char *
bx_json_text_scan(const char *at, const char *end)
{
	const unsigned char *bytes = (const unsigned char *)at;
	unsigned char min = 0x80, max = 0xbf;
	size_t i, len;

	if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf)
		len = 2;
	else if (bytes[0] >= 0xe0 && bytes[0] <= 0xef)
		len = 3;
	else if (bytes[0] >= 0xf0 && bytes[0] <= 0xf4)
		len = 4;
	else
		return NULL;
	if (bytes[0] == 0xe0)
		min = 0xa0;
	if (bytes[0] == 0xed)
		max = 0x9f;
	if (bytes[0] == 0xf0)
		min = 0x90;
	if (bytes[0] == 0xf4)
		max = 0x8f;
	if ((size_t)(end - at) < len || bytes[1] < min || bytes[1] > max)
		return NULL;
	for (i = 2; i < len; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return NULL;
	return at + len;
}

/* What the first character of text, which is not empty, is in a string; takes
 * it off text.  The length. */
static size_t
take_piece(struct bx_slice *text, char piece[PIECE_MAX])
{
	static const char replacement[] = "\xef\xbf\xbd";
	unsigned char byte = (unsigned char)text->at[0];
	const char *after = text->at + 1;
	size_t len = 1;

	piece[0] = text->at[0];
	if (byte == '"' || byte == '\\') {
		piece[0] = '\\';
		piece[1] = (char)byte;
		len = 2;
	} else if (byte < 0x20) {
		(void)snprintf(piece, PIECE_MAX, "\\u%04x", byte);
		len = 6;
	} else if (byte >= 0x80) {
		after = bx_json_text_scan(text->at, text->at + text->len);
		len = 3;
		if (after == NULL) {
			after = text->at + 1;
			memcpy(piece, replacement, len);
		} else {
			len = (size_t)(after - text->at);
			memcpy(piece, text->at, len);
		}
	}
	text->len -= (size_t)(after - text->at);
	text->at = after;
	return len;
}

void
bx_json_text_append(struct bx_buf *buf, struct bx_slice text)
{
	char piece[PIECE_MAX];
	size_t len;

	(void)bx_buf_append(buf, "\"", 1);
	while (text.len > 0) {
		len = take_piece(&text, piece);
		(void)bx_buf_append(buf, piece, len);
	}
	(void)bx_buf_append(buf, "\"", 1);
}

/* Put bytes behind len others, if there is room. */
static size_t
put(char *buffer, size_t size, size_t len, struct bx_slice bytes)
{
	if (len > size)
		return len;
	if (bytes.len > size - len)
		return size + 1;
	memcpy(buffer + len, bytes.at, bytes.len);
	return len + bytes.len;
}

size_t
bx_json_text_write(char *buffer, size_t size, size_t len, struct bx_slice text)
{
	const struct bx_slice quote = { "\"", 1 };
	char piece[PIECE_MAX];

	len = put(buffer, size, len, quote);
	while (text.len > 0 && len <= size) {
		size_t n = take_piece(&text, piece);

		len = put(buffer, size, len, (struct bx_slice){ piece, n });
	}
	return put(buffer, size, len, quote);
}
