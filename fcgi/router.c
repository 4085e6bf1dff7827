/*
 * router.c - what becomes of a request, by its path and method.
 */
#include <stddef.h>

#include "content.h"
#include "http_cgi.h"
#include "options.h"
#include "router.h"
#include "transport.h"

/* Told to clients in this order; asked from the last, which are particular, to
 * the first. */
static const struct transport *const transports[] = {
	&transport_long_polling,
	&transport_callback_polling,
	&transport_eventsource,
};

#define TRANSPORTS (sizeof(transports) / sizeof(transports[0]))

_Static_assert(2 * TRANSPORTS <= BX_CONNECTION_TYPES_MAX,
    "too many transports");

static bool
is_on(const struct transport *transport, const struct fcgi_options *options)
{
	return transport->is_on == NULL || transport->is_on(options);
}

static const struct transport *
find_transport(const struct http_request *request,
    const struct fcgi_options *options)
{
	size_t i;

	for (i = TRANSPORTS; i-- > 0;)
		if (is_on(transports[i], options) &&
		    transports[i]->takes(request))
			return transports[i];
	return NULL;
}

void
fcgi_router_list_types(const struct fcgi_options *options,
    const char *types[BX_CONNECTION_TYPES_MAX])
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < TRANSPORTS; i++) {
		if (!is_on(transports[i], options))
			continue;
		types[count++] = transports[i]->info.connection_type;
		if (transports[i]->alias != NULL)
			types[count++] = transports[i]->alias;
	}
	if (count < BX_CONNECTION_TYPES_MAX)
		types[count] = NULL;
}

/* Which methods pages of other origins may use is not a plugin's to say. */
static bool
is_preflight(const struct http_request *request)
{
	return request->method == HTTP_METHOD_OPTIONS &&
	    request->requested_method.len > 0;
}

struct fcgi_route
fcgi_router_find(const struct http_request *request,
    const struct fcgi_options *options, const struct fcgi_content *content)
{
	const struct bx_slice path =
	    http_request_below_mount(request, options->mount);
	struct fcgi_route route = { .status = 0 };

	if (path.len == 0) {
		route.status = 404;
	} else if (request->method == HTTP_METHOD_GET &&
	    http_request_is_websocket(request)) {
		/* A front that passes upgrades on keeps the body open, and
		 * the client has no timeout (rule 95). */
		route.status = 426;
		route.at_once = true;
	} else if (content != NULL && !is_preflight(request) &&
	    fcgi_content_has(content, path)) {
		route.is_content = true;
	} else if (request->method == HTTP_METHOD_OPTIONS) {
		route.status = 200;
	} else {
		route.transport = find_transport(request, options);
		if (route.transport == NULL)
			route.status =
			    request->method == HTTP_METHOD_GET ? 400 : 405;
	}
	return route;
}
