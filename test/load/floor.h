/*
 * floor.h - a responder that does no Bayeux work: the ceiling of our shape.
 *
 * It does for each request what any server behind FastCGI has to do, with no
 * more system calls than a good one makes: records are read and written, a
 * connect is held until somebody publishes, and all answers of a turn on a
 * connection are one write, which the kernel is quicker with than with a vector
 * for each piece.  It interrupts nobody (fcgi/host.h), and does nothing else.
 * There is one channel, the last that anybody subscribed to; requests are told
 * apart by words that are in them; sessions are an array and never expire.
 * What a server takes longer than this is what Bayeux costs.
 *
 * Ownership: the floor owns connections, these own their requests, and a
 * reply is shared by the answers that are it.
 * Reentrancy: no function calls out.
 * Limits: it believes what it is sent, and is for no one but bayeux-load.
 */
#ifndef LOAD_FLOOR_H
#define LOAD_FLOOR_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "engine/list.h"
#include "fcgi/record.h"

/* What fits into one record. */
#define FLOOR_REPLY_MAX 65535u

/* Shared; the head, body and all that a CGI program would have written. */
struct floor_reply {
	uint32_t refs;
	uint32_t len;
	char bytes[];
};

struct floor_conn;

/* From BEGIN_REQUEST to its answer. */
struct floor_request {
	struct floor_conn *conn;
	uint16_t id;
	bool keeps;	  /* the connection, behind the answer */
	uint32_t session; /* that it is held for; or FLOOR_NO_SESSION */
	struct load_bytes body;
};

#define FLOOR_NO_SESSION UINT32_MAX

/* An answer that is to be written at the end of the turn. */
struct floor_answer {
	uint16_t id;
	struct floor_reply *reply; /* shared */
};

struct floor_conn {
	struct bx_list link;  /* among all */
	struct bx_list dirty; /* among those that have answers to write */
	int fd;
	bool closes; /* once all is written */
	bool wants_write;
	struct fcgi_record_decoder decoder;
	struct floor_request **requests; /* by id - 1 */
	uint32_t requests_cap;
	struct floor_answer *answers;
	uint32_t answers_len;
	uint32_t answers_cap;
	struct load_bytes out; /* what the last write left */
};

struct floor_session {
	struct floor_request *held; /* NULL: it does not wait */
	uint64_t seen;		    /* messages before this one */
	bool is_subscribed;
};

struct floor {
	int poller;
	int listener;
	bool is_local; /* a unix socket, which never delays */
	struct bx_list conns;
	struct bx_list dirty;
	struct bx_list dead; /* closed in this turn */
	struct floor_session *sessions;
	uint32_t session_count;
	uint32_t session_cap;
	char channel[128]; /* with its quotes; "" before there is one */
	struct load_bytes *messages; /* a ring of the newest */
	uint64_t message_count;
	struct floor_reply *range; /* the last reply with messages; shared */
	uint64_t range_from;
	uint64_t range_to;
};

/* floor_conn.c: connections. */
void floor_accept(struct floor *floor);
void floor_conn_ready(struct floor *floor, struct floor_conn *conn,
    uint32_t events);
void floor_conn_close(struct floor *floor, struct floor_conn *conn);
/* Write all answers of this turn, and free what was closed in it. */
void floor_end_turn(struct floor *floor);
/* Answer the request and free it; reply is shared. */
void floor_answer(struct floor *floor, struct floor_request *request,
    struct floor_reply *reply);

/* floor_talk.c: what is asked, and what is said to it. */
/* All of a request has come. */
void floor_take(struct floor *floor, struct floor_request *request);
/* Nobody waits for its answer any more. */
void floor_forget(struct floor *floor, struct floor_request *request);
void floor_reply_unref(struct floor_reply *reply);
void floor_talk_init(struct floor *floor);
void floor_talk_fini(struct floor *floor);

#endif
