/*
 * http_line.c - JSON in one line.
 */
#include "http_line.h"

#include <string.h>

bool
http_line_is_fit(struct bx_slice json)
{
	return json.len == 0 ||
	    (memchr(json.at, '\n', json.len) == NULL &&
		memchr(json.at, '\r', json.len) == NULL);
}

enum bx_status
http_line_append(struct bx_buf *out, struct bx_slice json)
{
	size_t i = out->len;

	if (json.len > 0 && bx_buf_append(out, json.at, json.len) != BX_OK)
		return BX_ENOMEM;
	for (; i < out->len; i++)
		if (out->bytes[i] == '\n' || out->bytes[i] == '\r')
			out->bytes[i] = ' ';
	return BX_OK;
}
