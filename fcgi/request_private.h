/*
 * request_private.h - what of a request is needed only while it is read, for
 * the files of request.h and content.h alone.
 *
 * Ownership: the request owns its intake, which is gone once the exchange is
 * open or the reply is there; a plugin that is to answer takes it over.
 * Reentrancy: plugins may change the head of a reply.
 */
#ifndef FCGI_REQUEST_PRIVATE_H
#define FCGI_REQUEST_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/buf.h"
#include "engine/status.h"
#include "http_cgi.h"
#include "idle.h"

struct fcgi_budget;
struct fcgi_context;
struct fcgi_heading_source;
struct fcgi_request;
struct fcgi_response;

struct fcgi_intake {
	struct fcgi_idle idle;
	struct fcgi_context *context;
	struct fcgi_request *request;
	struct bx_buf params;
	struct bx_buf text; /* what http refers to, beside params */
	struct bx_buf body;
	struct http_request http; /* once all params are there */
	struct fcgi_budget *budget;
	size_t charged;	     /* to the budget */
	uint64_t received;   /* of the body, kept or not */
	const char *refusal; /* static: why it is 503 from the start */
	const char *why;     /* of status 503 */
	unsigned status;     /* decided: the rest is thrown away; 0: not */
	bool is_content;     /* a plugin's */
	bool stdin_ended;
};

/* What request, which has begun, keeps; all of it is charged to budget, which
 * outlives it.  NULL: there is no memory. */
struct fcgi_intake *fcgi_intake_new(struct fcgi_request *request,
    struct fcgi_budget *budget);
void fcgi_intake_free(struct fcgi_intake *intake); /* NULL is legal */

/* Charge it to another budget, a parent of its own; it cannot fail. */
void fcgi_intake_move(struct fcgi_intake *intake, struct fcgi_budget *budget);

/* Keep content in buf, one of intake's.  What is beyond max is refused as too
 * large, and what the budget has no room for as overload: either is BX_OK.
 * BX_ENOMEM: the intake is only good for free. */
enum bx_status fcgi_intake_keep(struct fcgi_intake *intake, struct bx_buf *buf,
    size_t max, struct bx_slice content);

/* The reply will be status; nothing else of the request matters. */
void fcgi_request_refuse(struct fcgi_request *request, unsigned status,
    const char *why);

/* Have the response of status, and let the intake go. */
enum bx_status fcgi_request_reply(struct fcgi_request *request,
    unsigned status, const char *why);

/* Have this response, and tell who sends it. */
void fcgi_request_say(struct fcgi_request *request,
    struct fcgi_response *response);

/* For the head of a response: who may change it; NULL: nobody. */
const struct fcgi_heading_source *fcgi_request_source(const struct fcgi_request
							  *request,
    struct fcgi_heading_source *source);

/*
 * All params are there: decide what they alone can decide.  *at_once: reply
 * without waiting for the end of the body.  BX_EINVAL: they are no stream of
 * params; BX_ENOMEM.
 */
enum bx_status fcgi_request_admit(struct fcgi_request *request, bool *at_once);

#endif
