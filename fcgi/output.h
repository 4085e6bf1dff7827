/*
 * output.h - the responses that one connection still has to write.
 *
 * Ownership: the output is embedded in its connection.  It borrows responses
 * that have an owner (response.h) until that owner frees them, and owns those
 * that have none.
 * Reentrancy: no function calls out.
 * Limits: none of its own; the connection reads nothing while it is large.
 */
#ifndef FCGI_OUTPUT_H
#define FCGI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/list.h"

struct fcgi_response;

struct fcgi_output {
	struct bx_list queue;
	size_t bytes; /* not written yet */
	size_t count; /* responses in the queue */
};

enum fcgi_output_status {
	FCGI_OUTPUT_EMPTY, /* everything is written */
	FCGI_OUTPUT_LATER, /* the socket takes no more for now */
	FCGI_OUTPUT_BROKEN /* the peer is gone */
};

void fcgi_output_init(struct fcgi_output *output);

/* Free what is owned, forget the rest. */
void fcgi_output_fini(struct fcgi_output *output);

void fcgi_output_append(struct fcgi_output *output,
    struct fcgi_response *response);

/* Take out a response that is in the queue, and of which nothing or all has
 * been written; it is the caller's. */
void fcgi_output_remove(struct fcgi_output *output,
    struct fcgi_response *response);

/* Write what fd, a socket that does not block, takes; at most so much that
 * other connections get their turn.  Responses written as a whole stay at
 * the front of the queue for fcgi_output_take_written. */
enum fcgi_output_status fcgi_output_write(struct fcgi_output *output, int fd);

/* Take the next response that is written as a whole; NULL: there is none. */
struct fcgi_response *fcgi_output_take_written(struct fcgi_output *output);

#endif
