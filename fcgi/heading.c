/*
 * heading.c - the headers of a response while plugins may change them.
 */
#include <string.h>

#include "heading.h"
#include "http_header.h"
#include "http_text.h"

void
fcgi_heading_init(struct bx_heading *heading, const struct bx_env *env,
    unsigned status)
{
	memset(heading, 0, sizeof(*heading));
	bx_buf_init(&heading->lines, env);
	heading->status = status;
}

void
fcgi_heading_fini(struct bx_heading *heading)
{
	bx_buf_fini(&heading->lines);
}

/* Take away the lines of that name among the first end bytes; returns how many
 * bytes of them are left. */
static size_t
remove_lines(struct bx_buf *lines, size_t end, const char *name)
{
	struct bx_slice line, rest;
	size_t at = 0;
	size_t len;

	while (at < end) {
		rest = (struct bx_slice){ lines->bytes + at, end - at };
		len = http_text_split(rest, '\n', &rest).len + 1;
		line = (struct bx_slice){ lines->bytes + at, len };
		if (!http_header_is_named(http_text_split(line, ':', &rest),
			name)) {
			at += len;
			continue;
		}
		memmove(lines->bytes + at, lines->bytes + at + len,
		    lines->len - at - len);
		lines->len -= len;
		end -= len;
	}
	return end;
}

/* BX_ENOMEM: the lines are as they were. */
static enum bx_status
append_line(struct bx_buf *lines, const char *name, const char *value)
{
	size_t before = lines->len;

	(void)bx_buf_append_text(lines, name);
	(void)bx_buf_append_text(lines, ": ");
	(void)bx_buf_append_text(lines, value);
	if (bx_buf_append_text(lines, "\r\n") == BX_OK)
		return BX_OK;
	lines->len = before;
	lines->failed = false;
	return BX_ENOMEM;
}

static bool
is_free(const char *name)
{
	return http_header_is_name(name) && !http_header_is_reserved(name);
}

bool
fcgi_heading_is_sound(const struct bx_head *head)
{
	const struct bx_header *header;
	size_t i;

	if (head->status < 200 || head->status > 599)
		return false;
	for (i = 0; i < head->header_count; i++) {
		header = &head->headers[i];
		if (header->name == NULL || header->value == NULL ||
		    !is_free(header->name) ||
		    !http_header_is_value(header->value))
			return false;
	}
	return true;
}

enum bx_status
fcgi_heading_add(struct bx_heading *heading, const struct bx_head *head)
{
	const struct bx_header *header;
	size_t own = heading->lines.len;
	size_t i;

	for (i = 0; i < head->header_count; i++) {
		header = &head->headers[i];
		if (!http_header_is_named((struct bx_slice){ header->name,
					      strlen(header->name) },
			"Vary"))
			own = remove_lines(&heading->lines, own, header->name);
		if (append_line(&heading->lines, header->name,
			header->value) != BX_OK)
			return BX_ENOMEM;
	}
	return BX_OK;
}

unsigned
fcgi_heading_status(const struct bx_heading *heading)
{
	return heading->status;
}

struct bx_slice
fcgi_heading_path(const struct bx_heading *heading)
{
	return heading->path;
}

bool
fcgi_heading_set(struct bx_heading *heading, const char *name,
    const char *value)
{
	size_t before = heading->lines.len;

	if (!is_free(name))
		return false;
	/* The new one first: without memory for it the old ones stay. */
	if (value != NULL &&
	    (!http_header_is_value(value) ||
		append_line(&heading->lines, name, value) != BX_OK))
		return false;
	(void)remove_lines(&heading->lines, before, name);
	return true;
}
