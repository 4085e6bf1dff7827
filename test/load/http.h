/*
 * http.h - requests and replies, as HTTP/1.1 and as CGI have them.
 *
 * Ownership: slices of a reply are borrowed from the bytes it was read from.
 * Reentrancy: no function calls out.
 * Limits: a reply of more than LOAD_HTTP_MAX bytes is malformed.
 */
#ifndef LOAD_HTTP_H
#define LOAD_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/types.h"

struct load_bytes;
struct load_target;

#define LOAD_HTTP_MAX ((size_t)64 << 20)

struct load_reply {
	int status;
	struct bx_slice cookie; /* "name=value" of its first cookie, if any */
	struct bx_slice body;
	bool is_last; /* the server closes the connection after it */
};

enum load_http_verdict {
	LOAD_HTTP_WHOLE,
	LOAD_HTTP_MORE,
	LOAD_HTTP_BAD
};

/* A POST of body; cookie is "" or what the Cookie header has to say. */
void load_http_format(struct load_bytes *out, const struct load_target *target,
    const char *cookie, struct bx_slice body);

/*
 * Read one reply off the front of bytes.  WHOLE: *len is how many of them it
 * was, and a chunked body has been put together in their place.  MORE: it
 * takes at least *len bytes.
 */
enum load_http_verdict load_http_parse(char *bytes, size_t *len,
    struct load_reply *reply);

/* The same for all that a CGI or FastCGI program has written. */
enum load_http_verdict load_http_parse_cgi(struct bx_slice bytes,
    struct load_reply *reply);

#endif
