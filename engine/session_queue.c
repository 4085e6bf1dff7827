/*
 * session_queue.c - what waits for a session, and whom it wakes.
 */
#include "session_keep.h"
#include "session_local.h"
#include "session_private.h"
#include "session_queue.h"
#include "session_return.h"
#include "session_stream_private.h"

bool
bx_session_is_due(const struct bx_session *session, bx_msec now)
{
	return session->queue.due <= now;
}

static void
wake_reader(struct bx_session *session)
{
	if (bx_session_reads_stream(session))
		bx_session_wake_stream(session, BX_WAKE_MESSAGE);
	else
		bx_session_wake(session, BX_WAKE_MESSAGE);
}

/* Wake who reads when there is something and nobody else takes it: now, or
 * when that has been lazy for long enough. */
static void
wake_for_messages(struct bx_session *session)
{
	if (session->local != NULL) {
		bx_session_wake_local(session);
		return;
	}
	if (session->batches > 0 || bx_session_awaits_return(session))
		return;
	if (bx_session_is_due(session, 0))
		wake_reader(session);
	else if (bx_session_reads_stream(session))
		bx_session_arm_stream(session);
	else
		bx_session_arm_hold(session);
}

void
bx_session_begin_batch(struct bx_session *session)
{
	session->batches++;
}

void
bx_session_end_batch(struct bx_session *session)
{
	session->batches--;
	wake_for_messages(session);
}

/* Will an answer within this turn take all away?  Then a burst is no reason to
 * end a session that keeps up. */
static bool
is_about_to_answer(const struct bx_session *session)
{
	if (session->local != NULL)
		return true;
	if (bx_session_reads_stream(session))
		return bx_session_stream_takes_soon(session);
	if (bx_session_awaits_return(session))
		return false;
	return session->batches > 0 ||
	    (session->reader != NULL && session->reader->wake != BX_WAKE_NONE);
}

static enum bx_status
push(struct bx_session *session, struct bx_delivery *delivery)
{
	const struct bx_settings *settings = session->sessions->settings;
	size_t room = is_about_to_answer(session) ? 2 : 1;

	/* What went out before has had its own room until now. */
	if (session->back != NULL && session->back->is_behind)
		room += 2;
	return bx_queue_push(&session->queue, delivery,
	    room * settings->max_queue_messages,
	    room * settings->max_queue_size);
}

enum bx_status
bx_session_accept(struct bx_session *session, struct bx_delivery *delivery)
{
	struct bx_sessions *sessions = session->sessions;
	const struct bx_settings *settings = sessions->settings;
	enum bx_status status;

	if (session->state == BX_SESSION_GONE || session->leaving) {
		bx_delivery_free(sessions->env, delivery);
		return BX_EGONE;
	}
	bx_session_enter_batch(session, delivery);
	status = push(session, delivery);
	if (status == BX_EFULL &&
	    (session->state == BX_SESSION_WAITING ||
		bx_session_reads_stream(session))) {
		/* Perhaps it is full of lazy messages, or of those that wait
		 * for a stream, and the reader is there all the time. */
		bx_session_stop_awaiting(session);
		wake_reader(session);
		status = push(session, delivery);
	}
	if (status != BX_OK) {
		bx_delivery_free(sessions->env, delivery);
		bx_session_end(session, BX_GONE_OVERFLOW);
		return BX_EGONE;
	}
	if (session->queue.count > settings->max_queue_messages ||
	    session->queue.bytes > settings->max_queue_size)
		sessions->crowded = true;
	sessions->delivered++;
	wake_for_messages(session);
	return BX_OK;
}

enum bx_status
bx_session_deliver(struct bx_session *session, struct bx_message *message)
{
	struct bx_delivery *delivery;

	if (session->state == BX_SESSION_GONE)
		return BX_EGONE;
	delivery = bx_delivery_new(session->sessions->env, message);
	if (delivery == NULL)
		return BX_ENOMEM;
	return bx_session_accept(session, delivery);
}

void
bx_session_take_queue(struct bx_session *session, struct bx_list *list)
{
	bx_queue_take_all(&session->queue, list);
	wake_for_messages(session);
}

void
bx_session_put_back(struct bx_session *session, struct bx_list *list)
{
	if (session->state == BX_SESSION_GONE) {
		bx_delivery_free_all(session->sessions->env, list);
		return;
	}
	bx_queue_put_back(&session->queue, list);
	wake_for_messages(session);
}

uint64_t
bx_session_queued(const struct bx_session *session)
{
	return session->queue.last_place;
}

/* There is always room for the last message.  Without memory the advice alone
 * has to say it. */
static void
queue_farewell(struct bx_session *session)
{
	static const char farewell[] =
	    "{\"channel\":\"/meta/disconnect\",\"successful\":true}";
	const struct bx_env *env = session->sessions->env;
	struct bx_delivery *delivery;
	struct bx_message *message;

	message = bx_message_new(env, farewell, sizeof(farewell) - 1);
	if (message == NULL)
		return;
	delivery = bx_delivery_new(env, message);
	bx_message_unref(message);
	if (delivery != NULL)
		(void)bx_queue_push(&session->queue, delivery, SIZE_MAX,
		    SIZE_MAX);
}

void
bx_session_kick(struct bx_session *session)
{
	if (session->state == BX_SESSION_GONE || session->leaving)
		return;
	if (session->local != NULL) {
		bx_session_end(session, BX_GONE_KICKED);
		return;
	}
	queue_farewell(session);
	session->leaving = true;
	bx_channel_unsubscribe_all(session->sessions->tree,
	    &session->subscriber);
	if (session->reader != NULL || bx_session_reads_stream(session))
		bx_session_end(session, BX_GONE_KICKED);
}

bool
bx_session_is_leaving(const struct bx_session *session)
{
	return session->leaving;
}
