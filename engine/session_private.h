/*
 * session_private.h - the inside of a session and of the table, for session*.c.
 *
 * Ownership: as session.h and sessions.h say; members are borrowed but for
 * the queue and what can be resumed.
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
#include "host.h"
#include "list.h"
#include "queue.h"
#include "session_hold.h"
#include "settings.h"

/* What a plugin keeps with a session. */
struct bx_session_datum {
	void *data;
	void (*free_data)(void *data); /* or NULL */
};

struct bx_session_user; /* session_user.c */
/* What few have. */
struct bx_session_extra {
	struct bx_times times;
	struct bx_list kept; /* gone out and not acknowledged, in order */
	uint64_t batch;	     /* the newest that was closed */
	struct bx_session_datum *data; /* by slot */
	struct bx_session_user *user;  /* or NULL: nobody's */
	unsigned data_count;
	bool keeps;
	bool is_deaf; /* to what it publishes itself */
};

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
	bool prompt_next;	 /* the two take turns */
	struct bx_list waiting;	 /* of sessions */
	struct bx_list departed; /* GONE, and nobody has been told */
	bool tells_departures;
	struct bx_deadlines beats;
	struct bx_deadlines absences;
	struct bx_list streams;
	struct bx_list locals_due; /* local clients with messages */
	bool is_closing;
	bool crowded; /* a queue is in its second room */
	size_t held;
	uint64_t delivered;
};

struct bx_session {
	struct bx_sessions *sessions;
	struct bx_hash_entry by_id;
	struct bx_subscriber subscriber;
	struct bx_queue queue;
	struct bx_deadline deadline; /* when to wake the reader, or expiry */
	bx_msec until;		     /* while WAITING: the hold's end */
	struct bx_list link;	     /* while WAITING, or departed */
	struct bx_reader *reader;    /* parked or ready, or NULL */
	struct bx_stream *stream;    /* open, or NULL */
	struct bx_return *back;	     /* NULL until a stream is opened */
	struct bx_browser *browser;  /* or NULL: no cookie was set */
	struct bx_session_extra *extra; /* or NULL */
	struct bx_local *local;		/* NULL: its client is remote */
	const char *advised; /* the transport it was last advised on */
	bx_msec interval;
	bx_msec advised_interval;
	unsigned refs;
	unsigned batches, parks; /* begun and not ended */
	uint32_t connects;	 /* the number of the newest; 0 = none yet */
	enum bx_session_state state;
	enum bx_gone_reason reason; /* once it is GONE */
	bool bound;		    /* its browser has shown its cookie */
	bool crowded;		    /* it was advised of multiple clients */
	bool leaving;		    /* to be told so and then GONE */
	bool commented;		    /* its client asked for comments */
	bool lacks_stream;	    /* one was refused */
	bool announced;		    /* plugins know of it */
	char id[BX_CLIENT_ID_LENGTH + 1];
};

/* Put a reader where its newest, gravest reason to be ready wants it. */
void bx_sessions_rank(struct bx_sessions *sessions, struct bx_reader *reader,
    enum bx_wake wake);

/* A session with this id, at most BX_CLIENT_ID_LENGTH bytes, in the table,
 * without a deadline; as bx_session_new. */
enum bx_status bx_session_make(struct bx_sessions *sessions, const char *id,
    struct bx_session **session);

/* Made if there is none; NULL: no memory. */
struct bx_session_extra *bx_session_need_extra(struct bx_session *session);
void bx_session_free_extra(struct bx_session *session);

/* While the session is WAITING: wake its reader at the hold's end, or when the
 * first of the lazy messages that are queued has waited for long enough. */
void bx_session_arm_hold(struct bx_session *session);

/* Make the session's reader ready, if it has one. */
void bx_session_wake(struct bx_session *session, enum bx_wake wake);

#endif
