/*
 * mode_fan_out.c - one publishes, and everybody receives.
 *
 * Without a rate it goes in lock-step: the next message is published once all
 * have got the last one and wait again.
 */
#include "mode.h"

#include <string.h>

#include "pace.h"
#include "run.h"

struct state {
	struct load_pace pace;
	uint32_t stream;
	uint32_t sent;	  /* messages */
	uint32_t arrived; /* of the last, in lock-step */
};

static void
plan(struct load_run *run)
{
	struct state *state = load_alloc(1, sizeof(*state));

	run->state = state;
	run->publisher_count = 1;
	load_ledger_fini(&run->ledger);
	load_ledger_init(&run->ledger, run->listeners, 1, 1);
	state->stream = load_ledger_add(&run->ledger, 0);
	load_ledger_open(&run->ledger);
}

static bool
is_lock_step(const struct load_run *run)
{
	return run->options->rate <= 0;
}

static bool
is_over(const struct load_run *run)
{
	const struct state *state = run->state;

	return run->options->count > 0 && state->sent >= run->options->count;
}

static void
publish(struct load_run *run, load_nsec due)
{
	struct state *state = run->state;

	if (run->phase != LOAD_RUNNING || is_over(run))
		return;
	state->arrived = 0;
	state->sent += run->options->batch;
	load_run_publish(run, 0, state->stream, due);
}

static void
begin(struct load_run *run)
{
	struct state *state = run->state;

	load_pace_init(&state->pace, run->stats.began, run->options->rate);
	load_pace_step(&state->pace, 1);
	if (is_lock_step(run))
		publish(run, run->stats.began);
}

static load_nsec
tick(struct load_run *run, load_nsec now)
{
	struct state *state = run->state;

	while (load_pace_due(&state->pace) <= now && !is_over(run)) {
		publish(run, load_pace_due(&state->pace));
		load_pace_step(&state->pace, run->options->batch);
	}
	return load_pace_due(&state->pace);
}

/* Publish the next if everybody is done with the last. */
static void
go_on(struct load_run *run)
{
	struct state *state = run->state;

	if (is_lock_step(run) &&
	    state->arrived == run->listeners * run->options->batch &&
	    run->publishers[0].flying == NULL)
		publish(run, load_now());
}

static void
on_received(struct load_run *run, struct load_client *client)
{
	struct state *state = run->state;

	(void)client;
	state->arrived++;
}

static void
on_poll(struct load_run *run, struct load_client *client)
{
	(void)client;
	go_on(run);
}

static void
on_acked(struct load_run *run, struct load_publisher *publisher)
{
	(void)publisher;
	go_on(run);
}

const struct load_mode load_mode_fan_out = {
	.name = "fan-out",
	.help = "each message to all; in lock-step, or at a --rate",
	.options =
	    (const char *const[]){ "clients", "count", "rate", "batch", NULL },
	.plan = plan,
	.begin = begin,
	.tick = tick,
	.is_over = is_over,
	.on_received = on_received,
	.on_poll = on_poll,
	.on_acked = on_acked,
};
