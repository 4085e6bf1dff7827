/*
 * sockets.c - all listening sockets of the process, and accepting from them.
 */
#include <sys/resource.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "listener.h"
#include "log.h"
#include "options.h"
#include "sockets.h"
#include "timer.h"

/* Connections of one listener in one turn, each with its first read: few, so
 * that what they ask is answered before the next are heard. */
#define ACCEPTS_PER_TURN 256
#define RETRY_SECONDS 1.
/* Descriptors that are none of connections: log, loop, listeners, plugins. */
#define DESCRIPTORS_KEPT 32
/* The first descriptor that systemd passes on, sd_listen_fds(3). */
#define LISTEN_FDS_START 3
#define LISTEN_FDS_MAX 64
/* POSIX promises as many to every process. */
#define DESCRIPTORS_MIN 20
/* Nobody can use more, whatever "unlimited" says. */
#define DESCRIPTORS_MAX 1000000

static void
pause_all(struct fcgi_sockets *sockets)
{
	struct bx_list *link;
	struct fcgi_listener *listener;

	sockets->is_paused = true;
	for (link = sockets->listeners.next; link != &sockets->listeners;
	     link = link->next) {
		listener = BX_LIST_ENTRY(link, struct fcgi_listener, link);
		ev_io_stop(sockets->loop, &listener->watcher);
	}
}

static void
retry_later(struct fcgi_sockets *sockets)
{
	pause_all(sockets);
	ev_timer_stop(sockets->loop, &sockets->retry);
	ev_timer_set(&sockets->retry, RETRY_SECONDS, 0.);
	ev_timer_start(sockets->loop, &sockets->retry);
}

void
fcgi_sockets_resume(struct fcgi_sockets *sockets)
{
	struct bx_list *link;
	struct fcgi_listener *listener;

	if (!sockets->is_paused)
		return;
	sockets->is_paused = false;
	ev_timer_stop(sockets->loop, &sockets->retry);
	for (link = sockets->listeners.next; link != &sockets->listeners;
	     link = link->next) {
		listener = BX_LIST_ENTRY(link, struct fcgi_listener, link);
		ev_io_start(sockets->loop, &listener->watcher);
	}
}

static void
on_retry(struct ev_loop *loop, ev_timer *watcher, int revents)
{
	struct fcgi_sockets *sockets = watcher->data;

	(void)loop;
	(void)revents;
	fcgi_sockets_resume(sockets);
}

static void
tell_pause(bx_msec *at, const char *error)
{
	if (fcgi_log_is_due(at, fcgi_timer_now()))
		fcgi_log(BX_LOG_WARNING, "event=accept_paused error=\"%s\"",
		    error);
}

static void
accept_some(struct fcgi_sockets *sockets, struct fcgi_listener *listener,
    int most)
{
	int count;
	int fd;

	for (count = 0; count < most; count++) {
		fd = fcgi_listener_accept(listener);
		if (fd < 0) {
			if (errno == EAGAIN)
				return;
			tell_pause(&sockets->tell_error_at, strerror(errno));
			retry_later(sockets);
			return;
		}
		if (!sockets->on_accept(fd, listener->is_local,
			sockets->ctx)) {
			tell_pause(&sockets->tell_limit_at,
			    "too many connections");
			pause_all(sockets);
			return;
		}
	}
}

static void
on_connection(struct ev_loop *loop, ev_io *watcher, int revents)
{
	struct fcgi_sockets *sockets = watcher->data;
	struct fcgi_listener *listener =
	    BX_LIST_ENTRY(watcher, struct fcgi_listener, watcher);

	(void)loop;
	(void)revents;
	accept_some(sockets, listener, ACCEPTS_PER_TURN);
}

void
fcgi_sockets_init(struct fcgi_sockets *sockets, struct ev_loop *loop,
    fcgi_sockets_accept_fn *on_accept, void *ctx)
{
	bx_list_init(&sockets->listeners);
	sockets->loop = loop;
	sockets->on_accept = on_accept;
	sockets->ctx = ctx;
	sockets->is_paused = false;
	sockets->tell_limit_at = 0;
	sockets->tell_error_at = 0;
	ev_timer_init(&sockets->retry, on_retry, RETRY_SECONDS, 0.);
	sockets->retry.data = sockets;
}

static void
add(struct fcgi_sockets *sockets, struct fcgi_listener *listener)
{
	char name[256];

	ev_io_init(&listener->watcher, on_connection, listener->watcher.fd,
	    EV_READ);
	listener->watcher.data = sockets;
	bx_list_append(&sockets->listeners, &listener->link);
	ev_io_start(sockets->loop, &listener->watcher);
	fcgi_listener_name(listener, name, sizeof(name));
	fcgi_log(BX_LOG_NOTICE, "event=listening address=%s", name);
}

static bool
inherit(struct fcgi_sockets *sockets, const struct bx_env *env, int fd)
{
	struct fcgi_listener_problem problem;
	struct fcgi_listener *listener;

	listener = fcgi_listener_inherit(env, fd, &problem);
	if (listener == NULL) {
		fcgi_log(BX_LOG_ERROR,
		    "event=cannot_listen descriptor=%d "
		    "error=\"%s\"",
		    fd, problem.text);
		return false;
	}
	add(sockets, listener);
	return true;
}

/* How many descriptors systemd has passed on to this very process. */
static int
count_passed(void)
{
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	char *end;
	long number;

	if (pid == NULL || count == NULL ||
	    strtol(pid, &end, 10) != (long)getpid() || *end != '\0')
		return 0;
	number = strtol(count, &end, 10);
	if (*end != '\0' || number < 0 || number > LISTEN_FDS_MAX)
		return 0;
	return (int)number;
}

static bool
inherit_all(struct fcgi_sockets *sockets, const struct bx_env *env)
{
	int count = count_passed();
	int i;

	for (i = 0; i < count; i++)
		if (!inherit(sockets, env, LISTEN_FDS_START + i))
			return false;
	return count > 0 || inherit(sockets, env, STDIN_FILENO);
}

bool
fcgi_sockets_open(struct fcgi_sockets *sockets, const struct bx_env *env,
    const struct fcgi_options *options)
{
	struct fcgi_listener_problem problem;
	struct fcgi_listener *listener;
	size_t i;

	if (options->listen.count == 0)
		return inherit_all(sockets, env);
	for (i = 0; i < options->listen.count; i++) {
		listener = fcgi_listener_open(env, options->listen.items[i],
		    options->socket_mode, &problem);
		if (listener == NULL) {
			fcgi_log(BX_LOG_ERROR,
			    "event=cannot_listen "
			    "address=%s error=\"%s\"",
			    options->listen.items[i], problem.text);
			return false;
		}
		add(sockets, listener);
	}
	return true;
}

void
fcgi_sockets_close(struct fcgi_sockets *sockets)
{
	struct fcgi_listener *listener;
	struct bx_list *link;

	while (!bx_list_is_empty(&sockets->listeners)) {
		link = sockets->listeners.next;
		listener = BX_LIST_ENTRY(link, struct fcgi_listener, link);
		if (!sockets->is_paused)
			accept_some(sockets, listener, FCGI_LISTENER_BACKLOG);
		ev_io_stop(sockets->loop, &listener->watcher);
		fcgi_listener_close(listener);
	}
	ev_timer_stop(sockets->loop, &sockets->retry);
}

size_t
fcgi_sockets_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return DESCRIPTORS_MIN;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			(void)getrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur < DESCRIPTORS_MAX ? (size_t)limit.rlim_cur
						: DESCRIPTORS_MAX;
}

size_t
fcgi_sockets_max_conns(void)
{
	size_t descriptors = fcgi_sockets_raise_limit();

	return descriptors > 2 * DESCRIPTORS_KEPT
	    ? descriptors - DESCRIPTORS_KEPT
	    : DESCRIPTORS_KEPT;
}
