/*
 * buf.c - bytes that at least double when they grow.
 */
#include "buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CAP_MIN 64

void
bx_buf_init(struct bx_buf *buf, const struct bx_env *env)
{
	buf->env = env;
	buf->bytes = NULL;
	buf->len = 0;
	buf->cap = 0;
	buf->failed = false;
}

void
bx_buf_fini(struct bx_buf *buf)
{
	bx_free(buf->env, buf->bytes);
	bx_buf_init(buf, buf->env);
}

void
bx_buf_clear(struct bx_buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

/* Make room for more bytes behind len. */
static bool
reserve(struct bx_buf *buf, size_t more)
{
	size_t cap;
	char *bytes;

	if (more <= buf->cap - buf->len)
		return true;
	if (more > SIZE_MAX - buf->len)
		return false;
	/* At least twice as much as before, so that n appends cost O(n). */
	cap = buf->cap > SIZE_MAX / 2 ? SIZE_MAX : buf->cap * 2;
	if (cap < buf->len + more)
		cap = buf->len + more;
	if (cap < CAP_MIN)
		cap = CAP_MIN;
	bytes = buf->env->realloc(buf->env->ctx, buf->bytes, cap);
	if (bytes == NULL)
		return false;
	buf->bytes = bytes;
	buf->cap = cap;
	return true;
}

enum bx_status
bx_buf_append(struct bx_buf *buf, const void *bytes, size_t len)
{
	if (buf->failed || !reserve(buf, len)) {
		buf->failed = true;
		return BX_ENOMEM;
	}
	if (len > 0)
		memcpy(buf->bytes + buf->len, bytes, len);
	buf->len += len;
	return BX_OK;
}

enum bx_status
bx_buf_append_parts(struct bx_buf *buf, const struct bx_slice *parts,
    size_t count)
{
	size_t i, len = 0;

	for (i = 0; i < count && !buf->failed; i++) {
		buf->failed = parts[i].len > SIZE_MAX - len;
		len += parts[i].len;
	}
	if (buf->failed || !reserve(buf, len)) {
		buf->failed = true;
		return BX_ENOMEM;
	}
	for (i = 0; i < count; i++) {
		if (parts[i].len == 0)
			continue;
		memcpy(buf->bytes + buf->len, parts[i].at, parts[i].len);
		buf->len += parts[i].len;
	}
	return BX_OK;
}

enum bx_status
bx_buf_append_text(struct bx_buf *buf, const char *text)
{
	return bx_buf_append(buf, text, strlen(text));
}

enum bx_status
bx_buf_append_integer(struct bx_buf *buf, int64_t value)
{
	char text[sizeof("-9223372036854775808")];

	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	return bx_buf_append_text(buf, text);
}
