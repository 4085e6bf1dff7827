/* test_process.c - what another process has taken. */
#include "test/load/process.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/support/unit.h"

#define MUCH ((size_t)32 << 20)

static void
memory_that_is_used_is_seen(void)
{
	struct load_sample before, after;
	volatile char *memory;

	CU_ASSERT_TRUE_FATAL(load_process_sample(getpid(), &before));
	memory = malloc(MUCH);
	CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
	for (size_t i = 0; i < MUCH; i += 512)
		memory[i] = 1;
	CU_ASSERT_TRUE(load_process_sample(getpid(), &after));
	CU_ASSERT(after.resident >= before.resident + MUCH / 2);
	free((void *)memory);
}

static void
time_that_is_spent_is_seen(void)
{
	struct load_sample before, after;
	volatile unsigned sum = 0;

	CU_ASSERT_TRUE_FATAL(load_process_sample(getpid(), &before));
	do {
		for (unsigned i = 0; i < 1000000; i++)
			sum += i;
		CU_ASSERT_TRUE_FATAL(load_process_sample(getpid(), &after));
	} while (after.cpu == before.cpu);
	(void)sum;
	CU_ASSERT(after.cpu > before.cpu);
}

static void
a_process_that_is_not_there_is_not_measured(void)
{
	struct load_sample sample;

	CU_ASSERT_FALSE(load_process_sample(INT_MAX, &sample));
}

/* Until its parent has asked how it ended, it is in /proc. */
static void
a_process_that_has_ended_is_not_measured(void)
{
	struct load_sample sample;
	siginfo_t info;
	pid_t pid = fork();

	CU_ASSERT_FATAL(pid >= 0);
	if (pid == 0)
		_exit(0);
	CU_ASSERT_EQUAL(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	CU_ASSERT_FALSE(load_process_sample(pid, &sample));
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
}

static const struct unit_test tests[] = {
	{ "memory that is used is seen", memory_that_is_used_is_seen },
	{ "time that is spent is seen", time_that_is_spent_is_seen },
	{ "a process that is not there is not measured",
	    a_process_that_is_not_there_is_not_measured },
	{ "a process that has ended is not measured",
	    a_process_that_has_ended_is_not_measured },
};

UNIT_MAIN("load/process", tests)
