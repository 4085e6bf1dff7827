/*
 * mode_publish.c - publishers whom nobody hears.
 *
 * Without a rate each publishes as soon as it has been answered.
 */
#include "mode.h"

#include <stddef.h>

#include "pace.h"
#include "run.h"

struct state {
	struct load_pace pace;
	uint32_t turn;
	uint64_t sent; /* messages */
};

static void
plan(struct load_run *run)
{
	struct load_options *options = run->options;

	run->state = load_alloc(1, sizeof(struct state));
	run->listeners = run->readers = run->prompt = 0;
	run->publisher_count = options->clients = options->publishers;
	/* None waits for another's connection. */
	if (options->shared < options->publishers)
		options->shared = options->publishers;
}

static bool
is_over(const struct load_run *run)
{
	const struct state *state = run->state;

	return run->options->count > 0 && state->sent >= run->options->count;
}

static void
publish(struct load_run *run, uint32_t publisher, load_nsec due)
{
	struct state *state = run->state;

	if (run->phase != LOAD_RUNNING || is_over(run))
		return;
	state->sent += run->options->batch;
	load_run_publish(run, publisher, LOAD_STREAM_QUIET, due);
}

static void
begin(struct load_run *run)
{
	struct state *state = run->state;

	load_pace_init(&state->pace, run->stats.began, run->options->rate);
	if (run->options->rate <= 0)
		for (uint32_t i = 0; i < run->publisher_count; i++)
			publish(run, i, run->stats.began);
}

static load_nsec
tick(struct load_run *run, load_nsec now)
{
	struct state *state = run->state;

	while (load_pace_due(&state->pace) <= now && !is_over(run)) {
		publish(run, state->turn++ % run->publisher_count,
		    load_pace_due(&state->pace));
		load_pace_step(&state->pace, run->options->batch);
	}
	return load_pace_due(&state->pace);
}

static void
on_acked(struct load_run *run, struct load_publisher *publisher)
{
	if (run->options->rate <= 0)
		publish(run, (uint32_t)(publisher - run->publishers),
		    load_now());
}

const struct load_mode load_mode_publish = {
	.name = "publish",
	.help = "nobody receives; as fast as answered, or at a --rate",
	.options = (const char *const[]){ "count", "rate", "batch",
	    "publishers", NULL },
	.plan = plan,
	.begin = begin,
	.tick = tick,
	.is_over = is_over,
	.on_acked = on_acked,
};
