/*
 * sockets.h - all listening sockets of the process, and accepting from them.
 *
 * Accepting pauses while there are no descriptors, rather than fail in a
 * loop: until a connection is closed, or for a second.  The callback can
 * pause it too, and then only fcgi_sockets_resume ends that.
 *
 * Ownership: the struct is embedded by its owner and stays where it is; it
 * owns the listeners.
 * Reentrancy: the callback may pause, resume and close the sockets.
 */
#ifndef FCGI_SOCKETS_H
#define FCGI_SOCKETS_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "engine/env.h"
#include "engine/list.h"

struct fcgi_options;

/* A new connection: fd, which does not block, is the callback's; is_local: it
 * is a unix socket.  False: accept no more until fcgi_sockets_resume. */
typedef bool fcgi_sockets_accept_fn(int fd, bool is_local, void *ctx);

struct fcgi_sockets {
	struct bx_list listeners;
	struct ev_loop *loop;
	ev_timer retry;
	fcgi_sockets_accept_fn *on_accept;
	void *ctx;
	/* Not sooner about pauses, of either cause. */
	bx_msec tell_limit_at;
	bx_msec tell_error_at;
	bool is_paused;
};

void fcgi_sockets_init(struct fcgi_sockets *sockets, struct ev_loop *loop,
    fcgi_sockets_accept_fn *on_accept, void *ctx);

/*
 * Listen at what options->listen says, or take over what the process was
 * started with: systemd's LISTEN_FDS, else descriptor 0.  False: it is logged
 * why there is nothing to listen at.
 */
bool fcgi_sockets_open(struct fcgi_sockets *sockets, const struct bx_env *env,
    const struct fcgi_options *options);

/* There may be descriptors again.  Legal when nothing is paused. */
void fcgi_sockets_resume(struct fcgi_sockets *sockets);

/* Take what waits in the backlogs, then listen no more.  Legal twice. */
void fcgi_sockets_close(struct fcgi_sockets *sockets);

/* How many descriptors the process may have, after raising the limit as far
 * as it goes. */
size_t fcgi_sockets_raise_limit(void);

/* The same, how many may be connections. */
size_t fcgi_sockets_max_conns(void);

#endif
