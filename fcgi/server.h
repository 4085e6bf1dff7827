/*
 * server.h - the process at work: sockets, connections and the engine on one
 * loop, from listening to a graceful end.
 *
 * A turn of the loop: read and process what has come, then, before the loop
 * sleeps, answer the exchanges that are ready (some hundreds; the next turn
 * goes on), write, free what was closed, and set the timer.
 *
 * Plugins start when there is a loop, and before there is a socket; they stop
 * when there are no connections any more, and before the loop goes.
 *
 * Ownership: main owns the server; engine and options are borrowed until it
 * is freed.  The engine stops before that and goes after it.
 * Reentrancy: none of it is called from callbacks.
 */
#ifndef FCGI_SERVER_H
#define FCGI_SERVER_H

#include <stdbool.h>

struct bx_engine;
struct bx_env;
struct fcgi_options;
struct fcgi_server;

/* Without sockets; it is the engine's platform.  NULL: it is logged why. */
struct fcgi_server *fcgi_server_new(const struct bx_env *env,
    const struct fcgi_options *options, struct bx_engine *engine);

/* Open the sockets.  False: it is logged why. */
bool fcgi_server_open(struct fcgi_server *server);

/* Serve until a signal asks to stop, and answer all that is held.  Returns
 * the exit status of the process. */
int fcgi_server_run(struct fcgi_server *server);

/* Close sockets and connections; legal twice.  NULL is legal for both. */
void fcgi_server_close(struct fcgi_server *server);
void fcgi_server_free(struct fcgi_server *server);

#endif
