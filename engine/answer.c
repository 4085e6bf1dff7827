/*
 * answer.c - what an exchange that is ready says: queued events, then replies
 * (BAYEUX.md rule 38).
 */
#include "exchange.h"
#include "exchange_private.h"
#include "meta.h"
#include "queue.h"
#include "session_keep.h"

/* Is this the exchange of a connect that was held? */
static bool
was_held(const struct bx_exchange *exchange)
{
	return exchange->state == EXCHANGE_HELD;
}

/* The part of what was kept for the reply that starts at from. */
static struct bx_slice
kept(const struct bx_exchange *exchange, size_t from, size_t len)
{
	const struct bx_slice absent = { NULL, 0 };

	if (len == 0)
		return absent;
	return (struct bx_slice){ exchange->held.at + from, len };
}

/* The reply that a held connect has been waiting for. */
static bool
reply_to_held(struct bx_exchange *exchange)
{
	const struct bx_connect connect = {
		.core = exchange->core,
		.session = exchange->parts.first.session,
		.connection_type = exchange->transport->connection_type,
		.id = kept(exchange, 0, exchange->held.id_len),
		.ext = kept(exchange, exchange->held.id_len,
		    exchange->held.ext_len),
		.received = exchange->received,
		.wants_advice = exchange->wants_advice,
		.wake = exchange->reader.wake,
	};
	struct bx_message *reply = bx_meta_connect_reply(&connect);

	if (reply == NULL)
		return false;
	exchange->replies[exchange->reply_count++] = reply;
	exchange->parts.first.batch =
	    bx_session_closed_batch(exchange->parts.first.session);
	return true;
}

/* Do all whom the answer is for want it in a comment (rule 16)?  The reply to
 * a handshake, which is connect 0, is plain. */
static bool
is_commented(struct bx_exchange *exchange)
{
	struct bx_part *part = NULL;

	if (exchange->has_strangers)
		return false;
	while ((part = bx_parts_next(&exchange->parts, part)) != NULL)
		if ((part->answers_connect && part->connect == 0) ||
		    !bx_session_is_commented(part->session))
			return false;
	return true;
}

static void
count_message(struct bx_message *message, void *ctx)
{
	struct bx_answer *answer = ctx;

	answer->count++;
	answer->bytes += bx_message_length(message);
}

struct bx_answer
bx_exchange_answer(struct bx_exchange *exchange)
{
	struct bx_answer answer = { .outcome = BX_OUTCOME_REPLIES };

	/* From here on it is too late to wake the reader: what plugins do to
	 * the session while its reply is written is for this answer to take
	 * along, and for the next one to tell. */
	bx_parts_begin_batches(&exchange->parts);
	bx_session_let_go(&exchange->reader);
	if (exchange->stream != NULL)
		answer = bx_stream_answer(exchange);
	else if (exchange->reader.wake == BX_WAKE_SUPERSEDED)
		answer.outcome = BX_OUTCOME_SUPERSEDED;
	else if (exchange->no_memory ||
	    (was_held(exchange) && !reply_to_held(exchange)) ||
	    bx_parts_take_queues(&exchange->parts,
		exchange->transport->connect_delivery_only) != BX_OK)
		answer.outcome = BX_OUTCOME_NO_MEMORY;
	exchange->state = EXCHANGE_ANSWERED;
	bx_parts_end_batches(&exchange->parts);
	answer.sets_cookie = exchange->is_introduced;
	answer.commented = is_commented(exchange);
	if (answer.outcome == BX_OUTCOME_REPLIES)
		bx_exchange_each_message(exchange, count_message, &answer);
	return answer;
}

void
bx_exchange_each_message(struct bx_exchange *exchange, bx_answer_fn *fn,
    void *ctx)
{
	struct bx_part *part = NULL;
	struct bx_list *link;
	size_t i;

	while ((part = bx_parts_next(&exchange->parts, part)) != NULL)
		for (link = part->taken.next; link != &part->taken;
		     link = link->next)
			fn(BX_LIST_ENTRY(link, struct bx_delivery, link)
				->message,
			    ctx);
	for (i = 0; i < exchange->reply_count; i++)
		fn(exchange->replies[i], ctx);
}
