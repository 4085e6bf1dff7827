/*
 * session.h - one client: its state, its queue, and the connect that waits.
 *
 *   state       connect      hold     wake       reply gone out   deadline
 *   NEW                                          HANDSHAKEN
 *   HANDSHAKEN  CONNECTED                                         GONE
 *   CONNECTED   CONNECTED    WAITING                              GONE
 *   WAITING     CONNECTED             CONNECTED                   CONNECTED
 *
 * Every state goes to GONE by bx_session_end.  WAITING means that a reader,
 * which is the exchange of a held connect, is parked with the session; its
 * deadline is then the end of the hold, and otherwise the session's expiry.
 *
 * Ownership: shared; the table holds a reference until the session is GONE,
 * each exchange that deals with it another.
 * Reentrancy: no function calls out.  A session may end inside any of them;
 * whoever goes on using it holds a reference.
 * Limits: settings.h max_sessions, max_queue_messages, max_queue_size.
 */
#ifndef BX_SESSION_H
#define BX_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "env.h"
#include "json.h"
#include "list.h"
#include "queue.h"
#include "settings.h"
#include "status.h"

struct bx_session;
struct bx_sessions;		/* the table of all of them */

enum bx_session_state {
	BX_SESSION_NEW,		/* the handshake reply has not gone out */
	BX_SESSION_HANDSHAKEN,
	BX_SESSION_CONNECTED,
	BX_SESSION_WAITING,
	BX_SESSION_GONE
};

enum bx_gone_reason {
	BX_GONE_DISCONNECT,	/* the client said so */
	BX_GONE_EXPIRED,	/* no connect for interval + max_interval */
	BX_GONE_OVERFLOW,	/* its queue was full */
	BX_GONE_CLOSED		/* the engine is freed */
};

/* Why a reader became ready; a later one replaces an earlier one. */
enum bx_wake {
	BX_WAKE_NONE,		/* it is not */
	BX_WAKE_DONE,		/* nothing to wait for: the replies are there */
	BX_WAKE_MESSAGE,
	BX_WAKE_TIMEOUT,
	BX_WAKE_SHUTDOWN,
	BX_WAKE_ENDED,		/* the session is gone */
	BX_WAKE_SUPERSEDED	/* a newer connect took its place */
};

/* Embedded by what can be held; once ready it is linked in the ready list. */
struct bx_reader {
	struct bx_list ready;
	struct bx_session *session;	/* it is parked with, or NULL */
	enum bx_wake wake;
};

/* NULL when there is no memory.  All pointers are borrowed until free. */
struct bx_sessions *bx_sessions_new(const struct bx_env *env,
    const struct bx_settings *settings, struct bx_channel_tree *tree,
    const uint64_t seed[2]);

/* End every session; no reader may be left.  NULL is legal. */
void bx_sessions_free(struct bx_sessions *sessions);

size_t bx_sessions_count(const struct bx_sessions *sessions);
size_t bx_sessions_held(const struct bx_sessions *sessions);
uint64_t bx_sessions_delivered(const struct bx_sessions *sessions);

/* The earliest hold or expiry to end; BX_NEVER for none. */
bx_msec bx_sessions_next_deadline(const struct bx_sessions *sessions);

/* End the holds and sessions that are due. */
void bx_sessions_advance(struct bx_sessions *sessions, bx_msec now);

/* Wake every reader. */
void bx_sessions_shut_down(struct bx_sessions *sessions);

/* Put a reader that waits for nobody on the ready list. */
void bx_sessions_make_ready(struct bx_sessions *sessions,
    struct bx_reader *reader);

/* Take the reader that has been ready longest, or NULL. */
struct bx_reader *bx_sessions_take_ready(struct bx_sessions *sessions);

/*
 * A new session with a new id, in the table; *session is borrowed.
 * BX_EFULL: there are max_sessions; BX_ENOMEM; BX_ERANDOM.
 */
enum bx_status bx_session_new(struct bx_sessions *sessions, bx_msec now,
    struct bx_session **session);

/* The session whose id is the given JSON string, or NULL; borrowed. */
struct bx_session *bx_session_find(struct bx_sessions *sessions,
    struct bx_slice id);

struct bx_session *bx_session_ref(struct bx_session *session);
void bx_session_unref(struct bx_session *session);	/* NULL is legal */

/* Borrowed; BX_CLIENT_ID_LENGTH letters and digits, and a NUL. */
const char *bx_session_id(const struct bx_session *session);
enum bx_session_state bx_session_state(const struct bx_session *session);
enum bx_gone_reason bx_session_gone_reason(const struct bx_session *session);

/* Borrowed while the session is not GONE. */
struct bx_subscriber *bx_session_subscriber(struct bx_session *session);

/* The session that embeds subscriber. */
struct bx_session *bx_session_of(struct bx_subscriber *subscriber);

/*
 * Queue one message.  The caller keeps its reference.  BX_ENOMEM: nothing
 * has changed.  BX_EGONE: the session has ended, perhaps by this very
 * message: a hole in its queue would be something the client cannot see, so
 * an overflow makes it handshake again.
 */
enum bx_status bx_session_deliver(struct bx_session *session,
    struct bx_message *message);

/* The same with a delivery that is there already, and is now owned by the
 * session, or freed.  Cannot fail for want of memory. */
enum bx_status bx_session_accept(struct bx_session *session,
    struct bx_delivery *delivery);

/*
 * Between begin and end, which nest, messages do not wake the reader: the
 * request that caused them carries them back itself (rule 69).
 */
void bx_session_begin_batch(struct bx_session *session);
void bx_session_end_batch(struct bx_session *session);

/* Move all that waits to the end of list (for one response). */
void bx_session_take_queue(struct bx_session *session, struct bx_list *list);

/* Give back what a response could not hand over; it waits again, before
 * everything else.  A session that is GONE frees it. */
void bx_session_put_back(struct bx_session *session, struct bx_list *list);

bool bx_session_has_messages(const struct bx_session *session);

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
 * out or was lost: unless a newer connect came, expiry starts (rule 84). */
void bx_session_replied(struct bx_session *session, uint32_t connect,
    bx_msec now);

/* Any other message came from the client: expiry is not before max_interval
 * from now (rule 84). */
void bx_session_touch(struct bx_session *session, bx_msec now);

/* The pause between connects that is in force for this session. */
bx_msec bx_session_interval(const struct bx_session *session);

/*
 * Must a reply that goes out by the named transport carry advice, because the
 * session was last advised on another (rule 39)?  Borrowed for good.
 */
bool bx_session_needs_advice(const struct bx_session *session,
    const char *connection_type);
void bx_session_set_advised(struct bx_session *session,
    const char *connection_type);

/*
 * End the session: subscriptions are dropped, its id is unknown, its reader
 * is woken.  What waits stays only for the last response after a disconnect
 * (rule 44).  Harmless when it is GONE already.
 */
void bx_session_end(struct bx_session *session, enum bx_gone_reason reason);

#endif
