/*
 * fuzz_engine.c - any bytes as a schedule for a whole engine.
 *
 * The first byte chooses its limits.  Then each four are a step of
 * test/model/step.h, until one begins with a byte above STEP_HIGHEST: that has
 * an allocation fail, or sends the bytes behind it as a request.  Up to there
 * clients see what the ledger says; from then on nothing comes twice, until a
 * request says what it likes.  In the end no memory is left.
 */
#include <stdio.h>
#include <stdlib.h>

#include "test/model/step.h"
#include "test/model/world.h"

#define STEP_HIGHEST 0xef
#define STEPS_MAX 400

static void
fail(const struct world *world)
{
	(void)fprintf(stderr, "%s\n", world_complaint(world));
	abort();
}

/* Returns how many bytes it took beside the step's own. */
static size_t
do_other(struct world *world, const struct step *step, const uint8_t *rest,
    size_t size)
{
	size_t len = step->what < size ? step->what : size;

	if (step->op % 4 > 0) {
		world_fail_allocation(world, 1u + step->what);
		return 0;
	}
	world_send(world, step, (const char *)rest, len);
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *world;
	struct step step;
	size_t at = 1;
	unsigned count;

	if (size == 0)
		return 0;
	world = world_new(data[0]);
	if (world == NULL)
		abort();
	for (count = 0; count < STEPS_MAX && size - at >= 4; count++) {
		step = (struct step){ data[at], data[at + 1], data[at + 2],
			data[at + 3] };
		at += 4;
		if (step.op > STEP_HIGHEST)
			at += do_other(world, &step, data + at, size - at);
		else if (!world_step(world, &step))
			fail(world);
	}
	if (!world_end(world))
		fail(world);
	world_free(world);
	return 0;
}
