/*
 * model.c - random schedules, of which each has to go as the ledger says; one
 * that does not is cut to the steps that matter, and told.
 *
 *	model [--seeds N] [--from SEED] [--steps N] [--verbose]
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/model/step.h"
#include "test/model/world.h"

#define STEPS_MAX 100000

struct schedule {
	uint64_t seed;
	struct step *steps;
	size_t count;
};

/* What is wrong with it, in text, or "". */
static bool
run(const struct schedule *schedule, char text[256])
{
	struct world *world = world_new(schedule->seed);
	bool good = world != NULL;
	size_t i;

	for (i = 0; good && i < schedule->count; i++)
		good = world_step(world, &schedule->steps[i]);
	if (good)
		good = world_end(world);
	(void)snprintf(text, 256, "%s",
	    world == NULL ? "no memory" : world_complaint(world));
	world_free(world);
	return good;
}

/* Do the two say the same, but for numbers? */
static bool
is_alike(const char *a, const char *b)
{
	static const char digits[] = "0123456789";

	while (*a != '\0' && *a == *b) {
		a += 1 + strspn(a + 1, digits);
		b += 1 + strspn(b + 1, digits);
	}
	return *a == *b;
}

/* Does it fail as before without the len steps from at on?  Then it is without
 * them. */
static bool
cut(struct schedule *schedule, size_t at, size_t len, const char *wrong)
{
	size_t size = (schedule->count - len) * sizeof(struct step);
	struct schedule shorter = *schedule;
	char text[256];

	shorter.count -= len;
	shorter.steps = malloc(size > 0 ? size : 1);
	if (shorter.steps == NULL)
		return false;
	memcpy(shorter.steps, schedule->steps, at * sizeof(struct step));
	memcpy(shorter.steps + at, schedule->steps + at + len,
	    size - at * sizeof(struct step));
	if (run(&shorter, text) || !is_alike(text, wrong)) {
		free(shorter.steps);
		return false;
	}
	free(schedule->steps);
	*schedule = shorter;
	return true;
}

/* Halves, quarters, and so on to single steps, until none can be left out. */
static void
shrink(struct schedule *schedule, const char *wrong)
{
	size_t len = schedule->count;
	size_t at;
	bool shorter;

	while (len > 0) {
		shorter = false;
		for (at = 0; at + len <= schedule->count;)
			if (cut(schedule, at, len, wrong))
				shorter = true;
			else
				at += len;
		if (!shorter || len > 1)
			len /= 2;
	}
}

static void
tell(struct schedule *schedule, const char *wrong)
{
	char text[256];
	size_t i;

	(void)printf("seed %llu: %s\n", (unsigned long long)schedule->seed,
	    wrong);
	(void)fflush(stdout);
	shrink(schedule, wrong);
	(void)run(schedule, text);
	for (i = 0; i < schedule->count; i++) {
		(void)printf("%4zu. ", i + 1);
		step_print(&schedule->steps[i], stdout);
	}
	(void)printf("      %s\n", text);
}

static bool
check_seed(uint64_t seed, size_t count)
{
	struct schedule schedule = { .seed = seed, .count = count };
	char wrong[256];
	bool good;

	schedule.steps = malloc(count * sizeof(struct step));
	if (schedule.steps == NULL)
		return false;
	step_generate(schedule.steps, count, seed);
	good = run(&schedule, wrong);
	if (!good)
		tell(&schedule, wrong);
	free(schedule.steps);
	return good;
}

struct wishes {
	uint64_t seeds, from, steps;
	bool verbose;
};

static bool
read_wishes(struct wishes *wishes, char **argv)
{
	uint64_t *number;
	char *end;

	for (argv++; *argv != NULL; argv++) {
		number = strcmp(*argv, "--seeds") == 0 ? &wishes->seeds
		    : strcmp(*argv, "--from") == 0     ? &wishes->from
		    : strcmp(*argv, "--steps") == 0    ? &wishes->steps
						       : NULL;
		if (number != NULL && *++argv != NULL && **argv != '\0') {
			*number = strtoull(*argv, &end, 10);
			if (*end != '\0')
				return false;
		} else if (number == NULL && strcmp(*argv, "--verbose") == 0)
			wishes->verbose = true;
		else
			return false;
	}
	return wishes->steps > 0 && wishes->steps <= STEPS_MAX;
}

int
main(int argc, char **argv)
{
	struct wishes wishes = { .seeds = 1000, .from = 1, .steps = 120 };
	uint64_t seed, failed = 0;

	(void)argc;
	if (!read_wishes(&wishes, argv)) {
		(void)fprintf(stderr,
		    "usage: model [--seeds N] [--from SEED] "
		    "[--steps N] [--verbose]\n");
		return 2;
	}
	for (seed = wishes.from; seed < wishes.from + wishes.seeds; seed++) {
		if (wishes.verbose) {
			(void)printf("seed %llu\n", (unsigned long long)seed);
			(void)fflush(stdout);
		}
		failed += !check_seed(seed, (size_t)wishes.steps);
	}
	(void)printf("%llu passed, %llu failed\n",
	    (unsigned long long)(wishes.seeds - failed),
	    (unsigned long long)failed);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
