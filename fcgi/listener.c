/*
 * listener.c - one listening socket: made from an address, or inherited.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "listener.h"
#include "listener_path.h"

#define NAME_MAX_LEN 128

void
fcgi_listener_complain(struct fcgi_listener_problem *problem, const char *what,
    int error)
{
	(void)snprintf(problem->text, sizeof(problem->text), "%s%s%s", what,
	    error != 0 ? ": " : "", error != 0 ? strerror(error) : "");
}

static bool
is_local(int fd)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(address);

	return getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
	    address.ss_family == AF_UNIX;
}

static struct fcgi_listener *
listener_new(const struct bx_env *env, int fd, const char *path)
{
	size_t len = strlen(path) + 1;
	struct fcgi_listener *listener =
	    bx_alloc(env, sizeof(*listener) + len);

	if (listener == NULL)
		return NULL;
	memset(listener, 0, sizeof(*listener));
	memcpy(listener->path, path, len);
	bx_list_init(&listener->link);
	listener->env = env;
	listener->watcher.fd = fd;
	listener->is_local = is_local(fd);
	return listener;
}

/* Bind without a moment in which others could connect who may not. */
static int
bind_path(const struct sockaddr_un *address, unsigned mode)
{
	mode_t before;
	int error;
	int fd;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	before = umask((mode_t)(~mode & 0777));
	error =
	    bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0
	    ? 0
	    : errno;
	(void)umask(before);
	if (error == 0 && listen(fd, FCGI_LISTENER_BACKLOG) == 0)
		return fd;
	if (error == 0) {
		error = errno;
		(void)unlink(address->sun_path);
	}
	(void)close(fd);
	errno = error;
	return -1;
}

static struct fcgi_listener *
open_locked(const struct bx_env *env, const struct sockaddr_un *address,
    unsigned mode, struct fcgi_listener_problem *problem)
{
	struct fcgi_listener *listener;
	struct stat status;
	int fd;

	if (!fcgi_listener_path_clear(address, problem))
		return NULL;
	fd = bind_path(address, mode);
	if (fd < 0) {
		fcgi_listener_complain(problem, "cannot listen", errno);
		return NULL;
	}
	listener = listener_new(env, fd, address->sun_path);
	if (listener == NULL || lstat(address->sun_path, &status) != 0) {
		fcgi_listener_complain(problem, "cannot listen", ENOMEM);
		(void)unlink(address->sun_path);
		(void)close(fd);
		if (listener != NULL)
			bx_free(env, listener);
		return NULL;
	}
	listener->device = status.st_dev;
	listener->inode = status.st_ino;
	return listener;
}

static struct fcgi_listener *
open_path(const struct bx_env *env, const char *path, unsigned mode,
    struct fcgi_listener_problem *problem)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct fcgi_listener *listener;
	int lock;

	if (path[0] == '\0' || strlen(path) >= sizeof(address.sun_path)) {
		fcgi_listener_complain(problem,
		    "the path is empty or too long", 0);
		return NULL;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	lock = fcgi_listener_path_lock(path, problem);
	if (lock < 0)
		return NULL;
	listener = open_locked(env, &address, mode, problem);
	(void)close(lock);
	return listener;
}

/* Split HOST:PORT at the last colon; an IPv6 host stands in brackets. */
static bool
split(const char *address, char host[NAME_MAX_LEN], const char **port)
{
	const char *colon = strrchr(address, ':');
	size_t len;

	if (colon == NULL || colon == address || colon[1] == '\0')
		return false;
	len = (size_t)(colon - address);
	if (address[0] == '[') {
		if (len < 3 || address[len - 1] != ']')
			return false;
		address++;
		len -= 2;
	}
	if (len >= NAME_MAX_LEN)
		return false;
	memcpy(host, address, len);
	host[len] = '\0';
	*port = colon + 1;
	return true;
}

static int
bind_inet(const struct addrinfo *info)
{
	const int yes = 1;
	int error;
	int fd;

	fd = socket(info->ai_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
	    (info->ai_family != AF_INET6 ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) ==
		    0) &&
	    bind(fd, info->ai_addr, info->ai_addrlen) == 0 &&
	    listen(fd, FCGI_LISTENER_BACKLOG) == 0)
		return fd;
	error = errno;
	(void)close(fd);
	errno = error;
	return -1;
}

static struct fcgi_listener *
open_inet(const struct bx_env *env, const char *address,
    struct fcgi_listener_problem *problem)
{
	/* One socket, so one family: what has no brackets is for IPv4, also
	 * where a name such as localhost has both. */
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICSERV | AI_PASSIVE,
		.ai_family = address[0] == '[' ? AF_INET6 : AF_INET,
		.ai_socktype = SOCK_STREAM,
	};
	struct fcgi_listener *listener;
	struct addrinfo *info = NULL;
	char host[NAME_MAX_LEN];
	const char *port;
	int fd;

	if (!split(address, host, &port) ||
	    getaddrinfo(host, port, &hints, &info) != 0) {
		fcgi_listener_complain(problem,
		    "is no unix:PATH and no HOST:PORT of this machine", 0);
		return NULL;
	}
	fd = bind_inet(info);
	freeaddrinfo(info);
	if (fd < 0) {
		fcgi_listener_complain(problem, "cannot listen", errno);
		return NULL;
	}
	listener = listener_new(env, fd, "");
	if (listener == NULL) {
		fcgi_listener_complain(problem, "cannot listen", ENOMEM);
		(void)close(fd);
	}
	return listener;
}

struct fcgi_listener *
fcgi_listener_open(const struct bx_env *env, const char *address,
    unsigned mode, struct fcgi_listener_problem *problem)
{
	if (strncmp(address, "unix:", 5) == 0)
		return open_path(env, address + 5, mode, problem);
	return open_inet(env, address, problem);
}

struct fcgi_listener *
fcgi_listener_inherit(const struct bx_env *env, int fd,
    struct fcgi_listener_problem *problem)
{
	struct fcgi_listener *listener;
	int listens = 0;
	int type = 0;
	socklen_t len = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
	    !listens || type != SOCK_STREAM) {
		fcgi_listener_complain(problem,
		    "is no listening "
		    "socket: set listen (-o listen=unix:PATH)",
		    0);
		return NULL;
	}
	/* Whoever made it may have chosen a backlog of five. */
	if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
	    listen(fd, FCGI_LISTENER_BACKLOG) != 0) {
		fcgi_listener_complain(problem, "cannot listen", errno);
		return NULL;
	}
	listener = listener_new(env, fd, "");
	if (listener == NULL)
		fcgi_listener_complain(problem, "cannot listen", ENOMEM);
	return listener;
}

void
fcgi_listener_name(const struct fcgi_listener *listener, char *out,
    size_t size)
{
	union {
		struct sockaddr any;
		struct sockaddr_un path;
		struct sockaddr_storage storage;
	} address;
	socklen_t len = sizeof(address);
	char host[NAME_MAX_LEN];
	char port[8];
	bool six;

	memset(&address, 0, sizeof(address));
	if (getsockname(listener->watcher.fd, &address.any, &len) != 0) {
		(void)snprintf(out, size, "unknown");
	} else if (address.any.sa_family == AF_UNIX) {
		(void)snprintf(out, size, "unix:%.*s",
		    (int)sizeof(address.path.sun_path), address.path.sun_path);
	} else if (getnameinfo(&address.any, len, host, sizeof(host), port,
		       sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
		six = address.any.sa_family == AF_INET6;
		(void)snprintf(out, size, "%s%s%s:%s", six ? "[" : "", host,
		    six ? "]" : "", port);
	} else {
		(void)snprintf(out, size, "unknown");
	}
}

/* What accept(2) says of the connection that it takes off the queue. */
static bool
is_of_peer(int error)
{
	return error == EINTR || error == ECONNABORTED || error == EPROTO ||
	    error == ENETDOWN || error == EHOSTDOWN || error == EHOSTUNREACH ||
	    error == ENETUNREACH || error == ENONET || error == ENOPROTOOPT ||
	    error == EPERM;
}

int
fcgi_listener_accept(struct fcgi_listener *listener)
{
	const int yes = 1;
	int fd;

	do {
		fd = accept4(listener->watcher.fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
	} while (fd < 0 && is_of_peer(errno));
	/* Unix sockets do not wait anyway. */
	if (fd >= 0 && !listener->is_local)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes,
		    sizeof(yes));
	return fd;
}

void
fcgi_listener_close(struct fcgi_listener *listener)
{
	struct stat status;

	if (listener == NULL)
		return;
	bx_list_remove(&listener->link);
	/* While it listens, nobody takes the path from it. */
	if (listener->path[0] != '\0' && lstat(listener->path, &status) == 0 &&
	    status.st_dev == listener->device &&
	    status.st_ino == listener->inode)
		(void)unlink(listener->path);
	(void)close(listener->watcher.fd);
	bx_free(listener->env, listener);
}
