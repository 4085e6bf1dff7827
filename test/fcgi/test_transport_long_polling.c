/*
 * test_transport_long_polling.c - what bodies are taken for messages, with a
 * real engine.
 */
#include <stdio.h>
#include <string.h>

#include "engine/buf.h"
#include "engine/client_id.h"
#include "engine/engine.h"
#include "engine/exchange.h"
#include "engine/message.h"
#include "fcgi/http_cgi.h"
#include "fcgi/response.h"
#include "fcgi/transport.h"
#include "test/support/said.h"
#include "test/support/unit.h"

#define FORM "application/x-www-form-urlencoded"
#define MAX_BATCH 4

/* A message that is refused, which the reply's id tells from others. */
#define MESSAGE(id) "{\"channel\":\"/a\",\"id\":" #id "}"
#define M1 MESSAGE(1)
#define M2 MESSAGE(2)
#define M3 MESSAGE(3)
#define M4 MESSAGE(4)
#define M5 MESSAGE(5)

/* Append the id of a reply, a single digit, to the text ctx. */
static void
add_id(struct bx_message *message, void *ctx)
{
	static const char key[] = "\"id\":";
	const char *bytes = bx_message_bytes(message);
	size_t len = bx_message_length(message);
	size_t key_len = sizeof(key) - 1;

	for (size_t at = 0; at + key_len < len; at++)
		if (memcmp(bytes + at, key, key_len) == 0)
			strncat(ctx, bytes + at + key_len, 1);
}

/* What became of a body: its status, and the ids of the replies in order. */
struct outcome {
	unsigned status;
	char ids[16];
};

static struct outcome
answer(struct bx_engine *engine, const char *type, struct bx_buf *body)
{
	struct http_request request = { .method = HTTP_METHOD_POST };
	struct outcome outcome = { .status = 503 };
	struct bx_exchange *exchange;
	void *state = engine;

	request.content_type = (struct bx_slice){ type, strlen(type) };
	exchange = bx_exchange_open(bx_engine_core(engine),
	    &transport_long_polling.info, NULL);
	if (exchange == NULL)
		return outcome;
	outcome.status =
	    transport_long_polling.receive(exchange, &request, body, &state);
	CU_ASSERT_PTR_NULL(state);
	if (outcome.status == 0) {
		bx_exchange_start(exchange, 1000);
		CU_ASSERT_PTR_EQUAL(bx_engine_next_ready(engine), exchange);
		if (bx_exchange_answer(exchange).outcome != BX_OUTCOME_REPLIES)
			outcome.status = 503;
		else
			bx_exchange_each_message(exchange, add_id,
			    outcome.ids);
	} else
		CU_ASSERT_PTR_NULL(bx_engine_next_ready(engine));
	bx_exchange_close(exchange, true, 1000);
	return outcome;
}

static struct outcome
post(const char *type, const char *text)
{
	struct bx_settings settings = BX_SETTINGS_DEFAULT;
	struct outcome outcome = { .status = 503 };
	struct bx_engine *engine;
	struct bx_buf body;

	settings.max_batch = MAX_BATCH;
	engine = bx_engine_new(unit_env(), &settings);
	bx_buf_init(&body, unit_env());
	if (engine != NULL && bx_buf_append_text(&body, text) == BX_OK)
		outcome = answer(engine, type, &body);
	bx_buf_fini(&body);
	bx_engine_free(engine);
	return outcome;
}

/* The body is refused with this status, whatever its label. */
static void
expect_refused(const char *text, unsigned status)
{
	CU_ASSERT_EQUAL(post(FORM, text).status, status);
	CU_ASSERT_EQUAL(post("text/plain", text).status, status);
}

/* The body is these messages. */
static void
expect_ids(const char *type, const char *text, const char *ids)
{
	struct outcome outcome = post(type, text);

	CU_ASSERT_EQUAL(outcome.status, 0);
	CU_ASSERT_STRING_EQUAL(outcome.ids, ids);
}

static void
a_form_is_known_by_its_type_or_its_first_field(void)
{
	static const char *const types[] = { FORM, "text/plain", "",
		"application/json", "text/json" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		expect_ids(types[i], "message=" M1, "1");
		expect_ids(types[i], "message=" M1 "&x=2", "1");
		expect_ids(types[i], "\xef\xbb\xbf \r\nmessage=" M1, "1");
	}
	expect_ids(FORM, "x=2&message=" M1, "1");
	expect_ids(FORM, "m%65ssage=" M1, "1");
	CU_ASSERT_EQUAL(post("", "x=2&message=" M1).status, 400);
	CU_ASSERT_EQUAL(post("", "Message=" M1).status, 400);
}

static void
json_is_known_by_its_first_byte(void)
{
	static const char *const types[] = { "text/plain", "",
		"application/json", "text/json", "multipart/form-data", FORM };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		expect_ids(types[i], M1, "1");
		expect_ids(types[i], " \t[" M1 "," M2 "]", "12");
	}
}

static void
fields_are_flattened_in_their_order(void)
{
	expect_ids(FORM,
	    "message=" M3 "&message=[" M1 "," M4 "]"
	    "&other=[" M5 "]&message=" M2,
	    "3142");
}

static void
escapes_are_decoded_before_json_is_read(void)
{
	expect_ids(FORM,
	    "message=%5B%7B%22channel%22%3A%22%2Fa%22%2C+%22id%22%3A5%7D%5D"
	    "&message=%7b%22id%22:6,%22x%22:%22%C3%A9%2B%22%7D%0D%0A",
	    "56");
}

static void
without_a_message_a_form_is_400(void)
{
	static const char *const bodies[] = { "", "&", "x=1", "messages=[{}]",
		"message", "message=", "message=&message=" M1 };

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		expect_refused(bodies[i], 400);
}

static void
one_bad_field_spoils_the_request(void)
{
	static const char *const bad[] = { "[]", "1", "null", "x", "[{}",
		"[{},1]", "%5B%7B%7D", "{}{}", "{\"x\":\"%FF\"}",
		"{\"x\":\"%00\"}", "{\"x\":\"%ED%A0%80\"}", "%7B%7", "%" };
	char text[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "message=%s", bad[i]);
		expect_refused(text, 400);
		snprintf(text, sizeof(text), "message=" M1 "&message=%s",
		    bad[i]);
		expect_refused(text, 400);
		snprintf(text, sizeof(text), "message=%s&message=" M1, bad[i]);
		expect_refused(text, 400);
	}
	expect_refused("message=" M1 "&other=%", 400);
}

static void
the_batch_limit_counts_all_fields(void)
{
	static const char full[] =
	    "message=[" M1 "," M2 "]&message=" M3 "&message=[" M4 "]";
	char text[sizeof(full) + 64];

	expect_ids(FORM, full, "1234");
	snprintf(text, sizeof(text), "%s&message=" M5, full);
	expect_refused(text, 413);
}

#define REPLY_MAX 2048

/* The reply to text as it is written, in out; "" for none. */
static void
ask(struct bx_engine *engine, const char *text, char *out)
{
	struct transport_reply reply = { .env = unit_env(), .request_id = 1 };
	struct fcgi_response *response;
	struct bx_exchange *exchange = bx_exchange_open(bx_engine_core(engine),
	    &transport_long_polling.info, NULL);

	*out = '\0';
	if (exchange == NULL)
		return;
	if (bx_exchange_receive(exchange, text, strlen(text)) == BX_OK) {
		bx_exchange_start(exchange, 1000);
		CU_ASSERT_PTR_EQUAL(bx_engine_next_ready(engine), exchange);
		reply.exchange = exchange;
		reply.answer = bx_exchange_answer(exchange);
		response = transport_long_polling.respond(&reply);
		if (response != NULL) {
			said_text(response, out, REPLY_MAX);
			fcgi_response_free(response);
		}
	}
	bx_exchange_close(exchange, true, 1000);
}

/* What a session that asks for comments, or does not, gets to see of data it
 * publishes to itself; "" when memory ran out. */
static void
tell_oneself(const char *ext, const char *data, char *out)
{
	static const struct bx_settings settings = BX_SETTINGS_DEFAULT;
	struct bx_engine *engine = bx_engine_new(unit_env(), &settings);
	char text[1024];
	char *id;

	*out = '\0';
	if (engine == NULL)
		return;
	snprintf(text, sizeof(text),
	    "{\"channel\":\"/meta/handshake\",\"ext\":%s}", ext);
	ask(engine, text, out);
	id = strstr(out, "\"clientId\":\"");
	if (id != NULL) {
		CU_ASSERT_PTR_NOT_NULL(strstr(out, "\r\n\r\n[{"));
		CU_ASSERT_PTR_NOT_NULL(strstr(out, "application/json;"));
		snprintf(text, sizeof(text),
		    "[{\"channel\":\"/meta/subscribe\",\"clientId\":\"%.*s\","
		    "\"subscription\":\"/a\"},"
		    "{\"channel\":\"/a\",\"clientId\":\"%.*s\",\"data\":%s}]",
		    BX_CLIENT_ID_LENGTH, id + 12, BX_CLIENT_ID_LENGTH, id + 12,
		    data);
		ask(engine, text, out);
	} else
		*out = '\0';
	bx_engine_free(engine);
}

#define REPLIES \
	"{\"channel\":\"/meta/subscribe\",\"subscription\":\"/a\"," \
	"\"successful\":true},{\"channel\":\"/a\",\"successful\":true}"
#define LINES "[1,\r\n\t\"*/\"\n]"

static void
those_who_asked_get_one_line_in_a_comment(void)
{
	char text[REPLY_MAX];

	tell_oneself("{\"json-comment-filtered\":1}", LINES, text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text,
	    "Content-Type: text/json-comment-filtered; charset=utf-8\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text,
	    "\r\n\r\n/*[{\"channel\":\"/a\","
	    "\"data\":[1,  \t\"*\\/\" ]}," REPLIES "]*/"));
}

static void
others_get_the_bytes_that_were_sent(void)
{
	char text[REPLY_MAX];

	tell_oneself("{}", LINES, text);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(text, "Content-Type: application/json;charset=UTF-8\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text,
	    "\r\n\r\n[{\"channel\":\"/a\",\"data\":" LINES "}," REPLIES "]"));
}

static bool
ask_for_comments(void *ctx)
{
	char text[REPLY_MAX];

	(void)ctx;
	tell_oneself("{\"json-comment-filtered\":1}", LINES, text);
	return strstr(text, "]*/") != NULL;
}

static void
no_comment_is_cut_for_want_of_memory(void)
{
	CU_ASSERT_TRUE(unit_fail_each(ask_for_comments, NULL) > 5);
}

static bool
post_a_form(void *ctx)
{
	struct outcome outcome =
	    post(FORM, "message=" M1 "&message=[" M2 "," M3 "]");

	(void)ctx;
	CU_ASSERT(outcome.status == 0 || outcome.status == 503);
	return outcome.status == 0 && strcmp(outcome.ids, "123") == 0;
}

static void
every_allocation_may_fail(void)
{
	CU_ASSERT_TRUE(unit_fail_each(post_a_form, NULL) > 5);
}

static const struct unit_test tests[] = {
	{ "rule 3: a form is known by its type or its first field",
	    a_form_is_known_by_its_type_or_its_first_field },
	{ "rule 2: JSON is known by its first byte, whatever its label",
	    json_is_known_by_its_first_byte },
	{ "rule 4: objects and arrays of all fields are one batch, in order",
	    fields_are_flattened_in_their_order },
	{ "rule 4: escapes are decoded before JSON is read",
	    escapes_are_decoded_before_json_is_read },
	{ "rule 9: a form without a message is 400",
	    without_a_message_a_form_is_400 },
	{ "rule 9: one bad field spoils the request",
	    one_bad_field_spoils_the_request },
	{ "rule 9: the limit of a batch counts all fields",
	    the_batch_limit_counts_all_fields },
	{ "rule 16: those who asked get one line, in a comment",
	    those_who_asked_get_one_line_in_a_comment },
	{ "rule 16: others get the bytes that were sent",
	    others_get_the_bytes_that_were_sent },
	{ "no comment is cut for want of memory",
	    no_comment_is_cut_for_want_of_memory },
	{ "every allocation may fail", every_allocation_may_fail },
};

UNIT_MAIN("fcgi/transport_long_polling", tests)
