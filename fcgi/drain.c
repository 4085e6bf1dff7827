/*
 * drain.c - the ready list, a portion at a time.
 */
#include <stddef.h>
#include <stdint.h>

#include "conn.h"
#include "content.h"
#include "drain.h"
#include "engine/engine.h"
#include "engine/exchange.h"

/* Answers in one turn, before the loop looks at its descriptors again. */
#define ANSWERS_PER_TURN 256
/* Also those that the web server is not ready for. */
#define ALL_ANSWERS SIZE_MAX

static bool
is_slowed(const struct fcgi_drain *drain)
{
	return !drain->is_hurried &&
	    fcgi_pace_is_enough(&drain->pool->pace, drain->pool->context->now);
}

static bool
has_ready(const struct fcgi_drain *drain)
{
	return is_slowed(drain) ? bx_engine_has_prompt(drain->engine)
				: bx_engine_has_ready(drain->engine);
}

/* Somebody may be ready afterwards: what could not be written waits for
 * another connect again. */
static void
answer(struct fcgi_drain *drain, size_t most)
{
	struct bx_exchange *exchange;
	size_t count;

	if (drain->is_running)
		return;
	drain->is_running = true;
	bx_engine_set_now(drain->engine, drain->pool->context->now);
	for (count = 0; count < most; count++) {
		if (most != ALL_ANSWERS && !has_ready(drain))
			break;
		exchange = bx_engine_next_ready(drain->engine);
		if (exchange == NULL)
			break;
		fcgi_conn_answer(bx_exchange_owner(exchange));
	}
	fcgi_content_drain(drain->content);
	fcgi_conn_flush_all(drain->pool);
	drain->is_running = false;
}

void
fcgi_drain_turn(struct fcgi_drain *drain)
{
	answer(drain, ANSWERS_PER_TURN);
}

void
fcgi_drain_relieve(struct fcgi_drain *drain)
{
	if (bx_engine_is_crowded(drain->engine))
		answer(drain, ALL_ANSWERS);
}

bool
fcgi_drain_has_more(const struct fcgi_drain *drain)
{
	return fcgi_content_has_ready(drain->content) || has_ready(drain);
}
