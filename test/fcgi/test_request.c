/*
 * test_request.c - one FastCGI request, fed by hand, with a real engine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/exchange.h"
#include "engine/exchange_private.h"
#include "engine/message.h"
#include "engine/plugin.h"
#include "fcgi/context.h"
#include "fcgi/heading.h"
#include "fcgi/options.h"
#include "fcgi/params.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "test/support/said.h"
#include "test/support/unit.h"

#define HANDSHAKE "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\"}]"
#define ID 5

static char mount[] = "/cometd";
static char listed[] = "http://listed";
static char *origins[] = { listed };
static char cookie_name[] = "B";
static char cookie_path[] = "/c";
static char same_site[] = "Lax";
static const uint64_t seed[2] = { 1, 2 };

/* A process without sockets. */
struct site {
	struct fcgi_options options;
	struct bx_engine *engine;
	struct fcgi_context context;
	struct fcgi_budget budget;   /* of the one connection */
	struct fcgi_request *leaver; /* or NULL */
};

static void
look_out(void *ctx)
{
	struct site *site = ctx;

	if (site->leaver != NULL)
		fcgi_request_finish(site->leaver, false);
}

static bool
site_start(struct site *site)
{
	const struct bx_settings settings = BX_SETTINGS_DEFAULT;
	struct fcgi_context *context = &site->context;

	memset(site, 0, sizeof(*site));
	site->options.settings = settings;
	site->options.mount = mount;
	site->options.max_message_size = 1000;
	site->options.allowed_origins.items = origins;
	site->options.allowed_origins.count = 1;
	site->options.duplicate_connect_status = 409;
	site->options.browser_cookie = cookie_name;
	site->options.browser_cookie_path = cookie_path;
	site->options.browser_cookie_same_site = same_site;
	site->options.browser_cookie_secure = FCGI_SWITCH_AUTO;
	site->engine = bx_engine_new(unit_env(), &site->options.settings);
	if (site->engine == NULL)
		return false;
	context->env = unit_env();
	context->engine = site->engine;
	context->options = &site->options;
	context->look_out = look_out;
	context->look_out_ctx = site;
	context->budget.limit = 1000000;
	context->now = 1000;
	fcgi_address_table_init(&context->addresses, unit_env(), seed, 1);
	fcgi_idle_list_init(&context->incomplete, 30000);
	site->budget.limit = 500000;
	site->budget.parent = &context->budget;
	return true;
}

static void
site_stop(struct site *site)
{
	CU_ASSERT_EQUAL(site->budget.used, 0);
	CU_ASSERT_EQUAL(site->context.budget.used, 0);
	CU_ASSERT_TRUE(bx_list_is_empty(&site->context.incomplete.items));
	fcgi_request_drop_spare(&site->context);
	fcgi_address_table_fini(&site->context.addresses);
	bx_engine_free(site->engine);
}

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

/* Params as "NAME=value" until NULL, as one stream. */
static enum bx_status
feed_params(struct fcgi_request *request, const char *const *params)
{
	unsigned char stream[2048];
	struct fcgi_params_pair pair;
	struct bx_slice content;
	enum bx_status status;
	const char *equals;
	size_t len = 0;
	size_t used;

	for (; *params != NULL; params++) {
		equals = strchr(*params, '=');
		pair.name =
		    (struct bx_slice){ *params, (size_t)(equals - *params) };
		pair.value = slice(equals + 1);
		if (fcgi_params_format(&pair, stream + len,
			sizeof(stream) - len, &used) != BX_OK)
			abort();
		len += used;
	}
	content = (struct bx_slice){ (const char *)stream, len };
	status = fcgi_request_params(request, content);
	return status != BX_OK ? status : fcgi_request_params_end(request);
}

static enum bx_status
feed_body(struct fcgi_request *request, const char *body)
{
	enum bx_status status = BX_OK;

	if (body[0] != '\0')
		status = fcgi_request_stdin(request, slice(body));
	return status != BX_OK ? status : fcgi_request_stdin_end(request);
}

static const char *const post[] = { "REQUEST_METHOD=POST",
	"REQUEST_URI=/cometd", "REMOTE_ADDR=192.0.2.1", NULL };

static enum bx_status
drain(struct site *site)
{
	struct bx_exchange *exchange;
	enum bx_status status = BX_OK;

	while ((exchange = bx_engine_next_ready(site->engine)) != NULL &&
	    status == BX_OK)
		status = fcgi_request_answer(bx_exchange_owner(exchange));
	return status;
}

/* What the request says, on one line of memory; "" for nothing. */
static const char *
text_of(const struct fcgi_request *request)
{
	static char text[8192];

	text[0] = '\0';
	if (request->response != NULL)
		said_text(request->response, text, sizeof(text));
	return text;
}

static bool
says(const struct fcgi_request *request, const char *part)
{
	return strstr(text_of(request), part) != NULL;
}

/* The reply to a whole request has this status. */
static void
expect(const char *const *params, const char *body, const char *status)
{
	struct fcgi_request *request;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(feed_params(request, params), BX_OK);
	CU_ASSERT_EQUAL(feed_body(request, body), BX_OK);
	CU_ASSERT_EQUAL(drain(&site), BX_OK);
	CU_ASSERT_TRUE(says(request, status));
	CU_ASSERT_EQUAL(request->state, FCGI_REQUEST_ANSWERING);
	fcgi_request_free(request);
	site_stop(&site);
}

static void
a_handshake_is_answered_by_its_exchange(void)
{
	struct fcgi_request *request;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(feed_params(request, post), BX_OK);
	CU_ASSERT_EQUAL(request->state, FCGI_REQUEST_STDIN);
	CU_ASSERT_EQUAL(feed_body(request, HANDSHAKE), BX_OK);
	CU_ASSERT_EQUAL(request->state, FCGI_REQUEST_OPEN);
	CU_ASSERT_PTR_NULL(request->intake);
	CU_ASSERT_EQUAL(site.budget.used, 0);
	CU_ASSERT_PTR_NULL(request->response);
	CU_ASSERT_EQUAL(drain(&site), BX_OK);
	CU_ASSERT_TRUE(says(request, "Status: 200 OK\r\n"));
	CU_ASSERT_TRUE(says(request, "\"successful\":true"));
	fcgi_request_finish(request, true);
	CU_ASSERT_EQUAL(request->state, FCGI_REQUEST_DONE);
	fcgi_request_finish(request, true);
	fcgi_request_free(request);
	site_stop(&site);
}

static void
stdin_may_end_before_params_do(void)
{
	struct fcgi_request *request;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(feed_body(request, HANDSHAKE), BX_OK);
	CU_ASSERT_EQUAL(request->state, FCGI_REQUEST_PARAMS);
	CU_ASSERT_EQUAL(feed_params(request, post), BX_OK);
	CU_ASSERT_EQUAL(request->state, FCGI_REQUEST_OPEN);
	fcgi_request_free(request);
	site_stop(&site);
}

#define ALLOWED \
	"Access-Control-Allow-Origin: http://listed\r\n" \
	"Access-Control-Allow-Credentials: true\r\n"
#define FROM_LISTED \
	"REQUEST_URI=/cometd", "HTTP_HOST=h", "HTTP_ORIGIN=http://listed", \
	    "REMOTE_ADDR=192.0.2.1"

static void
every_reply_to_a_listed_origin_says_so(void)
{
	static const char *const from[] = { "REQUEST_METHOD=POST", FROM_LISTED,
		NULL };
	static const char *const latin[] = { "REQUEST_METHOD=POST",
		FROM_LISTED, "CONTENT_TYPE=text/json;charset=latin1", NULL };
	static const char *const put[] = { "REQUEST_METHOD=PUT", FROM_LISTED,
		NULL };
	static const char *const much[] = { "REQUEST_METHOD=POST", FROM_LISTED,
		"CONTENT_LENGTH=1001", NULL };

	expect(from, HANDSHAKE, "Status: 200 ");
	expect(from, HANDSHAKE, ALLOWED);
	expect(from, "[]", "Status: 400 ");
	expect(from, "[]", ALLOWED);
	expect(latin, HANDSHAKE, "Status: 415 ");
	expect(latin, HANDSHAKE, ALLOWED);
	expect(put, "", "Status: 405 ");
	expect(put, "", ALLOWED);
	expect(much, "", "Status: 413 ");
	expect(much, "", ALLOWED);
}

static void
a_preflight_is_answered_by_status_and_headers(void)
{
	static const char *const preflight[] = { "REQUEST_METHOD=OPTIONS",
		FROM_LISTED, "HTTP_ACCESS_CONTROL_REQUEST_METHOD=POST", NULL };

	expect(preflight, "", "Status: 200 ");
	expect(preflight, "",
	    ALLOWED "Access-Control-Allow-Methods: POST, GET\r\n");
}

/* Nothing is processed, and the page is told nothing. */
static void
a_foreign_origin_is_403(void)
{
	static const char *const foreign[] = { "REQUEST_METHOD=POST",
		"REQUEST_URI=/cometd", "HTTP_HOST=h",
		"HTTP_ORIGIN=http://foreign", NULL };
	struct fcgi_request *request;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(feed_params(request, foreign), BX_OK);
	CU_ASSERT_EQUAL(feed_body(request, HANDSHAKE), BX_OK);
	CU_ASSERT_TRUE(says(request, "Status: 403 Forbidden\r\n"));
	CU_ASSERT_TRUE(says(request, "Vary: Origin\r\n"));
	CU_ASSERT_FALSE(says(request, "Access-Control"));
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).sessions, 0);
	fcgi_request_free(request);
	site_stop(&site);
}

#define FROM "REQUEST_METHOD=POST", "REQUEST_URI=/cometd"

/* A request with these params, which makes a session. */
static struct fcgi_request *
shake_hands(struct site *site, const char *const *params)
{
	struct fcgi_request *request;

	request = fcgi_request_new(&site->context, &site->budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(feed_params(request, params), BX_OK);
	CU_ASSERT_EQUAL(feed_body(request, HANDSHAKE), BX_OK);
	CU_ASSERT_EQUAL(drain(site), BX_OK);
	CU_ASSERT_TRUE(says(request, "\"successful\":true"));
	return request;
}

static void
expect_cookie(const char *const *params, enum fcgi_switch secure,
    char *same_site_is, const char *attributes)
{
	struct fcgi_request *request;
	struct site site;
	char line[128];

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	site.options.browser_cookie_secure = secure;
	site.options.browser_cookie_same_site = same_site_is;
	request = shake_hands(&site, params);
	(void)snprintf(line, sizeof(line),
	    "\r\nSet-Cookie: B=%.16s; Path=/c; HttpOnly%s\r\n",
	    request->new_id, attributes);
	CU_ASSERT_TRUE(says(request, line));
	fcgi_request_free(request);
	site_stop(&site);
}

static void
a_new_browser_gets_a_cookie_as_configured(void)
{
	static char none[] = "None";
	static char absent[] = "";
	static const char *const http[] = { FROM, NULL };
	static const char *const https[] = { FROM, "HTTPS=on", NULL };
	static const char *const invalid[] = { FROM, "HTTP_COOKIE=B=short",
		NULL };

	expect_cookie(http, FCGI_SWITCH_AUTO, same_site, "; SameSite=Lax");
	expect_cookie(invalid, FCGI_SWITCH_NO, absent, "");
	expect_cookie(https, FCGI_SWITCH_NO, same_site, "; SameSite=Lax");
	expect_cookie(https, FCGI_SWITCH_AUTO, same_site,
	    "; SameSite=Lax; Secure");
	expect_cookie(http, FCGI_SWITCH_YES, absent, "; Secure");
	expect_cookie(http, FCGI_SWITCH_AUTO, none, "; SameSite=None; Secure");
}

static void
a_cookie_that_is_shown_is_not_set(void)
{
	static const char *const shown[] = { FROM,
		"HTTP_COOKIE=A=1; B=abcdefgh", NULL };
	struct fcgi_request *request;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	request = shake_hands(&site, shown);
	CU_ASSERT_FALSE(says(request, "Set-Cookie"));
	fcgi_request_free(request);
	site_stop(&site);
	expect(post, "[{\"channel\":\"/meta/connect\"}]",
	    "Vary: Origin\r\nContent-Length: ");
}

static struct bx_visitor seen;

/* Policies are asked while the exchange has its visitor. */
static enum bx_verdict
look_at_visitor(struct bx_question *question, void *ctx)
{
	struct fcgi_request **request = ctx;

	(void)question;
	seen = (*request)->exchange->input->visitor;
	return BX_VERDICT_ABSTAIN;
}

/* Who makes the session that a request with these params asks for. */
static void
look_at(const char *const *params, char *origin)
{
	static const struct fcgi_address_network proxy = { .prefix = 128,
		.base = { { [10] = 0xff, 0xff, 127, 0, 0, 1 } } };
	struct fcgi_request *request;
	struct site site;
	uint64_t handle;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	site.options.allowed_origins.items = &origin;
	site.context.trusted =
	    (struct fcgi_address_networks){ .at = &proxy, .count = 1 };
	CU_ASSERT_EQUAL_FATAL(bx_hooks_add_policy(bx_engine_core(site.engine)
						      ->hooks,
				  look_at_visitor, &request, &handle),
	    BX_OK);
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(feed_params(request, params), BX_OK);
	CU_ASSERT_EQUAL(feed_body(request, HANDSHAKE), BX_OK);
	CU_ASSERT_EQUAL(drain(&site), BX_OK);
	CU_ASSERT_TRUE(says(request, "\"successful\":true"));
	fcgi_request_free(request);
	site_stop(&site);
}

#define ALICE \
	"REMOTE_USER=alice", "REMOTE_ADDR=127.0.0.1", \
	    "HTTP_X_FORWARDED_FOR=192.0.2.9", "HTTP_COOKIE=B=abcdefgh", \
	    "HTTP_HOST=h"

static void
the_engine_is_told_who_asks_and_from_where(void)
{
	static const char *const same_page[] = { FROM, ALICE,
		"HTTP_REMOTE_USER=eve", NULL };
	static const char *const nobody[] = { FROM, "REMOTE_USER=", NULL };

	look_at(same_page, listed);
	CU_ASSERT_STRING_EQUAL(seen.user, "alice");
	CU_ASSERT_STRING_EQUAL(seen.address, "192.0.2.9");
	CU_ASSERT_TRUE(seen.shown);
	look_at(nobody, listed);
	CU_ASSERT_STRING_EQUAL(seen.user, "");
	CU_ASSERT_STRING_EQUAL(seen.address, "");
}

static void
a_page_of_any_origin_asks_for_nobody(void)
{
	static char any[] = "*";
	static const char *const foreign[] = { FROM, ALICE,
		"HTTP_ORIGIN=http://foreign", NULL };

	look_at(foreign, any);
	CU_ASSERT_STRING_EQUAL(seen.user, "");
	CU_ASSERT_STRING_EQUAL(seen.address, "192.0.2.9");
	CU_ASSERT_FALSE(seen.shown);
	CU_ASSERT_EQUAL(seen.cookie_len, 0);
}

static void
without_random_bytes_there_is_no_cookie(void)
{
	struct fcgi_request *request;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(feed_params(request, post), BX_OK);
	unit_fail_random(true);
	CU_ASSERT_EQUAL(feed_body(request, HANDSHAKE), BX_OK);
	unit_fail_random(false);
	CU_ASSERT_EQUAL(drain(&site), BX_OK);
	CU_ASSERT_TRUE(says(request, "Status: "));
	CU_ASSERT_FALSE(says(request, "Set-Cookie"));
	fcgi_request_free(request);
	site_stop(&site);
}

static void
what_is_malformed_is_400(void)
{
	static const char *const bodies[] = { "", "  ", "message=x", "1", "[]",
		"[1]", "[{\"channel\":\"/a\"}", "\xef\xbb\xbf" };
	static const char *const bad_path[] = { "REQUEST_METHOD=POST",
		"REQUEST_URI=/cometd/%zz", NULL };
	static const char *const bad_length[] = { "REQUEST_METHOD=POST",
		"REQUEST_URI=/cometd", "CONTENT_LENGTH=five", NULL };
	static const char *const bad_user[] = { "REQUEST_METHOD=POST",
		"REQUEST_URI=/cometd", "REMOTE_USER=al\tice", NULL };
	size_t i;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		expect(post, bodies[i], "Status: 400 ");
	expect(bad_path, HANDSHAKE, "Status: 400 ");
	expect(bad_length, HANDSHAKE, "Status: 400 ");
	expect(bad_user, HANDSHAKE, "Status: 400 ");
}

static void
a_body_of_another_length_than_told_is_400(void)
{
	static const char *const longer[] = { "REQUEST_METHOD=POST",
		"REQUEST_URI=/cometd", "CONTENT_LENGTH=900", NULL };
	static const char *const shorter[] = { "REQUEST_METHOD=POST",
		"REQUEST_URI=/cometd", "CONTENT_LENGTH=5", NULL };

	expect(longer, HANDSHAKE, "Status: 400 ");
	expect(shorter, HANDSHAKE, "Status: 400 ");
}

static void
a_body_over_the_limit_is_413(void)
{
	static const char *const told[] = { "REQUEST_METHOD=POST",
		"REQUEST_URI=/cometd", "CONTENT_LENGTH=99999999999999999999",
		NULL };
	char body[1002];

	expect(told, "", "Status: 413 ");
	memset(body, ' ', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	memcpy(body, HANDSHAKE, sizeof(HANDSHAKE) - 1);
	expect(post, body, "Status: 413 ");
	body[1000] = '\0';
	expect(post, body, "Status: 200 ");
}

static void
a_charset_that_is_not_utf8_is_415(void)
{
	static const char *const latin[] = { "REQUEST_METHOD=POST",
		"REQUEST_URI=/cometd",
		"CONTENT_TYPE=application/json; charset=iso-8859-1", NULL };

	expect(latin, HANDSHAKE, "Status: 415 ");
}

static void
json_may_follow_a_byte_order_mark_and_blanks(void)
{
	static const char *const text[] = { "REQUEST_METHOD=POST",
		"REQUEST_URI=/cometd", "CONTENT_TYPE=text/plain", NULL };

	expect(text, "\xef\xbb\xbf \r\n\t" HANDSHAKE, "Status: 200 ");
}

static void
params_that_reach_beyond_their_end_break_the_protocol(void)
{
	static const char beyond[] = { 4, 127, 'N', 'A', 'M', 'E', 'x' };
	struct fcgi_request *request;
	struct site site;
	struct bx_slice content = { beyond, sizeof(beyond) };

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(fcgi_request_params(request, content), BX_OK);
	CU_ASSERT_EQUAL(fcgi_request_params_end(request), BX_EINVAL);
	fcgi_request_free(request);
	site_stop(&site);
}

static void
params_over_the_cap_are_not_kept(void)
{
	static char much[65536];
	struct fcgi_request *request;
	struct site site;
	struct bx_slice content = { much, sizeof(much) };
	int i;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	for (i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(fcgi_request_params(request, content), BX_OK);
	CU_ASSERT_EQUAL(site.budget.used, FCGI_REQUEST_PARAMS_MAX);
	content.len = 1;
	CU_ASSERT_EQUAL(fcgi_request_params(request, content), BX_OK);
	CU_ASSERT_EQUAL(site.budget.used, 0);
	CU_ASSERT_EQUAL(fcgi_request_params_end(request), BX_OK);
	CU_ASSERT_EQUAL(feed_body(request, HANDSHAKE), BX_OK);
	CU_ASSERT_TRUE(says(request, "Status: 431 "));
	fcgi_request_free(request);
	site_stop(&site);
}

static void
what_the_budget_has_no_room_for_is_503(void)
{
	struct fcgi_request *request;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	site.context.budget.limit = 90;
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(feed_params(request, post), BX_OK);
	CU_ASSERT_EQUAL(feed_body(request, HANDSHAKE), BX_OK);
	CU_ASSERT_TRUE(says(request, "{\"error\":\"503::overloaded\"}"));
	fcgi_request_free(request);
	site_stop(&site);
}

static void
a_large_request_leaves_room_for_small_ones(void)
{
	static char much[FCGI_REQUEST_SMALL];
	struct bx_slice content = { much, sizeof(much) };
	struct fcgi_request *large;
	struct fcgi_request *small;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	site.context.budget.limit = 2 * sizeof(much) + sizeof(much) / 2;
	large = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	small = fcgi_request_new(&site.context, &site.budget, ID + 1, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(large);
	CU_ASSERT_PTR_NOT_NULL_FATAL(small);
	CU_ASSERT_EQUAL(fcgi_request_params(large, content), BX_OK);
	CU_ASSERT_EQUAL(site.budget.used, sizeof(much));
	CU_ASSERT_EQUAL(fcgi_request_params(small, content), BX_OK);
	CU_ASSERT_EQUAL(site.budget.used, 2 * sizeof(much));
	content.len = 1;
	CU_ASSERT_EQUAL(fcgi_request_params(large, content), BX_OK);
	CU_ASSERT_EQUAL(site.budget.used, sizeof(much));
	fcgi_request_free(large);
	fcgi_request_free(small);
	site_stop(&site);
}

static void
a_refused_request_is_read_and_gets_503(void)
{
	static const char *const from[] = { "REQUEST_METHOD=POST", FROM_LISTED,
		NULL };
	struct fcgi_request *request;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	request =
	    fcgi_request_new(&site.context, &site.budget, ID, "stopping");
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(feed_params(request, from), BX_OK);
	CU_ASSERT_PTR_NULL(request->response);
	CU_ASSERT_EQUAL(feed_body(request, HANDSHAKE), BX_OK);
	CU_ASSERT_TRUE(says(request, "{\"error\":\"503::stopping\"}"));
	CU_ASSERT_TRUE(says(request, ALLOWED));
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).sessions, 0);
	fcgi_request_free(request);
	site_stop(&site);
}

static void
an_address_has_so_many_requests_in_hand_and_no_more(void)
{
	struct fcgi_request *request[3];
	struct site site;
	int i;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	for (i = 0; i < 3; i++) {
		request[i] =
		    fcgi_request_new(&site.context, &site.budget, ID, NULL);
		CU_ASSERT_PTR_NOT_NULL_FATAL(request[i]);
		CU_ASSERT_EQUAL(feed_params(request[i], post), BX_OK);
		if (i == 1)
			fcgi_request_finish(request[0], false);
	}
	CU_ASSERT_EQUAL(feed_body(request[1], HANDSHAKE), BX_OK);
	CU_ASSERT_EQUAL(feed_body(request[2], HANDSHAKE), BX_OK);
	CU_ASSERT_TRUE(says(request[1], "503::too_many_connections"));
	CU_ASSERT_EQUAL(drain(&site), BX_OK);
	CU_ASSERT_TRUE(says(request[2], "Status: 200 "));
	for (i = 0; i < 3; i++)
		fcgi_request_free(request[i]);
	site_stop(&site);
}

/* The client of that request has left: see look_out. */
static void
a_client_that_left_is_not_counted_with_those_in_hand(void)
{
	struct fcgi_request *second;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	site.leaver = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	second = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(site.leaver);
	CU_ASSERT_PTR_NOT_NULL_FATAL(second);
	CU_ASSERT_EQUAL(feed_params(site.leaver, post), BX_OK);
	CU_ASSERT_EQUAL(feed_params(second, post), BX_OK);
	CU_ASSERT_EQUAL(feed_body(second, HANDSHAKE), BX_OK);
	CU_ASSERT_EQUAL(drain(&site), BX_OK);
	CU_ASSERT_TRUE(says(second, "Status: 200 "));
	fcgi_request_free(site.leaver);
	fcgi_request_free(second);
	site_stop(&site);
}

static void
a_websocket_is_refused_before_stdin_ends(void)
{
	static const char *const upgrade[] = { "REQUEST_METHOD=GET",
		"REQUEST_URI=/cometd", "HTTP_UPGRADE=websocket",
		"HTTP_CONNECTION=Upgrade", NULL };
	struct fcgi_request *request;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(feed_params(request, upgrade), BX_OK);
	CU_ASSERT_TRUE(says(request, "Status: 426 "));
	CU_ASSERT_EQUAL(feed_body(request, "late"), BX_OK);
	fcgi_request_free(request);
	site_stop(&site);
}

static void
a_request_that_does_not_go_on_expires(void)
{
	struct fcgi_request *request;
	struct fcgi_idle *item;
	struct site site;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	site.context.now = 20000;
	CU_ASSERT_EQUAL(feed_params(request, post), BX_OK);
	CU_ASSERT_PTR_NULL(
	    fcgi_idle_list_take_expired(&site.context.incomplete, 49999));
	item = fcgi_idle_list_take_expired(&site.context.incomplete, 50000);
	CU_ASSERT_PTR_NOT_NULL_FATAL(item);
	CU_ASSERT_PTR_EQUAL(fcgi_request_of_idle(item), request);
	CU_ASSERT_EQUAL(fcgi_request_time_out(request), BX_OK);
	CU_ASSERT_TRUE(says(request, "Status: 503 "));
	fcgi_request_free(request);
	site_stop(&site);
}

static bool
whole_request(void *ctx)
{
	static const char *const from[] = { "REQUEST_METHOD=POST", FROM_LISTED,
		NULL };
	struct fcgi_request *request;
	struct site site;
	bool good;

	(void)ctx;
	if (!site_start(&site))
		return false;
	request = fcgi_request_new(&site.context, &site.budget, ID, NULL);
	good = request != NULL && feed_params(request, from) == BX_OK &&
	    feed_body(request, HANDSHAKE) == BX_OK && drain(&site) == BX_OK &&
	    says(request, "Status: 200 ");
	fcgi_request_free(request);
	site_stop(&site);
	return good;
}

static void
without_memory_only_the_request_is_lost(void)
{
	CU_ASSERT_TRUE(unit_fail_each(whole_request, NULL) > 10);
}

static void
on_heading(void *ctx, struct bx_heading *heading)
{
	(void)ctx;
	(void)fcgi_heading_set(heading, "X-Length", NULL);
}

static const struct bx_plugin changes = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(changes),
	.name = "changes",
	.heading = on_heading,
};

/* The length of the path that is kept with a request for uri; -1: there is no
 * memory. */
static int
kept_path(struct site *site, const char *uri)
{
	char line[700];
	const char *const params[] = { "REQUEST_METHOD=POST", line, NULL };
	struct fcgi_request *request;
	int len;

	(void)snprintf(line, sizeof(line), "REQUEST_URI=%s", uri);
	request = fcgi_request_new(&site->context, &site->budget, ID, NULL);
	if (request == NULL)
		return -1;
	len = feed_params(request, params) == BX_OK ? request->path_len : -1;
	CU_ASSERT_EQUAL(len > 0, request->path != NULL);
	fcgi_request_free(request);
	return len;
}

static bool
keep_path(void *ctx)
{
	struct site *site = ctx;
	bool is_kept = kept_path(site, "/cometd/abc") >= 0;

	fcgi_request_drop_spare(&site->context);
	return is_kept;
}

static void
a_path_is_kept_only_where_a_plugin_changes_headers(void)
{
	struct site site;
	char uri[700] = "/cometd/";

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	CU_ASSERT_EQUAL(kept_path(&site, "/cometd/abc"), 0);
	CU_ASSERT_EQUAL(bx_engine_add_plugin(site.engine, &changes, NULL,
			    NULL),
	    BX_OK);
	CU_ASSERT_EQUAL(kept_path(&site, "/cometd/abc"), 4);
	CU_ASSERT_EQUAL(kept_path(&site, "/cometd"), 1);
	CU_ASSERT_EQUAL(kept_path(&site, "/other"), 0);
	memset(uri + strlen(uri), 'x', FCGI_REQUEST_PATH_MAX - 1);
	CU_ASSERT_EQUAL(kept_path(&site, uri), FCGI_REQUEST_PATH_MAX);
	uri[strlen(uri)] = 'x';
	CU_ASSERT_EQUAL(kept_path(&site, uri), 0);
	fcgi_request_drop_spare(&site.context);
	CU_ASSERT_TRUE(unit_fail_each(keep_path, &site) >= 3);
	site_stop(&site);
}

static const struct unit_test tests[] = {
	{ "a handshake is answered by its exchange",
	    a_handshake_is_answered_by_its_exchange },
	{ "stdin may end before params do", stdin_may_end_before_params_do },
	{ "rule 79: every reply to a listed origin says so",
	    every_reply_to_a_listed_origin_says_so },
	{ "rule 78: a preflight is answered by status and headers",
	    a_preflight_is_answered_by_status_and_headers },
	{ "rule 79: a POST of a foreign origin is 403, and nothing is done",
	    a_foreign_origin_is_403 },
	{ "rule 80: a new browser gets a cookie as configured",
	    a_new_browser_gets_a_cookie_as_configured },
	{ "rule 80: a cookie that is shown is not set",
	    a_cookie_that_is_shown_is_not_set },
	{ "the engine is told who asks, and from where",
	    the_engine_is_told_who_asks_and_from_where },
	{ "a page of any origin asks for nobody",
	    a_page_of_any_origin_asks_for_nobody },
	{ "without random bytes there is no cookie",
	    without_random_bytes_there_is_no_cookie },
	{ "what is malformed is 400", what_is_malformed_is_400 },
	{ "a body of another length than told is 400",
	    a_body_of_another_length_than_told_is_400 },
	{ "a body over the limit is 413, told or not",
	    a_body_over_the_limit_is_413 },
	{ "a charset that is not UTF-8 is 415",
	    a_charset_that_is_not_utf8_is_415 },
	{ "JSON may follow a byte order mark and blanks",
	    json_may_follow_a_byte_order_mark_and_blanks },
	{ "params that reach beyond their end break the protocol",
	    params_that_reach_beyond_their_end_break_the_protocol },
	{ "params over the cap are not kept",
	    params_over_the_cap_are_not_kept },
	{ "what the budget has no room for is 503",
	    what_the_budget_has_no_room_for_is_503 },
	{ "a large request leaves room for small ones",
	    a_large_request_leaves_room_for_small_ones },
	{ "a refused request is read and gets 503",
	    a_refused_request_is_read_and_gets_503 },
	{ "an address has so many requests in hand, and no more",
	    an_address_has_so_many_requests_in_hand_and_no_more },
	{ "a client that left is not counted with those in hand",
	    a_client_that_left_is_not_counted_with_those_in_hand },
	{ "a WebSocket is refused before stdin ends",
	    a_websocket_is_refused_before_stdin_ends },
	{ "a request that does not go on expires",
	    a_request_that_does_not_go_on_expires },
	{ "without memory only the request is lost",
	    without_memory_only_the_request_is_lost },
	{ "a path is kept only where a plugin changes headers",
	    a_path_is_kept_only_where_a_plugin_changes_headers },
};

UNIT_MAIN("fcgi/request", tests)
