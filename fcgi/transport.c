/*
 * transport.c - what all transports over HTTP have in common.
 */
#include "engine/buf.h"
#include "engine/message.h"
#include "http_text.h"
#include "response.h"
#include "transport.h"

unsigned
transport_status_of(enum bx_status status)
{
	switch (status) {
	case BX_OK:
		return 0;
	case BX_EMANY:
		return 413;
	case BX_ENOMEM:
	case BX_EFULL:
	case BX_ERANDOM:
		return 503;
	case BX_EINVAL:
	case BX_EJSON:
	case BX_EEXIST:
	case BX_EGONE:
		return 400;
	}
	return 400;
}

enum bx_status
transport_receive_form(struct bx_exchange *exchange, struct http_form form)
{
	struct http_form_field field;
	enum bx_status status;
	bool found = false;
	bool more;

	while (
	    (status = http_form_next(&form, &field, &more)) == BX_OK && more) {
		if (!http_text_equals(field.name, TRANSPORT_MESSAGE_FIELD))
			continue;
		status = bx_exchange_receive(exchange, field.value.at,
		    field.value.len);
		if (status != BX_OK)
			return status;
		found = true;
	}
	return status == BX_OK && !found ? BX_EINVAL : status;
}

/* A response that is being filled. */
struct filling {
	const struct bx_env *env;
	const struct transport_wrapping *wrapping; /* or NULL */
	struct fcgi_response *response;
	size_t bytes;
};

static struct bx_slice
text_of(const struct bx_message *message)
{
	return (struct bx_slice){ bx_message_bytes(message),
		bx_message_length(message) };
}

static void
count_bytes(struct bx_message *message, void *ctx)
{
	struct filling *filling = ctx;

	filling->bytes += filling->wrapping->length(text_of(message));
}

/* Without memory for a copy nothing is added: the response is not filled. */
static void
add_message(struct bx_message *message, void *ctx)
{
	struct filling *filling = ctx;
	struct bx_message *copy = NULL;
	struct bx_buf buf;

	if (filling->wrapping == NULL ||
	    filling->wrapping->is_fit(text_of(message))) {
		fcgi_response_add(message, filling->response);
		return;
	}
	bx_buf_init(&buf, filling->env);
	if (filling->wrapping->append(&buf, text_of(message)) == BX_OK)
		copy = bx_message_new(filling->env, buf.bytes, buf.len);
	bx_buf_fini(&buf);
	if (copy != NULL)
		fcgi_response_add(copy, filling->response);
	bx_message_unref(copy);
}

struct fcgi_response *
transport_fill(const struct transport_reply *reply,
    const struct fcgi_response_head *head, struct fcgi_response_body body,
    const struct transport_wrapping *wrapping)
{
	struct filling filling = { .env = reply->env, .wrapping = wrapping };

	body.count = reply->answer.count;
	body.bytes = reply->answer.bytes;
	if (wrapping != NULL && wrapping->length != NULL) {
		bx_exchange_each_message(reply->exchange, count_bytes,
		    &filling);
		body.bytes = filling.bytes;
	}
	filling.response =
	    fcgi_response_new(reply->env, reply->request_id, head, &body);
	if (filling.response == NULL)
		return NULL;
	bx_exchange_each_message(reply->exchange, add_message, &filling);
	if (fcgi_response_is_filled(filling.response))
		return filling.response;
	fcgi_response_free(filling.response);
	return NULL;
}

struct fcgi_response *
transport_respond_without_messages(const struct transport_reply *reply)
{
	const struct fcgi_response_body empty = { .before = "", .after = "" };
	struct fcgi_response_head head = {
		.status = 503,
		.cors = reply->cors,
		.source = reply->source,
	};

	if (reply->answer.outcome != BX_OUTCOME_SUPERSEDED)
		return fcgi_response_status(reply->env, reply->request_id,
		    head, "no_memory");
	head.status = reply->duplicate_status;
	return fcgi_response_new(reply->env, reply->request_id, &head, &empty);
}
