/*
 * session.c - states, deadlines and readers; the delivery itself is in
 * session_queue.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "session.h"
#include "session_private.h"

static const char *const gone_names[] = {
	[BX_GONE_DISCONNECT] = "disconnect",
	[BX_GONE_EXPIRED] = "expired",
	[BX_GONE_OVERFLOW] = "overflow",
	[BX_GONE_CLOSED] = "closed",
};

/* One line about a session.  An id is a secret, so only its head is shown. */
static void
log_session(const struct bx_session *session, enum bx_log_level level,
    const char *event, const char *reason)
{
	const struct bx_env *env = session->sessions->env;
	char line[128];

	if (env->log == NULL)
		return;
	(void)snprintf(line, sizeof(line), "event=%s session=%.8s%s%s", event,
	    session->id, reason != NULL ? " reason=" : "",
	    reason != NULL ? reason : "");
	env->log(env->ctx, level, line);
}

struct bx_sessions *
bx_sessions_new(const struct bx_env *env, const struct bx_settings *settings,
    struct bx_channel_tree *tree, const uint64_t seed[2])
{
	struct bx_sessions *sessions = bx_alloc(env, sizeof(*sessions));

	if (sessions == NULL)
		return NULL;
	memset(sessions, 0, sizeof(*sessions));
	sessions->env = env;
	sessions->settings = settings;
	sessions->tree = tree;
	bx_hash_init(&sessions->by_id, env, seed);
	bx_deadlines_init(&sessions->deadlines, env);
	bx_list_init(&sessions->ready);
	bx_list_init(&sessions->waiting);
	return sessions;
}

void
bx_sessions_free(struct bx_sessions *sessions)
{
	struct bx_hash_entry *entry;

	if (sessions == NULL)
		return;
	while ((entry = bx_hash_any(&sessions->by_id)) != NULL)
		bx_session_end(BX_HASH_ELEMENT(entry, struct bx_session,
		    by_id), BX_GONE_CLOSED);
	bx_deadlines_fini(&sessions->deadlines);
	bx_hash_fini(&sessions->by_id);
	bx_free(sessions->env, sessions);
}

size_t
bx_sessions_count(const struct bx_sessions *sessions)
{
	return sessions->by_id.count;
}

size_t
bx_sessions_held(const struct bx_sessions *sessions)
{
	return sessions->held;
}

uint64_t
bx_sessions_delivered(const struct bx_sessions *sessions)
{
	return sessions->delivered;
}

bx_msec
bx_sessions_next_deadline(const struct bx_sessions *sessions)
{
	return bx_deadlines_next(&sessions->deadlines);
}

void
bx_sessions_advance(struct bx_sessions *sessions, bx_msec now)
{
	struct bx_deadline *due;
	struct bx_session *session;

	while ((due = bx_deadlines_take_due(&sessions->deadlines, now)) !=
	    NULL) {
		session = BX_LIST_ENTRY(due, struct bx_session, deadline);
		if (session->state == BX_SESSION_WAITING)
			bx_session_wake(session, BX_WAKE_TIMEOUT);
		else
			bx_session_end(session, BX_GONE_EXPIRED);
	}
}

void
bx_sessions_shut_down(struct bx_sessions *sessions)
{
	struct bx_list *link;

	/* Waking takes a session off this list. */
	while ((link = bx_list_take_first(&sessions->waiting)) != NULL)
		bx_session_wake(BX_LIST_ENTRY(link, struct bx_session,
		    waiting), BX_WAKE_SHUTDOWN);
}

void
bx_sessions_make_ready(struct bx_sessions *sessions, struct bx_reader *reader)
{
	reader->wake = BX_WAKE_DONE;
	bx_list_append(&sessions->ready, &reader->ready);
}

struct bx_reader *
bx_sessions_take_ready(struct bx_sessions *sessions)
{
	struct bx_list *link = bx_list_take_first(&sessions->ready);

	if (link == NULL)
		return NULL;
	return BX_LIST_ENTRY(link, struct bx_reader, ready);
}

enum bx_status
bx_session_new(struct bx_sessions *sessions, bx_msec now,
    struct bx_session **out)
{
	const struct bx_settings *settings = sessions->settings;
	struct bx_session *session;
	enum bx_status status;

	if (sessions->by_id.count >= settings->max_sessions)
		return BX_EFULL;
	session = bx_alloc(sessions->env, sizeof(*session));
	if (session == NULL)
		return BX_ENOMEM;
	memset(session, 0, sizeof(*session));
	session->sessions = sessions;
	session->refs = 1;
	session->state = BX_SESSION_NEW;
	session->interval = settings->interval;
	bx_queue_init(&session->queue);
	bx_list_init(&session->waiting);
	bx_subscriber_init(&session->subscriber);

	status = bx_client_id_generate(sessions->env, session->id);
	if (status != BX_OK)
		goto free_session;
	status = bx_deadline_join(&sessions->deadlines, &session->deadline);
	if (status != BX_OK)
		goto free_session;
	status = bx_hash_insert(&sessions->by_id, &session->by_id,
	    session->id, BX_CLIENT_ID_LENGTH);
	if (status != BX_OK)
		goto leave_deadlines;
	bx_deadline_arm(&sessions->deadlines, &session->deadline,
	    now + session->interval + settings->max_interval);
	log_session(session, BX_LOG_INFO, "handshake", NULL);
	*out = session;
	return BX_OK;

leave_deadlines:
	bx_deadline_leave(&sessions->deadlines, &session->deadline);
free_session:
	bx_free(sessions->env, session);
	return status;
}

struct bx_session *
bx_session_find(struct bx_sessions *sessions, struct bx_slice id)
{
	char text[BX_CLIENT_ID_LENGTH];
	struct bx_hash_entry *entry;
	size_t len;

	if (bx_json_type_of(id) != BX_JSON_STRING ||
	    bx_json_string_decode(id, text, sizeof(text), &len) != BX_OK)
		return NULL;
	entry = bx_hash_find(&sessions->by_id, text, len);
	if (entry == NULL)
		return NULL;
	return BX_HASH_ELEMENT(entry, struct bx_session, by_id);
}

struct bx_session *
bx_session_ref(struct bx_session *session)
{
	session->refs++;
	return session;
}

void
bx_session_unref(struct bx_session *session)
{
	if (session == NULL || --session->refs > 0)
		return;
	bx_queue_clear(&session->queue, session->sessions->env);
	bx_free(session->sessions->env, session);
}

uint32_t
bx_session_connect(struct bx_session *session, bx_msec interval,
    bool *may_hold)
{
	struct bx_sessions *sessions = session->sessions;

	bx_session_wake(session, BX_WAKE_SUPERSEDED);
	*may_hold = session->connects > 0;
	if (session->state != BX_SESSION_GONE) {
		session->state = BX_SESSION_CONNECTED;
		bx_deadline_disarm(&sessions->deadlines, &session->deadline);
	}
	session->interval = interval < 0 ? sessions->settings->interval
	    : interval;
	/* 0 is the handshake, also after four thousand million connects. */
	if (++session->connects == 0)
		session->connects = 1;
	return session->connects;
}

void
bx_session_hold(struct bx_session *session, struct bx_reader *reader,
    bx_msec until)
{
	struct bx_sessions *sessions = session->sessions;

	session->state = BX_SESSION_WAITING;
	session->reader = reader;
	reader->session = session;
	reader->wake = BX_WAKE_NONE;
	sessions->held++;
	bx_list_append(&sessions->waiting, &session->waiting);
	bx_deadline_arm(&sessions->deadlines, &session->deadline, until);
}

/* The session holds no longer; its reader may still be its reader. */
static void
stop_waiting(struct bx_session *session)
{
	if (session->state != BX_SESSION_WAITING)
		return;
	session->state = BX_SESSION_CONNECTED;
	session->sessions->held--;
	bx_list_remove(&session->waiting);
	bx_deadline_disarm(&session->sessions->deadlines, &session->deadline);
}

void
bx_session_wake(struct bx_session *session, enum bx_wake wake)
{
	struct bx_reader *reader = session->reader;

	if (reader == NULL)
		return;
	stop_waiting(session);
	if (reader->wake == BX_WAKE_NONE)
		bx_list_append(&session->sessions->ready, &reader->ready);
	if (wake > reader->wake)
		reader->wake = wake;
	if (wake == BX_WAKE_SUPERSEDED) {
		session->reader = NULL;
		reader->session = NULL;
	}
}

void
bx_session_let_go(struct bx_reader *reader)
{
	struct bx_session *session = reader->session;

	bx_list_remove(&reader->ready);
	if (session == NULL)
		return;
	stop_waiting(session);
	session->reader = NULL;
	reader->session = NULL;
}

void
bx_session_replied(struct bx_session *session, uint32_t connect, bx_msec now)
{
	const struct bx_settings *settings = session->sessions->settings;

	if (session->state == BX_SESSION_GONE || connect != session->connects)
		return;
	if (session->state == BX_SESSION_NEW)
		session->state = BX_SESSION_HANDSHAKEN;
	bx_deadline_arm(&session->sessions->deadlines, &session->deadline,
	    now + session->interval + settings->max_interval);
}

void
bx_session_touch(struct bx_session *session, bx_msec now)
{
	bx_msec at = now + session->sessions->settings->max_interval;

	if (session->deadline.slot == 0 ||
	    session->state == BX_SESSION_WAITING || session->deadline.at >= at)
		return;
	bx_deadline_arm(&session->sessions->deadlines, &session->deadline, at);
}

void
bx_session_end(struct bx_session *session, enum bx_gone_reason reason)
{
	struct bx_sessions *sessions = session->sessions;

	if (session->state == BX_SESSION_GONE)
		return;
	bx_session_wake(session, BX_WAKE_ENDED);
	bx_deadline_leave(&sessions->deadlines, &session->deadline);
	bx_channel_unsubscribe_all(sessions->tree, &session->subscriber);
	bx_hash_remove(&sessions->by_id, &session->by_id);
	session->state = BX_SESSION_GONE;
	session->reason = reason;
	if (reason != BX_GONE_DISCONNECT)
		bx_queue_clear(&session->queue, sessions->env);
	log_session(session, reason == BX_GONE_OVERFLOW ? BX_LOG_NOTICE
	    : BX_LOG_INFO, "gone", gone_names[reason]);
	bx_session_unref(session);
}
