/*
 * meta_connect.c - /meta/connect: held or not, and what it is answered.
 */
#include <string.h>

#include "meta.h"
#include "session_extra.h"
#include "session_keep.h"
#include "session_queue.h"
#include "session_stream.h"
#include "turn_ask.h"

/* The longest pause between its connects that a client may ask for, unless
 * the timeout is longer: its session lives for as long without any. */
#define PAUSE_MAX 60000

/* What the transport of streams is called. */
#define STREAM_TYPE "eventsource"

static const char channel_json[] = "\"/meta/connect\"";

/* The advice that a successful reply carries, or false for none. */
static bool
choose_advice(const struct bx_connect *connect, struct bx_advice *advice)
{
	const struct bx_core *core = connect->core;
	struct bx_session *session = connect->session;

	if (connect->wake == BX_WAKE_ENDED) {
		*advice = bx_advice_none(core->settings);
		return true;
	}
	if (core->closing) {
		*advice = bx_advice_retry(core->settings,
		    bx_advice_spread(core->env, core->spread));
		advice->timeout = bx_session_timeout(session);
		return true;
	}
	if (!connect->wants_advice &&
	    !bx_session_needs_advice(session, connect->connection_type))
		return false;
	bx_session_set_advised(session, connect->connection_type);
	*advice =
	    bx_advice_retry(core->settings, bx_session_interval(session));
	advice->timeout = bx_session_timeout(session);
	return true;
}

/* Has the session ended in a way that its client is to handshake again? */
static bool
is_unknown(const struct bx_session *session)
{
	return bx_session_state(session) == BX_SESSION_GONE &&
	    !bx_session_is_dismissed(session);
}

static struct bx_message *
end_reply(const struct bx_connect *connect)
{
	struct bx_draft *draft = &connect->core->draft;
	struct bx_replying reply = {
		.session =
		    is_unknown(connect->session) ? NULL : connect->session,
		.channel = { channel_json + 1, sizeof(channel_json) - 3 },
		.id = connect->id,
		.ext = connect->ext,
		.draft = draft,
		.received = connect->received,
		.successful = draft->successful,
	};

	bx_plugins_replying(&connect->core->plugins, &reply);
	return bx_reply_end(draft);
}

struct bx_message *
bx_meta_connect_reply(const struct bx_connect *connect)
{
	const struct bx_slice channel = { channel_json,
		sizeof(channel_json) - 1 };
	struct bx_draft *draft = &connect->core->draft;
	struct bx_advice advice;

	bx_reply_begin(draft, channel, connect->id);
	if (is_unknown(connect->session)) {
		bx_reply_error(draft, BX_ERROR_SESSION_UNKNOWN, NULL);
		advice = bx_advice_handshake();
		bx_reply_advice(draft, &advice);
		return end_reply(connect);
	}
	bx_reply_success(draft);
	if (choose_advice(connect, &advice))
		bx_reply_advice(draft, &advice);
	return end_reply(connect);
}

/* Rule 43. */
static enum bx_step
refuse_unknown(struct bx_turn *turn)
{
	struct bx_advice advice = bx_advice_handshake();
	struct bx_draft *draft = bx_turn_begin_reply(turn);

	bx_reply_error(draft, BX_ERROR_SESSION_UNKNOWN, NULL);
	bx_reply_advice(draft, &advice);
	return bx_turn_end_reply(turn);
}

/* What the client's own advice asks for (rule 36); negative: nothing. */
struct wishes {
	int64_t timeout;
	int64_t interval;
	bool any;
};

static enum bx_status
read_wishes(const struct bx_turn *turn, struct wishes *wishes)
{
	struct bx_slice advice = bx_turn_field(turn, BX_FIELD_ADVICE);
	bx_msec timeout = bx_session_timeout(turn->session);
	bx_msec longest = timeout > PAUSE_MAX ? timeout : PAUSE_MAX;

	wishes->timeout = -1;
	wishes->interval = -1;
	wishes->any = bx_json_type_of(advice) == BX_JSON_OBJECT;
	if (!wishes->any)
		return BX_OK;
	if (bx_json_integer(bx_json_member(advice, "timeout"),
		&wishes->timeout) == BX_ENOMEM ||
	    bx_json_integer(bx_json_member(advice, "interval"),
		&wishes->interval) == BX_ENOMEM)
		return BX_ENOMEM;
	/* A client may not keep its session alive for ever by asking for an
	 * endless pause. */
	if (wishes->interval > longest)
		wishes->interval = longest;
	return BX_OK;
}

/* How long this connect may wait: not longer than is configured. */
static bx_msec
hold_time(const struct bx_turn *turn, const struct wishes *wishes)
{
	bx_msec timeout = bx_session_timeout(turn->session);

	if (wishes->timeout >= 0 && wishes->timeout < timeout)
		timeout = wishes->timeout;
	return timeout;
}

/* Rule 46: answered at once, with the advice to come less often. */
static enum bx_step
answer_crowded(struct bx_turn *turn)
{
	const struct bx_settings *settings = turn->core->settings;
	struct bx_advice advice = bx_advice_multiple_clients(settings);
	struct bx_draft *draft = bx_turn_begin_reply(turn);

	if (advice.reconnect == BX_RECONNECT_RETRY)
		bx_reply_success(draft);
	else
		bx_reply_failure(draft);
	bx_reply_advice(draft, &advice);
	bx_session_pause(turn->session, advice.interval);
	return bx_turn_end_reply(turn);
}

/* Keep the connect waiting, unless the browser has too many that wait. */
static enum bx_step
try_to_hold(struct bx_turn *turn, bx_msec hold, bool wants_advice)
{
	bool eased;

	bx_session_seek_room(turn->session, turn->visitor,
	    turn->core->platform);
	if (bx_session_is_crowded(turn->session, turn->visitor, &eased))
		return answer_crowded(turn);
	turn->until = turn->now + hold;
	turn->wants_advice = wants_advice || eased;
	return BX_STEP_HOLD;
}

/* Does the client read a stream, so that its connects are but signs of life
 * (rule 92)? */
static bool
reads_stream(const struct bx_turn *turn)
{
	const char *const *types = turn->core->settings->connection_types;
	int i;

	if (!bx_json_string_equals(bx_turn_field(turn,
				       BX_FIELD_CONNECTION_TYPE),
		STREAM_TYPE) ||
	    bx_session_is_keeping(turn->session))
		return false;
	for (i = 0; i < BX_CONNECTION_TYPES_MAX && types[i] != NULL; i++)
		if (strcmp(types[i], STREAM_TYPE) == 0)
			return true;
	return false;
}

/* At once, and the next is due after as long as it could have been held; but
 * who is left without a stream has to come for its messages (rule 46). */
static enum bx_step
answer_for_stream(struct bx_turn *turn)
{
	struct bx_session *session = turn->session;
	struct bx_advice advice = bx_advice_retry(turn->core->settings,
	    bx_session_own_interval(session));
	struct bx_draft *draft;

	if (bx_session_lacks_stream(session))
		return answer_crowded(turn);
	advice.timeout = 0;
	if (advice.interval < bx_session_timeout(session))
		advice.interval = bx_session_timeout(session);
	draft = bx_turn_begin_reply(turn);
	bx_reply_success(draft);
	bx_reply_advice(draft, &advice);
	bx_session_pause(session, advice.interval);
	bx_session_set_advised(session, STREAM_TYPE);
	return bx_turn_end_reply(turn);
}

/* May it connect?  Otherwise *step is what becomes of the message. */
static bool
is_granted(struct bx_turn *turn, enum bx_step *step)
{
	const struct bx_ask ask = { .operation = BX_OPERATION_CONNECT };
	const struct bx_advice none = bx_advice_none(turn->core->settings);
	/* Without advice it would try for ever (J3). */
	const struct bx_refusal refusal = { BX_ERROR_CONNECT_DENIED, &none };

	/* Who was told to leave may come to hear so. */
	if (bx_session_is_leaving(turn->session))
		return true;
	return bx_turn_is_granted(turn, &ask, &refusal, step);
}

enum bx_step
bx_meta_connect(struct bx_turn *turn)
{
	struct bx_session *session = turn->session;
	struct bx_connect connect = {
		.core = turn->core,
		.session = session,
		.connection_type = turn->connection_type,
		.id = bx_turn_field(turn, BX_FIELD_ID),
		.ext = bx_turn_field(turn, BX_FIELD_EXT),
		.received = turn->received,
		.wake = BX_WAKE_DONE,
	};
	struct wishes wishes;
	enum bx_step step;
	bx_msec hold;
	bool may_hold;

	if (session == NULL)
		return refuse_unknown(turn);
	if (!is_granted(turn, &step))
		return step;
	/* A callback may have ended it. */
	if (is_unknown(session))
		return refuse_unknown(turn);
	if (read_wishes(turn, &wishes) != BX_OK)
		return BX_STEP_NO_MEMORY;
	turn->connect =
	    bx_session_connect(session, wishes.interval, &may_hold);
	turn->answers_connect = true;
	if (reads_stream(turn) && !turn->core->closing &&
	    !bx_session_is_leaving(session))
		return answer_for_stream(turn);
	hold = hold_time(turn, &wishes);
	if (bx_session_is_leaving(session)) {
		bx_session_end(session, BX_GONE_KICKED);
		connect.wake = BX_WAKE_ENDED;
	} else if (may_hold && hold > 0 && turn->alone &&
	    !turn->core->closing &&
	    !(bx_session_is_due(session, turn->now) &&
		bx_session_may_take(session, true)))
		return try_to_hold(turn, hold, wishes.any);
	connect.wants_advice = wishes.any;
	if (bx_json_type_of(connect.id) == BX_JSON_NULL)
		connect.id = (struct bx_slice){ NULL, 0 };
	bx_message_unref(turn->reply);
	turn->reply = bx_meta_connect_reply(&connect);
	return turn->reply != NULL ? BX_STEP_REPLIED : BX_STEP_NO_MEMORY;
}
