/*
 * sessions.c - the table of all sessions, and the list of who is ready.
 */
#include <string.h>

#include "session_extra.h"
#include "session_private.h"
#include "session_queue.h"
#include "session_return.h"
#include "session_stream_private.h"
#include "sessions.h"

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
	bx_browsers_init(&sessions->browsers, env, seed);
	bx_deadlines_init(&sessions->deadlines, env);
	bx_list_init(&sessions->prompt);
	bx_list_init(&sessions->woken);
	bx_list_init(&sessions->waiting);
	bx_list_init(&sessions->departed);
	bx_deadlines_init(&sessions->beats, env);
	bx_deadlines_init(&sessions->absences, env);
	bx_list_init(&sessions->streams);
	bx_list_init(&sessions->locals_due);
	return sessions;
}

void
bx_sessions_end_all(struct bx_sessions *sessions)
{
	struct bx_hash_entry *entry;

	while ((entry = bx_hash_any(&sessions->by_id)) != NULL)
		bx_session_end(BX_HASH_ELEMENT(entry, struct bx_session,
				   by_id),
		    BX_GONE_CLOSED);
}

void
bx_sessions_free(struct bx_sessions *sessions)
{
	if (sessions == NULL)
		return;
	bx_sessions_end_all(sessions);
	bx_deadlines_fini(&sessions->deadlines);
	bx_deadlines_fini(&sessions->beats);
	bx_deadlines_fini(&sessions->absences);
	bx_hash_fini(&sessions->by_id);
	bx_browsers_fini(&sessions->browsers);
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
	const struct bx_deadlines *const sets[] = { &sessions->deadlines,
		&sessions->beats, &sessions->absences };
	bx_msec next = BX_NEVER;
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (bx_deadlines_next(sets[i]) < next)
			next = bx_deadlines_next(sets[i]);
	return next;
}

void
bx_sessions_advance(struct bx_sessions *sessions, bx_msec now)
{
	struct bx_deadline *due;
	struct bx_session *session;
	struct bx_stream *stream;

	while (
	    (due = bx_deadlines_take_due(&sessions->deadlines, now)) != NULL) {
		session = BX_LIST_ENTRY(due, struct bx_session, deadline);
		if (session->state == BX_SESSION_WAITING)
			bx_session_wake(session, BX_WAKE_TIMEOUT);
		else if (session->parks > 0)
			bx_deadline_arm(&sessions->deadlines,
			    &session->deadline,
			    now + 1 + bx_session_max_interval(session));
		else
			bx_session_end(session, BX_GONE_EXPIRED);
	}
	while ((due = bx_deadlines_take_due(&sessions->beats, now)) != NULL) {
		stream = BX_LIST_ENTRY(due, struct bx_stream, beat);
		bx_session_stream_due(stream, now);
	}
	while (
	    (due = bx_deadlines_take_due(&sessions->absences, now)) != NULL) {
		session =
		    BX_LIST_ENTRY(due, struct bx_return, absence)->session;
		/* Who reads otherwise is woken now. */
		bx_session_begin_batch(session);
		bx_session_end_batch(session);
	}
}

void
bx_sessions_shut_down(struct bx_sessions *sessions)
{
	struct bx_list *link;

	/* Waking takes a session off this list. */
	while ((link = bx_list_take_first(&sessions->waiting)) != NULL)
		bx_session_wake(BX_LIST_ENTRY(link, struct bx_session, link),
		    BX_WAKE_SHUTDOWN);
	/* Those that write now, or are opened later, see that it is closing. */
	sessions->is_closing = true;
	for (link = sessions->streams.next; link != &sessions->streams;
	     link = link->next)
		bx_session_wake_stream(BX_LIST_ENTRY(link, struct bx_stream,
					   link)
					   ->session,
		    BX_WAKE_SHUTDOWN);
}

void
bx_sessions_tell_departures(struct bx_sessions *sessions)
{
	sessions->tells_departures = true;
}

bool
bx_sessions_has_departed(const struct bx_sessions *sessions)
{
	return !bx_list_is_empty(&sessions->departed);
}

size_t
bx_sessions_departed(const struct bx_sessions *sessions)
{
	const struct bx_list *link;
	size_t count = 0;

	for (link = sessions->departed.next; link != &sessions->departed;
	     link = link->next)
		count++;
	return count;
}

struct bx_session *
bx_sessions_take_departed(struct bx_sessions *sessions)
{
	struct bx_list *link = bx_list_take_first(&sessions->departed);

	if (link == NULL)
		return NULL;
	return BX_LIST_ENTRY(link, struct bx_session, link);
}

void
bx_sessions_rank(struct bx_sessions *sessions, struct bx_reader *reader,
    enum bx_wake wake)
{
	bool first = reader->wake == BX_WAKE_NONE;

	reader->wake = wake;
	switch (wake) {
	case BX_WAKE_NONE:
		break;
	case BX_WAKE_DONE:
	case BX_WAKE_ENDED:
	case BX_WAKE_SUPERSEDED:
		bx_list_remove(&reader->ready);
		bx_list_append(&sessions->prompt, &reader->ready);
		break;
	case BX_WAKE_MESSAGE:
	case BX_WAKE_TIMEOUT:
	case BX_WAKE_SHUTDOWN:
		if (first)
			bx_list_append(&sessions->woken, &reader->ready);
		break;
	}
}

void
bx_sessions_make_ready(struct bx_sessions *sessions, struct bx_reader *reader)
{
	bx_sessions_rank(sessions, reader, BX_WAKE_DONE);
}

bool
bx_sessions_has_ready(const struct bx_sessions *sessions)
{
	return !bx_list_is_empty(&sessions->prompt) ||
	    !bx_list_is_empty(&sessions->woken);
}

bool
bx_sessions_has_prompt(const struct bx_sessions *sessions)
{
	return !bx_list_is_empty(&sessions->prompt);
}

bool
bx_sessions_is_crowded(const struct bx_sessions *sessions)
{
	return sessions->crowded;
}

struct bx_reader *
bx_sessions_take_ready(struct bx_sessions *sessions)
{
	struct bx_list *link = NULL;

	/* In turn, so that neither a fan-out to thousands delays the reply to
	 * a publish, nor a flood of publishes those who wait to hear. */
	sessions->prompt_next = !sessions->prompt_next;
	if (sessions->prompt_next)
		link = bx_list_take_first(&sessions->prompt);
	if (link == NULL)
		link = bx_list_take_first(&sessions->woken);
	if (link == NULL)
		link = bx_list_take_first(&sessions->prompt);
	if (link == NULL) {
		sessions->crowded = false;
		return NULL;
	}
	return BX_LIST_ENTRY(link, struct bx_reader, ready);
}
