/*
 * transport.h - how one Bayeux connectionType takes requests and answers them.
 *
 * A transport is a static table of functions, one file for each.  The router
 * asks the transports in order which of them a request is for; that one reads
 * the messages into an exchange and, when the exchange has its answer, writes
 * the response.
 *
 * Ownership: tables are static.  What receive leaves in *state is the
 * request's until the transport's forget has been called with it.
 * Reentrancy: no function starts, answers or closes an exchange.
 */
#ifndef FCGI_TRANSPORT_H
#define FCGI_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/env.h"
#include "engine/exchange.h"
#include "engine/json.h"
#include "engine/status.h"
#include "http_form.h"
#include "http_origin.h"

struct bx_buf;
struct bx_message;
struct fcgi_heading_source;
struct fcgi_options;
struct fcgi_response;
struct fcgi_response_body;
struct fcgi_response_head;
struct http_request;

/* What answers one exchange; all is borrowed for the call. */
struct transport_reply {
	const struct bx_env *env;
	struct bx_exchange *exchange;
	struct bx_answer answer;
	void *state;	    /* what receive has left */
	const char *cors;   /* for the head of the response */
	const char *cookie; /* the same, or NULL */
	const struct fcgi_heading_source *source; /* the same */
	unsigned duplicate_status; /* of HTTP, for what was superseded */
	uint16_t request_id;
};

struct transport {
	struct bx_transport_info info;

	/* Another connectionType that means the same, or NULL. */
	const char *alias;

	/* Do the options have it served?  NULL: always. */
	bool (*is_on)(const struct fcgi_options *options);

	/* Is request, whose path is under the mount, for this transport? */
	bool (*takes)(const struct http_request *request);

	/* Whose page sent request?  A FOREIGN one's gets 403. */
	enum http_origin (*judge)(const struct http_request *request,
	    const struct http_origin_list *allowed);

	/* Give the messages of request and body to the exchange.  0: start
	 * it; else the HTTP status to reply with, and *state is NULL.  The
	 * body's bytes may be decoded in place; nobody reads them again. */
	unsigned (*receive)(struct bx_exchange *exchange,
	    const struct http_request *request, struct bx_buf *body,
	    void **state);

	/* The owned response, or NULL: there is no memory.  Of a stream, one
	 * for each answer, which is open unless the answer is the last. */
	struct fcgi_response *(*respond)(const struct transport_reply *reply);

	/* Free state; NULL for a transport that leaves none. */
	void (*forget)(void *state);
};

/* The HTTP status for what bx_exchange_receive returned; 0 for BX_OK. */
unsigned transport_status_of(enum bx_status status);

/* Every field of form with this name is a message or an array of them, and
 * all of them make one batch, in order (rule 4).  As bx_exchange_receive, and
 * BX_EINVAL: there is none, or a bad escape. */
#define TRANSPORT_MESSAGE_FIELD "message"
enum bx_status transport_receive_form(struct bx_exchange *exchange,
    struct http_form form);

/* How a message has to be written where it cannot always go as it is. */
struct transport_wrapping {
	/* Can it go as it is? */
	bool (*is_fit)(struct bx_slice json);
	/* How many bytes has it when it is written so?  NULL: as many. */
	size_t (*length)(struct bx_slice json);
	enum bx_status (*append)(struct bx_buf *out, struct bx_slice json);
};

/*
 * The owned response with this head, which is NULL behind the first chunk of a
 * stream, and body, whose count and bytes are set here, with all messages of
 * the answer.  What wrapping (NULL: there is none) does not let go as it is has
 * a copy of its own, as messages are shared.  NULL: there is no memory.
 */
struct fcgi_response *transport_fill(const struct transport_reply *reply,
    const struct fcgi_response_head *head, struct fcgi_response_body body,
    const struct transport_wrapping *wrapping);

/* The status alone that answers an exchange without messages: the one for
 * BX_OUTCOME_SUPERSEDED without a body, or 503. */
struct fcgi_response *transport_respond_without_messages(
    const struct transport_reply *reply);

extern const struct transport transport_callback_polling;
extern const struct transport transport_eventsource;
extern const struct transport transport_long_polling;

#endif
