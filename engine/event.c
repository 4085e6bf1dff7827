/*
 * event.c - one message, serialised once, into every subscriber's queue.
 *
 * Subscribers are collected first, each with its delivery, and served only
 * when nothing can fail any more; serving one may end its session.
 */
#include "event.h"
#include "queue.h"
#include "session_extra.h"
#include "session_queue.h"

struct bx_message *
bx_event_write(struct bx_core *core, struct bx_session *publisher,
    const struct bx_outgoing *outgoing)
{
	struct bx_message *message;
	struct bx_draft draft;
	struct bx_event event = {
		.session = publisher,
		.channel = outgoing->channel,
		.data = outgoing->data,
		.draft = &draft,
		.lazy = outgoing->lazy,
		.lazy_timeout = outgoing->lazy_timeout,
	};

	bx_draft_init(&draft, core->env);
	bx_plugins_publishing(&core->plugins, &event);
	message = bx_message_event(core->env, outgoing, &draft);
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

/* Does the publisher get its own message, if it is subscribed (rule 68)? */
static bool
hears_itself(const struct bx_core *core, const struct bx_session *publisher)
{
	return core->settings->broadcast_to_publisher &&
	    bx_session_hears_itself(publisher);
}

enum bx_status
bx_event_broadcast(struct bx_core *core, const struct bx_channel_name *name,
    struct bx_session *publisher, struct bx_message *message)
{
	struct collection collection = {
		.env = core->env,
		.message = message,
	};
	struct bx_list *link;

	if (publisher != NULL && !hears_itself(core, publisher))
		collection.except = publisher;
	bx_list_init(&collection.deliveries);
	bx_channel_visit(core->tree, name, collect, &collection);
	if (collection.failed) {
		bx_delivery_free_all(core->env, &collection.deliveries);
		return BX_ENOMEM;
	}
	while ((link = bx_list_take_first(&collection.deliveries)) != NULL) {
		struct bx_delivery *delivery =
		    BX_LIST_ENTRY(link, struct bx_delivery, link);

		(void)bx_session_accept(delivery->target, delivery);
	}
	core->published++;
	return BX_OK;
}
