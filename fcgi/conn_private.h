/*
 * conn_private.h - what the files of conn.h share among themselves.
 *
 *	conn_pool.c	all connections: limits, flushing, reaping
 *	conn.c		one connection: its life, reading and writing
 *	conn_records.c	what its records say, and its requests
 */
#ifndef FCGI_CONN_PRIVATE_H
#define FCGI_CONN_PRIVATE_H

#include "conn.h"
#include "engine/buf.h"
#include "output.h"
#include "record.h"

/* The table in conn.h says how one follows another. */
enum fcgi_conn_state {
	FCGI_CONN_READING,
	FCGI_CONN_LINGERING, /* all is said; what comes is thrown away */
	FCGI_CONN_DEAD	     /* only good for fcgi_conn_reap */
};

struct fcgi_conn {
	ev_io watcher; /* its fd is the connection's */
	struct fcgi_conn_pool *pool;
	struct bx_list link; /* open or dead */
	struct bx_list dirty;
	struct fcgi_idle silent; /* in silent, in lingering or in kept */
	struct fcgi_idle stalled;
	struct fcgi_idle unwatched;
	struct fcgi_idle mark; /* of the pool's pace, while it lingers */
	struct fcgi_record_decoder decoder;
	struct fcgi_record_begin begin;
	struct bx_buf values;	     /* content of a GET_VALUES */
	struct bx_hash requests;     /* by id */
	struct fcgi_request *recent; /* that a record was for; or NULL */
	struct fcgi_budget budget;
	struct fcgi_output output;
	uint64_t serial; /* for the log */
	enum fcgi_conn_state state;
	bool is_fresh;	/* no request has begun */
	bool is_last;	/* close when all is answered: no KEEP_CONN */
	bool is_unread; /* the peer still sends what nobody reads */
	bool is_local;	/* over a unix socket */
	bool is_woken;	/* its last answer is of one that was */
};

/* Handle the records in input until the connection reads no more of them; it
 * may be dead afterwards. */
void fcgi_conn_dispatch(struct fcgi_conn *conn, struct bx_slice input);

/* What has become of request: send its response, if it has one now; status is
 * of the call that fed it.  The connection may be dead afterwards. */
void fcgi_conn_settle(struct fcgi_conn *conn, struct fcgi_request *request,
    enum bx_status status);

/* Queue response, which gets owner; NULL closes the connection. */
void fcgi_conn_send(struct fcgi_conn *conn, struct fcgi_response *response,
    struct fcgi_request *owner);

/* Finish and free request. */
void fcgi_conn_forget(struct fcgi_conn *conn, struct fcgi_request *request,
    bool handed_over);

/* Give away the reserve, as memory is needed for saying that there is none; is
 * it there, or there again? */
void fcgi_conn_pool_spend(struct fcgi_conn_pool *pool);
bool fcgi_conn_pool_is_reserved(struct fcgi_conn_pool *pool);

/* While more than crowded are open, close who has had no request for a while,
 * the longest first; then who has left. */
void fcgi_conn_pool_make_room(struct fcgi_conn_pool *pool);

/* Hear what the peer has to say from now on. */
void fcgi_conn_watch(struct fcgi_conn *conn);

/* Has the peer said anything that was not read yet?  If it has left instead,
 * the connection is dead now. */
bool fcgi_conn_peek(struct fcgi_conn *conn);

/* Write what the socket takes; the connection may be dead afterwards. */
void fcgi_conn_flush(struct fcgi_conn *conn);

#endif
