/*
 * buf.h - bytes that grow at the end.
 *
 * A failed append sets failed and leaves the bytes as they were; all later
 * appends fail too.  So a caller may append many times and ask once.
 *
 * Ownership: the buffer owns its bytes until bx_buf_fini.
 * Reentrancy: no function calls out.
 */
#ifndef BX_BUF_H
#define BX_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "env.h"
#include "status.h"
#include "types.h"

/* Up to how many bytes are kept of what is over, for what comes next.  Builds
 * that look for the use of what is freed keep none. */
#ifndef BX_BUF_SPARE_MAX
#define BX_BUF_SPARE_MAX 16384
#endif

struct bx_buf {
	const struct bx_env *env;
	char *bytes; /* NULL while nothing was ever appended */
	size_t len;
	size_t cap;
	bool failed;
};

/* An empty buffer; allocates nothing. */
void bx_buf_init(struct bx_buf *buf, const struct bx_env *env);

/* Free the bytes and be as after init.  May be called twice. */
void bx_buf_fini(struct bx_buf *buf);

/* Forget the bytes and the failure, keep the memory. */
void bx_buf_clear(struct bx_buf *buf);

/* BX_ENOMEM also when the buffer has failed before. */
enum bx_status bx_buf_append(struct bx_buf *buf, const void *bytes,
    size_t len);

/* Append all parts, one behind the other, or none of them. */
enum bx_status bx_buf_append_parts(struct bx_buf *buf,
    const struct bx_slice *parts, size_t count);

/* Append a string without its NUL. */
enum bx_status bx_buf_append_text(struct bx_buf *buf, const char *text);

/* Append value in decimal. */
enum bx_status bx_buf_append_integer(struct bx_buf *buf, int64_t value);

/* Is it, at this size? */
static inline bool
bx_buf_is_worth_keeping(size_t size)
{
	return BX_BUF_SPARE_MAX > 0 && size <= BX_BUF_SPARE_MAX;
}

#endif
