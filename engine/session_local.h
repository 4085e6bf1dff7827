/*
 * session_local.h - sessions of clients inside the process.
 *
 * A local client needs no handshake and no connect: it is CONNECTED from the
 * beginning and never expires.  Whoever has messages waiting is on a list, as
 * its function is called between requests and never from within one.
 *
 * Ownership: whoever makes one has a reference besides the table's, until
 * bx_session_local_free, or bx_session_local_free_all for its owner.
 * Reentrancy: only bx_sessions_serve_locals calls out, to whom may do anything;
 * and to free a session, as session.h says.
 * Limits: as for all sessions; what waits is as for one about to be answered.
 */
#ifndef BX_SESSION_LOCAL_H
#define BX_SESSION_LOCAL_H

#include <stdbool.h>

#include "host.h"
#include "list.h"
#include "session.h"
#include "status.h"

struct bx_local_client {
	bx_local_fn *fn;
	void *ctx;
	struct bx_list *owned; /* where the session is listed for its owner */
};

/*
 * A session with the id hint, which is letters, digits, "-" and "_", or one
 * that begins so.  BX_EINVAL: hint is no id; BX_EFULL: there are max_sessions;
 * BX_ENOMEM.
 */
enum bx_status bx_session_local_new(struct bx_sessions *sessions,
    const char *hint, const struct bx_local_client *client,
    struct bx_session **session);

/* End it, and give up the maker's reference.  Legal when it is GONE, and for
 * NULL. */
void bx_session_local_free(struct bx_session *session);

/* The same for all that are listed there. */
void bx_session_local_free_all(struct bx_list *owned);

bool bx_session_is_local(const struct bx_session *session);

/* Something waits for a local client: have it served. */
void bx_session_wake_local(struct bx_session *session);

/* It is GONE: nobody serves it any more.  Harmless if it is not local. */
void bx_session_leave_locals(struct bx_session *session);

/* Is there a local client to be served? */
bool bx_sessions_has_local(const struct bx_sessions *sessions);

/* Give every local client what waits for it by now. */
void bx_sessions_serve_locals(struct bx_sessions *sessions);

#endif
