/*
 * seed.c - what the tests of the Perl server had in its MessageACL and in its
 * Services, as a plugin; and a client in the server that answers whoever says
 * something on the channel that the key "parrot" names, bots as well.
 */
#include <stdio.h>

#include "engine/host.h"
#include "engine/plugin.h"

static enum bx_verdict
deny(struct bx_question *question, const char *error, bool stops)
{
	memcpy(question->denial.error, error, strlen(error) + 1);
	question->denial.advises = stops;
	question->denial.reconnect = BX_RECONNECT_NONE;
	return BX_VERDICT_DENY;
}

static enum bx_verdict
may_handshake(const struct bx_host *host, struct bx_question *question)
{
	struct bx_slice ext = question->message->ext;
	struct bx_slice username = host->json_member(ext, "username");
	struct bx_slice password = host->json_member(ext, "password");

	if (username.len == 0 || password.len == 0)
		return deny(question,
		    "Must pass username and password in ext to handshake",
		    true);
	if (!bx_slice_is(username, "\"admin\"") ||
	    !bx_slice_is(password, "\"password\""))
		return deny(question, "Invalid username or password", true);
	return BX_VERDICT_ALLOW;
}

static enum bx_verdict
policy(void *ctx, struct bx_question *question)
{
	struct bx_host *host = ctx;

	if (host->option(host, "acl") == NULL)
		return BX_VERDICT_ABSTAIN;
	if (question->operation == BX_OPERATION_HANDSHAKE)
		return may_handshake(host, question);
	if ((question->operation == BX_OPERATION_SUBSCRIBE ||
		question->operation == BX_OPERATION_CREATE) &&
	    bx_slice_is(question->channel, "/private"))
		return deny(question, "Can't subscribe to private", false);
	return BX_VERDICT_ABSTAIN;
}

/* The fallback: whatever nobody serves by name. */
static void
serve_rest(const struct bx_incoming *message, void *ctx)
{
	struct bx_host *host = ctx;
	const struct bx_outgoing answer = {
		.channel = message->channel,
		.id = message->id,
		.data = { "\"no such service\"", 17 },
	};

	(void)host->deliver(host, message->session, &answer);
}

static void
repeat(struct bx_session *parrot, const struct bx_delivered *message,
    void *ctx)
{
	static const char data[] = "{\"user\":\"Parrot\",\"chat\":\"!\"}";
	struct bx_host *host = ctx;
	const char *id = host->session_id(parrot);
	const struct bx_outgoing answer = {
		.channel = message->channel,
		.data = { data, sizeof(data) - 1 },
	};
	char own[64];

	(void)snprintf(own, sizeof(own), "\"%s\"", id);
	if (!bx_slice_is(message->client_id, own))
		(void)host->publish_as(host, parrot, &answer);
}

static bool
start(struct bx_host *host, void **ctx)
{
	const char *channel = host->option(host, "parrot");
	struct bx_session *parrot;

	*ctx = host;
	if (channel != NULL) {
		parrot = host->local_new(host, "parrot", repeat, host);
		if (parrot == NULL || !host->subscribe(host, parrot, channel))
			return false;
	}
	return host->add_service(host, "**", serve_rest, host);
}

extern const struct bx_plugin bayeux_plugin;
const struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "seed",
	.start = start,
	.policy = policy,
};
