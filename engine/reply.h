/*
 * reply.h - replies, field by field, and every "NNN:args:text" error.
 *
 * A reply is a draft: begin, any fields (those of draft.h too), end.
 *
 * Ownership: the draft is the caller's and can be used again after end.
 * Reentrancy: no function calls out.
 */
#ifndef BX_REPLY_H
#define BX_REPLY_H

#include <stdbool.h>

#include "advice.h"
#include "draft.h"
#include "json.h"
#include "message.h"

/* Every error that the engine tells a client (BAYEUX.md rule 72). */
enum bx_error {
	BX_ERROR_VERSION_MISMATCH,	/* 300, arg: the version */
	BX_ERROR_CONNECTION_TYPES,	/* 301, arg: the types */
	BX_ERROR_CHANNEL_MISSING,	/* 400 */
	BX_ERROR_DATA_MISSING,		/* 400 */
	BX_ERROR_SESSION_UNKNOWN,	/* 402 */
	BX_ERROR_HANDSHAKE_DENIED,	/* 403, arg: the reason or none */
	BX_ERROR_SUBSCRIPTION_MISSING,	/* 403 */
	BX_ERROR_SUBSCRIPTION_INVALID,	/* 403 */
	BX_ERROR_UNSUBSCRIBE_FAILED,	/* 403 */
	BX_ERROR_CREATE_DENIED,		/* 403, arg: the reason */
	BX_ERROR_SUBSCRIBE_DENIED,	/* 403, arg: the reason */
	BX_ERROR_CHANNEL_CREATE_DENIED, /* 403, arg: the reason */
	BX_ERROR_PUBLISH_DENIED,	/* 403, arg: the reason */
	BX_ERROR_CONNECT_DENIED,	/* 403, arg: the reason */
	BX_ERROR_UNSUBSCRIBE_DENIED,	/* 403, arg: the reason */
	BX_ERROR_DISCONNECT_DENIED,	/* 403, arg: the reason */
	BX_ERROR_MESSAGE_DELETED,	/* 404 */
	BX_ERROR_CHANNEL_INVALID,	/* 405 */
	BX_ERROR_MESSAGE_ID_INVALID	/* 405 */
};

/* Clear draft and begin a reply; channel and id are JSON values as they were
 * sent, and left out when absent. */
void bx_reply_begin(struct bx_draft *draft, struct bx_slice channel,
    struct bx_slice id);

/* A field with plain text, which needs no escaping. */
void bx_reply_text(struct bx_draft *draft, const char *name, const char *text);

void bx_reply_success(struct bx_draft *draft);

/* successful:false without an error: the advice says why. */
void bx_reply_failure(struct bx_draft *draft);

/* The text of an error.  arg, which may be NULL and may come from a
 * client, loses what could be taken for a separator (rule 76), and its end
 * when it is long. */
void bx_reply_error_format(enum bx_error error, const char *arg,
    char text[BX_ERROR_TEXT_MAX]);

/* successful:false and the error. */
void bx_reply_error(struct bx_draft *draft, enum bx_error error,
    const char *arg);

/* The same, in somebody else's words; what is no UTF-8 in them is replaced. */
void bx_reply_error_text(struct bx_draft *draft, const char *text);

void bx_reply_advice(struct bx_draft *draft, const struct bx_advice *advice);

/* The message, owned; NULL when there was no memory for any part of it. */
struct bx_message *bx_reply_end(struct bx_draft *draft);

#endif
