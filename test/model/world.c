/*
 * world.c - the steps of a schedule, as an engine and its clients take them.
 */
#include "test/model/world.h"

#include <stdlib.h>
#include <string.h>

#include "engine/extensions.h"
#include "test/model/world_private.h"
#include "test/support/unit.h"

/* Enough to fetch all that an acknowledging client is owed. */
#define LAST_ROUNDS 3
#define LONG 600000

static bool
fill(void *ctx, void *bytes, size_t len)
{
	struct world *world = ctx;
	unsigned char *out = bytes;

	while (len-- > 0)
		*out++ = (unsigned char)step_random(&world->random);
	return true;
}

static void
choose_settings(struct world *world)
{
	static const size_t limits[] = { 1000, 1000, 6, 3 };
	const struct bx_settings defaults = BX_SETTINGS_DEFAULT;
	uint64_t random = step_random(&world->random);

	world->settings = defaults;
	world->settings.max_queue_messages = limits[random & 3];
	world->settings.broadcast_to_publisher = (random >> 2 & 3) > 0;
	world->settings.max_lazy_timeout = 2000;
	world->settings.connection_types[1] = "eventsource";
	world->settings.timeout = (random >> 4 & 1) ? 3000 : 30000;
	world->lazy = (struct bx_channel_rule){
		.values = { true, BX_RULE_UNSET, BX_RULE_UNSET },
	};
	(void)bx_channel_name_parse(&world->lazy.pattern, "/l/*", 4, 64, 8);
	world->settings.channel_rules = &world->lazy;
	world->settings.channel_rule_count = 1;
}

struct world *
world_new(uint64_t seed)
{
	struct world *world = calloc(1, sizeof(*world));

	if (world == NULL)
		return NULL;
	unit_fail_allocation(0);
	world->random = seed;
	world->now = 1000;
	world->turn = 1;
	world->env = *unit_env();
	world->env.random = fill;
	world->env.log = NULL;
	world->env.ctx = world;
	choose_settings(world);
	ledger_init(&world->ledger, &world->settings);
	world->ledger.now = world->now;
	world_current = world;
	world->engine = bx_engine_new(&world->env, &world->settings);
	if (world->engine == NULL ||
	    bx_engine_add_plugin(world->engine, &bx_ext_ack, NULL, NULL) !=
		BX_OK ||
	    bx_engine_add_plugin(world->engine, &world_plugin, NULL, NULL) !=
		BX_OK) {
		world_free(world);
		return NULL;
	}
	return world;
}

/* When something has to happen, by the engine or by the ledger. */
static bx_msec
next_deadline(const struct world *world)
{
	bx_msec next = bx_engine_next_deadline(world->engine);
	bx_msec at;
	unsigned i;

	for (i = 0; i < world->ledger.count; i++) {
		at = world->ledger.sessions[i].expires;
		if (world->ledger.sessions[i].alive && at < next)
			next = at;
	}
	for (i = 0; i < WORLD_REQUESTS; i++) {
		at = world->requests[i].until;
		if (world->requests[i].exchange != NULL &&
		    !world->requests[i].answered &&
		    world->requests[i].may_wait && at < next)
			next = at;
	}
	return next;
}

static void
wait(struct world *world, bx_msec duration, bool late)
{
	bx_msec until = world->now + duration;
	bx_msec next;

	world_drain(world);
	while (world->now < until && world->ledger.complaint[0] == '\0') {
		next = next_deadline(world);
		world->now =
		    late || next > until || next <= world->now ? until : next;
		world->ledger.now = world->now;
		bx_engine_advance(world->engine, world->now);
		world_drain(world);
	}
}

static void
kick(struct world *world, const struct step *step)
{
	struct world_client *client = &world->clients[step_who(step)];
	struct bx_session *session =
	    world->host->find_session(world->host, client->id);

	if (session == NULL)
		return;
	bx_engine_set_now(world->engine, world->now);
	client->session->leaving = true;
	client->session->patterns = 0;
	world->host->kick(session);
}

/* The request that what stands for, among those that are (not) answered. */
static struct world_request *
pick(struct world *world, const struct step *step, bool answered)
{
	struct world_request *request;
	unsigned i;

	for (i = 0; i < WORLD_REQUESTS; i++) {
		request = &world->requests[(step->what + i) % WORLD_REQUESTS];
		if (request->exchange != NULL && request->answered == answered)
			return request;
	}
	return NULL;
}

static void
finish(struct world *world, const struct step *step)
{
	struct world_request *request = pick(world, step, true);

	if (request != NULL)
		world_finish(world, request, step_fate(step));
}

static void
abort_request(struct world *world, const struct step *step)
{
	struct world_request *request = pick(world, step, false);

	if (request != NULL)
		world_close(world, request, false);
}

static void
take_step(struct world *world, const struct step *step)
{
	switch (step_op(step)) {
	case STEP_FINISH:
		finish(world, step);
		break;
	case STEP_ABORT:
		abort_request(world, step);
		break;
	case STEP_WAIT:
		wait(world, step_duration(step), (step->how & 1) != 0);
		break;
	case STEP_KICK:
		kick(world, step);
		break;
	case STEP_LOCAL:
		(void)world_publish_local(world, step_channel(step));
		break;
	default:
		world_ask(world, step);
		break;
	}
}

bool
world_step(struct world *world, const struct step *step)
{
	bx_engine_set_now(world->engine, world->now);
	take_step(world, step);
	if ((step->how & STEP_BUSY) == 0)
		world_drain(world);
	return world->ledger.complaint[0] == '\0';
}

/* All that is under way arrives, and all that waits ends. */
static void
finish_all(struct world *world)
{
	unsigned i;

	for (i = 0; i < WORLD_REQUESTS; i++)
		if (world->requests[i].exchange != NULL)
			world_close(world, &world->requests[i], false);
	world_drain(world);
}

/* Every client fetches what it is owed, of which then nothing is left. */
static void
fetch_all(struct world *world)
{
	struct step step = { .op = STEP_CONNECT, .how = 128 | STEP_AT_ONCE };
	struct ledger_session *session;
	unsigned round, who;

	for (round = 0; round < LAST_ROUNDS; round++)
		for (who = 0; who < STEP_CLIENTS; who++) {
			step.who = (uint8_t)who;
			if (world->clients[who].session == NULL)
				continue;
			world->clients[who].session->away_until = 0;
			(void)world_step(world, &step);
		}
	for (who = 0; who < STEP_CLIENTS; who++) {
		session = world->clients[who].session;
		if (session != NULL && session->alive &&
		    ledger_owed(session) > 0)
			ledger_complain(&world->ledger,
			    "session %u never gets what it is owed",
			    ledger_index(&world->ledger, session));
	}
}

/* Connects wait, the server is told to end, and all are answered. */
static void
shut_down(struct world *world)
{
	struct step step = { .op = STEP_CONNECT, .how = 128 };

	for (; step.who < STEP_CLIENTS; step.who++)
		if (world->clients[step.who].session != NULL)
			(void)world_step(world, &step);
	world->closing = true;
	bx_engine_shut_down(world->engine, 100);
	world_drain(world);
}

bool
world_end(struct world *world)
{
	finish_all(world);
	/* Whose stream broke is waited for no more after this. */
	wait(world, 15000, false);
	fetch_all(world);
	if (world->ledger.now % 2 == 0)
		shut_down(world);
	wait(world, LONG, false);
	finish_all(world);
	if (!world->ledger.lenient &&
	    bx_engine_counts(world->engine).sessions > 1)
		ledger_complain(&world->ledger, "sessions are left over");
	world->ending = true;
	world->ledger.deaf = false;
	bx_engine_free(world->engine);
	world->engine = NULL;
	if (unit_live() > 0)
		ledger_complain(&world->ledger, "%zu allocations are left",
		    unit_live());
	return world->ledger.complaint[0] == '\0';
}

void
world_fail_allocation(struct world *world, size_t nth)
{
	world->ledger.lenient = true;
	unit_fail_allocation(nth);
}

const char *
world_complaint(const struct world *world)
{
	return world->ledger.complaint;
}

void
world_free(struct world *world)
{
	unsigned i;

	if (world == NULL)
		return;
	world->ending = true;
	for (i = 0; i < WORLD_REQUESTS; i++)
		if (world->requests[i].exchange != NULL)
			bx_exchange_close(world->requests[i].exchange, false,
			    world->now);
	bx_engine_free(world->engine);
	ledger_fini(&world->ledger);
	free(world);
}
