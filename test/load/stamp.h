/*
 * stamp.h - what each message carries: whose it is and when it was due.
 *
 * The data of a message is one JSON string, which no server has a reason to
 * write in another way: "RUN.STREAM.NUMBER.DUE.xxx", in hexadecimal and
 * filled up with x to the size that was asked for.
 *
 * Ownership: nothing is owned.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_STAMP_H
#define LOAD_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/types.h"

/* No stamp is shorter, quotes and all. */
#define LOAD_STAMP_MIN 48

struct load_stamp {
	uint32_t run;	 /* which run of the program sent it */
	uint32_t stream; /* a sender's messages to one channel */
	uint32_t number; /* within the stream, from 0 */
	uint64_t due;	 /* nanoseconds since the run began */
};

/* Write size bytes to out, at least LOAD_STAMP_MIN; no NUL. */
void load_stamp_format(const struct load_stamp *stamp, char *out, size_t size);

/* Is data such a string, of that size and whole? */
bool load_stamp_parse(struct bx_slice data, size_t size,
    struct load_stamp *stamp);

#endif
