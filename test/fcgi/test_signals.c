#include "test/support/unit.h"

#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fcgi/log.h"
#include "fcgi/signals.h"

static struct fcgi_signals signals;
static int stops[8];
static size_t stop_count;

static void
on_stop(int signal_number, void *ctx)
{
	CU_ASSERT_PTR_EQUAL(ctx, &signals);
	if (stop_count < sizeof(stops) / sizeof(stops[0]))
		stops[stop_count++] = signal_number;
}

static struct ev_loop *
start(void)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);

	CU_ASSERT_PTR_NOT_NULL_FATAL(loop);
	stop_count = 0;
	memset(&signals, 0, sizeof(signals));
	fcgi_signals_start(&signals, loop, on_stop, &signals);
	return loop;
}

static void
stop(struct ev_loop *loop)
{
	fcgi_signals_stop(&signals);
	fcgi_signals_stop(&signals);
	ev_loop_destroy(loop);
}

static void
test_stop(void)
{
	struct ev_loop *loop = start();

	CU_ASSERT_EQUAL(raise(SIGTERM), 0);
	while (stop_count < 1)
		ev_run(loop, EVRUN_NOWAIT);
	CU_ASSERT_EQUAL(raise(SIGINT), 0);
	while (stop_count < 2)
		ev_run(loop, EVRUN_NOWAIT);
	CU_ASSERT_EQUAL(stops[0], SIGTERM);
	CU_ASSERT_EQUAL(stops[1], SIGINT);
	stop(loop);
}

static void
test_not_kept_running(void)
{
	struct ev_loop *loop = start();

	/* Would wait for a signal, if the watchers counted. */
	CU_ASSERT_FALSE(ev_run(loop, 0));
	CU_ASSERT_EQUAL(stop_count, 0);
	stop(loop);
}

static void
test_hangup(void)
{
	char folder[] = "/tmp/test_signals.XXXXXX";
	char path[64], renamed[64];
	struct ev_loop *loop = start();

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/log", folder);
	(void)snprintf(renamed, sizeof(renamed), "%s/log.1", folder);
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_INFO));
	CU_ASSERT_EQUAL_FATAL(rename(path, renamed), 0);
	CU_ASSERT_EQUAL(raise(SIGHUP), 0);
	while (access(path, F_OK) != 0)
		ev_run(loop, EVRUN_NOWAIT);
	CU_ASSERT_EQUAL(stop_count, 0);
	fcgi_log_close();
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_EQUAL(unlink(renamed), 0);
	CU_ASSERT_EQUAL(rmdir(folder), 0);
	stop(loop);
}

static void
test_continue(void)
{
	char path[] = "/tmp/test_signals.XXXXXX";
	struct ev_loop *loop = start();
	char text[200] = "";
	int fd = mkstemp(path);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_INFO));
	CU_ASSERT_EQUAL(raise(SIGCONT), 0);
	while (pread(fd, text, sizeof(text) - 1, 0) == 0)
		ev_run(loop, EVRUN_NOWAIT);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " notice event=resumed\n"));
	CU_ASSERT_EQUAL(stop_count, 0);
	fcgi_log_close();
	(void)close(fd);
	CU_ASSERT_EQUAL(unlink(path), 0);
	stop(loop);
}

static void
test_ignored(void)
{
	struct ev_loop *loop = start();

	CU_ASSERT_EQUAL(raise(SIGPIPE), 0);
	CU_ASSERT_EQUAL(raise(SIGXFSZ), 0);
	stop(loop);
	CU_ASSERT_EQUAL(raise(SIGPIPE), 0);
}

static const struct unit_test tests[] = {
	{ "SIGTERM and SIGINT stop, each time they come", test_stop },
	{ "the watchers do not keep the loop running", test_not_kept_running },
	{ "SIGHUP reopens the log and stops nothing", test_hangup },
	{ "SIGCONT is logged and stops nothing", test_continue },
	{ "SIGPIPE and SIGXFSZ are survived", test_ignored },
};

UNIT_MAIN("signals", tests)
