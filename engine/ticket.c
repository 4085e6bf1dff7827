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
	bx_list_init(&ticket->link);
	asker->ticket = ticket;
	return ticket;
}

struct bx_list *
bx_ticket_link(struct bx_ticket *ticket)
{
	return &ticket->link;
}

struct bx_ticket *
bx_ticket_of_link(struct bx_list *link)
{
	return BX_LIST_ENTRY(link, struct bx_ticket, link);
}

/* The exchange, which has no ticket any more, goes on with the ruling. */
static void
rule(struct bx_exchange *exchange, const struct bx_ruling *ruling, bx_msec now)
{
	bx_asker_resolve(&exchange->input->asker, ruling->verdict,
	    ruling->denial, ruling->user);
	exchange->resumed_at = now;
	/* One that is still asking finds the verdict when the callback
	 * returns. */
	if (exchange->state == EXCHANGE_PARKED)
		bx_list_append(&exchange->core->resumed,
		    &exchange->reader.ready);
}

void
bx_ticket_resolve(struct bx_ticket *ticket, const struct bx_ruling *ruling,
    bx_msec now)
{
	struct bx_exchange *exchange = ticket->exchange;

	bx_list_remove(&ticket->link);
	bx_free(ticket->env, ticket);
	if (exchange != NULL)
		rule(exchange, ruling, now);
}

void
bx_ticket_deny(struct bx_ticket *ticket, bx_msec now)
{
	const struct bx_ruling denied = { BX_VERDICT_DENY, NULL, NULL };
	struct bx_exchange *exchange = ticket->exchange;

	ticket->exchange = NULL;
	if (exchange != NULL)
		rule(exchange, &denied, now);
}
