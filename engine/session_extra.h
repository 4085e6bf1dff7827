/*
 * session_extra.h - what few sessions have: times of their own, and what
 * plugins keep with them.
 *
 * Ownership: a plugin's data is the session's, which frees it when it is
 * freed itself.
 * Reentrancy: free_data functions are called when a session is freed.
 */
#ifndef BX_SESSION_EXTRA_H
#define BX_SESSION_EXTRA_H

#include <stdbool.h>

#include "env.h"
#include "host.h"
#include "session.h"
#include "status.h"

/* No time is longer: 35 thousand years, of which JavaScript can tell. */
#define BX_TIME_MAX (INT64_C(1) << 50)

/* Go by these times from now on; negative ones are as configured.  The next
 * reply to a connect has advice.  BX_ENOMEM. */
enum bx_status bx_session_set_times(struct bx_session *session,
    const struct bx_times *times);

/* The session's own, or those configured. */
bx_msec bx_session_timeout(const struct bx_session *session);
bx_msec bx_session_own_interval(const struct bx_session *session);
bx_msec bx_session_max_interval(const struct bx_session *session);

/* Whether it gets what it publishes itself, if the server and the channel
 * agree; it does at first.  BX_ENOMEM. */
enum bx_status bx_session_set_broadcast_to_publisher(struct bx_session
							 *session,
    bool on);
bool bx_session_hears_itself(const struct bx_session *session);

/* What the plugin with that slot keeps here; NULL at first. */
void *bx_session_data(const struct bx_session *session, unsigned slot);

/* Replace it; what was there is freed.  BX_ENOMEM: it is not. */
enum bx_status bx_session_set_data(struct bx_session *session, unsigned slot,
    void *data, void (*free_data)(void *data));

#endif
