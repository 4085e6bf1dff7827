/*
 * server.c - sockets, connections and the engine on one loop.
 */
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conn.h"
#include "drain.h"
#include "engine/engine.h"
#include "engine/exchange.h"
#include "log.h"
#include "loop_memory.h"
#include "options.h"
#include "platform.h"
#include "server.h"
#include "signals.h"
#include "sockets.h"
#include "timer.h"

#define STOP_SPREAD 5000 /* ms over which clients are told to come back */
#define STOP_LIMIT 5000	 /* ms for the last answers to be written */
#define STOP_GRACE 1000	 /* ms in which plugins still answer requests */
#define RESERVE 65536	 /* bytes, for some dozen 503 at once */
#define BUDGET_MIN ((size_t)64 << 20) /* of all incomplete requests */

struct fcgi_server {
	struct ev_loop *loop;
	const struct bx_env *env;
	const struct fcgi_options *options;
	struct bx_engine *engine;
	struct fcgi_context context;
	struct fcgi_address_network *trusted;
	struct fcgi_conn_pool pool;
	struct fcgi_platform platform;
	struct fcgi_sockets sockets;
	struct fcgi_signals signals;
	struct fcgi_timer timer;
	struct fcgi_timer look_out;
	struct fcgi_drain drain;
	ev_prepare prepare;
	ev_check check;
	ev_idle awake; /* there are more answers: do not sleep */
	size_t max_conns;
	bx_msec stop_at;      /* BX_NEVER: not stopping */
	bx_msec deny_at;      /* who waits for a verdict; BX_NEVER: not yet */
	unsigned quiet_turns; /* while stopping */
	uint64_t reads_seen;  /* the same */
};

static void
relieve(void *ctx)
{
	struct fcgi_server *server = ctx;

	fcgi_drain_relieve(&server->drain);
}

static bx_msec
next_deadline(const struct fcgi_server *server)
{
	bx_msec at = bx_engine_next_deadline(server->engine);
	bx_msec conns = fcgi_conn_next_deadline(&server->pool);

	if (conns < at)
		at = conns;
	if (server->platform.content.end_at < at)
		at = server->platform.content.end_at;
	if (server->deny_at < at)
		at = server->deny_at;
	return server->stop_at < at ? server->stop_at : at;
}

static void
on_deadline(void *ctx)
{
	struct fcgi_server *server = ctx;

	server->context.now = fcgi_timer_now();
	bx_engine_advance(server->engine, server->context.now);
	fcgi_conn_sweep(&server->pool);
	fcgi_content_advance(&server->platform.content);
	if (server->context.now < server->deny_at)
		return;
	server->deny_at = BX_NEVER;
	bx_engine_deny_parked(server->engine);
}

static void
on_look_out(void *ctx)
{
	struct fcgi_server *server = ctx;

	server->context.now = fcgi_timer_now();
	fcgi_conn_look_out(&server->pool);
}

/* Everything that was asked is answered, and what had just been accepted has
 * been looked at; or there is no more time. */
static bool
has_stopped(struct fcgi_server *server)
{
	if (server->stop_at == BX_NEVER)
		return false;
	if (server->context.now >= server->stop_at)
		return true;
	server->quiet_turns = server->pool.requests == 0 &&
		server->pool.reads == server->reads_seen
	    ? server->quiet_turns + 1
	    : 0;
	server->reads_seen = server->pool.reads;
	return server->quiet_turns > 2;
}

/* While stopping with nothing left to answer the loop turns without sleep. */
static bool
is_looking_around(const struct fcgi_server *server)
{
	return server->stop_at != BX_NEVER && server->pool.requests == 0;
}

static void
on_prepare(struct ev_loop *loop, ev_prepare *watcher, int revents)
{
	struct fcgi_server *server = watcher->data;
	(void)revents;
	server->context.now = fcgi_timer_now();
	fcgi_drain_turn(&server->drain);
	if (fcgi_conn_reap(&server->pool) > 0)
		fcgi_sockets_resume(&server->sockets);
	if (has_stopped(server))
		ev_break(loop, EVBREAK_ALL);
	if (fcgi_drain_has_more(&server->drain) || is_looking_around(server))
		ev_idle_start(loop, &server->awake);
	else
		ev_idle_stop(loop, &server->awake);
	fcgi_timer_arm(&server->timer, next_deadline(server));
	fcgi_timer_arm(&server->look_out,
	    fcgi_conn_next_look_out(&server->pool));
}

static void
on_check(struct ev_loop *loop, ev_check *watcher, int revents)
{
	struct fcgi_server *server = watcher->data;

	(void)loop;
	(void)revents;
	server->context.now = fcgi_timer_now();
}

static void
on_awake(struct ev_loop *loop, ev_idle *watcher, int revents)
{
	(void)loop;
	(void)watcher;
	(void)revents;
}

static bool
on_accept(int fd, bool is_local, void *ctx)
{
	struct fcgi_server *server = ctx;

	/* Without memory this peer is turned away, and no other. */
	if (!fcgi_loop_memory_is_reserved() ||
	    !fcgi_conn_open(&server->pool, fd, is_local))
		(void)close(fd);
	return server->pool.count < server->max_conns;
}

static void
on_stop(int signal_number, void *ctx)
{
	struct fcgi_server *server = ctx;

	if (server->stop_at != BX_NEVER) {
		ev_break(server->loop, EVBREAK_ALL);
		return;
	}
	server->context.now = fcgi_timer_now();
	server->stop_at = server->context.now + STOP_LIMIT;
	fcgi_log(BX_LOG_NOTICE,
	    "event=stopping signal=%d connections=%zu "
	    "requests=%zu",
	    signal_number, server->pool.count, server->pool.requests);
	server->pool.refusal = "stopping";
	server->drain.is_hurried = true;
	fcgi_sockets_close(&server->sockets);
	bx_engine_shut_down(server->engine, STOP_SPREAD);
	server->deny_at = server->context.now + STOP_GRACE;
	fcgi_content_shut_down(&server->platform.content, server->deny_at);
}

static bool
parse_trusted(struct fcgi_server *server)
{
	const struct fcgi_strings *texts = &server->options->trusted_proxies;
	const char *wrong = NULL;

	server->context.trusted.count = texts->count;
	server->trusted = fcgi_address_networks_new(server->env,
	    (const char *const *)texts->items, texts->count, &wrong);
	server->context.trusted.at = server->trusted;
	if (wrong != NULL)
		fcgi_log(BX_LOG_ERROR,
		    "event=cannot_start trusted_proxy=%s "
		    "error=\"is no address\"",
		    wrong);
	return server->trusted != NULL || texts->count == 0;
}

static bool
init_context(struct fcgi_server *server)
{
	struct fcgi_context *context = &server->context;
	const struct fcgi_options *options = server->options;
	size_t limit = options->max_connections_per_address;
	uint64_t seed[2] = { 0, 0 };
	bool is_seeded =
	    server->env->random(server->env->ctx, seed, sizeof(seed));

	context->env = server->env;
	context->engine = server->engine;
	context->settle = fcgi_conn_settle_request;
	context->look_out = fcgi_conn_look_closer;
	context->look_out_ctx = &server->pool;
	context->options = options;
	context->content = &server->platform.content;
	context->now = fcgi_timer_now();
	fcgi_address_table_init(&context->addresses, server->env, seed,
	    limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX);
	fcgi_idle_list_init(&context->incomplete, FCGI_CONN_SILENT_LIMIT);
	context->budget.limit = options->max_message_size < SIZE_MAX / 32
	    ? options->max_message_size * 16
	    : SIZE_MAX / 2;
	if (context->budget.limit < BUDGET_MIN)
		context->budget.limit = BUDGET_MIN;
	return is_seeded && parse_trusted(server);
}

static bool
init_pool(struct fcgi_server *server)
{
	struct fcgi_conn_pool *pool = &server->pool;

	server->max_conns = fcgi_sockets_max_conns();
	pool->loop = server->loop;
	pool->context = &server->context;
	pool->relieve = relieve;
	pool->ctx = server;
	/* What is left above it is for telling clients so. */
	pool->crowded = server->max_conns - server->max_conns / 32 - 1;
	pool->max_conns = server->max_conns;
	pool->budget = server->context.budget.limit / 4;
	pool->reserve_size = RESERVE;
	pool->scratch = bx_alloc(server->env, FCGI_CONN_SCRATCH);
	return pool->scratch != NULL &&
	    server->env->random(server->env->ctx, pool->seed,
		sizeof(pool->seed));
}

static void
start_watchers(struct fcgi_server *server)
{
	ev_prepare_init(&server->prepare, on_prepare);
	server->prepare.data = server;
	ev_prepare_start(server->loop, &server->prepare);
	ev_check_init(&server->check, on_check);
	server->check.data = server;
	/* Before whatever uses the time in this turn. */
	ev_set_priority(&server->check, EV_MAXPRI);
	ev_check_start(server->loop, &server->check);
	ev_idle_init(&server->awake, on_awake);
	fcgi_timer_init(&server->timer, server->loop, on_deadline, server);
	fcgi_timer_init(&server->look_out, server->loop, on_look_out, server);
	fcgi_timer_set_plain(&server->look_out);
	fcgi_signals_start(&server->signals, server->loop, on_stop, server);
}

struct fcgi_server *
fcgi_server_new(const struct bx_env *env, const struct fcgi_options *options,
    struct bx_engine *engine)
{
	struct fcgi_server *server = bx_alloc(env, sizeof(*server));

	if (server == NULL)
		return NULL;
	memset(server, 0, sizeof(*server));
	server->env = env;
	server->options = options;
	server->engine = engine;
	server->stop_at = BX_NEVER;
	server->deny_at = BX_NEVER;
	if (fcgi_loop_memory_reserve(fcgi_sockets_raise_limit()))
		server->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	if (server->loop == NULL) {
		fcgi_log(BX_LOG_ERROR, "event=cannot_start error=\"no loop\"");
		fcgi_loop_memory_release();
		bx_free(env, server);
		return NULL;
	}
	fcgi_platform_init(&server->platform, server->loop, &server->context,
	    relieve, server);
	fcgi_conn_pool_init(&server->pool);
	server->drain.engine = engine;
	server->drain.pool = &server->pool;
	server->drain.content = &server->platform.content;
	fcgi_sockets_init(&server->sockets, server->loop, on_accept, server);
	if (!init_context(server) || !init_pool(server)) {
		fcgi_log(BX_LOG_ERROR, "event=cannot_start");
		fcgi_server_free(server);
		return NULL;
	}
	start_watchers(server);
	bx_engine_set_platform(engine, &server->platform.functions);
	bx_engine_set_now(engine, server->context.now);
	return server;
}

bool
fcgi_server_open(struct fcgi_server *server)
{
	return fcgi_sockets_open(&server->sockets, server->env,
	    server->options);
}

int
fcgi_server_run(struct fcgi_server *server)
{
	(void)ev_run(server->loop, 0);
	fcgi_log(BX_LOG_NOTICE,
	    "event=stopped unanswered=%zu limit_reached=%s",
	    server->pool.requests,
	    server->context.now >= server->stop_at ? "yes" : "no");
	return EXIT_SUCCESS;
}

void
fcgi_server_close(struct fcgi_server *server)
{
	if (server == NULL)
		return;
	fcgi_sockets_close(&server->sockets);
	fcgi_conn_pool_fini(&server->pool);
	fcgi_content_drain(&server->platform.content);
}

void
fcgi_server_free(struct fcgi_server *server)
{
	if (server == NULL)
		return;
	fcgi_server_close(server);
	fcgi_platform_fini(&server->platform);
	fcgi_signals_stop(&server->signals);
	if (server->timer.loop != NULL) {
		fcgi_timer_stop(&server->timer);
		fcgi_timer_stop(&server->look_out);
		ev_prepare_stop(server->loop, &server->prepare);
		ev_check_stop(server->loop, &server->check);
		ev_idle_stop(server->loop, &server->awake);
	}
	ev_loop_destroy(server->loop);
	fcgi_loop_memory_release();
	fcgi_request_drop_spare(&server->context);
	fcgi_address_table_fini(&server->context.addresses);
	bx_free(server->env, server->trusted);
	bx_free(server->env, server->pool.scratch);
	bx_free(server->env, server);
}
