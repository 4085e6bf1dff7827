/*
 * exchange.h - one request's messages, in order, and the replies to them.
 *
 * A transport opens an exchange for a request, gives it the request's bytes,
 * and starts it.  From then on the engine decides: when the exchange has its
 * answer it comes out of bx_engine_next_ready.  The transport writes the
 * answer and closes the exchange, and says whether all was handed over.
 *
 *   state     receive  start    verdict  wake   answer    close
 *   OPEN      OPEN     HELD, PARKED or READY              freed
 *   PARKED                      as start                  freed
 *   HELD                                 READY            freed
 *   READY                                READY  ANSWERED  freed
 *   ANSWERED                                              freed
 *   (a stream is READY again by bx_stream_sent, stream.h)
 *
 * Ownership: open gives the exchange to the transport, which closes it once;
 * closing is allowed in every state, and before answering it means that the
 * client has gone away.  Everything else is borrowed until close.
 * Reentrancy: start calls policy callbacks, services and plugins, and answer
 * and close call plugins; they must not close the exchange that called them.
 * Limits: settings.h max_batch and max_json_depth, and the transport's.
 */
#ifndef BX_EXCHANGE_H
#define BX_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "env.h"
#include "message.h"
#include "status.h"

struct bx_core;
struct bx_exchange;
struct bx_visitor; /* session_browser.h */

/* What a transport tells about itself; static, it outlives every exchange. */
struct bx_transport_info {
	const char *connection_type; /* such as "long-polling" */
	/* Events go out with replies to connects and with no others (rules
	 * 69, 89). */
	bool connect_delivery_only;
};

enum bx_outcome {
	BX_OUTCOME_REPLIES,    /* write the messages of the answer */
	BX_OUTCOME_SUPERSEDED, /* a newer connect took over: no messages, an
				 * HTTP error status (rule 42) */
	BX_OUTCOME_NO_MEMORY,  /* no messages; nothing queued was lost */
	/* Of a stream that is not opened (stream.h); no messages. */
	BX_OUTCOME_UNKNOWN, /* there is no such session, or not for this one */
	BX_OUTCOME_CROWDED  /* its browser has too many (rule 46) */
};

struct bx_answer {
	enum bx_outcome outcome;
	size_t count; /* messages */
	size_t bytes; /* of all messages together */
	/* A session was made, and its browser does not have the cookie yet. */
	bool sets_cookie;
	/* All that it answers came from sessions that asked for comments. */
	bool commented;
	/* Of a stream alone. */
	bool is_first;	/* no messages, but event is what the client has */
	bool is_last;	/* the stream ends with it */
	uint64_t event; /* the number of its events; 0: it has none */
};

typedef void bx_answer_fn(struct bx_message *message, void *ctx);

/*
 * Open an exchange.  owner is handed back by bx_exchange_owner and means
 * nothing to the engine.  NULL when there is no memory.
 */
struct bx_exchange *bx_exchange_open(struct bx_core *core,
    const struct bx_transport_info *transport, void *owner);

/* Whose request this is: to be filled in before start, and until then a client
 * of which nothing is known.  Borrowed until start. */
struct bx_visitor *bx_exchange_visitor(struct bx_exchange *exchange);

/*
 * Scan bytes, borrowed for the call: one message object or an array of them.
 * May be called again before start; messages add up in order.  Nothing is
 * processed yet, and on any failure the exchange is only good for close.
 * BX_EJSON: not strict JSON, no object, or an empty array (rules 9, 10);
 * BX_EMANY: more than max_batch messages; BX_ENOMEM.
 */
enum bx_status bx_exchange_receive(struct bx_exchange *exchange,
    const char *bytes, size_t len);

/* Process the messages.  The exchange becomes ready, now or later. */
void bx_exchange_start(struct bx_exchange *exchange, bx_msec now);

void *bx_exchange_owner(const struct bx_exchange *exchange);
/* Was it held until a message, its time or the end came? */
bool bx_exchange_was_woken(const struct bx_exchange *exchange);

/*
 * Compose the answer of an exchange that came out of bx_engine_next_ready:
 * takes from the sessions' queues all that waits by now, so it is called when
 * the bytes are about to be written, and once each time.
 */
struct bx_answer bx_exchange_answer(struct bx_exchange *exchange);

/* Call fn for each message of the answer in the order to be written (queued
 * events, then replies: rule 38).  Each is borrowed until close. */
void bx_exchange_each_message(struct bx_exchange *exchange, bx_answer_fn *fn,
    void *ctx);

/*
 * Free exchange.  handed_over says that every byte of the answer was given to
 * the peer; otherwise the events in it go back to their places in the queues.
 */
void bx_exchange_close(struct bx_exchange *exchange, bool handed_over,
    bx_msec now);

#endif
