/*
 * http_origin.h - whose page sent a request, and may it?
 *
 * Browsers tell the origin of the page that asks (scheme, host and port).  We
 * serve pages of our own origin, and of those that are listed: each is such as
 * "https://www.example.org", with "*." before the host for all hosts below it
 * and with ":*" behind it for all its ports, or "*" alone for everybody, who
 * then gets no credentials.
 *
 * Our own origin is the scheme and the Host of the request.  Where Host has
 * no port, that of the server counts too: the fastcgi_params of Debian's
 * nginx lose it.  "Sec-Fetch-Site: same-origin", which no page can forge, is
 * believed at once: it holds behind a proxy that ends TLS, too.
 *
 * To a script of another origin, and to its forms but for GET, browsers give
 * an Origin.  They give none to what its tags and links ask for: where that
 * makes a difference, another judge than the first looks at more.
 *
 * Ownership: everything is borrowed for the call.
 * Reentrancy: no function calls out.
 * Limits: an origin of more than HTTP_ORIGIN_MAX bytes is foreign.
 */
#ifndef HTTP_ORIGIN_H
#define HTTP_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/json.h"

struct http_request;

#define HTTP_ORIGIN_MAX 300
#define HTTP_ORIGIN_HEADERS 800

enum http_origin {
	HTTP_ORIGIN_OWN,    /* our own page, or no page at all */
	HTTP_ORIGIN_LISTED, /* another's, allowed with credentials */
	HTTP_ORIGIN_ANY,    /* another's, allowed without them, as by "*" */
	HTTP_ORIGIN_FOREIGN /* another's, not allowed */
};

/* The other origins that are allowed; items is NULL when count is 0. */
struct http_origin_list {
	char *const *items;
	size_t count;
};

/* Is text one that a list may have? */
bool http_origin_is_pattern(struct bx_slice text);

/* Whose request is it, by its Origin?  OWN without one. */
enum http_origin http_origin_judge(const struct http_request *request,
    const struct http_origin_list *allowed);

/*
 * The same for what a script tag may ask, which sends no Origin: then
 * Sec-Fetch-Site and Referer tell.  A request without any of the three is
 * OWN: it comes from an old browser or from none, and a page can only have
 * that sent to a server without TLS, whose browsers leave Sec-Fetch-Site out.
 */
enum http_origin http_origin_judge_script(const struct http_request *request,
    const struct http_origin_list *allowed);

/*
 * The same for what a plugin answers by any method, which is asked for by links
 * as well.  Without an Origin it is as for a script tag, but for two that only
 * want to see something (GET, HEAD): what is to be a page of its own is OWN, as
 * with cookies that are SameSite=Lax; and another's that may be a link, as it
 * has a Referer and no Sec-Fetch-Site, is ANY where it would be FOREIGN.
 */
enum http_origin http_origin_judge_content(const struct http_request *request,
    const struct http_origin_list *allowed);

/*
 * Write the headers that tell a browser so, each with its CRLF: none unless
 * the origin is LISTED or ANY, and more of them when the request is a
 * preflight.  Returns their length, without the NUL.
 */
size_t http_origin_format(const struct http_request *request,
    enum http_origin origin, char out[HTTP_ORIGIN_HEADERS]);

#endif
