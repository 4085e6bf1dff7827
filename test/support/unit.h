/*
 * unit.h - a thin layer over CUnit's basic runner, and an environment to test
 * in: memory that is counted and fails on demand, random bytes that are the
 * same in every run, and a log that can be looked at.
 *
 * After each test the runner checks that every allocation made through the
 * environment or by cJSON has been freed, and that the open descriptors are
 * those from before the test.
 *
 * Ownership: the environment is static; tests and their names are borrowed
 * until unit_run returns.
 * Limits: one thread; descriptors below 4096 are looked at.
 */
#ifndef TEST_SUPPORT_UNIT_H
#define TEST_SUPPORT_UNIT_H

#include <CUnit/CUnit.h>

#include <stdbool.h>
#include <stddef.h>

#include "engine/env.h"

struct unit_test {
	const char *sentence; /* what is true when the test passes */
	void (*fn)(void);
};

/* Run every test; the exit status of main.  The last line on standard output
 * says how many passed and how many failed. */
int unit_run(const char *suite, const struct unit_test *tests, size_t count);

/* The end of a test file; tests is an array. */
#define UNIT_MAIN(suite, tests) \
	int main(void) \
	{ \
		return unit_run(suite, tests, \
		    sizeof(tests) / sizeof((tests)[0])); \
	}

/* Each test starts with nothing set to fail, an empty log and random bytes
 * from the beginning of their sequence. */
const struct bx_env *unit_env(void);

/* The nth allocation from now on fails, and only that one; 0: none does.
 * Every call of realloc with a size counts, growing or not. */
void unit_fail_allocation(size_t nth);

/* Has the allocation that was set to fail been asked for? */
bool unit_has_failed(void);

/* Allocations asked for since the test began, and those not freed yet. */
size_t unit_allocations(void);
size_t unit_live(void);

/* While true, there are no random bytes. */
void unit_fail_random(bool fail);

/* The clock on the wall says so; in each test it is 0 at first. */
void unit_set_wall_clock(int64_t msec);

/* The newest line of the log, "" when there is none, and their number. */
const char *unit_last_log(void);
size_t unit_log_count(void);

/* Does what it tests, cleans up behind itself; did it succeed? */
typedef bool unit_fail_fn(void *ctx);

/*
 * Call fn with its first allocation failing, then with its second, and so on
 * until one call has met no failure.  It is checked that each call frees what
 * it allocates and that the last one succeeds; fn checks everything else.
 * Returns how many allocations were failed.
 */
size_t unit_fail_each(unit_fail_fn *fn, void *ctx);

/* Are these len bytes exactly those of text? */
bool unit_is_text(const void *bytes, size_t len, const char *text);

#endif
