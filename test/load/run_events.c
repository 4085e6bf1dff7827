/* run_events.c - what clients tell the run; see run_events.h. */
#include "run_events.h"

#include "mode.h"
#include "run.h"
#include "scan.h"
#include "stamp.h"

static void
on_in(struct load_client *client, void *ctx)
{
	struct load_run *run = ctx;

	load_nsec now = load_now();

	if (run->stats.joined++ == 0)
		run->stats.join_began = client->due;
	run->stats.join_last = now;
	load_histogram_add(&run->stats.joins, (uint64_t)(now - client->due));
	if (run->pending_joins > 0)
		run->pending_joins--;
	if (run->options->mode->on_in != NULL)
		run->options->mode->on_in(run, client);
}

static void
on_out(struct load_client *client, enum load_client_state was, void *ctx)
{
	struct load_run *run = ctx;

	if (run->pending_joins > 0 && was < LOAD_CLIENT_IN)
		run->pending_joins--;
	if (run->options->mode->on_out != NULL)
		run->options->mode->on_out(run, client, was);
}

static void
on_poll(struct load_client *client, void *ctx)
{
	struct load_run *run = ctx;

	if (run->options->mode->on_poll != NULL)
		run->options->mode->on_poll(run, client);
}

static void
on_subscribe(struct load_client *client, struct load_bytes *names, void *ctx)
{
	struct load_run *run = ctx;

	for (uint32_t nth = 0; nth < run->rooms_per_client; nth++)
		load_bytes_print(names, "%s\"/load/%x/%u\"",
		    nth > 0 ? "," : "", run->id,
		    load_ledger_room(&run->ledger, client->number, nth));
}

static void
count_received(struct load_run *run, const struct load_client *client,
    const struct load_stamp *stamp)
{
	struct load_stats *stats = &run->stats;
	load_nsec now = load_now();

	stats->last = now;
	load_histogram_add(client->number < run->prompt ? &stats->deliveries
							: &stats->late,
	    (uint64_t)(now - stats->began) - stamp->due);
}

static void
on_message(struct load_client *client, const struct load_message *message,
    void *ctx)
{
	struct load_run *run = ctx;
	enum load_ledger_verdict verdict = LOAD_LEDGER_FOREIGN;
	struct load_stamp stamp;

	if (load_stamp_parse(message->data, run->options->size, &stamp) &&
	    stamp.run == run->id)
		verdict = load_ledger_take(&run->ledger, client->number,
		    stamp.stream, stamp.number);
	switch (verdict) {
	case LOAD_LEDGER_FOREIGN:
		run->stats.foreign++;
		return;
	case LOAD_LEDGER_DOUBLED:
		run->stats.doubled++;
		return;
	case LOAD_LEDGER_MISORDERED:
		/* Some ride on the reply to what it published. */
		if (client->number < run->speakers)
			run->stats.overtaken++;
		else
			run->stats.misordered++;
		break;
	case LOAD_LEDGER_FRESH:
		break;
	}
	count_received(run, client, &stamp);
	if (run->options->mode->on_received != NULL)
		run->options->mode->on_received(run, client);
}

const struct load_client_events load_run_events = {
	.on_in = on_in,
	.on_out = on_out,
	.on_message = on_message,
	.on_poll = on_poll,
	.on_subscribe = on_subscribe,
};

uint64_t
load_run_missing(const struct load_run *run)
{
	if (run->counts_gaps)
		return 0;
	if (run->readers == run->listeners)
		return load_ledger_expected(&run->ledger, 0, run->listeners) -
		    run->ledger.fresh;
	return load_ledger_missing(&run->ledger, 0, run->readers);
}

void
load_run_close_books(struct load_run *run)
{
	struct load_stats *stats = &run->stats;
	uint64_t waiting = 0;

	if (run->counts_gaps) {
		for (uint32_t i = 0; i < run->listeners; i++)
			load_ledger_leave(&run->ledger, i);
		stats->lost = run->ledger.gaps;
		stats->expected = run->ledger.fresh + stats->lost;
	} else {
		stats->expected =
		    load_ledger_expected(&run->ledger, 0, run->readers);
		stats->lost = load_run_missing(run);
	}
	for (uint32_t i = 0; i < run->publishers_len; i++) {
		waiting += run->publishers[i].flying != NULL;
		stats->unsent += load_publisher_unsent(&run->publishers[i]);
	}
	for (uint32_t i = run->join_from; i < run->next_join; i++)
		waiting += run->clients[i].state != LOAD_CLIENT_IN &&
		    run->clients[i].state != LOAD_CLIENT_OUT;
	for (; waiting > 0; waiting--)
		load_stats_error(stats, LOAD_ERROR_UNANSWERED, "");
}
