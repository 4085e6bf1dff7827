/*
 * turn.h - one message's turn: what its handler sees, and what comes of it.
 *
 * Ownership: a turn lives on the stack of exchange.c and borrows all but its
 * reply, which it owns until the exchange takes it.
 * Reentrancy: plugins are called to screen, to end a reply and to be asked.
 */
#ifndef BX_TURN_H
#define BX_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "advice.h"
#include "channel_name.h"
#include "core.h"
#include "envelope.h"
#include "json.h"
#include "message.h"
#include "policy.h"
#include "reply.h"
#include "session.h"
#include "session_browser.h"
#include "status.h"

/* What became of a message. */
enum bx_step {
	BX_STEP_REPLIED, /* turn->reply is the reply */
	BX_STEP_HOLD,	 /* a connect that waits until turn->until */
	BX_STEP_PARKED,	 /* a verdict comes later; nothing was done */
	BX_STEP_NO_MEMORY
};

/* A channel name decoded from JSON. */
struct bx_decoded_name {
	struct bx_channel_name name;
	char *text; /* owned; NULL when the input is borrowed */
};

struct bx_turn {
	struct bx_core *core;
	const char *connection_type;
	const struct bx_visitor *visitor;
	const char *body;
	const struct bx_envelope *envelope;
	struct bx_asker *asker;
	bx_msec now;
	int64_t received;	    /* ms since 1970 */
	bool alone;		    /* the only message of its request */
	struct bx_session *session; /* the sender, or NULL */
	struct bx_decoded_name channel;
	/* Set by the handler. */
	struct bx_message *reply;
	bx_msec until;	      /* with BX_STEP_HOLD */
	bool wants_advice;    /* with BX_STEP_HOLD: the client gave some */
	bool answers_connect; /* the session's expiry starts with the reply */
	uint32_t connect;     /* its number, for bx_session_replied */
	/* By a handshake; set before the reply is written. */
	struct bx_session *created;
	/* Set by bx_turn_ask. */
	const char *reason; /* with DENY: its error's argument */
	struct bx_denial denial;
	char user[BX_USER_MAX + 1]; /* with ALLOW of a handshake, or "" */
};

/* Decode a JSON value and parse it as a channel name.  BX_EINVAL: it is none;
 * BX_ENOMEM.  On success the caller finishes it. */
enum bx_status bx_decoded_name_init(struct bx_decoded_name *decoded,
    const struct bx_core *core, struct bx_slice value);
void bx_decoded_name_fini(struct bx_decoded_name *decoded,
    const struct bx_core *core);

/*
 * Check what every message must have (BAYEUX.md rule 17 a to c) and find the
 * sender.  BX_OK: the channel is decoded and bx_turn_close is due.
 * BX_EINVAL: the message failed and turn->reply says why; BX_ENOMEM.
 */
enum bx_status bx_turn_open(struct bx_turn *turn);
void bx_turn_close(struct bx_turn *turn);

/* The message as plugins see it, from session. */
struct bx_incoming bx_turn_incoming(const struct bx_turn *turn,
    struct bx_session *session);

/* Show it to them; false: one of them deletes it (rule 17 d).  The sender is
 * NULL afterwards if they have ended its session. */
bool bx_turn_screen(struct bx_turn *turn);

/* Has a plugin ended it since?  Nothing more is done for it (rule 59). */
bool bx_turn_has_ended(const struct bx_turn *turn);
struct bx_slice bx_turn_field(const struct bx_turn *turn, enum bx_field field);

/* Begin the reply to this message in the core's draft; borrowed until end. */
struct bx_draft *bx_turn_begin_reply(const struct bx_turn *turn);

/* Make what was written there turn->reply.  REPLIED or NO_MEMORY. */
enum bx_step bx_turn_end_reply(struct bx_turn *turn);

/* The whole of a failed reply: begin, error, end. */
enum bx_step bx_turn_fail(struct bx_turn *turn, enum bx_error error,
    const char *arg);

#endif
