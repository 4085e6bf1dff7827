/*
 * publish.c - who may send what, and what becomes of it.
 */
#include <stdio.h>

#include "event.h"
#include "publish.h"
#include "turn_ask.h"

static enum bx_status
broadcast(struct bx_turn *turn)
{
	struct bx_core *core = turn->core;
	struct bx_outgoing event = {
		.channel = { turn->channel.name.text, turn->channel.name.len },
		.data = bx_turn_field(turn, BX_FIELD_DATA),
	};
	struct bx_slice ext = bx_turn_field(turn, BX_FIELD_EXT);

	/* An ext of the wrong type is ignored (rule 22). */
	if (core->settings->forward_ext &&
	    bx_json_type_of(ext) == BX_JSON_OBJECT)
		event.ext = ext;
	return bx_event_publish(core, &turn->channel.name, turn->session,
	    &event);
}

/* What a service makes of its message, beside what it answers. */
struct call {
	bool failed;
	char error[BX_ERROR_TEXT_MAX];
};

void
bx_publish_fail(const struct bx_incoming *message, const char *text)
{
	static const char prefix[] = "/service/";
	const size_t prefix_len = sizeof(prefix) - 1;
	struct call *call = message->call;

	if (call == NULL)
		return;
	call->failed = true;
	(void)snprintf(call->error, sizeof(call->error), "500:%.*s:%s",
	    (int)(message->channel.len - prefix_len),
	    message->channel.at + prefix_len, text);
}

/* The reply is written already, and written anew if the service fails. */
static enum bx_step
call_service(struct bx_turn *turn)
{
	struct bx_incoming message = bx_turn_incoming(turn, turn->session);
	struct call call = { .failed = false };
	struct bx_draft *draft;

	message.call = &call;
	/* That nobody serves the channel is no error (rule 66). */
	(void)bx_hooks_call_service(turn->core->hooks, &message);
	if (!call.failed)
		return BX_STEP_REPLIED;
	draft = bx_turn_begin_reply(turn);
	bx_reply_error_text(draft, call.error);
	return bx_turn_end_reply(turn);
}

static void
tell_published(const struct bx_turn *turn)
{
	const struct bx_happening published = {
		.kind = BX_HAPPENING_PUBLISH,
		.session = turn->session,
		.channel = { turn->channel.name.text, turn->channel.name.len },
		.data = bx_turn_field(turn, BX_FIELD_DATA),
		.id = bx_turn_field(turn, BX_FIELD_ID),
		.ext = bx_turn_field(turn, BX_FIELD_EXT),
	};

	bx_plugins_happened(&turn->core->plugins, &published);
}

/* The sender must have a session; where it is configured, a message without
 * any clientId may be broadcast all the same (rule 67). */
static bool
may_send(const struct bx_turn *turn)
{
	enum bx_json_type id =
	    bx_json_type_of(bx_turn_field(turn, BX_FIELD_CLIENT_ID));

	if (turn->session != NULL)
		return true;
	return turn->core->settings->anonymous_publish &&
	    turn->channel.name.kind == BX_CHANNEL_BROADCAST &&
	    (id == BX_JSON_NONE || id == BX_JSON_NULL);
}

/* May the message be published?  Otherwise *step is what becomes of it. */
static bool
is_granted(struct bx_turn *turn, enum bx_step *step)
{
	static const struct bx_refusal refusals[] = {
		{ BX_ERROR_CHANNEL_CREATE_DENIED, NULL },
		{ BX_ERROR_PUBLISH_DENIED, NULL },
	};
	const struct bx_channel_name *name = &turn->channel.name;
	struct bx_ask ask = { BX_OPERATION_CREATE, 0, name };

	if (name->kind == BX_CHANNEL_BROADCAST &&
	    !bx_channel_exists(turn->core->tree, name) &&
	    !bx_turn_is_granted(turn, &ask, &refusals[0], step))
		return false;
	ask.operation = BX_OPERATION_PUBLISH;
	ask.place = 1;
	return bx_turn_is_granted(turn, &ask, &refusals[1], step);
}

enum bx_step
bx_publish(struct bx_turn *turn)
{
	struct bx_draft *draft;
	enum bx_step step;

	if (!may_send(turn))
		return bx_turn_fail(turn, BX_ERROR_SESSION_UNKNOWN, NULL);
	/* What is reserved exists or not, but nobody creates it (rule 65). */
	if (bx_channel_name_is_reserved(&turn->channel.name))
		return bx_turn_fail(turn, BX_ERROR_CHANNEL_CREATE_DENIED,
		    "denied_by_security_policy");
	if (bx_turn_field(turn, BX_FIELD_DATA).len == 0)
		return bx_turn_fail(turn, BX_ERROR_DATA_MISSING, NULL);
	if (!is_granted(turn, &step))
		return step;
	/* The reply comes first, as nothing may fail once others were told. */
	draft = bx_turn_begin_reply(turn);
	bx_reply_success(draft);
	step = bx_turn_end_reply(turn);
	if (step != BX_STEP_REPLIED)
		return step;
	if (bx_turn_has_ended(turn))
		return bx_turn_fail(turn, BX_ERROR_SESSION_UNKNOWN, NULL);
	if (turn->channel.name.kind == BX_CHANNEL_SERVICE)
		step = call_service(turn);
	else if (broadcast(turn) != BX_OK)
		return BX_STEP_NO_MEMORY;
	tell_published(turn);
	return step;
}
