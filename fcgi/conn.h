/*
 * conn.h - one web server's connection: records in, responses out.
 *
 *	state \ event	record	read limit EOF	last written	write error
 *	READING		READING	DEAD	   DEAD	DEAD, LINGERING* DEAD
 *	LINGERING	-	DEAD	   DEAD	-		DEAD
 *	* when the peer has not sent all of a request that was answered, and
 *	  closing at once could cost it the answer; or as a mark (pace.h)
 * EOF while a request is pending means that its client has gone away (the
 * fronts say it in no other way), and its events wait for the next connect; it
 * is looked out for after FCGI_CONN_UNWATCHED_LIMIT.  Many at once are logged.
 *
 * Ownership: the pool owns its connections; a dead one, without requests and
 * descriptor, is freed by fcgi_conn_reap when the loop has turned.
 * Reentrancy: pool->relieve may answer and close any connection of the pool,
 * the one that is being read or opened included.
 * Without memory a request is answered 503, out of a reserve that is kept for
 * that.  When it cannot be had again, so is every other request that begins.
 * Without descriptors those give way that have no request any more.
 * Limits: the constants below; FCGI_CONN_OUTPUT_MAX bytes are what unwritten
 * output may be while more is read, in FCGI_CONN_RESPONSES_MAX responses, as
 * the smallest cost far more memory than bytes.  Of requests in hand, also held
 * ones, FCGI_CONN_REQUESTS_MAX and FCGI_POOL_REQUESTS_MAX; one more is 503.
 */
#ifndef FCGI_CONN_H
#define FCGI_CONN_H

#include <ev.h>

#include "context.h"
#include "engine/list.h"
#include "idle.h"
#include "pace.h"
#include "request.h"

#define FCGI_CONN_SCRATCH 65536 /* bytes of one read */
#define FCGI_CONN_OUTPUT_MAX 1048576
#define FCGI_CONN_RESPONSES_MAX 4096
#define FCGI_CONN_REQUESTS_MAX 10000
#define FCGI_POOL_REQUESTS_MAX 100000
#define FCGI_POOL_LOST_MANY 64
#define FCGI_POOL_LOST_WITHIN 1000 /* ms */
/* In ms: for a record or the first request to go on; for output to go on; for
 * the peer's EOF; until EOF is looked out for; until who is kept gives way. */
#define FCGI_CONN_SILENT_LIMIT 30000
#define FCGI_CONN_STALLED_LIMIT 60000
#define FCGI_CONN_LINGER_LIMIT 5000
#define FCGI_CONN_UNWATCHED_LIMIT 500
#define FCGI_CONN_KEPT_LIMIT 1000

struct fcgi_conn;

/* What all connections share. */
struct fcgi_conn_pool {
	struct ev_loop *loop;
	struct fcgi_context *context;
	void (*relieve)(void *ctx); /* the engine's queues may fill */
	void *ctx;
	const char *refusal; /* why new requests get 503, or NULL */
	unsigned char *scratch;
	void *reserve;		/* memory for saying that there is none */
	size_t reserve_size;	/* 0: none is kept */
	unsigned begun_without; /* requests, without it */
	struct bx_list open;
	struct bx_list dirty; /* have output that was not tried yet */
	struct bx_list dead;
	struct fcgi_idle_list silent;
	struct fcgi_idle_list stalled;
	struct fcgi_idle_list lingering;
	struct fcgi_idle_list unwatched;
	struct fcgi_idle_list kept; /* without a request */
	struct fcgi_pace pace;
	uint64_t seed[2];
	uint64_t last_serial;
	uint64_t reads;	     /* ever */
	bx_msec complain_at; /* not sooner about too many connections */
	bx_msec lost_since;  /* when the first of lost was */
	size_t lost;	     /* requests whose connection the peer ended */
	size_t count;	     /* open connections */
	size_t requests;     /* of all connections, not fully answered */
	size_t crowded;	     /* connections; above it requests get 503 */
	size_t max_conns;    /* told to who asks by GET_VALUES */
	size_t budget;	     /* bytes of incomplete requests for one */
};

/* The caller fills what is above reserve, and crowded and the rest, itself, and
 * may set reserve_size afterwards. */
void fcgi_conn_pool_init(struct fcgi_conn_pool *pool);
/* Close and free all connections. */
void fcgi_conn_pool_fini(struct fcgi_conn_pool *pool);

/* Serve fd, a connected socket that does not block, and read what it has sent;
 * it may be dead already.  False: no memory, and fd is still the caller's. */
bool fcgi_conn_open(struct fcgi_conn_pool *pool, int fd, bool is_local);

/* End the connection; reason is logged unless it is NULL.  Legal twice. */
void fcgi_conn_close(struct fcgi_conn *conn, const char *reason);
/* The exchange of this request has come out of bx_engine_next_ready. */
void fcgi_conn_answer(struct fcgi_request *request);
/* The same for any request that has something to say, or, unless status is
 * BX_OK, ends its connection; a context's settle.  Nothing is written here. */
void fcgi_conn_settle_request(struct fcgi_request *request,
    enum bx_status status);

/* Write what connections have to say.  Free the dead; how many there were. */
void fcgi_conn_flush_all(struct fcgi_conn_pool *pool);
size_t fcgi_conn_reap(struct fcgi_conn_pool *pool);

/* Close whose limits have passed; answer requests that were not sent.  And when
 * there is something to do; BX_NEVER for nothing. */
void fcgi_conn_sweep(struct fcgi_conn_pool *pool);
bx_msec fcgi_conn_next_deadline(const struct fcgi_conn_pool *pool);

/* Watch who was not watched, give up marks (pace.h) that are late; and when.
 * Or do the first at once, closing whose peers have left; ctx is the pool. */
void fcgi_conn_look_closer(void *ctx);
void fcgi_conn_look_out(struct fcgi_conn_pool *pool);
bx_msec fcgi_conn_next_look_out(const struct fcgi_conn_pool *pool);

#endif
