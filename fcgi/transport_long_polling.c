/*
 * transport_long_polling.c - a POST with messages; the reply is one array.
 *
 * What the body is shows in the body, not in its Content-Type: browsers label
 * cross-origin posts of old clients as text/plain, or not at all (rule 3).
 */
#include "http_cgi.h"
#include "response.h"
#include "transport.h"

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

/* Body without the byte order mark and the blanks in front of it. */
static struct bx_slice
skip_blanks(struct bx_slice body)
{
	if (body.len >= 3 && body.at[0] == '\xef' && body.at[1] == '\xbb' &&
	    body.at[2] == '\xbf') {
		body.at += 3;
		body.len -= 3;
	}
	while (body.len > 0 && is_blank(body.at[0])) {
		body.at++;
		body.len--;
	}
	return body;
}

/* http_form.c will be asked here for what is a form by its type or by a
 * leading "message=". */
static unsigned
receive(struct bx_exchange *exchange, const struct http_request *request,
    struct bx_slice body, void **state)
{
	*state = NULL;
	if (!http_request_has_known_charset(request))
		return 415;
	body = skip_blanks(body);
	if (body.len == 0 || (body.at[0] != '[' && body.at[0] != '{'))
		return 400;
	return transport_status_of(
	    bx_exchange_receive(exchange, body.at, body.len));
}

static struct fcgi_response *
respond(const struct transport_reply *reply)
{
	const struct fcgi_response_head head = {
		.status = 200,
		.content_type = FCGI_RESPONSE_JSON,
	};
	const struct fcgi_response_body body = {
		.before = "[",
		.after = "]",
		.count = reply->answer.count,
		.bytes = reply->answer.bytes,
	};
	struct fcgi_response *response;

	/* Clients take an empty array for a failed transport (rule 11). */
	if (reply->answer.outcome != BX_OUTCOME_REPLIES || body.count == 0)
		return transport_respond_without_messages(reply);
	response =
	    fcgi_response_new(reply->env, reply->request_id, &head, &body);
	if (response == NULL)
		return NULL;
	bx_exchange_each_message(reply->exchange, fcgi_response_add, response);
	if (!fcgi_response_is_filled(response)) {
		fcgi_response_free(response);
		return NULL;
	}
	return response;
}

const struct transport transport_long_polling = {
	.info = { .connection_type = "long-polling" },
	.takes = takes,
	.receive = receive,
	.respond = respond,
	.forget = NULL,
};
