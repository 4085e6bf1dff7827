/*
 * conn.h - one connection of a wire, and the calls that are on it.
 *
 *	state \ event	send	 connected  whole reply	 failed, dropped
 *	CLOSED		OPENING	 -	    -		 -
 *	OPENING		OPENING	 OPEN	    -		 CLOSED
 *	OPEN		OPEN	 -	    OPEN*	 CLOSED
 *	* CLOSED when the server says that it is the last
 *
 * Ownership: the wire owns its connections, which last as long as it.
 * Reentrancy: as in wire.h; whatever calls out looks at the generation
 * afterwards, which is another one once the connection has been closed.
 */
#ifndef LOAD_CONN_H
#define LOAD_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/list.h"
#include "fcgi/record.h"
#include "wire.h"

enum load_conn_state {
	LOAD_CONN_CLOSED,
	LOAD_CONN_OPENING,
	LOAD_CONN_OPEN
};

struct load_conn {
	const struct load_target *target;
	struct bx_list link;	/* in the wire's list of idle ones */
	struct bx_list waiting; /* calls for this connection alone */
	int poller;		/* the wire's epoll descriptor */
	int fd;
	uint32_t index; /* in the wire */
	uint32_t generation;
	enum load_conn_state state;
	int error; /* errno, why it could not be opened */
	bool is_paused;
	bool wants_write;
	bool is_shared;
	uint32_t busy; /* calls on it */
	uint32_t room; /* calls that may be */
	struct load_bytes out;
	struct load_bytes in; /* what has come of an HTTP reply */
	size_t in_needed;     /* a reply is not shorter than that */
	struct fcgi_record_decoder decoder;
	struct load_call **calls; /* by request id - 1, as far as used */
	uint32_t calls_cap;
	uint32_t calls_free; /* no id below is free */
};

void load_conn_init(struct load_conn *conn, const struct load_target *target,
    int poller, uint32_t index);
void load_conn_fini(struct load_conn *conn);

/* Put a call on it, which has room. */
void load_conn_send(struct load_conn *conn, struct load_call *call);

/* Handle what epoll says; scratch is where bytes are read to. */
void load_conn_ready(struct load_conn *conn, uint32_t events, char *scratch,
    size_t size);

void load_conn_pause(struct load_conn *conn, bool is_paused);

/* Close it; calls on it are forgotten. */
void load_conn_drop(struct load_conn *conn);

/* Close it; calls on it end with outcome. */
void load_conn_fail(struct load_conn *conn, enum load_outcome outcome);

#endif
