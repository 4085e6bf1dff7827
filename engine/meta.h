/*
 * meta.h - one function per /meta/ channel.
 *
 * Each takes a turn that bx_turn_open accepted, and asks the policy all it has
 * to ask before it changes anything, so that a parked message can be handled
 * again from its start.
 *
 * Ownership: the reply is the turn's, which owns it until it is taken.
 * Reentrancy: policy callbacks are called; the turn's exchange keeps its
 * session alive.
 */
#ifndef BX_META_H
#define BX_META_H

#include <stdbool.h>

#include "session_hold.h"
#include "turn.h"

/* BAYEUX.md rules 24 to 33; on success turn->created is the new session. */
enum bx_step bx_meta_handshake(struct bx_turn *turn);

/* One was denied, with this error: tell plugins, and the log. */
void bx_meta_tell_denied(struct bx_turn *turn, const char *error);

/* Rules 34 to 44. */
enum bx_step bx_meta_connect(struct bx_turn *turn);

/* Rules 47 to 53. */
enum bx_step bx_meta_subscribe(struct bx_turn *turn);

/* Rules 54 to 57. */
enum bx_step bx_meta_unsubscribe(struct bx_turn *turn);

/* Rules 58 and 60. */
enum bx_step bx_meta_disconnect(struct bx_turn *turn);

/* A connect that is to be answered. */
struct bx_connect {
	struct bx_core *core;
	struct bx_session *session;
	const char *connection_type;
	struct bx_slice id;
	struct bx_slice ext; /* of the request, for plugins */
	int64_t received;    /* the same */
	bool wants_advice;
	enum bx_wake wake;
};

/* The reply to a connect whose wait is over; owned, or NULL when there is no
 * memory. */
struct bx_message *bx_meta_connect_reply(const struct bx_connect *connect);

#endif
