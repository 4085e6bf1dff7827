/*
 * router.h - what becomes of a request, by its path and method.
 *
 *	not under the mount		404
 *	GET to become a WebSocket	426, at once
 *	a path that a plugin serves	that plugin, but for a CORS preflight
 *	OPTIONS				200, empty, with Allow
 *	what a transport takes		that transport
 *	GET of anything else		400 (it can carry no message)
 *	other methods			405 with Allow
 *
 * Otherwise the path says nothing about the type of messages (BAYEUX.md
 * rule 6).
 *
 * Ownership: everything is borrowed for the call, or static.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_ROUTER_H
#define FCGI_ROUTER_H

#include <stdbool.h>

#include "engine/settings.h"

struct fcgi_content;
struct fcgi_options;
struct http_request;
struct transport;

struct fcgi_route {
	const struct transport *transport; /* NULL: reply with status */
	bool is_content;		   /* or a plugin replies */
	unsigned status;
	bool at_once; /* do not wait for the end of the body */
};

/* content is NULL where plugins serve none. */
struct fcgi_route fcgi_router_find(const struct http_request *request,
    const struct fcgi_options *options, const struct fcgi_content *content);

/* The connectionTypes that are served, as a handshake's reply lists them;
 * NULL behind the last, if there is room. */
void fcgi_router_list_types(const struct fcgi_options *options,
    const char *types[BX_CONNECTION_TYPES_MAX]);

#endif
