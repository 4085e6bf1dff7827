/*
 * session_browser.c - whose a session is, as far as a request can show.
 */
#include "platform.h"
#include "session_browser.h"
#include "session_local.h"
#include "session_private.h"
#include "session_user.h"

enum bx_status
bx_session_set_browser(struct bx_session *session,
    const struct bx_visitor *visitor)
{
	if (visitor->cookie_len == 0)
		return BX_OK;
	session->browser = bx_browser_get(&session->sessions->browsers,
	    visitor->cookie, visitor->cookie_len);
	if (session->browser == NULL)
		return BX_ENOMEM;
	session->bound = visitor->shown;
	return BX_OK;
}

bool
bx_session_admits(struct bx_session *session, const struct bx_visitor *visitor)
{
	enum bx_binding binding = session->sessions->settings->session_binding;

	/* The id of a local client is no secret. */
	if (bx_session_is_local(session) ||
	    !bx_session_is_of(session, visitor))
		return false;
	if (session->browser == NULL || binding == BX_BINDING_TRUST)
		return true;
	if (visitor->shown &&
	    bx_browser_is(session->browser, visitor->cookie,
		visitor->cookie_len)) {
		session->bound = true;
		return true;
	}
	return binding == BX_BINDING_AUTO && !session->bound;
}

bool
bx_session_has_room(const struct bx_session *session,
    const struct bx_visitor *visitor)
{
	long limit = session->sessions->settings->max_sessions_per_browser;

	return limit < 0 || visitor->unlimited || session->browser == NULL ||
	    bx_browser_held(session->browser) < (size_t)limit;
}

void
bx_session_seek_room(const struct bx_session *session,
    const struct bx_visitor *visitor, const struct bx_platform *platform)
{
	if (!bx_session_has_room(session, visitor))
		platform->look_out(platform->ctx);
}

bool
bx_session_is_crowded(struct bx_session *session,
    const struct bx_visitor *visitor, bool *eased)
{
	bool crowded = !bx_session_has_room(session, visitor);

	*eased = session->crowded && !crowded;
	session->crowded = crowded;
	return crowded;
}
