/*
 * scan.h - the messages of a reply, as far as a load is interested in them.
 *
 * A walk over the array of a Bayeux reply that yields one message after the
 * other, with its fields in whatever order they are.  It looks no closer than
 * it has to: what it takes may be bad JSON, but it never reads beyond the
 * bytes, and it stops at what it cannot follow.
 *
 * Ownership: nothing is owned; slices are borrowed from the reply.
 * Reentrancy: no function calls out.
 * Limits: escapes are not decoded; a key or channel that has any is unknown.
 */
#ifndef LOAD_SCAN_H
#define LOAD_SCAN_H

#include <stdbool.h>

#include "engine/types.h"

/* Of a message; strings are without their quotes.  What is not there has
 * length 0. */
struct load_message {
	struct bx_slice channel;
	struct bx_slice client_id;
	struct bx_slice error;
	struct bx_slice reconnect; /* of its advice */
	struct bx_slice data;	   /* the value as it stands, quotes and all */
	bool is_successful;
};

struct load_scan {
	struct bx_slice left;
	bool has_begun;
	bool has_ended;
	bool is_bad; /* it was cut off, or is something else */
};

/* Begin at the first byte of a reply, an array or one message. */
void load_scan_init(struct load_scan *scan, struct bx_slice reply);

/* Get the next message; false at the end, and then is_bad tells how it was. */
bool load_scan_next(struct load_scan *scan, struct load_message *message);

#endif
