/*
 * world_plugin.c - what the engine tells of sessions and events, and a client
 * that lives in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/model/world_private.h"

/* What the client within subscribes to, of step.c's names. */
#define ALL_BELOW_A 9
#define BELOW_L 11

struct world *world_current;

struct ledger_session *
world_find(struct world *world, const char *id)
{
	unsigned i;

	for (i = 0; i < world->ledger.count; i++)
		if (strcmp(world->ids[i], id) == 0)
			return &world->ledger.sessions[i];
	return NULL;
}

bool
world_is_there(const struct world *world, const char *id)
{
	return world->host->find_session(world->host, id) != NULL;
}

unsigned
world_number(struct bx_slice json)
{
	unsigned number = 0;
	size_t i;

	for (i = 0; i < json.len && json.at[i] >= '0' && json.at[i] <= '9';
	     i++)
		number = 10 * number + (unsigned)(json.at[i] - '0');
	return number;
}

static void
on_local(struct bx_session *local, const struct bx_delivered *message,
    void *ctx)
{
	struct world *world = ctx;

	(void)local;
	if (world->local_count < WORLD_EVENTS)
		world->local_numbers[world->local_count++] =
		    world_number(message->data);
}

static void
note_session(struct world *world, struct bx_session *session, bool acks)
{
	struct ledger_session *known = ledger_begin(&world->ledger, acks);

	if (known == NULL)
		return;
	(void)snprintf(world->ids[ledger_index(&world->ledger, known)],
	    sizeof(world->ids[0]), "%s", world->host->session_id(session));
}

static bool
start(struct bx_host *host, void **ctx)
{
	struct world *world = world_current;

	*ctx = world;
	world->host = host;
	world->local = host->local_new(host, "local", on_local, world);
	if (world->local == NULL)
		return false;
	note_session(world, world->local, false);
	world->local_owed = &world->ledger.sessions[0];
	world->local_owed->expires = BX_NEVER;
	world->local_owed->patterns = 1u << ALL_BELOW_A | 1u << BELOW_L;
	return host->subscribe(host, world->local, step_name(ALL_BELOW_A)) &&
	    host->subscribe(host, world->local, step_name(BELOW_L));
}

static void
session_new(void *ctx, const struct bx_incoming *message)
{
	struct world *world = ctx;
	struct world_request *request = world->starting;

	note_session(world, message->session, request->acks);
	request->session =
	    world_find(world, world->host->session_id(message->session));
}

static void
session_gone(void *ctx, struct bx_session *session, enum bx_gone_reason reason)
{
	struct world *world = ctx;
	struct ledger_session *known =
	    world_find(world, world->host->session_id(session));

	if (known != NULL && !world->ending)
		ledger_end(&world->ledger, known, reason);
}

/* A name that is told is not one that ends in a NUL. */
static const char *
find_name(struct bx_slice channel)
{
	unsigned i;

	for (i = 0; i < STEP_CHANNELS; i++)
		if (bx_slice_is(channel, step_name(i)))
			return step_name(i);
	return "/";
}

static void
happened(void *ctx, const struct bx_happening *what)
{
	struct world *world = ctx;
	struct ledger_said said;

	if (what->kind != BX_HAPPENING_PUBLISH)
		return;
	said = (struct ledger_said){
		.publisher = what->session == NULL
		    ? NULL
		    : world_find(world,
			  world->host->session_id(what->session)),
		.number = world_number(what->data),
		.channel = find_name(what->channel),
	};
	world->accepted++;
	if (world->starting != NULL &&
	    said.number - world->starting->first < 32)
		world->starting->accepted |= 1u
		    << (said.number - world->starting->first);
	ledger_publish(&world->ledger, &said);
}

bool
world_publish_local(struct world *world, const char *channel)
{
	char text[16];
	const struct bx_outgoing message = {
		.channel = { channel, strlen(channel) },
		.data = { text,
		    (size_t)snprintf(text, sizeof(text), "%u",
			++world->ledger.published) },
	};

	return world->host->publish_as(world->host, world->local, &message);
}

const struct bx_plugin world_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "model",
	.start = start,
	.session_new = session_new,
	.session_gone = session_gone,
	.happened = happened,
};
