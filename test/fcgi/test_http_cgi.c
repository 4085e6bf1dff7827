/* test_http_cgi.c - CGI variables as web servers send them. */
#include <stdlib.h>
#include <string.h>

#include "engine/user.h"
#include "fcgi/http_cgi.h"
#include "fcgi/params.h"
#include "test/support/unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct variable {
	const char *name;
	const char *value;
};

/* A request, and what its slices are borrowed from. */
struct fixture {
	struct bx_buf params;
	struct bx_buf text;
	struct http_request request;
};

static struct fixture fixture;

static void
fixture_init(void)
{
	memset(&fixture, 0, sizeof(fixture));
	bx_buf_init(&fixture.params, unit_env());
	bx_buf_init(&fixture.text, unit_env());
}

static void
fixture_fini(void)
{
	bx_buf_fini(&fixture.params);
	bx_buf_fini(&fixture.text);
}

static void
add_variable(const char *name, const char *value)
{
	unsigned char pair_bytes[4096];
	struct fcgi_params_pair pair = {
		{ name, strlen(name) },
		{ value, strlen(value) },
	};
	size_t len;

	CU_ASSERT_EQUAL_FATAL(fcgi_params_format(&pair, pair_bytes,
				  sizeof(pair_bytes), &len),
	    BX_OK);
	CU_ASSERT_EQUAL_FATAL(bx_buf_append(&fixture.params, pair_bytes, len),
	    BX_OK);
}

static enum bx_status
parse_collected(void)
{
	struct bx_slice params = { fixture.params.bytes, fixture.params.len };

	return http_request_parse(&fixture.request, params, &fixture.text);
}

/* Parse a request of these variables alone; the test ends with
 * fixture_fini. */
static enum bx_status
parse_all(const struct variable *variables, size_t count)
{
	fixture_init();
	for (size_t i = 0; i < count; i++)
		add_variable(variables[i].name, variables[i].value);
	return parse_collected();
}

#define PARSE(variables) parse_all((variables), COUNT(variables))

static bool
is(struct bx_slice slice, const char *text)
{
	return unit_is_text(slice.at, slice.len, text);
}

/* Parse a request of one variable and forget it. */
static enum bx_status
try_one(const char *name, const char *value)
{
	const struct variable variables[] = { { name, value } };
	enum bx_status status = PARSE(variables);

	fixture_fini();
	return status;
}

static bool
path_is(const char *uri, const char *path, const char *query)
{
	const struct variable variables[] = { { "REQUEST_URI", uri } };
	bool same = PARSE(variables) == BX_OK &&
	    is(fixture.request.path, path) && is(fixture.request.query, query);

	fixture_fini();
	return same;
}

static void
expect_post_of_table(void)
{
	const struct http_request *request = &fixture.request;

	CU_ASSERT_EQUAL(request->method, HTTP_METHOD_POST);
	CU_ASSERT(is(request->path, "/cometd/handshake/x y"));
	CU_ASSERT(is(request->query, "m=dump"));
	CU_ASSERT(is(request->remote_addr, "127.0.0.1"));
	CU_ASSERT(is(request->content_type, "application/json"));
	CU_ASSERT(is(request->charset, "UTF-8"));
	CU_ASSERT_EQUAL(request->content_length, 2);
	CU_ASSERT(http_request_below_mount(request, "/cometd").len > 0);
	CU_ASSERT(http_request_has_known_charset(request));
	CU_ASSERT_FALSE(request->http2);
	CU_ASSERT_FALSE(http_request_is_websocket(request));
}

static void
reads_a_post_through_lighttpd(void)
{
	const struct variable variables[] = {
		{ "CONTENT_LENGTH", "2" },
		{ "SCRIPT_NAME", "/cometd" },
		{ "PATH_INFO", "/handshake/x y" },
		{ "SCRIPT_FILENAME", "/var/www/htdocs/cometd" },
		{ "DOCUMENT_ROOT", "/var/www/htdocs" },
		{ "REQUEST_URI", "/cometd/handshake/x%20y?m=dump" },
		{ "QUERY_STRING", "m=dump" },
		{ "REQUEST_METHOD", "POST" },
		{ "SERVER_PROTOCOL", "HTTP/1.1" },
		{ "GATEWAY_INTERFACE", "CGI/1.1" },
		{ "REQUEST_SCHEME", "http" },
		{ "REMOTE_ADDR", "127.0.0.1" },
		{ "HTTP_HOST", "localhost:8080" },
		{ "SERVER_PORT", "8080" },
		{ "HTTP_ACCESS_CONTROL_REQUEST_METHOD", "POST" },
		{ "CONTENT_TYPE", "application/json;charset=UTF-8" },
		{ "HTTP_CONTENT_LENGTH", "2" },
	};

	CU_ASSERT_EQUAL_FATAL(PARSE(variables), BX_OK);
	expect_post_of_table();
	CU_ASSERT(is(fixture.request.host, "localhost:8080"));
	CU_ASSERT_FALSE(fixture.request.https);
	CU_ASSERT(is(fixture.request.server_port, "8080"));
	CU_ASSERT(is(fixture.request.requested_method, "POST"));
	fixture_fini();
}

static void
reads_a_post_through_mod_proxy_fcgi(void)
{
	const struct variable variables[] = {
		{ "PATH", "/usr/sbin:/usr/bin" },
		{ "SERVER_SIGNATURE", "" },
		{ "HTTPS", "on" },
		{ "CONTENT_LENGTH", "2" },
		{ "CONTENT_TYPE", "application/json; charset=\"UTF-8\"" },
		{ "REQUEST_METHOD", "POST" },
		{ "QUERY_STRING", "m=dump" },
		{ "REQUEST_URI", "/cometd/handshake/x%20y?m=dump" },
		{ "SCRIPT_NAME", "/cometd/handshake/x y" },
		{ "SCRIPT_FILENAME",
		    "proxy:fcgi://cometd.invalid//handshake/x y" },
		{ "SERVER_PROTOCOL", "HTTP/1.1" },
		{ "REMOTE_ADDR", "127.0.0.1" },
	};

	CU_ASSERT_EQUAL_FATAL(PARSE(variables), BX_OK);
	expect_post_of_table();
	CU_ASSERT(fixture.request.https);
	fixture_fini();
}

static void
reads_a_post_through_mod_fcgid(void)
{
	const struct variable variables[] = {
		{ "SCRIPT_NAME", "/cometd" },
		{ "PATH_INFO", "/handshake/x y" },
		{ "REQUEST_URI", "/cometd/handshake/x%20y?m=dump" },
		{ "QUERY_STRING", "m=dump" },
		{ "CONTENT_LENGTH", "2" },
		{ "CONTENT_TYPE",
		    "Application/JSON ; x=\";\\\";\"; "
		    "Charset=UTF-8" },
		{ "REQUEST_METHOD", "POST" },
		{ "SERVER_PROTOCOL", "HTTP/1.1" },
		{ "REMOTE_ADDR", "127.0.0.1" },
	};

	CU_ASSERT_EQUAL_FATAL(PARSE(variables), BX_OK);
	expect_post_of_table();
	fixture_fini();
}

static void
reads_a_post_through_nginx(void)
{
	const struct variable variables[] = {
		{ "QUERY_STRING", "m=dump" },
		{ "REQUEST_METHOD", "POST" },
		{ "CONTENT_TYPE", "application/json;charset=UTF-8" },
		{ "CONTENT_LENGTH", "2" },
		{ "SCRIPT_NAME", "/cometd/handshake/x y" },
		{ "REQUEST_URI", "/cometd/handshake/x%20y?m=dump" },
		{ "SERVER_PROTOCOL", "HTTP/1.1" },
		{ "REQUEST_SCHEME", "https" },
		{ "SERVER_NAME", "" },
		{ "REMOTE_ADDR", "127.0.0.1" },
		{ "PATH_INFO", "/handshake/x y" },
		{ "SCRIPT_NAME", "/cometd" },
		{ "HTTP_CONTENT_TYPE", "text/plain" },
		{ "HTTP_CONTENT_LENGTH", "7" },
	};

	CU_ASSERT_EQUAL_FATAL(PARSE(variables), BX_OK);
	expect_post_of_table();
	CU_ASSERT(fixture.request.https);
	fixture_fini();
}

static void
reads_a_get_without_a_length(void)
{
	const struct variable rows[][2] = {
		{ { "CONTENT_LENGTH", "" }, { "CONTENT_TYPE", "" } },
		{ { "SERVER_SIGNATURE", "" }, { "HTTP_ACCEPT", "" } },
		{ { "CONTENT_LENGTH", "9" }, { "CONTENT_LENGTH", "" } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		CU_ASSERT_EQUAL(PARSE(rows[i]), BX_OK);
		CU_ASSERT_EQUAL(fixture.request.content_length, -1);
		CU_ASSERT_EQUAL(fixture.request.content_type.len, 0);
		CU_ASSERT(http_request_has_known_charset(&fixture.request));
		fixture_fini();
	}
}

static void
no_variable_is_an_empty_request(void)
{
	CU_ASSERT_EQUAL(parse_all(NULL, 0), BX_OK);
	CU_ASSERT_EQUAL(fixture.request.method, HTTP_METHOD_OTHER);
	CU_ASSERT_EQUAL(fixture.request.method_name.len, 0);
	CU_ASSERT_EQUAL(fixture.request.path.len, 0);
	CU_ASSERT_EQUAL(fixture.request.content_length, -1);
	CU_ASSERT_EQUAL(http_request_below_mount(&fixture.request, "/cometd")
			    .len,
	    0);
	CU_ASSERT_FALSE(http_request_is_websocket(&fixture.request));
	fixture_fini();
}

static void
each_variable_has_its_field(void)
{
	const struct variable variables[] = {
		{ "HTTP_ACCEPT", "1" },
		{ "HTTP_CONNECTION", "2" },
		{ "HTTP_COOKIE", "3" },
		{ "HTTP_HOST", "4" },
		{ "HTTP_ORIGIN", "5" },
		{ "HTTP_REFERER", "6" },
		{ "HTTP_SEC_FETCH_SITE", "7" },
		{ "HTTP_UPGRADE", "8" },
		{ "HTTP_USER_AGENT", "9" },
		{ "HTTP_X_FORWARDED_FOR", "10" },
		{ "REMOTE_ADDR", "11" },
		{ "REMOTE_USER", "12" },
		{ "HTTP_LAST_EVENT_ID", "13" },
		{ "HTTP_SEC_FETCH_MODE", "14" },
		{ "HTTP_SEC_FETCH_DEST", "15" },
	};
	const struct http_request *request = &fixture.request;

	CU_ASSERT_EQUAL(PARSE(variables), BX_OK);
	CU_ASSERT(is(request->accept, "1"));
	CU_ASSERT(is(request->connection, "2"));
	CU_ASSERT(is(request->cookie, "3"));
	CU_ASSERT(is(request->host, "4"));
	CU_ASSERT(is(request->origin, "5"));
	CU_ASSERT(is(request->referer, "6"));
	CU_ASSERT(is(request->sec_fetch_site, "7"));
	CU_ASSERT(is(request->upgrade, "8"));
	CU_ASSERT(is(request->user_agent, "9"));
	CU_ASSERT(is(request->forwarded_for, "10"));
	CU_ASSERT(is(request->remote_addr, "11"));
	CU_ASSERT(is(request->remote_user, "12"));
	CU_ASSERT(is(request->last_event_id, "13"));
	CU_ASSERT(is(request->sec_fetch_mode, "14"));
	CU_ASSERT(is(request->sec_fetch_dest, "15"));
	fixture_fini();
}

/* Of no length that ours have, of one that they have, and beyond all. */
static void
other_variables_are_passed_over(void)
{
	const struct variable variables[] = {
		{ "REQUEST_METHOD", "GET" },
		{ "", "POST" },
		{ "X", "POST" },
		{ "HTTPX", "on" },
		{ "http_host", "POST" },
		{ "REQUEST_METHOX", "POST" },
		{ "REQUEST_METHOD_", "POST" },
		{ "HTTP_ACCESS_CONTROL_REQUEST_METHOX", "POST" },
		{ "HTTP_ACCESS_CONTROL_REQUEST_METHODS", "POST" },
	};
	const struct http_request *request = &fixture.request;

	CU_ASSERT_EQUAL(PARSE(variables), BX_OK);
	CU_ASSERT_EQUAL(request->method, HTTP_METHOD_GET);
	CU_ASSERT_FALSE(request->https);
	CU_ASSERT_EQUAL(request->host.len, 0);
	CU_ASSERT_EQUAL(request->requested_method.len, 0);
	fixture_fini();
}

static void
the_last_of_a_repeated_name_counts(void)
{
	const struct variable variables[] = {
		{ "REQUEST_URI", "/one" },
		{ "REMOTE_USER", "eve" },
		{ "REQUEST_URI", "/two" },
		{ "REMOTE_USER", "" },
	};

	CU_ASSERT_EQUAL(PARSE(variables), BX_OK);
	CU_ASSERT(is(fixture.request.path, "/two"));
	CU_ASSERT_EQUAL(fixture.request.remote_user.len, 0);
	fixture_fini();
}

/* A header can have any name but those of other variables. */
static void
a_header_is_nobody_s_login(void)
{
	const struct variable variables[] = {
		{ "HTTP_REMOTE_USER", "eve" },
		{ "HTTP_AUTHORIZATION", "Basic ZXZlOmV2ZQ==" },
	};

	CU_ASSERT_EQUAL(PARSE(variables), BX_OK);
	CU_ASSERT_EQUAL(fixture.request.remote_user.len, 0);
	fixture_fini();
}

static void
a_user_is_not_cut_short(void)
{
	char name[BX_USER_MAX + 2];
	const struct variable variables[] = { { "REMOTE_USER", name } };

	memset(name, 'a', sizeof(name));
	name[BX_USER_MAX] = '\0';
	CU_ASSERT_EQUAL(PARSE(variables), BX_OK);
	CU_ASSERT_EQUAL(fixture.request.remote_user.len, BX_USER_MAX);
	fixture_fini();
	name[BX_USER_MAX] = 'a';
	name[BX_USER_MAX + 1] = '\0';
	CU_ASSERT_EQUAL(PARSE(variables), BX_EINVAL);
	CU_ASSERT_EQUAL(fixture.request.remote_user.len, 0);
	fixture_fini();
	strcpy(name, "al\nice");
	CU_ASSERT_EQUAL(PARSE(variables), BX_EINVAL);
	fixture_fini();
}

static void
knows_the_methods_it_answers(void)
{
	const struct {
		const char *name;
		enum http_method method;
	} rows[] = {
		{ "GET", HTTP_METHOD_GET },
		{ "POST", HTTP_METHOD_POST },
		{ "OPTIONS", HTTP_METHOD_OPTIONS },
		{ "HEAD", HTTP_METHOD_OTHER },
		{ "PUT", HTTP_METHOD_OTHER },
		{ "post", HTTP_METHOD_OTHER },
		{ "GETS", HTTP_METHOD_OTHER },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct variable variables[] = {
			{ "REQUEST_METHOD", rows[i].name },
		};

		CU_ASSERT_EQUAL(PARSE(variables), BX_OK);
		CU_ASSERT_EQUAL(fixture.request.method, rows[i].method);
		CU_ASSERT(is(fixture.request.method_name, rows[i].name));
		fixture_fini();
	}
}

static void
the_path_is_decoded_once(void)
{
	CU_ASSERT(path_is("/cometd", "/cometd", ""));
	CU_ASSERT(path_is("/cometd/", "/cometd/", ""));
	CU_ASSERT(path_is("/comet%64/%41%4a%4A", "/cometd/AJJ", ""));
	CU_ASSERT(path_is("/a%2541", "/a%41", ""));
	CU_ASSERT(path_is("/a+b", "/a+b", ""));
	CU_ASSERT(path_is("/%C3%A4", "/\xc3\xa4", ""));
	CU_ASSERT(path_is("*", "*", ""));
}

static void
the_query_is_split_off_and_stays_encoded(void)
{
	CU_ASSERT(path_is("/cometd?a=%20b", "/cometd", "a=%20b"));
	CU_ASSERT(path_is("/cometd?", "/cometd", ""));
	CU_ASSERT(path_is("/cometd?a?b", "/cometd", "a?b"));
	CU_ASSERT(path_is("/cometd%3Fa?%zz", "/cometd?a", "%zz"));
}

static void
the_absolute_form_is_accepted(void)
{
	CU_ASSERT(path_is("http://host/cometd?q", "/cometd", "q"));
	CU_ASSERT(path_is("HTTPS://host:443/cometd", "/cometd", ""));
	CU_ASSERT(path_is("http://host", "/", ""));
	CU_ASSERT(path_is("http://host?q", "/", "q"));
	CU_ASSERT(path_is("/http://host/x", "/http://host/x", ""));
}

static void
a_path_with_a_bad_escape_is_refused(void)
{
	CU_ASSERT_EQUAL(try_one("REQUEST_URI", "/%"), BX_EINVAL);
	CU_ASSERT_EQUAL(try_one("REQUEST_URI", "/%4"), BX_EINVAL);
	CU_ASSERT_EQUAL(try_one("REQUEST_URI", "/%4?1"), BX_EINVAL);
	CU_ASSERT_EQUAL(try_one("REQUEST_URI", "/%g1"), BX_EINVAL);
	CU_ASSERT_EQUAL(try_one("REQUEST_URI", "/%1g"), BX_EINVAL);
	CU_ASSERT_EQUAL(try_one("REQUEST_URI", "/%%41"), BX_EINVAL);
}

static void
script_name_stands_in_for_request_uri(void)
{
	const struct variable both[] = {
		{ "SCRIPT_NAME", "/cometd" },
		{ "PATH_INFO", "/a%20?b" },
		{ "QUERY_STRING", "x=1" },
	};
	const struct variable one[] = {
		{ "SCRIPT_NAME", "/cometd" },
		{ "REQUEST_URI", "" },
	};

	CU_ASSERT_EQUAL(PARSE(both), BX_OK);
	CU_ASSERT(is(fixture.request.path, "/cometd/a%20?b"));
	CU_ASSERT(is(fixture.request.query, "x=1"));
	fixture_fini();
	CU_ASSERT_EQUAL(PARSE(one), BX_OK);
	CU_ASSERT(is(fixture.request.path, "/cometd"));
	fixture_fini();
}

static void
a_mount_takes_itself_and_what_is_below(void)
{
	const struct {
		const char *uri, *mount, *below;
	} rows[] = {
		{ "/cometd", "/cometd", "/" },
		{ "/cometd/", "/cometd", "/" },
		{ "/cometd/connect", "/cometd", "/connect" },
		{ "/cometd//a/", "/cometd", "//a/" },
		{ "/cometd?x", "/cometd", "/" },
		{ "/cometd", "/cometd/", "/" },
		{ "/cometd/a", "/cometd/", "/a" },
		{ "/cometdfoo", "/cometd", "" },
		{ "/comet", "/cometd", "" },
		{ "/COMETD", "/cometd", "" },
		{ "/", "/cometd", "" },
		{ "/a/cometd", "/cometd", "" },
		{ "/a/b/c", "/a/b", "/c" },
		{ "/cometd%2fx", "/cometd", "/x" },
		{ "/anything", "/", "/anything" },
		{ "/", "/", "/" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct variable variables[] = {
			{ "REQUEST_URI", rows[i].uri },
		};
		struct bx_slice below;

		CU_ASSERT_EQUAL(PARSE(variables), BX_OK);
		below =
		    http_request_below_mount(&fixture.request, rows[i].mount);
		CU_ASSERT_TRUE(
		    unit_is_text(below.at, below.len, rows[i].below));
		fixture_fini();
	}
}

static void
a_content_type_is_read_without_case_and_parameters(void)
{
	const struct {
		const char *value, *type, *charset;
		bool known;
	} rows[] = {
		{ "text/json", "text/json", "", true },
		{ "Text/JSON;Charset=utf-8", "text/json", "utf-8", true },
		{ "a/b; charset=\"Us-Ascii\"", "a/b", "Us-Ascii", true },
		{ "a/b;charset=UTF8", "a/b", "UTF8", true },
		{ "a/b; charset=", "a/b", "", true },
		{ "a/b; charset", "a/b", "", true },
		{ "a/b;", "a/b", "", true },
		{ "a/b; xcharset=latin1", "a/b", "", true },
		{ "a/b; x=\"charset=latin1;\"", "a/b", "", true },
		{ "a/b; charset=ISO-8859-1", "a/b", "ISO-8859-1", false },
		{ "a/b;charset=\"utf-16\"", "a/b", "utf-16", false },
		{ "a/b;charset=utf-8x", "a/b", "utf-8x", false },
		{ "a/b;;; charset = latin1 ;", "a/b", "latin1", false },
		{ ";charset=utf-8", "", "utf-8", true },
		{ "a/b; x=\"\\", "a/b", "", true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct variable variables[] = {
			{ "CONTENT_TYPE", rows[i].value },
		};

		CU_ASSERT_EQUAL(PARSE(variables), BX_OK);
		CU_ASSERT(is(fixture.request.content_type, rows[i].type));
		CU_ASSERT(is(fixture.request.charset, rows[i].charset));
		CU_ASSERT_EQUAL(http_request_has_known_charset(
				    &fixture.request),
		    rows[i].known);
		fixture_fini();
	}
}

static void
a_content_length_is_decimal_digits(void)
{
	const struct {
		const char *value;
		int64_t length;
	} rows[] = {
		{ "0", 0 },
		{ "007", 7 },
		{ "1048576", 1048576 },
		{ "9223372036854775806", INT64_MAX - 1 },
		{ "9223372036854775807", INT64_MAX },
		{ "9223372036854775808", INT64_MAX },
		{ "99999999999999999999999999", INT64_MAX },
	};
	const char *const bad[] = { "x", "-1", "+1", " 1", "1 ", "1,1", "0x10",
		"1.0", "99999999999999999999999999x" };

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct variable variables[] = {
			{ "CONTENT_LENGTH", rows[i].value },
		};

		CU_ASSERT_EQUAL(PARSE(variables), BX_OK);
		CU_ASSERT_EQUAL(fixture.request.content_length,
		    rows[i].length);
		fixture_fini();
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		CU_ASSERT_EQUAL(try_one("CONTENT_LENGTH", bad[i]), BX_EINVAL);
}

static void
knows_http2_and_https(void)
{
	const struct {
		struct variable variable;
		bool http2, https;
	} rows[] = {
		{ { "SERVER_PROTOCOL", "HTTP/1.0" }, false, false },
		{ { "SERVER_PROTOCOL", "HTTP/1.1" }, false, false },
		{ { "SERVER_PROTOCOL", "HTTP/2.0" }, true, false },
		{ { "SERVER_PROTOCOL", "HTTP/2" }, true, false },
		{ { "SERVER_PROTOCOL", "HTTP/3.0" }, true, false },
		{ { "SERVER_PROTOCOL", "HTTP/" }, false, false },
		{ { "HTTPS", "on" }, false, true },
		{ { "HTTPS", "off" }, false, false },
		{ { "HTTPS", "" }, false, false },
		{ { "REQUEST_SCHEME", "https" }, false, true },
		{ { "REQUEST_SCHEME", "http" }, false, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		CU_ASSERT_EQUAL(parse_all(&rows[i].variable, 1), BX_OK);
		CU_ASSERT_EQUAL(fixture.request.http2, rows[i].http2);
		CU_ASSERT_EQUAL(fixture.request.https, rows[i].https);
		fixture_fini();
	}
}

static void
finds_a_websocket_in_the_upgrade_list(void)
{
	const struct {
		const char *value;
		bool websocket;
	} rows[] = {
		{ "websocket", true },
		{ "WebSocket", true },
		{ "h2c, websocket", true },
		{ "foo/1 ,websocket/13,x", true },
		{ "h2c", false },
		{ "websockets", false },
		{ "x/websocket", false },
		{ ",,", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct variable variables[] = {
			{ "HTTP_UPGRADE", rows[i].value },
		};

		CU_ASSERT_EQUAL(PARSE(variables), BX_OK);
		CU_ASSERT_EQUAL(http_request_is_websocket(&fixture.request),
		    rows[i].websocket);
		fixture_fini();
	}
}

static void
a_malformed_stream_leaves_no_values(void)
{
	fixture_init();
	fixture.request.path = (struct bx_slice){ "stale", 5 };
	add_variable("REQUEST_METHOD", "POST");
	CU_ASSERT_EQUAL(bx_buf_append(&fixture.params, "\x01", 1), BX_OK);
	CU_ASSERT_EQUAL(parse_collected(), BX_EINVAL);
	CU_ASSERT_EQUAL(fixture.request.method, HTTP_METHOD_OTHER);
	CU_ASSERT_EQUAL(fixture.request.method_name.len, 0);
	CU_ASSERT_EQUAL(fixture.request.path.len, 0);
	CU_ASSERT_EQUAL(fixture.request.content_length, -1);
	fixture_fini();
}

static void
a_text_buffer_is_used_again(void)
{
	const struct variable variables[] = { { "REQUEST_URI", "/cometd" },
		{ "CONTENT_TYPE", "A/B" } };

	CU_ASSERT_EQUAL(PARSE(variables), BX_OK);
	CU_ASSERT_EQUAL(parse_collected(), BX_OK);
	CU_ASSERT(is(fixture.request.path, "/cometd"));
	CU_ASSERT(is(fixture.request.content_type, "a/b"));
	CU_ASSERT_EQUAL(fixture.text.len, strlen("/cometd") + strlen("a/b"));
	fixture_fini();
}

/* Long enough for its text to be grown more than once. */
static bool
parse_long_path(void *ctx)
{
	struct bx_buf text;
	struct bx_slice params = *(const struct bx_slice *)ctx;
	struct http_request request;
	enum bx_status status;

	bx_buf_init(&text, unit_env());
	status = http_request_parse(&request, params, &text);
	CU_ASSERT(status == BX_OK || status == BX_ENOMEM);
	CU_ASSERT_EQUAL(request.path.len, status == BX_OK ? 2001 : 0);
	CU_ASSERT_EQUAL(request.content_type.len, status == BX_OK ? 500 : 0);
	bx_buf_fini(&text);
	return status == BX_OK;
}

static void
every_allocation_may_fail(void)
{
	char path[2200], type[501];
	struct bx_slice params;

	fixture_init();
	memset(path, 'p', sizeof(path));
	path[0] = '/';
	memcpy(path + 1000, "%20", 3);
	path[2003] = '\0';
	memset(type, 'T', sizeof(type) - 1);
	type[sizeof(type) - 1] = '\0';
	add_variable("REQUEST_URI", path);
	add_variable("CONTENT_TYPE", type);
	params = (struct bx_slice){ fixture.params.bytes, fixture.params.len };
	CU_ASSERT(unit_fail_each(parse_long_path, &params) >= 2);
	fixture_fini();
}

static const struct unit_test tests[] = {
	{ "a POST through lighttpd is read", reads_a_post_through_lighttpd },
	{ "a POST through Apache mod_proxy_fcgi is read",
	    reads_a_post_through_mod_proxy_fcgi },
	{ "a POST through Apache mod_fcgid is read",
	    reads_a_post_through_mod_fcgid },
	{ "a POST through nginx is read", reads_a_post_through_nginx },
	{ "an empty length or type is none", reads_a_get_without_a_length },
	{ "no variable makes an empty request",
	    no_variable_is_an_empty_request },
	{ "each variable has its field", each_variable_has_its_field },
	{ "other variables are passed over", other_variables_are_passed_over },
	{ "of a repeated name the last counts",
	    the_last_of_a_repeated_name_counts },
	{ "a header is nobody's login", a_header_is_nobody_s_login },
	{ "a user is not cut short", a_user_is_not_cut_short },
	{ "the methods that are answered are known",
	    knows_the_methods_it_answers },
	{ "the path is decoded once", the_path_is_decoded_once },
	{ "the query is split off and stays encoded",
	    the_query_is_split_off_and_stays_encoded },
	{ "a request target in absolute form is accepted",
	    the_absolute_form_is_accepted },
	{ "a path with a bad escape is refused",
	    a_path_with_a_bad_escape_is_refused },
	{ "SCRIPT_NAME and PATH_INFO stand in for REQUEST_URI",
	    script_name_stands_in_for_request_uri },
	{ "a mount takes its own path and what is below",
	    a_mount_takes_itself_and_what_is_below },
	{ "a content type is read without case and parameters",
	    a_content_type_is_read_without_case_and_parameters },
	{ "a content length is decimal digits and never overflows",
	    a_content_length_is_decimal_digits },
	{ "HTTP/2 and HTTPS are known", knows_http2_and_https },
	{ "a WebSocket is found in the list of Upgrade",
	    finds_a_websocket_in_the_upgrade_list },
	{ "a malformed stream leaves no values",
	    a_malformed_stream_leaves_no_values },
	{ "a text buffer may be used again", a_text_buffer_is_used_again },
	{ "every allocation may fail", every_allocation_may_fail },
};

UNIT_MAIN("http_cgi", tests)
