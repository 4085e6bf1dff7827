/*
 * session_hold.c - the connects of a session, and the one that is held.
 */
#include "session_extra.h"
#include "session_private.h"
#include "session_return.h"
#include "session_stream_private.h"

uint32_t
bx_session_connect(struct bx_session *session, bx_msec interval,
    bool *may_hold)
{
	bx_session_wake(session, BX_WAKE_SUPERSEDED);
	*may_hold = session->connects > 0;
	if (session->state != BX_SESSION_GONE) {
		session->state = BX_SESSION_CONNECTED;
		bx_deadline_disarm(&session->deadline);
	}
	session->interval =
	    interval < 0 ? bx_session_own_interval(session) : interval;
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
	bx_browser_hold(session->browser);
	bx_list_append(&sessions->waiting, &session->link);
	session->until = until;
	bx_session_arm_hold(session);
}

void
bx_session_arm_hold(struct bx_session *session)
{
	bx_msec at = session->until;

	if (session->queue.due < at && !bx_session_reads_stream(session) &&
	    !bx_session_awaits_return(session))
		at = session->queue.due;
	if (session->state != BX_SESSION_WAITING)
		return;
	bx_deadline_arm(&session->sessions->deadlines, &session->deadline, at);
}

/* The session holds no longer; its reader may still be its reader. */
static void
stop_waiting(struct bx_session *session)
{
	if (session->state != BX_SESSION_WAITING)
		return;
	session->state = BX_SESSION_CONNECTED;
	session->sessions->held--;
	bx_browser_release(session->browser);
	bx_list_remove(&session->link);
	bx_deadline_disarm(&session->deadline);
}

void
bx_session_wake(struct bx_session *session, enum bx_wake wake)
{
	struct bx_reader *reader = session->reader;

	if (reader == NULL)
		return;
	stop_waiting(session);
	if (wake > reader->wake)
		bx_sessions_rank(session->sessions, reader, wake);
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
	if (session->state == BX_SESSION_GONE || connect != session->connects)
		return;
	if (session->state == BX_SESSION_NEW)
		session->state = BX_SESSION_HANDSHAKEN;
	if (session->stream == NULL)
		bx_deadline_arm(&session->sessions->deadlines,
		    &session->deadline,
		    now + session->interval +
			bx_session_max_interval(session));
}

void
bx_session_pause(struct bx_session *session, bx_msec interval)
{
	if (session->interval < interval)
		session->interval = interval;
}

void
bx_session_touch(struct bx_session *session, bx_msec now)
{
	bx_msec at = now + bx_session_max_interval(session);

	if (!bx_deadline_is_armed(&session->deadline) ||
	    session->state == BX_SESSION_WAITING || session->deadline.at >= at)
		return;
	bx_deadline_arm(&session->sessions->deadlines, &session->deadline, at);
}

void
bx_session_begin_park(struct bx_session *session)
{
	session->parks++;
}

void
bx_session_end_park(struct bx_session *session)
{
	session->parks--;
}
