/*
 * core.h - the state that the engine's parts share.
 *
 * Ownership: engine.c owns all of it; everyone else borrows it until the
 * engine is freed.
 */
#ifndef BX_CORE_H
#define BX_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "env.h"
#include "hooks.h"
#include "list.h"
#include "platform.h"
#include "plugins.h"
#include "reply.h"
#include "session.h"
#include "settings.h"
#include "timers.h"

struct bx_core {
	const struct bx_env *env;
	const struct bx_settings *settings;
	struct bx_channel_tree *tree;
	struct bx_sessions *sessions;
	struct bx_hooks *hooks;
	struct bx_plugins plugins;
	const struct bx_platform *platform; /* never NULL */
	struct bx_timers timers;
	struct bx_draft draft;	      /* the reply that is being written */
	struct bx_list resumed;	      /* exchanges with a verdict come late */
	bx_msec now;		      /* as last told */
	struct bx_input *spare_input; /* exchange_input.c's; or NULL */
	uint64_t published;
	bx_msec spread; /* once closing: of retries */
	bool closing;
	bool stopping; /* as engine.h bx_engine_stop says */
};

#endif
