/*
 * exchange_private.h - the inside of an exchange, for exchange*.c, stream.c,
 * ticket.c, answer.c and engine.c alone.
 *
 * Ownership: an exchange owns its input, its parts, its replies, its id and
 * its stream; a ticket is its callback's.
 */
#ifndef BX_EXCHANGE_PRIVATE_H
#define BX_EXCHANGE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "core.h"
#include "envelope.h"
#include "exchange.h"
#include "part.h"
#include "policy.h"
#include "session_browser.h"
#include "session_hold.h"

/* As in the table of exchange.h. */
enum exchange_state {
	EXCHANGE_OPEN,
	EXCHANGE_PARKED,
	EXCHANGE_HELD,
	EXCHANGE_READY,
	EXCHANGE_ANSWERED
};

/* The request itself; freed as soon as all its messages are processed. */
struct bx_input {
	struct bx_exchange *exchange;
	struct bx_visitor visitor;
	struct bx_buf body;
	struct bx_envelopes messages;
	size_t next; /* the message in hand */
	struct bx_asker asker;
};

struct bx_exchange {
	struct bx_reader reader;
	struct bx_core *core;
	const struct bx_transport_info *transport;
	void *owner;
	struct bx_input *input; /* or NULL */
	struct bx_parts parts;
	struct bx_message **replies;   /* room for one per message */
	struct bx_message *only_reply; /* that room, if there is but one */
	size_t reply_count;
	struct {
		char *at; /* one behind the other; here if they fit */
		size_t id_len;
		size_t ext_len;
		char here[16];
	} held;		  /* id and ext of a held connect, as JSON */
	int64_t received; /* ms since 1970 */
	struct bx_stream_part *stream; /* of stream.c; NULL: it is none */
	bx_msec resumed_at;
	enum exchange_state state;
	bool wants_advice;
	bool no_memory;
	bool is_introduced; /* a browser has got its first session */
	bool has_strangers; /* a message came from no session */
};

struct bx_ticket {
	const struct bx_env *env;
	struct bx_exchange *exchange; /* NULL once that is closed */
	struct bx_list link;
};

/* An input for exchange, which owns it; NULL: there is no memory.  One that is
 * freed may be kept by core for the next. */
struct bx_input *bx_input_new(struct bx_exchange *exchange);
void bx_input_free(struct bx_core *core, struct bx_input *input); /* or NULL */

/* Free what is kept. */
void bx_input_drop_spare(struct bx_core *core);

/* The next message is asked about anew. */
void bx_input_begin_message(struct bx_input *input);

/* Everything is processed, or can go no further. */
void bx_exchange_become_ready(struct bx_exchange *exchange);

/* What start, answer and close are for a stream; close is harmless for what
 * is none. */
void bx_stream_start(struct bx_exchange *exchange, bx_msec now);
struct bx_answer bx_stream_answer(struct bx_exchange *exchange);
void bx_stream_close(struct bx_exchange *exchange, bool handed_over,
    bx_msec now);

/* Have it wait for a verdict; its sessions do not expire meanwhile. */
void bx_exchange_park(struct bx_exchange *exchange);

/* Go on with a parked exchange whose ticket was resolved. */
void bx_exchange_resume(struct bx_exchange *exchange);

#endif
