/*
 * session_keep.c - events that are kept until the client says it has them.
 */
#include "session_keep.h"
#include "session_private.h"
#include "session_queue.h"

static struct bx_delivery *
delivery_at(struct bx_list *link)
{
	return BX_LIST_ENTRY(link, struct bx_delivery, link);
}

enum bx_status
bx_session_keep(struct bx_session *session)
{
	struct bx_session_extra *extra = bx_session_need_extra(session);

	if (extra == NULL)
		return BX_ENOMEM;
	extra->keeps = true;
	return BX_OK;
}

bool
bx_session_is_keeping(const struct bx_session *session)
{
	return session->extra != NULL && session->extra->keeps;
}

uint64_t
bx_session_close_batch(struct bx_session *session)
{
	if (!bx_session_is_keeping(session))
		return 0;
	return ++session->extra->batch;
}

uint64_t
bx_session_closed_batch(const struct bx_session *session)
{
	return session->extra == NULL ? 0 : session->extra->batch;
}

void
bx_session_enter_batch(const struct bx_session *session,
    struct bx_delivery *delivery)
{
	delivery->batch =
	    bx_session_is_keeping(session) ? session->extra->batch + 1 : 0;
}

/* Free the deliveries in list that went out, and came. */
static void
free_acknowledged(struct bx_session *session, uint64_t batch)
{
	struct bx_list *link = session->extra->kept.next;

	while (link != &session->extra->kept) {
		struct bx_delivery *delivery = delivery_at(link);

		link = link->next;
		if (delivery->batch <= batch)
			bx_delivery_free(session->sessions->env, delivery);
	}
}

/* The same with what waits: some of it went out, was taken for lost, and has
 * come after all. */
static void
drop_acknowledged(struct bx_session *session, uint64_t batch)
{
	struct bx_list *list = &session->queue.deliveries;
	struct bx_list *link = list->next;

	while (link != list) {
		struct bx_delivery *delivery = delivery_at(link);

		link = link->next;
		if (delivery->batch > 0 && delivery->batch <= batch)
			bx_queue_drop(&session->queue, session->sessions->env,
			    delivery);
	}
}

/* The next answer takes it all away, so there is twice the usual room. */
static bool
has_too_much(const struct bx_session *session)
{
	const struct bx_settings *settings = session->sessions->settings;

	return session->queue.count > 2 * settings->max_queue_messages ||
	    (session->queue.count > 1 &&
		session->queue.bytes > 2 * settings->max_queue_size);
}

void
bx_session_acknowledge(struct bx_session *session, uint64_t batch)
{
	struct bx_session_extra *extra = session->extra;
	bool resends;

	if (!bx_session_is_keeping(session))
		return;
	if (batch > extra->batch)
		batch = extra->batch;
	drop_acknowledged(session, batch);
	free_acknowledged(session, batch);
	resends = !bx_list_is_empty(&extra->kept);
	bx_session_put_back(session, &extra->kept);
	/* What is sent again has been lazy for long enough. */
	if (resends)
		session->queue.due = 0;
	if (has_too_much(session))
		bx_session_end(session, BX_GONE_OVERFLOW);
}

/* What came into the queue before it was kept has no batch yet. */
static void
move_to_kept(struct bx_session *session, uint64_t batch)
{
	struct bx_list *link;
	struct bx_list taken;

	bx_list_init(&taken);
	bx_queue_take_batch(&session->queue, batch, &taken);
	for (link = taken.next; link != &taken; link = link->next)
		if (delivery_at(link)->batch == 0)
			delivery_at(link)->batch = batch;
	bx_list_append_all(&session->extra->kept, &taken);
}

enum bx_status
bx_session_take_kept(struct bx_session *session, uint64_t batch,
    struct bx_list *list)
{
	const struct bx_env *env = session->sessions->env;
	struct bx_list *kept = &session->extra->kept;
	struct bx_list *link;

	move_to_kept(session, batch);
	for (link = kept->next; link != kept; link = link->next) {
		struct bx_delivery *copy;

		if (delivery_at(link)->batch > batch)
			continue;
		copy = bx_delivery_new(env, delivery_at(link)->message);
		if (copy == NULL) {
			bx_delivery_free_all(env, list);
			return BX_ENOMEM;
		}
		bx_list_append(list, &copy->link);
	}
	return BX_OK;
}
