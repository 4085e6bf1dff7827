/*
 * content.h - HTTP requests that a plugin answers: content under the mount.
 *
 * A request is answered at once or later, whole or piece by piece: respond, or
 * begin, then any number of writes, then end.
 *
 * Ownership: a request is the server's.  It is borrowed from the call of the
 * handler until it was answered (respond, end) or its gone function is called,
 * whichever is first; then the pointer means nothing any more.  Slices that
 * are returned live as long as the request and until begin or respond.  What
 * is given is copied.
 * Reentrancy: a handler may answer before it returns.  No function but respond
 * and end calls out, and those only what other requests wait for.
 * Limits: as for all requests (max_message_size, the time until its body is
 * there); what a client does not read is kept up to max_queue_size.
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

/* The client has gone before all was answered, or the server ends. */
typedef void bx_request_gone_fn(struct bx_request *request, void *ctx);

/* What is asked; absent values have length 0. */
struct bx_request_info {
	struct bx_slice method; /* such as "GET" */
	struct bx_slice path;	/* decoded, below the mount: "/status/x" */
	struct bx_slice query;	/* as it was sent, without "?" */
	struct bx_slice body;	/* as it was sent */
	struct bx_slice type;	/* Content-Type */
	const char *address;	/* of the client; "" if it is not known */
	const char *user;	/* by the web server's login, or NULL */
};

struct bx_header {
	const char *name;
	const char *value;
};

/* Status and headers of an answer.  Content-Type is application/octet-stream
 * and Cache-Control no-cache, no-store unless they are among the headers; those
 * that say where a message ends are the server's own, and refused. */
struct bx_head {
	unsigned status; /* 200 to 599 */
	const struct bx_header *headers;
	size_t header_count;
};

#endif
