/*
 * ledger.h - the reference: what every session is owed, kept so simply that it
 * can be believed.
 *
 * It is told what clients say, what the server grants and what answers carry,
 * and complains about whatever does not fit.  It knows nothing of the engine
 * but the reasons that sessions end for.
 *
 *   state     taken   handed over  given back  acknowledged  resumed
 *   WAITING   FLYING
 *   FLYING            DONE, SENT   WAITING                   WAITING, DONE
 *   SENT (on a stream)                                       WAITING, DONE
 *
 * What acknowledging clients are owed stays WAITING until they have said that
 * they have it: then it is DONE.
 *
 * Ownership: the caller frees the ledger; sessions live as long as it does.
 * Reentrancy: no function calls out.
 * Limits: LEDGER_SESSIONS sessions.
 */
#ifndef TEST_MODEL_LEDGER_H
#define TEST_MODEL_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/settings.h"
#include "engine/types.h"

#define LEDGER_SESSIONS 64
#define LEDGER_COMPLAINT 256

enum ledger_state {
	LEDGER_WAITING,
	LEDGER_FLYING,
	LEDGER_SENT,
	LEDGER_DONE
};

struct ledger_entry {
	unsigned number; /* of the event */
	enum ledger_state state;
	bx_msec due;	     /* 0, or until when it may be lazy */
	bx_msec lazy;	     /* the same, as it was at first */
	bx_msec sent;	     /* when, on a stream */
	const void *carrier; /* while FLYING */
	uint64_t chunk;	     /* of a stream, while SENT or FLYING */
	uint64_t batch;	     /* the first that carried it; 0: none yet */
	unsigned taken;	     /* by which answer, the last time */
	bool carried;	     /* since the client has last connected */
};

struct ledger_session {
	bool acks;
	bool alive;
	bool leaving; /* was kicked */
	bool bye;     /* has said so */
	bool lags;    /* has asked for what may not be kept any more */
	bool full;    /* more waits than may */
	bool burst;   /* and so much that it has to end */
	enum bx_gone_reason reason;
	unsigned patterns; /* a bit for each */
	unsigned connects;
	bx_msec expires;
	bool held;  /* a connect of its is not answered, */
	bool waits; /* and nothing has woken it */
	bool has_stream;
	bool streams;	    /* its events go out on that */
	bx_msec away_until; /* a stream broke, and they may wait for it */
	bx_msec wait_until; /* the same, and they have to */
	struct ledger_entry *entries;
	size_t count, room;
};

struct ledger {
	const struct bx_settings *settings;
	bx_msec now;
	bool lenient; /* memory has failed: only what is doubled is told */
	bool deaf;    /* nothing is, but the end */
	struct ledger_session sessions[LEDGER_SESSIONS];
	unsigned count;
	unsigned published; /* the number of the newest event */
	unsigned taken;	    /* answers, ever */
	size_t due;	    /* events in the newest that were due */
	uint64_t queued;    /* entries, ever */
	bool overflowed;
	char complaint[LEDGER_COMPLAINT]; /* the first one, or "" */
};

/* Who speaks; NULL is no session. */
struct ledger_said {
	struct ledger_session *publisher;
	unsigned number;
	const char *channel;
};

/* What an answer has for a session. */
struct ledger_answer {
	struct ledger_session *session;
	const void *carrier;
	const unsigned *numbers;
	size_t count;
	unsigned published; /* when the request was processed */
	uint64_t chunk;	    /* of a stream, or 0 */
	uint64_t batch;	    /* it says, or 0 */
	bool connects;	    /* it has the reply to a connect */
	bool streams;
};

void ledger_init(struct ledger *ledger, const struct bx_settings *settings);
void ledger_fini(struct ledger *ledger);
void ledger_complain(struct ledger *ledger, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* NULL: there are LEDGER_SESSIONS. */
struct ledger_session *ledger_begin(struct ledger *ledger, bool acks);
unsigned ledger_index(const struct ledger *ledger,
    const struct ledger_session *session);
/* The engine says that it has ended; is that a reason? */
void ledger_end(struct ledger *ledger, struct ledger_session *session,
    enum bx_gone_reason reason);

void ledger_touch(struct ledger *ledger, struct ledger_session *session);
/* Returns the connect's number, from 1. */
unsigned ledger_connect(struct ledger_session *session);
/* That one can wait; or it is over. */
void ledger_hold(const struct ledger *ledger, struct ledger_session *session);
void ledger_let_go(struct ledger_session *session);
void ledger_replied(struct ledger *ledger, struct ledger_session *session,
    unsigned connect);
void ledger_acknowledge(struct ledger *ledger, struct ledger_session *session,
    uint64_t batch);

/* The event was accepted. */
void ledger_publish(struct ledger *ledger, const struct ledger_said *said);
bool ledger_reaches(const char *pattern, const char *channel);
bool ledger_is_lazy(const char *channel);

/* A stream begins, in place of an older one if there is one. */
struct ledger_stream {
	const void *older;
	uint64_t chunk; /* if it resumes: the last that the client has */
	bool resumes;
};

void ledger_open_stream(const struct ledger *ledger,
    struct ledger_session *session, const struct ledger_stream *stream);
void ledger_close_stream(struct ledger *ledger,
    struct ledger_session *session);

/* An answer was composed: is it what is owed? */
void ledger_take(struct ledger *ledger, const struct ledger_answer *answer);
/* It was handed over, or given back. */
void ledger_settle(struct ledger *ledger, struct ledger_session *session,
    const void *carrier, bool handed_over);

/* Must who reads be answered now? */
bool ledger_is_due(const struct ledger *ledger,
    const struct ledger_session *session);
/* Is there anything that was never handed over, or acknowledged? */
size_t ledger_owed(const struct ledger_session *session);

/* Nobody is in the middle of anything, and time has passed: is whoever is to
 * have expired gone, and are limits kept? */
void ledger_check(struct ledger *ledger);

#endif
