/*
 * test_transport_callback_polling.c - queries, and the scripts that answer
 * them, with a real engine.
 */
#include <stdio.h>
#include <string.h>

#include "engine/buf.h"
#include "engine/client_id.h"
#include "engine/engine.h"
#include "engine/exchange.h"
#include "fcgi/http_cgi.h"
#include "fcgi/http_script.h"
#include "fcgi/response.h"
#include "fcgi/transport.h"
#include "test/support/said.h"
#include "test/support/unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_BATCH 4
#define LS "\xe2\x80\xa8"
#define PS "\xe2\x80\xa9"

/* A message that is refused, which the reply's id tells from others. */
#define MESSAGE(id) "{\"channel\":\"/a\",\"id\":" #id "}"
#define REPLY(id) \
	"{\"channel\":\"/a\",\"id\":" #id ",\"successful\":false," \
	"\"error\":\"402::session_unknown\"}"

static const struct transport *const transport = &transport_callback_polling;

/* One request, its status if it was refused, and its reply as it is written,
 * "" for none. */
struct reply {
	unsigned status;
	char text[4096];
};

/* Answer an exchange that is ready. */
static void
answer(struct bx_exchange *exchange, void *state, struct reply *reply)
{
	const struct transport_reply out = {
		.env = unit_env(),
		.exchange = exchange,
		.answer = bx_exchange_answer(exchange),
		.state = state,
		.cors = "X-Cors: yes\r\n",
		.duplicate_status = 409,
		.request_id = 1,
	};
	struct fcgi_response *response = transport->respond(&out);

	if (response == NULL)
		return;
	said_text(response, reply->text, sizeof(reply->text));
	fcgi_response_free(response);
}

static struct bx_exchange *
receive(struct bx_engine *engine, const char *query, struct reply *reply,
    void **state)
{
	struct http_request request = { .method = HTTP_METHOD_GET };
	struct bx_exchange *exchange;
	struct bx_buf body;

	memset(reply, 0, sizeof(*reply));
	reply->status = 503;
	request.query = (struct bx_slice){ query, strlen(query) };
	exchange =
	    bx_exchange_open(bx_engine_core(engine), &transport->info, NULL);
	if (exchange == NULL)
		return NULL;
	bx_buf_init(&body, unit_env());
	*state = engine;
	reply->status = transport->receive(exchange, &request, &body, state);
	bx_buf_fini(&body);
	if (reply->status == 0) {
		bx_exchange_start(exchange, 1000);
		return exchange;
	}
	CU_ASSERT_PTR_NULL(*state);
	bx_exchange_close(exchange, false, 1000);
	return NULL;
}

static void
ask(struct bx_engine *engine, const char *query, struct reply *reply)
{
	struct bx_exchange *exchange;
	void *state;

	exchange = receive(engine, query, reply, &state);
	if (exchange == NULL)
		return;
	CU_ASSERT_PTR_EQUAL(bx_engine_next_ready(engine), exchange);
	answer(exchange, state, reply);
	bx_exchange_close(exchange, true, 1000);
	transport->forget(state);
}

static struct bx_engine *
engine_new(void)
{
	static struct bx_settings settings = BX_SETTINGS_DEFAULT;

	settings.max_batch = MAX_BATCH;
	return bx_engine_new(unit_env(), &settings);
}

/* The reply to query, by an engine that knows nobody. */
static struct reply
get(const char *query)
{
	struct reply reply = { .status = 503 };
	struct bx_engine *engine = engine_new();

	if (engine != NULL)
		ask(engine, query, &reply);
	bx_engine_free(engine);
	return reply;
}

static void
expect_script(const char *query, const char *script)
{
	struct reply reply = get(query);
	const char *body = strstr(reply.text, "\r\n\r\n");

	CU_ASSERT_EQUAL(reply.status, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(body);
	CU_ASSERT_STRING_EQUAL(body + 4, script);
}

static void
the_answer_is_a_script(void)
{
	struct reply reply = get("message=" MESSAGE(1) "&jsonp=cb");

	CU_ASSERT_STRING_EQUAL(reply.text,
	    "Status: 200 OK\r\n"
	    "Content-Type: text/javascript;charset=UTF-8\r\n"
	    "Cache-Control: no-cache, no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Vary: Origin\r\n"
	    "Content-Length: 84\r\n"
	    "Content-Disposition: attachment; filename=f.txt\r\n"
	    "X-Cors: yes\r\n"
	    "\r\n"
	    "/**/cb([" REPLY(1) "]);");
}

static void
the_callback_has_a_default(void)
{
	expect_script("message=" MESSAGE(1),
	    "/**/jsonpcallback([" REPLY(1) "]);");
	expect_script("jsonp=&message=" MESSAGE(1),
	    "/**/jsonpcallback([" REPLY(1) "]);");
	expect_script("jsonp=a&message=" MESSAGE(1) "&jsonp=%62.c",
	    "/**/b.c([" REPLY(1) "]);");
}

static void
fields_are_one_batch_in_their_order(void)
{
	expect_script("message=" MESSAGE(3) "&message=[" MESSAGE(
			  1) "%2C" MESSAGE(2) "]&jsonp=f&other=%7b",
	    "/**/f([" REPLY(3) "," REPLY(1) "," REPLY(2) "]);");
}

static void
what_is_malformed_is_400(void)
{
	static const char *const queries[] = { "", "&", "jsonp=a",
		"message=", "message=[]", "message=1", "message=x",
		"message=[{}", "message=" MESSAGE(1) "&message=[]",
		"message=" MESSAGE(1) "&x=%",
		"message=" MESSAGE(1) "&jsonp=a-b",
		"message=" MESSAGE(1) "&jsonp=a()%3b",
		"message=" MESSAGE(1) "&jsonp=a%00", "messages=" MESSAGE(1) };

	for (size_t i = 0; i < COUNT(queries); i++)
		CU_ASSERT_EQUAL(get(queries[i]).status, 400);
}

static void
the_callback_is_looked_at_before_the_messages(void)
{
	static const char many[] = "message=[{},{},{},{},{}]";
	char query[sizeof(many) + 32];

	CU_ASSERT_EQUAL(get(many).status, 413);
	(void)snprintf(query, sizeof(query), "%s&jsonp=a(", many);
	CU_ASSERT_EQUAL(get(query).status, 400);
}

static void
the_longest_callback_finds_room(void)
{
	char query[HTTP_SCRIPT_CALLBACK_MAX + 64];
	char script[sizeof(query) + 256];
	char name[HTTP_SCRIPT_CALLBACK_MAX + 1];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	(void)snprintf(query, sizeof(query), "jsonp=%s&message=%s", name,
	    MESSAGE(1));
	(void)snprintf(script, sizeof(script), "/**/%s([%s]);", name,
	    REPLY(1));
	expect_script(query, script);
	(void)snprintf(query, sizeof(query), "jsonp=%sx&message=%s", name,
	    MESSAGE(1));
	CU_ASSERT_EQUAL(get(query).status, 400);
}

/* Handshake, connect, and subscribe to /a; id is what others go on with. */
static bool
join(struct bx_engine *engine, char *id)
{
	struct reply reply;
	char query[256];
	const char *at;

	ask(engine, "message={\"channel\":\"/meta/handshake\"}", &reply);
	at = strstr(reply.text, "\"clientId\":\"");
	if (at == NULL)
		return false;
	memcpy(id, at + 12, BX_CLIENT_ID_LENGTH);
	id[BX_CLIENT_ID_LENGTH] = '\0';
	(void)snprintf(query, sizeof(query),
	    "message={\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}"
	    "&message={\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    id, id);
	ask(engine, query, &reply);
	return reply.text[0] != '\0';
}

static void
publish(struct bx_engine *engine, const char *id, const char *data,
    struct reply *reply)
{
	char query[256];

	(void)snprintf(query, sizeof(query),
	    "jsonp=p&message={\"channel\":\"/a\",\"clientId\":\"%s\","
	    "\"data\":\"%s\"}",
	    id, data);
	ask(engine, query, reply);
}

static struct bx_exchange *
hold(struct bx_engine *engine, const char *id, void **state)
{
	struct bx_exchange *exchange;
	struct reply reply;
	char query[256];

	(void)snprintf(query, sizeof(query),
	    "jsonp=c&message={\"channel\":\"/meta/connect\",\"clientId\":"
	    "\"%s\"}",
	    id);
	exchange = receive(engine, query, &reply, state);
	CU_ASSERT(reply.status == 0 || reply.status == 503);
	return exchange;
}

#define CONNECT_REPLY "{\"channel\":\"/meta/connect\",\"successful\":true}"

/* False when there was no memory on the way. */
static bool
deliver(void *ctx)
{
	struct reply reply = { .status = 503 };
	struct bx_engine *engine = engine_new();
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct bx_exchange *held = NULL;
	void *state = NULL;
	bool good = false;

	(void)ctx;
	if (engine == NULL || !join(engine, id))
		goto free_engine;
	publish(engine, id, "1" LS "2" PS, &reply);
	if (strstr(reply.text,
		"/**/p([{\"channel\":\"/a\",\"successful\":true}]);") == NULL)
		goto free_engine;
	held = hold(engine, id, &state);
	if (held == NULL || bx_engine_next_ready(engine) != held)
		goto free_engine;
	answer(held, state, &reply);
	good = strstr(reply.text,
		   "\r\n\r\n/**/c([{\"channel\":\"/a\",\"data\":"
		   "\"1\\u20282\\u2029\"}," CONNECT_REPLY "]);") != NULL;
free_engine:
	if (held != NULL)
		bx_exchange_close(held, true, 1000);
	if (state != NULL)
		transport->forget(state);
	bx_engine_free(engine);
	return good;
}

static void
events_ride_with_connects_alone(void)
{
	CU_ASSERT_TRUE(deliver(NULL));
}

static void
a_superseded_connect_is_a_status(void)
{
	struct bx_engine *engine = engine_new();
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct bx_exchange *older, *newer;
	void *older_state, *newer_state;
	struct reply reply = { .status = 0 };

	CU_ASSERT_TRUE_FATAL(engine != NULL && join(engine, id));
	older = hold(engine, id, &older_state);
	newer = hold(engine, id, &newer_state);
	CU_ASSERT_PTR_EQUAL_FATAL(bx_engine_next_ready(engine), older);
	CU_ASSERT_PTR_NOT_NULL_FATAL(newer);
	answer(older, older_state, &reply);
	CU_ASSERT_PTR_NOT_NULL(strstr(reply.text, "Status: 409 Conflict\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(reply.text, "Content-Length: 0\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(reply.text, "X-Cors: yes\r\n\r\n"));
	CU_ASSERT_PTR_NULL(strstr(reply.text, "/**/"));
	bx_exchange_close(older, true, 1000);
	transport->forget(older_state);
	bx_exchange_close(newer, false, 1000);
	transport->forget(newer_state);
	bx_engine_free(engine);
}

static bool
get_one(void *ctx)
{
	struct reply reply = get("message=" MESSAGE(1) "&jsonp=cb");

	(void)ctx;
	CU_ASSERT(reply.status == 0 || reply.status == 503);
	return strstr(reply.text, "/**/cb([" REPLY(1) "]);") != NULL;
}

static void
every_allocation_may_fail(void)
{
	CU_ASSERT_TRUE(unit_fail_each(get_one, NULL) > 6);
	CU_ASSERT_TRUE(unit_fail_each(deliver, NULL) > 20);
}

static const struct unit_test tests[] = {
	{ "rules 13, 15: the answer is a script, under its headers",
	    the_answer_is_a_script },
	{ "rule 5: the callback has a default", the_callback_has_a_default },
	{ "rule 4: all fields are one batch, in their order",
	    fields_are_one_batch_in_their_order },
	{ "rules 5, 9: what is malformed is 400", what_is_malformed_is_400 },
	{ "rule 14: the callback is looked at before the messages",
	    the_callback_is_looked_at_before_the_messages },
	{ "rule 14: the longest callback finds room",
	    the_longest_callback_finds_room },
	{ "rules 13, 89: events ride with connects alone, fit for a script",
	    events_ride_with_connects_alone },
	{ "rule 42: a superseded connect is a status without a body",
	    a_superseded_connect_is_a_status },
	{ "every allocation may fail", every_allocation_may_fail },
};

UNIT_MAIN("fcgi/transport_callback_polling", tests)
