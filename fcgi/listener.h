/*
 * listener.h - one listening socket: made from an address, or inherited.
 *
 * A unix socket's path is taken over only when nobody answers at it; while
 * that is being found out, the path's directory is locked, so that of two
 * processes that start at once one is refused.  Nothing is left behind: the
 * path is removed at close, if it still is this socket's.
 *
 * Ownership: the opener owns the listener until close.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_LISTENER_H
#define FCGI_LISTENER_H

#include <ev.h>
#include <stdbool.h>

#include "engine/env.h"
#include "engine/list.h"

#define FCGI_LISTENER_BACKLOG 4096

struct fcgi_listener {
	struct bx_list link; /* the owner's */
	ev_io watcher;	     /* the owner's; its fd is the listener's */
	const struct bx_env *env;
	uint64_t device; /* of path */
	uint64_t inode;
	bool is_local; /* a unix socket */
	char path[];   /* to remove at close; "" for none */
};

/* Why there is no listener: a sentence about the address. */
struct fcgi_listener_problem {
	char text[256];
};

/* Tell what went wrong; error is an errno, or 0 when what says it all. */
void fcgi_listener_complain(struct fcgi_listener_problem *problem,
    const char *what, int error);

/*
 * Listen at "unix:PATH", with permissions mode, or at "HOST:PORT", an IPv4
 * address or a name that has one, or "[IPv6]:PORT"; port 0 is any free one.
 * NULL: problem says why not.
 */
struct fcgi_listener *fcgi_listener_open(const struct bx_env *env,
    const char *address, unsigned mode, struct fcgi_listener_problem *problem);

/* Take over a descriptor that the process was started with.  NULL: it is no
 * listening stream socket, and fd is as it was. */
struct fcgi_listener *fcgi_listener_inherit(const struct bx_env *env, int fd,
    struct fcgi_listener_problem *problem);

/* Where it listens, as "unix:PATH" or "HOST:PORT". */
void fcgi_listener_name(const struct fcgi_listener *listener, char *out,
    size_t size);

/*
 * The next connection, which does not block, or -1 with errno: EAGAIN when
 * nobody waits, EMFILE and so on when there is no descriptor or memory left.
 * What concerns one peer alone is passed over.
 */
int fcgi_listener_accept(struct fcgi_listener *listener);

/* Stop listening, and free.  The watcher is stopped by then.  NULL is legal. */
void fcgi_listener_close(struct fcgi_listener *listener);

#endif
