/*
 * session_return.c - what a session has that has had a stream.
 */
#include "session_private.h"
#include "session_return.h"

enum bx_status
bx_session_prepare_return(struct bx_session *session)
{
	struct bx_sessions *sessions = session->sessions;
	struct bx_return *back;

	if (session->back != NULL)
		return BX_OK;
	back = bx_alloc(sessions->env, sizeof(*back));
	if (back == NULL)
		return BX_ENOMEM;
	bx_resume_init(&back->resume, sessions->env);
	back->session = session;
	back->is_behind = false;
	if (bx_deadline_join(&sessions->absences, &back->absence) != BX_OK) {
		bx_free(sessions->env, back);
		return BX_ENOMEM;
	}
	session->back = back;
	return BX_OK;
}

void
bx_session_free_return(struct bx_session *session)
{
	struct bx_sessions *sessions = session->sessions;

	if (session->back == NULL)
		return;
	bx_deadline_leave(&sessions->absences, &session->back->absence);
	bx_resume_clear(&session->back->resume);
	bx_free(sessions->env, session->back);
	session->back = NULL;
}

void
bx_session_await_return(struct bx_session *session, bx_msec now)
{
	if (session->back != NULL && session->back->resume.count > 0)
		bx_deadline_arm(&session->sessions->absences,
		    &session->back->absence, now + BX_RETURN_MAX);
}

bool
bx_session_awaits_return(const struct bx_session *session)
{
	return session->back != NULL &&
	    bx_deadline_is_armed(&session->back->absence);
}

void
bx_session_stop_awaiting(struct bx_session *session)
{
	if (session->back != NULL)
		bx_deadline_disarm(&session->back->absence);
}
