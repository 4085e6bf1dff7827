/*
 * session_stream.c - the stream of a session.
 */
#include <string.h>

#include "session_extra.h"
#include "session_keep.h"
#include "session_private.h"
#include "session_queue.h"
#include "session_return.h"
#include "session_stream_private.h"

bool
bx_session_has_stream(const struct bx_session *session)
{
	return session->stream != NULL;
}

bool
bx_session_lacks_stream(const struct bx_session *session)
{
	return session->stream == NULL && session->lacks_stream;
}

bool
bx_session_reads_stream(const struct bx_session *session)
{
	return session->stream != NULL && !bx_session_is_keeping(session);
}

/* Events that are acknowledged and a farewell go with connects alone (rules 96,
 * 59). */
bool
bx_session_may_take(const struct bx_session *session, bool answers_connect)
{
	if (bx_session_reads_stream(session) ||
	    bx_session_awaits_return(session))
		return false;
	return answers_connect ||
	    (!bx_session_is_keeping(session) && !session->leaving);
}

bool
bx_session_stream_takes_soon(const struct bx_session *session)
{
	const struct bx_stream *stream = session->stream;

	return !stream->is_busy &&
	    (session->batches > 0 || stream->reader->wake != BX_WAKE_NONE);
}

static void
wake(struct bx_stream *stream, enum bx_wake wake)
{
	struct bx_sessions *sessions = stream->session->sessions;

	/* One that is busy finds its reason once it is not. */
	if (stream->is_busy || wake <= stream->reader->wake)
		return;
	bx_deadline_disarm(&stream->beat);
	bx_sessions_rank(sessions, stream->reader, wake);
}

/* When it has to write next if nobody wakes it. */
static bx_msec
find_time(const struct bx_stream *stream)
{
	const struct bx_session *session = stream->session;

	if (bx_session_reads_stream(session) &&
	    session->queue.due < stream->beat_at)
		return session->queue.due;
	return stream->beat_at;
}

void
bx_session_arm_stream(struct bx_session *session)
{
	struct bx_stream *stream = session->stream;

	if (!stream->is_busy && stream->reader->wake == BX_WAKE_NONE)
		bx_deadline_arm(&session->sessions->beats, &stream->beat,
		    find_time(stream));
}

void
bx_session_stream_due(struct bx_stream *stream, bx_msec now)
{
	wake(stream,
	    stream->beat_at <= now ? BX_WAKE_TIMEOUT : BX_WAKE_MESSAGE);
}

void
bx_session_wake_stream(struct bx_session *session, enum bx_wake reason)
{
	if (session->stream != NULL)
		wake(session->stream, reason);
}

/* Is there no room for another stream? */
static bool
is_refused(struct bx_session *session, const struct bx_visitor *visitor)
{
	session->lacks_stream =
	    session->stream == NULL && !bx_session_has_room(session, visitor);
	return session->lacks_stream;
}

/* Nothing that was to be resumed may be lost in silence. */
static bool
is_too_late(struct bx_session *session, const struct bx_stream_wish *wish)
{
	return wish->resumes &&
	    !bx_resume_is_possible(&session->back->resume, wish->last_event);
}

static void
keep(struct bx_stream *stream)
{
	struct bx_session *session = stream->session;
	const struct bx_settings *settings = session->sessions->settings;

	if (session->back == NULL)
		bx_delivery_free_all(session->sessions->env, stream->taken);
	else
		bx_resume_keep(&session->back->resume, stream->taken,
		    settings->max_queue_messages, settings->max_queue_size);
}

/* What is not handed over never went out. */
static void
unstamp(struct bx_list *taken)
{
	struct bx_list *link;

	for (link = taken->next; link != taken; link = link->next)
		BX_LIST_ENTRY(link, struct bx_delivery, link)->batch = 0;
}

/* The stream is no more that of its session. */
static void
part(struct bx_stream *stream)
{
	struct bx_session *session = stream->session;

	bx_list_remove(&stream->link);
	bx_browser_release(session->browser);
	session->stream = NULL;
}

/* Part the older stream.  What it is writing at this moment the client may
 * have, if it resumes behind that, and else has not. */
static void
supersede(struct bx_session *session, const struct bx_stream_wish *wish)
{
	struct bx_stream *older = session->stream;

	if (older == NULL)
		return;
	if (wish->resumes) {
		keep(older);
	} else {
		unstamp(older->taken);
		session->back->is_behind |= !bx_list_is_empty(older->taken);
		bx_queue_put_back(&session->queue, older->taken);
	}
	part(older);
	older->is_superseded = true;
	wake(older, BX_WAKE_SUPERSEDED);
}

/* Go on where the client is; returns the number of what it has. */
static uint64_t
resume(struct bx_session *session, const struct bx_stream_wish *wish)
{
	struct bx_resume *kept = &session->back->resume;

	if (!wish->resumes || wish->last_event >= kept->last) {
		bx_resume_clear(kept);
		return kept->last;
	}
	bx_resume_from(kept, wish->last_event, &session->queue);
	return wish->last_event;
}

enum bx_status
bx_session_open_stream(struct bx_session *session, struct bx_stream *stream,
    const struct bx_stream_wish *wish)
{
	struct bx_sessions *sessions = session->sessions;

	if (is_refused(session, wish->visitor))
		return BX_EFULL;
	if (bx_session_prepare_return(session) != BX_OK)
		return BX_ENOMEM;
	if (bx_deadline_join(&sessions->beats, &stream->beat) != BX_OK)
		return BX_ENOMEM;
	supersede(session, wish);
	if (is_too_late(session, wish)) {
		bx_deadline_leave(&sessions->beats, &stream->beat);
		bx_session_end(session, BX_GONE_OVERFLOW);
		return BX_EGONE;
	}
	bx_session_stop_awaiting(session);
	stream->from = resume(session, wish);
	stream->session = session;
	session->stream = stream;
	/* What waits goes out behind the first chunk; if it is sent again, it
	 * has been lazy for long enough. */
	session->back->is_behind =
	    session->queue.count > 0 && bx_session_reads_stream(session);
	if (session->back->is_behind)
		session->queue.due = 0;
	bx_list_init(&stream->link);
	bx_list_append(&sessions->streams, &stream->link);
	bx_browser_hold(session->browser);
	if (session->state != BX_SESSION_WAITING)
		bx_deadline_disarm(&session->deadline);
	/* A connect that is held waits no more for what has been lazy. */
	bx_session_arm_hold(session);
	bx_session_log(session, BX_LOG_DEBUG, "stream_opened", NULL);
	wake(stream, BX_WAKE_DONE);
	/* Who is to go hears so here. */
	if (session->leaving)
		bx_session_end(session, BX_GONE_KICKED);
	return BX_OK;
}

struct bx_stream_chunk
bx_session_take_chunk(struct bx_stream *stream)
{
	struct bx_session *session = stream->session;
	struct bx_stream_chunk chunk = {
		.wake = stream->reader->wake,
		.is_first = !stream->has_begun,
	};

	stream->is_busy = true;
	stream->has_begun = true;
	if (chunk.is_first) {
		chunk.event = stream->from;
		return chunk;
	}
	chunk.is_last = chunk.wake >= BX_WAKE_SHUTDOWN;
	if (stream->is_superseded || bx_session_is_keeping(session))
		return chunk;
	bx_session_take_queue(session, stream->taken);
	if (session->back != NULL) {
		session->back->is_behind = false;
		chunk.event =
		    bx_resume_stamp(&session->back->resume, stream->taken);
	}
	return chunk;
}

/* Why a stream that has nothing to write has to write something. */
static enum bx_wake
find_reason(const struct bx_stream *stream, bx_msec now)
{
	const struct bx_session *session = stream->session;

	if (stream->is_superseded)
		return BX_WAKE_SUPERSEDED;
	if (session->state == BX_SESSION_GONE)
		return BX_WAKE_ENDED;
	if (session->sessions->is_closing)
		return BX_WAKE_SHUTDOWN;
	if (stream->beat_at <= now)
		return BX_WAKE_TIMEOUT;
	if (bx_session_is_due(session, now) && session->batches == 0 &&
	    bx_session_reads_stream(session))
		return BX_WAKE_MESSAGE;
	return BX_WAKE_NONE;
}

void
bx_session_chunk_sent(struct bx_stream *stream, bx_msec now)
{
	struct bx_session *session = stream->session;
	struct bx_sessions *sessions = session->sessions;
	enum bx_wake written = stream->reader->wake;

	if (written != BX_WAKE_MESSAGE || stream->beat_at == 0) {
		/* A web server that writes to a client that has left learns of
		 * it by that, and tells by the next. */
		stream->beat_at = now + sessions->settings->heartbeat / 2;
		if (session->back != NULL && !stream->is_superseded)
			bx_resume_beat(&session->back->resume);
	}
	keep(stream);
	stream->is_busy = false;
	stream->reader->wake = BX_WAKE_NONE;
	if (session->stream == stream && session->state != BX_SESSION_GONE)
		bx_session_arm_stream(session);
	wake(stream, find_reason(stream, now));
}

/* Nothing keeps the session alive any more but its next connect. */
static void
start_expiry(struct bx_session *session, bx_msec now)
{
	if (session->state != BX_SESSION_GONE &&
	    session->state != BX_SESSION_WAITING)
		bx_deadline_arm(&session->sessions->deadlines,
		    &session->deadline,
		    now + session->interval +
			bx_session_max_interval(session));
}

void
bx_session_close_stream(struct bx_stream *stream, bool handed_over,
    bx_msec now)
{
	struct bx_session *session = stream->session;

	if (session == NULL)
		return;
	bx_deadline_leave(&session->sessions->beats, &stream->beat);
	bx_session_log(session, BX_LOG_DEBUG, "stream_closed", NULL);
	if (!stream->is_superseded) {
		part(stream);
		start_expiry(session, now);
	}
	/* A connect that is held may have been waiting for this. */
	bx_session_begin_batch(session);
	if (handed_over) {
		keep(stream);
	} else {
		unstamp(stream->taken);
		if (session->back != NULL)
			session->back->is_behind |=
			    !bx_list_is_empty(stream->taken);
		bx_session_put_back(session, stream->taken);
	}
	if (!stream->is_superseded)
		bx_session_await_return(session, now);
	bx_session_end_batch(session);
	stream->session = NULL;
}
