/*
 * world_answer.c - answers: what is in them, and what becomes of them.
 */
#include <stdio.h>
#include <string.h>

#include "engine/json.h"
#include "engine/message.h"
#include "test/model/world_private.h"

/* How often answers that fail can make others due at once. */
#define AGAIN_MAX 8

static bool
is_true(struct bx_slice json)
{
	return bx_slice_is(json, "true");
}

/* What it published was accepted if and only if it is told so. */
static void
check_published(struct world *world, struct world_request *request,
    bool successful)
{
	bool accepted = (request->accepted >> request->replied & 1) != 0;

	if (successful != accepted)
		ledger_complain(&world->ledger, "event %u was %s, and %s",
		    request->first + request->replied,
		    successful ? "granted" : "denied",
		    accepted ? "accepted" : "not accepted");
	request->replied++;
}

static void
read_reply(struct world *world, struct world_request *request,
    struct bx_slice message, struct bx_slice channel)
{
	bool successful = is_true(bx_json_member(message, "successful"));
	struct bx_slice id = bx_json_member(message, "clientId");
	struct bx_slice ext = bx_json_member(message, "ext");

	if (bx_slice_is(channel, "\"/meta/handshake\"")) {
		if (id.len == BX_CLIENT_ID_LENGTH + 2)
			memcpy(request->id, id.at + 1, id.len - 2);
		return;
	}
	if (bx_slice_is(channel, "\"/meta/connect\"")) {
		request->failed = !successful;
		request->batch = world_number(bx_json_member(ext, "ack"));
		return;
	}
	/* What says goodbye to who is kicked. */
	if (bx_slice_is(channel, "\"/meta/disconnect\"") &&
	    request->op != STEP_DISCONNECT)
		return;
	if (channel.len < 7 || memcmp(channel.at, "\"/meta/", 7) != 0)
		check_published(world, request, successful);
	else if (successful != request->granted)
		ledger_complain(&world->ledger, "%.*s was %s",
		    (int)channel.len, channel.at,
		    successful ? "granted" : "denied");
}

struct reading {
	struct world *world;
	struct world_request *request;
};

static void
read_message(struct bx_message *message, void *ctx)
{
	struct reading *reading = ctx;
	struct world_request *request = reading->request;
	const struct bx_slice bytes = { bx_message_bytes(message),
		bx_message_length(message) };
	struct bx_slice data = bx_json_member(bytes, "data");

	if (data.len == 0)
		read_reply(reading->world, request, bytes,
		    bx_json_member(bytes, "channel"));
	else if (request->count < WORLD_EVENTS)
		request->numbers[request->count++] = world_number(data);
}

static void
check_outcome(struct world *world, const struct world_request *request,
    enum bx_outcome outcome)
{
	struct ledger *ledger = &world->ledger;

	if (ledger->lenient)
		return;
	switch (outcome) {
	case BX_OUTCOME_REPLIES:
		if (request->held && request->overtaken && request->connects)
			ledger_complain(ledger,
			    "an overtaken connect was replied to");
		break;
	case BX_OUTCOME_SUPERSEDED:
		if (!request->overtaken)
			ledger_complain(ledger, "no other connect came");
		break;
	case BX_OUTCOME_UNKNOWN:
		if (request->session != NULL && request->session->alive)
			ledger_complain(ledger, "no stream for session %u",
			    ledger_index(ledger, request->session));
		break;
	case BX_OUTCOME_NO_MEMORY:
	case BX_OUTCOME_CROWDED:
		ledger_complain(ledger, "an answer says no, for no reason");
		break;
	}
}

/* A connect that may wait, and has nothing to say, does.  What is lazy goes out
 * early where it waits behind what was to be sent again. */
static void
check_patience(struct world *world, const struct world_request *request)
{
	const struct ledger_session *session = request->session;

	if (request->connects && request->may_wait && world->ledger.due == 0 &&
	    (request->count == 0 || !session->acks) &&
	    request->count < world->settings.max_queue_messages &&
	    !request->overtaken && session->alive && !session->leaving &&
	    !world->closing && !world->ledger.lenient &&
	    world->now < request->until &&
	    world->taken[ledger_index(&world->ledger, session)] != world->turn)
		ledger_complain(&world->ledger,
		    "a connect of session %u was answered too early",
		    ledger_index(&world->ledger, session));
}

static void
check_reply(struct world *world, const struct world_request *request)
{
	const struct ledger_session *session = request->session;

	if (request->failed && request->granted && session->alive &&
	    !world->ledger.lenient)
		ledger_complain(&world->ledger,
		    "a connect of session %u was denied",
		    ledger_index(&world->ledger, session));
}

/* Who was told of its own end as its connect was replied to. */
static void
take(struct world *world, struct world_request *request, uint64_t chunk)
{
	const struct ledger_answer answer = {
		.session = request->session,
		.carrier = request,
		.numbers = request->numbers,
		.count = request->count,
		.published = request->held || request->op == STEP_STREAM
		    ? world->ledger.published
		    : request->published,
		.chunk = chunk,
		.batch = request->batch,
		.connects = request->connects,
		.streams = request->op == STEP_STREAM,
	};

	ledger_take(&world->ledger, &answer);
}

static void
close_stream(struct world *world, struct world_request *request)
{
	if (request->overtaken || !request->granted)
		return;
	ledger_close_stream(&world->ledger, request->session);
}

void
world_close(struct world *world, struct world_request *request,
    bool handed_over)
{
	struct ledger_session *session = request->session;

	if (request->connects && !request->answered && session != NULL &&
	    !request->overtaken)
		ledger_let_go(session);
	if (session != NULL) {
		if (request->op == STEP_STREAM)
			close_stream(world, request);
		ledger_settle(&world->ledger, session, request, handed_over);
		if ((request->connects && request->granted) ||
		    request->op == STEP_HANDSHAKE)
			ledger_replied(&world->ledger, session,
			    request->connect);
	}
	bx_exchange_close(request->exchange, handed_over, world->now);
	request->exchange = NULL;
}

/* The client has got the answer. */
static void
see(struct world_request *request)
{
	struct world_client *client = request->client;

	if (request->op == STEP_HANDSHAKE && request->id[0] != '\0') {
		(void)snprintf(client->id, sizeof(client->id), "%s",
		    request->id);
		client->session = request->session;
		client->batch = 0;
		client->event = 0;
	}
	if (request->session == NULL || client->session != request->session)
		return;
	if (request->batch > 0)
		client->batch = request->batch;
	if (request->op == STEP_STREAM && !request->blind)
		client->event = request->event;
}

/* A chunk went out, and the stream goes on. */
static void
send_chunk(struct world *world, struct world_request *request,
    enum step_fate fate)
{
	if (fate == STEP_VANISHES && request->count > 0)
		request->blind = true;
	see(request);
	ledger_settle(&world->ledger, request->session, request, true);
	request->answered = false;
	bx_stream_sent(request->exchange, world->now);
}

void
world_finish(struct world *world, struct world_request *request,
    enum step_fate fate)
{
	if (request->op == STEP_STREAM && !request->last &&
	    (fate != STEP_FAILS || request->count == 0)) {
		send_chunk(world, request, fate);
		return;
	}
	if (fate == STEP_ARRIVES || fate == STEP_LATE)
		see(request);
	world_close(world, request, fate != STEP_FAILS);
}

static void
read_answer(struct world *world, struct world_request *request)
{
	struct bx_answer answer = bx_exchange_answer(request->exchange);
	struct reading reading = { world, request };

	request->answered = true;
	request->last = answer.is_last;
	request->count = 0;
	request->batch = 0;
	check_outcome(world, request, answer.outcome);
	if (request->connects && request->session != NULL &&
	    !request->overtaken)
		ledger_let_go(request->session);
	if (answer.outcome != BX_OUTCOME_REPLIES) {
		/* There was none; a stream that is refused has no session. */
		if (request->op == STEP_STREAM)
			request->granted = false;
		return;
	}
	bx_exchange_each_message(request->exchange, read_message, &reading);
	if (answer.is_first || answer.event > 0)
		request->event = answer.event;
	if (request->session == NULL)
		return;
	if (request->op == STEP_STREAM &&
	    (answer.is_first || request->overtaken)) {
		/* Without memory for a newer one it goes on. */
		if (request->count > 0 && !world->ledger.lenient)
			ledger_complain(&world->ledger, "events too early");
		return;
	}
	take(world, request, answer.event);
	check_patience(world, request);
	check_reply(world, request);
	if (request->count > 0)
		world->taken[ledger_index(&world->ledger, request->session)] =
		    world->turn;
}

/* What the client within was given is what it is owed. */
static void
settle_local(struct world *world)
{
	const struct ledger_answer answer = {
		.session = world->local_owed,
		.carrier = world,
		.numbers = world->local_numbers,
		.count = world->local_count,
	};

	ledger_take(&world->ledger, &answer);
	ledger_settle(&world->ledger, world->local_owed, world, true);
	world->local_count = 0;
}

/* Who is still not answered has to have a reason. */
static void
check_waiting(struct world *world, struct world_request *request)
{
	struct ledger_session *session = request->session;
	struct ledger *ledger = &world->ledger;

	request->held = true;
	if (request->op == STEP_STREAM) {
		if (session->streams && ledger_is_due(ledger, session))
			ledger_complain(ledger,
			    "session %u waits beside its stream",
			    ledger_index(ledger, session));
	} else if (!request->connects)
		ledger_complain(ledger, "a request was not answered");
	else if (!request->may_wait || request->overtaken || !session->alive ||
	    session->leaving || world->closing || world->now >= request->until)
		ledger_complain(ledger,
		    "a connect of session %u waits for nothing",
		    ledger_index(ledger, session));
	else if (ledger_is_due(ledger, session) && !session->streams &&
	    session->away_until <= world->now)
		ledger_complain(ledger,
		    "session %u is not told what is there for it",
		    ledger_index(ledger, session));
	if (request->connects) {
		session->held = true;
		session->waits = true;
		session->expires = BX_NEVER;
	}
}

static void
check_counts(struct world *world)
{
	struct bx_counts counts = bx_engine_counts(world->engine);
	struct ledger *ledger = &world->ledger;
	unsigned i, patterns = 0;
	size_t held = 0, sessions = 0, channels = 0;

	for (i = 0; i < WORLD_REQUESTS; i++)
		held += world->requests[i].exchange != NULL &&
		    !world->requests[i].answered &&
		    world->requests[i].connects;
	for (i = 0; i < ledger->count; i++) {
		sessions += ledger->sessions[i].alive;
		patterns |= ledger->sessions[i].patterns;
		if (ledger->sessions[i].alive !=
		    world_is_there(world, world->ids[i]))
			ledger_complain(ledger, "session %u is %s", i,
			    ledger->sessions[i].alive ? "not there" : "there");
	}
	for (i = 0; i < STEP_PATTERNS; i++)
		channels += patterns >> i & 1;
	if (counts.held != held || counts.sessions != sessions ||
	    counts.channels != channels ||
	    counts.published != world->accepted ||
	    (!ledger->overflowed && counts.delivered != ledger->queued))
		ledger_complain(ledger,
		    "it counts %zu held, %zu sessions, %zu channels, %llu "
		    "published and %llu delivered",
		    counts.held, counts.sessions, counts.channels,
		    (unsigned long long)counts.published,
		    (unsigned long long)counts.delivered);
}

static void
check_quiet(struct world *world)
{
	unsigned i;

	if (world->ledger.lenient)
		return;
	if (bx_engine_next_deadline(world->engine) <= world->now)
		ledger_complain(&world->ledger, "a deadline is not met");
	for (i = 0; i < WORLD_REQUESTS; i++)
		if (world->requests[i].exchange != NULL &&
		    !world->requests[i].answered)
			check_waiting(world, &world->requests[i]);
	ledger_check(&world->ledger);
	check_counts(world);
}

static void
answer_all(struct world *world)
{
	struct bx_exchange *exchange;
	struct world_request *request;

	while ((exchange = bx_engine_next_ready(world->engine)) != NULL) {
		request = bx_exchange_owner(exchange);
		read_answer(world, request);
		/* Of streams, what has events or is the end. */
		if (request->fate != STEP_LATE ||
		    (request->op == STEP_STREAM && request->count == 0))
			world_finish(world, request, request->fate);
	}
}

void
world_drain(struct world *world)
{
	unsigned again;

	bx_engine_set_now(world->engine, world->now);
	answer_all(world);
	/* What comes back may have been due for a while. */
	for (again = 0; again < AGAIN_MAX &&
	     bx_engine_next_deadline(world->engine) <= world->now;
	     again++) {
		bx_engine_advance(world->engine, world->now);
		answer_all(world);
	}
	settle_local(world);
	check_quiet(world);
	world->turn++;
}
