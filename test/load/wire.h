/*
 * wire.h - requests to the server and their replies, on many connections.
 *
 * A client has a lane of its own, on which one request of it is at a time: a
 * connection, or with FastCGI a share of one (multiplexed).  Requests that
 * have to go past one that is held go by the shared lane, which is a few
 * connections for everybody, as a web server would have them, and is looked at
 * before the others.  What finds no connection free waits for one.
 *
 * Ownership: the opener owns the wire.  A call is embedded in whoever makes
 * it, which keeps it while it is on the way, and owns its body.
 * Reentrancy: a call's on_end may make calls, that one again too, and drop or
 * pause any lane; it may not close the wire.
 */
#ifndef LOAD_WIRE_H
#define LOAD_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "clock.h"
#include "engine/list.h"
#include "http.h"
#include "target.h"

struct load_call;
struct load_wire;

enum load_outcome {
	LOAD_ANSWERED,	 /* there is a reply */
	LOAD_NOT_OPENED, /* no connection to be had */
	LOAD_CLOSED,	 /* it ended before the reply did */
	LOAD_MALFORMED	 /* what came is no reply */
};

/* reply is NULL unless the call was answered; it is borrowed until return. */
typedef void load_end_fn(struct load_call *call, enum load_outcome outcome,
    const struct load_reply *reply);

/* Start with all zero, then set the first three. */
struct load_call {
	load_end_fn *on_end;
	void *owner;
	const char *cookie; /* "" for none; borrowed until the end */
	struct load_bytes body;
	/* The wire's. */
	struct bx_list link;
	struct load_bytes reply; /* what has come of it by FastCGI */
	int error;		 /* errno, of LOAD_NOT_OPENED */
	bool is_out;
};

struct load_wire_plan {
	const struct load_target *target; /* borrowed until close */
	uint32_t lanes;
	uint32_t shared;      /* connections of the shared lane */
	uint32_t multiplexed; /* connections for all; 0: no multiplexing */
};

#define LOAD_LANE_SHARED UINT32_MAX

/* NULL and errno: no descriptors for it.  No connection is opened yet. */
struct load_wire *load_wire_open(const struct load_wire_plan *plan);
void load_wire_close(struct load_wire *wire);

/* Send call->body, which is taken; on_end is called later, exactly once,
 * unless the wire is closed before. */
void load_wire_send(struct load_wire *wire, uint32_t lane,
    struct load_call *call);

/* Close the lane's connection as it is; its call ends by nothing. */
void load_wire_drop(struct load_wire *wire, uint32_t lane);

/* Read nothing from the lane's connection until told otherwise. */
void load_wire_pause(struct load_wire *wire, uint32_t lane, bool is_paused);

/* Wait until something has happened, or until due, and see to it. */
void load_wire_turn(struct load_wire *wire, load_nsec due);

/* How many connections a plan may come to have. */
uint32_t load_wire_count(const struct load_wire_plan *plan);

#endif
