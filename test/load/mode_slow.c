/*
 * mode_slow.c - some read late or never, beside others who do as they should.
 *
 * The last clients stop reading for good when the first message is due; those
 * before them leave every answer where it is for a while.  What the latter do
 * not get is lost as anybody's is, but their latency has a place of its own.
 */
#include "mode.h"

#include <stdlib.h>

#include "pace.h"
#include "run.h"

#define RATE 20

/* A client that reads again from then on. */
struct nap {
	struct bx_list link;
	struct load_client *client;
	load_nsec until;
};

struct state {
	struct load_pace pace;
	uint32_t stream;
	uint64_t sent;
	struct bx_list naps; /* in the order of their ends */
	struct nap *of;	     /* one for each late reader */
};

static void
plan(struct load_run *run)
{
	struct load_options *options = run->options;
	uint32_t tenth = run->listeners / 10;
	struct state *state = load_alloc(1, sizeof(*state));

	if (options->late_readers == UINT32_MAX)
		options->late_readers = tenth;
	if (options->never_readers == UINT32_MAX)
		options->never_readers = tenth;
	if (options->never_readers > run->listeners)
		options->never_readers = run->listeners;
	run->readers = run->listeners - options->never_readers;
	if (options->late_readers > run->readers)
		options->late_readers = run->readers;
	run->prompt = run->readers - options->late_readers;
	if (options->rate <= 0)
		options->rate = RATE;
	run->state = state;
	run->publisher_count = 1;
	load_ledger_fini(&run->ledger);
	load_ledger_init(&run->ledger, run->listeners, 1, 1);
	state->stream = load_ledger_add(&run->ledger, 0);
	load_ledger_open(&run->ledger);
	bx_list_init(&state->naps);
	state->of = load_alloc(options->late_readers, sizeof(struct nap));
	for (uint32_t i = 0; i < options->late_readers; i++)
		bx_list_init(&state->of[i].link);
}

static void
fini(struct load_run *run)
{
	struct state *state = run->state;

	free(state->of);
}

/* Let a late reader's next answer lie. */
static void
doze(struct load_run *run, struct load_client *client)
{
	struct state *state = run->state;
	struct nap *nap = &state->of[client->number - run->prompt];

	nap->client = client;
	nap->until = load_now() + run->options->late;
	bx_list_remove(&nap->link);
	bx_list_append(&state->naps, &nap->link);
	load_wire_pause(run->wire, client->number, true);
}

static void
begin(struct load_run *run)
{
	struct state *state = run->state;

	load_pace_init(&state->pace, run->stats.began, run->options->rate);
	for (uint32_t i = run->prompt; i < run->readers; i++)
		doze(run, &run->clients[i]);
	for (uint32_t i = run->readers; i < run->listeners; i++) {
		run->clients[i].is_lost = true;
		load_wire_pause(run->wire, i, true);
	}
}

/* Wake whoever has slept long enough. */
static load_nsec
wake(struct load_run *run, load_nsec now)
{
	struct state *state = run->state;

	while (!bx_list_is_empty(&state->naps)) {
		struct nap *nap =
		    BX_LIST_ENTRY(state->naps.next, struct nap, link);

		if (nap->until > now)
			return nap->until;
		bx_list_remove(&nap->link);
		load_wire_pause(run->wire, nap->client->number, false);
	}
	return LOAD_NEVER;
}

static bool
is_over(const struct load_run *run)
{
	const struct state *state = run->state;

	return run->options->count > 0 && state->sent >= run->options->count;
}

static load_nsec
tick(struct load_run *run, load_nsec now)
{
	struct state *state = run->state;
	load_nsec due, woken = wake(run, now);

	while ((due = load_pace_due(&state->pace)) <= now && !is_over(run)) {
		load_run_publish(run, 0, state->stream, due);
		state->sent += run->options->batch;
		load_pace_step(&state->pace, run->options->batch);
	}
	return woken < due ? woken : due;
}

static void
on_poll(struct load_run *run, struct load_client *client)
{
	if (run->phase >= LOAD_RUNNING && client->number >= run->prompt &&
	    client->number < run->readers)
		doze(run, client);
}

const struct load_mode load_mode_slow = {
	.name = "slow",
	.help = "each message to all, some of whom read late or never",
	.has_own_lanes = true,
	.options = (const char *const[]){ "clients", "count", "rate", "batch",
	    "late-readers", "never-readers", "late", NULL },
	.plan = plan,
	.fini = fini,
	.begin = begin,
	.tick = tick,
	.drain = wake,
	.is_over = is_over,
	.on_poll = on_poll,
};
