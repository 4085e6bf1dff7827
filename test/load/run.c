/* run.c - one run; see run.h. */
#include "run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mode.h"
#include "run_events.h"
#include "limits.h"
#include "pace.h"

/* How often to look after what no event tells of. */
#define HOUSEKEEPING (5 * LOAD_MSEC)
/* So many that a probe does not wait for the one before. */
#define PROBES 16u
/* Messages in one request of the flood. */
#define FLOOD_BATCH 100u

static volatile sig_atomic_t interrupted;

void
load_run_interrupt(void)
{
	interrupted = 1;
}

void
load_run_name(const struct load_run *run, uint32_t stream,
    struct load_bytes *out)
{
	if (stream == LOAD_STREAM_QUIET)
		load_bytes_print(out, "/load/%x/quiet", run->id);
	else if (stream == LOAD_STREAM_FLOOD)
		load_bytes_print(out, "/load/%x/flood", run->id);
	else
		load_bytes_print(out, "/load/%x/%u", run->id,
		    run->ledger.streams[stream].room);
}

static void
init_clients(struct load_run *run)
{
	uint32_t publishers = run->publishers_len;

	run->host.wire = run->wire;
	run->host.stats = &run->stats;
	run->host.events = &load_run_events;
	run->host.ctx = run;
	run->clients = load_alloc(run->client_count, sizeof(*run->clients));
	for (uint32_t i = 0; i < run->client_count; i++) {
		load_client_init(&run->clients[i], &run->host, i);
		run->clients[i].subscribes = i < run->listeners;
	}
	run->publishers = load_alloc(publishers, sizeof(*run->publishers));
	for (uint32_t i = 0; i < publishers; i++) {
		/* Speakers publish as the clients that they are. */
		uint32_t client = run->speakers > 0 && i < run->speakers
		    ? i
		    : run->client_count - publishers + i;

		load_publisher_init(&run->publishers[i], run,
		    &run->clients[client]);
	}
	for (uint32_t i = run->publisher_count; i < publishers; i++) {
		run->publishers[i].is_beside = true;
		run->publishers[i].tally = &run->stats.probed;
	}
	if (run->flood_count > 0)
		run->publishers[publishers - 1].tally = &run->stats.flooded;
}

static bool
open_wire(struct load_run *run)
{
	const struct load_options *options = run->options;
	const struct load_wire_plan plan = {
		.target = &options->target,
		.lanes = run->client_count,
		.shared = options->shared + run->publishers_len -
		    run->publisher_count,
		.multiplexed = options->connections,
	};

	if (!load_limits_raise(load_wire_count(&plan), &options->target))
		return false;
	run->wire = load_wire_open(&plan);
	if (run->wire == NULL)
		perror("bayeux-load: epoll");
	return run->wire != NULL;
}

bool
load_run_init(struct load_run *run, struct load_options *options)
{
	memset(run, 0, sizeof(*run));
	run->options = options;
	run->id = load_limits_id();
	run->listeners = options->clients;
	run->readers = run->prompt = options->clients;
	run->rooms = run->rooms_per_client = 1;
	if (options->batch == 0)
		options->batch =
		    options->mode->batch > 0 ? options->mode->batch : 1;
	if (options->duration == 0)
		options->duration =
		    options->count > 0 || options->mode->has_own_end
		    ? options->deadline
		    : 3 * LOAD_SECOND;
	load_ledger_init(&run->ledger, 0, 1, 0);
	options->mode->plan(run);
	run->probe_count = options->probe > 0 ? PROBES : 0;
	run->flood_count = options->flood > 0;
	run->publishers_len =
	    run->publisher_count + run->probe_count + run->flood_count;
	run->client_count = run->listeners + run->publishers_len -
	    (run->speakers > 0 ? run->publisher_count : 0);
	if (!open_wire(run))
		return false;
	init_clients(run);
	return true;
}

void
load_run_fini(struct load_run *run)
{
	if (run->publishers != NULL)
		for (uint32_t i = 0; i < run->publishers_len; i++)
			load_publisher_fini(&run->publishers[i]);
	if (run->clients != NULL)
		for (uint32_t i = 0; i < run->client_count; i++)
			load_client_fini(&run->clients[i]);
	if (run->wire != NULL)
		load_wire_close(run->wire);
	if (run->state != NULL && run->options->mode->fini != NULL)
		run->options->mode->fini(run);
	free(run->publishers);
	free(run->clients);
	free(run->state);
	load_ledger_fini(&run->ledger);
}

void
load_run_publish(struct load_run *run, uint32_t publisher, uint32_t stream,
    load_nsec due)
{
	load_publisher_send(&run->publishers[publisher], stream,
	    run->options->batch, due);
}

static void
measure(struct load_run *run, size_t offset)
{
	for (uint32_t i = 0; i < run->options->pid_count; i++) {
		struct load_measured *measured = &run->measured[i];
		void *sample = (char *)measured + offset;

		if (!load_process_sample(run->options->pids[i], sample))
			measured->has_ended = true;
	}
}

static void
enter(struct load_run *run, enum load_phase phase, load_nsec end)
{
	run->phase = phase;
	run->phase_end = end;
}

/* Start as many as may join at a time. */
static void
join_more(struct load_run *run, load_nsec now)
{
	while (run->next_join < run->client_count &&
	    run->pending_joins < run->options->parallel) {
		run->pending_joins++;
		load_client_join(&run->clients[run->next_join++], now);
	}
	if (run->next_join == run->client_count && run->pending_joins == 0)
		enter(run, LOAD_SETTLING, now + run->options->settle);
}

static void
begin(struct load_run *run, load_nsec now)
{
	measure(run, offsetof(struct load_measured, with));
	now = load_now();
	run->stats.began = run->stats.last = now;
	load_pace_init(&run->probe_pace, now, run->options->probe);
	load_pace_init(&run->flood_pace, now, run->options->flood);
	enter(run, LOAD_RUNNING, now + run->options->duration);
	run->options->mode->begin(run);
}

static load_nsec
earlier(load_nsec a, load_nsec b)
{
	return a < b ? a : b;
}

/* What nobody is told to wait for. */
static void
keep_house(struct load_run *run, load_nsec now)
{
	if (now < run->housekeeping)
		return;
	run->housekeeping = now + HOUSEKEEPING;
	for (uint32_t i = 0; i < run->publishers_len; i++)
		load_publisher_resume(&run->publishers[i]);
}

static load_nsec
probe(struct load_run *run, load_nsec now)
{
	struct load_pace *pace = &run->probe_pace;
	struct load_publisher *probes = &run->publishers[run->publisher_count];

	while (load_pace_due(pace) <= now) {
		load_publisher_send(&probes[run->probe_turn++ %
					run->probe_count],
		    LOAD_STREAM_QUIET, 1, load_pace_due(pace));
		load_pace_step(pace, 1);
	}
	return load_pace_due(pace);
}

/* What it has no answer for yet is not let pile up: it is a flood all the
 * same, and what is left of it at the end is nobody's loss. */
static load_nsec
flood(struct load_run *run, load_nsec now)
{
	struct load_publisher *publisher;
	struct load_pace *pace = &run->flood_pace;
	uint32_t batch = load_pace_batch(run->options->flood, FLOOD_BATCH);

	if (load_pace_due(pace) > now)
		return load_pace_due(pace);
	publisher = &run->publishers[run->publishers_len - 1];
	if (load_publisher_is_free(publisher)) {
		load_publisher_send(publisher, LOAD_STREAM_FLOOD, batch,
		    load_pace_due(pace));
		load_pace_step(pace, batch);
	}
	/* Nothing is due before the answer. */
	return LOAD_NEVER;
}

static load_nsec
run_on(struct load_run *run, load_nsec now)
{
	const struct load_mode *mode = run->options->mode;
	load_nsec due = earlier(probe(run, now), flood(run, now));

	keep_house(run, now);
	due = earlier(due, mode->tick(run, now));
	if (now >= run->phase_end ||
	    (mode->is_over != NULL && mode->is_over(run))) {
		run->stopped = now;
		enter(run, LOAD_DRAINING, now + run->options->drain);
		return now;
	}
	due = earlier(due, run->housekeeping);
	return earlier(due, run->phase_end);
}

/* Is nobody waiting for anything any more? */
static bool
is_drained(const struct load_run *run)
{
	for (uint32_t i = 0; i < run->publishers_len; i++)
		if (run->publishers[i].flying != NULL ||
		    load_publisher_unsent(&run->publishers[i]) > 0)
			return false;
	return load_run_missing(run) == 0;
}

static load_nsec
drain(struct load_run *run, load_nsec now)
{
	const struct load_mode *mode = run->options->mode;
	load_nsec due = now + HOUSEKEEPING;

	if (mode->drain != NULL)
		due = earlier(due, mode->drain(run, now));
	if (now < run->housekeeping)
		return earlier(due, run->housekeeping);
	keep_house(run, now);
	if (now >= run->phase_end || is_drained(run))
		enter(run, LOAD_OVER, now);
	return earlier(due, run->phase_end);
}

static load_nsec
step(struct load_run *run, load_nsec now)
{
	switch (run->phase) {
	case LOAD_JOINING:
		join_more(run, now);
		return run->phase == LOAD_JOINING ? LOAD_NEVER : now;
	case LOAD_SETTLING:
		if (now < run->phase_end)
			return run->phase_end;
		begin(run, now);
		return now;
	case LOAD_RUNNING:
		return run_on(run, now);
	case LOAD_DRAINING:
		return drain(run, now);
	case LOAD_OVER:
		break;
	}
	return now;
}

void
load_run_go(struct load_run *run)
{
	load_nsec now = load_now();
	load_nsec deadline = now + run->options->deadline;

	run->began = now;
	run->next_join = run->join_from;
	measure(run, offsetof(struct load_measured, before));
	for (;;) {
		load_nsec due = step(run, now);

		if (run->phase == LOAD_OVER)
			break;
		if (interrupted || now >= deadline) {
			run->end =
			    interrupted ? LOAD_END_SIGNAL : LOAD_END_DEADLINE;
			break;
		}
		load_wire_turn(run->wire, earlier(due, deadline));
		now = load_now();
	}
	if (run->stopped == 0)
		run->stopped = now;
	/* Without a beginning, those who have come are all that will. */
	if (run->stats.began == 0)
		measure(run, offsetof(struct load_measured, with));
	measure(run, offsetof(struct load_measured, after));
	load_run_close_books(run);
}
