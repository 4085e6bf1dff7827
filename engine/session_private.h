/*
 * session_private.h - the inside of a session and of the table, for session*.c
 * alone.
 *
 * Ownership: as session.h and sessions.h say; members are borrowed but for
 * the queue.
 */
#ifndef BX_SESSION_PRIVATE_H
#define BX_SESSION_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "browser.h"
#include "channel.h"
#include "client_id.h"
#include "deadline.h"
#include "hash.h"
#include "list.h"
#include "queue.h"
#include "session_hold.h"
#include "settings.h"

struct bx_sessions {
	const struct bx_env *env;
	const struct bx_settings *settings;
	struct bx_channel_tree *tree;
	struct bx_hash by_id;
	struct bx_browsers browsers;
	struct bx_deadlines deadlines;
	/* Readers that are ready, longest first: those who were asked for
	 * something, and those whom a message or the clock has woken. */
	struct bx_list prompt;
	struct bx_list woken;
	bool prompt_next;	/* the two take turns */
	struct bx_list waiting; /* of sessions */
	bool crowded;		/* a queue is in its second room */
	size_t held;
	uint64_t delivered;
};

struct bx_session {
	struct bx_sessions *sessions;
	struct bx_hash_entry by_id;
	struct bx_subscriber subscriber;
	struct bx_queue queue;
	struct bx_deadline deadline; /* the hold's end, or expiry */
	struct bx_list waiting;
	struct bx_reader *reader;   /* parked or ready, or NULL */
	struct bx_browser *browser; /* or NULL: no cookie was set */
	const char *advised;	    /* the transport it was last advised on */
	bx_msec interval;
	bx_msec advised_interval;
	unsigned refs;
	unsigned batches;  /* begun and not ended */
	uint32_t connects; /* the number of the newest; 0 = none yet */
	enum bx_session_state state;
	enum bx_gone_reason reason; /* once it is GONE */
	bool bound;		    /* its browser has shown its cookie */
	bool crowded;		    /* it was advised of multiple clients */
	char id[BX_CLIENT_ID_LENGTH + 1];
};

/* Put a reader where its new reason to be ready, graver than the one before,
 * wants it. */
void bx_sessions_rank(struct bx_sessions *sessions, struct bx_reader *reader,
    enum bx_wake wake);

/* Make the session's reader ready, if it has one. */
void bx_session_wake(struct bx_session *session, enum bx_wake wake);

#endif
