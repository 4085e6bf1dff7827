/*
 * talk.h - an engine and a transport that a test plays by hand.
 *
 * A request is sent, the ready list is drained, and the answer is there as
 * text, exactly as a transport would write it.  Time is what the test says.
 *
 * Ownership: a request lives on the test's stack; it is over with
 * talk_deliver or talk_lose.
 */
#ifndef TEST_SUPPORT_TALK_H
#define TEST_SUPPORT_TALK_H

#include <stdbool.h>

#include "engine/client_id.h"
#include "engine/engine.h"
#include "engine/exchange.h"
#include "engine/session_browser.h"
#include "engine/settings.h"
#include "engine/stream.h"

#define TALK_TEXT_MAX 16384

struct talk {
	struct bx_settings settings;
	struct bx_engine *engine;
	const struct bx_transport_info *transport; /* of what is sent next */
	bx_msec now;
	struct bx_visitor visitor; /* who sends; a client without cookies */
};

struct talk_request {
	struct bx_exchange *exchange; /* NULL once it is over */
	bool ready;
	enum bx_outcome outcome;
	bool sets_cookie;
	bool commented;
	struct bx_answer answer;  /* the newest */
	unsigned answers;	  /* so far; more than one for a stream */
	char text[TALK_TEXT_MAX]; /* "[m1,m2]" once it is ready */
};

/* An engine with the default settings, changed by the test before this call
 * through talk->settings if talk_defaults was called first. */
void talk_defaults(struct talk *talk);
void talk_start(struct talk *talk);
void talk_stop(struct talk *talk);

/* Open, receive and start; the format's arguments are those of printf. */
void talk_send(struct talk *talk, struct talk_request *request,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same, returning what receive said; closed at once if not BX_OK. */
enum bx_status talk_try(struct talk *talk, struct talk_request *request,
    const char *bytes, size_t len);

/* Compose the answers of all that are ready. */
void talk_drain(struct talk *talk);

/* Open a stream, and drain. */
void talk_stream(struct talk *talk, struct talk_request *request,
    const struct bx_stream_call *call);

/* The answer of a stream was written; drain. */
void talk_sent(struct talk *talk, struct talk_request *request);

/* Let time pass and drain. */
void talk_wait(struct talk *talk, bx_msec duration);

/* The answer was written, or the client was gone before it was. */
void talk_deliver(struct talk *talk, struct talk_request *request);
void talk_lose(struct talk *talk, struct talk_request *request);

/* Send, drain and deliver: the text of the answer, until the next call; ""
 * when it is not ready, which fails the test. */
const char *talk_ask(struct talk *talk, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Handshake, and also connect once; id has BX_CLIENT_ID_LENGTH + 1 bytes. */
void talk_handshake(struct talk *talk, char *id);
void talk_connect(struct talk *talk, char *id);

#endif
