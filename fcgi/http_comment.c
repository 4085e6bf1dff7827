/*
 * http_comment.c - JSON in a comment.
 *
 * The expression by which a client of that time takes the comment off goes no
 * further than one line.
 */
#include "http_comment.h"

static bool
ends_line(char byte)
{
	return byte == '\n' || byte == '\r';
}

/* Is the "/" at i the second half of what ends a comment? */
static bool
ends_comment(struct bx_slice json, size_t i)
{
	return json.at[i] == '/' && i > 0 && json.at[i - 1] == '*';
}

size_t
http_comment_length(struct bx_slice json)
{
	size_t len = json.len;
	size_t i;

	for (i = 0; i < json.len; i++)
		if (ends_comment(json, i))
			len++;
	return len;
}

bool
http_comment_is_fit(struct bx_slice json)
{
	size_t i;

	for (i = 0; i < json.len; i++)
		if (ends_line(json.at[i]) || ends_comment(json, i))
			return false;
	return true;
}

enum bx_status
http_comment_append(struct bx_buf *out, struct bx_slice json)
{
	size_t from = 0;
	size_t i;

	for (i = 0; i < json.len; i++) {
		bool line = ends_line(json.at[i]);

		if (!line && !ends_comment(json, i))
			continue;
		(void)bx_buf_append(out, json.at + from, i - from);
		(void)bx_buf_append_text(out, line ? " " : "\\/");
		from = i + 1;
	}
	if (from < json.len)
		(void)bx_buf_append(out, json.at + from, json.len - from);
	return out->failed ? BX_ENOMEM : BX_OK;
}
