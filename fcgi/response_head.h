/*
 * response_head.h - status and headers of a response.
 *
 * Ownership: a head borrows all it names for the call that it is given to.
 * Reentrancy: plugins are called where a head has a source.
 */
#ifndef FCGI_RESPONSE_HEAD_H
#define FCGI_RESPONSE_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/buf.h"
#include "engine/env.h"

struct bx_head;
struct fcgi_heading_source;

struct fcgi_response_head {
	unsigned status;	  /* of HTTP, 100 to 999 */
	const char *content_type; /* NULL when there is no body */
	const char *more;	  /* header lines with their CRLF, or NULL */
	const char *cors;	  /* the same, of http_origin_format */
	const char *cookie;	  /* the same, of http_cookie_format */
	const struct bx_head *given; /* whose headers replace these; or NULL */
	const struct fcgi_heading_source *source; /* NULL: nobody changes it */
};

/* The line in which nginx is asked not to collect a response. */
#define FCGI_RESPONSE_UNBUFFERED "X-Accel-Buffering: no\r\n"

/* What we write ourselves has so many bytes at most. */
#define FCGI_RESPONSE_HEAD_MAX 1700

struct fcgi_response_head_text {
	const char *at;
	size_t len;
	struct bx_buf changed; /* what others had a part in */
	char own[FCGI_RESPONSE_HEAD_MAX];
};

/* Write head to the blank line behind it, and in it the length of the body
 * unless that is NULL; a head that is NULL has no bytes.  False: there is no
 * memory, or what is ours is too long.  fini is owed after either. */
bool fcgi_response_head_format(struct fcgi_response_head_text *text,
    const struct bx_env *env, const struct fcgi_response_head *head,
    const size_t *length);
void fcgi_response_head_fini(struct fcgi_response_head_text *text);

#endif
