/*
 * http_cgi.h - the CGI variables of a request, read as an HTTP request.
 *
 * Web servers differ in what they send: of a repeated name the last counts,
 * an empty value is the same as none, and the path is that of REQUEST_URI,
 * the only variable that means the same everywhere (SCRIPT_NAME + PATH_INFO
 * stand in for it when it is missing).
 *
 * Ownership: a request is plain data.  Its path and content_type are borrowed
 * from the text buffer given to http_request_parse, all else from the params.
 * Reentrancy: no function calls out, but for the buffer's allocator.
 */
#ifndef HTTP_CGI_H
#define HTTP_CGI_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/buf.h"
#include "engine/json.h"
#include "engine/status.h"

enum http_method {
	HTTP_METHOD_OTHER,
	HTTP_METHOD_GET,
	HTTP_METHOD_POST,
	HTTP_METHOD_OPTIONS
};

/* Slices are as sent unless a comment says otherwise; len 0: absent. */
struct http_request {
	enum http_method method;
	bool http2; /* came over HTTP/2 or later */
	bool https;
	int64_t content_length; /* -1: not told; a huge one is INT64_MAX */
	struct bx_slice method_name;
	struct bx_slice path;  /* percent-decoded once, without the query */
	struct bx_slice query; /* what follows "?", still encoded */
	struct bx_slice content_type; /* lower case, without parameters */
	struct bx_slice charset;      /* of the content type, unquoted */
	struct bx_slice remote_addr;
	struct bx_slice remote_user; /* of the web server's own login */
	struct bx_slice forwarded_for;
	struct bx_slice host;
	struct bx_slice server_port;
	struct bx_slice user_agent;
	struct bx_slice cookie;
	struct bx_slice origin;
	struct bx_slice requested_method; /* of a CORS preflight */
	struct bx_slice referer;
	struct bx_slice sec_fetch_site;
	struct bx_slice sec_fetch_mode;
	struct bx_slice sec_fetch_dest;
	struct bx_slice accept;
	struct bx_slice last_event_id;
	struct bx_slice connection;
	struct bx_slice upgrade;
};

/*
 * Read a whole PARAMS stream into *request, whatever it held before.  What
 * has to be decoded goes into text, which is cleared first.  BX_EINVAL: the
 * stream is malformed, CONTENT_LENGTH is not a number, nobody can be called
 * what REMOTE_USER says (engine/user.h), or the path has a "%" without two hex
 * digits (status 400); BX_ENOMEM.  After an error *request has no values, but
 * is safe to read.
 */
enum bx_status http_request_parse(struct http_request *request,
    struct bx_slice params, struct bx_buf *text);

/*
 * What of the path is below mount: "/x", or "/" if it is mount itself; absent
 * if it is neither.  Mount "/cometd" takes "/cometd" and "/cometd/x", not
 * "/cometdx"; mount "/" takes all.  A "/" at the end of mount makes no
 * difference.  Borrowed as the path is.
 */
struct bx_slice http_request_below_mount(const struct http_request *request,
    const char *mount);

/* Can the body be read as UTF-8?  So it is without a charset and with one of
 * UTF-8 or US-ASCII, in any case; else the answer is 415. */
bool http_request_has_known_charset(const struct http_request *request);

/* Is a WebSocket among the protocols that it asks to upgrade to? */
bool http_request_is_websocket(const struct http_request *request);

/* The number of the value of a Content-Length in *number; more than INT64_MAX
 * is INT64_MAX.  BX_EINVAL: anything but decimal digits. */
enum bx_status http_request_parse_length(struct bx_slice value,
    int64_t *number);

#endif
