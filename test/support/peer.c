/*
 * peer.c - a process without listeners, and the web server that talks to it.
 */
#include "peer.h"

#include <sys/socket.h>

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/exchange.h"
#include "fcgi/log.h"
#include "fcgi/params.h"
#include "fcgi/record.h"
#include "unit.h"

static char mount[] = "/cometd";
static char cookie[] = "B";
static char path[] = "/";
static char same_site[] = "Lax";
static const uint64_t seed[2] = { 1, 2 };

static void
relieve(void *ctx)
{
	struct site *site = ctx;

	if (!site->relieves)
		return;
	site_answer(site);
	fcgi_conn_flush_all(&site->pool);
}

static void
after_watch(void *ctx)
{
	(void)ctx;
}

static void
fill_context(struct site *site)
{
	struct fcgi_context *context = &site->context;

	context->env = unit_env();
	context->engine = site->engine;
	context->settle = fcgi_conn_settle_request;
	context->look_out = fcgi_conn_look_closer;
	context->look_out_ctx = &site->pool;
	context->options = &site->options;
	context->content = &site->platform.content;
	context->budget.limit = 10000000;
	context->now = 1000;
	fcgi_address_table_init(&context->addresses, unit_env(), seed, 0);
	fcgi_idle_list_init(&context->incomplete, FCGI_CONN_SILENT_LIMIT);
}

bool
site_start(struct site *site)
{
	const struct bx_settings settings = BX_SETTINGS_DEFAULT;
	struct fcgi_conn_pool *pool = &site->pool;

	/* What peers do wrong here is no news. */
	fcgi_log_threshold = BX_LOG_ERROR;
	memset(site, 0, sizeof(*site));
	site->options.settings = settings;
	site->options.mount = mount;
	site->options.max_message_size = 500000;
	site->options.duplicate_connect_status = 409;
	site->options.eventsource = true;
	site->options.browser_cookie = cookie;
	site->options.browser_cookie_path = path;
	site->options.browser_cookie_same_site = same_site;
	site->engine = bx_engine_new(unit_env(), &site->options.settings);
	pool->scratch = bx_alloc(unit_env(), FCGI_CONN_SCRATCH);
	pool->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	if (pool->loop == NULL)
		abort();
	if (site->engine == NULL || pool->scratch == NULL) {
		bx_engine_free(site->engine);
		bx_free(unit_env(), pool->scratch);
		ev_loop_destroy(pool->loop);
		return false;
	}
	fill_context(site);
	fcgi_platform_init(&site->platform, pool->loop, &site->context,
	    after_watch, NULL);
	bx_engine_set_platform(site->engine, &site->platform.functions);
	fcgi_conn_pool_init(pool);
	pool->context = &site->context;
	pool->relieve = relieve;
	pool->ctx = site;
	memcpy(pool->seed, seed, sizeof(seed));
	pool->crowded = 100;
	pool->max_conns = 200;
	pool->budget = 5000000;
	return true;
}

void
site_stop(struct site *site)
{
	fcgi_conn_pool_fini(&site->pool);
	fcgi_content_drain(&site->platform.content);
	bx_engine_stop(site->engine);
	fcgi_platform_fini(&site->platform);
	CU_ASSERT_EQUAL(site->pool.count, 0);
	CU_ASSERT_EQUAL(site->pool.requests, 0);
	CU_ASSERT_EQUAL(site->context.budget.used, 0);
	CU_ASSERT_EQUAL(fcgi_conn_next_deadline(&site->pool), BX_NEVER);
	fcgi_request_drop_spare(&site->context);
	fcgi_address_table_fini(&site->context.addresses);
	bx_free(unit_env(), site->pool.scratch);
	ev_loop_destroy(site->pool.loop);
	bx_engine_free(site->engine);
}

void
site_answer(struct site *site)
{
	struct bx_exchange *exchange;

	while ((exchange = bx_engine_next_ready(site->engine)) != NULL)
		fcgi_conn_answer(bx_exchange_owner(exchange));
	fcgi_content_drain(&site->platform.content);
}

void
site_turn(struct site *site)
{
	int turns;

	/* Each turn reads FCGI_CONN_SCRATCH bytes and writes as many. */
	for (turns = 0; turns < 2 * PEER_BYTES_MAX / FCGI_CONN_SCRATCH;
	     turns++) {
		(void)ev_run(site->pool.loop, EVRUN_NOWAIT);
		site_answer(site);
		fcgi_conn_flush_all(&site->pool);
		(void)fcgi_conn_reap(&site->pool);
	}
}

/* A connected pair, of which the peer has one end, and its other. */
static int
pair(struct peer *peer)
{
	const int size = PEER_SOCKET_BYTES;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		ends) != 0 ||
	    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) !=
		0)
		abort();
	peer->fd = ends[0];
	return ends[1];
}

static bool
open_conn(struct site *site, struct peer *peer, int fd, bool is_local)
{
	if (fcgi_conn_open(&site->pool, fd, is_local))
		return true;
	peer_close(peer);
	(void)close(fd);
	return false;
}

bool
peer_open(struct site *site, struct peer *peer)
{
	peer->said_len = 0;
	peer_forget(peer);
	return open_conn(site, peer, pair(peer), true);
}

bool
peer_open_said(struct site *site, struct peer *peer, bool is_local)
{
	int fd = pair(peer);

	if (!peer_send(peer))
		abort();
	return open_conn(site, peer, fd, is_local);
}

void
peer_say_once(struct peer *peer, const char *body)
{
	peer_forget(peer);
	peer_begin(peer, 1, 0);
	peer_params(peer, 1, "POST", "/cometd");
	peer_say(peer, FCGI_STDIN, 1, body, strlen(body));
	peer_say(peer, FCGI_STDIN, 1, "", 0);
}

void
peer_close(struct peer *peer)
{
	if (peer->fd >= 0)
		(void)close(peer->fd);
	peer->fd = -1;
}

static void
append(struct peer *peer, const void *bytes, size_t len)
{
	if (len > sizeof(peer->said) - peer->said_len)
		abort();
	if (len > 0)
		memcpy(peer->said + peer->said_len, bytes, len);
	peer->said_len += len;
}

void
peer_say(struct peer *peer, uint8_t type, uint16_t id, const char *bytes,
    size_t len)
{
	unsigned char header[FCGI_HEADER_LEN];
	size_t part;

	do {
		part = len < FCGI_MAX_LENGTH ? len : FCGI_MAX_LENGTH;
		fcgi_record_format_header(header, type, id, (uint16_t)part);
		append(peer, header, sizeof(header));
		append(peer, bytes, part);
		bytes += part;
		len -= part;
	} while (len > 0);
}

void
peer_begin(struct peer *peer, uint16_t id, uint8_t flags)
{
	const char body[] = { 0, FCGI_RESPONDER, (char)flags, 0, 0, 0, 0, 0 };

	peer_say(peer, FCGI_BEGIN_REQUEST, id, body, sizeof(body));
}

static size_t
format_param(unsigned char *out, size_t size, const char *name,
    const char *value)
{
	const struct fcgi_params_pair pair = {
		.name = { name, strlen(name) },
		.value = { value, strlen(value) },
	};
	size_t len;

	if (fcgi_params_format(&pair, out, size, &len) != BX_OK)
		abort();
	return len;
}

/* The params of a request, and these, of which NULL is the last. */
static void
say_params(struct peer *peer, uint16_t id, const char *const *more)
{
	unsigned char stream[1024];
	size_t len;

	len = format_param(stream, sizeof(stream), "REMOTE_ADDR", "192.0.2.1");
	for (; more[0] != NULL; more += 2)
		len += format_param(stream + len, sizeof(stream) - len,
		    more[0], more[1]);
	peer_say(peer, FCGI_PARAMS, id, (const char *)stream, len);
	peer_say(peer, FCGI_PARAMS, id, "", 0);
}

void
peer_params(struct peer *peer, uint16_t id, const char *method,
    const char *uri)
{
	const char *const more[] = { "REQUEST_METHOD", method, "REQUEST_URI",
		uri, NULL };

	say_params(peer, id, more);
}

void
peer_request(struct peer *peer, uint16_t id, const char *const *params,
    const char *body)
{
	peer_begin(peer, id, FCGI_KEEP_CONN);
	say_params(peer, id, params);
	if (body[0] != '\0')
		peer_say(peer, FCGI_STDIN, id, body, strlen(body));
	peer_say(peer, FCGI_STDIN, id, "", 0);
}

void
peer_stream(struct peer *peer, uint16_t id, const char *uri, const char *last)
{
	const char *const more[] = { "REQUEST_METHOD", "GET", "REQUEST_URI",
		uri, "HTTP_ACCEPT", "text/event-stream", "HTTP_LAST_EVENT_ID",
		last, NULL };

	peer_request(peer, id, more, "");
}

void
peer_post(struct peer *peer, uint16_t id, const char *body)
{
	peer_begin(peer, id, FCGI_KEEP_CONN);
	peer_params(peer, id, "POST", "/cometd");
	peer_say(peer, FCGI_STDIN, id, body, strlen(body));
	peer_say(peer, FCGI_STDIN, id, "", 0);
}

bool
peer_send(struct peer *peer)
{
	ssize_t sent;

	while (peer->said_len > 0) {
		sent =
		    send(peer->fd, peer->said, peer->said_len, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		peer->said_len -= (size_t)sent;
		memmove(peer->said, peer->said + sent, peer->said_len);
	}
	return true;
}

void
peer_hear(struct peer *peer)
{
	size_t room;
	ssize_t got;

	do {
		room = sizeof(peer->heard) - peer->heard_len;
		if (room == 0)
			abort();
		got = recv(peer->fd, peer->heard + peer->heard_len, room, 0);
		if (got > 0)
			peer->heard_len += (size_t)got;
	} while (got > 0);
	if (got == 0)
		peer->is_over = true;
}

void
peer_talk(struct site *site, struct peer *peer)
{
	size_t before;

	do {
		before = peer->said_len + peer->heard_len;
		(void)peer_send(peer);
		site_turn(site);
		peer_hear(peer);
	} while (peer->said_len + peer->heard_len != before);
}

const char *
peer_text(struct peer *peer, uint16_t id)
{
	struct fcgi_record_decoder decoder;
	struct bx_slice input = { peer->heard, peer->heard_len };
	enum fcgi_record_event event;
	size_t len = 0;

	fcgi_record_decoder_init(&decoder);
	while (
	    (event = fcgi_record_next(&decoder, &input)) != FCGI_RECORD_MORE &&
	    event != FCGI_RECORD_BAD) {
		if (event != FCGI_RECORD_CONTENT ||
		    decoder.type != FCGI_STDOUT || decoder.request_id != id)
			continue;
		memcpy(peer->text + len, decoder.content.at,
		    decoder.content.len);
		len += decoder.content.len;
	}
	CU_ASSERT_EQUAL(event, FCGI_RECORD_MORE);
	peer->text[len] = '\0';
	return peer->text;
}

size_t
peer_count(const struct peer *peer, uint8_t type, uint16_t id)
{
	struct fcgi_record_decoder decoder;
	struct bx_slice input = { peer->heard, peer->heard_len };
	enum fcgi_record_event event;
	size_t count = 0;

	fcgi_record_decoder_init(&decoder);
	while (
	    (event = fcgi_record_next(&decoder, &input)) != FCGI_RECORD_MORE &&
	    event != FCGI_RECORD_BAD)
		if (event == FCGI_RECORD_COMPLETE && decoder.type == type &&
		    decoder.request_id == id)
			count++;
	CU_ASSERT_EQUAL(event, FCGI_RECORD_MORE);
	return count;
}

void
peer_forget(struct peer *peer)
{
	peer->heard_len = 0;
	peer->is_over = false;
}
