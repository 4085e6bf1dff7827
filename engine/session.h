/*
 * session.h - one client: its state and its end.
 *
 *   state       connect      hold     wake       reply gone out   deadline
 *   NEW                                          HANDSHAKEN
 *   HANDSHAKEN  CONNECTED                                         GONE
 *   CONNECTED   CONNECTED    WAITING                              GONE
 *   WAITING     CONNECTED             CONNECTED                   CONNECTED
 *
 * Every state goes to GONE by bx_session_end.  The other columns are in
 * session_hold.h, and what waits for the client in session_queue.h.
 *
 * Ownership: shared; the table holds a reference until the session is GONE,
 * each exchange that deals with it another.
 * Reentrancy: no function calls out, but unref, to free what plugins keep with
 * it (session_extra.h).  A session may end inside any of them; whoever goes on
 * using it holds a reference.
 * Limits: settings.h max_sessions; for its queue see session_queue.h.
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
#include "status.h"
#include "types.h"

struct bx_session;
struct bx_sessions; /* the table of all of them */

enum bx_session_state {
	BX_SESSION_NEW, /* the handshake reply has not gone out */
	BX_SESSION_HANDSHAKEN,
	BX_SESSION_CONNECTED,
	BX_SESSION_WAITING,
	BX_SESSION_GONE
};

/*
 * A new session with a new id, in the table; *session is borrowed.
 * BX_EFULL: there are max_sessions; BX_ENOMEM; BX_ERANDOM.
 */
enum bx_status bx_session_new(struct bx_sessions *sessions, bx_msec now,
    struct bx_session **session);

/* The session whose id is the given JSON string, or NULL; borrowed. */
struct bx_session *bx_session_find(struct bx_sessions *sessions,
    struct bx_slice id);

/* The same by the id itself. */
struct bx_session *bx_session_find_id(struct bx_sessions *sessions,
    const char *id, size_t len);

struct bx_session *bx_session_ref(struct bx_session *session);
void bx_session_unref(struct bx_session *session); /* NULL is legal */

/* Borrowed; BX_CLIENT_ID_LENGTH letters and digits, and a NUL; of a local
 * client at most as many, and "-" and "_" among them. */
const char *bx_session_id(const struct bx_session *session);
enum bx_session_state bx_session_state(const struct bx_session *session);
enum bx_gone_reason bx_session_gone_reason(const struct bx_session *session);

/* Did client or server say goodbye, so that what waits still goes out? */
bool bx_session_is_dismissed(const struct bx_session *session);

/* Borrowed while the session is not GONE. */
struct bx_subscriber *bx_session_subscriber(struct bx_session *session);

/* The session that embeds subscriber. */
struct bx_session *bx_session_of(struct bx_subscriber *subscriber);

/* The pause between connects that is in force for this session. */
bx_msec bx_session_interval(const struct bx_session *session);

/*
 * Must a reply that goes out by the named transport carry advice, because the
 * session was last advised on another (rule 39), or of another pause?  A client
 * that keeps a pause which counts no more would expire.  Borrowed for good.
 */
bool bx_session_needs_advice(const struct bx_session *session,
    const char *connection_type);
/* NULL: of nothing, so that the next reply carries it. */
void bx_session_set_advised(struct bx_session *session,
    const char *connection_type);

/* Has the client asked in its handshake for replies in a comment (rule 16)? */
void bx_session_set_commented(struct bx_session *session);
bool bx_session_is_commented(const struct bx_session *session);

/* Plugins are about to be told of it, and are to be told of its end. */
void bx_session_announce(struct bx_session *session);
bool bx_session_is_announced(const struct bx_session *session);

/*
 * End the session: subscriptions are dropped, its id is unknown, its reader
 * is woken.  What waits stays only for the last response after a disconnect
 * (rule 44).  Harmless when it is GONE already.
 */
void bx_session_end(struct bx_session *session, enum bx_gone_reason reason);

/* One line about it, with the head of its id alone; reason may be NULL. */
void bx_session_log(const struct bx_session *session, enum bx_log_level level,
    const char *event, const char *reason);

#endif
