/*
 * session.c - how a session begins and ends, and how it is found.
 */
#include <stdio.h>
#include <string.h>

#include "session.h"
#include "session_extra.h"
#include "session_local.h"
#include "session_private.h"
#include "session_return.h"
#include "session_stream_private.h"

static const char *const gone_names[] = {
	[BX_GONE_DISCONNECT] = "disconnect",
	[BX_GONE_EXPIRED] = "expired",
	[BX_GONE_OVERFLOW] = "overflow",
	[BX_GONE_KICKED] = "kicked",
	[BX_GONE_CLOSED] = "closed",
};

/* An id is a secret, so only its head is shown. */
void
bx_session_log(const struct bx_session *session, enum bx_log_level level,
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

enum bx_status
bx_session_make(struct bx_sessions *sessions, const char *id,
    struct bx_session **out)
{
	struct bx_session *session;
	enum bx_status status;

	if (sessions->by_id.count >= sessions->settings->max_sessions)
		return BX_EFULL;
	session = bx_alloc(sessions->env, sizeof(*session));
	if (session == NULL)
		return BX_ENOMEM;
	memset(session, 0, sizeof(*session));
	session->sessions = sessions;
	session->refs = 1;
	session->state = BX_SESSION_NEW;
	session->interval = bx_session_own_interval(session);
	bx_queue_init(&session->queue);
	bx_list_init(&session->link);
	bx_subscriber_init(&session->subscriber);

	(void)snprintf(session->id, sizeof(session->id), "%s", id);
	status = bx_deadline_join(&sessions->deadlines, &session->deadline);
	if (status != BX_OK)
		goto free_session;
	status = bx_hash_insert(&sessions->by_id, &session->by_id, session->id,
	    strlen(session->id));
	if (status != BX_OK)
		goto leave_deadlines;
	*out = session;
	return BX_OK;

leave_deadlines:
	bx_deadline_leave(&sessions->deadlines, &session->deadline);
free_session:
	bx_free(sessions->env, session);
	return status;
}

enum bx_status
bx_session_new(struct bx_sessions *sessions, bx_msec now,
    struct bx_session **out)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct bx_session *session;
	enum bx_status status = bx_client_id_generate(sessions->env, id);

	if (status == BX_OK)
		status = bx_session_make(sessions, id, &session);
	if (status != BX_OK)
		return status;
	bx_deadline_arm(&sessions->deadlines, &session->deadline,
	    now + session->interval + bx_session_max_interval(session));
	*out = session;
	return BX_OK;
}

struct bx_session *
bx_session_find_id(struct bx_sessions *sessions, const char *id, size_t len)
{
	struct bx_hash_entry *entry = bx_hash_find(&sessions->by_id, id, len);

	if (entry == NULL)
		return NULL;
	return BX_HASH_ELEMENT(entry, struct bx_session, by_id);
}

struct bx_session *
bx_session_find(struct bx_sessions *sessions, struct bx_slice id)
{
	char text[BX_CLIENT_ID_LENGTH];
	size_t len;

	if (bx_json_type_of(id) != BX_JSON_STRING ||
	    bx_json_string_decode(id, text, sizeof(text), &len) != BX_OK)
		return NULL;
	return bx_session_find_id(sessions, text, len);
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
	bx_session_free_return(session);
	bx_browser_unref(session->browser);
	bx_queue_clear(&session->queue, session->sessions->env);
	bx_session_free_extra(session);
	bx_free(session->sessions->env, session->local);
	bx_free(session->sessions->env, session);
}

const char *
bx_session_id(const struct bx_session *session)
{
	return session->id;
}

enum bx_session_state
bx_session_state(const struct bx_session *session)
{
	return session->state;
}

enum bx_gone_reason
bx_session_gone_reason(const struct bx_session *session)
{
	return session->reason;
}

bool
bx_session_is_dismissed(const struct bx_session *session)
{
	return session->state == BX_SESSION_GONE &&
	    (session->reason == BX_GONE_DISCONNECT ||
		session->reason == BX_GONE_KICKED);
}

struct bx_subscriber *
bx_session_subscriber(struct bx_session *session)
{
	return &session->subscriber;
}

struct bx_session *
bx_session_of(struct bx_subscriber *subscriber)
{
	return BX_LIST_ENTRY(subscriber, struct bx_session, subscriber);
}

bx_msec
bx_session_interval(const struct bx_session *session)
{
	return session->interval;
}

bool
bx_session_needs_advice(const struct bx_session *session,
    const char *connection_type)
{
	return session->advised == NULL ||
	    strcmp(session->advised, connection_type) != 0 ||
	    session->advised_interval != session->interval;
}

void
bx_session_set_advised(struct bx_session *session, const char *connection_type)
{
	session->advised = connection_type;
	session->advised_interval = session->interval;
}

void
bx_session_set_commented(struct bx_session *session)
{
	session->commented = true;
}

bool
bx_session_is_commented(const struct bx_session *session)
{
	return session->commented;
}

void
bx_session_announce(struct bx_session *session)
{
	session->announced = true;
}

bool
bx_session_is_announced(const struct bx_session *session)
{
	return session->announced;
}

void
bx_session_end(struct bx_session *session, enum bx_gone_reason reason)
{
	struct bx_sessions *sessions = session->sessions;

	if (session->state == BX_SESSION_GONE)
		return;
	/* Who was told to leave has not left for another reason. */
	if (session->leaving && reason != BX_GONE_CLOSED)
		reason = BX_GONE_KICKED;
	bx_session_wake(session, BX_WAKE_ENDED);
	bx_session_wake_stream(session, BX_WAKE_ENDED);
	bx_session_free_return(session);
	bx_session_leave_locals(session);
	bx_deadline_leave(&sessions->deadlines, &session->deadline);
	bx_channel_unsubscribe_all(sessions->tree, &session->subscriber);
	bx_hash_remove(&sessions->by_id, &session->by_id);
	session->state = BX_SESSION_GONE;
	session->reason = reason;
	if (!bx_session_is_dismissed(session))
		bx_queue_clear(&session->queue, sessions->env);
	bx_session_log(session,
	    reason == BX_GONE_OVERFLOW ? BX_LOG_NOTICE : BX_LOG_INFO, "gone",
	    gone_names[reason]);
	if (sessions->tells_departures)
		bx_list_append(&sessions->departed, &session->link);
	else
		bx_session_unref(session);
}
