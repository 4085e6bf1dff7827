/*
 * ext_ack.c - acknowledged messages (BAYEUX.md rules 96 to 99).
 *
 * A client that asks for it in its handshake says with each connect what the
 * last reply was that reached it; what went out later is sent again.
 */
#include "extensions.h"
#include "host.h"
#include "plugin.h"

static bool
start(struct bx_host *host, void **ctx)
{
	*ctx = host;
	return true;
}

static void
session_new(void *ctx, const struct bx_incoming *message)
{
	struct bx_host *host = ctx;

	/* A client that is not told so goes on without (rule 96). */
	if (bx_slice_is(host->json_member(message->ext, "ack"), "true"))
		(void)host->keep(message->session);
}

/* The number that a client acknowledges.  What is no whole number counts as
 * nothing, and a huge one as all there is (rule 98). */
static uint64_t
read_batch(const struct bx_host *host, struct bx_slice json)
{
	int64_t batch;
	size_t i;

	if (host->json_integer(json, &batch))
		return batch < 0 ? 0 : (uint64_t)batch;
	if (json.len == 0 || json.at[0] < '0' || json.at[0] > '9')
		return 0;
	for (i = 0; i < json.len; i++)
		if (json.at[i] == '.' || json.at[i] == '-')
			return 0;
	return UINT64_MAX;
}

static enum bx_pass
incoming(void *ctx, const struct bx_incoming *message)
{
	struct bx_host *host = ctx;
	if (message->session == NULL ||
	    !bx_slice_is(message->channel, "/meta/connect") ||
	    !host->is_keeping(message->session))
		return BX_PASS_ON;
	host->acknowledge(message->session,
	    read_batch(host, host->json_member(message->ext, "ack")));
	return BX_PASS_ON;
}

static void
add_number(struct bx_host *host, struct bx_draft *draft, uint64_t number)
{
	char text[24];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	host->add_ext(draft, "ack",
	    (struct bx_slice){ text + at, sizeof(text) - at });
}

static void
replying(void *ctx, const struct bx_replying *reply)
{
	struct bx_host *host = ctx;

	if (reply->session == NULL || !reply->successful ||
	    !host->is_keeping(reply->session))
		return;
	if (bx_slice_is(reply->channel, "/meta/handshake"))
		host->add_ext(reply->draft, "ack",
		    (struct bx_slice){ "true", 4 });
	else if (bx_slice_is(reply->channel, "/meta/connect"))
		add_number(host, reply->draft,
		    host->close_batch(reply->session));
}

const struct bx_plugin bx_ext_ack = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "ack",
	.start = start,
	.session_new = session_new,
	.incoming = incoming,
	.replying = replying,
};
