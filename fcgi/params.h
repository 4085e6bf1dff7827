/*
 * params.h - FastCGI name-value pairs, as in PARAMS and GET_VALUES.
 *
 * The content of all PARAMS records of a request is one stream: a pair may
 * start in one record and end in the next, so the stream is collected first
 * and read then.
 *
 * Ownership: nothing is owned; pairs are borrowed from the bytes read.
 * Reentrancy: no function calls out, but for the buffer's allocator.
 * Limits: names and values of up to 2^31-1 bytes, as the protocol has it;
 * a length is believed only when that many bytes are there.
 */
#ifndef FCGI_PARAMS_H
#define FCGI_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/buf.h"
#include "engine/json.h"
#include "engine/status.h"

struct fcgi_params {
	struct bx_slice left;
};

/* Either may be empty. */
struct fcgi_params_pair {
	struct bx_slice name;
	struct bx_slice value;
};

/*
 * Append the next bytes of the stream to collected, which then holds no more
 * than max of them.  BX_EFULL: it would, and nothing was allocated for them;
 * BX_ENOMEM.  After either, collected is as it was.
 */
enum bx_status fcgi_params_collect(struct bx_buf *collected, size_t max,
    struct bx_slice content);

/* Read the pairs of a whole stream from its start. */
void fcgi_params_init(struct fcgi_params *params, struct bx_slice stream);

/*
 * Read the next pair; *more is false when there is none.  Names may repeat.
 * BX_EINVAL: a length reaches beyond the stream; the rest is unreadable and
 * pair untouched.
 */
enum bx_status fcgi_params_next(struct fcgi_params *params,
    struct fcgi_params_pair *pair, bool *more);

/*
 * Write one pair, with 1-byte lengths where they do.  *len counts its bytes.
 * BX_EFULL: they are more than size; BX_EINVAL: a length of 2^31 or more.
 */
enum bx_status fcgi_params_format(const struct fcgi_params_pair *pair,
    unsigned char *out, size_t size, size_t *len);

#endif
