/* test_fcgi_request.c - requests as a web server passes them on. */
#include "test/load/fcgi_request.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi/params.h"
#include "fcgi/record.h"
#include "test/load/bytes.h"
#include "test/load/target.h"
#include "test/support/unit.h"

/* What a request turns out to be when it is read. */
struct seen {
	struct load_bytes params;
	struct load_bytes body;
	size_t records;
	uint8_t last_type;
	uint16_t last_len;
	unsigned char begin[8];
};

static void
read_back(const struct load_bytes *bytes, struct seen *seen)
{
	struct bx_slice input = { bytes->at, bytes->len };
	struct fcgi_record_decoder decoder;
	enum fcgi_record_event event;

	memset(seen, 0, sizeof(*seen));
	fcgi_record_decoder_init(&decoder);
	while (
	    (event = fcgi_record_next(&decoder, &input)) != FCGI_RECORD_MORE) {
		CU_ASSERT_FATAL(event != FCGI_RECORD_BAD);
		CU_ASSERT_EQUAL(decoder.request_id, 258);
		seen->records += event == FCGI_RECORD_BEGINS;
		seen->last_type = decoder.type;
		seen->last_len = decoder.content_len;
		if (event != FCGI_RECORD_CONTENT)
			continue;
		if (decoder.type == FCGI_BEGIN_REQUEST)
			memcpy(seen->begin, decoder.content.at, 8);
		else
			load_bytes_append(decoder.type == FCGI_PARAMS
				? &seen->params
				: &seen->body,
			    decoder.content.at, decoder.content.len);
	}
	CU_ASSERT_TRUE(fcgi_record_is_between(&decoder));
}

static void
forget(struct seen *seen)
{
	load_bytes_fini(&seen->params);
	load_bytes_fini(&seen->body);
}

/* The value of a parameter; absent: there is none. */
static struct bx_slice
param(const struct seen *seen, const char *name)
{
	struct fcgi_params_pair pair;
	struct fcgi_params params;
	bool more;

	fcgi_params_init(&params,
	    (struct bx_slice){ seen->params.at, seen->params.len });
	while (fcgi_params_next(&params, &pair, &more) == BX_OK && more)
		if (bx_slice_is(pair.name, name))
			return pair.value;
	return (struct bx_slice){ NULL, 0 };
}

static void
format(const char *cookie, struct bx_slice body, struct seen *seen)
{
	struct load_bytes out = { 0 };
	struct load_target target;

	CU_ASSERT_TRUE_FATAL(
	    load_target_parse(&target, "fcgi:127.0.0.1:9000"));
	load_fcgi_request_format(&out, &target, 258, cookie, body);
	read_back(&out, seen);
	load_bytes_fini(&out);
}

static void
a_request_is_a_post_that_keeps_its_connection(void)
{
	struct seen seen;

	format("", (struct bx_slice){ "[]", 2 }, &seen);
	CU_ASSERT_EQUAL(seen.begin[1], FCGI_RESPONDER);
	CU_ASSERT_EQUAL(seen.begin[2], FCGI_KEEP_CONN);
	CU_ASSERT_EQUAL(seen.records, 5);
	CU_ASSERT_EQUAL(seen.last_type, FCGI_STDIN);
	CU_ASSERT_EQUAL(seen.last_len, 0);
	CU_ASSERT_TRUE(bx_slice_is(param(&seen, "REQUEST_METHOD"), "POST"));
	CU_ASSERT_TRUE(bx_slice_is(param(&seen, "CONTENT_LENGTH"), "2"));
	CU_ASSERT_TRUE(bx_slice_is(param(&seen, "REQUEST_URI"), "/cometd"));
	CU_ASSERT_TRUE(
	    bx_slice_is(param(&seen, "HTTP_HOST"), "127.0.0.1:9000"));
	CU_ASSERT_EQUAL(param(&seen, "HTTP_COOKIE").len, 0);
	CU_ASSERT_TRUE(unit_is_text(seen.body.at, seen.body.len, "[]"));
	forget(&seen);
}

static void
a_cookie_is_passed_on(void)
{
	char cookie[301];
	struct seen seen;

	memset(cookie, 'c', 300);
	cookie[300] = '\0';
	format(cookie, (struct bx_slice){ "[]", 2 }, &seen);
	CU_ASSERT_TRUE(bx_slice_is(param(&seen, "HTTP_COOKIE"), cookie));
	forget(&seen);
}

static void
a_long_body_is_several_records(void)
{
	size_t len = 2 * FCGI_MAX_LENGTH + 1;
	char *body = malloc(len);
	struct seen seen;

	CU_ASSERT_PTR_NOT_NULL_FATAL(body);
	memset(body, 'b', len);
	format("", (struct bx_slice){ body, len }, &seen);
	CU_ASSERT_EQUAL(seen.records, 3 + 3 + 1);
	CU_ASSERT_EQUAL_FATAL(seen.body.len, len);
	CU_ASSERT_EQUAL(memcmp(seen.body.at, body, len), 0);
	forget(&seen);
	free(body);
}

static const struct unit_test tests[] = {
	{ "a request is a POST that keeps its connection",
	    a_request_is_a_post_that_keeps_its_connection },
	{ "a cookie is passed on", a_cookie_is_passed_on },
	{ "a long body is several records", a_long_body_is_several_records },
};

UNIT_MAIN("load/fcgi_request", tests)
