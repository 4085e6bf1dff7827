/*
 * dispatch.h - which handler a message's channel means.
 */
#ifndef BX_DISPATCH_H
#define BX_DISPATCH_H

#include "turn.h"

/* Handle the message of a turn that bx_turn_open accepted. */
enum bx_step bx_dispatch(struct bx_turn *turn);

#endif
