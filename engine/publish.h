/*
 * publish.h - messages to broadcast and service channels.
 *
 * Ownership: nothing is kept but in the queues of sessions.
 * Reentrancy: policy callbacks and services are called.
 */
#ifndef BX_PUBLISH_H
#define BX_PUBLISH_H

#include "turn.h"

/*
 * BAYEUX.md rules 61 to 68.  A broadcast reaches the queues of all subscribers
 * or, when there is no memory for one of them, of none.
 */
enum bx_step bx_publish(struct bx_turn *turn);

/* Within the call of a service: have message, which it was called with, fail
 * (host.h fail).  Harmless with a message of any other call. */
void bx_publish_fail(const struct bx_incoming *message, const char *text);

#endif
