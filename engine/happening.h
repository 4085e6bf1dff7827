/*
 * happening.h - what plugins are told when it has happened.
 *
 * Ownership: everything is borrowed until the callback returns.
 */
#ifndef BX_HAPPENING_H
#define BX_HAPPENING_H

#include "types.h"

struct bx_session;

/* With the members that each has, beside kind. */
enum bx_happening_kind {
	/* session, address; of a local client address is NULL.  Behind
	 * session_new, before the reply to the handshake is written. */
	BX_HAPPENING_CLIENT_CONNECT,
	/* session, reason.  Its subscriptions have ended with it. */
	BX_HAPPENING_CLIENT_DISCONNECT,
	BX_HAPPENING_SUBSCRIBE,	  /* session, channel */
	BX_HAPPENING_UNSUBSCRIBE, /* session, channel */
	/* channel, data; session, id and ext if there are any.  To a service
	 * as well, after it was called and has perhaps answered. */
	BX_HAPPENING_PUBLISH,
	/* session, channel, data; id and ext if there are any: it was sent
	 * something that was not published, such as a service's answer. */
	BX_HAPPENING_CLIENT_PUSH,
	/* address, error, and ext if there is any: it may hold a password. */
	BX_HAPPENING_HANDSHAKE_DENIED
};

struct bx_happening {
	enum bx_happening_kind kind;
	struct bx_session *session; /* or NULL */
	struct bx_slice channel;    /* decoded; a pattern of a subscription */
	struct bx_slice data;	    /* JSON */
	struct bx_slice id;	    /* JSON */
	struct bx_slice ext;	    /* JSON */
	const char *address;	    /* the client's; "" if it is not known */
	const char *error;	    /* as the client is told */
	enum bx_gone_reason reason;
};

#endif
