/*
 * http_origin.c - whose page sent a request, and may it?
 *
 * An origin is compared by its parts, so that case and a port that goes
 * without saying make no difference.
 */
#include "http_origin.h"

#include <stdio.h>
#include <string.h>

#include "http_cgi.h"
#include "http_text.h"

#define PREFLIGHT \
	"Access-Control-Allow-Methods: POST, GET\r\n" \
	"Access-Control-Allow-Headers: Accept, Authorization, Content-Type, " \
	"Pragma, X-Requested-With\r\n" \
	"Access-Control-Max-Age: 86400\r\n"

/* What ports there are beside numbers. */
#define PORT_NONE 0 /* neither given nor known for the scheme */
#define PORT_ANY (-1)

struct origin {
	struct bx_slice scheme;
	struct bx_slice host; /* with "*." before it when that is any */
	long port;
	bool has_port; /* it was written down */
};

static bool
is_letter(char c)
{
	c = http_text_to_lower(c);
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_scheme(struct bx_slice text)
{
	if (text.len == 0 || !is_letter(text.at[0]))
		return false;
	for (size_t i = 1; i < text.len; i++)
		if (!is_letter(text.at[i]) && !is_digit(text.at[i]) &&
		    text.at[i] != '+' && text.at[i] != '-' &&
		    text.at[i] != '.')
			return false;
	return true;
}

/* Letters of hosts, of which none means anything in a header. */
static bool
is_host(struct bx_slice text)
{
	bool is_ipv6 =
	    text.len > 2 && text.at[0] == '[' && text.at[text.len - 1] == ']';

	if (is_ipv6)
		text = (struct bx_slice){ text.at + 1, text.len - 2 };
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (is_ipv6
			? http_text_hex_digit(c) < 0 && c != ':' && c != '.'
			: !is_letter(c) && !is_digit(c) && c != '-' &&
			    c != '.' && c != '_')
			return false;
	}
	return text.len > 0;
}

static bool
has_wildcard(struct bx_slice host)
{
	return host.len > 2 && host.at[0] == '*' && host.at[1] == '.';
}

static long
default_port(struct bx_slice scheme)
{
	if (http_text_equals_as(scheme, "http"))
		return 80;
	return http_text_equals_as(scheme, "https") ? 443 : PORT_NONE;
}

/* -2: it is no port. */
static long
parse_port(struct bx_slice text)
{
	long port = 0;

	if (text.len == 0 || text.len > 5)
		return -2;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.at[i]))
			return -2;
		port = port * 10 + (text.at[i] - '0');
	}
	return port >= 1 && port <= 65535 ? port : -2;
}

/* Where the colon before the port is; text.len: there is none. */
static size_t
find_port(struct bx_slice text)
{
	size_t at = text.len;

	while (at > 0 && text.at[at - 1] != ':' && text.at[at - 1] != ']')
		at--;
	return at > 0 && text.at[at - 1] == ':' ? at - 1 : text.len;
}

/* Read "host" or "host:port" behind the scheme that origin has already. */
static bool
parse_authority(struct bx_slice text, bool is_pattern, struct origin *origin)
{
	size_t colon = find_port(text);
	struct bx_slice host = { text.at, colon };
	struct bx_slice port = { NULL, 0 };

	origin->host = host;
	origin->has_port = colon < text.len;
	origin->port = default_port(origin->scheme);
	if (origin->has_port) {
		port = http_text_behind(text, colon + 1);
		origin->port = is_pattern && http_text_equals(port, "*")
		    ? PORT_ANY
		    : parse_port(port);
	}
	if (is_pattern && has_wildcard(host))
		host = http_text_behind(host, 2);
	return is_host(host) && origin->port >= PORT_ANY;
}

static bool
parse_origin(struct bx_slice text, bool is_pattern, struct origin *origin)
{
	struct bx_slice rest;

	if (text.len > HTTP_ORIGIN_MAX)
		return false;
	origin->scheme = http_text_split(text, ':', &rest);
	return is_scheme(origin->scheme) && http_text_starts_as(rest, "//") &&
	    parse_authority(http_text_behind(rest, 2), is_pattern, origin);
}

static bool
equals_as(struct bx_slice a, struct bx_slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (http_text_to_lower(a.at[i]) != http_text_to_lower(b.at[i]))
			return false;
	return true;
}

/* Is page ours?  See the head of http_origin.h. */
static bool
is_own(const struct http_request *request, const struct origin *page)
{
	const char *scheme = request->https ? "https" : "http";
	struct origin own = { .scheme = { scheme, strlen(scheme) } };

	if (!parse_authority(request->host, false, &own) ||
	    !equals_as(own.scheme, page->scheme) ||
	    !equals_as(own.host, page->host))
		return false;
	return own.port == page->port ||
	    (!own.has_port && parse_port(request->server_port) == page->port);
}

/* "*.example.org" is any host that ends so and has something before. */
static bool
host_matches(struct bx_slice pattern, struct bx_slice host)
{
	if (has_wildcard(pattern)) {
		pattern = http_text_behind(pattern, 1);
		if (host.len <= pattern.len)
			return false;
		host = http_text_behind(host, host.len - pattern.len);
	}
	return equals_as(pattern, host);
}

static bool
matches(const char *text, const struct origin *page)
{
	struct bx_slice slice = { text, strlen(text) };
	struct origin pattern;

	return parse_origin(slice, true, &pattern) &&
	    equals_as(pattern.scheme, page->scheme) &&
	    host_matches(pattern.host, page->host) &&
	    (pattern.port == PORT_ANY || pattern.port == page->port);
}

/* Whose page is this, with text for its origin? */
static enum http_origin
judge(const struct http_request *request, struct bx_slice text,
    const struct http_origin_list *allowed)
{
	enum http_origin verdict = HTTP_ORIGIN_FOREIGN;
	struct origin page;
	bool is_origin = parse_origin(text, false, &page);

	if (is_origin && is_own(request, &page))
		return HTTP_ORIGIN_OWN;
	for (size_t i = 0; i < allowed->count; i++) {
		if (is_origin && matches(allowed->items[i], &page))
			return HTTP_ORIGIN_LISTED;
		if (strcmp(allowed->items[i], "*") == 0)
			verdict = HTTP_ORIGIN_ANY;
	}
	return verdict;
}

bool
http_origin_is_pattern(struct bx_slice text)
{
	struct origin origin;

	return http_text_equals(text, "*") ||
	    parse_origin(text, true, &origin);
}

enum http_origin
http_origin_judge(const struct http_request *request,
    const struct http_origin_list *allowed)
{
	if (request->origin.len == 0 ||
	    http_text_equals_as(request->sec_fetch_site, "same-origin"))
		return HTTP_ORIGIN_OWN;
	return judge(request, request->origin, allowed);
}

/* The origin of the page that Referer names. */
static struct bx_slice
origin_of_referer(struct bx_slice referer)
{
	struct bx_slice rest;
	struct bx_slice scheme = http_text_split(referer, ':', &rest);
	size_t len = scheme.len + strlen("://");

	if (!http_text_starts_as(rest, "//"))
		return referer;
	while (len < referer.len && referer.at[len] != '/' &&
	    referer.at[len] != '?' && referer.at[len] != '#')
		len++;
	return (struct bx_slice){ referer.at, len };
}

enum http_origin
http_origin_judge_script(const struct http_request *request,
    const struct http_origin_list *allowed)
{
	struct bx_slice site = request->sec_fetch_site;
	enum http_origin verdict;

	if (request->origin.len > 0)
		return http_origin_judge(request, allowed);
	/* "none" is what a person has asked for, as from a bookmark. */
	if (http_text_equals_as(site, "same-origin") ||
	    http_text_equals_as(site, "none"))
		return HTTP_ORIGIN_OWN;
	if (site.len == 0 && request->referer.len == 0)
		return HTTP_ORIGIN_OWN;
	verdict = judge(request, origin_of_referer(request->referer), allowed);
	/* Our page may have been led here by another site's redirect. */
	if (verdict == HTTP_ORIGIN_OWN && site.len > 0)
		return HTTP_ORIGIN_FOREIGN;
	return verdict;
}

/* Does it ask for no more than to see something? */
static bool
is_safe(const struct http_request *request)
{
	return request->method == HTTP_METHOD_GET ||
	    http_text_equals(request->method_name, "HEAD");
}

/* Is it to be a page of its own, with its address shown? */
static bool
is_visit(const struct http_request *request)
{
	return http_text_equals_as(request->sec_fetch_mode, "navigate") &&
	    http_text_equals_as(request->sec_fetch_dest, "document");
}

enum http_origin
http_origin_judge_content(const struct http_request *request,
    const struct http_origin_list *allowed)
{
	enum http_origin verdict = http_origin_judge_script(request, allowed);

	if (request->origin.len > 0 || !is_safe(request))
		return verdict;
	if (request->sec_fetch_site.len > 0)
		return is_visit(request) ? HTTP_ORIGIN_OWN : verdict;
	/* An image looks the same as a link that somebody has followed, so
	 * neither gets more than anybody would. */
	return verdict == HTTP_ORIGIN_FOREIGN ? HTTP_ORIGIN_ANY : verdict;
}

size_t
http_origin_format(const struct http_request *request, enum http_origin origin,
    char out[HTTP_ORIGIN_HEADERS])
{
	struct bx_slice who = { "*", 1 };
	bool is_listed = origin == HTTP_ORIGIN_LISTED;
	bool is_preflight = request->method == HTTP_METHOD_OPTIONS &&
	    request->requested_method.len > 0;
	int len;

	out[0] = '\0';
	if (request->origin.len == 0 ||
	    (!is_listed && origin != HTTP_ORIGIN_ANY))
		return 0;
	if (is_listed)
		who = request->origin;
	len = snprintf(out, HTTP_ORIGIN_HEADERS,
	    "Access-Control-Allow-Origin: %.*s\r\n%s%s", (int)who.len, who.at,
	    is_listed ? "Access-Control-Allow-Credentials: true\r\n" : "",
	    is_preflight ? PREFLIGHT : "");
	return len < 0 ? 0 : (size_t)len;
}
