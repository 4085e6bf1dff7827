/*
 * status.h - the one enum of causes for which a call of the engine fails.
 *
 * An error that a client is told about is not one of these: a Bayeux reply
 * with successful:false is data (reply.h).
 */
#ifndef BX_STATUS_H
#define BX_STATUS_H

enum bx_status {
	BX_OK,
	BX_ENOMEM,  /* no memory; nothing has changed */
	BX_EINVAL,  /* a name or a value is not what it has to be */
	BX_EJSON,   /* bytes that are not strict JSON, or nest too deeply */
	BX_EMANY,   /* more messages in one request than max_batch */
	BX_EFULL,   /* a configured limit is reached */
	BX_EEXIST,  /* there is one by that name already */
	BX_ERANDOM, /* the host has no random bytes */
	BX_EGONE    /* the session has ended */
};

/* The name of status for a log line, such as "no_memory"; never NULL. */
const char *bx_status_name(enum bx_status status);

#endif
