/*
 * test_response.c - replies as records, over bytes that nobody copies.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/message.h"
#include "fcgi/http_cookie.h"
#include "fcgi/http_origin.h"
#include "fcgi/record.h"
#include "fcgi/response.h"
#include "test/support/unit.h"

#define WIRE_MAX 400000
#define COMMON \
	"Cache-Control: no-cache, no-store\r\n" \
	"X-Content-Type-Options: nosniff\r\n" \
	"Vary: Origin\r\n"

static const struct fcgi_response_head json_head = {
	.status = 200,
	.content_type = FCGI_RESPONSE_JSON,
};

/* What a peer makes of the bytes. */
struct wire {
	char bytes[WIRE_MAX];
	size_t len;
	char out[WIRE_MAX]; /* STDOUT, with a NUL */
	size_t out_len;
	size_t out_records;
	bool ended_out;
	bool ended;
	bool bad;
};

static struct wire wire;

static void
parse_wire(uint16_t id)
{
	struct fcgi_record_decoder decoder;
	struct bx_slice input = { wire.bytes, wire.len };
	enum fcgi_record_event event;

	wire.out_len = 0;
	wire.out_records = 0;
	wire.ended_out = wire.ended = wire.bad = false;
	fcgi_record_decoder_init(&decoder);
	while (
	    (event = fcgi_record_next(&decoder, &input)) != FCGI_RECORD_MORE &&
	    event != FCGI_RECORD_BAD) {
		if (decoder.request_id != id)
			wire.bad = true;
		if (event == FCGI_RECORD_CONTENT &&
		    decoder.type == FCGI_STDOUT) {
			memcpy(wire.out + wire.out_len, decoder.content.at,
			    decoder.content.len);
			wire.out_len += decoder.content.len;
		}
		if (event != FCGI_RECORD_COMPLETE)
			continue;
		if (decoder.type == FCGI_STDOUT && decoder.content_len > 0)
			wire.out_records++;
		else if (decoder.type == FCGI_STDOUT)
			wire.ended_out = true;
		else if (decoder.type == FCGI_END_REQUEST)
			wire.ended = wire.ended_out || wire.out_records == 0;
	}
	wire.out[wire.out_len] = '\0';
	wire.bad = wire.bad || event == FCGI_RECORD_BAD ||
	    !fcgi_record_is_between(&decoder);
}

/* Write the response, at most step bytes at a time. */
static void
write_all(struct fcgi_response *response, uint16_t id, size_t step)
{
	struct fcgi_gather gather;
	size_t len, left, written;
	int i;

	wire.len = 0;
	while (fcgi_response_left(response) > 0) {
		gather.count = 0;
		gather.copied_len = 0;
		(void)fcgi_response_gather(response, &gather);
		left = step;
		for (i = 0; i < gather.count && left > 0; i++) {
			len = gather.vectors[i].iov_len;
			if (len > left)
				len = left;
			memcpy(wire.bytes + wire.len,
			    gather.vectors[i].iov_base, len);
			wire.len += len;
			left -= len;
		}
		written = step - left;
		fcgi_response_advance(response, &written);
		CU_ASSERT_EQUAL(written, 0);
	}
	parse_wire(id);
}

static struct fcgi_response *
make(size_t count, size_t message_len)
{
	struct fcgi_response_body body = {
		"[",
		"]",
		.count = count,
		.bytes = count * message_len,
	};
	struct fcgi_response *response;
	struct bx_message *message;
	char *bytes = malloc(message_len + 1);
	size_t i;

	response = fcgi_response_new(unit_env(), 7, &json_head, &body);
	CU_ASSERT_PTR_NOT_NULL_FATAL(response);
	for (i = 0; i < count; i++) {
		memset(bytes, 'a' + (int)(i % 26), message_len);
		message = bx_message_new(unit_env(), bytes, message_len);
		CU_ASSERT_PTR_NOT_NULL_FATAL(message);
		fcgi_response_add(message, response);
		bx_message_unref(message);
	}
	free(bytes);
	CU_ASSERT_TRUE(fcgi_response_is_filled(response));
	return response;
}

static void
an_answer_has_exact_headers_and_commas_between_messages(void)
{
	struct fcgi_response *response = make(3, 2);

	CU_ASSERT_FALSE(fcgi_response_has_begun(response));
	CU_ASSERT_FALSE(fcgi_response_is_handed_over(response));
	write_all(response, 7, SIZE_MAX);
	CU_ASSERT_TRUE(fcgi_response_is_handed_over(response));
	CU_ASSERT_STRING_EQUAL(wire.out,
	    "Status: 200 OK\r\n"
	    "Content-Type: application/json;charset=UTF-8\r\n" COMMON
	    "Content-Length: 10\r\n\r\n[aa,bb,cc]");
	CU_ASSERT_TRUE(wire.ended);
	CU_ASSERT_FALSE(wire.bad);
	fcgi_response_free(response);
}

/* Both as long as they may be. */
static void
a_cookie_and_another_origin_have_room_in_the_head(void)
{
	const struct fcgi_response_body body = { .before = "[", .after = "]" };
	char cors[HTTP_ORIGIN_HEADERS];
	char cookie[HTTP_COOKIE_LINE_MAX];
	struct fcgi_response_head head = json_head;
	struct fcgi_response *response;

	(void)memset(cors, 'o', sizeof(cors));
	(void)strcpy(cors + sizeof(cors) - 3, "\r\n");
	(void)memset(cookie, 'c', sizeof(cookie));
	(void)strcpy(cookie + sizeof(cookie) - 3, "\r\n");
	head.cors = cors;
	head.cookie = cookie;
	response = fcgi_response_new(unit_env(), 7, &head, &body);
	CU_ASSERT_PTR_NOT_NULL_FATAL(response);
	write_all(response, 7, SIZE_MAX);
	CU_ASSERT_PTR_NOT_NULL(strstr(wire.out, "\r\nooo"));
	CU_ASSERT_PTR_NOT_NULL(strstr(wire.out, "o\r\nccc"));
	CU_ASSERT_PTR_NOT_NULL(strstr(wire.out, "c\r\n\r\n[]"));
	fcgi_response_free(response);
}

static void
the_same_bytes_come_whatever_a_write_takes(void)
{
	static char whole[WIRE_MAX];
	struct fcgi_response *response;
	size_t len, step;

	response = make(40, 90);
	write_all(response, 7, SIZE_MAX);
	len = wire.len;
	memcpy(whole, wire.bytes, len);
	fcgi_response_free(response);
	for (step = 1; step < 200; step++) {
		response = make(40, 90);
		write_all(response, 7, step);
		CU_ASSERT_EQUAL_FATAL(wire.len, len);
		CU_ASSERT_EQUAL(memcmp(whole, wire.bytes, len), 0);
		fcgi_response_free(response);
	}
}

static void
a_body_is_split_where_a_record_is_full(void)
{
	struct fcgi_response *response;
	size_t head_len, len, total;

	response = make(1, 1);
	write_all(response, 7, SIZE_MAX);
	head_len = wire.out_len - 3;
	fcgi_response_free(response);
	for (total = 65534; total <= 65536; total++) {
		/* Content-Length grows from one digit to five. */
		len = total - head_len - 4 - 2;
		response = make(1, len);
		write_all(response, 7, 1000);
		CU_ASSERT_EQUAL(wire.out_len, total);
		CU_ASSERT_EQUAL(wire.out_records, total > 65535 ? 2 : 1);
		CU_ASSERT_TRUE(wire.ended);
		CU_ASSERT_FALSE(wire.bad);
		fcgi_response_free(response);
	}
}

static void
many_messages_need_several_writes(void)
{
	struct fcgi_response *response = make(1000, 300);

	write_all(response, 7, SIZE_MAX);
	CU_ASSERT_FALSE(wire.bad);
	CU_ASSERT_TRUE(wire.ended);
	CU_ASSERT_EQUAL(wire.out_records, 5);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(wire.out, "Content-Length: 301001\r\n\r\n[aaa"));
	CU_ASSERT_EQUAL(wire.out[wire.out_len - 1], ']');
	fcgi_response_free(response);
}

static void
the_body_is_handed_over_with_its_last_byte(void)
{
	struct fcgi_response *response = make(1, 100);
	size_t tail = FCGI_HEADER_LEN + sizeof(FCGI_EndRequestRecord);
	size_t most = fcgi_response_left(response) - tail - 1;

	fcgi_response_advance(response, &most);
	CU_ASSERT_TRUE(fcgi_response_has_begun(response));
	CU_ASSERT_FALSE(fcgi_response_is_handed_over(response));
	most = 1;
	fcgi_response_advance(response, &most);
	CU_ASSERT_TRUE(fcgi_response_is_handed_over(response));
	CU_ASSERT_EQUAL(fcgi_response_left(response), tail);
	fcgi_response_free(response);
}

static void
a_response_holds_its_messages(void)
{
	struct fcgi_response *response = make(2, 5);

	/* make() has given up its references: the runner sees a leak or a use
	 * after free if these were not counted. */
	write_all(response, 7, SIZE_MAX);
	CU_ASSERT_PTR_NOT_NULL(strstr(wire.out, "[aaaaa,bbbbb]"));
	fcgi_response_free(response);
	CU_ASSERT_EQUAL(unit_live(), 0);
}

static void
a_response_with_other_messages_than_told_is_not_filled(void)
{
	struct fcgi_response_body body = {
		"[",
		"]",
		.count = 1,
		.bytes = 5,
	};
	struct bx_message *message = bx_message_new(unit_env(), "{}", 2);
	struct fcgi_response *response;

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	response = fcgi_response_new(unit_env(), 7, &json_head, &body);
	CU_ASSERT_PTR_NOT_NULL_FATAL(response);
	CU_ASSERT_FALSE(fcgi_response_is_filled(response));
	fcgi_response_add(message, response);
	CU_ASSERT_FALSE(fcgi_response_is_filled(response));
	fcgi_response_add(message, response);
	CU_ASSERT_FALSE(fcgi_response_is_filled(response));
	fcgi_response_free(response);
	bx_message_unref(message);
}

struct status_case {
	unsigned status;
	const char *why;
	const char *head;
	const char *body; /* NULL: a sentence, whatever it says */
};

#define TEXT "Content-Type: text/plain;charset=UTF-8\r\n"
#define JSON "Content-Type: application/json;charset=UTF-8\r\n"
#define CORS "Access-Control-Allow-Origin: *\r\n"
#define ALLOW "Allow: GET, POST, OPTIONS\r\n"

static const struct status_case status_cases[] = {
	{ 200, NULL, "Status: 200 OK\r\nCache", "" },
	{ 400, NULL, "Status: 400 Bad Request\r\n" TEXT, NULL },
	{ 403, NULL, "Status: 403 Forbidden\r\n" TEXT, NULL },
	{ 404, NULL, "Status: 404 Not Found\r\n" TEXT, NULL },
	{ 405, NULL, "Status: 405 Method Not Allowed\r\n" TEXT, NULL },
	{ 413, NULL, "Status: 413 Content Too Large\r\n" TEXT, NULL },
	{ 415, NULL, "Status: 415 Unsupported Media Type\r\n" TEXT, NULL },
	{ 426, NULL, "Status: 426 Upgrade Required\r\n" TEXT, NULL },
	{ 503, "stopping", "Status: 503 Service Unavailable\r\n" JSON,
	    "{\"error\":\"503::stopping\"}" },
	{ 503, NULL, "Status: 503 Service Unavailable\r\n" JSON,
	    "{\"error\":\"503::overloaded\"}" },
	{ 599, NULL, "Status: 599 Error\r\nCache", "" },
};

static void
a_status_says_its_sentence_and_its_length(void)
{
	struct fcgi_response *response;
	const struct status_case *each;
	const char *body;
	size_t i;

	for (i = 0; i < sizeof(status_cases) / sizeof(status_cases[0]); i++) {
		each = &status_cases[i];
		response = fcgi_response_status(unit_env(), 3,
		    (struct fcgi_response_head){
			.status = each->status,
			.cors = CORS,
		    },
		    each->why);
		CU_ASSERT_PTR_NOT_NULL_FATAL(response);
		write_all(response, 3, SIZE_MAX);
		fcgi_response_free(response);
		CU_ASSERT_TRUE(wire.ended);
		CU_ASSERT_FALSE(wire.bad);
		CU_ASSERT_EQUAL(strncmp(wire.out, each->head,
				    strlen(each->head)),
		    0);
		CU_ASSERT_PTR_NOT_NULL(strstr(wire.out, COMMON));
		CU_ASSERT_PTR_NOT_NULL(strstr(wire.out, CORS "\r\n"));
		body = strstr(wire.out, "\r\n\r\n");
		CU_ASSERT_PTR_NOT_NULL_FATAL(body);
		body += 4;
		if (each->body != NULL)
			CU_ASSERT_STRING_EQUAL(body, each->body);
		if (each->body == NULL)
			CU_ASSERT_PTR_NOT_NULL(strstr(body, ".\n"));
		CU_ASSERT_EQUAL(strlen(body),
		    strtoul(strstr(wire.out, "Content-Length: ") + 16, NULL,
			10));
		CU_ASSERT_EQUAL(strstr(wire.out, ALLOW) != NULL,
		    each->status == 200 || each->status == 405);
	}
}

static void
an_end_alone_has_no_stdout(void)
{
	struct fcgi_response *response;

	response = fcgi_response_end(unit_env(), 9, FCGI_UNKNOWN_ROLE);
	CU_ASSERT_PTR_NOT_NULL_FATAL(response);
	write_all(response, 9, SIZE_MAX);
	CU_ASSERT_EQUAL(wire.len, sizeof(FCGI_EndRequestRecord));
	CU_ASSERT_EQUAL(wire.bytes[FCGI_HEADER_LEN + 4], FCGI_UNKNOWN_ROLE);
	CU_ASSERT_EQUAL(wire.out_records, 0);
	CU_ASSERT_TRUE(wire.ended);
	fcgi_response_free(response);
}

static void
several_responses_share_one_write(void)
{
	struct fcgi_response *first = make(1, 10);
	struct fcgi_response *second = make(1, 20);
	struct fcgi_gather gather = { .count = 0 };
	size_t written;

	CU_ASSERT_TRUE(fcgi_response_gather(first, &gather));
	CU_ASSERT_TRUE(fcgi_response_gather(second, &gather));
	CU_ASSERT_EQUAL(gather.count, 1);
	CU_ASSERT_EQUAL(gather.vectors[0].iov_len,
	    fcgi_response_left(first) + fcgi_response_left(second));
	written = fcgi_response_left(first) + 1;
	fcgi_response_advance(first, &written);
	CU_ASSERT_EQUAL(fcgi_response_left(first), 0);
	CU_ASSERT_EQUAL(written, 1);
	fcgi_response_advance(second, &written);
	CU_ASSERT_EQUAL(written, 0);
	CU_ASSERT_TRUE(fcgi_response_has_begun(second));
	fcgi_response_free(first);
	fcgi_response_free(second);
}

static bool
make_one(void *ctx)
{
	struct fcgi_response_body body = {
		"[",
		"]",
		.count = 2,
		.bytes = 4,
	};
	struct fcgi_response *response;

	(void)ctx;
	response = fcgi_response_new(unit_env(), 1, &json_head, &body);
	fcgi_response_free(response);
	return response != NULL;
}

static void
without_memory_there_is_no_response(void)
{
	CU_ASSERT_EQUAL(unit_fail_each(make_one, NULL), 1);
}

/* A head and a message, another message, and an end with nothing before it:
 * one reply, written at most step bytes at a time. */
static void
write_in_parts(size_t step, char *out)
{
	const struct fcgi_response_head head = { .status = 200 };
	const struct fcgi_response_body bodies[] = {
		{ .before = "a",
		    .after = "b",
		    .count = 1,
		    .bytes = 2,
		    .is_open = true },
		{ .before = "",
		    .after = "c",
		    .count = 1,
		    .bytes = 2,
		    .is_open = true },
		{ .before = "", .after = "" },
	};
	struct bx_message *message = bx_message_new(unit_env(), "{}", 2);
	struct fcgi_response *response;
	size_t i, len = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	for (i = 0; i < 3; i++) {
		response = fcgi_response_new(unit_env(), 7,
		    i == 0 ? &head : NULL, &bodies[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(response);
		if (bodies[i].count > 0)
			fcgi_response_add(message, response);
		CU_ASSERT_TRUE(fcgi_response_is_filled(response));
		CU_ASSERT_EQUAL(fcgi_response_ends_request(response), i == 2);
		write_all(response, 7, step);
		CU_ASSERT_TRUE(fcgi_response_is_handed_over(response));
		CU_ASSERT_EQUAL(wire.ended, i == 2);
		CU_ASSERT_FALSE(wire.bad);
		memcpy(out + len, wire.out, wire.out_len + 1);
		len += wire.out_len;
		fcgi_response_free(response);
	}
	bx_message_unref(message);
}

static void
a_reply_may_go_on_in_other_responses(void)
{
	static char out[1000];
	size_t step;

	for (step = 1; step < 300; step++) {
		write_in_parts(step, out);
		CU_ASSERT_STRING_EQUAL(out,
		    "Status: 200 OK\r\n" COMMON "\r\na{}b{}c");
	}
}

static const struct unit_test tests[] = {
	{ "an answer has exact headers, and commas between messages",
	    an_answer_has_exact_headers_and_commas_between_messages },
	{ "a cookie and another origin have room in the head",
	    a_cookie_and_another_origin_have_room_in_the_head },
	{ "the same bytes come whatever a write takes",
	    the_same_bytes_come_whatever_a_write_takes },
	{ "a body is split where a record is full",
	    a_body_is_split_where_a_record_is_full },
	{ "many messages need several writes",
	    many_messages_need_several_writes },
	{ "the body is handed over with its last byte",
	    the_body_is_handed_over_with_its_last_byte },
	{ "a response holds its messages", a_response_holds_its_messages },
	{ "a response with other messages than told is not filled",
	    a_response_with_other_messages_than_told_is_not_filled },
	{ "a status says its sentence and its length",
	    a_status_says_its_sentence_and_its_length },
	{ "an end alone has no STDOUT", an_end_alone_has_no_stdout },
	{ "several responses share one write",
	    several_responses_share_one_write },
	{ "a reply may go on in other responses",
	    a_reply_may_go_on_in_other_responses },
	{ "without memory there is no response",
	    without_memory_there_is_no_response },
};

UNIT_MAIN("fcgi/response", tests)
