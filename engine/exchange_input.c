/*
 * exchange_input.c - what is needed only while a request is processed.
 *
 * One that is not needed any more is kept, with its buffers, for the next
 * request: nearly all are processed before the next one comes.
 */
#include "core.h"
#include "exchange_private.h"

static struct bx_input *
take_spare(struct bx_core *core)
{
	struct bx_input *input = core->spare_input;

	core->spare_input = NULL;
	return input;
}

static struct bx_input *
create(const struct bx_env *env)
{
	struct bx_input *input = bx_alloc(env, sizeof(*input));

	if (input == NULL)
		return NULL;
	bx_buf_init(&input->body, env);
	bx_envelopes_init(&input->messages, env);
	return input;
}

struct bx_input *
bx_input_new(struct bx_exchange *exchange)
{
	struct bx_input *input = take_spare(exchange->core);

	if (input == NULL)
		input = create(exchange->core->env);
	if (input == NULL)
		return NULL;
	input->exchange = exchange;
	bx_buf_clear(&input->body);
	bx_envelopes_clear(&input->messages);
	input->next = 0;
	bx_visitor_init(&input->visitor);
	bx_asker_init(&input->asker);
	return input;
}

/* A policy callback that parked must not find this exchange any more. */
static void
orphan_ticket(struct bx_asker *asker)
{
	if (asker->ticket != NULL)
		asker->ticket->exchange = NULL;
	asker->ticket = NULL;
}

void
bx_input_begin_message(struct bx_input *input)
{
	orphan_ticket(&input->asker);
	bx_asker_init(&input->asker);
}

static void
destroy(const struct bx_env *env, struct bx_input *input)
{
	bx_envelopes_fini(&input->messages);
	bx_buf_fini(&input->body);
	bx_free(env, input);
}

void
bx_input_free(struct bx_core *core, struct bx_input *input)
{
	if (input == NULL)
		return;
	orphan_ticket(&input->asker);
	if (core->spare_input == NULL &&
	    bx_buf_is_worth_keeping(input->body.cap +
		input->messages.cap * sizeof(*input->messages.list)))
		core->spare_input = input;
	else
		destroy(core->env, input);
}

void
bx_input_drop_spare(struct bx_core *core)
{
	struct bx_input *input = take_spare(core);

	if (input != NULL)
		destroy(core->env, input);
}
