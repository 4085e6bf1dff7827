/*
 * dispatch.h - which handler a message's channel means.
 *
 * Ownership: the turn stays the caller's.
 * Reentrancy: policy callbacks and services are called.
 */
#ifndef BX_DISPATCH_H
#define BX_DISPATCH_H

#include "turn.h"

/* Handle the message of a turn that bx_turn_open accepted. */
enum bx_step bx_dispatch(struct bx_turn *turn);

#endif
