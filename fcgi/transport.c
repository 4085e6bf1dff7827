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

void
transport_add_copy(struct fcgi_response *response, const struct bx_env *env,
    const struct bx_message *message, transport_append_fn *append)
{
	const struct bx_slice text = { bx_message_bytes(message),
		bx_message_length(message) };
	struct bx_message *copy = NULL;
	struct bx_buf buf;

	bx_buf_init(&buf, env);
	if (append(&buf, text) == BX_OK)
		copy = bx_message_new(env, buf.bytes, buf.len);
	bx_buf_fini(&buf);
	if (copy != NULL)
		fcgi_response_add(copy, response);
	bx_message_unref(copy);
}

struct fcgi_response *
transport_respond_without_messages(const struct transport_reply *reply)
{
	const struct fcgi_response_body empty = { .before = "", .after = "" };
	struct fcgi_response_head head = { .cors = reply->cors };

	if (reply->answer.outcome != BX_OUTCOME_SUPERSEDED)
		return fcgi_response_status(reply->env, reply->request_id, 503,
		    "no_memory", reply->cors);
	head.status = reply->duplicate_status;
	return fcgi_response_new(reply->env, reply->request_id, &head, &empty);
}
