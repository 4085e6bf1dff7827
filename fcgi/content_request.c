/*
 * content_request.c - one request that a plugin answers: what was asked, and
 * its two sides.
 */
#include <string.h>

#include "content_private.h"
#include "context.h"
#include "engine/engine.h"
#include "http_header.h"
#include "http_text.h"
#include "options.h"
#include "params.h"
#include "request.h"
#include "request_private.h"

/* Neither side has it any more. */
static void
free_request(struct bx_request *request)
{
	struct fcgi_content *content = request->content;

	bx_list_remove(&request->link);
	bx_list_remove(&request->ready);
	bx_list_remove(&request->lost);
	fcgi_intake_free(request->intake);
	bx_buf_fini(&request->pending);
	content->count--;
	bx_free(content->context->env, request);
}

void
fcgi_content_release(struct bx_request *request)
{
	request->owner = NULL;
	request->gone = NULL;
	bx_list_remove(&request->lost);
	if (request->request == NULL && !request->is_busy)
		free_request(request);
}

void
fcgi_content_lose(struct bx_request *request)
{
	request->request = NULL;
	bx_list_remove(&request->ready);
	bx_buf_fini(&request->pending);
	if (request->owner == NULL && !request->is_busy) {
		free_request(request);
		return;
	}
	/* Its connection's budget goes with the connection. */
	if (request->intake != NULL)
		fcgi_intake_move(request->intake,
		    &request->content->context->budget);
	if (request->gone != NULL) {
		bx_list_remove(&request->lost);
		bx_list_append(&request->content->gone, &request->lost);
	}
}

struct fcgi_request *
fcgi_content_part(struct bx_request *request)
{
	struct fcgi_request *client = request->request;

	client->content = NULL;
	fcgi_content_lose(request);
	return client;
}

void
fcgi_content_mark_ready(struct bx_request *request)
{
	if (request->request == NULL || request->request->response != NULL)
		return;
	bx_list_remove(&request->ready);
	bx_list_append(&request->content->ready, &request->ready);
}

void
fcgi_content_go_on(struct bx_request *request)
{
	if (request->pending.len > 0 || request->is_ended)
		fcgi_content_mark_ready(request);
}

static struct bx_request *
new_request(struct fcgi_content *content, struct fcgi_request *client)
{
	const struct http_request *http = &client->intake->http;
	/* Who is allowed by "*" asks for nobody. */
	size_t user_len = client->is_foreign ? 0 : http->remote_user.len;
	struct bx_request *request =
	    bx_alloc(content->context->env, sizeof(*request) + user_len + 1);

	if (request == NULL)
		return NULL;
	memset(request, 0, sizeof(*request));
	request->content = content;
	request->is_head = http_text_equals(http->method_name, "HEAD");
	request->is_bodiless = request->is_head;
	request->is_foreign = client->is_foreign;
	if (client->is_counted)
		(void)fcgi_address_format(&client->address, request->address);
	if (user_len > 0)
		memcpy(request->user, http->remote_user.at, user_len);
	request->user[user_len] = '\0';
	bx_buf_init(&request->pending, content->context->env);
	bx_list_init(&request->link);
	bx_list_init(&request->ready);
	bx_list_init(&request->lost);
	bx_list_append(&content->requests, &request->link);
	content->count++;
	return request;
}

static struct bx_slice
path_of(const struct fcgi_content *content, const struct fcgi_intake *intake)
{
	return http_request_below_mount(&intake->http,
	    content->context->options->mount);
}

enum bx_status
fcgi_content_open(struct fcgi_content *content, struct fcgi_request *client)
{
	struct fcgi_context *context = content->context;
	const struct fcgi_content_entry *entry;
	struct bx_request *request;

	if (content->is_closing)
		return fcgi_request_reply(client, 503, "stopping");
	if (content->count >= FCGI_CONTENT_REQUESTS_MAX)
		return fcgi_request_reply(client, 503, "too_many_requests");
	/* It may have been removed while the body came. */
	entry = fcgi_content_find(content, path_of(content, client->intake));
	if (entry == NULL)
		return fcgi_request_reply(client, 404, NULL);
	request = new_request(content, client);
	if (request == NULL)
		return fcgi_request_reply(client, 503, "no_memory");
	request->owner = entry->owner;
	request->request = client;
	request->intake = client->intake;
	fcgi_idle_forget(&client->intake->idle);
	client->intake = NULL;
	client->content = request;
	client->state = FCGI_REQUEST_OPEN;
	bx_engine_set_now(context->engine, context->now);
	entry->fn(request, entry->ctx);
	return BX_OK;
}

/* A variable of the request, as it was sent. */
static struct bx_slice
find_variable(const struct bx_request *request, const char *name)
{
	struct bx_slice found = { NULL, 0 };
	struct fcgi_params params;
	struct fcgi_params_pair pair;
	bool more;

	if (request->intake == NULL)
		return found;
	fcgi_params_init(&params,
	    (struct bx_slice){ request->intake->params.bytes,
		request->intake->params.len });
	/* Of a name that is repeated the last counts: http_cgi.h. */
	while (fcgi_params_next(&params, &pair, &more) == BX_OK && more)
		if (http_header_is_variable(pair.name, name))
			found = pair.value;
	if (found.len == 0)
		found.at = NULL;
	return found;
}

struct bx_request_info
fcgi_content_info(const struct bx_request *request)
{
	const struct fcgi_intake *intake = request->intake;
	struct bx_request_info info = { .address = request->address };

	if (request->user[0] != '\0')
		info.user = request->user;
	if (intake == NULL)
		return info;
	info.method = intake->http.method_name;
	info.path = path_of(request->content, intake);
	info.query = intake->http.query;
	info.body = (struct bx_slice){ intake->body.bytes, intake->body.len };
	info.type = find_variable(request, "Content-Type");
	return info;
}

struct bx_slice
fcgi_content_header(const struct bx_request *request, const char *name)
{
	const struct bx_slice slice = { name, strlen(name) };

	/* Who is allowed by "*" has no credentials. */
	if (request->is_foreign &&
	    (http_header_is_named(slice, "Cookie") ||
		http_header_is_named(slice, "Authorization")))
		return (struct bx_slice){ NULL, 0 };
	return find_variable(request, name);
}

void
fcgi_content_on_gone(struct bx_request *request, bx_request_gone_fn *gone,
    void *ctx)
{
	if (request->is_busy)
		return;
	request->gone = gone;
	request->gone_ctx = ctx;
	bx_list_remove(&request->lost);
	if (gone != NULL && (request->request == NULL || request->is_ended))
		bx_list_append(&request->content->gone, &request->lost);
}
