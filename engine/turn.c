/*
 * turn.c - the checks and replies that all handlers share.
 */
#include <string.h>

#include "session_queue.h"
#include "turn.h"

/* As long as an escape sequence can be for one byte of a name: \u0041. */
#define ESCAPE_MAX 6

/* Ids are echoed and kept while a connect is held, so they are not endless. */
#define ID_MAX 1024

enum bx_status
bx_decoded_name_init(struct bx_decoded_name *decoded,
    const struct bx_core *core, struct bx_slice value)
{
	const struct bx_settings *settings = core->settings;
	const char *text;
	size_t len;
	enum bx_status status;

	decoded->text = NULL;
	if (bx_json_type_of(value) != BX_JSON_STRING ||
	    value.len > ESCAPE_MAX * settings->max_channel_length + 2)
		return BX_EINVAL;
	if (memchr(value.at, '\\', value.len) == NULL) {
		text = value.at + 1;
		len = value.len - 2;
	} else {
		decoded->text = bx_alloc(core->env, value.len);
		if (decoded->text == NULL)
			return BX_ENOMEM;
		text = decoded->text;
		status = bx_json_string_decode(value, decoded->text, value.len,
		    &len);
		if (status != BX_OK)
			goto fail;
	}
	status = bx_channel_name_parse(&decoded->name, text, len,
	    settings->max_channel_length, settings->max_channel_depth);
	if (status == BX_OK)
		return BX_OK;
fail:
	bx_decoded_name_fini(decoded, core);
	/* Plugins are told the channel of a reply, if there is one. */
	memset(&decoded->name, 0, sizeof(decoded->name));
	return status;
}

void
bx_decoded_name_fini(struct bx_decoded_name *decoded,
    const struct bx_core *core)
{
	bx_free(core->env, decoded->text);
	decoded->text = NULL;
}

/* Rule 17 (c): an id is letters and digits, be it a string or not. */
static bool
is_valid_id(struct bx_slice id)
{
	char text[ID_MAX];
	size_t len = id.len;
	size_t i;

	switch (bx_json_type_of(id)) {
	case BX_JSON_NONE:
	case BX_JSON_NULL:
		return true;
	case BX_JSON_OBJECT:
	case BX_JSON_ARRAY:
		return false;
	case BX_JSON_STRING:
		if (bx_json_string_decode(id, text, sizeof(text), &len) !=
		    BX_OK)
			return false;
		break;
	case BX_JSON_NUMBER:
	case BX_JSON_BOOLEAN:
		if (len > sizeof(text))
			return false;
		memcpy(text, id.at, len);
		break;
	}
	for (i = 0; i < len; i++)
		if (!((text[i] >= '0' && text[i] <= '9') ||
			(text[i] >= 'A' && text[i] <= 'Z') ||
			(text[i] >= 'a' && text[i] <= 'z')))
			return false;
	return len > 0;
}

/* Fail the message, which has no decoded channel. */
static enum bx_status
refuse(struct bx_turn *turn, enum bx_error error)
{
	if (bx_turn_fail(turn, error, NULL) != BX_STEP_REPLIED)
		return BX_ENOMEM;
	return BX_EINVAL;
}

/* Who was told to leave may connect, to hear so, and nothing else (rule 59). */
static bool
may_still(const struct bx_turn *turn)
{
	if (bx_session_is_leaving(turn->session))
		return bx_channel_name_equals(&turn->channel.name,
		    "/meta/connect");
	return bx_session_state(turn->session) != BX_SESSION_GONE;
}

enum bx_status
bx_turn_open(struct bx_turn *turn)
{
	struct bx_slice channel = bx_turn_field(turn, BX_FIELD_CHANNEL);
	enum bx_json_type type = bx_json_type_of(channel);
	enum bx_status status;

	if (type == BX_JSON_NONE || type == BX_JSON_NULL)
		return refuse(turn, BX_ERROR_CHANNEL_MISSING);
	status = bx_decoded_name_init(&turn->channel, turn->core, channel);
	if (status == BX_ENOMEM)
		return status;
	if (status != BX_OK)
		return refuse(turn, BX_ERROR_CHANNEL_INVALID);
	/* No message is sent to a pattern (rule 64). */
	if (turn->channel.name.pattern) {
		status = refuse(turn, BX_ERROR_CHANNEL_INVALID);
		goto close;
	}
	if (!is_valid_id(bx_turn_field(turn, BX_FIELD_ID))) {
		status = refuse(turn, BX_ERROR_MESSAGE_ID_INVALID);
		goto close;
	}
	turn->session = bx_session_find(turn->core->sessions,
	    bx_turn_field(turn, BX_FIELD_CLIENT_ID));
	if (turn->session != NULL &&
	    !(bx_session_admits(turn->session, turn->visitor) &&
		may_still(turn)))
		turn->session = NULL;
	return BX_OK;
close:
	bx_turn_close(turn);
	return status;
}

void
bx_turn_close(struct bx_turn *turn)
{
	bx_decoded_name_fini(&turn->channel, turn->core);
}

struct bx_incoming
bx_turn_incoming(const struct bx_turn *turn, struct bx_session *session)
{
	return (struct bx_incoming){
		.session = session,
		.channel = { turn->channel.name.text, turn->channel.name.len },
		.id = bx_turn_field(turn, BX_FIELD_ID),
		.data = bx_turn_field(turn, BX_FIELD_DATA),
		.ext = bx_turn_field(turn, BX_FIELD_EXT),
		.connection_type = turn->connection_type,
		.now = turn->now,
		.received = turn->received,
		.subscription = bx_turn_field(turn, BX_FIELD_SUBSCRIPTION),
		.address = turn->visitor->address,
		.user = turn->visitor->user[0] != '\0' ? turn->visitor->user
						       : NULL,
	};
}

bool
bx_turn_screen(struct bx_turn *turn)
{
	struct bx_incoming message = bx_turn_incoming(turn, turn->session);
	enum bx_pass pass =
	    bx_plugins_incoming(&turn->core->plugins, &message);

	/* They may have ended it. */
	if (turn->session != NULL && !may_still(turn))
		turn->session = NULL;
	return pass == BX_PASS_ON;
}

bool
bx_turn_has_ended(const struct bx_turn *turn)
{
	return turn->session != NULL &&
	    (bx_session_state(turn->session) == BX_SESSION_GONE ||
		bx_session_is_leaving(turn->session));
}

struct bx_slice
bx_turn_field(const struct bx_turn *turn, enum bx_field field)
{
	return bx_envelope_field(turn->envelope, turn->body, field);
}

struct bx_draft *
bx_turn_begin_reply(const struct bx_turn *turn)
{
	struct bx_slice channel = bx_turn_field(turn, BX_FIELD_CHANNEL);
	struct bx_slice id = bx_turn_field(turn, BX_FIELD_ID);
	const struct bx_slice absent = { NULL, 0 };

	/* What has no scalar's type is not echoed (rule 21). */
	if (bx_json_type_of(channel) != BX_JSON_STRING)
		channel = absent;
	switch (bx_json_type_of(id)) {
	case BX_JSON_STRING:
	case BX_JSON_NUMBER:
	case BX_JSON_BOOLEAN:
		break;
	case BX_JSON_NONE:
	case BX_JSON_NULL:
	case BX_JSON_OBJECT:
	case BX_JSON_ARRAY:
		id = absent;
		break;
	}
	bx_reply_begin(&turn->core->draft, channel, id);
	return &turn->core->draft;
}

enum bx_step
bx_turn_end_reply(struct bx_turn *turn)
{
	struct bx_replying reply = {
		.session =
		    turn->created != NULL ? turn->created : turn->session,
		.channel = { turn->channel.name.text, turn->channel.name.len },
		.id = bx_turn_field(turn, BX_FIELD_ID),
		.ext = bx_turn_field(turn, BX_FIELD_EXT),
		.draft = &turn->core->draft,
		.received = turn->received,
		.successful = turn->core->draft.successful,
	};

	bx_plugins_replying(&turn->core->plugins, &reply);
	bx_message_unref(turn->reply);
	turn->reply = bx_reply_end(&turn->core->draft);
	return turn->reply != NULL ? BX_STEP_REPLIED : BX_STEP_NO_MEMORY;
}

enum bx_step
bx_turn_fail(struct bx_turn *turn, enum bx_error error, const char *arg)
{
	struct bx_draft *draft = bx_turn_begin_reply(turn);

	bx_reply_error(draft, error, arg);
	return bx_turn_end_reply(turn);
}
