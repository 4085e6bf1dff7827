/*
 * engine_cost.c - what the engine alone takes, as sessions and channels grow.
 *
 *	engine_cost [MOST_SESSIONS [MOST_CHANNELS]]
 *
 * It plays a transport in this process, so that neither sockets nor a web
 * server are in the way, and prints a line of JSON for each figure:
 *
 *	publish_sessions  a publish that nobody receives, beside so many
 *			  sessions that are subscribed elsewhere
 *	publish_channels  the same, beside so many channels of one session
 *	idle		  so many sessions that wait: their memory, and the
 *			  processor's time in a minute in which nothing
 *			  happens but that holds end and connects come again;
 *			  the minute itself is not waited for
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "bytes.h"
#include "clock.h"
#include "engine/engine.h"
#include "engine/exchange.h"
#include "engine/message.h"
#include "process.h"
#include "scan.h"
#include "value.h"

#define SESSIONS 100000u
#define CHANNELS 1000000u
#define ROUNDS 5
#define PUBLISHES 2000
#define MINUTE 60000
#define ID_MAX 64
/* Channels in one subscribe. */
#define BATCH 500u

static const struct bx_transport_info transport = {
	.connection_type = "long-polling",
};

struct seat {
	struct bx_exchange *held;
	char id[ID_MAX];
};

struct house {
	struct bx_settings settings;
	struct bx_env env;
	struct bx_engine *engine;
	bx_msec now;
	struct load_bytes text;
	struct load_bytes reply;
};

static void *
house_realloc(void *ctx, void *ptr, size_t size)
{
	(void)ctx;
	if (size > 0)
		return realloc(ptr, size);
	free(ptr);
	return NULL;
}

static bool
house_random(void *ctx, void *bytes, size_t len)
{
	(void)ctx;
	return getrandom(bytes, len, 0) == (ssize_t)len;
}

static int64_t
house_wall_clock(void *ctx)
{
	(void)ctx;
	return 0;
}

static void
fail(const char *what)
{
	(void)fprintf(stderr, "engine_cost: %s\n", what);
	exit(EXIT_FAILURE);
}

static void
open_house(struct house *house)
{
	const struct bx_settings defaults = BX_SETTINGS_DEFAULT;

	memset(house, 0, sizeof(*house));
	house->settings = defaults;
	house->settings.max_sessions = UINT32_MAX;
	house->settings.max_subscriptions = UINT32_MAX;
	house->env = (struct bx_env){ .realloc = house_realloc,
		.random = house_random,
		.wall_clock = house_wall_clock };
	house->now = 1000;
	house->engine = bx_engine_new(&house->env, &house->settings);
	if (house->engine == NULL)
		fail("no engine");
}

static void
close_house(struct house *house)
{
	bx_engine_free(house->engine);
	load_bytes_fini(&house->text);
	load_bytes_fini(&house->reply);
}

static void
append_message(struct bx_message *message, void *ctx)
{
	struct house *house = ctx;

	load_bytes_append(&house->reply, bx_message_bytes(message),
	    bx_message_length(message));
}

/* Start a request of what is in text; the seat is whose it may be held for. */
static struct bx_exchange *
start(struct house *house, struct seat *seat)
{
	struct bx_exchange *exchange =
	    bx_exchange_open(bx_engine_core(house->engine), &transport, seat);

	if (exchange == NULL ||
	    bx_exchange_receive(exchange, house->text.at, house->text.len) !=
		BX_OK)
		fail("a request was refused");
	bx_exchange_start(exchange, house->now);
	return exchange;
}

/* What comes out of the ready list next is answered and over. */
static struct seat *
answer_next(struct house *house)
{
	struct bx_exchange *exchange = bx_engine_next_ready(house->engine);
	struct seat *seat;

	if (exchange == NULL)
		return NULL;
	seat = bx_exchange_owner(exchange);
	(void)bx_exchange_answer(exchange);
	load_bytes_clear(&house->reply);
	bx_exchange_each_message(exchange, append_message, house);
	bx_exchange_close(exchange, true, house->now);
	seat->held = NULL;
	return seat;
}

/* A request that is answered at once. */
static void
ask(struct house *house, struct seat *seat)
{
	struct load_message message;
	struct load_scan scan;

	(void)start(house, seat);
	if (answer_next(house) != seat)
		fail("a request was not answered");
	load_scan_init(&scan,
	    (struct bx_slice){ house->reply.at, house->reply.len });
	if (!load_scan_next(&scan, &message) || !message.is_successful)
		fail("a request did not succeed");
	if (message.client_id.len > 0)
		(void)snprintf(seat->id, sizeof(seat->id), "%.*s",
		    (int)message.client_id.len, message.client_id.at);
}

static void
shake(struct house *house, struct seat *seat)
{
	load_bytes_clear(&house->text);
	load_bytes_print(&house->text,
	    "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"id\":"
	    "\"1\",\"supportedConnectionTypes\":[\"long-polling\"]}]");
	ask(house, seat);
}

/* Subscribe to "/elsewhere/N" for count numbers from first. */
static void
subscribe(struct house *house, struct seat *seat, uint32_t first,
    uint32_t count)
{
	load_bytes_clear(&house->text);
	load_bytes_print(&house->text,
	    "[{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"id\":\"2\",\"subscription\":[",
	    seat->id);
	for (uint32_t i = 0; i < count; i++)
		load_bytes_print(&house->text, "%s\"/elsewhere/%u\"",
		    i > 0 ? "," : "", first + i);
	load_bytes_print(&house->text, "]}]");
	ask(house, seat);
}

static void
format_connect(struct house *house, const struct seat *seat)
{
	load_bytes_clear(&house->text);
	load_bytes_print(&house->text,
	    "[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\",\"id\":"
	    "\"3\",\"connectionType\":\"long-polling\"}]",
	    seat->id);
}

/* Wait for messages, for the first time or again. */
static void
hold(struct house *house, struct seat *seat)
{
	format_connect(house, seat);
	seat->held = start(house, seat);
}

static void
join(struct house *house, struct seat *seat, uint32_t number)
{
	shake(house, seat);
	subscribe(house, seat, number, 1);
	format_connect(house, seat);
	ask(house, seat);
	hold(house, seat);
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Nanoseconds of one publish, the median of some rounds. */
static double
time_publish(struct house *house)
{
	struct seat publisher = { NULL, "" };
	double rounds[ROUNDS];

	shake(house, &publisher);
	load_bytes_clear(&house->text);
	load_bytes_print(&house->text,
	    "[{\"channel\":\"/elsewhere/none\",\"clientId\":\"%s\","
	    "\"id\":\"5\",\"data\":\"%064d\"}]",
	    publisher.id, 0);
	for (int round = 0; round < ROUNDS; round++) {
		load_nsec began = load_now();

		for (int i = 0; i < PUBLISHES; i++)
			ask(house, &publisher);
		rounds[round] = (double)(load_now() - began) / PUBLISHES;
	}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), compare);
	return rounds[ROUNDS / 2];
}

/* They come one after the other, in the time of a hold: if all came at once,
 * all had the same deadlines, which are kept in order for nothing. */
static struct seat *
fill(struct house *house, uint32_t count)
{
	struct seat *seats = load_alloc(count, sizeof(*seats));
	bx_msec began = house->now;

	for (uint32_t i = 0; i < count; i++) {
		house->now = began + house->settings.timeout * i / count;
		join(house, &seats[i], i);
	}
	return seats;
}

static void
empty(struct house *house, struct seat *seats, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (seats[i].held != NULL)
			bx_exchange_close(seats[i].held, false, house->now);
	free(seats);
}

static void
publish_beside_sessions(uint32_t count)
{
	struct house house;
	struct seat *seats;

	open_house(&house);
	seats = fill(&house, count);
	(void)printf("{\"row\":\"publish_sessions\",\"sessions\":%u,"
		     "\"ns\":%.1f}\n",
	    count, time_publish(&house));
	empty(&house, seats, count);
	close_house(&house);
}

static void
publish_beside_channels(uint32_t count)
{
	struct seat seat = { NULL, "" };
	struct house house;

	open_house(&house);
	shake(&house, &seat);
	for (uint32_t i = 0; i < count; i += BATCH)
		subscribe(&house, &seat, i,
		    count - i < BATCH ? count - i : BATCH);
	(void)printf("{\"row\":\"publish_channels\",\"channels\":%u,"
		     "\"ns\":%.1f}\n",
	    count, time_publish(&house));
	close_house(&house);
}

/* Let a minute pass; how many connects came again in it. */
static uint64_t
pass_minute(struct house *house)
{
	bx_msec end = house->now + MINUTE;
	uint64_t count = 0;

	for (;;) {
		bx_msec due = bx_engine_next_deadline(house->engine);
		struct seat *seat;

		if (due > end)
			break;
		house->now = due > house->now ? due : house->now + 1;
		bx_engine_advance(house->engine, house->now);
		while ((seat = answer_next(house)) != NULL) {
			hold(house, seat);
			count++;
		}
	}
	house->now = end;
	return count;
}

static void
be_idle(uint32_t count)
{
	struct load_sample before, with, after;
	struct house house;
	struct seat *seats;
	uint64_t connects;

	if (!load_process_sample(getpid(), &before))
		fail("/proc says nothing");
	open_house(&house);
	seats = fill(&house, count);
	(void)load_process_sample(getpid(), &with);
	connects = pass_minute(&house);
	(void)load_process_sample(getpid(), &after);
	(void)printf("{\"row\":\"idle\",\"sessions\":%u,"
		     "\"bytes_per_session\":%.1f,\"connects\":%ju,"
		     "\"cpu_ms_per_minute\":%.0f}\n",
	    count,
	    ((double)with.resident - (double)before.resident) / count -
		(double)sizeof(struct seat),
	    (uintmax_t)connects, (double)(after.cpu - with.cpu) / 1e6);
	empty(&house, seats, count);
	close_house(&house);
}

int
main(int argc, char **argv)
{
	uint32_t sessions = SESSIONS, channels = CHANNELS;

	if (argc > 3 || (argc > 1 && !load_value_count(argv[1], &sessions)) ||
	    (argc > 2 && !load_value_count(argv[2], &channels)) ||
	    sessions == 0)
		fail("arguments are the most sessions and channels");
	/* First, while no memory of another has been freed. */
	be_idle(sessions);
	publish_beside_sessions(0);
	for (uint32_t count = 1000; count <= sessions; count *= 10)
		publish_beside_sessions(count);
	for (uint32_t count = 10; count <= channels; count *= 10)
		publish_beside_channels(count);
	return EXIT_SUCCESS;
}
