/*
 * mode_chat.c - rooms that clients are in, and some of them speak.
 *
 * So many deliveries in a second are offered, whatever becomes of them: one
 * batch after the other, each by another speaker, to one of its rooms.
 */
#include "mode.h"

#include <stddef.h>

#include "pace.h"
#include "run.h"

#define DELIVERIES 10000
#define BATCH 10
#define MEMBERS 100u

struct state {
	struct load_pace pace; /* of deliveries */
	uint32_t turn;	       /* batches so far */
	uint64_t sent;	       /* messages */
};

static void
plan_options(struct load_options *options)
{
	uint32_t each = options->rooms_per_client;
	uint64_t rooms = (uint64_t)options->clients * each / MEMBERS;

	if (options->rooms == 0)
		options->rooms = rooms < each ? each : (uint32_t)rooms;
	if (each > options->rooms)
		options->rooms_per_client = options->rooms;
	if (options->speakers == 0)
		options->speakers = (options->clients + 9) / 10;
	if (options->speakers > options->clients)
		options->speakers = options->clients;
	if (options->deliveries <= 0)
		options->deliveries = DELIVERIES;
}

static void
plan(struct load_run *run)
{
	struct load_options *options = run->options;

	plan_options(options);
	run->state = load_alloc(1, sizeof(struct state));
	run->rooms = options->rooms;
	run->rooms_per_client = options->rooms_per_client;
	run->speakers = run->publisher_count = options->speakers;
	load_ledger_fini(&run->ledger);
	load_ledger_init(&run->ledger, run->listeners, run->rooms,
	    run->rooms_per_client);
	/* Stream s * rooms_per_client + n is what s says in its nth room. */
	for (uint32_t s = 0; s < run->speakers; s++)
		for (uint32_t n = 0; n < run->rooms_per_client; n++)
			(void)load_ledger_add(&run->ledger,
			    load_ledger_room(&run->ledger, s, n));
	load_ledger_open(&run->ledger);
}

static void
begin(struct load_run *run)
{
	struct state *state = run->state;

	load_pace_init(&state->pace, run->stats.began,
	    run->options->deliveries);
}

static bool
is_over(const struct load_run *run)
{
	const struct state *state = run->state;

	return run->options->count > 0 && state->sent >= run->options->count;
}

static void
speak(struct load_run *run)
{
	struct state *state = run->state;
	uint32_t speaker = state->turn % run->speakers;
	uint32_t nth = state->turn / run->speakers % run->rooms_per_client;
	uint32_t stream = speaker * run->rooms_per_client + nth;
	uint32_t room = run->ledger.streams[stream].room;

	load_run_publish(run, speaker, stream, load_pace_due(&state->pace));
	state->turn++;
	state->sent += run->options->batch;
	load_pace_step(&state->pace,
	    (double)run->ledger.members[room] * run->options->batch);
}

static load_nsec
tick(struct load_run *run, load_nsec now)
{
	struct state *state = run->state;

	while (load_pace_due(&state->pace) <= now && !is_over(run))
		speak(run);
	return load_pace_due(&state->pace);
}

const struct load_mode load_mode_chat = {
	.name = "chat",
	.help = "rooms; so many --deliveries in a second are offered",
	.batch = BATCH,
	.options = (const char *const[]){ "clients", "count", "batch", "rooms",
	    "rooms-per-client", "speakers", "deliveries", NULL },
	.plan = plan,
	.begin = begin,
	.tick = tick,
	.is_over = is_over,
};
