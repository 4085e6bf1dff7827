/*
 * listener_path.c - the path of a unix socket, before it is listened at.
 */
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "listener.h"
#include "listener_path.h"

/* Another process holds the lock for the time of three system calls. */
#define LOCK_TRIES 200
#define LOCK_PAUSE_NS 10000000

static int
open_directory(const char *path)
{
	struct sockaddr_un copy;
	char *slash;

	(void)snprintf(copy.sun_path, sizeof(copy.sun_path), "%s", path);
	slash = strrchr(copy.sun_path, '/');
	if (slash == NULL)
		return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	slash[slash == copy.sun_path] = '\0';
	return open(copy.sun_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
fcgi_listener_path_lock(const char *path,
    struct fcgi_listener_problem *problem)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	int fd = open_directory(path);
	int tries;

	if (fd < 0) {
		fcgi_listener_complain(problem, "cannot open the directory",
		    errno);
		return -1;
	}
	for (tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; tries++) {
		if (errno != EINTR &&
		    (errno != EWOULDBLOCK || tries == LOCK_TRIES)) {
			fcgi_listener_complain(problem,
			    "cannot lock the directory", errno);
			(void)close(fd);
			return -1;
		}
		(void)nanosleep(&pause, NULL);
	}
	return fd;
}

/* The errno of connecting to address; 0 when somebody listens. */
static int
try_connect(const struct sockaddr_un *address)
{
	int error = 0;
	int fd;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) !=
	    0)
		error = errno;
	(void)close(fd);
	return error;
}

bool
fcgi_listener_path_clear(const struct sockaddr_un *address,
    struct fcgi_listener_problem *problem)
{
	struct stat status;
	int error;

	if (lstat(address->sun_path, &status) != 0) {
		if (errno == ENOENT)
			return true;
		fcgi_listener_complain(problem, "cannot look at the path",
		    errno);
		return false;
	}
	if (!S_ISSOCK(status.st_mode)) {
		fcgi_listener_complain(problem,
		    "the path exists and is no socket", 0);
		return false;
	}
	error = try_connect(address);
	if (error == ENOENT)
		return true;
	if (error == 0 || error == EAGAIN) {
		fcgi_listener_complain(problem, "in use by another process",
		    0);
		return false;
	}
	if (error != ECONNREFUSED) {
		fcgi_listener_complain(problem,
		    "cannot tell whether the path is in use", error);
		return false;
	}
	if (unlink(address->sun_path) != 0 && errno != ENOENT) {
		fcgi_listener_complain(problem,
		    "cannot remove the stale socket", errno);
		return false;
	}
	return true;
}
