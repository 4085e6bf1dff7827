/*
 * content_answer.c - what a plugin answers, whole or piece by piece.
 *
 * Of a stream one response is under way at a time, and what is said meanwhile
 * is pending.
 */
#include "content_private.h"
#include "context.h"
#include "engine/message.h"
#include "heading.h"
#include "options.h"
#include "request.h"
#include "request_private.h"
#include "response.h"

#define DEFAULT_TYPE "application/octet-stream"

/* The bytes as a body of its own; NULL: there is no memory. */
static struct fcgi_response *
respond_bytes(const struct fcgi_request *client,
    const struct fcgi_response_head *head, struct fcgi_response_body body,
    struct bx_slice bytes)
{
	const struct bx_env *env = client->context->env;
	struct fcgi_response *response;
	struct bx_message *message = NULL;

	body.before = "";
	body.after = "";
	body.bytes = bytes.len;
	if (!body.is_told_only && bytes.len > 0) {
		message = bx_message_new(env, bytes.at, bytes.len);
		if (message == NULL)
			return NULL;
		body.count = 1;
	}
	response = fcgi_response_new(env, client->id, head, &body);
	if (response != NULL && message != NULL)
		fcgi_response_add(message, response);
	bx_message_unref(message);
	return response;
}

static bool
has_no_body(unsigned status)
{
	return status == 204 || status == 304;
}

/* The first response of all, with the head that the plugin gave.  NULL: there
 * is no memory, and the request is gone if its plugin is. */
static struct fcgi_response *
compose(struct bx_request *request, const struct bx_head *given,
    struct fcgi_response_body body, struct bx_slice bytes)
{
	const struct fcgi_request *client = request->request;
	struct fcgi_heading_source source;
	const struct fcgi_response_head head = {
		.status = given->status,
		.content_type =
		    has_no_body(given->status) ? NULL : DEFAULT_TYPE,
		.more = body.is_open ? FCGI_RESPONSE_UNBUFFERED : NULL,
		.cors = client->cors,
		.given = given,
		.source = fcgi_request_source(client, &source),
	};
	struct fcgi_response *response;

	/* Whoever changes its headers must not answer it, too. */
	request->is_busy = true;
	response = respond_bytes(client, &head, body, bytes);
	request->is_busy = false;
	if (response != NULL && request->request != NULL)
		return response;
	fcgi_response_free(response);
	/* Its plugin may have stopped meanwhile, and can try no more. */
	if (request->owner == NULL && request->request != NULL)
		fcgi_content_refuse(request, "no_memory");
	else if (request->owner == NULL)
		fcgi_content_release(request);
	return NULL;
}

bool
fcgi_content_respond(struct bx_request *request, const struct bx_head *head,
    struct bx_slice body)
{
	const bool bodiless = has_no_body(head->status);
	const struct fcgi_response_body whole = {
		.is_unsized = bodiless,
		.is_told_only = request->is_head && !bodiless,
	};
	struct fcgi_response *response;
	struct fcgi_request *client;

	if (request->is_busy || request->is_begun ||
	    !fcgi_heading_is_sound(head))
		return false;
	if (request->request == NULL) {
		fcgi_content_release(request);
		return true;
	}
	if (bodiless)
		body.len = 0;
	response = compose(request, head, whole, body);
	if (response == NULL)
		return false;
	request->gone = NULL;
	request->owner = NULL;
	client = fcgi_content_part(request);
	fcgi_request_say(client, response);
	return true;
}

bool
fcgi_content_begin(struct bx_request *request, const struct bx_head *head,
    bx_request_gone_fn *gone, void *ctx)
{
	const struct fcgi_response_body open = { .is_open = true };
	const struct bx_slice nothing = { NULL, 0 };
	struct fcgi_response *response = NULL;

	if (request->is_busy || request->is_begun ||
	    !fcgi_heading_is_sound(head))
		return false;
	if (request->request != NULL) {
		response = compose(request, head, open, nothing);
		if (response == NULL)
			return false;
	}
	request->is_begun = true;
	request->is_ended = request->owner == NULL;
	if (has_no_body(head->status))
		request->is_bodiless = true;
	fcgi_intake_free(request->intake);
	request->intake = NULL;
	if (gone != NULL)
		fcgi_content_on_gone(request, gone, ctx);
	if (response != NULL)
		fcgi_request_say(request->request, response);
	return true;
}

/* Is there room for so many bytes more?  One piece is taken however long it
 * is. */
static bool
has_room(const struct bx_request *request, size_t len)
{
	const struct fcgi_request *client = request->request;
	size_t max = client->context->options->settings.max_queue_size;
	size_t waiting = request->pending.len;

	if (client->response != NULL)
		waiting += fcgi_response_left(client->response);
	return waiting == 0 || (waiting <= max && len <= max - waiting);
}

bool
fcgi_content_write(struct bx_request *request, struct bx_slice piece)
{
	if (!request->is_begun)
		return false;
	/* Nobody reads it. */
	if (request->request == NULL || request->is_ended ||
	    request->is_bodiless || piece.len == 0)
		return true;
	if (!has_room(request, piece.len))
		return false;
	if (bx_buf_append(&request->pending, piece.at, piece.len) != BX_OK) {
		request->pending.failed = false;
		return false;
	}
	fcgi_content_mark_ready(request);
	return true;
}

void
fcgi_content_end(struct bx_request *request)
{
	if (request->is_busy || !request->is_begun)
		return;
	request->is_ended = true;
	fcgi_content_mark_ready(request);
	fcgi_content_release(request);
}

void
fcgi_content_say(struct bx_request *request)
{
	struct fcgi_request *client = request->request;
	const struct fcgi_response_body body = {
		.is_open = !request->is_ended,
	};
	struct fcgi_response *response;

	response = respond_bytes(client, NULL, body,
	    (struct bx_slice){ request->pending.bytes, request->pending.len });
	if (response == NULL) {
		client->context->settle(client, BX_ENOMEM);
		return;
	}
	bx_buf_fini(&request->pending);
	if (request->is_ended)
		(void)fcgi_content_part(request);
	fcgi_request_say(client, response);
}

void
fcgi_content_refuse(struct bx_request *request, const char *why)
{
	struct fcgi_request *client = fcgi_content_part(request);

	client->context->settle(client, fcgi_request_reply(client, 503, why));
}
