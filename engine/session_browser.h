/*
 * session_browser.h - whose a session is, as far as a request can show.
 *
 * Ownership: a session holds a reference to its browser.
 * Reentrancy: no function calls out.
 */
#ifndef BX_SESSION_BROWSER_H
#define BX_SESSION_BROWSER_H

#include <stdbool.h>
#include <stddef.h>

#include "browser.h"
#include "session.h"
#include "status.h"
#include "user.h"

#define BX_ADDRESS_MAX 63

struct bx_platform; /* platform.h */

/* The browser that a request comes from, and who sits in front of it. */
struct bx_visitor {
	char cookie[BX_BROWSER_ID_MAX]; /* shown, or about to be set */
	size_t cookie_len;		/* 0: there is no such cookie */
	bool shown;
	bool unlimited; /* by HTTP/2, where held connects cost no connection */
	char user[BX_USER_MAX + 1]; /* as the web server says; "": nobody */
	char address[BX_ADDRESS_MAX + 1]; /* the client's; "": not known */
};

/* Nobody in particular, without cookies. */
static inline void
bx_visitor_init(struct bx_visitor *visitor)
{
	visitor->cookie_len = 0;
	visitor->shown = false;
	visitor->unlimited = false;
	visitor->user[0] = '\0';
	visitor->address[0] = '\0';
}

/* The session was made by visitor.  BX_ENOMEM: it has no browser. */
enum bx_status bx_session_set_browser(struct bx_session *session,
    const struct bx_visitor *visitor);

/*
 * May visitor, who is remote, use the session (BAYEUX.md rules 81, 82)?  A
 * session whose cookie is shown is bound to it from then on, unless cookies do
 * not count.  One that was made by a user of the web server's is that user's
 * alone, whatever counts.
 */
bool bx_session_admits(struct bx_session *session,
    const struct bx_visitor *visitor);

/* Are so few connects held and streams open for the session's browser that
 * there may be another (rule 46)? */
bool bx_session_has_room(const struct bx_session *session,
    const struct bx_visitor *visitor);

/* If there is none, have those who have left be noticed. */
void bx_session_seek_room(const struct bx_session *session,
    const struct bx_visitor *visitor, const struct bx_platform *platform);

/* Is there none for a connect?  Remembers the answer; *eased says that it was
 * different before, so that the client has to be told that all is well. */
bool bx_session_is_crowded(struct bx_session *session,
    const struct bx_visitor *visitor, bool *eased);

#endif
