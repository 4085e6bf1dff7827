/*
 * server.h - the process at work: sockets, connections and the engine on one
 * loop, from listening to a graceful end.
 *
 * A turn of the loop: read and process what has come, then, before the loop
 * sleeps, answer the exchanges that are ready (some hundreds; the next turn
 * goes on), write, free what was closed, and set the timer.
 *
 * Ownership: main owns the server; engine and options are borrowed until it
 * is freed, and the engine goes after it.
 * Reentrancy: none of it is called from callbacks.
 */
#ifndef FCGI_SERVER_H
#define FCGI_SERVER_H

struct bx_engine;
struct bx_env;
struct fcgi_options;
struct fcgi_server;

/* Open the sockets.  NULL: it is logged why. */
struct fcgi_server *fcgi_server_new(const struct bx_env *env,
    const struct fcgi_options *options, struct bx_engine *engine);

/* Serve until a signal asks to stop, and answer all that is held.  Returns
 * the exit status of the process. */
int fcgi_server_run(struct fcgi_server *server);

/* NULL is legal. */
void fcgi_server_free(struct fcgi_server *server);

#endif
