/*
 * listener_path.h - the path of a unix socket, before it is listened at.
 *
 * Ownership: everything is borrowed for the call.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_LISTENER_PATH_H
#define FCGI_LISTENER_PATH_H

#include <sys/un.h>

#include <stdbool.h>

struct fcgi_listener_problem;

/*
 * Lock the directory of path against other processes of this program.  The
 * descriptor is the caller's; closing it unlocks.  -1: problem says why not.
 */
int fcgi_listener_path_lock(const char *path,
    struct fcgi_listener_problem *problem);

/* Remove a socket that nobody listens at any more.  False: the path is in
 * use, or is no socket; problem says which, and nothing was touched. */
bool fcgi_listener_path_clear(const struct sockaddr_un *address,
    struct fcgi_listener_problem *problem);

#endif
