/*
 * transport_long_polling.c - a POST with messages; the reply is one array.
 *
 * What the body is shows in the body, not in its Content-Type: browsers label
 * cross-origin posts of old clients as text/plain, or not at all, and others
 * label JSON as a form, as no form begins with a bracket (rules 2, 3).
 *
 * Sessions that asked for it are answered in a comment (rule 16).
 */
#include <string.h>

#include "engine/buf.h"
#include "http_cgi.h"
#include "http_comment.h"
#include "http_form.h"
#include "http_text.h"
#include "response.h"
#include "transport.h"

#define COMMENT_TYPE "text/json-comment-filtered; charset=utf-8"

static bool
takes(const struct http_request *request)
{
	return request->method == HTTP_METHOD_POST;
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* How long the byte order mark and the blanks in front of body are. */
static size_t
count_blanks(const struct bx_buf *body)
{
	size_t len = 0;

	if (body->len >= 3 && memcmp(body->bytes, "\xef\xbb\xbf", 3) == 0)
		len = 3;
	while (len < body->len && is_blank(body->bytes[len]))
		len++;
	return len;
}

static bool
is_labelled_form(const struct http_request *request)
{
	return http_text_equals(request->content_type,
	    "application/x-www-form-urlencoded");
}

static bool
is_json(struct bx_slice text)
{
	return text.len > 0 && (text.at[0] == '[' || text.at[0] == '{');
}

static bool
starts_as_form(struct bx_slice text)
{
	struct bx_slice value;
	struct bx_slice name = http_text_split(text, '=', &value);

	return name.len < text.len &&
	    http_text_equals(name, TRANSPORT_MESSAGE_FIELD);
}

static unsigned
receive(struct bx_exchange *exchange, const struct http_request *request,
    struct bx_buf *body, void **state)
{
	size_t blanks = count_blanks(body);
	struct http_form form;
	struct bx_slice text;
	enum bx_status status = BX_EINVAL;

	*state = NULL;
	if (!http_request_has_known_charset(request))
		return 415;
	if (body->len == 0)
		return 400;
	form.bytes = body->bytes + blanks;
	form.len = body->len - blanks;
	text = (struct bx_slice){ form.bytes, form.len };
	if (is_json(text))
		status = bx_exchange_receive(exchange, text.at, text.len);
	else if (is_labelled_form(request) || starts_as_form(text))
		status = transport_receive_form(exchange, form);
	return transport_status_of(status);
}

static const struct transport_wrapping comment = {
	.is_fit = http_comment_is_fit,
	.length = http_comment_length,
	.append = http_comment_append,
};

static struct fcgi_response *
respond(const struct transport_reply *reply)
{
	const bool commented = reply->answer.commented;
	const struct fcgi_response_head head = {
		.status = 200,
		.content_type = commented ? COMMENT_TYPE : FCGI_RESPONSE_JSON,
		.cors = reply->cors,
		.source = reply->source,
		.cookie = reply->cookie,
	};
	const struct fcgi_response_body body = {
		.before = commented ? "/*[" : "[",
		.after = commented ? "]*/" : "]",
	};

	/* Clients take an empty array for a failed transport (rule 11). */
	if (reply->answer.outcome != BX_OUTCOME_REPLIES ||
	    reply->answer.count == 0)
		return transport_respond_without_messages(reply);
	return transport_fill(reply, &head, body, commented ? &comment : NULL);
}

const struct transport transport_long_polling = {
	.info = { .connection_type = "long-polling" },
	.alias = "cross-origin-long-polling",
	.takes = takes,
	.judge = http_origin_judge,
	.receive = receive,
	.respond = respond,
	.forget = NULL,
};
