/*
 * session_hold.h - the connects of a session, and the one that is held.
 *
 * A session that is WAITING has a reader parked with it, which is the exchange
 * of a held connect.  Its one deadline is then the end of the hold, or earlier
 * that of a lazy message, and otherwise the session's expiry, unless it has a
 * stream (session_stream.h).
 *
 * Ownership: a reader is its exchange's; it is borrowed while it is parked or
 * ready, and parts with bx_session_let_go before it is freed.
 * Reentrancy: no function calls out.
 */
#ifndef BX_SESSION_HOLD_H
#define BX_SESSION_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "env.h"
#include "list.h"
#include "session.h"

/* Why a reader became ready; a later one replaces an earlier one. */
enum bx_wake {
	BX_WAKE_NONE, /* it is not */
	BX_WAKE_DONE, /* nothing to wait for: the replies are there */
	BX_WAKE_MESSAGE,
	BX_WAKE_TIMEOUT,
	BX_WAKE_SHUTDOWN,
	BX_WAKE_ENDED,	   /* the session is gone */
	BX_WAKE_SUPERSEDED /* a newer connect took its place */
};

/* Embedded by what can be held; once ready it is linked in the ready list. */
struct bx_reader {
	struct bx_list ready;
	struct bx_session *session; /* it is parked with, or NULL */
	enum bx_wake wake;
};

/*
 * A connect has arrived (rules 36, 42, 84): an older reader is superseded,
 * expiry stops, and interval counts from now on (negative: the configured
 * one).  Returns the number of this connect, for bx_session_replied;
 * *may_hold says whether there was one before (rule 35).
 */
uint32_t bx_session_connect(struct bx_session *session, bx_msec interval,
    bool *may_hold);

/* Park reader with a session that is CONNECTED and has no reader. */
void bx_session_hold(struct bx_session *session, struct bx_reader *reader,
    bx_msec until);

/* Part reader from its session, if it has one, and from the ready list. */
void bx_session_let_go(struct bx_reader *reader);

/* The reply to a handshake (connect 0) or to the numbered connect has gone
 * out or was lost: unless a newer connect came or there is a stream, expiry
 * starts (rule 84). */
void bx_session_replied(struct bx_session *session, uint32_t connect,
    bx_msec now);

/* The client was asked to pause for interval before its next connect; until
 * then that counts for expiry. */
void bx_session_pause(struct bx_session *session, bx_msec interval);

/* Between begin and end, which nest, a request of the client's waits for a
 * verdict: the session does not expire meanwhile. */
void bx_session_begin_park(struct bx_session *session);
void bx_session_end_park(struct bx_session *session);

/* Any other message came from the client: expiry is not before max_interval
 * from now (rule 84). */
void bx_session_touch(struct bx_session *session, bx_msec now);

#endif
