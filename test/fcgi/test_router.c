/*
 * test_router.c - what becomes of a request, by its path and method.
 */
#include <string.h>

#include "fcgi/content.h"
#include "fcgi/context.h"
#include "fcgi/http_cgi.h"
#include "fcgi/options.h"
#include "fcgi/router.h"
#include "fcgi/transport.h"
#include "test/support/unit.h"

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static char mount[] = "/cometd";

static struct fcgi_options options = {
	.mount = mount,
	.callback_polling = true,
	.eventsource = true,
};

static struct fcgi_route
find(enum http_method method, const char *path, const char *upgrade)
{
	struct http_request request;

	memset(&request, 0, sizeof(request));
	request.method = method;
	request.content_length = -1;
	request.path = slice(path);
	if (upgrade != NULL) {
		request.upgrade = slice(upgrade);
		request.connection = slice("Upgrade");
	}
	return fcgi_router_find(&request, &options, NULL);
}

static void
a_post_under_the_mount_is_long_polling(void)
{
	static const char *const paths[] = { "/cometd", "/cometd/",
		"/cometd/handshake", "/cometd/any/thing" };
	struct fcgi_route route;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		route = find(HTTP_METHOD_POST, paths[i], NULL);
		CU_ASSERT_PTR_EQUAL(route.transport, &transport_long_polling);
		CU_ASSERT_EQUAL(route.status, 0);
	}
}

static void
what_is_not_under_the_mount_is_404(void)
{
	struct fcgi_route route;

	route = find(HTTP_METHOD_POST, "/cometdfoo", NULL);
	CU_ASSERT_PTR_NULL(route.transport);
	CU_ASSERT_EQUAL(route.status, 404);
	route = find(HTTP_METHOD_OPTIONS, "/", NULL);
	CU_ASSERT_EQUAL(route.status, 404);
	route = find(HTTP_METHOD_GET, "/other", "websocket");
	CU_ASSERT_EQUAL(route.status, 404);
}

static void
options_is_200(void)
{
	struct fcgi_route route = find(HTTP_METHOD_OPTIONS, "/cometd", NULL);

	CU_ASSERT_PTR_NULL(route.transport);
	CU_ASSERT_EQUAL(route.status, 200);
}

static void
a_websocket_is_426_at_once(void)
{
	struct fcgi_route route;

	route = find(HTTP_METHOD_GET, "/cometd", "websocket");
	CU_ASSERT_EQUAL(route.status, 426);
	CU_ASSERT_TRUE(route.at_once);
	route = find(HTTP_METHOD_GET, "/cometd", "h2c");
	CU_ASSERT_PTR_NOT_NULL(route.transport);
	CU_ASSERT_FALSE(route.at_once);
}

static void
a_get_is_callback_polling_unless_that_is_off(void)
{
	struct fcgi_route route = find(HTTP_METHOD_GET, "/cometd/x", NULL);

	CU_ASSERT_PTR_EQUAL(route.transport, &transport_callback_polling);
	CU_ASSERT_EQUAL(route.status, 0);
	options.callback_polling = false;
	route = find(HTTP_METHOD_GET, "/cometd", NULL);
	CU_ASSERT_PTR_NULL(route.transport);
	CU_ASSERT_EQUAL(route.status, 400);
	options.callback_polling = true;
}

/* Where a GET goes that accepts this. */
static const struct transport *
find_by_accept(const char *accept)
{
	struct http_request request;

	memset(&request, 0, sizeof(request));
	request.method = HTTP_METHOD_GET;
	request.path = slice("/cometd/id");
	request.accept = slice(accept);
	return fcgi_router_find(&request, &options, NULL).transport;
}

static void
a_get_that_accepts_a_stream_is_eventsource_unless_that_is_off(void)
{
	static const char *const streams[] = { "text/event-stream",
		"text/html, TEXT/Event-Stream;q=0.9",
		"a/b,text/event-stream" };
	static const char *const others[] = { "", "*/*", "text/*",
		"text/event-streams", "text/html;x=text/event-stream" };
	size_t i;

	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		CU_ASSERT_PTR_EQUAL(find_by_accept(streams[i]),
		    &transport_eventsource);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CU_ASSERT_PTR_EQUAL(find_by_accept(others[i]),
		    &transport_callback_polling);
	options.eventsource = false;
	CU_ASSERT_PTR_EQUAL(find_by_accept(streams[0]),
	    &transport_callback_polling);
	options.eventsource = true;
}

static void
clients_are_told_what_is_on(void)
{
	const char *types[BX_CONNECTION_TYPES_MAX] = { "x", "x", "x", "x",
		"x" };

	fcgi_router_list_types(&options, types);
	CU_ASSERT_STRING_EQUAL(types[0], "long-polling");
	CU_ASSERT_STRING_EQUAL(types[1], "cross-origin-long-polling");
	CU_ASSERT_STRING_EQUAL(types[2], "callback-polling");
	CU_ASSERT_STRING_EQUAL(types[3], "eventsource");
	CU_ASSERT_PTR_NULL(types[4]);
	options.callback_polling = false;
	fcgi_router_list_types(&options, types);
	CU_ASSERT_STRING_EQUAL(types[1], "cross-origin-long-polling");
	CU_ASSERT_STRING_EQUAL(types[2], "eventsource");
	options.eventsource = false;
	fcgi_router_list_types(&options, types);
	CU_ASSERT_PTR_NULL(types[2]);
	options.callback_polling = true;
	options.eventsource = true;
}

static void
other_methods_are_405(void)
{
	struct fcgi_route route = find(HTTP_METHOD_OTHER, "/cometd", NULL);

	CU_ASSERT_EQUAL(route.status, 405);
	CU_ASSERT_FALSE(route.at_once);
}

static void
on_request(struct bx_request *request, void *ctx)
{
	(void)request;
	(void)ctx;
}

static void
what_a_plugin_serves_goes_there_but_for_preflights_and_websockets(void)
{
	const struct bx_content added = { .path = "/x", .fn = on_request };
	struct fcgi_context context = { .env = unit_env() };
	struct fcgi_content content;
	struct http_request request;
	int method;

	memset(&request, 0, sizeof(request));
	request.path = slice("/cometd/x/y");
	fcgi_content_init(&content, &context);
	CU_ASSERT_TRUE(fcgi_content_add(&content, &added));
	for (method = HTTP_METHOD_OTHER; method <= HTTP_METHOD_OPTIONS;
	     method++) {
		request.method = (enum http_method)method;
		CU_ASSERT_TRUE(
		    fcgi_router_find(&request, &options, &content).is_content);
		CU_ASSERT_FALSE(
		    fcgi_router_find(&request, &options, NULL).is_content);
	}
	request.requested_method = slice("POST");
	CU_ASSERT_EQUAL(fcgi_router_find(&request, &options, &content).status,
	    200);
	request.method = HTTP_METHOD_GET;
	request.upgrade = slice("websocket");
	CU_ASSERT_EQUAL(fcgi_router_find(&request, &options, &content).status,
	    426);
	request.method = HTTP_METHOD_POST;
	request.path = slice("/cometd/xy");
	CU_ASSERT_PTR_NOT_NULL(
	    fcgi_router_find(&request, &options, &content).transport);
	request.path = slice("/x");
	CU_ASSERT_EQUAL(fcgi_router_find(&request, &options, &content).status,
	    404);
	fcgi_content_fini(&content);
}

static const struct unit_test tests[] = {
	{ "a POST under the mount is long-polling, whatever the path",
	    a_post_under_the_mount_is_long_polling },
	{ "what is not under the mount is 404",
	    what_is_not_under_the_mount_is_404 },
	{ "OPTIONS is 200", options_is_200 },
	{ "a WebSocket is 426, at once", a_websocket_is_426_at_once },
	{ "a GET is callback-polling, unless that is off",
	    a_get_is_callback_polling_unless_that_is_off },
	{ "a GET that accepts a stream is eventsource, unless that is off",
	    a_get_that_accepts_a_stream_is_eventsource_unless_that_is_off },
	{ "clients are told what is on", clients_are_told_what_is_on },
	{ "other methods are 405", other_methods_are_405 },
	{ "what a plugin serves goes there, but for preflights and WebSockets",
	    what_a_plugin_serves_goes_there_but_for_preflights_and_websockets },
};

UNIT_MAIN("fcgi/router", tests)
