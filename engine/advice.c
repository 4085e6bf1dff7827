/*
 * advice.c - advice objects.
 */
#include "advice.h"

#include <stdint.h>

static const char *const reconnect_names[] = {
	[BX_RECONNECT_RETRY] = "retry",
	[BX_RECONNECT_HANDSHAKE] = "handshake",
	[BX_RECONNECT_NONE] = "none",
};

struct bx_advice
bx_advice_retry(const struct bx_settings *settings, bx_msec interval)
{
	return (struct bx_advice){
		.reconnect = BX_RECONNECT_RETRY,
		.interval = interval,
		.timeout = settings->timeout,
	};
}

struct bx_advice
bx_advice_handshake(void)
{
	return (struct bx_advice){
		.reconnect = BX_RECONNECT_HANDSHAKE,
		.interval = 0,
		.timeout = -1,
	};
}

struct bx_advice
bx_advice_handshake_later(const struct bx_settings *settings, bx_msec interval)
{
	return (struct bx_advice){
		.reconnect = BX_RECONNECT_HANDSHAKE,
		.interval = interval,
		.timeout = settings->timeout,
	};
}

struct bx_advice
bx_advice_multiple_clients(const struct bx_settings *settings)
{
	struct bx_advice advice =
	    bx_advice_retry(settings, settings->multi_session_interval);

	advice.multiple_clients = true;
	if (advice.interval <= 0) {
		advice.reconnect = BX_RECONNECT_NONE;
		advice.interval = settings->interval;
	}
	return advice;
}

struct bx_advice
bx_advice_none(const struct bx_settings *settings)
{
	return (struct bx_advice){
		.reconnect = BX_RECONNECT_NONE,
		.interval = settings->interval,
		.timeout = settings->timeout,
	};
}

bx_msec
bx_advice_spread(const struct bx_env *env, bx_msec spread)
{
	uint32_t random;

	if (spread <= 0 || !env->random(env->ctx, &random, sizeof(random)))
		return 0;
	return (bx_msec)random % (spread + 1);
}

void
bx_advice_append(struct bx_buf *buf, const struct bx_advice *advice)
{
	(void)bx_buf_append_text(buf, "{\"reconnect\":\"");
	(void)bx_buf_append_text(buf, reconnect_names[advice->reconnect]);
	(void)bx_buf_append_text(buf, "\",\"interval\":");
	(void)bx_buf_append_integer(buf, advice->interval);
	if (advice->timeout >= 0) {
		(void)bx_buf_append_text(buf, ",\"timeout\":");
		(void)bx_buf_append_integer(buf, advice->timeout);
	}
	if (advice->multiple_clients)
		(void)bx_buf_append_text(buf, ",\"multiple-clients\":true");
	(void)bx_buf_append_text(buf, "}");
}
