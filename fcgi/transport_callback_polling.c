/*
 * transport_callback_polling.c - a GET with messages; the reply is a script
 * that calls a function with them (JSONP).
 *
 * Any page can have any address fetched as a script, with the user's cookies,
 * and no browser tells a script from us whether it was run.  So events go out
 * with connects alone (rule 89), and who asks is judged by more than Origin.
 */
#include <string.h>

#include "engine/buf.h"
#include "http_cgi.h"
#include "http_form.h"
#include "http_script.h"
#include "http_text.h"
#include "options.h"
#include "response.h"
#include "transport.h"

#define SCRIPT_TYPE "text/javascript;charset=UTF-8"
/* Who opens the address is not shown what somebody else wrote. */
#define DISPOSITION "Content-Disposition: attachment; filename=f.txt\r\n"
#define CALLBACK_FIELD "jsonp"
#define CALLBACK_DEFAULT "jsonpcallback"

/* A comment in front, or the name's bytes could be those of a Flash file. */
#define COMMENT "/**/"
#define OPENING "(["

struct callback {
	const struct bx_env *env;
	char opening[sizeof(COMMENT) + HTTP_SCRIPT_CALLBACK_MAX +
	    sizeof(OPENING)];
};

static bool
is_on(const struct fcgi_options *options)
{
	return options->callback_polling;
}

static bool
takes(const struct http_request *request)
{
	return request->method == HTTP_METHOD_GET;
}

/* The query in body, where it is decoded. */
static enum bx_status
copy_query(const struct http_request *request, struct bx_buf *body,
    struct http_form *form)
{
	bx_buf_clear(body);
	if (request->query.len == 0)
		return BX_EINVAL;
	if (bx_buf_append(body, request->query.at, request->query.len) !=
	    BX_OK)
		return BX_ENOMEM;
	form->bytes = body->bytes;
	form->len = body->len;
	return BX_OK;
}

/* Find the name of the callback; of several the last counts, and none is the
 * same as an empty one (rule 5). */
static enum bx_status
read_callback(struct http_form form, struct callback *callback)
{
	struct bx_slice name = { NULL, 0 };
	struct http_form_field field;
	enum bx_status status;
	bool more;
	char *at = callback->opening;

	while (
	    (status = http_form_next(&form, &field, &more)) == BX_OK && more)
		if (http_text_equals(field.name, CALLBACK_FIELD))
			name = field.value;
	if (status != BX_OK)
		return status;
	if (name.len == 0)
		name = (struct bx_slice){ CALLBACK_DEFAULT,
			strlen(CALLBACK_DEFAULT) };
	if (!http_script_is_callback(name))
		return BX_EINVAL;
	memcpy(at, COMMENT, strlen(COMMENT));
	at += strlen(COMMENT);
	memcpy(at, name.at, name.len);
	at += name.len;
	memcpy(at, OPENING, sizeof(OPENING));
	return BX_OK;
}

/* The callback first: without it no message is looked at (rule 14). */
static enum bx_status
read_query(struct bx_exchange *exchange, const struct http_request *request,
    struct bx_buf *body, struct callback *callback)
{
	struct http_form form;
	enum bx_status status = copy_query(request, body, &form);

	if (status == BX_OK)
		status = read_callback(form, callback);
	if (status == BX_OK)
		status = copy_query(request, body, &form);
	if (status == BX_OK)
		status = transport_receive_form(exchange, form);
	return status;
}

static void
forget(void *state)
{
	struct callback *callback = state;

	bx_free(callback->env, callback);
}

static unsigned
receive(struct bx_exchange *exchange, const struct http_request *request,
    struct bx_buf *body, void **state)
{
	struct callback *callback = bx_alloc(body->env, sizeof(*callback));
	enum bx_status status;

	*state = NULL;
	if (callback == NULL)
		return transport_status_of(BX_ENOMEM);
	callback->env = body->env;
	status = read_query(exchange, request, body, callback);
	if (status == BX_OK)
		*state = callback;
	else
		forget(callback);
	return transport_status_of(status);
}

static const struct transport_wrapping script = {
	.is_fit = http_script_is_fit,
	.length = http_script_length,
	.append = http_script_append,
};

static struct fcgi_response *
respond(const struct transport_reply *reply)
{
	const struct callback *callback = reply->state;
	const struct fcgi_response_head head = {
		.status = 200,
		.content_type = SCRIPT_TYPE,
		.more = DISPOSITION,
		.cors = reply->cors,
		.source = reply->source,
		.cookie = reply->cookie,
	};
	const struct fcgi_response_body body = {
		.before = callback->opening,
		.after = "]);",
	};

	if (reply->answer.outcome != BX_OUTCOME_REPLIES ||
	    reply->answer.count == 0)
		return transport_respond_without_messages(reply);
	return transport_fill(reply, &head, body, &script);
}

const struct transport transport_callback_polling = {
	.info = {
		.connection_type = "callback-polling",
		.connect_delivery_only = true,
	},
	.is_on = is_on,
	.takes = takes,
	.judge = http_origin_judge_script,
	.receive = receive,
	.respond = respond,
	.forget = forget,
};
