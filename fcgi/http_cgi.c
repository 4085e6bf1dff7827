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

struct variable {
	char name[sizeof("HTTP_ACCESS_CONTROL_REQUEST_METHOD")];
	size_t offset; /* of its slice in struct cgi */
};

/* Listed by the length of their names, which alone rules most others out; what
 * every web server sends comes first.  The last of a list has no name. */
/* clang-format off */
#define LIST(...) (const struct variable[]){ __VA_ARGS__, { "", 0 } }
#define FIELD(name, field) { name, offsetof(struct cgi, field) }

static const struct variable *const variables[] = {
	[5] = LIST(
	    FIELD("HTTPS", https)),
	[9] = LIST(
	    FIELD("HTTP_HOST", request.host),
	    FIELD("PATH_INFO", path_info)),
	[11] = LIST(
	    FIELD("REQUEST_URI", request_uri),
	    FIELD("SCRIPT_NAME", script_name),
	    FIELD("REMOTE_ADDR", request.remote_addr),
	    FIELD("SERVER_PORT", request.server_port),
	    FIELD("HTTP_ACCEPT", request.accept),
	    FIELD("HTTP_COOKIE", request.cookie),
	    FIELD("HTTP_ORIGIN", request.origin),
	    FIELD("REMOTE_USER", request.remote_user)),
	[12] = LIST(
	    FIELD("CONTENT_TYPE", content_type),
	    FIELD("QUERY_STRING", query_string),
	    FIELD("HTTP_REFERER", request.referer),
	    FIELD("HTTP_UPGRADE", request.upgrade)),
	[14] = LIST(
	    FIELD("CONTENT_LENGTH", content_length),
	    FIELD("REQUEST_METHOD", request.method_name),
	    FIELD("REQUEST_SCHEME", request_scheme)),
	[15] = LIST(
	    FIELD("SERVER_PROTOCOL", server_protocol),
	    FIELD("HTTP_USER_AGENT", request.user_agent),
	    FIELD("HTTP_CONNECTION", request.connection)),
	[18] = LIST(
	    FIELD("HTTP_LAST_EVENT_ID", request.last_event_id)),
	[19] = LIST(
	    FIELD("HTTP_SEC_FETCH_DEST", request.sec_fetch_dest),
	    FIELD("HTTP_SEC_FETCH_MODE", request.sec_fetch_mode),
	    FIELD("HTTP_SEC_FETCH_SITE", request.sec_fetch_site)),
	[20] = LIST(
	    FIELD("HTTP_X_FORWARDED_FOR", request.forwarded_for)),
	[34] = LIST(
	    FIELD("HTTP_ACCESS_CONTROL_REQUEST_METHOD",
		request.requested_method)),
};
/* clang-format on */

/* NULL: it is of no use here. */
static const struct variable *
find_variable(struct bx_slice name)
{
	const struct variable *variable;
	size_t end;

	if (name.len >= sizeof(variables) / sizeof(variables[0]) ||
	    variables[name.len] == NULL)
		return NULL;
	/* Most begin in the same way, and few end so. */
	end = name.len - 1;
	for (variable = variables[name.len]; variable->name[0] != '\0';
	     variable++)
		if (variable->name[end] == name.at[end] &&
		    memcmp(variable->name, name.at, end) == 0)
			return variable;
	return NULL;
}

static enum bx_status
read_variables(struct cgi *cgi, struct bx_slice stream)
{
	const struct variable *variable;
	struct fcgi_params params;
	struct fcgi_params_pair pair;
	enum bx_status status;
	bool more;

	fcgi_params_init(&params, stream);
	while ((status = fcgi_params_next(&params, &pair, &more)) == BX_OK &&
	    more) {
		variable = find_variable(pair.name);
		if (variable != NULL)
			memcpy((char *)cgi + variable->offset, &pair.value,
			    sizeof(pair.value));
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
