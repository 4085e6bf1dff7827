/* test_http_origin.c - whose page sent a request, and may it? */
#include "fcgi/http_origin.h"

#include <string.h>

#include "fcgi/http_cgi.h"
#include "test/support/unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bx_slice
slice(const char *text)
{
	struct bx_slice absent = { NULL, 0 };

	return text == NULL ? absent : (struct bx_slice){ text, strlen(text) };
}

/* Who asks: NULL and false are what was not told. */
struct asker {
	const char *host;
	const char *origin;
	const char *site;
	const char *referer;
	const char *port;
	bool https;
};

static struct http_request
request_of(const struct asker *asker)
{
	struct http_request request;

	memset(&request, 0, sizeof(request));
	request.method = HTTP_METHOD_POST;
	request.https = asker->https;
	request.host = slice(asker->host);
	request.origin = slice(asker->origin);
	request.sec_fetch_site = slice(asker->site);
	request.referer = slice(asker->referer);
	request.server_port = slice(asker->port);
	return request;
}

static enum http_origin
judge(const struct asker *asker, const char *pattern)
{
	struct http_request request = request_of(asker);
	char text[400];
	char *items[] = { text };
	struct http_origin_list allowed = { items, pattern == NULL ? 0 : 1 };

	if (pattern != NULL)
		(void)strcpy(text, pattern);
	return http_origin_judge(&request, &allowed);
}

static enum http_origin
judge_script(const struct asker *asker, const char *pattern)
{
	struct http_request request = request_of(asker);
	char text[400];
	char *items[] = { text };
	struct http_origin_list allowed = { items, pattern == NULL ? 0 : 1 };

	if (pattern != NULL)
		(void)strcpy(text, pattern);
	return http_origin_judge_script(&request, &allowed);
}

static void
our_own_origin_is_scheme_and_host(void)
{
	static const struct asker own[] = {
		{ "h", NULL, NULL, NULL, "80", false },
		{ "h", "http://h", NULL, NULL, NULL, false },
		{ "h", "http://h:80", NULL, NULL, NULL, false },
		{ "h:80", "http://h", NULL, NULL, NULL, false },
		{ "h:8080", "http://h:8080", NULL, NULL, "8080", false },
		{ "H.Example", "HTTP://h.eXample", NULL, NULL, NULL, false },
		{ "h", "https://h", NULL, NULL, NULL, true },
		{ "h:443", "https://h", NULL, NULL, NULL, true },
		{ "[::1]:9", "http://[::1]:9", NULL, NULL, NULL, false },
		{ "[::1]", "http://[::1]", NULL, NULL, NULL, false },
	};

	for (size_t i = 0; i < COUNT(own); i++)
		CU_ASSERT_EQUAL(judge(&own[i], NULL), HTTP_ORIGIN_OWN);
}

static void
any_other_origin_is_foreign(void)
{
	static const struct asker foreign[] = {
		{ "h", "https://h", NULL, NULL, NULL, false },
		{ "h", "http://h", NULL, NULL, NULL, true },
		{ "h", "http://h:8080", NULL, NULL, "80", false },
		{ "h:8080", "http://h", NULL, NULL, "80", false },
		{ "h:8080", "http://h:8081", NULL, NULL, "8081", false },
		{ "h", "http://h.x", NULL, NULL, NULL, false },
		{ "h", "http://x.h", NULL, NULL, NULL, false },
		{ "h", "http://xh", NULL, NULL, NULL, false },
		{ "h", "null", NULL, NULL, NULL, false },
		{ "h", "h", NULL, NULL, NULL, false },
		{ "h", "http:h", NULL, NULL, NULL, false },
		{ "h", "http://h/", NULL, NULL, NULL, false },
		{ "h", "http://h http://h", NULL, NULL, NULL, false },
		{ "h", "http://u@h", NULL, NULL, NULL, false },
		{ "h", "http://h:", NULL, NULL, "0", false },
		{ "h:", "http://h", NULL, NULL, NULL, false },
		{ "h", "http://h:080080", NULL, NULL, NULL, false },
		{ "h", "http://", NULL, NULL, NULL, false },
		{ "", "http://", NULL, NULL, NULL, false },
		{ NULL, "http://h", NULL, NULL, "80", false },
		{ "*", "http://*", NULL, NULL, "80", false },
		{ "h", "http://h", "x", NULL, NULL, true },
		{ "[::1]:9", "http://[::1]:8", NULL, NULL, NULL, false },
	};

	for (size_t i = 0; i < COUNT(foreign); i++)
		CU_ASSERT_EQUAL(judge(&foreign[i], NULL), HTTP_ORIGIN_FOREIGN);
}

static void
a_host_that_lost_its_port_has_that_of_the_server(void)
{
	const struct asker lost = { "h", "http://h:8080", NULL, NULL, "8080",
		false };
	const struct asker other = { "h", "http://h:8081", NULL, NULL, "8080",
		false };
	const struct asker odd = { "h", "http://h:8080", NULL, NULL, "8080x",
		false };

	CU_ASSERT_EQUAL(judge(&lost, NULL), HTTP_ORIGIN_OWN);
	CU_ASSERT_EQUAL(judge(&other, NULL), HTTP_ORIGIN_FOREIGN);
	CU_ASSERT_EQUAL(judge(&odd, NULL), HTTP_ORIGIN_FOREIGN);
}

static void
sec_fetch_site_is_believed(void)
{
	const struct asker own = { "h", "https://h", "same-origin", NULL, NULL,
		false };
	const struct asker near = { "h", "https://h", "same-site", NULL, NULL,
		false };

	CU_ASSERT_EQUAL(judge(&own, NULL), HTTP_ORIGIN_OWN);
	CU_ASSERT_EQUAL(judge(&near, NULL), HTTP_ORIGIN_FOREIGN);
}

static const struct {
	const char *pattern;
	const char *origin;
	enum http_origin verdict;
} listed[] = {
	{ "http://a", "http://a", HTTP_ORIGIN_LISTED },
	{ "http://A:80", "HTTP://a", HTTP_ORIGIN_LISTED },
	{ "https://a:8443", "https://a:8443", HTTP_ORIGIN_LISTED },
	{ "capacitor://localhost", "capacitor://localhost",
	    HTTP_ORIGIN_LISTED },
	{ "http://a", "https://a", HTTP_ORIGIN_FOREIGN },
	{ "http://a", "http://a:81", HTTP_ORIGIN_FOREIGN },
	{ "http://a", "http://b", HTTP_ORIGIN_FOREIGN },
	{ "http://*.x.com", "http://a.x.com", HTTP_ORIGIN_LISTED },
	{ "http://*.x.com", "http://a.b.X.com", HTTP_ORIGIN_LISTED },
	{ "http://*.x.com", "http://x.com", HTTP_ORIGIN_FOREIGN },
	{ "http://*.x.com", "http://.x.com", HTTP_ORIGIN_FOREIGN },
	{ "http://*.x.com", "http://ax.com", HTTP_ORIGIN_FOREIGN },
	{ "http://*.x.com", "http://a.x.com.evil", HTTP_ORIGIN_FOREIGN },
	{ "http://*.x.com", "http://evil/.x.com", HTTP_ORIGIN_FOREIGN },
	{ "http://*.x.com", "http://evil:1.x.com", HTTP_ORIGIN_FOREIGN },
	{ "http://*.x.com", "http://a.x.com:8080", HTTP_ORIGIN_FOREIGN },
	{ "http://*.x.com", "https://a.x.com", HTTP_ORIGIN_FOREIGN },
	{ "http://*.x.com:*", "http://a.x.com:8080", HTTP_ORIGIN_LISTED },
	{ "http://a:*", "http://a", HTTP_ORIGIN_LISTED },
	{ "http://a:*", "http://a:9", HTTP_ORIGIN_LISTED },
	{ "http://a:*", "http://a:x", HTTP_ORIGIN_FOREIGN },
	{ "http://a", "http://a\r\nX: y", HTTP_ORIGIN_FOREIGN },
	{ "http://*.x.com", "http://\r\n.x.com", HTTP_ORIGIN_FOREIGN },
	{ "*", "http://a", HTTP_ORIGIN_ANY },
	{ "*", "null", HTTP_ORIGIN_ANY },
	{ "*", "http://h", HTTP_ORIGIN_OWN },
};

static void
another_origin_is_allowed_by_its_pattern(void)
{
	for (size_t i = 0; i < COUNT(listed); i++) {
		const struct asker asker = { .host = "h",
			.origin = listed[i].origin };

		CU_ASSERT_EQUAL(judge(&asker, listed[i].pattern),
		    listed[i].verdict);
	}
}

static void
what_is_listed_goes_before_everybody(void)
{
	char everybody[] = "*";
	char one[] = "http://a";
	char *items[] = { everybody, one };
	const struct http_origin_list allowed = { items, 2 };
	const struct asker asker = { .host = "h", .origin = "http://a" };
	struct http_request request = request_of(&asker);

	CU_ASSERT_EQUAL(http_origin_judge(&request, &allowed),
	    HTTP_ORIGIN_LISTED);
}

static void
a_list_may_have_patterns_and_nothing_else(void)
{
	static const char *const good[] = { "*", "http://a", "https://*.a.b",
		"http://a:8080", "http://a:*", "http://[::1]:80",
		"moz-extension://a-b" };
	static const char *const bad[] = { "", "null", "a", "a.b", "*.a.b",
		"http://", "http://*", "http://*.", "http://a.*",
		"http://a*.b", "http://a/", "http://a:", "http://a:0",
		"http://a:65536", "http://a b", "*://a", "http://*.*.a",
		"http://[a", "//a", "http:a", "http://a:8*" };

	for (size_t i = 0; i < COUNT(good); i++)
		CU_ASSERT_TRUE(http_origin_is_pattern(slice(good[i])));
	for (size_t i = 0; i < COUNT(bad); i++)
		CU_ASSERT_FALSE(http_origin_is_pattern(slice(bad[i])));
}

static const struct {
	const char *site;
	const char *referer;
	const char *origin;
	const char *pattern;
	enum http_origin verdict;
} scripts[] = {
	{ NULL, NULL, NULL, NULL, HTTP_ORIGIN_OWN },
	{ "same-origin", NULL, NULL, NULL, HTTP_ORIGIN_OWN },
	{ "none", NULL, NULL, NULL, HTTP_ORIGIN_OWN },
	{ "cross-site", NULL, NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ "same-site", NULL, NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ "what", NULL, NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ "cross-site", "http://h/x", NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ "cross-site", "http://a/x", NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ "cross-site", "http://a/x", NULL, "http://a", HTTP_ORIGIN_LISTED },
	{ "cross-site", NULL, NULL, "http://a", HTTP_ORIGIN_FOREIGN },
	{ "cross-site", NULL, NULL, "*", HTTP_ORIGIN_ANY },
	{ NULL, "http://h/x/y?z", NULL, NULL, HTTP_ORIGIN_OWN },
	{ NULL, "http://h", NULL, NULL, HTTP_ORIGIN_OWN },
	{ NULL, "http://h?x", NULL, NULL, HTTP_ORIGIN_OWN },
	{ NULL, "http://a/x", NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ NULL, "http://h.evil/x", NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ NULL, "http://h@evil/x", NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ NULL, "http://evil/http://h", NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ NULL, "about:client", NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ NULL, "http://a/x", NULL, "http://a", HTTP_ORIGIN_LISTED },
	{ "cross-site", NULL, "http://a", "http://a", HTTP_ORIGIN_LISTED },
	{ "none", "http://h/", "http://a", NULL, HTTP_ORIGIN_FOREIGN },
	{ NULL, "http://h/", "null", NULL, HTTP_ORIGIN_FOREIGN },
};

static void
a_script_tag_is_known_by_what_it_tells(void)
{
	for (size_t i = 0; i < COUNT(scripts); i++) {
		const struct asker asker = { .host = "h",
			.site = scripts[i].site,
			.referer = scripts[i].referer,
			.origin = scripts[i].origin };

		CU_ASSERT_EQUAL(judge_script(&asker, scripts[i].pattern),
		    scripts[i].verdict);
	}
}

#define VISIT "navigate", "document"
#define IMAGE "no-cors", "image"
#define FRAME "navigate", "iframe"
#define OLD NULL, NULL, NULL

static const struct {
	const char *method;
	const char *site;
	const char *mode;
	const char *dest;
	const char *referer;
	const char *pattern;
	enum http_origin verdict;
} contents[] = {
	{ "GET", "same-origin", IMAGE, NULL, NULL, HTTP_ORIGIN_OWN },
	{ "PUT", "same-origin", IMAGE, NULL, NULL, HTTP_ORIGIN_OWN },
	{ "GET", "none", VISIT, NULL, NULL, HTTP_ORIGIN_OWN },
	{ "POST", "none", NULL, NULL, NULL, NULL, HTTP_ORIGIN_OWN },
	{ "GET", "cross-site", VISIT, NULL, NULL, HTTP_ORIGIN_OWN },
	{ "HEAD", "same-site", VISIT, "http://a/", NULL, HTTP_ORIGIN_OWN },
	{ "GET", "cross-site", VISIT, NULL, "*", HTTP_ORIGIN_OWN },
	{ "POST", "cross-site", VISIT, NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ "head", "cross-site", VISIT, NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ "GET", "cross-site", FRAME, NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ "GET", "cross-site", "no-cors", "document", NULL, NULL,
	    HTTP_ORIGIN_FOREIGN },
	{ "GET", "cross-site", IMAGE, NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ "GET", "cross-site", IMAGE, "http://a/", NULL, HTTP_ORIGIN_FOREIGN },
	{ "GET", "cross-site", IMAGE, "http://h/", NULL, HTTP_ORIGIN_FOREIGN },
	{ "GET", "cross-site", NULL, NULL, NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ "GET", "what", IMAGE, NULL, NULL, HTTP_ORIGIN_FOREIGN },
	{ "GET", "cross-site", IMAGE, "http://a/", "http://a",
	    HTTP_ORIGIN_LISTED },
	{ "GET", "cross-site", IMAGE, "http://b/", "http://a",
	    HTTP_ORIGIN_FOREIGN },
	{ "GET", "cross-site", IMAGE, NULL, "*", HTTP_ORIGIN_ANY },
	{ "GET", OLD, NULL, NULL, HTTP_ORIGIN_OWN },
	{ "DELETE", OLD, NULL, NULL, HTTP_ORIGIN_OWN },
	{ "GET", OLD, "http://h/x", NULL, HTTP_ORIGIN_OWN },
	{ "POST", OLD, "http://h/x", NULL, HTTP_ORIGIN_OWN },
	{ "GET", OLD, "http://a/x", NULL, HTTP_ORIGIN_ANY },
	{ "HEAD", OLD, "http://a/x", NULL, HTTP_ORIGIN_ANY },
	{ "POST", OLD, "http://a/x", NULL, HTTP_ORIGIN_FOREIGN },
	{ "OPTIONS", OLD, "http://a/x", NULL, HTTP_ORIGIN_FOREIGN },
	{ "DELETE", OLD, "http://a/x", NULL, HTTP_ORIGIN_FOREIGN },
	{ "DELETE", OLD, "http://a/x", "*", HTTP_ORIGIN_ANY },
	{ "GET", OLD, "http://a/x", "http://a", HTTP_ORIGIN_LISTED },
	{ "POST", OLD, "http://a/x", "http://a", HTTP_ORIGIN_LISTED },
	/* Without Sec-Fetch-Site the others mean nothing. */
	{ "GET", NULL, VISIT, "http://a/x", NULL, HTTP_ORIGIN_ANY },
};

/* Row i of contents, asked with the given Origin. */
static enum http_origin
judge_content(size_t i, const char *origin)
{
	const struct asker asker = { .host = "h",
		.site = contents[i].site,
		.referer = contents[i].referer,
		.origin = origin };
	struct http_request request = request_of(&asker);
	char text[400] = "";
	char *items[] = { text };
	struct http_origin_list allowed = { items,
		contents[i].pattern == NULL ? 0 : 1 };

	if (contents[i].pattern != NULL)
		(void)strcpy(text, contents[i].pattern);
	request.method_name = slice(contents[i].method);
	request.method = HTTP_METHOD_OTHER;
	if (strcmp(contents[i].method, "GET") == 0)
		request.method = HTTP_METHOD_GET;
	request.sec_fetch_mode = slice(contents[i].mode);
	request.sec_fetch_dest = slice(contents[i].dest);
	return http_origin_judge_content(&request, &allowed);
}

static void
what_plugins_answer_may_be_linked_to_and_not_used(void)
{
	for (size_t i = 0; i < COUNT(contents); i++)
		CU_ASSERT_EQUAL(judge_content(i, NULL), contents[i].verdict);
}

static void
for_what_plugins_answer_an_origin_decides_alone(void)
{
	for (size_t i = 0; i < COUNT(contents); i++) {
		bool is_own = contents[i].site != NULL &&
		    strcmp(contents[i].site, "same-origin") == 0;
		bool is_any = contents[i].pattern != NULL &&
		    strcmp(contents[i].pattern, "*") == 0;

		CU_ASSERT_EQUAL(judge_content(i, "http://c"),
		    is_own	 ? HTTP_ORIGIN_OWN
			: is_any ? HTTP_ORIGIN_ANY
				 : HTTP_ORIGIN_FOREIGN);
		CU_ASSERT_EQUAL(judge_content(i, "http://h"), HTTP_ORIGIN_OWN);
	}
}

static void
an_endless_origin_is_foreign(void)
{
	char text[HTTP_ORIGIN_MAX + 2] = "http://";
	struct asker asker = { .host = "h", .origin = text };
	struct http_request request;
	char out[HTTP_ORIGIN_HEADERS];

	memset(text + 7, 'a', sizeof(text) - 8);
	text[sizeof(text) - 1] = '\0';
	CU_ASSERT_EQUAL(judge(&asker, text), HTTP_ORIGIN_FOREIGN);
	CU_ASSERT_FALSE(http_origin_is_pattern(slice(text)));
	text[HTTP_ORIGIN_MAX] = '\0';
	CU_ASSERT_EQUAL(judge(&asker, text), HTTP_ORIGIN_LISTED);
	request = request_of(&asker);
	request.method = HTTP_METHOD_OPTIONS;
	request.requested_method = slice("POST");
	CU_ASSERT(http_origin_format(&request, HTTP_ORIGIN_LISTED, out) <
	    HTTP_ORIGIN_HEADERS);
}

#define PREFLIGHT \
	"Access-Control-Allow-Methods: POST, GET\r\n" \
	"Access-Control-Allow-Headers: Accept, Authorization, " \
	"Content-Type, Pragma, X-Requested-With\r\n" \
	"Access-Control-Max-Age: 86400\r\n"
#define LISTED \
	"Access-Control-Allow-Origin: http://a\r\n" \
	"Access-Control-Allow-Credentials: true\r\n"
#define ANY "Access-Control-Allow-Origin: *\r\n"

static const struct {
	enum http_method method;
	enum http_origin origin;
	const char *requested;
	const char *headers;
} formats[] = {
	{ HTTP_METHOD_POST, HTTP_ORIGIN_OWN, NULL, "" },
	{ HTTP_METHOD_POST, HTTP_ORIGIN_FOREIGN, NULL, "" },
	{ HTTP_METHOD_POST, HTTP_ORIGIN_LISTED, NULL, LISTED },
	{ HTTP_METHOD_POST, HTTP_ORIGIN_LISTED, "POST", LISTED },
	{ HTTP_METHOD_POST, HTTP_ORIGIN_ANY, NULL, ANY },
	{ HTTP_METHOD_OPTIONS, HTTP_ORIGIN_LISTED, NULL, LISTED },
	{ HTTP_METHOD_OPTIONS, HTTP_ORIGIN_LISTED, "POST", LISTED PREFLIGHT },
	{ HTTP_METHOD_OPTIONS, HTTP_ORIGIN_ANY, "GET", ANY PREFLIGHT },
	{ HTTP_METHOD_OPTIONS, HTTP_ORIGIN_FOREIGN, "POST", "" },
	{ HTTP_METHOD_OPTIONS, HTTP_ORIGIN_OWN, "POST", "" },
};

static void
the_headers_say_what_was_found(void)
{
	const struct asker asker = { .host = "h", .origin = "http://a" };
	struct http_request request;
	char out[HTTP_ORIGIN_HEADERS];
	size_t len;

	for (size_t i = 0; i < COUNT(formats); i++) {
		request = request_of(&asker);
		request.method = formats[i].method;
		request.requested_method = slice(formats[i].requested);
		len = http_origin_format(&request, formats[i].origin, out);
		CU_ASSERT_EQUAL(len, strlen(out));
		CU_ASSERT_STRING_EQUAL(out, formats[i].headers);
		request.origin = slice(NULL);
		len = http_origin_format(&request, formats[i].origin, out);
		CU_ASSERT_EQUAL(len, 0);
	}
}

static const struct unit_test tests[] = {
	{ "our own origin is the scheme and Host of the request",
	    our_own_origin_is_scheme_and_host },
	{ "rule 79: any other origin is foreign",
	    any_other_origin_is_foreign },
	{ "a Host that lost its port has that of the server",
	    a_host_that_lost_its_port_has_that_of_the_server },
	{ "Sec-Fetch-Site is believed, whatever we know of TLS",
	    sec_fetch_site_is_believed },
	{ "rule 77: another origin is allowed by its pattern",
	    another_origin_is_allowed_by_its_pattern },
	{ "what is listed goes before everybody",
	    what_is_listed_goes_before_everybody },
	{ "a list may have patterns and nothing else",
	    a_list_may_have_patterns_and_nothing_else },
	{ "a script tag is known by what it tells",
	    a_script_tag_is_known_by_what_it_tells },
	{ "what plugins answer may be linked to, and not used",
	    what_plugins_answer_may_be_linked_to_and_not_used },
	{ "for what plugins answer an Origin decides alone",
	    for_what_plugins_answer_an_origin_decides_alone },
	{ "an endless origin is foreign", an_endless_origin_is_foreign },
	{ "rule 78: the headers say what was found",
	    the_headers_say_what_was_found },
};

UNIT_MAIN("fcgi/http_origin", tests)
