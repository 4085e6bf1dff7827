/*
 * request.c - one FastCGI request, from its first byte to its answer.
 *
 * What is needed only while a request is read lives in its intake, which is
 * gone once the exchange is open: thousands of held requests cost little.
 */
#include <string.h>

#include "content.h"
#include "context.h"
#include "engine/engine.h"
#include "engine/exchange.h"
#include "engine/session_browser.h"
#include "engine/stream.h"
#include "heading.h"
#include "log.h"
#include "options.h"
#include "request.h"
#include "request_private.h"
#include "response.h"
#include "transport.h"

struct fcgi_request *
fcgi_request_new(struct fcgi_context *context, struct fcgi_budget *budget,
    uint16_t id, const char *refusal)
{
	struct fcgi_request *request =
	    bx_alloc(context->env, sizeof(*request));

	if (request == NULL)
		return NULL;
	memset(request, 0, sizeof(*request));
	request->context = context;
	request->id = id;
	request->state = FCGI_REQUEST_PARAMS;
	request->intake = fcgi_intake_new(request, budget);
	if (request->intake == NULL) {
		bx_free(context->env, request);
		return NULL;
	}
	request->intake->refusal = refusal;
	return request;
}

struct fcgi_request *
fcgi_request_of_idle(struct fcgi_idle *item)
{
	return FCGI_IDLE_OWNER(item, struct fcgi_intake, idle)->request;
}

const struct fcgi_heading_source *
fcgi_request_source(const struct fcgi_request *request,
    struct fcgi_heading_source *source)
{
	if (!bx_engine_has_heading(request->context->engine))
		return NULL;
	source->engine = request->context->engine;
	source->path = (struct bx_slice){ request->path, request->path_len };
	return source;
}

static void
drop_intake(struct fcgi_request *request)
{
	fcgi_intake_free(request->intake);
	request->intake = NULL;
}

enum bx_status
fcgi_request_reply(struct fcgi_request *request, unsigned status,
    const char *why)
{
	struct fcgi_heading_source source;
	const struct fcgi_response_head head = {
		.status = status,
		.cors = request->cors,
		.source = fcgi_request_source(request, &source),
	};

	request->response = fcgi_response_status(request->context->env,
	    request->id, head, why);
	drop_intake(request);
	request->state = FCGI_REQUEST_ANSWERING;
	if (request->response == NULL)
		return BX_ENOMEM;
	if (fcgi_log_is_on(BX_LOG_DEBUG))
		fcgi_log(BX_LOG_DEBUG, "event=reply request=%u status=%u",
		    (unsigned)request->id, status);
	return BX_OK;
}

enum bx_status
fcgi_request_params(struct fcgi_request *request, struct bx_slice content)
{
	struct fcgi_intake *intake = request->intake;

	if (request->state != FCGI_REQUEST_PARAMS)
		return BX_OK;
	fcgi_idle_touch(&request->context->incomplete, &intake->idle,
	    request->context->now);
	if (intake->status != 0)
		return BX_OK;
	return fcgi_intake_keep(intake, &intake->params,
	    FCGI_REQUEST_PARAMS_MAX, content);
}

/* One that shows no cookie may get one; without random bytes it is a client
 * that has none. */
static void
fill_in_browser(struct fcgi_request *request, struct bx_visitor *visitor)
{
	struct fcgi_context *context = request->context;
	struct bx_slice shown = http_cookie_find(request->intake->http.cookie,
	    context->options->browser_cookie);

	if (shown.len > 0) {
		memcpy(visitor->cookie, shown.at, shown.len);
		visitor->cookie_len = shown.len;
		visitor->shown = true;
	} else if (http_cookie_generate(context->env, request->new_id) ==
	    BX_OK) {
		memcpy(visitor->cookie, request->new_id,
		    sizeof(request->new_id));
		visitor->cookie_len = sizeof(request->new_id);
	}
}

/*
 * Tell the exchange who asks.  A page that is allowed by "*" asks for nobody,
 * by a browser that has no cookies: script tags and forms of such pages show
 * them all the same, and what the browser knows of a login, and would act for
 * whoever is logged in.
 */
static void
introduce_visitor(struct fcgi_request *request)
{
	const struct http_request *http = &request->intake->http;
	struct bx_visitor *visitor = bx_exchange_visitor(request->exchange);
	size_t user_len = http->remote_user.len;

	_Static_assert(FCGI_ADDRESS_TEXT <= sizeof(visitor->address),
	    "an address has to fit");
	visitor->unlimited = http->http2;
	if (request->is_counted)
		(void)fcgi_address_format(&request->address, visitor->address);
	if (request->is_foreign)
		return;
	/* http_request_parse has seen to it that it fits. */
	if (user_len > 0) {
		memcpy(visitor->user, http->remote_user.at, user_len);
		visitor->user[user_len] = '\0';
	}
	fill_in_browser(request, visitor);
	request->is_secure = http->https;
}

void
fcgi_request_say(struct fcgi_request *request, struct fcgi_response *response)
{
	request->response = response;
	request->state = FCGI_REQUEST_ANSWERING;
	request->context->settle(request, BX_OK);
}

/* Everything that the status has to say comes from the exchange. */
static enum bx_status
open_exchange(struct fcgi_request *request)
{
	struct fcgi_context *context = request->context;
	struct fcgi_intake *intake = request->intake;
	unsigned status;

	request->exchange = bx_exchange_open(bx_engine_core(context->engine),
	    &request->transport->info, request);
	if (request->exchange == NULL)
		return fcgi_request_reply(request, 503, "no_memory");
	status = request->transport->receive(request->exchange, &intake->http,
	    &intake->body, &request->transport_state);
	if (status != 0) {
		bx_exchange_close(request->exchange, false, context->now);
		request->exchange = NULL;
		return fcgi_request_reply(request, status, "no_memory");
	}
	introduce_visitor(request);
	drop_intake(request);
	request->state = FCGI_REQUEST_OPEN;
	bx_exchange_start(request->exchange, context->now);
	return BX_OK;
}

/* Both streams have ended. */
static enum bx_status
complete(struct fcgi_request *request)
{
	struct fcgi_intake *intake = request->intake;
	int64_t told = intake->http.content_length;

	if (intake->status != 0)
		return fcgi_request_reply(request, intake->status,
		    intake->why);
	/* A front that lost its client ends the body early, and whatever
	 * happens to parse of it was not meant. */
	if (told >= 0 && (uint64_t)told != intake->received)
		return fcgi_request_reply(request, 400, NULL);
	return intake->is_content
	    ? fcgi_content_open(request->context->content, request)
	    : open_exchange(request);
}

enum bx_status
fcgi_request_params_end(struct fcgi_request *request)
{
	struct fcgi_intake *intake = request->intake;
	bool at_once = false;
	enum bx_status status = BX_OK;

	if (request->state != FCGI_REQUEST_PARAMS)
		return BX_OK;
	fcgi_idle_touch(&request->context->incomplete, &intake->idle,
	    request->context->now);
	if (intake->status == 0)
		status = fcgi_request_admit(request, &at_once);
	if (status != BX_OK)
		return status;
	request->state = FCGI_REQUEST_STDIN;
	if (at_once)
		return fcgi_request_reply(request, intake->status, NULL);
	return intake->stdin_ended ? complete(request) : BX_OK;
}

enum bx_status
fcgi_request_stdin(struct fcgi_request *request, struct bx_slice content)
{
	struct fcgi_intake *intake = request->intake;

	if (intake == NULL || intake->stdin_ended)
		return BX_OK;
	fcgi_idle_touch(&request->context->incomplete, &intake->idle,
	    request->context->now);
	intake->received += content.len;
	if (intake->status != 0)
		return BX_OK;
	return fcgi_intake_keep(intake, &intake->body,
	    request->context->options->max_message_size, content);
}

enum bx_status
fcgi_request_stdin_end(struct fcgi_request *request)
{
	struct fcgi_intake *intake = request->intake;

	if (intake == NULL || intake->stdin_ended)
		return BX_OK;
	intake->stdin_ended = true;
	return request->state == FCGI_REQUEST_STDIN ? complete(request)
						    : BX_OK;
}

enum bx_status
fcgi_request_time_out(struct fcgi_request *request)
{
	/* Browsers repeat by themselves what was answered 408 (rule 42). */
	return fcgi_request_reply(request, 503, "too_slow");
}

/* The line that gives the browser its cookie. */
static enum bx_status
format_cookie(const struct fcgi_request *request,
    char line[HTTP_COOKIE_LINE_MAX])
{
	const struct fcgi_options *options = request->context->options;
	const char *same_site = options->browser_cookie_same_site;
	struct http_cookie cookie = {
		.name = options->browser_cookie,
		.path = options->browser_cookie_path,
		.same_site = same_site,
		.secure = options->browser_cookie_secure == FCGI_SWITCH_YES,
	};
	struct bx_slice id = { request->new_id, sizeof(request->new_id) };

	/* Browsers take no cookie of other sites that is not secure, so it
	 * is, even behind a proxy that ends TLS and does not say so. */
	if (options->browser_cookie_secure == FCGI_SWITCH_AUTO)
		cookie.secure =
		    request->is_secure || strcmp(same_site, "None") == 0;
	return http_cookie_format(&cookie, id, line);
}

enum bx_status
fcgi_request_answer(struct fcgi_request *request)
{
	struct fcgi_context *context = request->context;
	struct transport_reply answer = {
		.env = context->env,
		.exchange = request->exchange,
		.state = request->transport_state,
		.cors = request->cors,
		.duplicate_status = context->options->duplicate_connect_status,
		.request_id = request->id,
	};
	struct fcgi_heading_source source;
	char cookie[HTTP_COOKIE_LINE_MAX];

	answer.source = fcgi_request_source(request, &source);
	answer.answer = bx_exchange_answer(request->exchange);
	if (answer.answer.sets_cookie &&
	    format_cookie(request, cookie) == BX_OK)
		answer.cookie = cookie;
	request->response = request->transport->respond(&answer);
	request->state = FCGI_REQUEST_ANSWERING;
	return request->response != NULL ? BX_OK : BX_ENOMEM;
}

void
fcgi_request_go_on(struct fcgi_request *request)
{
	fcgi_response_free(request->response);
	request->response = NULL;
	request->state = FCGI_REQUEST_OPEN;
	request->is_going_on = true;
	if (request->content != NULL)
		fcgi_content_go_on(request->content);
	else
		bx_stream_sent(request->exchange, request->context->now);
}

void
fcgi_request_finish(struct fcgi_request *request, bool handed_over)
{
	drop_intake(request);
	if (request->content != NULL)
		fcgi_content_lose(request->content);
	request->content = NULL;
	if (request->exchange != NULL)
		bx_exchange_close(request->exchange, handed_over,
		    request->context->now);
	request->exchange = NULL;
	if (request->transport_state != NULL)
		request->transport->forget(request->transport_state);
	request->transport_state = NULL;
	bx_free(request->context->env, request->cors);
	request->cors = NULL;
	bx_free(request->context->env, request->path);
	request->path = NULL;
	request->path_len = 0;
	if (request->is_counted)
		fcgi_address_table_leave(&request->context->addresses,
		    &request->address);
	request->is_counted = false;
	request->state = FCGI_REQUEST_DONE;
}

void
fcgi_request_free(struct fcgi_request *request)
{
	if (request == NULL)
		return;
	fcgi_request_finish(request, false);
	fcgi_response_free(request->response);
	bx_free(request->context->env, request);
}
