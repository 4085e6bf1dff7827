/*
 * http_cookie.h - the browser cookie: read from a request, set by a response.
 *
 * The cookie's value is an id of the browser, and nothing else is in it.  What
 * a client shows is believed only as far as it could be one (BAYEUX.md rule
 * 80).
 *
 * Ownership: results are borrowed from the header that was given.
 * Reentrancy: no function calls out.
 */
#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/env.h"
#include "engine/json.h"
#include "engine/status.h"

#define HTTP_COOKIE_ID_LENGTH 16 /* of one that is made here */
#define HTTP_COOKIE_NAME_MAX 64
#define HTTP_COOKIE_PATH_MAX 255
#define HTTP_COOKIE_LINE_MAX 512 /* of a Set-Cookie line, with its NUL */

/* How the cookie is set; all is borrowed. */
struct http_cookie {
	const char *name;
	const char *path;
	const char *same_site; /* "Strict", "Lax", "None", or "" for none */
	bool secure;
};

/*
 * The value of the first cookie of that name in a Cookie header that is 8 to
 * 64 letters and digits; absent when there is none.
 */
struct bx_slice http_cookie_find(struct bx_slice header, const char *name);

/* Write a new id, without a NUL, to the HTTP_COOKIE_ID_LENGTH bytes of out.
 * BX_ERANDOM: the host has no random bytes. */
enum bx_status http_cookie_generate(const struct bx_env *env, char *out);

/* Write the Set-Cookie line that gives the cookie this value, with CR LF and
 * a NUL.  BX_EFULL: it does not fit. */
enum bx_status http_cookie_format(const struct http_cookie *cookie,
    struct bx_slice value, char line[HTTP_COOKIE_LINE_MAX]);

#endif
