/*
 * ticket.h - a policy callback's claim on the exchange that waits for it.
 *
 * A callback that has to ask somebody else parks the exchange and is given a
 * ticket, with which the verdict comes back.
 *
 * Ownership: the ticket is the callback's until it resolves it, exactly once,
 * whatever becomes of the exchange.
 * Reentrancy: no function calls out; a parked exchange goes on when the
 * engine is next asked what is ready.
 */
#ifndef BX_TICKET_H
#define BX_TICKET_H

#include "env.h"
#include "hooks.h"

struct bx_ticket;

/*
 * Park the exchange that asks question, from within a policy callback, which
 * must then return BX_VERDICT_PENDING.  NULL when there is no memory: deny or
 * allow instead.
 */
struct bx_ticket *bx_ticket_take(struct bx_question *question);

/* A verdict, and what goes with it (policy.h); all is borrowed. */
struct bx_ruling {
	enum bx_verdict verdict;
	const struct bx_denial *denial; /* or NULL */
	const char *user;		/* or NULL */
};

/*
 * Resolve and free ticket: the exchange goes on with the verdict, as if the
 * callback had returned it.  Harmless for an exchange that was closed in the
 * meantime, and after the engine was freed.
 */
void bx_ticket_resolve(struct bx_ticket *ticket,
    const struct bx_ruling *ruling, bx_msec now);

/* Nobody waits for its verdict any longer: the exchange goes on, denied.  The
 * ticket is still to be resolved. */
void bx_ticket_deny(struct bx_ticket *ticket, bx_msec now);

/* For whoever keeps a list of tickets; resolving one takes it out. */
struct bx_list *bx_ticket_link(struct bx_ticket *ticket);
struct bx_ticket *bx_ticket_of_link(struct bx_list *link);

#endif
