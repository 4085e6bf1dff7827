/*
 * content.h - HTTP requests that a plugin answers: content under the mount.
 *
 * A request is answered at once or later, whole or piece by piece: respond, or
 * begin, then any number of writes, then end.  HEAD, 204 and 304 get no body,
 * whatever is given.
 *
 * Whose page sent a request is judged before a plugin sees any of it.  With an
 * Origin it is as for Bayeux: our own and those in allowed_origins are served,
 * others get 403.  Browsers leave it out where a page links, has images,
 * scripts or frames, or sends a form by GET.  Then
 *
 *	Sec-Fetch-Site is same-origin	served; so is "none", which is what a
 *					person has asked for, as a bookmark
 *	another, by GET or HEAD for a	served as any link is, with the user's
 *	page of its own (navigate,	name, Cookie and Authorization
 *	document)
 *	another, for anything else	as allowed_origins says of the page
 *					that Referer names, or 403
 *	absent, Referer absent or ours	served
 *	absent, Referer another's	as allowed_origins says of it; if that
 *					is no, GET and HEAD are served as
 *					nobody's, and all else gets 403
 *
 * So another site's link, or its form by GET, acts for whoever follows it: what
 * changes something has to want a POST.  To a site without TLS browsers do not
 * send Sec-Fetch-Site, and a page that holds back Referer as well can have its
 * images and scripts taken for ours.
 *
 * What browsers ask before a script of another origin may send more (a CORS
 * preflight) the server answers: they may use GET and POST.  GETs that ask to
 * become a WebSocket get 426.
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

/* A whole request has come, with any method but as said above, and for a path
 * that the plugin serves (host.h add_content). */
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
	const char *user;	/* by the web server's login, or NULL; who is
				 * served as nobody, or is allowed by "*",
				 * has none, no Cookie, no Authorization */
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
