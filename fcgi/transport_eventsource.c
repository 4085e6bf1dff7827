/*
 * transport_eventsource.c - a GET of a session's address whose response does
 * not end: server-sent events (BAYEUX.md rule 92), as HTML's EventSource and
 * the Faye client read them.
 *
 * The client posts as for long-polling; only events, and what it is told when
 * its session is lost, come this way.  Each chunk has an id, which a client
 * that comes back shows in Last-Event-ID, and the first one only that.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/buf.h"
#include "engine/stream.h"
#include "http_cgi.h"
#include "http_form.h"
#include "http_line.h"
#include "http_text.h"
#include "options.h"
#include "response.h"
#include "transport.h"

#define STREAM_TYPE "text/event-stream"
/* A client whose stream breaks is back after this many milliseconds. */
#define RETRY "5000"
#define COMMENT ":\n\n"
/* Those who cannot set a header, as scripts that play EventSource. */
#define LAST_EVENT_FIELD "lastEventId"
#define UNKNOWN_TEXT "There is no such session, or it is not yours.\n"

static bool
is_on(const struct fcgi_options *options)
{
	return options->eventsource;
}

static bool
takes(const struct http_request *request)
{
	struct bx_slice rest = request->accept;
	struct bx_slice type, parameters;

	if (request->method != HTTP_METHOD_GET)
		return false;
	while (rest.len > 0) {
		type = http_text_split(rest, ',', &rest);
		type = http_text_split(type, ';', &parameters);
		if (http_text_equals_as(http_text_trim(type), STREAM_TYPE))
			return true;
	}
	return false;
}

/* The last segment of the path. */
static struct bx_slice
find_client_id(const struct http_request *request)
{
	struct bx_slice rest = request->path;
	struct bx_slice segment = rest;

	while (rest.len > 0)
		segment = http_text_split(rest, '/', &rest);
	return segment;
}

/* The value of the query's last such field, absent if there is none, decoded
 * in body.  BX_EINVAL: a bad escape; BX_ENOMEM. */
static enum bx_status
find_field(const struct http_request *request, struct bx_buf *body,
    struct bx_slice *value)
{
	struct http_form_field field;
	struct http_form form;
	enum bx_status status;
	bool more;

	bx_buf_clear(body);
	if (request->query.len == 0)
		return BX_OK;
	if (bx_buf_append(body, request->query.at, request->query.len) !=
	    BX_OK)
		return BX_ENOMEM;
	form = (struct http_form){ body->bytes, body->len };
	while (
	    (status = http_form_next(&form, &field, &more)) == BX_OK && more)
		if (http_text_equals(field.name, LAST_EVENT_FIELD))
			*value = field.value;
	return status;
}

static unsigned
receive(struct bx_exchange *exchange, const struct http_request *request,
    struct bx_buf *body, void **state)
{
	struct bx_stream_call call = { .client_id = find_client_id(request) };
	struct bx_slice last = request->last_event_id;
	enum bx_status status = BX_OK;
	int64_t number = 0;

	*state = NULL;
	if (last.len == 0)
		status = find_field(request, body, &last);
	if (status != BX_OK)
		return transport_status_of(status);
	/* What is no number is not one of ours. */
	call.resumes = http_request_parse_length(last, &number) == BX_OK;
	call.last_event = (uint64_t)number;
	return transport_status_of(bx_stream_ask(exchange, &call));
}

static struct fcgi_response *
refuse(const struct transport_reply *reply)
{
	struct fcgi_response_head head = {
		.status = 403,
		.content_type = FCGI_RESPONSE_TEXT,
		.cors = reply->cors,
		.source = reply->source,
	};
	const struct fcgi_response_body body = {
		.before = UNKNOWN_TEXT,
		.after = "",
	};

	if (reply->answer.outcome == BX_OUTCOME_UNKNOWN)
		return fcgi_response_new(reply->env, reply->request_id, &head,
		    &body);
	head.status = 503;
	if (reply->answer.outcome == BX_OUTCOME_CROWDED)
		return fcgi_response_status(reply->env, reply->request_id,
		    head, "too_many_streams");
	return transport_respond_without_messages(reply);
}

/* The end of a line of a message would be that of the chunk's. */
static const struct transport_wrapping line = {
	.is_fit = http_line_is_fit,
	.append = http_line_append,
};

#define OPENING_MAX 64

/* What stands before the messages of answer; without any, all there is. */
static void
format_opening(char out[OPENING_MAX], const struct bx_answer *answer)
{
	if (answer->is_first)
		(void)snprintf(out, OPENING_MAX,
		    "retry: " RETRY "\n" COMMENT "id: %" PRIu64 "\n\n",
		    answer->event);
	else if (answer->count == 0)
		(void)snprintf(out, OPENING_MAX, "%s",
		    answer->is_last ? "" : COMMENT);
	else if (answer->event == 0)
		(void)snprintf(out, OPENING_MAX, "data: [");
	else
		(void)snprintf(out, OPENING_MAX, "id: %" PRIu64 "\ndata: [",
		    answer->event);
}

static struct fcgi_response *
respond(const struct transport_reply *reply)
{
	const struct fcgi_response_head head = {
		.status = 200,
		.content_type = STREAM_TYPE ";charset=UTF-8",
		.more = FCGI_RESPONSE_UNBUFFERED,
		.cors = reply->cors,
		.source = reply->source,
	};
	char opening[OPENING_MAX];
	const struct fcgi_response_body body = {
		.before = opening,
		.after = reply->answer.count > 0 ? "]\n\n" : "",
		.is_open = !reply->answer.is_last,
	};

	if (reply->answer.outcome != BX_OUTCOME_REPLIES)
		return refuse(reply);
	format_opening(opening, &reply->answer);
	return transport_fill(reply, reply->answer.is_first ? &head : NULL,
	    body, &line);
}

const struct transport transport_eventsource = {
	.info = { .connection_type = "eventsource" },
	.is_on = is_on,
	.takes = takes,
	.judge = http_origin_judge,
	.receive = receive,
	.respond = respond,
	.forget = NULL,
};
