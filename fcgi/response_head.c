/*
 * response_head.c - status and headers of a response.
 *
 * Nothing is allocated for what is ours alone, which is nearly all.
 */
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "heading.h"
#include "http_status.h"
#include "response_head.h"

/* Our lines, without the blank one behind; false: they do not fit. */
static bool
format_own(struct fcgi_response_head_text *text,
    const struct fcgi_response_head *head, const char *length)
{
	const char *type = head->content_type;
	int len;

	len = snprintf(text->own, sizeof(text->own),
	    "Status: %u %s\r\n%s%s%s"
	    "Cache-Control: no-cache, no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Vary: Origin\r\n%s%s%s%s\r\n",
	    head->status, http_status_reason(head->status),
	    type != NULL ? "Content-Type: " : "", type != NULL ? type : "",
	    type != NULL ? "\r\n" : "", length,
	    head->more != NULL ? head->more : "",
	    head->cors != NULL ? head->cors : "",
	    head->cookie != NULL ? head->cookie : "");
	text->at = text->own;
	text->len = (size_t)len;
	return len >= 0 && (size_t)len < sizeof(text->own);
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
    const char *length)
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
