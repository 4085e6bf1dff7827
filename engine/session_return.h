/*
 * session_return.h - what a session has that has had a stream, for the return
 * of its client; for session*.c alone.
 *
 * A client whose stream broke may lack events that were handed over.  Until it
 * is back, or has been away for long, newer ones wait: with other replies they
 * would overtake those.
 *
 * Ownership: the session's, from the first stream to its end.
 * Reentrancy: no function calls out.
 */
#ifndef BX_SESSION_RETURN_H
#define BX_SESSION_RETURN_H

#include <stdbool.h>

#include "deadline.h"
#include "env.h"
#include "resume.h"
#include "session.h"
#include "status.h"

/* Its client was asked to be back after a third of that. */
#define BX_RETURN_MAX 15000

struct bx_return {
	struct bx_resume resume;
	struct bx_deadline absence; /* armed while the return is awaited */
	struct bx_session *session;
	/* The queue has what was there before the stream, or was lost with
	 * one, until it is sent. */
	bool is_behind;
};

/* The session gets one if it has none.  BX_ENOMEM. */
enum bx_status bx_session_prepare_return(struct bx_session *session);

/* Nothing can be resumed any more. */
void bx_session_free_return(struct bx_session *session);

/* The stream has broken: await its return if its client may lack something. */
void bx_session_await_return(struct bx_session *session, bx_msec now);
bool bx_session_awaits_return(const struct bx_session *session);

/* Await it no more; whoever reads is not woken. */
void bx_session_stop_awaiting(struct bx_session *session);

#endif
