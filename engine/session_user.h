/*
 * session_user.h - which user a session is of.
 *
 * The web server says who asked for the handshake; a plugin may say otherwise.
 * What the web server said, it has to say again with each request.
 *
 * Ownership: a session keeps a copy of the name, if there is one.
 * Reentrancy: no function calls out, but for the log.
 */
#ifndef BX_SESSION_USER_H
#define BX_SESSION_USER_H

#include <stdbool.h>

#include "session.h"
#include "status.h"

struct bx_visitor; /* session_browser.h */

/* Its name, borrowed until another is set or the session is freed; NULL:
 * nobody's. */
const char *bx_session_user(const struct bx_session *session);

/*
 * It is user's from now on, and requests are compared with that no more; NULL
 * and "" are nobody.  BX_EINVAL: no user is called so (user.h); BX_ENOMEM.
 * After either it is whose it was.
 */
enum bx_status bx_session_set_user(struct bx_session *session,
    const char *user);

/* The session was made by visitor.  BX_ENOMEM: it is whose it was. */
enum bx_status bx_session_set_login(struct bx_session *session,
    const struct bx_visitor *visitor);

/* Is the visitor logged in as whoever made the session, if that matters? */
bool bx_session_is_of(const struct bx_session *session,
    const struct bx_visitor *visitor);

/* Log that the session has begun, and whose it is. */
void bx_session_log_handshake(const struct bx_session *session);

#endif
