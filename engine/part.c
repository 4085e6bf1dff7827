/*
 * part.c - one exchange's share of each session it deals with.
 */
#include <string.h>

#include "part.h"
#include "session_hold.h"
#include "session_keep.h"
#include "session_queue.h"
#include "session_stream.h"

void
bx_parts_init(struct bx_parts *parts, const struct bx_env *env)
{
	memset(parts, 0, sizeof(*parts));
	parts->env = env;
	bx_list_init(&parts->list);
}

void
bx_parts_fini(struct bx_parts *parts)
{
	struct bx_list *link;

	bx_parts_end_park(parts);
	while ((link = bx_list_take_first(&parts->list)) != NULL) {
		struct bx_part *part =
		    BX_LIST_ENTRY(link, struct bx_part, link);

		bx_session_unref(part->session);
		if (part != &parts->first)
			bx_free(parts->env, part);
	}
}

struct bx_part *
bx_parts_next(struct bx_parts *parts, struct bx_part *part)
{
	struct bx_list *link =
	    part == NULL ? parts->list.next : part->link.next;

	if (link == &parts->list)
		return NULL;
	return BX_LIST_ENTRY(link, struct bx_part, link);
}

struct bx_part *
bx_parts_join(struct bx_parts *parts, struct bx_session *session)
{
	struct bx_part *part = NULL;

	while ((part = bx_parts_next(parts, part)) != NULL)
		if (part->session == session)
			return part;
	part = &parts->first;
	if (part->session != NULL) {
		part = bx_alloc(parts->env, sizeof(*part));
		if (part == NULL)
			return NULL;
		memset(part, 0, sizeof(*part));
	}
	part->session = bx_session_ref(session);
	part->batching = true;
	bx_session_begin_batch(session);
	bx_list_init(&part->taken);
	bx_list_append(&parts->list, &part->link);
	return part;
}

void
bx_parts_begin_park(struct bx_parts *parts)
{
	struct bx_part *part = NULL;

	while ((part = bx_parts_next(parts, part)) != NULL)
		if (!part->parked) {
			part->parked = true;
			bx_session_begin_park(part->session);
		}
}

void
bx_parts_end_park(struct bx_parts *parts)
{
	struct bx_part *part = NULL;

	while ((part = bx_parts_next(parts, part)) != NULL)
		if (part->parked) {
			part->parked = false;
			bx_session_end_park(part->session);
		}
}

void
bx_parts_begin_batches(struct bx_parts *parts)
{
	struct bx_part *part = NULL;

	while ((part = bx_parts_next(parts, part)) != NULL)
		if (!part->batching) {
			part->batching = true;
			bx_session_begin_batch(part->session);
		}
}

void
bx_parts_end_batches(struct bx_parts *parts)
{
	struct bx_part *part = NULL;

	while ((part = bx_parts_next(parts, part)) != NULL)
		if (part->batching) {
			part->batching = false;
			bx_session_end_batch(part->session);
		}
}

/* What was taken waits again, or never ceased to. */
static void
give_back(struct bx_parts *parts, struct bx_part *part)
{
	if (part->copied)
		bx_delivery_free_all(parts->env, &part->taken);
	else
		bx_session_put_back(part->session, &part->taken);
}

static enum bx_status
take(struct bx_part *part)
{
	struct bx_session *session = part->session;

	part->copied = bx_session_is_keeping(session) &&
	    bx_session_state(session) != BX_SESSION_GONE;
	if (part->copied)
		return bx_session_take_kept(session, part->batch,
		    &part->taken);
	bx_session_take_queue(session, &part->taken);
	return BX_OK;
}

enum bx_status
bx_parts_take_queues(struct bx_parts *parts, bool connects_only)
{
	struct bx_part *part = NULL;

	while ((part = bx_parts_next(parts, part)) != NULL) {
		if (part->silent ||
		    (connects_only && !part->answers_connect) ||
		    !bx_session_may_take(part->session, part->answers_connect))
			continue;
		if (take(part) != BX_OK)
			goto give_all_back;
	}
	return BX_OK;

give_all_back:
	part = NULL;
	while ((part = bx_parts_next(parts, part)) != NULL)
		give_back(parts, part);
	return BX_ENOMEM;
}

void
bx_parts_settle(struct bx_parts *parts, bool handed_over, bx_msec now)
{
	struct bx_part *part = NULL;

	while ((part = bx_parts_next(parts, part)) != NULL) {
		if (handed_over)
			bx_delivery_free_all(parts->env, &part->taken);
		else
			give_back(parts, part);
		if (part->answers_connect)
			bx_session_replied(part->session, part->connect, now);
	}
	bx_parts_end_batches(parts);
}
