/*
 * engine.h - the whole engine: sessions, channels and what hosts add to them.
 *
 * The engine is a function of its state, the bytes that come in and the time
 * it is told.  It calls no transport: whatever has something to say is on the
 * ready list, which the host drains once per turn of its loop.
 *
 * Ownership: the host owns the engine and closes all its exchanges before it
 * frees it.
 * Reentrancy: no call here may be made from a policy callback, a service or a
 * plugin, but to add a plugin and to count: these have hooks.h, session.h and
 * ticket.h, and host.h.
 */
#ifndef BX_ENGINE_H
#define BX_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "env.h"
#include "hooks.h"
#include "settings.h"

struct bx_core;
struct bx_engine;
struct bx_platform;
struct bx_plugin;
struct bx_exchange;
struct bx_heading;

struct bx_counts {
	size_t sessions;
	size_t channels;    /* with at least one subscriber */
	size_t held;	    /* connects that wait for a message */
	uint64_t published; /* broadcast messages accepted, ever */
	uint64_t delivered; /* queued to sessions, ever */
};

/* env and settings are borrowed until free.  NULL: no memory, or no random. */
struct bx_engine *bx_engine_new(const struct bx_env *env,
    const struct bx_settings *settings);

/* Stops the engine if that was not done.  NULL is legal. */
void bx_engine_free(struct bx_engine *engine);

/* End every session, tell plugins so, and stop them; then the host may end what
 * they use of it.  Legal twice; its exchanges are only good for close. */
void bx_engine_stop(struct bx_engine *engine);

/* What plugins can have of the host, before any is added; borrowed until the
 * engine has stopped. */
void bx_engine_set_platform(struct bx_engine *engine,
    const struct bx_platform *platform);

/* Tell the time, from which what plugins do counts, before one is added or who
 * is ready is asked. */
void bx_engine_set_now(struct bx_engine *engine, bx_msec now);

/* What bx_exchange_open wants; borrowed until free. */
struct bx_core *bx_engine_core(struct bx_engine *engine);

/* Borrowed until free. */
struct bx_hooks *bx_engine_hooks(struct bx_engine *engine);

/*
 * Add and start a plugin, whose struct is borrowed for the call.  option is
 * asked, with ctx, for the configured text of the plugin's own keys, and gives
 * NULL for what is not configured; it may be NULL itself.  BX_EINVAL: its
 * version does not fit; BX_EEXIST: there is one of that name; BX_EGONE: it did
 * not want to start; BX_ENOMEM.
 */
typedef const char *bx_plugin_option_fn(void *ctx, const char *key);
enum bx_status bx_engine_add_plugin(struct bx_engine *engine,
    const struct bx_plugin *plugin, bx_plugin_option_fn *option, void *ctx);

/* Have plugins change the headers of a response (plugin.h heading), which need
 * not be made up where none does. */
bool bx_engine_has_heading(const struct bx_engine *engine);
void bx_engine_heading(struct bx_engine *engine, struct bx_heading *heading);

/* The next exchange that has its answer, or NULL; it leaves the ready list.
 * The host calls bx_exchange_answer on it at once. */
struct bx_exchange *bx_engine_next_ready(struct bx_engine *engine);

/* Has bx_engine_next_ready something to do?  Closing an exchange can wake
 * another, so a host asks before it sleeps. */
bool bx_engine_has_ready(const struct bx_engine *engine);

/* The same, without what was held until a message or its time came: that and
 * the rest take turns, so half of what comes next is no such exchange. */
bool bx_engine_has_prompt(const struct bx_engine *engine);

/* When bx_engine_advance may have something to do, never later than it has;
 * BX_NEVER for nothing. */
bx_msec bx_engine_next_deadline(const struct bx_engine *engine);

/* End holds and sessions whose time has come. */
void bx_engine_advance(struct bx_engine *engine, bx_msec now);

/*
 * The process is about to end: make every held connect ready, each advised to
 * retry after a random interval of at most spread, and hold none from now on.
 */
void bx_engine_shut_down(struct bx_engine *engine, bx_msec spread);

/* Then, when time is up: deny all who wait for a verdict. */
void bx_engine_deny_parked(struct bx_engine *engine);

struct bx_counts bx_engine_counts(const struct bx_engine *engine);

/*
 * Does more wait for a session that is about to be answered than its queue may
 * hold?  Until then it may hold twice as much, so a host that asks after each
 * request and drains the ready list then ends no session that keeps up.
 */
bool bx_engine_is_crowded(const struct bx_engine *engine);

#endif
