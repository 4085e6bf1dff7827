/* params.c - FastCGI name-value pairs; see params.h. */
#include "params.h"

#include <stdint.h>
#include <string.h>

/* The top bit of a length says that it has four bytes and not one. */
#define LONG_FORM 0x80u
#define SHORT_MAX 0x7fu
#define LONG_MAX_LEN 0x7fffffffu

enum bx_status
fcgi_params_collect(struct bx_buf *collected, size_t max,
    struct bx_slice content)
{
	if (collected->len > max || content.len > max - collected->len)
		return BX_EFULL;
	if (content.len == 0)
		return BX_OK;
	return bx_buf_append(collected, content.at, content.len);
}

void
fcgi_params_init(struct fcgi_params *params, struct bx_slice stream)
{
	params->left = stream;
}

/* Read a length off the front of *left. */
static enum bx_status
read_len(struct bx_slice *left, size_t *len)
{
	const unsigned char *at = (const unsigned char *)left->at;
	size_t size = 1;

	if (left->len == 0)
		return BX_EINVAL;
	*len = at[0];
	if (at[0] & LONG_FORM) {
		size = 4;
		if (left->len < size)
			return BX_EINVAL;
		*len = (size_t)(at[0] & ~LONG_FORM) << 24 |
		    (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
	}
	left->at += size;
	left->len -= size;
	return BX_OK;
}

enum bx_status
fcgi_params_next(struct fcgi_params *params, struct fcgi_params_pair *pair,
    bool *more)
{
	struct bx_slice left = params->left;
	size_t name_len, value_len;

	*more = left.len > 0;
	if (!*more)
		return BX_OK;
	/* Each length is compared with what is left: no sum can overflow. */
	if (read_len(&left, &name_len) != BX_OK ||
	    read_len(&left, &value_len) != BX_OK || name_len > left.len ||
	    value_len > left.len - name_len) {
		*more = false;
		return BX_EINVAL;
	}
	pair->name = (struct bx_slice){ left.at, name_len };
	pair->value = (struct bx_slice){ left.at + name_len, value_len };
	params->left = (struct bx_slice){ left.at + name_len + value_len,
		left.len - name_len - value_len };
	return BX_OK;
}

static size_t
len_size(size_t len)
{
	return len <= SHORT_MAX ? 1 : 4;
}

static unsigned char *
write_len(unsigned char *out, size_t len)
{
	if (len <= SHORT_MAX) {
		*out++ = (unsigned char)len;
		return out;
	}
	*out++ = (unsigned char)(len >> 24 | LONG_FORM);
	*out++ = (unsigned char)(len >> 16 & 0xff);
	*out++ = (unsigned char)(len >> 8 & 0xff);
	*out++ = (unsigned char)(len & 0xff);
	return out;
}

static unsigned char *
write_bytes(unsigned char *out, struct bx_slice bytes)
{
	if (bytes.len > 0)
		memcpy(out, bytes.at, bytes.len);
	return out + bytes.len;
}

enum bx_status
fcgi_params_format(const struct fcgi_params_pair *pair, unsigned char *out,
    size_t size, size_t *len)
{
	size_t head = len_size(pair->name.len) + len_size(pair->value.len);
	unsigned char *at;

	if (pair->name.len > LONG_MAX_LEN || pair->value.len > LONG_MAX_LEN)
		return BX_EINVAL;
	if (size < head || pair->name.len > size - head ||
	    pair->value.len > size - head - pair->name.len)
		return BX_EFULL;
	at = write_len(out, pair->name.len);
	at = write_len(at, pair->value.len);
	at = write_bytes(at, pair->name);
	at = write_bytes(at, pair->value);
	*len = (size_t)(at - out);
	return BX_OK;
}
