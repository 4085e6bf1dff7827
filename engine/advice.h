/*
 * advice.h - what a client is told to do next.
 *
 * A client replaces all earlier advice by the newest (BAYEUX.md J4), so an
 * advice object is always complete, but for the one that goes with an unknown
 * session, which rule 43 spells out.
 *
 * Ownership: advice is a plain value.
 * Reentrancy: no function calls out.
 */
#ifndef BX_ADVICE_H
#define BX_ADVICE_H

#include <stdbool.h>

#include "buf.h"
#include "env.h"
#include "settings.h"
#include "verdict.h"

struct bx_advice {
	enum bx_reconnect reconnect;
	bx_msec interval;      /* pause before the next connect */
	bx_msec timeout;       /* how long it is held; negative = left out */
	bool multiple_clients; /* too many tabs of one browser (rule 46) */
};

/* The usual advice to a session with the given pause between connects. */
struct bx_advice bx_advice_retry(const struct bx_settings *settings,
    bx_msec interval);

/* Handshake again at once, as rule 43 spells it. */
struct bx_advice bx_advice_handshake(void);

/* Handshake again, but only after interval. */
struct bx_advice bx_advice_handshake_later(const struct bx_settings *settings,
    bx_msec interval);

/* Come back less often, as the browser has other clients; or, with a pause
 * that is not above 0, not at all. */
struct bx_advice bx_advice_multiple_clients(
    const struct bx_settings *settings);

/* Stop. */
struct bx_advice bx_advice_none(const struct bx_settings *settings);

/* A random pause of at most spread, so that those who were all told to retry
 * do not all come at once. */
bx_msec bx_advice_spread(const struct bx_env *env, bx_msec spread);

/* Append the advice object; a failure stays in buf. */
void bx_advice_append(struct bx_buf *buf, const struct bx_advice *advice);

#endif
