/*
 * plugin_client.c - what a plugin does as a client does, or for one.
 */
#include <string.h>

#include "event.h"
#include "plugin_client.h"
#include "session_local.h"
#include "session_queue.h"
#include "session_user.h"
#include "ticket.h"

static bool
parse(const struct bx_core *core, struct bx_slice text,
    struct bx_channel_name *name)
{
	const struct bx_settings *settings = core->settings;

	return bx_channel_name_parse(name, text.at, text.len,
		   settings->max_channel_length,
		   settings->max_channel_depth) == BX_OK;
}

bool
bx_plugin_may_send(const struct bx_core *core,
    const struct bx_outgoing *message, struct bx_channel_name *name)
{
	return message->data.len > 0 && parse(core, message->channel, name) &&
	    !name->pattern;
}

void
bx_plugin_tell_sent(struct bx_core *core, enum bx_happening_kind kind,
    struct bx_session *session, const struct bx_outgoing *message)
{
	const struct bx_happening sent = {
		.kind = kind,
		.session = session,
		.channel = message->channel,
		.data = message->data,
		.id = message->id,
		.ext = message->ext,
	};

	bx_plugins_happened(&core->plugins, &sent);
}

/* Local clients. */

static struct bx_session *
host_local_new(struct bx_host *host, const char *hint, bx_local_fn *fn,
    void *ctx)
{
	struct bx_plugin_node *node = bx_plugin_node_of(host);
	struct bx_core *core = node->core;
	const struct bx_local_client client = { fn, ctx, &node->locals };
	struct bx_happening connected = {
		.kind = BX_HAPPENING_CLIENT_CONNECT,
	};

	/* Nobody would be told of its end, or the plugin not any more. */
	if (core->stopping || node->stopped ||
	    bx_session_local_new(core->sessions, hint, &client,
		&connected.session) != BX_OK)
		return NULL;
	bx_session_announce(connected.session);
	bx_plugins_happened(&core->plugins, &connected);
	return connected.session;
}

static bool
is_subscribed(const struct bx_core *core, struct bx_session *session,
    const struct bx_channel_name *name)
{
	return bx_channel_is_subscribed(core->tree, name,
	    bx_session_subscriber(session));
}

/* May a session have one more subscription, to a channel that anything is ever
 * broadcast on? */
static bool
may_subscribe(const struct bx_core *core, struct bx_session *session,
    const struct bx_channel_name *name)
{
	return name->kind == BX_CHANNEL_BROADCAST &&
	    bx_session_state(session) != BX_SESSION_GONE &&
	    !bx_session_is_leaving(session) &&
	    (is_subscribed(core, session, name) ||
		bx_session_subscriber(session)->count <
		    core->settings->max_subscriptions);
}

static void
tell_subscription(struct bx_core *core, enum bx_happening_kind kind,
    struct bx_session *session, const struct bx_channel_name *name)
{
	const struct bx_happening what = {
		.kind = kind,
		.session = session,
		.channel = { name->text, name->len },
	};

	bx_plugins_happened(&core->plugins, &what);
}

static bool
host_subscribe(struct bx_host *host, struct bx_session *session,
    const char *channel)
{
	struct bx_core *core = bx_plugin_node_of(host)->core;
	const struct bx_slice text = { channel, strlen(channel) };
	struct bx_channel_name name;

	if (!parse(core, text, &name) || !may_subscribe(core, session, &name))
		return false;
	if (is_subscribed(core, session, &name))
		return true;
	if (bx_channel_subscribe(core->tree, &name,
		bx_session_subscriber(session)) != BX_OK)
		return false;
	tell_subscription(core, BX_HAPPENING_SUBSCRIBE, session, &name);
	return true;
}

static bool
host_unsubscribe(struct bx_host *host, struct bx_session *session,
    const char *channel)
{
	struct bx_core *core = bx_plugin_node_of(host)->core;
	const struct bx_slice text = { channel, strlen(channel) };
	struct bx_channel_name name;

	if (!parse(core, text, &name) || name.kind != BX_CHANNEL_BROADCAST ||
	    bx_session_state(session) == BX_SESSION_GONE)
		return false;
	if (!is_subscribed(core, session, &name))
		return true;
	bx_channel_unsubscribe(core->tree, &name,
	    bx_session_subscriber(session));
	tell_subscription(core, BX_HAPPENING_UNSUBSCRIBE, session, &name);
	return true;
}

static bool
host_publish_as(struct bx_host *host, struct bx_session *session,
    const struct bx_outgoing *message)
{
	struct bx_core *core = bx_plugin_node_of(host)->core;
	struct bx_channel_name name;

	if (bx_session_state(session) == BX_SESSION_GONE ||
	    !bx_plugin_may_send(core, message, &name) ||
	    name.kind != BX_CHANNEL_BROADCAST)
		return false;
	/* What it causes may end the session. */
	(void)bx_session_ref(session);
	if (bx_event_publish(core, &name, session, message) != BX_OK) {
		bx_session_unref(session);
		return false;
	}
	bx_plugin_tell_sent(core, BX_HAPPENING_PUBLISH, session, message);
	bx_session_unref(session);
	return true;
}

static bool
host_set_user(struct bx_session *session, const char *user)
{
	return bx_session_set_user(session, user) == BX_OK;
}

/* Verdicts that come later. */

static struct bx_ticket *
host_park(struct bx_host *host, struct bx_question *question)
{
	struct bx_plugin_node *node = bx_plugin_node_of(host);
	struct bx_ticket *ticket = bx_ticket_take(question);

	if (ticket != NULL)
		bx_list_append(&node->tickets, bx_ticket_link(ticket));
	return ticket;
}

static void
host_resolve(struct bx_host *host, struct bx_ticket *ticket,
    enum bx_verdict verdict, const struct bx_denial *denial, const char *user)
{
	const struct bx_ruling ruling = { verdict, denial, user };

	bx_ticket_resolve(ticket, &ruling, bx_plugin_node_of(host)->core->now);
}

/* Timers. */

static struct bx_timer *
host_add_timer(struct bx_host *host, bx_msec after, bx_timer_fn *fn, void *ctx)
{
	struct bx_core *core = bx_plugin_node_of(host)->core;
	struct bx_timing timing = {
		.at = BX_NEVER,
		.fn = fn,
		.ctx = ctx,
		.owner = bx_plugin_node_of(host),
	};

	/* One that is due at once could keep everybody waiting for ever. */
	if (after < 1)
		after = 1;
	if (after < BX_NEVER - core->now)
		timing.at = core->now + after;
	return bx_timers_add(&core->timers, &timing);
}

static void
host_cancel_timer(struct bx_host *host, struct bx_timer *timer)
{
	bx_timers_cancel(&bx_plugin_node_of(host)->core->timers, timer);
}

void
bx_plugin_client_attach(struct bx_plugin_node *node)
{
	struct bx_host *host = &node->host;

	host->park = host_park;
	host->resolve = host_resolve;
	host->user = bx_session_user;
	host->set_user = host_set_user;
	host->local_new = host_local_new;
	host->local_free = bx_session_local_free;
	host->is_local = bx_session_is_local;
	host->subscribe = host_subscribe;
	host->unsubscribe = host_unsubscribe;
	host->publish_as = host_publish_as;
	host->add_timer = host_add_timer;
	host->cancel_timer = host_cancel_timer;
}

void
bx_plugin_client_deny(struct bx_plugin_node *node)
{
	struct bx_list *link;

	for (link = node->tickets.next; link != &node->tickets;
	     link = link->next)
		bx_ticket_deny(bx_ticket_of_link(link), node->core->now);
}

void
bx_plugin_client_detach(struct bx_plugin_node *node)
{
	const struct bx_ruling denied = { BX_VERDICT_DENY, NULL, NULL };
	struct bx_core *core = node->core;

	while (!bx_list_is_empty(&node->tickets))
		bx_ticket_resolve(bx_ticket_of_link(node->tickets.next),
		    &denied, core->now);
	bx_timers_cancel_of(&core->timers, node);
	bx_session_local_free_all(&node->locals);
}
