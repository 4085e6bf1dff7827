/*
 * session_stream.h - the stream of a session, on which its events go out as
 * they come (BAYEUX.md rule 92).
 *
 * A stream is parked with its session, beside a held connect if there is one,
 * until there is something to write: then it is ready, as a reader is.  While
 * one chunk is written nothing more is taken, so what a slow client does not
 * read waits in its queue.  At every beat something is written, so that a
 * client that has left is noticed.
 *
 *   state    wake    take    sent		close
 *   PARKED   READY			over
 *   READY    READY   BUSY			over
 *   BUSY			PARKED or READY	over
 *
 * While a session has a stream it does not expire, and its events go out on
 * the stream alone: their order would be lost between that and other replies.
 * They also wait a while for one that broke (session_return.h).  But a session
 * that keeps events (session_keep.h) has them with its connects.
 *
 * Ownership: a stream is embedded by its exchange, which holds a reference to
 * the session; it is borrowed from open to close.
 * Reentrancy: no function calls out; open may end the session.
 */
#ifndef BX_SESSION_STREAM_H
#define BX_SESSION_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "deadline.h"
#include "env.h"
#include "list.h"
#include "session.h"
#include "session_browser.h"
#include "session_hold.h"
#include "status.h"

struct bx_stream {
	struct bx_list link;	    /* of all streams */
	struct bx_deadline beat;    /* armed while it is parked */
	bx_msec beat_at;	    /* when it is due */
	struct bx_session *session; /* NULL: never opened */
	struct bx_reader *reader;   /* of its exchange; wake is its reason */
	struct bx_list *taken;	    /* the deliveries of the chunk */
	uint64_t from;		    /* the batch that the client has */
	bool has_begun;		    /* a chunk was taken */
	bool is_busy;
	bool is_superseded;
};

/* Who wants a stream, and where an earlier one broke off, if one did. */
struct bx_stream_wish {
	const struct bx_visitor *visitor;
	uint64_t last_event; /* if it resumes */
	bool resumes;
};

/* What is to be written next, beside the deliveries in taken. */
struct bx_stream_chunk {
	uint64_t event; /* its number; of the first: what is had already; 0:
			 * it has none */
	enum bx_wake wake;
	bool is_first; /* and has nothing but that number */
	bool is_last;
};

/*
 * Open stream, whose reader and taken are set and whose other members are
 * zero, in place of the one that the session may have, and make it ready.  If
 * it resumes, what the client has not got goes back to the queue.
 *
 * BX_EFULL: its browser has too many connections that wait (rule 46).
 * BX_EGONE: what it asks for is not kept any more; the session has ended, as
 * its client has to know.  BX_ENOMEM.  After either, it is not open.
 */
enum bx_status bx_session_open_stream(struct bx_session *session,
    struct bx_stream *stream, const struct bx_stream_wish *wish);

/* Take what is to be written by a stream that is ready. */
struct bx_stream_chunk bx_session_take_chunk(struct bx_stream *stream);

/* The chunk, which was not the last, was handed over as a whole. */
void bx_session_chunk_sent(struct bx_stream *stream, bx_msec now);

/* The stream is over; what was taken and not handed over waits again.  Unless
 * there is another one the session's expiry starts.  Harmless when it was not
 * opened. */
void bx_session_close_stream(struct bx_stream *stream, bool handed_over,
    bx_msec now);

bool bx_session_has_stream(const struct bx_session *session);

/* The last stream was refused, so the client should not wait for one. */
bool bx_session_lacks_stream(const struct bx_session *session);

/* May a reply take what waits for the session? */
bool bx_session_may_take(const struct bx_session *session,
    bool answers_connect);

#endif
