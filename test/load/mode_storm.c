/*
 * mode_storm.c - everybody comes at once: handshake, subscribe, connect.
 *
 * So many at a time as --parallel says, or at a rate of --arrivals.
 */
#include "mode.h"

#include <stddef.h>

#include "pace.h"
#include "run.h"

struct state {
	struct load_pace pace;
	uint32_t joining;
	uint32_t next;
};

static void
plan(struct load_run *run)
{
	run->state = load_alloc(1, sizeof(struct state));
	run->join_from = run->listeners;
	load_ledger_fini(&run->ledger);
	load_ledger_init(&run->ledger, run->listeners, 1, 1);
	load_ledger_open(&run->ledger);
}

static void
begin(struct load_run *run)
{
	struct state *state = run->state;

	load_pace_init(&state->pace, run->stats.began, run->options->arrivals);
}

static void
join(struct load_run *run, load_nsec due)
{
	struct state *state = run->state;

	state->joining++;
	load_client_join(&run->clients[state->next++], due);
}

static load_nsec
tick(struct load_run *run, load_nsec now)
{
	struct state *state = run->state;

	if (run->options->arrivals <= 0) {
		while (state->next < run->listeners &&
		    state->joining < run->options->parallel)
			join(run, now);
		return LOAD_NEVER;
	}
	while (state->next < run->listeners &&
	    load_pace_due(&state->pace) <= now) {
		join(run, load_pace_due(&state->pace));
		load_pace_step(&state->pace, 1);
	}
	return state->next < run->listeners ? load_pace_due(&state->pace)
					    : LOAD_NEVER;
}

static bool
is_over(const struct load_run *run)
{
	const struct state *state = run->state;

	return state->next == run->listeners && state->joining == 0;
}

static void
on_in(struct load_run *run, struct load_client *client)
{
	struct state *state = run->state;

	/* Publishers of their own are no part of it. */
	if (client->number >= run->listeners)
		return;
	state->joining--;
	run->stats.last = load_now();
}

static void
on_out(struct load_run *run, struct load_client *client,
    enum load_client_state was)
{
	struct state *state = run->state;

	if (client->number < run->listeners && was < LOAD_CLIENT_IN)
		state->joining--;
}

const struct load_mode load_mode_storm = {
	.name = "storm",
	.help = "all join at once, or so many --arrivals in a second",
	.has_own_end = true,
	.options = (const char *const[]){ "clients", "arrivals", NULL },
	.plan = plan,
	.begin = begin,
	.tick = tick,
	.is_over = is_over,
	.on_in = on_in,
	.on_out = on_out,
};
