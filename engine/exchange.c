/*
 * exchange.c - a request's messages, one turn after the other.
 *
 * While a request runs, every session it deals with has a batch open, so what
 * the request causes rides home in its own answer and wakes no held connect
 * (BAYEUX.md rule 69).  A held or parked exchange has none open.
 */
#include <string.h>

#include "exchange.h"
#include "exchange_private.h"
#include "dispatch.h"
#include "meta.h"
#include "session_keep.h"
#include "sessions.h"

struct bx_exchange *
bx_exchange_open(struct bx_core *core,
    const struct bx_transport_info *transport, void *owner)
{
	struct bx_exchange *exchange = bx_alloc(core->env, sizeof(*exchange));

	if (exchange == NULL)
		return NULL;
	memset(exchange, 0, sizeof(*exchange));
	exchange->core = core;
	exchange->input = bx_input_new(exchange);
	if (exchange->input == NULL) {
		bx_free(core->env, exchange);
		return NULL;
	}
	exchange->transport = transport;
	exchange->owner = owner;
	exchange->state = EXCHANGE_OPEN;
	bx_list_init(&exchange->reader.ready);
	bx_parts_init(&exchange->parts, core->env);
	return exchange;
}

void *
bx_exchange_owner(const struct bx_exchange *exchange)
{
	return exchange->owner;
}

bool
bx_exchange_was_woken(const struct bx_exchange *exchange)
{
	switch (exchange->reader.wake) {
	case BX_WAKE_MESSAGE:
	case BX_WAKE_TIMEOUT:
	case BX_WAKE_SHUTDOWN:
		return true;
	case BX_WAKE_NONE:
	case BX_WAKE_DONE:
	case BX_WAKE_ENDED:
	case BX_WAKE_SUPERSEDED:
		break;
	}
	return false;
}

struct bx_visitor *
bx_exchange_visitor(struct bx_exchange *exchange)
{
	return &exchange->input->visitor;
}

enum bx_status
bx_exchange_receive(struct bx_exchange *exchange, const char *bytes,
    size_t len)
{
	const struct bx_settings *settings = exchange->core->settings;
	struct bx_input *input = exchange->input;
	struct bx_envelope_input scan = {
		.from = input->body.len,
		.max_depth = settings->max_json_depth,
		.max_count = settings->max_batch,
	};

	if (bx_buf_append(&input->body, bytes, len) != BX_OK)
		return BX_ENOMEM;
	scan.bytes = input->body.bytes;
	scan.len = input->body.len;
	if (scan.bytes == NULL)
		return BX_EJSON;
	return bx_envelopes_scan(&input->messages, &scan);
}

static void
free_input(struct bx_exchange *exchange)
{
	bx_input_free(exchange->core, exchange->input);
	exchange->input = NULL;
}

/* What plugins may want to know of a connect once it is answered. */
static struct bx_slice
ext_to_keep(const struct bx_turn *turn)
{
	const struct bx_slice absent = { NULL, 0 };
	struct bx_slice ext = bx_turn_field(turn, BX_FIELD_EXT);

	if (bx_list_is_empty(&turn->core->plugins.list) ||
	    ext.len > BX_HELD_EXT_MAX)
		return absent;
	return ext;
}

static bool
keep_for_reply(struct bx_exchange *exchange, const struct bx_turn *turn)
{
	struct bx_slice id = bx_turn_field(turn, BX_FIELD_ID);
	struct bx_slice ext = ext_to_keep(turn);

	if (bx_json_type_of(id) == BX_JSON_NULL)
		id.len = 0;
	if (id.len + ext.len == 0)
		return true;
	exchange->held.at = exchange->held.here;
	if (id.len + ext.len > sizeof(exchange->held.here))
		exchange->held.at =
		    bx_alloc(exchange->core->env, id.len + ext.len);
	if (exchange->held.at == NULL)
		return false;
	exchange->held.id_len = id.len;
	exchange->held.ext_len = ext.len;
	if (id.len > 0)
		memcpy(exchange->held.at, id.at, id.len);
	if (ext.len > 0)
		memcpy(exchange->held.at + id.len, ext.at, ext.len);
	return true;
}

/* Keep what the late answer to a connect needs, and free the request. */
static enum bx_step
hold(struct bx_exchange *exchange, struct bx_turn *turn)
{
	if (!keep_for_reply(exchange, turn))
		return BX_STEP_NO_MEMORY;
	exchange->wants_advice = turn->wants_advice;
	exchange->state = EXCHANGE_HELD;
	bx_parts_end_batches(&exchange->parts);
	bx_session_hold(turn->session, &exchange->reader, turn->until);
	return BX_STEP_HOLD;
}

/* Take from the turn what outlives it. */
static enum bx_step
finish_turn(struct bx_exchange *exchange, struct bx_turn *turn,
    enum bx_step step)
{
	struct bx_part *part = NULL;

	if (turn->created != NULL) {
		part = bx_parts_join(&exchange->parts, turn->created);
		if (part == NULL) {
			bx_session_end(turn->created, BX_GONE_CLOSED);
			return BX_STEP_NO_MEMORY;
		}
		part->silent = true;
		exchange->is_introduced =
		    exchange->input->visitor.cookie_len > 0 &&
		    !exchange->input->visitor.shown;
	} else if (turn->session != NULL)
		part = bx_parts_join(&exchange->parts, turn->session);
	if (part == NULL)
		exchange->has_strangers = true;
	if (part != NULL && turn->answers_connect) {
		part->answers_connect = true;
		part->connect = turn->connect;
		part->batch = bx_session_closed_batch(part->session);
	}
	if (step == BX_STEP_HOLD)
		return hold(exchange, turn);
	if (step == BX_STEP_REPLIED) {
		exchange->replies[exchange->reply_count++] = turn->reply;
		turn->reply = NULL;
	}
	return step;
}

/* The reply has the subscription, by which a client knows what has failed
 * (rule 47, J9). */
static enum bx_step
refuse_deleted(struct bx_turn *turn)
{
	struct bx_draft *draft;

	if (bx_channel_name_equals(&turn->channel.name, "/meta/handshake"))
		bx_meta_tell_denied(turn, "404::message_deleted");
	draft = bx_turn_begin_reply(turn);
	bx_draft_field(draft, "subscription",
	    bx_turn_field(turn, BX_FIELD_SUBSCRIPTION));
	bx_reply_error(draft, BX_ERROR_MESSAGE_DELETED, NULL);
	return bx_turn_end_reply(turn);
}

/* Plugins see a message first, and only once if it is parked. */
static enum bx_step
screen_and_dispatch(struct bx_turn *turn)
{
	if (!turn->asker->screened && !bx_turn_screen(turn))
		return refuse_deleted(turn);
	turn->asker->screened = true;
	return bx_dispatch(turn);
}

static enum bx_step
handle(struct bx_exchange *exchange, struct bx_turn *turn)
{
	enum bx_step step;

	/* A handshake makes a new session, whatever clientId it has. */
	if (bx_channel_name_equals(&turn->channel.name, "/meta/handshake"))
		turn->session = NULL;
	if (turn->session != NULL) {
		if (bx_parts_join(&exchange->parts, turn->session) == NULL)
			return BX_STEP_NO_MEMORY;
		bx_session_touch(turn->session, turn->now);
	}
	step = screen_and_dispatch(turn);
	if (step == BX_STEP_PARKED)
		return step;
	return finish_turn(exchange, turn, step);
}

/* Process the message that is next. */
static enum bx_step
take_turn(struct bx_exchange *exchange, bx_msec now)
{
	struct bx_input *input = exchange->input;
	struct bx_turn turn = {
		.core = exchange->core,
		.connection_type = exchange->transport->connection_type,
		.visitor = &input->visitor,
		.body = input->body.bytes,
		.envelope = &input->messages.list[input->next],
		.asker = &input->asker,
		.now = now,
		.received = exchange->received,
		.alone = input->messages.count == 1,
	};
	enum bx_step step = BX_STEP_NO_MEMORY;

	switch (bx_turn_open(&turn)) {
	case BX_OK:
		step = handle(exchange, &turn);
		bx_turn_close(&turn);
		break;
	case BX_EINVAL:
		step = finish_turn(exchange, &turn, BX_STEP_REPLIED);
		break;
	default:
		break;
	}
	bx_message_unref(turn.reply);
	return step;
}

void
bx_exchange_become_ready(struct bx_exchange *exchange)
{
	free_input(exchange);
	exchange->state = EXCHANGE_READY;
	bx_sessions_make_ready(exchange->core->sessions, &exchange->reader);
}

void
bx_exchange_park(struct bx_exchange *exchange)
{
	exchange->state = EXCHANGE_PARKED;
	bx_parts_begin_park(&exchange->parts);
	bx_parts_end_batches(&exchange->parts);
}

static void
run(struct bx_exchange *exchange, bx_msec now)
{
	struct bx_input *input = exchange->input;

	while (input->next < input->messages.count) {
		switch (take_turn(exchange, now)) {
		case BX_STEP_REPLIED:
			input->next++;
			bx_input_begin_message(input);
			break;
		case BX_STEP_HOLD:
			free_input(exchange);
			return;
		case BX_STEP_PARKED:
			bx_exchange_park(exchange);
			return;
		case BX_STEP_NO_MEMORY:
			exchange->no_memory = true;
			bx_exchange_become_ready(exchange);
			return;
		}
	}
	bx_exchange_become_ready(exchange);
}

/* If there is a handshake, the first one is all there is (rule 29). */
static void
prefer_handshake(struct bx_input *input)
{
	struct bx_envelopes *messages = &input->messages;
	struct bx_slice channel;
	size_t i;

	for (i = 0; i < messages->count; i++) {
		channel = bx_envelope_field(&messages->list[i],
		    input->body.bytes, BX_FIELD_CHANNEL);
		if (bx_json_string_equals(channel, "/meta/handshake")) {
			messages->list[0] = messages->list[i];
			messages->count = 1;
			return;
		}
	}
}

void
bx_exchange_start(struct bx_exchange *exchange, bx_msec now)
{
	const struct bx_env *env = exchange->core->env;
	struct bx_input *input = exchange->input;
	size_t count;

	exchange->core->now = now;
	if (env->wall_clock != NULL)
		exchange->received = env->wall_clock(env->ctx);
	if (exchange->stream != NULL) {
		bx_stream_start(exchange, now);
		return;
	}
	prefer_handshake(input);
	count = input->messages.count;
	exchange->replies = count == 1
	    ? &exchange->only_reply
	    : bx_alloc(env, count * sizeof(*exchange->replies));
	if (exchange->replies == NULL) {
		exchange->no_memory = true;
		bx_exchange_become_ready(exchange);
		return;
	}
	run(exchange, now);
}

void
bx_exchange_resume(struct bx_exchange *exchange)
{
	bx_list_remove(&exchange->reader.ready);
	exchange->state = EXCHANGE_OPEN;
	bx_parts_end_park(&exchange->parts);
	if (exchange->stream != NULL) {
		bx_stream_start(exchange, exchange->resumed_at);
		return;
	}
	bx_parts_begin_batches(&exchange->parts);
	run(exchange, exchange->resumed_at);
}

void
bx_exchange_close(struct bx_exchange *exchange, bool handed_over, bx_msec now)
{
	const struct bx_env *env = exchange->core->env;
	size_t i;

	free_input(exchange);
	bx_stream_close(exchange, handed_over, now);
	bx_session_let_go(&exchange->reader);
	bx_parts_settle(&exchange->parts, handed_over, now);
	bx_parts_fini(&exchange->parts);
	for (i = 0; i < exchange->reply_count; i++)
		bx_message_unref(exchange->replies[i]);
	if (exchange->replies != &exchange->only_reply)
		bx_free(env, exchange->replies);
	if (exchange->held.at != exchange->held.here)
		bx_free(env, exchange->held.at);
	bx_free(env, exchange);
}
