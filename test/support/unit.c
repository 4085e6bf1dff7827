#include "unit.h"

#include <CUnit/Basic.h>
#include <CUnit/TestRun.h>
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DESCRIPTORS 4096
#define LOG_LINE 1024
/* More failures than any one test has allocations: a loop that never ends. */
#define ROUNDS_MAX 1000000

static struct {
	size_t allocations;
	size_t live;
	size_t live_before; /* left over by an earlier test, told then */
	size_t fail_in;	    /* 0: never */
	bool has_failed;
	bool random_fails;
	int64_t wall_clock;
	uint64_t random_counter;
	size_t log_count;
	char last_log[LOG_LINE];
	bool descriptors[DESCRIPTORS];
	unsigned failures_before;
} unit;

/* Count an allocation; is it the one that has to fail? */
static bool
allocation_fails(void)
{
	unit.allocations++;
	if (unit.fail_in == 0 || --unit.fail_in > 0)
		return false;
	unit.has_failed = true;
	return true;
}

static void *
env_realloc(void *ctx, void *ptr, size_t size)
{
	void *bytes;

	(void)ctx;
	if (size == 0) {
		if (ptr != NULL)
			unit.live--;
		free(ptr);
		return NULL;
	}
	if (allocation_fails())
		return NULL;
	bytes = realloc(ptr, size);
	if (ptr == NULL && bytes != NULL)
		unit.live++;
	return bytes;
}

static void *
cjson_malloc(size_t size)
{
	return env_realloc(NULL, NULL, size);
}

static void
cjson_free(void *ptr)
{
	(void)env_realloc(NULL, ptr, 0);
}

/* SplitMix64: every byte looks random and every run is the same. */
static uint64_t
random_next(void)
{
	uint64_t x;

	unit.random_counter += UINT64_C(0x9e3779b97f4a7c15);
	x = unit.random_counter;
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static bool
env_random(void *ctx, void *bytes, size_t len)
{
	unsigned char *out = bytes;
	size_t i;

	(void)ctx;
	if (unit.random_fails)
		return false;
	for (i = 0; i < len; i++)
		out[i] = (unsigned char)(random_next() & 0xff);
	return true;
}

static void
env_log(void *ctx, enum bx_log_level level, const char *line)
{
	(void)ctx;
	(void)level;
	unit.log_count++;
	(void)snprintf(unit.last_log, sizeof(unit.last_log), "%s", line);
}

static int64_t
env_wall_clock(void *ctx)
{
	(void)ctx;
	return unit.wall_clock;
}

static const struct bx_env env = {
	.realloc = env_realloc,
	.random = env_random,
	.log = env_log,
	.wall_clock = env_wall_clock,
	.ctx = NULL,
};

const struct bx_env *
unit_env(void)
{
	return &env;
}

void
unit_set_wall_clock(int64_t msec)
{
	unit.wall_clock = msec;
}

void
unit_fail_allocation(size_t nth)
{
	unit.fail_in = nth;
	unit.has_failed = false;
}

bool
unit_has_failed(void)
{
	return unit.has_failed;
}

size_t
unit_allocations(void)
{
	return unit.allocations;
}

size_t
unit_live(void)
{
	return unit.live - unit.live_before;
}

void
unit_fail_random(bool fail)
{
	unit.random_fails = fail;
}

const char *
unit_last_log(void)
{
	return unit.last_log;
}

size_t
unit_log_count(void)
{
	return unit.log_count;
}

size_t
unit_fail_each(unit_fail_fn *fn, void *ctx)
{
	bool failed, success;
	size_t live, nth;

	for (nth = 1; nth < ROUNDS_MAX; nth++) {
		live = unit.live;
		unit_fail_allocation(nth);
		success = fn(ctx);
		failed = unit.has_failed;
		unit_fail_allocation(0);
		CU_ASSERT_EQUAL_FATAL(unit.live, live);
		if (!failed) {
			CU_ASSERT_TRUE(success);
			return nth - 1;
		}
	}
	CU_FAIL("some allocation failed in every round");
	return nth;
}

bool
unit_is_text(const void *bytes, size_t len, const char *text)
{
	return len == strlen(text) &&
	    (len == 0 || memcmp(bytes, text, len) == 0);
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static void
before_test(void)
{
	int fd;

	unit.allocations = 0;
	unit.live_before = unit.live;
	unit_fail_allocation(0);
	unit.random_fails = false;
	unit.wall_clock = 0;
	unit.random_counter = 0;
	unit.log_count = 0;
	unit.last_log[0] = '\0';
	unit.failures_before = CU_get_number_of_failures();
	for (fd = 0; fd < DESCRIPTORS; fd++)
		unit.descriptors[fd] = is_open(fd);
}

/* A test that a fatal assertion has cut short could not clean up; what it
 * left behind would only hide the cause. */
static void
after_test(void)
{
	bool same = true;
	int fd;

	unit_fail_allocation(0);
	if (CU_get_number_of_failures() != unit.failures_before)
		return;
	CU_assertImplementation(unit.live == unit.live_before, __LINE__,
	    "every allocation has been freed", __FILE__, "", CU_FALSE);
	for (fd = 0; fd < DESCRIPTORS; fd++)
		same = same && unit.descriptors[fd] == is_open(fd);
	CU_assertImplementation(same, __LINE__,
	    "the open descriptors are as before", __FILE__, "", CU_FALSE);
}

static bool
register_tests(const char *suite, const struct unit_test *tests, size_t count)
{
	CU_pSuite registered;
	size_t i;

	registered = CU_add_suite_with_setup_and_teardown(suite, NULL, NULL,
	    before_test, after_test);
	if (registered == NULL)
		return false;
	for (i = 0; i < count; i++)
		if (CU_add_test(registered, tests[i].sentence, tests[i].fn) ==
		    NULL)
			return false;
	return true;
}

int
unit_run(const char *suite, const struct unit_test *tests, size_t count)
{
	cJSON_Hooks hooks = { cjson_malloc, cjson_free };
	unsigned failed, ran;

	cJSON_InitHooks(&hooks);
	if (CU_initialize_registry() != CUE_SUCCESS ||
	    !register_tests(suite, tests, count)) {
		(void)fprintf(stderr, "%s: %s\n", suite, CU_get_error_msg());
		return EXIT_FAILURE;
	}
	CU_basic_set_mode(CU_BRM_VERBOSE);
	(void)CU_basic_run_tests();
	ran = CU_get_number_of_tests_run();
	failed = CU_get_number_of_tests_failed();
	CU_cleanup_registry();
	(void)printf("%u passed, %u failed\n", ran - failed, failed);
	return ran == count && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
