/*
 * ext_activity.c - who does nothing but wait has to go (BAYEUX.md rule 103).
 *
 * A session is kicked when it connects and has sent nothing but connects for
 * longer than the option "timeout" (whole milliseconds) says.  Unless the
 * option "mode" is "client", to be sent messages counts as much; when that
 * was is not known better than by the connect that comes after them.
 */
#include "extensions.h"
#include "host.h"
#include "plugin.h"

/* With each session. */
struct activity {
	bx_msec at;	 /* when it was seen to do something */
	uint64_t queued; /* how many messages there were for it by then */
};

/* How long a session may be idle.  false: it is no number above 0. */
static bool
read_timeout(struct bx_host *host, bx_msec *timeout)
{
	const char *text = host->option(host, "timeout");

	*timeout = 0;
	if (text == NULL)
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (*timeout > INT64_MAX / 10 - 1)
			return false;
		*timeout = *timeout * 10 + (*text - '0');
	}
	return *text == '\0' && *timeout > 0;
}

static bool
start(struct bx_host *host, void **ctx)
{
	bx_msec timeout;

	*ctx = host;
	if (read_timeout(host, &timeout))
		return true;
	host->log(host, BX_LOG_ERROR,
	    "event=cannot_start error=\"timeout is no number above 0\"");
	return false;
}

static bool
counts_messages(struct bx_host *host)
{
	const char *mode = host->option(host, "mode");

	return mode == NULL || strcmp(mode, "client") != 0;
}

static void
note(struct bx_host *host, const struct bx_incoming *message)
{
	struct activity *activity =
	    host->session_memory(host, message->session, sizeof(*activity));

	/* Without memory it is judged from a later message on. */
	if (activity == NULL)
		return;
	activity->at = message->now;
	activity->queued = host->session_queued(message->session);
}

/* Did it do something, since it was last seen to? */
static bool
is_active(struct bx_host *host, const struct bx_incoming *message)
{
	const struct activity *activity =
	    host->session_data(host, message->session);

	return activity == NULL ||
	    !bx_slice_is(message->channel, "/meta/connect") ||
	    (counts_messages(host) &&
		activity->queued != host->session_queued(message->session));
}

/* It has only come to wait: has it for too long? */
static void
judge(struct bx_host *host, const struct bx_incoming *message)
{
	const struct activity *activity =
	    host->session_data(host, message->session);
	bx_msec timeout;

	if (read_timeout(host, &timeout) &&
	    message->now - activity->at >= timeout)
		host->kick(message->session);
}

static enum bx_pass
incoming(void *ctx, const struct bx_incoming *message)
{
	if (message->session == NULL)
		return BX_PASS_ON;
	if (is_active(ctx, message))
		note(ctx, message);
	else
		judge(ctx, message);
	return BX_PASS_ON;
}

static void
session_new(void *ctx, const struct bx_incoming *message)
{
	note(ctx, message);
}

const struct bx_plugin bx_ext_activity = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "activity",
	.start = start,
	.session_new = session_new,
	.incoming = incoming,
};
