/*
 * session_extra.c - what few sessions have, in a block of its own.
 */
#include <string.h>

#include "session_extra.h"
#include "session_private.h"

struct bx_session_extra *
bx_session_need_extra(struct bx_session *session)
{
	struct bx_session_extra *extra = session->extra;

	if (extra != NULL)
		return extra;
	extra = bx_alloc(session->sessions->env, sizeof(*extra));
	if (extra == NULL)
		return NULL;
	memset(extra, 0, sizeof(*extra));
	extra->times = (struct bx_times){ -1, -1, -1 };
	bx_list_init(&extra->kept);
	session->extra = extra;
	return extra;
}

/* Put another datum in the place of one that is then freed; its plugin finds
 * the new one there already. */
static void
replace_datum(struct bx_session_datum *datum, struct bx_session_datum by)
{
	struct bx_session_datum old = *datum;

	*datum = by;
	if (old.free_data != NULL && old.data != NULL)
		old.free_data(old.data);
}

void
bx_session_free_extra(struct bx_session *session)
{
	const struct bx_env *env = session->sessions->env;
	struct bx_session_extra *extra = session->extra;
	const struct bx_session_datum none = { NULL, NULL };
	unsigned slot;

	if (extra == NULL)
		return;
	for (slot = 0; slot < extra->data_count; slot++)
		replace_datum(&extra->data[slot], none);
	bx_free(env, extra->data);
	bx_free(env, extra->user);
	bx_delivery_free_all(env, &extra->kept);
	bx_free(env, extra);
	session->extra = NULL;
}

/* Times are added to others, so "for ever" is a little less than that. */
static bx_msec
limit(bx_msec time)
{
	return time < BX_TIME_MAX ? time : BX_TIME_MAX;
}

enum bx_status
bx_session_set_times(struct bx_session *session, const struct bx_times *times)
{
	struct bx_session_extra *extra = bx_session_need_extra(session);

	if (extra == NULL)
		return BX_ENOMEM;
	extra->times.timeout = limit(times->timeout);
	extra->times.interval = limit(times->interval);
	extra->times.max_interval = limit(times->max_interval);
	session->interval = bx_session_own_interval(session);
	session->advised = NULL;
	return BX_OK;
}

bx_msec
bx_session_timeout(const struct bx_session *session)
{
	if (session->extra != NULL && session->extra->times.timeout >= 0)
		return session->extra->times.timeout;
	return session->sessions->settings->timeout;
}

bx_msec
bx_session_own_interval(const struct bx_session *session)
{
	if (session->extra != NULL && session->extra->times.interval >= 0)
		return session->extra->times.interval;
	return session->sessions->settings->interval;
}

bx_msec
bx_session_max_interval(const struct bx_session *session)
{
	if (session->extra != NULL && session->extra->times.max_interval >= 0)
		return session->extra->times.max_interval;
	return session->sessions->settings->max_interval;
}

enum bx_status
bx_session_set_broadcast_to_publisher(struct bx_session *session, bool on)
{
	struct bx_session_extra *extra = bx_session_need_extra(session);

	if (extra == NULL)
		return BX_ENOMEM;
	extra->is_deaf = !on;
	return BX_OK;
}

bool
bx_session_hears_itself(const struct bx_session *session)
{
	return session->extra == NULL || !session->extra->is_deaf;
}

void *
bx_session_data(const struct bx_session *session, unsigned slot)
{
	const struct bx_session_extra *extra = session->extra;

	if (extra == NULL || slot >= extra->data_count)
		return NULL;
	return extra->data[slot].data;
}

enum bx_status
bx_session_set_data(struct bx_session *session, unsigned slot, void *data,
    void (*free_data)(void *data))
{
	const struct bx_env *env = session->sessions->env;
	struct bx_session_extra *extra = bx_session_need_extra(session);
	const struct bx_session_datum datum = { data, free_data };
	struct bx_session_datum *list;

	if (extra == NULL)
		return BX_ENOMEM;
	if (slot >= extra->data_count) {
		list = env->realloc(env->ctx, extra->data,
		    (slot + 1) * sizeof(*list));
		if (list == NULL)
			return BX_ENOMEM;
		memset(list + extra->data_count, 0,
		    (slot + 1 - extra->data_count) * sizeof(*list));
		extra->data = list;
		extra->data_count = slot + 1;
	}
	replace_datum(&extra->data[slot], datum);
	return BX_OK;
}
