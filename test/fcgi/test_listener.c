/*
 * test_listener.c - sockets that are listened at, and none that is stolen.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fcgi/listener.h"
#include "test/support/unit.h"

static char folder[64];
static char path[96];
static char address[128];
static struct fcgi_listener_problem problem;

static void
enter_folder(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/listener-XXXXXX");
	if (mkdtemp(folder) == NULL)
		abort();
	(void)snprintf(path, sizeof(path), "%s/sock", folder);
	(void)snprintf(address, sizeof(address), "unix:%s", path);
}

/* Fails when anything was left behind. */
static void
leave_folder(void)
{
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}

static struct fcgi_listener *
open_here(void)
{
	return fcgi_listener_open(unit_env(), address, 0640, &problem);
}

/* A socket at path that is bound, and listened at if asked for. */
static int
occupy(bool listens)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
	    (listens && listen(fd, 1) != 0))
		abort();
	return fd;
}

static void
a_path_is_made_with_its_mode_and_removed(void)
{
	struct fcgi_listener *listener;
	struct stat status;
	char name[128];

	enter_folder();
	listener = open_here();
	CU_ASSERT_PTR_NOT_NULL_FATAL(listener);
	CU_ASSERT_EQUAL(stat(path, &status), 0);
	CU_ASSERT_EQUAL(status.st_mode & 0777, 0640);
	fcgi_listener_name(listener, name, sizeof(name));
	CU_ASSERT_STRING_EQUAL(name, address);
	CU_ASSERT_EQUAL(fcgi_listener_accept(listener), -1);
	CU_ASSERT_EQUAL(errno, EAGAIN);
	fcgi_listener_close(listener);
	leave_folder();
}

static void
a_path_that_is_listened_at_is_not_taken(void)
{
	struct fcgi_listener *listener;
	int fd;

	enter_folder();
	fd = occupy(true);
	listener = open_here();
	CU_ASSERT_PTR_NULL(listener);
	CU_ASSERT_STRING_EQUAL(problem.text, "in use by another process");
	CU_ASSERT_EQUAL(access(path, F_OK), 0);
	(void)close(fd);
	(void)unlink(path);
	leave_folder();
}

static void
a_path_that_nobody_listens_at_is_taken(void)
{
	struct fcgi_listener *listener;

	enter_folder();
	(void)close(occupy(false));
	listener = open_here();
	CU_ASSERT_PTR_NOT_NULL(listener);
	fcgi_listener_close(listener);
	leave_folder();
}

static void
what_is_no_socket_is_not_taken(void)
{
	FILE *file;

	enter_folder();
	file = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	(void)fclose(file);
	CU_ASSERT_PTR_NULL(open_here());
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "the path exists and is no socket");
	CU_ASSERT_EQUAL(unlink(path), 0);
	leave_folder();
}

static void
a_path_that_another_has_by_now_is_left_alone(void)
{
	struct fcgi_listener *listener;
	int fd;

	enter_folder();
	listener = open_here();
	CU_ASSERT_PTR_NOT_NULL_FATAL(listener);
	CU_ASSERT_EQUAL(unlink(path), 0);
	fd = occupy(true);
	fcgi_listener_close(listener);
	CU_ASSERT_EQUAL(access(path, F_OK), 0);
	(void)close(fd);
	(void)unlink(path);
	leave_folder();
}

static void
port_0_is_a_free_one(void)
{
	struct fcgi_listener *listener;
	struct sockaddr_in at = { .sin_family = AF_INET };
	char name[64];
	int client, fd;

	listener = fcgi_listener_open(unit_env(), "127.0.0.1:0", 0, &problem);
	CU_ASSERT_PTR_NOT_NULL_FATAL(listener);
	fcgi_listener_name(listener, name, sizeof(name));
	CU_ASSERT_EQUAL(strncmp(name, "127.0.0.1:", 10), 0);
	CU_ASSERT_FALSE(listener->is_local);
	at.sin_port = htons((uint16_t)strtoul(name + 10, NULL, 10));
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CU_ASSERT_NOT_EQUAL(at.sin_port, 0);
	client = socket(AF_INET, SOCK_STREAM, 0);
	CU_ASSERT_EQUAL(connect(client, (const struct sockaddr *)&at,
			    sizeof(at)),
	    0);
	fd = fcgi_listener_accept(listener);
	CU_ASSERT_NOT_EQUAL(fd, -1);
	(void)close(fd);
	(void)close(client);
	fcgi_listener_close(listener);
}

static void
what_is_no_address_is_refused(void)
{
	static const char *const bad[] = { "", ":", ":1", "host:1",
		"127.0.0.1", "127.0.0.1:", "[::1]", "[::1", "[]:1",
		"127.0.0.1:99999x", "unix:" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_PTR_NULL(
		    fcgi_listener_open(unit_env(), bad[i], 0600, &problem));
}

static void
only_what_listens_is_inherited(void)
{
	struct fcgi_listener *listener;
	int pair[2];
	int fd;

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	CU_ASSERT_PTR_NULL(
	    fcgi_listener_inherit(unit_env(), pair[0], &problem));
	(void)close(pair[0]);
	(void)close(pair[1]);
	enter_folder();
	fd = occupy(true);
	listener = fcgi_listener_inherit(unit_env(), fd, &problem);
	CU_ASSERT_PTR_NOT_NULL_FATAL(listener);
	/* Whoever made the path removes it. */
	fcgi_listener_close(listener);
	CU_ASSERT_EQUAL(unlink(path), 0);
	leave_folder();
}

static bool
open_and_close(void *ctx)
{
	struct fcgi_listener *listener;

	(void)ctx;
	listener = open_here();
	fcgi_listener_close(listener);
	return listener != NULL;
}

static void
without_memory_nothing_is_left_behind(void)
{
	enter_folder();
	CU_ASSERT_EQUAL(unit_fail_each(open_and_close, NULL), 1);
	leave_folder();
}

static void
a_name_stands_for_its_ipv4_address(void)
{
	struct fcgi_listener *listener;
	char name[128];

	listener = fcgi_listener_open(unit_env(), "localhost:0", 0, &problem);
	CU_ASSERT_PTR_NOT_NULL_FATAL(listener);
	fcgi_listener_name(listener, name, sizeof(name));
	CU_ASSERT_EQUAL(strncmp(name, "127.0.0.1:", 10), 0);
	fcgi_listener_close(listener);
	CU_ASSERT_PTR_NULL(
	    fcgi_listener_open(unit_env(), "[localhost]:0", 0, &problem));
}

static const struct unit_test tests[] = {
	{ "a name stands for its IPv4 address",
	    a_name_stands_for_its_ipv4_address },
	{ "a path is made with its mode, and removed",
	    a_path_is_made_with_its_mode_and_removed },
	{ "a path that is listened at is not taken",
	    a_path_that_is_listened_at_is_not_taken },
	{ "a path that nobody listens at is taken",
	    a_path_that_nobody_listens_at_is_taken },
	{ "what is no socket is not taken", what_is_no_socket_is_not_taken },
	{ "a path that another has by now is left alone",
	    a_path_that_another_has_by_now_is_left_alone },
	{ "port 0 is a free one", port_0_is_a_free_one },
	{ "what is no address is refused", what_is_no_address_is_refused },
	{ "only what listens is inherited", only_what_listens_is_inherited },
	{ "without memory nothing is left behind",
	    without_memory_nothing_is_left_behind },
};

UNIT_MAIN("fcgi/listener", tests)
