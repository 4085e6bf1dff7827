/*
 * request_params.c - what becomes of a request, as far as its params decide.
 */
#include <string.h>

#include "context.h"
#include "engine/engine.h"
#include "http_origin.h"
#include "options.h"
#include "params.h"
#include "request.h"
#include "request_private.h"
#include "router.h"
#include "transport.h"

/* Is the stream readable, so that what is wrong is in a value? */
static bool
is_params_stream(struct bx_slice stream)
{
	struct fcgi_params params;
	struct fcgi_params_pair pair;
	bool more = true;

	fcgi_params_init(&params, stream);
	while (more)
		if (fcgi_params_next(&params, &pair, &more) != BX_OK)
			return false;
	return true;
}

/* Count the request for its client's address. */
static void
enter_address(struct fcgi_request *request)
{
	struct fcgi_context *context = request->context;
	const struct http_request *http = &request->intake->http;
	enum bx_status status;

	if (!fcgi_address_of_client(&context->trusted, http->remote_addr,
		http->forwarded_for, &request->address))
		return;
	status =
	    fcgi_address_table_enter(&context->addresses, &request->address);
	if (status == BX_EFULL) {
		context->look_out(context->look_out_ctx);
		status = fcgi_address_table_enter(&context->addresses,
		    &request->address);
	}
	switch (status) {
	case BX_OK:
		request->is_counted = true;
		break;
	case BX_EFULL:
		fcgi_request_refuse(request, 503, "too_many_connections");
		break;
	default:
		fcgi_request_refuse(request, 503, "no_memory");
		break;
	}
}

/* Keep what the reply tells the page of another origin; errors too, or its
 * script would not see their status. */
static enum bx_status
keep_cors(struct fcgi_request *request, enum http_origin origin)
{
	char lines[HTTP_ORIGIN_HEADERS];
	size_t len = http_origin_format(&request->intake->http, origin, lines);

	if (len == 0)
		return BX_OK;
	request->cors = bx_alloc(request->context->env, len + 1);
	if (request->cors == NULL)
		return BX_ENOMEM;
	memcpy(request->cors, lines, len + 1);
	return BX_OK;
}

/* Whoever changes headers may want to know whose they are. */
static enum bx_status
keep_path(struct fcgi_request *request)
{
	struct fcgi_context *context = request->context;
	struct bx_slice path = http_request_below_mount(&request->intake->http,
	    context->options->mount);

	if (path.len == 0 || path.len > FCGI_REQUEST_PATH_MAX ||
	    !bx_engine_has_heading(context->engine))
		return BX_OK;
	request->path = bx_alloc(context->env, path.len);
	if (request->path == NULL)
		return BX_ENOMEM;
	memcpy(request->path, path.at, path.len);
	request->path_len = (uint16_t)path.len;
	return BX_OK;
}

/* The messages of a GET are in its query. */
static bool
is_too_large(const struct http_request *http, size_t max)
{
	if (http->method == HTTP_METHOD_GET && http->query.len > max)
		return true;
	return http->content_length >= 0 &&
	    (uint64_t)http->content_length > max;
}

/* Decide from the params alone what can be decided. */
static void
route(struct fcgi_request *request, const struct http_origin_list *allowed,
    bool *at_once)
{
	const struct fcgi_options *options = request->context->options;
	struct fcgi_intake *intake = request->intake;
	enum http_origin origin;
	struct fcgi_route found;

	if (intake->refusal != NULL) {
		fcgi_request_refuse(request, 503, intake->refusal);
		return;
	}
	found = fcgi_router_find(&intake->http, options,
	    request->context->content);
	if (found.transport == NULL && !found.is_content) {
		*at_once = found.at_once;
		fcgi_request_refuse(request, found.status, NULL);
		return;
	}
	request->transport = found.transport;
	intake->is_content = found.is_content;
	origin = found.is_content
	    ? http_origin_judge_content(&intake->http, allowed)
	    : found.transport->judge(&intake->http, allowed);
	request->is_foreign = origin == HTTP_ORIGIN_ANY;
	if (origin == HTTP_ORIGIN_FOREIGN)
		fcgi_request_refuse(request, 403, NULL);
	else if (is_too_large(&intake->http, options->max_message_size))
		fcgi_request_refuse(request, 413, NULL);
	else
		enter_address(request);
}

enum bx_status
fcgi_request_admit(struct fcgi_request *request, bool *at_once)
{
	struct fcgi_intake *intake = request->intake;
	struct bx_slice stream = { intake->params.bytes, intake->params.len };
	const struct fcgi_strings *origins =
	    &request->context->options->allowed_origins;
	const struct http_origin_list allowed = { origins->items,
		origins->count };
	enum http_origin origin;

	switch (http_request_parse(&intake->http, stream, &intake->text)) {
	case BX_OK:
		origin = http_origin_judge(&intake->http, &allowed);
		if (keep_cors(request, origin) != BX_OK ||
		    keep_path(request) != BX_OK)
			return BX_ENOMEM;
		route(request, &allowed, at_once);
		return BX_OK;
	case BX_EINVAL:
		if (!is_params_stream(stream))
			return BX_EINVAL;
		fcgi_request_refuse(request, 400, NULL);
		return BX_OK;
	default:
		return BX_ENOMEM;
	}
}
