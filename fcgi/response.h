/*
 * response.h - one request's reply, as FastCGI records over shared bytes.
 *
 * A response is a CGI status and headers, a body, an empty STDOUT record and
 * END_REQUEST.  Of a reply that goes on there are several: the first alone has
 * a head, and the last the two records.  The body refers to messages; record
 * headers are made when bytes are gathered, so nothing is copied per reader.
 * What has no STDOUT (END_REQUEST alone, a management record) is one, too.
 *
 * Ownership: a response is its creator's until freed; it takes a reference to
 * each of its messages.  What a gather points to is borrowed from the
 * responses gathered.
 * Reentrancy: no function calls out, but for the allocator and, where a head
 * has a source, plugins.
 */
#ifndef FCGI_RESPONSE_H
#define FCGI_RESPONSE_H

#include <sys/uio.h>

#include <fastcgi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/env.h"
#include "engine/list.h"
#include "response_head.h"

struct bx_message;
struct fcgi_response;

#define FCGI_RESPONSE_JSON "application/json;charset=UTF-8"
#define FCGI_RESPONSE_TEXT "text/plain;charset=UTF-8"

/* before, the messages with "," between them, after. */
struct fcgi_response_body {
	const char *before;
	const char *after;
	size_t count; /* messages */
	size_t bytes; /* of all messages together */
	bool is_open; /* more responses follow: there is no Content-Length */
	bool is_unsized;   /* nor is there one, as there is no body */
	bool is_told_only; /* its length is told and it is not sent; it has no
			    * messages, before or after */
};

/* The response to request id; head is NULL once it has gone out.  The caller
 * adds body->count messages, which have body->bytes bytes, before it is
 * gathered.  NULL: no memory. */
struct fcgi_response *fcgi_response_new(const struct bx_env *env, uint16_t id,
    const struct fcgi_response_head *head,
    const struct fcgi_response_body *body);

/* Add the next message; a bx_answer_fn. */
void fcgi_response_add(struct bx_message *message, void *response);

/* Have all the messages been added, with as many bytes as was told? */
bool fcgi_response_is_filled(const struct fcgi_response *response);

/*
 * A reply that head.status alone decides: its sentence (http_status.h) as
 * text/plain, JSON for 503; with Allow for 200 and 405.  why names the cause
 * in the JSON, NULL being "overloaded".
 */
struct fcgi_response *fcgi_response_status(const struct bx_env *env,
    uint16_t id, struct fcgi_response_head head, const char *why);

/* An END_REQUEST alone; protocol_status as FCGI_REQUEST_COMPLETE. */
struct fcgi_response *fcgi_response_end(const struct bx_env *env, uint16_t id,
    uint8_t protocol_status);

/* Bytes that are records already; len is at most FCGI_RESPONSE_RECORDS. */
#define FCGI_RESPONSE_RECORDS 96
struct fcgi_response *fcgi_response_records(const struct bx_env *env,
    const unsigned char *bytes, size_t len);

/* NULL is legal. */
void fcgi_response_free(struct fcgi_response *response);

/* For whoever queues responses; owner is NULL until it is set.  Freeing a
 * response takes it out of its queue. */
struct bx_list *fcgi_response_link(struct fcgi_response *response);
struct fcgi_response *fcgi_response_of_link(struct bx_list *link);
void fcgi_response_set_owner(struct fcgi_response *response, void *owner);
void *fcgi_response_owner(const struct fcgi_response *response);

#define FCGI_RESPONSE_VECTORS 128
#define FCGI_RESPONSE_COPIED 16384 /* bytes; what is longer than */
#define FCGI_RESPONSE_SMALL 512	   /* these stays where it is */

/* What one writev takes; starts with both counts zero.  Small pieces are
 * copied together: the kernel takes longer for each vector. */
struct fcgi_gather {
	int count;
	size_t copied_len;
	struct iovec vectors[FCGI_RESPONSE_VECTORS];
	char copied[FCGI_RESPONSE_COPIED];
};

/* Add the bytes not written yet, as far as there is room; false when not all
 * of them found it. */
bool fcgi_response_gather(const struct fcgi_response *response,
    struct fcgi_gather *gather);

/* Some of *written bytes may be the next of this response: take its share
 * off them. */
void fcgi_response_advance(struct fcgi_response *response, size_t *written);

/* Bytes not written yet, all records included. */
size_t fcgi_response_left(const struct fcgi_response *response);

/* Is the request over with it?  Has some of it been written, or the last byte
 * of the body? */
bool fcgi_response_ends_request(const struct fcgi_response *response);
bool fcgi_response_has_begun(const struct fcgi_response *response);
bool fcgi_response_is_handed_over(const struct fcgi_response *response);

#endif
