/*
 * odd.c - a plugin that is in some way not what the server expects.
 *
 * ODD_PLUGIN in the environment says in which: major, minor, large, cut,
 * short, old, nameless, unwilling to start, or greedy for a service that is
 * taken.  Otherwise it is a plugin like any, which marks each reply, unless it
 * is short: an older one that ends before its function for that.  The old one
 * is of 1.0, and has no policy, which would let nobody in.
 */
#include <stdlib.h>

#include "engine/host.h"
#include "engine/plugin.h"

static bool
start(struct bx_host *host, void **ctx)
{
	*ctx = host;
	return true;
}

static bool
refuse_to_start(struct bx_host *host, void **ctx)
{
	(void)host;
	(void)ctx;
	return false;
}

static void
serve(const struct bx_incoming *message, void *ctx)
{
	(void)message;
	(void)ctx;
}

static bool
start_greedily(struct bx_host *host, void **ctx)
{
	*ctx = host;
	(void)host->add_service(host, "echo", serve, host);
	return true;
}

static void
replying(void *ctx, const struct bx_replying *reply)
{
	struct bx_host *host = ctx;

	host->add_field(reply->draft, "odd", (struct bx_slice){ "true", 4 });
}

/* What stands behind an old struct is none of its functions. */
static enum bx_verdict
deny_all(void *ctx, struct bx_question *question)
{
	(void)ctx;
	(void)question;
	return BX_VERDICT_DENY;
}

extern struct bx_plugin bayeux_plugin;
struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "odd",
	.start = start,
	.replying = replying,
};

/* The server reads the struct once this module is there. */
static void __attribute__((constructor)) be_odd(void)
{
	const char *how = getenv("ODD_PLUGIN");

	if (how == NULL)
		return;
	if (strcmp(how, "major") == 0)
		bayeux_plugin.major++;
	else if (strcmp(how, "minor") == 0)
		bayeux_plugin.minor++;
	else if (strcmp(how, "large") == 0)
		bayeux_plugin.size++;
	else if (strcmp(how, "cut") == 0)
		bayeux_plugin.size -= 1;
	else if (strcmp(how, "short") == 0)
		bayeux_plugin.size = offsetof(struct bx_plugin, replying);
	else if (strcmp(how, "old") == 0) {
		bayeux_plugin.minor = 0;
		bayeux_plugin.size = offsetof(struct bx_plugin, policy);
		bayeux_plugin.policy = deny_all;
	} else if (strcmp(how, "nameless") == 0)
		bayeux_plugin.name = NULL;
	else if (strcmp(how, "unwilling") == 0)
		bayeux_plugin.start = refuse_to_start;
	else if (strcmp(how, "greedy") == 0)
		bayeux_plugin.start = start_greedily;
}
