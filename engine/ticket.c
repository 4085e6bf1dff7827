/*
 * ticket.c - a policy callback's claim on the exchange that waits for it.
 */
#include "exchange_private.h"
#include "ticket.h"

struct bx_ticket *
bx_ticket_take(struct bx_question *question)
{
	struct bx_asker *asker = question->asker;
	struct bx_input *input = BX_LIST_ENTRY(asker, struct bx_input, asker);
	const struct bx_env *env = input->exchange->core->env;
	struct bx_ticket *ticket;

	if (asker->ticket != NULL)
		return NULL;
	ticket = bx_alloc(env, sizeof(*ticket));
	if (ticket == NULL)
		return NULL;
	ticket->env = env;
	ticket->exchange = input->exchange;
	asker->ticket = ticket;
	return ticket;
}

void
bx_ticket_resolve(struct bx_ticket *ticket, enum bx_verdict verdict,
    const char *reason, bx_msec now)
{
	struct bx_exchange *exchange = ticket->exchange;
	struct bx_asker *asker;

	bx_free(ticket->env, ticket);
	if (exchange == NULL)
		return;
	asker = &exchange->input->asker;
	asker->ticket = NULL;
	asker->resolved = true;
	asker->reason = reason;
	asker->verdict =
	    verdict == BX_VERDICT_PENDING ? BX_VERDICT_DENY : verdict;
	exchange->resumed_at = now;
	/* One that is still asking finds the verdict when the callback
	 * returns. */
	if (exchange->state == EXCHANGE_PARKED)
		bx_list_append(&exchange->core->resumed,
		    &exchange->reader.ready);
}
