/*
 * response_head.c - status and headers of a response.
 *
 * Nothing is allocated for what is ours alone, which is nearly all.
 */
#include <string.h>

#include "decimal.h"
#include "engine/engine.h"
#include "heading.h"
#include "http_status.h"
#include "response_head.h"

/* What does not fit is counted all the same, and nothing behind it fits. */
static void
append(struct fcgi_response_head_text *text, const char *bytes, size_t len)
{
	if (text->len <= sizeof(text->own) &&
	    len <= sizeof(text->own) - text->len)
		memcpy(text->own + text->len, bytes, len);
	text->len += len;
}

/* NULL is nothing. */
static void
append_text(struct fcgi_response_head_text *text, const char *line)
{
	if (line != NULL)
		append(text, line, strlen(line));
}

static void
append_number(struct fcgi_response_head_text *text, uint64_t number)
{
	char digits[FCGI_DECIMAL_MAX];

	append(text, digits, fcgi_decimal_format(number, digits));
}

/* Our lines and the blank one behind; false: they do not fit. */
static bool
format_own(struct fcgi_response_head_text *text,
    const struct fcgi_response_head *head, const size_t *length)
{
	append_text(text, "Status: ");
	append_number(text, head->status);
	append_text(text, " ");
	append_text(text, http_status_reason(head->status));
	if (head->content_type != NULL) {
		append_text(text, "\r\nContent-Type: ");
		append_text(text, head->content_type);
	}
	append_text(text,
	    "\r\nCache-Control: no-cache, no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Vary: Origin\r\n");
	if (length != NULL) {
		append_text(text, "Content-Length: ");
		append_number(text, *length);
		append_text(text, "\r\n");
	}
	append_text(text, head->more);
	append_text(text, head->cors);
	append_text(text, head->cookie);
	append_text(text, "\r\n");
	text->at = text->own;
	return text->len <= sizeof(text->own);
}

/* Have the headers changed, which stand between the line of the status and the
 * blank line. */
static bool
change(struct fcgi_response_head_text *text, const struct bx_env *env,
    const struct fcgi_response_head *head)
{
	const size_t status_len = strcspn(text->own, "\n") + 1;
	struct bx_heading heading;

	fcgi_heading_init(&heading, env, head->status);
	(void)bx_buf_append(&heading.lines, text->own + status_len,
	    text->len - status_len - 2);
	if (head->given != NULL)
		(void)fcgi_heading_add(&heading, head->given);
	if (heading.lines.failed ||
	    bx_buf_append(&text->changed, text->own, status_len) != BX_OK) {
		fcgi_heading_fini(&heading);
		return false;
	}
	if (head->source != NULL) {
		heading.path = head->source->path;
		bx_engine_heading(head->source->engine, &heading);
	}
	(void)bx_buf_append(&text->changed, heading.lines.bytes,
	    heading.lines.len);
	(void)bx_buf_append_text(&text->changed, "\r\n");
	fcgi_heading_fini(&heading);
	text->at = text->changed.bytes;
	text->len = text->changed.len;
	return !text->changed.failed;
}

bool
fcgi_response_head_format(struct fcgi_response_head_text *text,
    const struct bx_env *env, const struct fcgi_response_head *head,
    const size_t *length)
{
	text->at = NULL;
	text->len = 0;
	bx_buf_init(&text->changed, env);
	if (head == NULL)
		return true;
	if (!format_own(text, head, length))
		return false;
	return (head->given == NULL && head->source == NULL) ||
	    change(text, env, head);
}

void
fcgi_response_head_fini(struct fcgi_response_head_text *text)
{
	bx_buf_fini(&text->changed);
}
