/*
 * settings.h - the limits and durations that the engine goes by.
 *
 * The host fills the struct (fcgi/options.c from its table); tests start from
 * BX_SETTINGS_DEFAULT, which are the documented defaults.
 *
 * Ownership: the host's, which keeps it unchanged while the engine lives.
 */
#ifndef BX_SETTINGS_H
#define BX_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "env.h"

#define BX_CONNECTION_TYPES_MAX 8

struct bx_access_rule;	/* access.h */
struct bx_channel_rule; /* channel_rules.h */

/* Must who uses a session show the browser cookie that it was made with
 * (BAYEUX.md rule 82)? */
enum bx_binding {
	BX_BINDING_AUTO, /* once it has been shown */
	BX_BINDING_STRICT,
	BX_BINDING_TRUST /* no: knowing the clientId is enough */
};

struct bx_settings {
	/* The transports that are served, as handshake replies list them; the
	 * first NULL ends the list. */
	const char *connection_types[BX_CONNECTION_TYPES_MAX];
	bx_msec timeout;      /* how long a connect is held */
	bx_msec interval;     /* advised pause between connects */
	bx_msec max_interval; /* grace without a connect before expiry */
	bx_msec heartbeat;    /* a stream is written to twice within it */
	unsigned max_json_depth;
	size_t max_batch;	   /* messages in one request */
	size_t max_queue_messages; /* per session */
	size_t max_queue_size;	   /* bytes, per session */
	size_t max_sessions;
	size_t max_subscriptions;	/* per session */
	size_t max_channel_length;	/* bytes */
	unsigned max_channel_depth;	/* segments */
	long max_sessions_per_browser;	/* held at once; -1 = no limit */
	bx_msec multi_session_interval; /* advised to those above it */
	enum bx_binding session_binding;
	bool anonymous_publish;
	bool broadcast_to_publisher;
	bool forward_ext; /* events carry the publisher's ext */
	/* How long lazy messages wait where no rule says. */
	bx_msec max_lazy_timeout;
	/* For some channels; NULL when there are none. */
	const struct bx_channel_rule *channel_rules;
	size_t channel_rule_count;
	/* Who may use which; the same. */
	const struct bx_access_rule *access_rules;
	size_t access_rule_count;
};

/* One to a line. */
/* clang-format off */
#define BX_SETTINGS_DEFAULT { \
	.connection_types = { "long-polling" }, \
	.timeout = 30000, \
	.interval = 0, \
	.max_interval = 10000, \
	.heartbeat = 20000, \
	.max_json_depth = 64, \
	.max_batch = 1000, \
	.max_queue_messages = 1000, \
	.max_queue_size = 1048576, \
	.max_sessions = 100000, \
	.max_subscriptions = 1000, \
	.max_channel_length = 1024, \
	.max_channel_depth = 32, \
	.max_sessions_per_browser = 4, \
	.multi_session_interval = 2000, \
	.session_binding = BX_BINDING_AUTO, \
	.anonymous_publish = false, \
	.broadcast_to_publisher = true, \
	.forward_ext = true, \
	.max_lazy_timeout = 5000, \
}
/* clang-format on */

#endif
