/*
 * mode_churn.c - clients come and go while messages are published.
 *
 * A client gets no more than what is published while it is there, and nobody
 * knows where exactly that begins and ends; but between two messages that it
 * got, it has to get all.
 */
#include "mode.h"

#include <stdlib.h>

#include "pace.h"
#include "run.h"

#define ARRIVALS 50
#define RATE 20

/* A place for one client after the other. */
struct seat {
	struct bx_list link; /* among the free, or those who are in */
	struct load_client *client;
	load_nsec until;
};

struct state {
	struct load_pace arrivals;
	struct load_pace messages;
	uint32_t stream;
	uint32_t came;
	uint32_t vanished; /* in per cent of those who went */
	struct bx_list free;
	struct bx_list in; /* in the order of their ends */
	struct seat *seats;
};

static void
plan(struct load_run *run)
{
	struct state *state = load_alloc(1, sizeof(*state));

	run->state = state;
	run->publisher_count = 1;
	run->join_from = run->listeners;
	run->counts_gaps = true;
	if (run->options->arrivals <= 0)
		run->options->arrivals = ARRIVALS;
	if (run->options->rate <= 0)
		run->options->rate = RATE;
	load_ledger_fini(&run->ledger);
	load_ledger_init(&run->ledger, run->listeners, 1, 1);
	state->stream = load_ledger_add(&run->ledger, 0);
	load_ledger_open(&run->ledger);
}

static void
fini(struct load_run *run)
{
	struct state *state = run->state;

	free(state->seats);
}

static void
begin(struct load_run *run)
{
	struct state *state = run->state;

	load_pace_init(&state->arrivals, run->stats.began,
	    run->options->arrivals);
	load_pace_init(&state->messages, run->stats.began, run->options->rate);
	bx_list_init(&state->free);
	bx_list_init(&state->in);
	state->seats = load_alloc(run->listeners, sizeof(struct seat));
	for (uint32_t i = 0; i < run->listeners; i++) {
		state->seats[i].client = &run->clients[i];
		bx_list_append(&state->free, &state->seats[i].link);
	}
}

static bool
is_over(const struct load_run *run)
{
	const struct state *state = run->state;

	return run->options->count > 0 && state->came >= run->options->count &&
	    run->stats.left >= run->options->count;
}

/* Whose time is up goes, with or without a word. */
static load_nsec
go(struct load_run *run, load_nsec now)
{
	struct state *state = run->state;

	while (!bx_list_is_empty(&state->in)) {
		struct seat *seat =
		    BX_LIST_ENTRY(state->in.next, struct seat, link);

		if (seat->until > now)
			return seat->until;
		bx_list_remove(&seat->link);
		state->vanished += run->options->vanish;
		if (state->vanished >= 100 && run->options->connections == 0) {
			state->vanished -= 100;
			load_client_vanish(seat->client);
		} else {
			load_client_leave(seat->client);
		}
	}
	return LOAD_NEVER;
}

/* While there are seats; whoever finds none comes late. */
static load_nsec
come(struct load_run *run, load_nsec now)
{
	struct state *state = run->state;
	load_nsec due;

	while ((due = load_pace_due(&state->arrivals)) <= now) {
		struct bx_list *first;

		if (run->options->count > 0 &&
		    state->came >= run->options->count)
			return LOAD_NEVER;
		first = bx_list_take_first(&state->free);
		if (first == NULL)
			return LOAD_NEVER;
		state->came++;
		load_pace_step(&state->arrivals, 1);
		load_client_join(BX_LIST_ENTRY(first, struct seat, link)
				     ->client,
		    due);
	}
	return due;
}

static load_nsec
tick(struct load_run *run, load_nsec now)
{
	struct state *state = run->state;
	load_nsec due = go(run, now), next = come(run, now);

	due = next < due ? next : due;
	while ((next = load_pace_due(&state->messages)) <= now) {
		load_run_publish(run, 0, state->stream, next);
		load_pace_step(&state->messages, run->options->batch);
	}
	return next < due ? next : due;
}

static void
on_in(struct load_run *run, struct load_client *client)
{
	struct state *state = run->state;
	struct seat *seat;

	/* The publisher's client has none. */
	if (client->number >= run->listeners)
		return;
	seat = &state->seats[client->number];
	seat->until = load_now() + run->options->stay;
	bx_list_append(&state->in, &seat->link);
}

static void
on_out(struct load_run *run, struct load_client *client,
    enum load_client_state was)
{
	struct state *state = run->state;
	struct seat *seat;

	(void)was;
	if (client->number >= run->listeners)
		return;
	seat = &state->seats[client->number];
	run->stats.left++;
	load_ledger_leave(&run->ledger, client->number);
	bx_list_remove(&seat->link);
	bx_list_append(&state->free, &seat->link);
}

const struct load_mode load_mode_churn = {
	.name = "churn",
	.help = "clients that come and go while messages are published",
	.options = (const char *const[]){ "clients", "count", "rate", "batch",
	    "arrivals", "stay", "vanish", NULL },
	.plan = plan,
	.fini = fini,
	.begin = begin,
	.tick = tick,
	.is_over = is_over,
	.on_in = on_in,
	.on_out = on_out,
};
