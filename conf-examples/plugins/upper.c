/*
 * upper.c - an example of a plugin: a service that answers remote calls with
 * the text it was sent, in upper case.
 *
 *	cc -shared -fPIC $(pkg-config --cflags bayeux) -o upper.so upper.c
 *
 *	plugin "upper" {		# in bayeux-fcgi.conf
 *		path = "/usr/local/lib/upper.so"
 *		longest = "100"		# a key of its own
 *	}
 *
 *	client.remoteCall('upper', 'hello', (reply) => reply.data === 'HELLO');
 */
#include <bayeux/host.h>
#include <bayeux/plugin.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_MAX 1024

struct upper {
	struct bx_host *host;
	size_t longest;
};

/* data is JSON, so a string is between quotes, and what follows a backslash
 * in it is not text. */
static void
raise(char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] == '\\')
			i += i + 1 < len && text[i + 1] == 'u' ? 5 : 1;
		else if (text[i] >= 'a' && text[i] <= 'z')
			text[i] = (char)(text[i] - 'a' + 'A');
}

static void
serve(const struct bx_incoming *message, void *ctx)
{
	struct upper *upper = ctx;
	char text[LONGEST_MAX];
	bool fits =
	    message->data.len <= upper->longest && message->data.at[0] == '"';
	struct bx_outgoing answer = {
		.channel = message->channel,
		.id = message->id,
		.data = { "\"a short text, please\"", 22 },
		.successful = &fits,
	};

	if (fits) {
		memcpy(text, message->data.at, message->data.len);
		raise(text, message->data.len);
		answer.data.at = text;
		answer.data.len = message->data.len;
	}
	if (!upper->host->deliver(upper->host, message->session, &answer))
		upper->host->log(upper->host, BX_LOG_DEBUG,
		    "event=not_answered");
}

static bool
start(struct bx_host *host, void **ctx)
{
	static struct upper upper;
	const char *longest = host->option(host, "longest");

	upper.host = host;
	upper.longest = longest != NULL ? strtoul(longest, NULL, 10) : 100;
	if (upper.longest > LONGEST_MAX) {
		host->log(host, BX_LOG_ERROR,
		    "event=cannot_start error=\"longest is above 1024\"");
		return false;
	}
	*ctx = &upper;
	return host->add_service(host, "upper", serve, &upper);
}

extern const struct bx_plugin bayeux_plugin;
const struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "upper",
	.start = start,
};
