/* http_cgi.c - CGI variables read as an HTTP request; see http_cgi.h. */
#include "http_cgi.h"

#include <stddef.h>
#include <string.h>

#include "engine/user.h"
#include "http_text.h"
#include "params.h"

/* A request, and the variables that it is worked out from. */
struct cgi {
	struct http_request request;
	struct bx_slice content_length;
	struct bx_slice content_type;
	struct bx_slice https;
	struct bx_slice path_info;
	struct bx_slice query_string;
	struct bx_slice request_scheme;
	struct bx_slice request_uri;
	struct bx_slice script_name;
	struct bx_slice server_protocol;
};

static const struct variable {
	const char *name;
	size_t offset; /* of its slice in struct cgi */
} variables[] = {
	{ "CONTENT_LENGTH", offsetof(struct cgi, content_length) },
	{ "CONTENT_TYPE", offsetof(struct cgi, content_type) },
	{ "HTTPS", offsetof(struct cgi, https) },
	{ "HTTP_ACCEPT", offsetof(struct cgi, request.accept) },
	{ "HTTP_ACCESS_CONTROL_REQUEST_METHOD",
	    offsetof(struct cgi, request.requested_method) },
	{ "HTTP_CONNECTION", offsetof(struct cgi, request.connection) },
	{ "HTTP_COOKIE", offsetof(struct cgi, request.cookie) },
	{ "HTTP_HOST", offsetof(struct cgi, request.host) },
	{ "HTTP_LAST_EVENT_ID", offsetof(struct cgi, request.last_event_id) },
	{ "HTTP_ORIGIN", offsetof(struct cgi, request.origin) },
	{ "HTTP_REFERER", offsetof(struct cgi, request.referer) },
	{ "HTTP_SEC_FETCH_DEST",
	    offsetof(struct cgi, request.sec_fetch_dest) },
	{ "HTTP_SEC_FETCH_MODE",
	    offsetof(struct cgi, request.sec_fetch_mode) },
	{ "HTTP_SEC_FETCH_SITE",
	    offsetof(struct cgi, request.sec_fetch_site) },
	{ "HTTP_UPGRADE", offsetof(struct cgi, request.upgrade) },
	{ "HTTP_USER_AGENT", offsetof(struct cgi, request.user_agent) },
	{ "HTTP_X_FORWARDED_FOR",
	    offsetof(struct cgi, request.forwarded_for) },
	{ "PATH_INFO", offsetof(struct cgi, path_info) },
	{ "QUERY_STRING", offsetof(struct cgi, query_string) },
	{ "REMOTE_ADDR", offsetof(struct cgi, request.remote_addr) },
	{ "REMOTE_USER", offsetof(struct cgi, request.remote_user) },
	{ "REQUEST_METHOD", offsetof(struct cgi, request.method_name) },
	{ "REQUEST_SCHEME", offsetof(struct cgi, request_scheme) },
	{ "REQUEST_URI", offsetof(struct cgi, request_uri) },
	{ "SCRIPT_NAME", offsetof(struct cgi, script_name) },
	{ "SERVER_PORT", offsetof(struct cgi, request.server_port) },
	{ "SERVER_PROTOCOL", offsetof(struct cgi, server_protocol) },
};

static enum bx_status
read_variables(struct cgi *cgi, struct bx_slice stream)
{
	struct fcgi_params params;
	struct fcgi_params_pair pair;
	enum bx_status status;
	bool more;

	fcgi_params_init(&params, stream);
	while ((status = fcgi_params_next(&params, &pair, &more)) == BX_OK &&
	    more)
		for (size_t i = 0;
		     i < sizeof(variables) / sizeof(variables[0]); i++)
			if (http_text_equals(pair.name, variables[i].name)) {
				memcpy((char *)cgi + variables[i].offset,
				    &pair.value, sizeof(pair.value));
				break;
			}
	return status;
}

/* Append path with each %XX as the byte it stands for. */
static enum bx_status
append_decoded(struct bx_buf *text, struct bx_slice path)
{
	enum bx_status status = BX_OK;

	while (path.len > 0 && status == BX_OK) {
		struct bx_slice rest;
		struct bx_slice plain = http_text_split(path, '%', &rest);
		bool escaped = plain.len < path.len;
		int escape;
		char byte;

		if (plain.len > 0)
			status = bx_buf_append(text, plain.at, plain.len);
		path = rest;
		if (!escaped || status != BX_OK)
			continue;
		escape = http_text_hex_byte(rest);
		if (escape < 0)
			return BX_EINVAL;
		byte = (char)escape;
		status = bx_buf_append(text, &byte, 1);
		path = http_text_behind(rest, 2);
	}
	return status;
}

/* "http://host/path" (RFC 9112, 3.2.2) is to us the same as "/path". */
static struct bx_slice
without_authority(struct bx_slice uri)
{
	if (http_text_starts_as(uri, "http://"))
		uri = http_text_behind(uri, strlen("http://"));
	else if (http_text_starts_as(uri, "https://"))
		uri = http_text_behind(uri, strlen("https://"));
	else
		return uri;
	/* A slice that has bytes has an address, which clang-tidy forgets. */
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	while (uri.len > 0 && *uri.at != '/' && *uri.at != '?')
		uri = http_text_behind(uri, 1);
	return uri;
}

/* Append the decoded path to text, and find the query. */
static enum bx_status
read_path(struct cgi *cgi, struct bx_buf *text)
{
	struct bx_slice uri = without_authority(cgi->request_uri);
	struct bx_slice query = { NULL, 0 };
	enum bx_status status = BX_OK;

	if (cgi->request_uri.len > 0) {
		struct bx_slice path = http_text_split(uri, '?', &query);

		/* Only an absolute form has no path: RFC 9110, 4.2.3. */
		status = path.len == 0 ? bx_buf_append_text(text, "/")
				       : append_decoded(text, path);
	} else {
		/* These two come decoded. */
		if (cgi->script_name.len > 0)
			status = bx_buf_append(text, cgi->script_name.at,
			    cgi->script_name.len);
		if (cgi->path_info.len > 0 && status == BX_OK)
			status = bx_buf_append(text, cgi->path_info.at,
			    cgi->path_info.len);
	}
	cgi->request.query =
	    cgi->query_string.len > 0 ? cgi->query_string : query;
	return status;
}

static enum bx_status
append_lower(struct bx_buf *text, struct bx_slice slice)
{
	size_t start = text->len;
	enum bx_status status;

	if (slice.len == 0)
		return BX_OK;
	status = bx_buf_append(text, slice.at, slice.len);
	for (size_t i = start; i < text->len; i++)
		text->bytes[i] = http_text_to_lower(text->bytes[i]);
	return status;
}

/* Up to the next ";" that is not between quotes (RFC 9110, 5.6.6). */
static struct bx_slice
next_parameter(struct bx_slice *rest)
{
	struct bx_slice parameter = *rest;
	bool quoted = false;
	size_t len = 0;

	for (; len < rest->len && (quoted || rest->at[len] != ';'); len++) {
		if (quoted && rest->at[len] == '\\' && len + 1 < rest->len)
			len++;
		else if (rest->at[len] == '"')
			quoted = !quoted;
	}
	parameter.len = len;
	*rest = http_text_behind(*rest, len < rest->len ? len + 1 : len);
	return http_text_trim(parameter);
}

static struct bx_slice
without_quotes(struct bx_slice value)
{
	if (value.len < 2 || value.at[0] != '"' ||
	    value.at[value.len - 1] != '"')
		return value;
	return (struct bx_slice){ value.at + 1, value.len - 2 };
}

static struct bx_slice
find_charset(struct bx_slice parameters)
{
	while (parameters.len > 0) {
		struct bx_slice parameter = next_parameter(&parameters);
		struct bx_slice value;
		struct bx_slice name = http_text_split(parameter, '=', &value);

		if (http_text_equals_as(http_text_trim(name), "charset"))
			return without_quotes(http_text_trim(value));
	}
	return (struct bx_slice){ NULL, 0 };
}

static enum http_method
method_of(struct bx_slice name)
{
	/* Methods are case-sensitive: RFC 9110, 9.1. */
	if (http_text_equals(name, "GET"))
		return HTTP_METHOD_GET;
	if (http_text_equals(name, "POST"))
		return HTTP_METHOD_POST;
	if (http_text_equals(name, "OPTIONS"))
		return HTTP_METHOD_OPTIONS;
	return HTTP_METHOD_OTHER;
}

/* Work out what needs no memory. */
static enum bx_status
read_scalars(struct cgi *cgi)
{
	struct http_request *request = &cgi->request;

	request->method = method_of(request->method_name);
	request->http2 = http_text_starts_as(cgi->server_protocol, "http/") &&
	    cgi->server_protocol.len > 5 &&
	    cgi->server_protocol.at[5] >= '2' &&
	    cgi->server_protocol.at[5] <= '9';
	request->https = cgi->https.len > 0
	    ? !http_text_equals_as(cgi->https, "off")
	    : http_text_equals_as(cgi->request_scheme, "https");
	request->content_length = -1;
	if (request->remote_user.len > 0 &&
	    !bx_user_is_valid(request->remote_user.at,
		request->remote_user.len))
		return BX_EINVAL;
	if (cgi->content_length.len == 0)
		return BX_OK;
	return http_request_parse_length(cgi->content_length,
	    &request->content_length);
}

enum bx_status
http_request_parse(struct http_request *request, struct bx_slice params,
    struct bx_buf *text)
{
	struct cgi cgi = { .request.content_length = -1 };
	struct bx_slice type, type_parameters;
	enum bx_status status;
	size_t path_len;

	bx_buf_clear(text);
	*request = cgi.request;
	if ((status = read_variables(&cgi, params)) != BX_OK ||
	    (status = read_scalars(&cgi)) != BX_OK ||
	    (status = read_path(&cgi, text)) != BX_OK)
		return status;
	path_len = text->len;
	type = http_text_split(cgi.content_type, ';', &type_parameters);
	type = http_text_trim(type);
	if ((status = append_lower(text, type)) != BX_OK)
		return status;
	/* Only now, as text has moved while it grew. */
	if (path_len > 0)
		cgi.request.path = (struct bx_slice){ text->bytes, path_len };
	if (type.len > 0)
		cgi.request.content_type =
		    (struct bx_slice){ text->bytes + path_len, type.len };
	cgi.request.charset = find_charset(type_parameters);
	*request = cgi.request;
	return BX_OK;
}

struct bx_slice
http_request_below_mount(const struct http_request *request, const char *mount)
{
	const struct bx_slice absent = { NULL, 0 };
	struct bx_slice below;
	size_t len = strlen(mount);

	while (len > 0 && mount[len - 1] == '/')
		len--;
	if (request->path.len < len ||
	    (len > 0 && memcmp(request->path.at, mount, len) != 0))
		return absent;
	below = http_text_behind(request->path, len);
	if (below.len == 0)
		return (struct bx_slice){ "/", 1 };
	return len == 0 || below.at[0] == '/' ? below : absent;
}

bool
http_request_has_known_charset(const struct http_request *request)
{
	struct bx_slice charset = request->charset;

	return charset.len == 0 || http_text_equals_as(charset, "utf-8") ||
	    http_text_equals_as(charset, "utf8") ||
	    http_text_equals_as(charset, "us-ascii");
}

bool
http_request_is_websocket(const struct http_request *request)
{
	struct bx_slice rest = request->upgrade;

	while (rest.len > 0) {
		struct bx_slice protocol = http_text_split(rest, ',', &rest);
		struct bx_slice version;

		/* Each is "name" or "name/version": RFC 9110, 7.8. */
		protocol = http_text_split(protocol, '/', &version);
		if (http_text_equals_as(http_text_trim(protocol), "websocket"))
			return true;
	}
	return false;
}

enum bx_status
http_request_parse_length(struct bx_slice value, int64_t *number)
{
	int64_t sum = 0;

	if (value.len == 0)
		return BX_EINVAL;
	for (size_t i = 0; i < value.len; i++) {
		int digit = value.at[i] - '0';

		if (digit < 0 || digit > 9)
			return BX_EINVAL;
		sum = sum > (INT64_MAX - digit) / 10 ? INT64_MAX
						     : sum * 10 + digit;
	}
	*number = sum;
	return BX_OK;
}
