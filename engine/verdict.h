/*
 * verdict.h - what a policy callback is asked, and what it may say.
 *
 * It is asked about every message that could be done, before anything is: a
 * handshake, a connect (and an event stream, which does the same), each channel
 * of a subscription in turn, what is published, to services too, and a
 * disconnect.  It is not asked about what is answered with an error in any
 * case, such as a message that comes from no session and needs one
 * (402::session_unknown), has no data or no valid channel, or is for a channel
 * that the protocol reserves.
 *
 * Ownership: a question, and all it points to, is borrowed until the callback
 * returns; texts are written into it.
 */
#ifndef BX_VERDICT_H
#define BX_VERDICT_H

#include <stdbool.h>

#include "types.h"

struct bx_incoming; /* plugin.h */
struct bx_session;

enum bx_operation {
	BX_OPERATION_HANDSHAKE,
	BX_OPERATION_CREATE, /* subscribe or publish would be the first */
	BX_OPERATION_SUBSCRIBE,
	BX_OPERATION_PUBLISH, /* to a service, too */
	BX_OPERATION_CONNECT,
	BX_OPERATION_UNSUBSCRIBE,
	BX_OPERATION_DISCONNECT
};

enum bx_verdict {
	BX_VERDICT_ABSTAIN, /* ask the next callback, then the default */
	BX_VERDICT_ALLOW,   /* ask no other callback */
	BX_VERDICT_DENY,
	BX_VERDICT_PENDING /* only when the callback has parked */
};

/* What a client is told to do next: try again as before, begin with a new
 * handshake, or stop. */
enum bx_reconnect {
	BX_RECONNECT_RETRY,
	BX_RECONNECT_HANDSHAKE,
	BX_RECONNECT_NONE
};

#define BX_ERROR_TEXT_MAX 256

/* What a client is told that is denied something. */
struct bx_denial {
	/* The whole error, such as "403::Who are you?"; empty: the server's
	 * own, such as "403:denied_by_security_policy:publish_denied". */
	char error[BX_ERROR_TEXT_MAX];
	/* Is what follows the advice?  Otherwise it is the server's own, which
	 * tells clients that may not handshake or connect to stop. */
	bool advises;
	enum bx_reconnect reconnect;
	bx_msec interval; /* before the client does so; a session that is to
			   * be tried again is there until then */
};

struct bx_question {
	enum bx_operation operation;
	/* NULL: a handshake, or published without a session. */
	struct bx_session *session;
	/* What the message is about, decoded: the channel that is created,
	 * subscribed to or published on, which may be a pattern; else its
	 * own. */
	struct bx_slice channel;
	const struct bx_incoming *message;
	/* For the callback to fill. */
	struct bx_denial denial;    /* with DENY */
	char user[BX_USER_MAX + 1]; /* of the new session; with ALLOW or
				     * ABSTAIN, for a handshake alone; one
				     * with control bytes is denied */
	/* The server's own: the argument of its own error, or NULL; whether the
	 * channel is for meta messages, and who asks. */
	const char *reason;
	bool is_meta;
	void *asker;
};

#endif
