/*
 * session_keep.c - events that are kept until the client says it has them.
 */
#include "session_keep.h"
#include "session_private.h"
#include "session_queue.h"

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

/* Batch 0 is the number of what went out before the session kept anything. */
static bool
is_acknowledged(const struct bx_session *session,
    const struct bx_delivery *delivery)
{
	return delivery->batch <= session->extra->acknowledged;
}

/* Free the deliveries in list, which went out, that were acknowledged. */
static void
free_acknowledged(struct bx_session *session, struct bx_list *list)
{
	struct bx_list *link = list->next;

	while (link != list) {
		struct bx_delivery *delivery =
		    BX_LIST_ENTRY(link, struct bx_delivery, link);

		link = link->next;
		if (is_acknowledged(session, delivery))
			bx_delivery_free(session->sessions->env, delivery);
	}
}

/* The same with what waits: some of it went out, was taken for lost, and has
 * come after all. */
static void
drop_acknowledged(struct bx_session *session)
{
	struct bx_list *list = &session->queue.deliveries;
	struct bx_list *link = list->next;

	while (link != list) {
		struct bx_delivery *delivery =
		    BX_LIST_ENTRY(link, struct bx_delivery, link);

		link = link->next;
		if (delivery->batch > 0 && is_acknowledged(session, delivery))
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
	/* A connect that was overtaken may come late. */
	if (batch > extra->acknowledged)
		extra->acknowledged = batch;
	drop_acknowledged(session);
	free_acknowledged(session, &extra->kept);
	resends = !bx_list_is_empty(&extra->kept);
	bx_session_put_back(session, &extra->kept);
	/* What is sent again has been lazy for long enough. */
	if (resends)
		session->queue.due = 0;
	if (has_too_much(session))
		bx_session_end(session, BX_GONE_OVERFLOW);
}

void
bx_session_handed_over(struct bx_session *session, uint32_t connect,
    struct bx_list *list)
{
	if (!bx_session_is_keeping(session) ||
	    session->state == BX_SESSION_GONE) {
		bx_delivery_free_all(session->sessions->env, list);
		return;
	}
	free_acknowledged(session, list);
	if (connect == session->connects)
		bx_list_append_all(&session->extra->kept, list);
	else
		bx_session_put_back(session, list);
}
