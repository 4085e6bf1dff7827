/*
 * echo.c - a service that answers with the data it was sent, byte for byte.
 *
 *	cc -shared -fPIC $(pkg-config --cflags bayeux) -o echo.so echo.c
 *
 *	plugin "echo" {			# in bayeux-fcgi.conf
 *		path = "/usr/local/lib/bayeux-fcgi/plugins/echo.so"
 *	}
 *
 *	client.remoteCall('echo', { a: 1 }, (reply) => reply.data.a === 1);
 *
 * Clients that know no remote calls send to /service/echo, and find the answer
 * among the events of that channel.
 */
#include <bayeux/host.h>
#include <bayeux/plugin.h>

/* A remote call finds its answer by the id, and takes one without "successful"
 * for a failure. */
static void
serve(const struct bx_incoming *message, void *ctx)
{
	static const bool yes = true;
	struct bx_host *host = ctx;
	const struct bx_outgoing answer = {
		.channel = message->channel,
		.id = message->id,
		.data = message->data,
		.successful = &yes,
	};

	if (!host->deliver(host, message->session, &answer))
		host->log(host, BX_LOG_DEBUG, "event=not_answered");
}

static bool
start(struct bx_host *host, void **ctx)
{
	*ctx = host;
	return host->add_service(host, "echo", serve, host);
}

extern const struct bx_plugin bayeux_plugin;
const struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "echo",
	.start = start,
};
