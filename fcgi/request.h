/*
 * request.h - one FastCGI request, from its first byte to its answer.
 *
 * It does no I/O.  It is fed what its connection reads; when it has something
 * to say, response is set, and the connection writes that.
 *
 *	state \ event	params	end of	stdin	end of	answer	finish
 *				params		stdin
 *	PARAMS		PARAMS	STDIN*	PARAMS	PARAMS	-	DONE
 *	STDIN		-	-	STDIN	OPEN**	-	DONE
 *	OPEN		-	-	-	-	ANSWERING DONE
 *	ANSWERING	-	-	-	-	-	DONE***
 *	DONE		-	-	-	-	-	DONE
 *	* OPEN when stdin has ended before, ANSWERING when it is not awaited
 *	** ANSWERING when the status alone is the reply *** OPEN of a stream
 *
 * Ownership: the connection owns the request, which owns its response until
 * it is freed.  context and budget are borrowed while the request lives.
 * Reentrancy: an exchange that starts calls policies, and one that ends may
 * free what plugins keep with a session.  Either may answer requests that
 * plugins hold, but not this one.  A plugin that is to answer this may do so
 * at once (content.h).
 * Limits: params FCGI_REQUEST_PARAMS_MAX, a body max_message_size, both their
 * budgets; what is over is read, thrown away, and answered 413, 431 or 503.
 */
#ifndef FCGI_REQUEST_H
#define FCGI_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "engine/hash.h"
#include "engine/json.h"
#include "engine/status.h"
#include "http_cookie.h"

struct bx_exchange;
struct bx_request;
struct fcgi_budget;
struct fcgi_context;
struct fcgi_idle;
struct fcgi_intake;
struct fcgi_response;
struct transport;

#define FCGI_REQUEST_PARAMS_MAX 262144
#define FCGI_REQUEST_SMALL 16384  /* up to here one keeps little: budget.h */
#define FCGI_REQUEST_PATH_MAX 512 /* longer ones plugins are not told of */

enum fcgi_request_state {
	FCGI_REQUEST_PARAMS,
	FCGI_REQUEST_STDIN,
	FCGI_REQUEST_OPEN, /* its exchange or plugin has no answer yet */
	FCGI_REQUEST_ANSWERING,
	FCGI_REQUEST_DONE
};

struct fcgi_request {
	struct bx_hash_entry by_id;	/* the connection's, under id */
	void *peer;			/* the connection's */
	struct fcgi_response *response; /* NULL: nothing to say yet */
	struct fcgi_context *context;
	struct fcgi_intake *intake; /* NULL once all has come */
	const struct transport *transport;
	void *transport_state;
	char *cors;		      /* of http_origin_format, or NULL */
	char *path;		      /* below the mount; NULL: not kept */
	struct bx_exchange *exchange; /* its owner is this request */
	struct bx_request *content;   /* or a plugin answers it */
	struct fcgi_address address;
	char new_id[HTTP_COOKIE_ID_LENGTH]; /* if the browser shows none */
	uint16_t path_len;
	uint16_t id;
	uint8_t state;
	bool is_counted;  /* in context->addresses */
	bool is_secure;	  /* came over HTTPS */
	bool is_foreign;  /* allowed by "*": its cookies do not count */
	bool is_going_on; /* a part of its answer is out */
};

/* A request that has begun.  refusal is NULL or says, as static text, why it
 * will get 503 once it has been read.  NULL: there is no memory. */
struct fcgi_request *fcgi_request_new(struct fcgi_context *context,
    struct fcgi_budget *budget, uint16_t id, const char *refusal);

/* The next bytes of a stream, or its end.  BX_EINVAL: the peer breaks the
 * protocol; BX_ENOMEM.  After either the request is only good for free. */
enum bx_status fcgi_request_params(struct fcgi_request *request,
    struct bx_slice content);
enum bx_status fcgi_request_params_end(struct fcgi_request *request);
enum bx_status fcgi_request_stdin(struct fcgi_request *request,
    struct bx_slice content);
enum bx_status fcgi_request_stdin_end(struct fcgi_request *request);

/* The request of an item that has expired in context->incomplete, as it was
 * not sent in time: reply with 503. */
struct fcgi_request *fcgi_request_of_idle(struct fcgi_idle *item);
enum bx_status fcgi_request_time_out(struct fcgi_request *request);

/* The exchange is ready: compose the response.  BX_ENOMEM: the request is only
 * good for free. */
enum bx_status fcgi_request_answer(struct fcgi_request *request);

/* Its response, which does not end it, is written: wait for the next. */
void fcgi_request_go_on(struct fcgi_request *request);

/* It is over.  handed_over says that its whole answer was written; otherwise
 * its events go back to their queues.  Legal twice. */
void fcgi_request_finish(struct fcgi_request *request, bool handed_over);

void fcgi_request_free(struct fcgi_request *request); /* finishes; or NULL */

/* Free what is kept for the next request. */
void fcgi_request_drop_spare(struct fcgi_context *context);

#endif
