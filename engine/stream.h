/*
 * stream.h - an exchange that is answered again and again: what happens to one
 * session goes out as it happens (BAYEUX.md rule 92).
 *
 * A transport opens an exchange and, instead of messages, gives it the wish
 * for a stream.  Once started it comes out of bx_engine_next_ready at once,
 * and again whenever there is something to write, a sign of life included,
 * until an answer is the last.  In between the transport says when an answer
 * has been handed over; before that no other is ready.
 *
 *   bx_exchange_open, bx_stream_ask, bx_exchange_start,
 *   { bx_exchange_answer, bx_stream_sent }..., bx_exchange_close
 *
 * Ownership: as exchange.h says.
 * Reentrancy: no function calls out.
 */
#ifndef BX_STREAM_H
#define BX_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "env.h"
#include "json.h"
#include "status.h"

struct bx_exchange;

/* What a client says that wants a stream. */
struct bx_stream_call {
	struct bx_slice client_id; /* as plain text; borrowed for the call */
	uint64_t last_event;	   /* if it resumes: the last that it got */
	bool resumes;
};

/* Make exchange, which has received nothing, a stream.  BX_ENOMEM: it is only
 * good for close. */
enum bx_status bx_stream_ask(struct bx_exchange *exchange,
    const struct bx_stream_call *call);

/* All of its answer, which was not the last, has been handed over. */
void bx_stream_sent(struct bx_exchange *exchange, bx_msec now);

#endif
