/*
 * content.h - HTTP requests that a plugin answers: content under the mount.
 *
 * A request is answered at once or later, whole or piece by piece: respond, or
 * begin, then any number of writes, then end.  HEAD, 204 and 304 get no body,
 * whatever is given.
 *
 * Pages of other origins that are not allowed are refused, and what browsers
 * ask before (a CORS preflight) is answered, before a plugin sees any of it.
 *
 * Ownership: a request is the server's.  It is borrowed from the call of the
 * handler until it was answered (respond, end) or its gone function is called,
 * whichever is first; then the pointer means nothing any more.  Who sets no
 * gone function has to answer, whatever has become of the client.  Slices that
 * are returned live as long as the request and until begin or respond.  What
 * is given is copied.
 * Reentrancy: a handler may answer before it returns.  In respond and begin
 * plugins may change the headers, and not answer the same request.  Gone
 * functions are never called from within another call.
 * Limits: as for all requests (max_message_size, the time until its body is
 * there); what a client does not read is kept up to max_queue_size, or as one
 * piece of any size.
 */
#ifndef BX_CONTENT_H
#define BX_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "types.h"

struct bx_request;

/* A whole request has come, with any method, and for a path that the plugin
 * serves (host.h add_content). */
typedef void bx_content_fn(struct bx_request *request, void *ctx);

/* The client has gone before all was answered, or the server ends.  Until this
 * returns it can be seen what was asked; answers do nothing. */
typedef void bx_request_gone_fn(struct bx_request *request, void *ctx);

/* What is asked; absent values have length 0. */
struct bx_request_info {
	struct bx_slice method; /* such as "GET" */
	struct bx_slice path;	/* below the mount: "/status/x"; decoded, with
				 * "..", NUL and all that was in it */
	struct bx_slice query;	/* as it was sent, without "?" */
	struct bx_slice body;	/* as it was sent */
	struct bx_slice type;	/* Content-Type */
	const char *address;	/* of the client; "" if it is not known */
	const char *user;	/* by the web server's login, or NULL; pages
				 * that are allowed by "*" have neither that
				 * nor cookies */
};

struct bx_header {
	const char *name;
	const char *value;
};

/* Status and headers of an answer.  Content-Type is application/octet-stream
 * and Cache-Control no-cache, no-store unless they are among the headers.
 * Those go in place of what the server would say, but for Vary, and may repeat;
 * the ones that say where a message ends are its own, and refused. */
struct bx_head {
	unsigned status; /* 200 to 599 */
	const struct bx_header *headers;
	size_t header_count;
};

#endif
