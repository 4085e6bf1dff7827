/*
 * test_host.c - what a real system supplies, where it can be made to fail.
 */
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fcgi/host.h"
#include "fcgi/log.h"
#include "test/support/unit.h"

/* AddressSanitizer ends who asks for too much, unless it is told not to. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void
it_says_once_that_memory_is_lacking(void)
{
	const struct bx_env *env = fcgi_host_env();
	char path[] = "/tmp/test_host.XXXXXX";
	char text[1000] = "";
	int fd = mkstemp(path);
	char *found;
	void *kept;

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_INFO));
	kept = env->realloc(env->ctx, NULL, 10);
	CU_ASSERT_PTR_NOT_NULL(kept);
	CU_ASSERT_EQUAL(read(fd, text, sizeof(text) - 1), 0);
	CU_ASSERT_PTR_NULL(env->realloc(env->ctx, kept, SIZE_MAX / 4));
	CU_ASSERT_PTR_NULL(env->realloc(env->ctx, NULL, SIZE_MAX / 4));
	(void)env->realloc(env->ctx, kept, 0);
	CU_ASSERT(read(fd, text, sizeof(text) - 1) > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " error event=no_memory bytes="));
	found = strchr(text, '\n');
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	CU_ASSERT_STRING_EQUAL(found, "\n");
	fcgi_log_close();
	(void)close(fd);
	CU_ASSERT_EQUAL(unlink(path), 0);
}

static void
random_bytes_fill_what_is_given(void)
{
	const struct bx_env *env = fcgi_host_env();
	unsigned char bytes[64] = { 0 };
	unsigned char none[64] = { 0 };

	CU_ASSERT_TRUE(env->random(env->ctx, bytes, 32));
	CU_ASSERT(memcmp(bytes, none, 32) != 0);
	CU_ASSERT_EQUAL(memcmp(bytes + 32, none, 32), 0);
}

/* Where the system lets nobody choose there is nothing to see. */
static void
it_interrupts_nobody(void)
{
	const struct sched_param none = { .sched_priority = 0 };

	if (sched_setscheduler(0, SCHED_BATCH, &none) != 0 ||
	    sched_setscheduler(0, SCHED_OTHER, &none) != 0)
		return;
	fcgi_host_interrupt_nobody();
	CU_ASSERT_EQUAL(sched_getscheduler(0), SCHED_BATCH);
}

static void
a_policy_that_was_given_stays(void)
{
	const struct sched_param none = { .sched_priority = 0 };

	if (sched_setscheduler(0, SCHED_IDLE, &none) != 0)
		return;
	fcgi_host_interrupt_nobody();
	CU_ASSERT_EQUAL(sched_getscheduler(0), SCHED_IDLE);
}

static const struct unit_test tests[] = {
	{ "it says once that memory is lacking",
	    it_says_once_that_memory_is_lacking },
	{ "random bytes fill what is given", random_bytes_fill_what_is_given },
	{ "it interrupts nobody", it_interrupts_nobody },
	{ "a policy that was given stays", a_policy_that_was_given_stays },
};

UNIT_MAIN("fcgi/host", tests)
