/*
 * chatbot.c - a client inside the server, which answers everyone in a chat.
 *
 *	cc -shared -fPIC $(pkg-config --cflags bayeux) -o chatbot.so chatbot.c
 *
 *	plugin "chatbot" {		# in bayeux-fcgi.conf
 *		path = "/usr/local/lib/bayeux-fcgi/plugins/chatbot.so"
 *		channel = "/chat/demo"
 *		id = "chatbot"		# the client's
 *	}
 *
 * To { "user": U, "chat": anything } it says "I got your message, U" on the
 * same channel, and "anon" for who gives no name.  What a local client has
 * published has its id with it, and gets no answer: it is the bot itself, or
 * another one, and the two would never end.
 */
#include <bayeux/host.h>
#include <bayeux/plugin.h>
#include <stdlib.h>
#include <string.h>

#define BEFORE "{\"user\":\"Autobot\",\"chat\":\"I got your message, "
#define AFTER "\"}"

struct chatbot {
	struct bx_host *host;
	struct bx_session *client; /* NULL: it is gone */
	const char *channel;
};

/* What user is between its quotes: with the escapes that it was written with,
 * so it can stand in another JSON string as it is. */
static struct bx_slice
name_of(const struct chatbot *bot, struct bx_slice data)
{
	struct bx_slice user = bot->host->json_member(data, "user");

	if (user.len <= 2 || user.at[0] != '"')
		return (struct bx_slice){ "anon", 4 };
	return (struct bx_slice){ user.at + 1, user.len - 2 };
}

static void
say(const struct chatbot *bot, struct bx_slice channel, struct bx_slice name)
{
	size_t size = strlen(BEFORE) + name.len + strlen(AFTER);
	char *data = malloc(size);
	struct bx_outgoing message = {
		.channel = channel,
		.data = { data, size },
	};
	bool said = false;

	if (data != NULL) {
		memcpy(data, BEFORE, strlen(BEFORE));
		memcpy(data + strlen(BEFORE), name.at, name.len);
		memcpy(data + strlen(BEFORE) + name.len, AFTER, strlen(AFTER));
		said = bot->host->publish_as(bot->host, bot->client, &message);
	}
	if (!said)
		bot->host->log(bot->host, BX_LOG_WARNING, "event=not_said");
	free(data);
}

static void
hear(struct bx_session *client, const struct bx_delivered *message, void *ctx)
{
	const struct chatbot *bot = ctx;
	struct bx_slice chat = bot->host->json_member(message->data, "chat");

	(void)client;
	if (message->client_id.len == 0 && chat.len > 0)
		say(bot, message->channel, name_of(bot, message->data));
}

static bool
start(struct bx_host *host, void **ctx)
{
	static struct chatbot bot;
	const char *channel = host->option(host, "channel");
	const char *id = host->option(host, "id");

	bot.host = host;
	bot.channel = channel != NULL ? channel : "/chat/demo";
	bot.client =
	    host->local_new(host, id != NULL ? id : "chatbot", hear, &bot);
	if (bot.client == NULL ||
	    !host->subscribe(host, bot.client, bot.channel)) {
		host->log(host, BX_LOG_ERROR,
		    "event=cannot_start error=\"no such channel or id\"");
		return false;
	}
	*ctx = &bot;
	return true;
}

/* Such as when more was said at once than its queue may hold. */
static void
session_gone(void *ctx, struct bx_session *session, enum bx_gone_reason reason)
{
	struct chatbot *bot = ctx;

	if (session != bot->client)
		return;
	bot->client = NULL;
	if (reason != BX_GONE_CLOSED)
		bot->host->log(bot->host, BX_LOG_WARNING, "event=bot_gone");
}

static void
stop(void *ctx)
{
	struct chatbot *bot = ctx;

	if (bot->client != NULL)
		bot->host->local_free(bot->client);
}

extern const struct bx_plugin bayeux_plugin;
const struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "chatbot",
	.start = start,
	.stop = stop,
	.session_gone = session_gone,
};
