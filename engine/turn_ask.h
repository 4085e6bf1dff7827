/*
 * turn_ask.h - may what a message asks for be done, and what it is answered if
 * not.
 *
 * Ownership: as turn.h; the answer is the turn's.
 * Reentrancy: policy callbacks are called.
 */
#ifndef BX_TURN_ASK_H
#define BX_TURN_ASK_H

#include "turn.h"

/* Ask the policy (policy.h), and if that allows it the rules (access.h), about
 * channel; NULL: that of the message. */
struct bx_ask {
	enum bx_operation operation;
	size_t place;
	const struct bx_channel_name *channel;
};
enum bx_verdict bx_turn_ask(struct bx_turn *turn, const struct bx_ask *ask);

/* As if the policy had denied it in no words of its own. */
void bx_turn_set_denied(struct bx_turn *turn);

/* Write into the reply why it was denied: as error, unless the policy has words
 * of its own, and with its advice, or else the one given, which may be NULL. */
void bx_turn_write_denial(const struct bx_turn *turn, enum bx_error error,
    const struct bx_advice *otherwise);

/* The whole of the reply to what was denied.  REPLIED or NO_MEMORY. */
enum bx_step bx_turn_deny(struct bx_turn *turn, enum bx_error error,
    const struct bx_advice *otherwise);

/*
 * All of it for one question: may it be done?  Otherwise *step is what becomes
 * of the message: it is parked, or denied as by bx_turn_deny.
 */
struct bx_refusal {
	enum bx_error error;
	const struct bx_advice *otherwise; /* or NULL */
};
bool bx_turn_is_granted(struct bx_turn *turn, const struct bx_ask *ask,
    const struct bx_refusal *refusal, enum bx_step *step);

#endif
