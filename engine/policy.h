/*
 * policy.h - may this session handshake, create, subscribe, publish?
 *
 * Callbacks decide first, in order; what none of them decides is up to the
 * default: anyone may handshake, create and subscribe to anything but meta
 * channels, and publish once there is a session (BAYEUX.md section 5).
 *
 * An answer may come later.  A handler asks all its questions, by rising
 * place, before it does anything, so a message whose question is pending can
 * simply be handled again from its start: what was granted is not asked again,
 * nor what needed no asking then, such as to create a channel that was there
 * when the message came.
 *
 * Ownership: an asker is embedded in the exchange whose message it is for.
 * Reentrancy: calls the policy callbacks.
 */
#ifndef BX_POLICY_H
#define BX_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hooks.h"

/* What has been decided about the message in hand. */
struct bx_asker {
	size_t granted;		  /* places below this one need no asking */
	size_t parked;		  /* the place whose verdict comes later */
	uint64_t after;		  /* the callback that parked, by its handle */
	struct bx_ticket *ticket; /* not resolved yet, or NULL */
	enum bx_verdict verdict;  /* meaningful if resolved, as is the next */
	struct bx_denial denial;
	char user[BX_USER_MAX + 1]; /* whom callbacks take the client for */
	bool resolved;
	bool screened; /* plugins have let the message pass */
};

/* Begin a new message. */
void bx_asker_init(struct bx_asker *asker);

/* A verdict that comes later: as if the callback had returned it now.  denial
 * and user may be NULL.  PENDING, or a name that no user has (user.h),
 * means DENY, as does that name for a handshake when it is returned. */
void bx_asker_resolve(struct bx_asker *asker, enum bx_verdict verdict,
    const struct bx_denial *denial, const char *user);

/*
 * Would bx_policy_ask say ALLOW whatever the question looks like, as it was
 * granted already, or there is no callback and the default allows it?  If so,
 * it counts as asked.
 */
bool bx_policy_allows_unasked(const struct bx_hooks *hooks,
    struct bx_asker *asker, size_t place, enum bx_operation operation,
    bool is_meta);

/*
 * Ask the question at the given place of the message's questions.  ALLOW,
 * DENY (question->denial says why, or else question->reason, which is then
 * never NULL) or PENDING (asker->ticket is set, and the handler must have done
 * nothing yet).
 */
enum bx_verdict bx_policy_ask(struct bx_hooks *hooks, struct bx_asker *asker,
    size_t place, struct bx_question *question);

#endif
