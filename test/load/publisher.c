/* publisher.c - batches that are sent when they are due; see publisher.h. */
#include "publisher.h"

#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "mode.h"
#include "run.h"
#include "stamp.h"

struct load_batch {
	struct bx_list link;
	uint32_t stream;
	uint32_t count;
	load_nsec due;
};

static load_end_fn on_reply;

void
load_publisher_init(struct load_publisher *publisher, struct load_run *run,
    struct load_client *client)
{
	memset(publisher, 0, sizeof(*publisher));
	publisher->run = run;
	publisher->client = client;
	publisher->tally = &run->stats.published;
	publisher->call.owner = publisher;
	publisher->call.on_end = on_reply;
	bx_list_init(&publisher->due);
}

void
load_publisher_fini(struct load_publisher *publisher)
{
	struct bx_list *link = publisher->due.next;

	while (link != &publisher->due) {
		struct load_batch *batch =
		    BX_LIST_ENTRY(link, struct load_batch, link);

		link = link->next;
		free(batch);
	}
	bx_list_init(&publisher->due);
	free(publisher->flying);
	publisher->flying = NULL;
	load_bytes_fini(&publisher->call.body);
	load_bytes_fini(&publisher->call.reply);
}

bool
load_publisher_is_free(const struct load_publisher *publisher)
{
	return publisher->flying == NULL && !publisher->is_stalled;
}

uint64_t
load_publisher_unsent(const struct load_publisher *publisher)
{
	uint64_t sum = 0;

	for (const struct bx_list *link = publisher->due.next;
	     link != &publisher->due; link = link->next)
		sum += BX_LIST_ENTRY(link, struct load_batch, link)->count;
	return sum;
}

/* The number of the stream's next message. */
static uint32_t
next_number(struct load_run *run, uint32_t stream)
{
	if (stream >= LOAD_STREAM_FLOOD)
		return 0;
	return run->ledger.streams[stream].sent++;
}

static void
add_message(struct load_publisher *publisher, const struct load_batch *batch)
{
	struct load_run *run = publisher->run;
	struct load_bytes *body = &publisher->call.body;
	const struct load_stamp stamp = {
		.run = run->id,
		.stream = batch->stream,
		.number = next_number(run, batch->stream),
		.due = (uint64_t)(batch->due - run->stats.began),
	};

	load_bytes_print(body, "%s{\"channel\":\"", body->len > 0 ? "," : "[");
	load_run_name(run, batch->stream, body);
	load_bytes_print(body, "\",\"clientId\":\"%s\",\"id\":\"5\",\"data\":",
	    publisher->client->id);
	load_stamp_format(&stamp, load_bytes_room(body, run->options->size),
	    run->options->size);
	body->len += run->options->size;
	load_bytes_append(body, "}", 1);
}

/* Send what is due next, unless something is under way. */
static void
send_next(struct load_publisher *publisher)
{
	struct load_batch *batch;
	struct bx_list *first;

	if (!load_publisher_is_free(publisher))
		return;
	first = bx_list_take_first(&publisher->due);
	if (first == NULL)
		return;
	batch = BX_LIST_ENTRY(first, struct load_batch, link);
	publisher->flying = batch;
	for (uint32_t i = 0; i < batch->count; i++)
		add_message(publisher, batch);
	load_bytes_append(&publisher->call.body, "]", 1);
	publisher->tally->sent += batch->count;
	publisher->call.cookie = load_client_cookie(publisher->client);
	load_wire_send(publisher->run->wire, LOAD_LANE_SHARED,
	    &publisher->call);
}

void
load_publisher_send(struct load_publisher *publisher, uint32_t stream,
    uint32_t count, load_nsec due)
{
	struct load_batch *batch = load_alloc(1, sizeof(*batch));

	batch->stream = stream;
	batch->count = count;
	batch->due = due;
	bx_list_append(&publisher->due, &batch->link);
	send_next(publisher);
}

static void
go_on(struct load_publisher *publisher)
{
	const struct load_mode *mode = publisher->run->options->mode;

	if (mode->on_acked != NULL && !publisher->is_beside)
		mode->on_acked(publisher->run, publisher);
	send_next(publisher);
}

void
load_publisher_resume(struct load_publisher *publisher)
{
	if (!publisher->is_stalled)
		return;
	publisher->is_stalled = false;
	go_on(publisher);
}

static void
count_acked(struct load_publisher *publisher, uint32_t acked)
{
	load_nsec now = load_now();

	publisher->tally->acked += acked;
	if (!publisher->is_beside)
		publisher->run->stats.last = now;
	if (acked == publisher->flying->count)
		load_histogram_add(&publisher->tally->latency,
		    (uint64_t)(now - publisher->flying->due));
}

static void
on_reply(struct load_call *call, enum load_outcome outcome,
    const struct load_reply *reply)
{
	struct load_publisher *publisher = call->owner;

	count_acked(publisher,
	    load_client_read(publisher->client, call, outcome, reply));
	free(publisher->flying);
	publisher->flying = NULL;
	publisher->is_stalled = reply == NULL;
	if (!publisher->is_stalled)
		go_on(publisher);
}
