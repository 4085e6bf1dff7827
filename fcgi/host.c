/*
 * host.c - what this process supplies to the engine: env.h on a real system.
 */
#include <sys/random.h>

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "host.h"
#include "log.h"

/* Each thing that lacks memory fails by itself, often. */
static void
complain(size_t size)
{
	static bx_msec next;
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (fcgi_log_is_due(&next, (bx_msec)now.tv_sec * 1000))
		fcgi_log(BX_LOG_ERROR, "event=no_memory bytes=%zu", size);
}

static void *
host_realloc(void *ctx, void *ptr, size_t size)
{
	void *grown;

	(void)ctx;
	if (size == 0) {
		free(ptr);
		return NULL;
	}
	grown = realloc(ptr, size);
	if (grown == NULL)
		complain(size);
	return grown;
}

static bool
host_random(void *ctx, void *bytes, size_t len)
{
	unsigned char *at = bytes;
	ssize_t got;

	(void)ctx;
	while (len > 0) {
		got = getrandom(at, len, 0);
		if (got < 0 && errno != EINTR)
			return false;
		if (got > 0) {
			at += got;
			len -= (size_t)got;
		}
	}
	return true;
}

static int64_t
host_wall_clock(void *ctx)
{
	struct timespec now;

	(void)ctx;
	/* Fails only for clocks that do not exist. */
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const struct bx_env *
fcgi_host_env(void)
{
	static const struct bx_env env = {
		.realloc = host_realloc,
		.random = host_random,
		.log = fcgi_log_line,
		.wall_clock = host_wall_clock,
		.ctx = NULL,
	};

	return &env;
}

void
fcgi_host_interrupt_nobody(void)
{
	const struct sched_param none = { .sched_priority = 0 };

	if (sched_getscheduler(0) == SCHED_OTHER)
		(void)sched_setscheduler(0, SCHED_BATCH, &none);
}
