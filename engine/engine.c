/*
 * engine.c - the owner of all parts.
 */
#include <string.h>

#include "core.h"
#include "engine.h"
#include "exchange_private.h"
#include "plugin_client.h"
#include "plugin_host.h"
#include "plugin_platform.h"
#include "session_local.h"
#include "sessions.h"

struct bx_engine {
	struct bx_core core;
};

/* No plugin has heard of a session that never was whole. */
static void
tell_departure(struct bx_core *core, struct bx_session *session)
{
	const struct bx_happening gone = {
		.kind = BX_HAPPENING_CLIENT_DISCONNECT,
		.session = session,
		.reason = bx_session_gone_reason(session),
	};

	if (!bx_session_is_announced(session))
		return;
	bx_plugins_happened(&core->plugins, &gone);
	bx_plugins_session_gone(&core->plugins, session,
	    bx_session_gone_reason(session));
}

/* Plugins are told here, where nobody is in the middle of anything.  Sessions
 * that end of it are for the next time, so this comes to an end. */
static void
tell_departures(struct bx_core *core)
{
	size_t count = bx_sessions_departed(core->sessions);
	struct bx_session *session;

	for (; count > 0; count--) {
		session = bx_sessions_take_departed(core->sessions);
		tell_departure(core, session);
		bx_session_unref(session);
	}
}

/* While it is stopping there are no new sessions, so that these are all. */
static void
stop_core(struct bx_core *core)
{
	core->stopping = true;
	if (core->sessions != NULL) {
		bx_sessions_end_all(core->sessions);
		tell_departures(core);
	}
	if (core->hooks != NULL)
		bx_plugins_fini(&core->plugins);
}

/* Everything but the engine itself. */
static void
fini_core(struct bx_core *core)
{
	stop_core(core);
	bx_input_drop_spare(core);
	bx_sessions_free(core->sessions);
	bx_hooks_free(core->hooks);
	bx_channel_tree_free(core->tree);
	bx_draft_fini(&core->draft);
	bx_timers_fini(&core->timers);
}

/* One seed serves all tables: nobody outside learns anything about it. */
static bool
init_core(struct bx_core *core)
{
	const struct bx_env *env = core->env;
	uint64_t seed[2];

	bx_draft_init(&core->draft, env);
	bx_list_init(&core->resumed);
	bx_timers_init(&core->timers, env);
	if (!env->random(env->ctx, seed, sizeof(seed)))
		return false;
	core->tree = bx_channel_tree_new(env, seed);
	if (core->tree == NULL)
		return false;
	core->hooks = bx_hooks_new(env, seed);
	if (core->hooks == NULL)
		return false;
	bx_plugins_init(&core->plugins, env, core->hooks);
	core->sessions =
	    bx_sessions_new(env, core->settings, core->tree, seed);
	return core->sessions != NULL;
}

struct bx_engine *
bx_engine_new(const struct bx_env *env, const struct bx_settings *settings)
{
	struct bx_engine *engine = bx_alloc(env, sizeof(*engine));

	if (engine == NULL)
		return NULL;
	memset(engine, 0, sizeof(*engine));
	engine->core.env = env;
	engine->core.settings = settings;
	engine->core.platform = &bx_plugin_platform_none;
	if (!init_core(&engine->core)) {
		bx_engine_free(engine);
		return NULL;
	}
	return engine;
}

void
bx_engine_free(struct bx_engine *engine)
{
	if (engine == NULL)
		return;
	fini_core(&engine->core);
	bx_free(engine->core.env, engine);
}

void
bx_engine_stop(struct bx_engine *engine)
{
	stop_core(&engine->core);
}

void
bx_engine_set_platform(struct bx_engine *engine,
    const struct bx_platform *platform)
{
	engine->core.platform = platform;
}

void
bx_engine_set_now(struct bx_engine *engine, bx_msec now)
{
	engine->core.now = now;
}

struct bx_core *
bx_engine_core(struct bx_engine *engine)
{
	return &engine->core;
}

struct bx_hooks *
bx_engine_hooks(struct bx_engine *engine)
{
	return engine->core.hooks;
}

enum bx_status
bx_engine_add_plugin(struct bx_engine *engine, const struct bx_plugin *plugin,
    bx_plugin_option_fn *option, void *ctx)
{
	return bx_plugin_start(&engine->core, plugin, option, ctx);
}

bool
bx_engine_has_heading(const struct bx_engine *engine)
{
	return bx_plugins_has_heading(&engine->core.plugins);
}

void
bx_engine_heading(struct bx_engine *engine, struct bx_heading *heading)
{
	bx_plugins_heading(&engine->core.plugins, heading);
}

/* Do what is to be done between requests, which may make exchanges ready. */
static void
do_between(struct bx_core *core)
{
	tell_departures(core);
	bx_sessions_serve_locals(core->sessions);
	while (!bx_list_is_empty(&core->resumed))
		bx_exchange_resume(BX_LIST_ENTRY(core->resumed.next,
		    struct bx_exchange, reader.ready));
}

static bool
has_to_do_between(const struct bx_core *core)
{
	return !bx_list_is_empty(&core->resumed) ||
	    bx_sessions_has_departed(core->sessions) ||
	    bx_sessions_has_local(core->sessions);
}

struct bx_exchange *
bx_engine_next_ready(struct bx_engine *engine)
{
	struct bx_reader *reader;

	do_between(&engine->core);
	reader = bx_sessions_take_ready(engine->core.sessions);
	if (reader == NULL)
		return NULL;
	return BX_LIST_ENTRY(reader, struct bx_exchange, reader);
}

bool
bx_engine_has_ready(const struct bx_engine *engine)
{
	return has_to_do_between(&engine->core) ||
	    bx_sessions_has_ready(engine->core.sessions);
}

bool
bx_engine_has_prompt(const struct bx_engine *engine)
{
	return has_to_do_between(&engine->core) ||
	    bx_sessions_has_prompt(engine->core.sessions);
}

bx_msec
bx_engine_next_deadline(const struct bx_engine *engine)
{
	bx_msec sessions = bx_sessions_next_deadline(engine->core.sessions);
	bx_msec timers = bx_timers_next(&engine->core.timers);

	return sessions < timers ? sessions : timers;
}

void
bx_engine_advance(struct bx_engine *engine, bx_msec now)
{
	engine->core.now = now;
	bx_sessions_advance(engine->core.sessions, now);
	bx_timers_advance(&engine->core.timers, now);
}

void
bx_engine_shut_down(struct bx_engine *engine, bx_msec spread)
{
	engine->core.closing = true;
	engine->core.spread = spread;
	bx_plugins_shutting_down(&engine->core.plugins);
	bx_sessions_shut_down(engine->core.sessions);
}

void
bx_engine_deny_parked(struct bx_engine *engine)
{
	struct bx_list *list = &engine->core.plugins.list;
	struct bx_list *link;

	for (link = list->next; link != list; link = link->next)
		bx_plugin_client_deny(
		    BX_LIST_ENTRY(link, struct bx_plugin_node, link));
}

struct bx_counts
bx_engine_counts(const struct bx_engine *engine)
{
	const struct bx_core *core = &engine->core;

	return (struct bx_counts){
		.sessions = bx_sessions_count(core->sessions),
		.channels = bx_channel_tree_count(core->tree),
		.held = bx_sessions_held(core->sessions),
		.published = core->published,
		.delivered = bx_sessions_delivered(core->sessions),
	};
}

bool
bx_engine_is_crowded(const struct bx_engine *engine)
{
	return bx_sessions_is_crowded(engine->core.sessions);
}
