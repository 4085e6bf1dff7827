/*
 * session_local.c - sessions of clients inside the process.
 *
 * Their messages are the bytes that all subscribers share, so a local client
 * is given slices of those.
 */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "session_local.h"
#include "session_private.h"

struct bx_local {
	struct bx_session *session;
	struct bx_local_client client;
	struct bx_list due;
	struct bx_list owned;
};

/* How many ids like the hint are tried. */
#define LIKE_MAX 100000

static bool
is_id(const char *hint)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_";
	size_t i;

	for (i = 0; hint[i] != '\0'; i++)
		if (strchr(allowed, hint[i]) == NULL)
			return false;
	return i > 0;
}

static enum bx_status
make(struct bx_sessions *sessions, const char *hint,
    struct bx_session **session)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	enum bx_status status = BX_EEXIST;
	unsigned like;
	int len;

	for (like = 1; status == BX_EEXIST && like < LIKE_MAX; like++) {
		len = like == 1
		    ? snprintf(id, sizeof(id), "%s", hint)
		    : snprintf(id, sizeof(id), "%s-%u", hint, like);
		if (len < 0 || (size_t)len >= sizeof(id))
			return BX_EINVAL;
		status = bx_session_make(sessions, id, session);
	}
	return status;
}

enum bx_status
bx_session_local_new(struct bx_sessions *sessions, const char *hint,
    const struct bx_local_client *client, struct bx_session **session)
{
	struct bx_local *local;
	enum bx_status status;

	if (!is_id(hint))
		return BX_EINVAL;
	local = bx_alloc(sessions->env, sizeof(*local));
	if (local == NULL)
		return BX_ENOMEM;
	status = make(sessions, hint, session);
	if (status != BX_OK) {
		bx_free(sessions->env, local);
		return status;
	}
	local->session = bx_session_ref(*session);
	local->client = *client;
	bx_list_init(&local->due);
	bx_list_init(&local->owned);
	bx_list_append(client->owned, &local->owned);
	(*session)->local = local;
	(*session)->state = BX_SESSION_CONNECTED;
	bx_session_log(*session, BX_LOG_INFO, "local_client", NULL);
	return BX_OK;
}

void
bx_session_local_free(struct bx_session *session)
{
	if (session == NULL)
		return;
	bx_list_remove(&session->local->owned);
	bx_session_end(session, BX_GONE_DISCONNECT);
	bx_session_unref(session);
}

void
bx_session_local_free_all(struct bx_list *owned)
{
	while (!bx_list_is_empty(owned))
		bx_session_local_free(
		    BX_LIST_ENTRY(owned->next, struct bx_local, owned)
			->session);
}

bool
bx_session_is_local(const struct bx_session *session)
{
	return session->local != NULL;
}

void
bx_session_wake_local(struct bx_session *session)
{
	struct bx_local *local = session->local;

	if (bx_list_is_empty(&local->due) && session->queue.count > 0)
		bx_list_append(&session->sessions->locals_due, &local->due);
}

void
bx_session_leave_locals(struct bx_session *session)
{
	if (session->local != NULL)
		bx_list_remove(&session->local->due);
}

bool
bx_sessions_has_local(const struct bx_sessions *sessions)
{
	return !bx_list_is_empty(&sessions->locals_due);
}

/* The text of a JSON string that has no escapes, as no channel needs any. */
static struct bx_slice
unquoted(struct bx_slice json)
{
	if (json.len < 2)
		return (struct bx_slice){ NULL, 0 };
	return (struct bx_slice){ json.at + 1, json.len - 2 };
}

static void
hand_over(const struct bx_local *local, const struct bx_message *message)
{
	const struct bx_slice bytes = { bx_message_bytes(message),
		bx_message_length(message) };
	const struct bx_delivered delivered = {
		.channel = unquoted(bx_json_member(bytes, "channel")),
		.data = bx_json_member(bytes, "data"),
		.id = bx_json_member(bytes, "id"),
		.ext = bx_json_member(bytes, "ext"),
		.client_id = bx_json_member(bytes, "clientId"),
	};

	local->client.fn(local->session, &delivered, local->client.ctx);
}

/* One that ends while it is served gets nothing more. */
static void
serve(struct bx_session *session)
{
	const struct bx_env *env = session->sessions->env;
	struct bx_list waiting;
	struct bx_list *link;

	bx_list_init(&waiting);
	bx_queue_take_all(&session->queue, &waiting);
	while (session->state != BX_SESSION_GONE &&
	    (link = bx_list_take_first(&waiting)) != NULL) {
		struct bx_delivery *delivery =
		    BX_LIST_ENTRY(link, struct bx_delivery, link);

		hand_over(session->local, delivery->message);
		bx_delivery_free(env, delivery);
	}
	bx_delivery_free_all(env, &waiting);
}

void
bx_sessions_serve_locals(struct bx_sessions *sessions)
{
	struct bx_list due;
	struct bx_list *link;

	/* What they cause is for the next time, so this comes to an end. */
	bx_list_init(&due);
	while ((link = bx_list_take_first(&sessions->locals_due)) != NULL)
		bx_list_append(&due, link);
	while ((link = bx_list_take_first(&due)) != NULL) {
		struct bx_session *session = bx_session_ref(
		    BX_LIST_ENTRY(link, struct bx_local, due)->session);

		serve(session);
		bx_session_unref(session);
	}
}
