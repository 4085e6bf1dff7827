/*
 * floor.c - a responder that does no Bayeux work; see floor.h.
 *
 *	floor unix:PATH | HOST:PORT
 *
 * It runs until SIGTERM or SIGINT.
 */
#include "floor.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fcgi/host.h"
#include "target.h"

#define BACKLOG 4096
#define EVENTS 1024

static volatile sig_atomic_t is_over;

static void
on_signal(int number)
{
	(void)number;
	is_over = 1;
}

static void
prepare(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct rlimit limit;

	fcgi_host_interrupt_nobody();
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* For the load tool and a web server that may be another user's. */
static bool
listen_at(struct floor *floor, const struct load_target *target)
{
	const struct sockaddr *address =
	    (const struct sockaddr *)&target->address;
	int one = 1;

	floor->is_local = address->sa_family == AF_UNIX;
	floor->listener = socket(address->sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (floor->listener < 0)
		return false;
	(void)setsockopt(floor->listener, SOL_SOCKET, SO_REUSEADDR, &one,
	    sizeof(one));
	if (bind(floor->listener, address, target->address_len) != 0)
		return false;
	if (floor->is_local)
		(void)chmod(((const struct sockaddr_un *)address)->sun_path,
		    0666);
	return listen(floor->listener, BACKLOG) == 0;
}

static bool
open_floor(struct floor *floor, const struct load_target *target)
{
	struct epoll_event event = { .events = EPOLLIN };

	bx_list_init(&floor->conns);
	bx_list_init(&floor->dirty);
	bx_list_init(&floor->dead);
	floor_talk_init(floor);
	floor->poller = epoll_create1(EPOLL_CLOEXEC);
	return floor->poller >= 0 && listen_at(floor, target) &&
	    epoll_ctl(floor->poller, EPOLL_CTL_ADD, floor->listener, &event) ==
	    0;
}

static void
serve(struct floor *floor)
{
	struct epoll_event events[EVENTS];

	while (!is_over) {
		int count = epoll_wait(floor->poller, events, EVENTS, -1);

		for (int i = 0; i < count; i++)
			if (events[i].data.ptr == NULL)
				floor_accept(floor);
			else
				floor_conn_ready(floor, events[i].data.ptr,
				    events[i].events);
		floor_end_turn(floor);
	}
}

static void
close_floor(struct floor *floor, const struct load_target *target)
{
	while (!bx_list_is_empty(&floor->conns))
		floor_conn_close(floor,
		    BX_LIST_ENTRY(floor->conns.next, struct floor_conn, link));
	floor_end_turn(floor);
	floor_talk_fini(floor);
	(void)close(floor->listener);
	(void)close(floor->poller);
	if (floor->is_local)
		(void)unlink(
		    ((const struct sockaddr_un *)&target->address)->sun_path);
}

int
main(int argc, char **argv)
{
	struct floor floor = { 0 };
	struct load_target target;
	char address[LOAD_TARGET_TEXT];

	if (argc == 2)
		(void)snprintf(address, sizeof(address), "fcgi:%s", argv[1]);
	if (argc != 2 || !load_target_parse(&target, address) ||
	    !load_target_is_loopback(&target)) {
		(void)fprintf(stderr,
		    "usage: floor unix:PATH | HOST:PORT, "
		    "on this machine\n");
		return 2;
	}
	prepare();
	if (!open_floor(&floor, &target)) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	serve(&floor);
	close_floor(&floor, &target);
	return EXIT_SUCCESS;
}
