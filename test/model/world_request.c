/*
 * world_request.c - what clients ask for.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/session_browser.h"
#include "test/model/world_private.h"

static const struct bx_transport_info long_polling = {
	.connection_type = "long-polling",
};

/* A request of the client's, with nothing in it; NULL: too many are there. */
static struct world_request *
open_request(struct world *world, const struct step *step)
{
	struct world_request *request = world->requests;
	struct world_client *client = &world->clients[step_who(step)];

	while (request->exchange != NULL)
		if (++request == world->requests + WORLD_REQUESTS)
			return NULL;
	memset(request, 0, offsetof(struct world_request, numbers));
	request->exchange = bx_exchange_open(bx_engine_core(world->engine),
	    &long_polling, request);
	if (request->exchange == NULL)
		return NULL;
	request->client = client;
	request->session = client->session;
	request->op = step_op(step);
	request->fate = step_fate(step);
	request->granted =
	    client->session != NULL && world_is_there(world, client->id);
	if (request->granted && client->session->leaving)
		request->granted = request->op == STEP_CONNECT;
	request->first = world->ledger.published + 1;
	return request;
}

static void
give_up(struct world *world, struct world_request *request)
{
	bx_exchange_close(request->exchange, false, world->now);
	request->exchange = NULL;
}

static void
start_request(struct world *world, struct world_request *request)
{
	world->starting = request;
	bx_exchange_start(request->exchange, world->now);
	world->starting = NULL;
	request->published = world->ledger.published;
}

static bool __attribute__((format(printf, 3, 4))) receive(struct world *world,
    struct world_request *request, const char *fmt, ...)
{
	char text[WORLD_TEXT];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len >= 0 && (size_t)len < sizeof(text) &&
	    bx_exchange_receive(request->exchange, text, (size_t)len) == BX_OK)
		return true;
	give_up(world, request);
	return false;
}

static void
touch(struct world *world, struct world_request *request)
{
	if (request->granted)
		ledger_touch(&world->ledger, request->session);
}

static void
handshake(struct world *world, const struct step *step)
{
	struct world_request *request;

	if (world->ledger.count == LEDGER_SESSIONS)
		return;
	request = open_request(world, step);
	if (request == NULL)
		return;
	request->acks = (step->how & 1) != 0;
	request->session = NULL;
	if (receive(world, request,
		"{\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
		"\"ext\":{\"ack\":%s}}",
		request->acks ? "true" : "1"))
		start_request(world, request);
}

static bool
add_publishes(struct world *world, struct world_request *request,
    const struct step *step, unsigned count)
{
	struct step next = *step;

	for (; count > 0; count--, next.what++) {
		if (!receive(world, request,
			"{\"channel\":\"%s\",\"clientId\":\"%s\",\"data\":%u}",
			step_channel(&next), request->client->id,
			request->first + request->sent))
			return false;
		request->sent++;
		world->ledger.published++;
	}
	return true;
}

static void
publish(struct world *world, const struct step *step)
{
	struct world_request *request = open_request(world, step);

	if (request == NULL ||
	    !add_publishes(world, request, step, 1 + (step->how & 3)))
		return;
	touch(world, request);
	start_request(world, request);
}

/* Whoever else asks for the session is overtaken. */
static struct world_request *
overtake(struct world *world, const struct world_request *request)
{
	struct world_request *other, *older = NULL;

	for (other = world->requests; other < world->requests + WORLD_REQUESTS;
	     other++)
		if (other->exchange != NULL && other != request &&
		    other->session == request->session && !other->overtaken &&
		    (request->connects
			    ? other->connects && !other->answered
			    : other->op == STEP_STREAM && other->granted)) {
			other->overtaken = true;
			other->blind = true;
			older = other;
		}
	return older;
}

static void
connect(struct world *world, const struct step *step)
{
	struct world_request *request = open_request(world, step);
	bool with_other = (step->how & STEP_WITH_OTHER) != 0;
	bool at_once = (step->how & STEP_AT_ONCE) != 0;

	if (request == NULL ||
	    (with_other && !add_publishes(world, request, step, 1)) ||
	    !receive(world, request,
		"{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"%s,"
		"\"ext\":{\"ack\":%llu}}",
		request->client->id,
		at_once ? ",\"advice\":{\"timeout\":0}" : "",
		(unsigned long long)request->client->batch))
		return;
	request->connects = true;
	touch(world, request);
	if (request->granted) {
		ledger_let_go(request->session);
		request->may_wait =
		    request->session->connects > 0 && !at_once && !with_other;
		request->until = world->now + world->settings.timeout;
		request->connect = ledger_connect(request->session);
		if (request->session->acks)
			ledger_acknowledge(&world->ledger, request->session,
			    request->client->batch);
	}
	start_request(world, request);
	/* What it says it has got may have ended its session. */
	if (!request->granted || !world_is_there(world, request->client->id))
		return;
	(void)overtake(world, request);
	if (request->may_wait && !request->session->leaving)
		ledger_hold(&world->ledger, request->session);
}

static void
subscribe(struct world *world, const struct step *step, bool on)
{
	struct world_request *request = open_request(world, step);
	unsigned pattern = 1u << step_pattern_index(step);

	if (request == NULL ||
	    !receive(world, request,
		"{\"channel\":\"/meta/%ssubscribe\",\"clientId\":\"%s\","
		"\"subscription\":\"%s\"}",
		on ? "" : "un", request->client->id, step_pattern(step)))
		return;
	touch(world, request);
	if (request->granted && on)
		request->session->patterns |= pattern;
	else if (request->granted)
		request->session->patterns &= ~pattern;
	start_request(world, request);
}

static void
disconnect(struct world *world, const struct step *step)
{
	struct world_request *request = open_request(world, step);

	if (request == NULL ||
	    !receive(world, request,
		"{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}",
		request->client->id))
		return;
	touch(world, request);
	if (request->granted) {
		request->session->bye = true;
		request->session->patterns = 0;
	}
	start_request(world, request);
}

static void
stream(struct world *world, const struct step *step)
{
	struct world_request *request = open_request(world, step);
	struct world_client *client = &world->clients[step_who(step)];
	const struct bx_stream_call call = {
		.client_id = { client->id, strlen(client->id) },
		.resumes = (step->what & 1) != 0,
		.last_event = client->event,
	};
	struct ledger_stream how = { NULL, client->event, call.resumes };

	if (request == NULL)
		return;
	if (!request->granted || client->session->leaving ||
	    bx_stream_ask(request->exchange, &call) != BX_OK) {
		give_up(world, request);
		return;
	}
	client->session->lags = call.resumes;
	start_request(world, request);
	how.older = overtake(world, request);
	if (world_is_there(world, client->id))
		ledger_open_stream(&world->ledger, client->session, &how);
	else
		request->granted = false;
	world->taken[ledger_index(&world->ledger, client->session)] =
	    world->turn;
}

void
world_send(struct world *world, const struct step *step, const char *bytes,
    size_t len)
{
	struct world_request *request = open_request(world, step);
	enum bx_status status = BX_OK;
	size_t i, id_len;

	world->ledger.lenient = true;
	world->ledger.deaf = true;
	if (request == NULL)
		return;
	id_len = strlen(request->client->id);
	for (i = 0; i < len && request->sent < WORLD_TEXT; i++) {
		bool is_id = bytes[i] == '$' && id_len > 0;
		size_t room = WORLD_TEXT - request->sent;

		if (is_id && id_len <= room) {
			memcpy(world->text + request->sent,
			    request->client->id, id_len);
			request->sent += (unsigned)id_len;
		} else
			world->text[request->sent++] = bytes[i];
	}
	status =
	    bx_exchange_receive(request->exchange, world->text, request->sent);
	if (status != BX_OK)
		give_up(world, request);
	else
		start_request(world, request);
}

void
world_ask(struct world *world, const struct step *step)
{
	switch (step_op(step)) {
	case STEP_HANDSHAKE:
		handshake(world, step);
		break;
	case STEP_CONNECT:
		connect(world, step);
		break;
	case STEP_SUBSCRIBE:
	case STEP_UNSUBSCRIBE:
		subscribe(world, step, step_op(step) == STEP_SUBSCRIBE);
		break;
	case STEP_PUBLISH:
		publish(world, step);
		break;
	case STEP_DISCONNECT:
		disconnect(world, step);
		break;
	case STEP_STREAM:
		stream(world, step);
		break;
	default:
		break;
	}
}
