/* test_http.c - requests and replies, as HTTP and as CGI have them. */
#include "test/load/http.h"

#include <stdlib.h>
#include <string.h>

#include "test/load/bytes.h"
#include "test/load/target.h"
#include "test/support/unit.h"

#define PLAIN \
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" \
	"set-cookie: A=b; Path=/\r\nSet-Cookie: C=d\r\n" \
	"content-length: 5\r\n\r\nhello"
#define CHUNKED \
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" \
	"3\r\nhel\r\n00002;x=y\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"

/* The first len bytes of text, which end where their memory does. */
static char *
copy_of(const char *text, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	memcpy(copy, text, len);
	return copy;
}

static enum load_http_verdict
parse(const char *text, size_t *len)
{
	struct load_reply reply;
	char *copy;
	enum load_http_verdict verdict;

	*len = strlen(text);
	copy = copy_of(text, *len);
	verdict = load_http_parse(copy, len, &reply);
	free(copy);
	return verdict;
}

static void
whole_but_not_a_byte_before(const char *text)
{
	size_t whole = strlen(text), len;
	struct load_reply reply;
	char *copy;

	for (size_t cut = 0; cut < whole; cut++) {
		copy = copy_of(text, cut);
		len = cut;
		CU_ASSERT_EQUAL(load_http_parse(copy, &len, &reply),
		    LOAD_HTTP_MORE);
		CU_ASSERT(len > cut);
		CU_ASSERT(len <= whole);
		/* Nothing has moved. */
		CU_ASSERT_EQUAL(memcmp(copy, text, cut), 0);
		free(copy);
	}
	copy = copy_of(text, whole);
	len = whole;
	CU_ASSERT_EQUAL(load_http_parse(copy, &len, &reply), LOAD_HTTP_WHOLE);
	CU_ASSERT_EQUAL(len, whole);
	CU_ASSERT_EQUAL(reply.status, 200);
	CU_ASSERT_TRUE(bx_slice_is(reply.body, "hello"));
	CU_ASSERT_FALSE(reply.is_last);
	free(copy);
}

static void
a_reply_with_a_length_may_be_cut_anywhere(void)
{
	whole_but_not_a_byte_before(PLAIN);
}

static void
chunks_are_put_together(void)
{
	whole_but_not_a_byte_before(CHUNKED);
}

static void
the_first_cookie_is_known_by_name_and_value(void)
{
	char *copy = copy_of(PLAIN, sizeof(PLAIN) - 1);
	size_t len = sizeof(PLAIN) - 1;
	struct load_reply reply;

	CU_ASSERT_EQUAL(load_http_parse(copy, &len, &reply), LOAD_HTTP_WHOLE);
	CU_ASSERT_TRUE(bx_slice_is(reply.cookie, "A=b"));
	free(copy);
}

static void
the_last_reply_of_a_connection_is_known(void)
{
	static const char closes[] = "HTTP/1.1 503 No\r\nConnection: "
				     "close\r\nContent-Length: 0\r\n\r\n";
	static const char old[] =
	    "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n";
	struct load_reply reply;
	char *copy = copy_of(closes, sizeof(closes) - 1);
	size_t len = sizeof(closes) - 1;

	CU_ASSERT_EQUAL(load_http_parse(copy, &len, &reply), LOAD_HTTP_WHOLE);
	CU_ASSERT_TRUE(reply.is_last);
	CU_ASSERT_EQUAL(reply.status, 503);
	CU_ASSERT_EQUAL(reply.body.len, 0);
	free(copy);
	copy = copy_of(old, sizeof(old) - 1);
	len = sizeof(old) - 1;
	CU_ASSERT_EQUAL(load_http_parse(copy, &len, &reply), LOAD_HTTP_WHOLE);
	CU_ASSERT_TRUE(reply.is_last);
	free(copy);
}

static void
what_follows_a_reply_is_left(void)
{
	size_t len;

	CU_ASSERT_EQUAL(parse(PLAIN "HTTP", &len), LOAD_HTTP_WHOLE);
	CU_ASSERT_EQUAL(len, sizeof(PLAIN) - 1);
	CU_ASSERT_EQUAL(parse(CHUNKED "HTTP", &len), LOAD_HTTP_WHOLE);
	CU_ASSERT_EQUAL(len, sizeof(CHUNKED) - 1);
}

static void
what_is_no_reply_is_bad(void)
{
	static const char *const texts[] = {
		"SSH-2.0\r\n",
		"HTTP/1.1\r\n",
		"HTTP/1.1 abc\r\n",
		"HTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n"
		"\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		"ffffffffffffffffff\r\n",
	};
	size_t len;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CU_ASSERT_EQUAL(parse(texts[i], &len), LOAD_HTTP_BAD);
}

static void
a_head_that_does_not_end_is_bad(void)
{
	size_t len = 70000;
	struct load_reply reply;
	char *bytes = malloc(len);

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	memset(bytes, 'x', len);
	CU_ASSERT_EQUAL(load_http_parse(bytes, &len, &reply), LOAD_HTTP_BAD);
	free(bytes);
}

static void
a_program_says_its_status_or_200(void)
{
	static const char plain[] = "Content-Type: x\r\n\r\nbody";
	static const char status[] = "Status: 404 No\nSet-Cookie: A=b\n\n";
	struct load_reply reply;

	CU_ASSERT_EQUAL(load_http_parse_cgi((struct bx_slice){ plain,
						sizeof(plain) - 1 },
			    &reply),
	    LOAD_HTTP_WHOLE);
	CU_ASSERT_EQUAL(reply.status, 200);
	CU_ASSERT_TRUE(bx_slice_is(reply.body, "body"));
	CU_ASSERT_EQUAL(load_http_parse_cgi((struct bx_slice){ status,
						sizeof(status) - 1 },
			    &reply),
	    LOAD_HTTP_WHOLE);
	CU_ASSERT_EQUAL(reply.status, 404);
	CU_ASSERT_TRUE(bx_slice_is(reply.cookie, "A=b"));
	CU_ASSERT_EQUAL(reply.body.len, 0);
}

static void
what_a_program_did_not_finish_is_bad(void)
{
	struct load_reply reply;

	CU_ASSERT_EQUAL(load_http_parse_cgi((struct bx_slice){ NULL, 0 },
			    &reply),
	    LOAD_HTTP_BAD);
	CU_ASSERT_EQUAL(
	    load_http_parse_cgi((struct bx_slice){ "Status: 200\r\n", 13 },
		&reply),
	    LOAD_HTTP_BAD);
	CU_ASSERT_EQUAL(
	    load_http_parse_cgi((struct bx_slice){ "Status: 2000\n\n", 14 },
		&reply),
	    LOAD_HTTP_BAD);
}

static void
a_request_is_byte_exact(void)
{
	const struct bx_slice body = { "[]", 2 };
	struct load_bytes out = { 0 };
	struct load_target target;

	CU_ASSERT_TRUE_FATAL(
	    load_target_parse(&target, "http://127.0.0.1:81/x"));
	load_http_format(&out, &target, "", body);
	CU_ASSERT_TRUE(unit_is_text(out.at, out.len,
	    "POST /x HTTP/1.1\r\nHost: 127.0.0.1:81\r\n"
	    "Content-Type: application/json\r\nContent-Length: 2\r\n"
	    "\r\n[]"));
	load_bytes_clear(&out);
	load_http_format(&out, &target, "A=b", body);
	CU_ASSERT_TRUE(unit_is_text(out.at, out.len,
	    "POST /x HTTP/1.1\r\nHost: 127.0.0.1:81\r\n"
	    "Content-Type: application/json\r\nContent-Length: 2\r\n"
	    "Cookie: A=b\r\n\r\n[]"));
	load_bytes_fini(&out);
}

static const struct unit_test tests[] = {
	{ "a reply with a length may be cut anywhere",
	    a_reply_with_a_length_may_be_cut_anywhere },
	{ "chunks are put together, cut anywhere", chunks_are_put_together },
	{ "the first cookie is known by name and value",
	    the_first_cookie_is_known_by_name_and_value },
	{ "the last reply of a connection is known",
	    the_last_reply_of_a_connection_is_known },
	{ "what follows a reply is left", what_follows_a_reply_is_left },
	{ "what is no reply is bad", what_is_no_reply_is_bad },
	{ "a head that does not end is bad", a_head_that_does_not_end_is_bad },
	{ "a program says its status, or it is 200",
	    a_program_says_its_status_or_200 },
	{ "what a program did not finish is bad",
	    what_a_program_did_not_finish_is_bad },
	{ "a request is byte exact", a_request_is_byte_exact },
};

UNIT_MAIN("load/http", tests)
