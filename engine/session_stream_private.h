/*
 * session_stream_private.h - what session*.c has to do with streams.
 *
 * Ownership: as session_stream.h says.
 * Reentrancy: no function calls out.
 */
#ifndef BX_SESSION_STREAM_PRIVATE_H
#define BX_SESSION_STREAM_PRIVATE_H

#include <stdbool.h>

#include "env.h"
#include "session_hold.h"
#include "session_stream.h"

/* Do the session's events go out on a stream?  Those that are kept do not. */
bool bx_session_reads_stream(const struct bx_session *session);

/* Will its stream, which it reads, take all that waits within this turn? */
bool bx_session_stream_takes_soon(const struct bx_session *session);

/* Make its stream ready, if it has one that does not write already. */
void bx_session_wake_stream(struct bx_session *session, enum bx_wake wake);

/* While its stream, which it reads, is parked: wake that at the next beat, or
 * when the first of the lazy messages has waited for long enough. */
void bx_session_arm_stream(struct bx_session *session);

/* That time has come. */
void bx_session_stream_due(struct bx_stream *stream, bx_msec now);

#endif
