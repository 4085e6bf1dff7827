/*
 * peer.h - a process without listeners, and the web server that talks to it.
 *
 * The two ends of a connection are a socketpair.  What the peer says is
 * collected until it is sent; then the test lets the loop turn.  Time is what
 * the test says.
 *
 * Ownership: sites and peers live on the test's stack or are static; the
 * process's end of a connection is its pool's.
 * Limits: what a peer says or hears at once fits in its buffers.
 */
#ifndef TEST_SUPPORT_PEER_H
#define TEST_SUPPORT_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fcgi/conn.h"
#include "fcgi/options.h"
#include "fcgi/platform.h"

#define PEER_BYTES_MAX 1048576
#define PEER_SOCKET_BYTES 4096 /* so small that little fills a connection */

struct site {
	struct fcgi_options options;
	struct bx_engine *engine;
	struct fcgi_context context;
	struct fcgi_conn_pool pool;
	struct fcgi_platform platform;
	bool relieves; /* answer and write whenever the pool asks */
};

struct peer {
	int fd;
	size_t said_len; /* not sent yet */
	size_t heard_len;
	bool is_over; /* the process has closed its half */
	char said[PEER_BYTES_MAX];
	char heard[PEER_BYTES_MAX];
	char text[PEER_BYTES_MAX];
};

/* False: there was no memory, and nothing is left to stop. */
bool site_start(struct site *site);
void site_stop(struct site *site);

/* Let the loop turn, answering and writing, until the peers have said all
 * that is read; the dead are reaped.  Answers without writing, on request. */
void site_turn(struct site *site);
void site_answer(struct site *site);

/* Connect.  False: there was no memory, and both ends are closed. */
bool peer_open(struct site *site, struct peer *peer);
void peer_close(struct peer *peer);

/* The same once all that the peer says is written, over what counts as a unix
 * socket or not. */
bool peer_open_said(struct site *site, struct peer *peer, bool is_local);

/* Say a POST as request 1, with which the connection ends. */
void peer_say_once(struct peer *peer, const char *body);

/* Say a record, or the whole of a POST to the mount. */
void peer_say(struct peer *peer, uint8_t type, uint16_t id, const char *bytes,
    size_t len);
void peer_begin(struct peer *peer, uint16_t id, uint8_t flags);
void peer_params(struct peer *peer, uint16_t id, const char *method,
    const char *uri);
void peer_post(struct peer *peer, uint16_t id, const char *body);

/* Say the whole of a request with these names and values of params, of which
 * NULL is the last. */
void peer_request(struct peer *peer, uint16_t id, const char *const *params,
    const char *body);

/* Say the whole of a GET that asks for a stream; last is the Last-Event-ID,
 * or "". */
void peer_stream(struct peer *peer, uint16_t id, const char *uri,
    const char *last);

/* Send what has been said; true when the socket has taken all of it. */
bool peer_send(struct peer *peer);

/* Hear all that is there, adding to what was heard. */
void peer_hear(struct peer *peer);

/* Send, turn and hear until nothing more comes. */
void peer_talk(struct site *site, struct peer *peer);

/* Of what was heard: the STDOUT of id, until the next call; the number of
 * whole records of a type for id. */
const char *peer_text(struct peer *peer, uint16_t id);
size_t peer_count(const struct peer *peer, uint8_t type, uint16_t id);

/* Forget what was heard. */
void peer_forget(struct peer *peer);

#endif
