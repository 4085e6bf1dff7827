/*
 * stream.c - an exchange that is answered again and again.
 */
#include <string.h>

#include "client_id.h"
#include "exchange_private.h"
#include "policy.h"
#include "reply.h"
#include "session_queue.h"
#include "session_stream.h"
#include "stream.h"

/* What an exchange has that is a stream. */
struct bx_stream_part {
	struct bx_stream stream;
	enum bx_outcome outcome;
	uint64_t last_event;
	bool resumes;
	size_t id_len;
	char id[BX_CLIENT_ID_LENGTH];
};

enum bx_status
bx_stream_ask(struct bx_exchange *exchange, const struct bx_stream_call *call)
{
	struct bx_stream_part *part =
	    bx_alloc(exchange->core->env, sizeof(*part));

	if (part == NULL)
		return BX_ENOMEM;
	memset(part, 0, sizeof(*part));
	part->outcome = BX_OUTCOME_REPLIES;
	part->last_event = call->last_event;
	part->resumes = call->resumes;
	/* Of another length it is nobody's. */
	if (call->client_id.len == sizeof(part->id)) {
		memcpy(part->id, call->client_id.at, sizeof(part->id));
		part->id_len = sizeof(part->id);
	}
	exchange->stream = part;
	return BX_OK;
}

/* Join session and open its stream. */
static enum bx_status
open_stream(struct bx_exchange *exchange, struct bx_session *session)
{
	struct bx_stream_part *part = exchange->stream;
	struct bx_stream_wish wish = {
		.visitor = &exchange->input->visitor,
		.last_event = part->last_event,
		.resumes = part->resumes,
	};
	struct bx_part *share = bx_parts_join(&exchange->parts, session);

	if (share == NULL)
		return BX_ENOMEM;
	bx_parts_end_batches(&exchange->parts);
	/* Room for what the client is told in the end. */
	exchange->replies = &exchange->only_reply;
	part->stream.reader = &exchange->reader;
	part->stream.taken = &share->taken;
	bx_session_seek_room(session, wish.visitor, exchange->core->platform);
	return bx_session_open_stream(session, &part->stream, &wish);
}

/* What start comes to. */
static enum bx_outcome
outcome_of(enum bx_status status)
{
	switch (status) {
	case BX_OK:
		return BX_OUTCOME_REPLIES;
	case BX_EFULL:
		return BX_OUTCOME_CROWDED;
	case BX_EGONE:
	case BX_EINVAL:
	case BX_EJSON:
	case BX_EEXIST:
	case BX_EMANY:
		return BX_OUTCOME_UNKNOWN;
	case BX_ENOMEM:
	case BX_ERANDOM:
		break;
	}
	return BX_OUTCOME_NO_MEMORY;
}

/* A stream does what a connect does, so policies are asked about it as one. */
static enum bx_verdict
ask_policy(struct bx_exchange *exchange, struct bx_session *session,
    bx_msec now)
{
	static const char channel[] = "/meta/connect";
	const struct bx_visitor *visitor = &exchange->input->visitor;
	const struct bx_incoming message = {
		.session = session,
		.channel = { channel, sizeof(channel) - 1 },
		.connection_type = exchange->transport->connection_type,
		.now = now,
		.received = exchange->received,
		.address = visitor->address,
		.user = visitor->user[0] != '\0' ? visitor->user : NULL,
	};
	struct bx_question question = {
		.operation = BX_OPERATION_CONNECT,
		.session = session,
		.channel = message.channel,
		.message = &message,
	};

	return bx_policy_ask(exchange->core->hooks, &exchange->input->asker, 0,
	    &question);
}

/* BX_EGONE: there is no such session, not for this one, or it may not. */
static enum bx_status
try_to_open(struct bx_exchange *exchange, bx_msec now, bool *is_pending)
{
	const struct bx_stream_part *part = exchange->stream;
	struct bx_session *session =
	    bx_session_find_id(exchange->core->sessions, part->id,
		part->id_len);
	enum bx_verdict verdict;

	if (session == NULL ||
	    !bx_session_admits(session, &exchange->input->visitor))
		return BX_EGONE;
	/* Who was told to leave may come to hear so. */
	if (bx_session_is_leaving(session))
		return open_stream(exchange, session);
	if (bx_parts_join(&exchange->parts, session) == NULL)
		return BX_ENOMEM;
	verdict = ask_policy(exchange, session, now);
	*is_pending = verdict == BX_VERDICT_PENDING;
	if (verdict != BX_VERDICT_ALLOW ||
	    bx_session_state(session) == BX_SESSION_GONE)
		return BX_EGONE;
	return open_stream(exchange, session);
}

void
bx_stream_start(struct bx_exchange *exchange, bx_msec now)
{
	bool is_pending = false;
	enum bx_status status = try_to_open(exchange, now, &is_pending);

	if (is_pending) {
		bx_exchange_park(exchange);
		return;
	}
	bx_parts_end_batches(&exchange->parts);
	exchange->stream->outcome = outcome_of(status);
	bx_exchange_become_ready(exchange);
}

/* The end of a stream that its client did not ask for. */
enum farewell {
	FAREWELL_NONE,
	FAREWELL_LOST,	 /* its session is */
	FAREWELL_KICKED, /* it is to stay away (rule 59) */
	FAREWELL_LATER	 /* the server stops, and so does the session */
};

static enum farewell
choose_farewell(const struct bx_exchange *exchange, enum bx_wake wake)
{
	const struct bx_session *session = exchange->parts.first.session;

	if (wake == BX_WAKE_SHUTDOWN)
		return FAREWELL_LATER;
	if (wake != BX_WAKE_ENDED)
		return FAREWELL_NONE;
	if (!bx_session_is_dismissed(session))
		return FAREWELL_LOST;
	return bx_session_gone_reason(session) == BX_GONE_KICKED
	    ? FAREWELL_KICKED
	    : FAREWELL_NONE;
}

/* What the client is told, as if by a connect: one that waits for its next
 * connect to say so would hear nothing for as long. */
static struct bx_message *
say_farewell(struct bx_exchange *exchange, enum farewell farewell)
{
	static const char channel[] = "\"/meta/connect\"";
	const struct bx_core *core = exchange->core;
	struct bx_draft *draft = &exchange->core->draft;
	struct bx_advice advice = bx_advice_handshake();

	if (farewell == FAREWELL_LATER)
		advice = bx_advice_handshake_later(core->settings,
		    bx_advice_spread(core->env, core->spread));
	bx_reply_begin(draft,
	    (struct bx_slice){ channel, sizeof(channel) - 1 },
	    (struct bx_slice){ NULL, 0 });
	if (farewell == FAREWELL_KICKED) {
		advice = bx_advice_none(core->settings);
		bx_reply_success(draft);
	} else {
		bx_reply_error(draft, BX_ERROR_SESSION_UNKNOWN, NULL);
	}
	bx_reply_advice(draft, &advice);
	return bx_reply_end(draft);
}

struct bx_answer
bx_stream_answer(struct bx_exchange *exchange)
{
	struct bx_stream_part *part = exchange->stream;
	struct bx_answer answer = { .outcome = part->outcome };
	struct bx_stream_chunk chunk;
	enum farewell farewell;
	struct bx_message *last;

	answer.is_last = true;
	if (part->outcome != BX_OUTCOME_REPLIES)
		return answer;
	chunk = bx_session_take_chunk(&part->stream);
	answer.is_first = chunk.is_first;
	answer.is_last = chunk.is_last;
	answer.event = chunk.event;
	farewell = choose_farewell(exchange, chunk.wake);
	if (!chunk.is_last || farewell == FAREWELL_NONE)
		return answer;
	last = say_farewell(exchange, farewell);
	if (last != NULL)
		exchange->replies[exchange->reply_count++] = last;
	return answer;
}

void
bx_stream_sent(struct bx_exchange *exchange, bx_msec now)
{
	exchange->state = EXCHANGE_READY;
	bx_session_chunk_sent(&exchange->stream->stream, now);
}

void
bx_stream_close(struct bx_exchange *exchange, bool handed_over, bx_msec now)
{
	struct bx_stream_part *part = exchange->stream;

	if (part == NULL)
		return;
	bx_session_close_stream(&part->stream, handed_over, now);
	bx_free(exchange->core->env, part);
	exchange->stream = NULL;
}
