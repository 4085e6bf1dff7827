/*
 * event.c - one message, serialised once, into every subscriber's queue.
 *
 * Subscribers are collected first, each with its delivery, and served only
 * when nothing can fail any more; serving one may end its session.
 */
#include "channel_rules.h"
#include "event.h"
#include "message.h"
#include "queue.h"
#include "session_extra.h"
#include "session_local.h"
#include "session_queue.h"

/* What is configured for a channel. */
static void
find_rules(const struct bx_core *core, const struct bx_channel_name *name,
    int64_t rules[BX_RULE_KEYS])
{
	const struct bx_settings *settings = core->settings;

	bx_channel_rules_find(settings->channel_rules,
	    settings->channel_rule_count, name, rules);
}

/* Until when a lazy event may wait; timeout is what it says itself. */
static bx_msec
flush_by(const struct bx_core *core, bx_msec timeout,
    const int64_t rules[BX_RULE_KEYS])
{
	if (timeout <= 0)
		timeout = rules[BX_RULE_LAZY_TIMEOUT];
	if (timeout < 0)
		timeout = core->settings->max_lazy_timeout;
	return timeout < BX_NEVER - core->now ? core->now + timeout : BX_NEVER;
}

/* The message for an event, which the plugins have seen; owned, or NULL. */
static struct bx_message *
write_event(struct bx_core *core, struct bx_session *publisher,
    const struct bx_outgoing *outgoing, const int64_t rules[BX_RULE_KEYS])
{
	struct bx_message *message;
	struct bx_draft draft;
	struct bx_event event = {
		.session = publisher,
		.channel = outgoing->channel,
		.data = outgoing->data,
		.draft = &draft,
		.lazy = outgoing->lazy || rules[BX_RULE_LAZY] == true,
		.lazy_timeout = outgoing->lazy_timeout,
	};

	bx_draft_init(&draft, core->env);
	/* What local clients publish has their name on it (rule 63 is about
	 * ids that are secrets). */
	if (publisher != NULL && bx_session_is_local(publisher))
		bx_reply_text(&draft, "clientId", bx_session_id(publisher));
	bx_plugins_publishing(&core->plugins, &event);
	message = bx_message_event(core->env, outgoing, &draft);
	if (message != NULL && event.lazy)
		bx_message_set_lazy(message,
		    flush_by(core, event.lazy_timeout, rules));
	bx_draft_fini(&draft);
	return message;
}

struct collection {
	const struct bx_env *env;
	struct bx_message *message;
	const struct bx_session *except; /* or NULL */
	struct bx_list deliveries;
	bool failed;
};

static bool
collect(struct bx_subscriber *subscriber, void *ctx)
{
	struct collection *collection = ctx;
	struct bx_session *session = bx_session_of(subscriber);
	struct bx_delivery *delivery;

	if (session == collection->except)
		return true;
	delivery = bx_delivery_new(collection->env, collection->message);
	if (delivery == NULL) {
		collection->failed = true;
		return false;
	}
	delivery->target = session;
	bx_list_append(&collection->deliveries, &delivery->link);
	return true;
}

/* Does the publisher get its own message, if it is subscribed?  All that may
 * forbid it have to be content (rule 68). */
static bool
hears_itself(const struct bx_core *core, const struct bx_session *publisher,
    const int64_t rules[BX_RULE_KEYS])
{
	return core->settings->broadcast_to_publisher &&
	    rules[BX_RULE_BROADCAST_TO_PUBLISHER] != false &&
	    bx_session_hears_itself(publisher);
}

static enum bx_status
broadcast(struct bx_core *core, const struct bx_channel_name *name,
    struct collection *collection)
{
	struct bx_list *link;

	bx_list_init(&collection->deliveries);
	bx_channel_visit(core->tree, name, collect, collection);
	if (collection->failed) {
		bx_delivery_free_all(core->env, &collection->deliveries);
		return BX_ENOMEM;
	}
	while ((link = bx_list_take_first(&collection->deliveries)) != NULL) {
		struct bx_delivery *delivery =
		    BX_LIST_ENTRY(link, struct bx_delivery, link);

		(void)bx_session_accept(delivery->target, delivery);
	}
	core->published++;
	return BX_OK;
}

enum bx_status
bx_event_publish(struct bx_core *core, const struct bx_channel_name *name,
    struct bx_session *publisher, const struct bx_outgoing *event)
{
	struct collection collection = { .env = core->env };
	int64_t rules[BX_RULE_KEYS];
	enum bx_status status;

	find_rules(core, name, rules);
	collection.message = write_event(core, publisher, event, rules);
	if (collection.message == NULL)
		return BX_ENOMEM;
	if (publisher != NULL && !hears_itself(core, publisher, rules))
		collection.except = publisher;
	status = broadcast(core, name, &collection);
	bx_message_unref(collection.message);
	return status;
}

enum bx_status
bx_event_deliver(struct bx_core *core, const struct bx_channel_name *name,
    struct bx_session *session, const struct bx_outgoing *event)
{
	int64_t rules[BX_RULE_KEYS];
	struct bx_message *message;
	enum bx_status status;

	find_rules(core, name, rules);
	message = write_event(core, NULL, event, rules);
	if (message == NULL)
		return BX_ENOMEM;
	status = bx_session_deliver(session, message);
	bx_message_unref(message);
	return status;
}
