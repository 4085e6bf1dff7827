/*
 * types.h - the few types that plugins and the engine share.
 *
 * Ownership: all are plain values; a slice borrows.
 * Reentrancy: no function calls out.
 */
#ifndef BX_TYPES_H
#define BX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Milliseconds on a clock that never goes back; its origin is the host's. */
typedef int64_t bx_msec;

/* Later than any deadline: "there is none". */
#define BX_NEVER INT64_MAX

/* Bytes of a user's name, at most, without the NUL. */
#define BX_USER_MAX 255

/* Borrowed bytes; len 0 (and at NULL) stands for "absent". */
struct bx_slice {
	const char *at;
	size_t len;
};

/* Is it exactly text? */
static inline bool
bx_slice_is(struct bx_slice slice, const char *text)
{
	return slice.len == strlen(text) &&
	    (slice.len == 0 || memcmp(slice.at, text, slice.len) == 0);
}

enum bx_log_level {
	BX_LOG_ERROR,
	BX_LOG_WARNING,
	BX_LOG_NOTICE,
	BX_LOG_INFO,
	BX_LOG_DEBUG
};

/* Why a session has ended. */
enum bx_gone_reason {
	BX_GONE_DISCONNECT, /* the client said so */
	BX_GONE_EXPIRED,    /* no connect for interval + max_interval */
	BX_GONE_OVERFLOW,   /* its queue was full */
	BX_GONE_KICKED,	    /* the server said so */
	BX_GONE_CLOSED	    /* the engine is freed */
};

#endif
