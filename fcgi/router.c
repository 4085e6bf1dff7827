/*
 * router.c - what becomes of a request, by its path and method.
 */
#include <stddef.h>

#include "http_cgi.h"
#include "router.h"
#include "transport.h"

/* Asked in this order. */
static const struct transport *const transports[] = {
	&transport_long_polling,
};

static const struct transport *
find_transport(const struct http_request *request)
{
	size_t i;

	for (i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
		if (transports[i]->takes(request))
			return transports[i];
	return NULL;
}

struct fcgi_route
fcgi_router_find(const struct http_request *request, const char *mount)
{
	struct fcgi_route route = { .status = 0 };

	if (!http_request_under_mount(request, mount)) {
		route.status = 404;
	} else if (request->method == HTTP_METHOD_OPTIONS) {
		route.status = 200;
	} else if (request->method == HTTP_METHOD_GET &&
	    http_request_is_websocket(request)) {
		/* A front that passes upgrades on keeps the body open, and
		 * the client has no timeout (rule 95). */
		route.status = 426;
		route.at_once = true;
	} else {
		route.transport = find_transport(request);
		if (route.transport == NULL)
			route.status =
			    request->method == HTTP_METHOD_GET ? 400 : 405;
	}
	return route;
}
