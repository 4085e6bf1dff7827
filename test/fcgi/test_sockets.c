/*
 * test_sockets.c - several listeners at once, and pauses in accepting.
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fcgi/log.h"
#include "fcgi/options.h"
#include "fcgi/sockets.h"
#include "test/support/unit.h"

#define LISTENERS 2

/* Two unix sockets, and what comes in at them. */
static struct {
	struct fcgi_sockets sockets;
	struct ev_loop *loop;
	char folder[64];
	char address[LISTENERS][96];
	char *items[LISTENERS];
	size_t accepted;
	size_t accepted_locally;
	size_t room; /* for connections; then the callback says stop */
} site;

static bool
on_accept(int fd, bool is_local, void *ctx)
{
	(void)ctx;
	(void)close(fd);
	site.accepted++;
	if (is_local)
		site.accepted_locally++;
	return site.accepted < site.room;
}

static bool
start(void)
{
	struct fcgi_options options;
	size_t i;

	fcgi_log_threshold = BX_LOG_ERROR;
	site.loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	(void)snprintf(site.folder, sizeof(site.folder),
	    "/tmp/sockets-XXXXXX");
	if (site.loop == NULL || mkdtemp(site.folder) == NULL)
		abort();
	for (i = 0; i < LISTENERS; i++) {
		(void)snprintf(site.address[i], sizeof(site.address[i]),
		    "unix:%s/%zu", site.folder, i);
		site.items[i] = site.address[i];
	}
	site.accepted = 0;
	site.accepted_locally = 0;
	site.room = SIZE_MAX;
	memset(&options, 0, sizeof(options));
	options.socket_mode = 0600;
	options.listen.items = site.items;
	options.listen.count = LISTENERS;
	fcgi_sockets_init(&site.sockets, site.loop, on_accept, NULL);
	return fcgi_sockets_open(&site.sockets, unit_env(), &options);
}

/* Fails when a listener has left its path. */
static void
stop(void)
{
	fcgi_sockets_close(&site.sockets);
	fcgi_sockets_close(&site.sockets);
	ev_loop_destroy(site.loop);
	CU_ASSERT_EQUAL(rmdir(site.folder), 0);
}

/* A connection waits at a listener, its client having gone already. */
static void
knock(size_t listener)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s",
	    site.address[listener] + strlen("unix:"));
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
		abort();
	(void)close(fd);
}

static void
turn(void)
{
	(void)ev_run(site.loop, EVRUN_NOWAIT);
	(void)ev_run(site.loop, EVRUN_NOWAIT);
}

static void
connections_come_from_every_listener(void)
{
	CU_ASSERT_TRUE_FATAL(start());
	knock(0);
	knock(1);
	knock(0);
	turn();
	CU_ASSERT_EQUAL(site.accepted, 3);
	CU_ASSERT_EQUAL(site.accepted_locally, 3);
	stop();
}

static void
the_callback_pauses_until_resume(void)
{
	CU_ASSERT_TRUE_FATAL(start());
	site.room = 1;
	knock(0);
	knock(0);
	knock(1);
	turn();
	CU_ASSERT_EQUAL(site.accepted, 1);
	CU_ASSERT_TRUE(site.sockets.is_paused);
	turn();
	CU_ASSERT_EQUAL(site.accepted, 1);
	site.room = SIZE_MAX;
	fcgi_sockets_resume(&site.sockets);
	turn();
	CU_ASSERT_EQUAL(site.accepted, 3);
	fcgi_sockets_resume(&site.sockets);
	stop();
}

/* The lowest descriptor that is free. */
static int
next_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY);

	if (fd < 0)
		abort();
	(void)close(fd);
	return fd;
}

static void
turn_without_descriptors(void)
{
	struct rlimit before;
	struct rlimit limit;

	CU_ASSERT_EQUAL(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)next_descriptor();
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	turn();
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void
without_descriptors_connections_wait(void)
{
	CU_ASSERT_TRUE_FATAL(start());
	knock(0);
	knock(1);
	/* What the loop opens once is open. */
	(void)ev_run(site.loop, EVRUN_NOWAIT);
	CU_ASSERT_EQUAL(site.accepted, 2);
	knock(0);
	knock(1);
	turn_without_descriptors();
	CU_ASSERT_EQUAL(site.accepted, 2);
	CU_ASSERT_TRUE(site.sockets.is_paused);
	CU_ASSERT_TRUE(ev_is_active(&site.sockets.retry));
	fcgi_sockets_resume(&site.sockets);
	CU_ASSERT_FALSE(ev_is_active(&site.sockets.retry));
	turn();
	CU_ASSERT_EQUAL(site.accepted, 4);
	stop();
}

static void
each_cause_of_a_pause_is_logged_once_a_minute(void)
{
	char path[] = "/tmp/test_sockets.XXXXXX";
	char text[1000] = "";
	int fd = mkstemp(path);
	const char *second;
	int i;

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_TRUE_FATAL(start());
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_WARNING));
	for (i = 0; i < 2; i++) {
		site.room = site.accepted + 1;
		knock(0);
		turn();
		CU_ASSERT_TRUE(site.sockets.is_paused);
		fcgi_sockets_resume(&site.sockets);
	}
	for (i = 0; i < 2; i++) {
		knock(0);
		turn_without_descriptors();
		CU_ASSERT_TRUE(site.sockets.is_paused);
		fcgi_sockets_resume(&site.sockets);
	}
	CU_ASSERT(read(fd, text, sizeof(text) - 1) > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"too many connections\"\n"));
	second = strchr(text, '\n');
	CU_ASSERT_PTR_NOT_NULL_FATAL(second);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(second, "event=accept_paused error=\"Too many open files"));
	CU_ASSERT_PTR_EQUAL(strchr(second + 1, '\n'), text + strlen(text) - 1);
	fcgi_log_close();
	stop();
	(void)close(fd);
	CU_ASSERT_EQUAL(unlink(path), 0);
}

static void
what_waits_is_taken_before_listening_ends(void)
{
	CU_ASSERT_TRUE_FATAL(start());
	knock(0);
	knock(1);
	fcgi_sockets_close(&site.sockets);
	CU_ASSERT_EQUAL(site.accepted, 2);
	CU_ASSERT_TRUE(bx_list_is_empty(&site.sockets.listeners));
	turn();
	stop();
}

static void
the_limit_of_descriptors_is_raised_as_far_as_it_goes(void)
{
	struct rlimit before;
	struct rlimit limit;

	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = 64;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CU_ASSERT_TRUE(fcgi_sockets_raise_limit() > 64);
	CU_ASSERT_TRUE(fcgi_sockets_max_conns() < fcgi_sockets_raise_limit());
	CU_ASSERT_EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	CU_ASSERT_EQUAL(limit.rlim_cur, before.rlim_max);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static bool
open_and_close(void *ctx)
{
	bool good;

	(void)ctx;
	good = start();
	stop();
	return good;
}

static void
without_memory_there_is_nothing_to_listen_at(void)
{
	CU_ASSERT_EQUAL(unit_fail_each(open_and_close, NULL), LISTENERS);
}

static const struct unit_test tests[] = {
	{ "connections come from every listener",
	    connections_come_from_every_listener },
	{ "the callback pauses until resume",
	    the_callback_pauses_until_resume },
	{ "without descriptors connections wait",
	    without_descriptors_connections_wait },
	{ "each cause of a pause is logged once a minute",
	    each_cause_of_a_pause_is_logged_once_a_minute },
	{ "what waits is taken before listening ends",
	    what_waits_is_taken_before_listening_ends },
	{ "the limit of descriptors is raised as far as it goes",
	    the_limit_of_descriptors_is_raised_as_far_as_it_goes },
	{ "without memory there is nothing to listen at",
	    without_memory_there_is_nothing_to_listen_at },
};

UNIT_MAIN("sockets", tests)
