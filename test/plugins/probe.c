/*
 * probe.c - a plugin through which tests reach what the server does for any.
 *
 * It serves /service/probe/..., of which each takes an object as data, whose
 * texts are to have no escapes.  An answer has the channel and the id of its
 * message (rules 66, 107).
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/host.h"
#include "engine/plugin.h"

#define ID_MAX 64

struct probe {
	struct bx_host *host;
	/* The message that is answered later; NULL: none. */
	struct bx_session *asker;
	char id[ID_MAX];
	size_t id_len;
};

static const struct bx_slice absent = { NULL, 0 };

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static struct bx_slice
member(const struct probe *probe, const struct bx_incoming *message,
    const char *name)
{
	return probe->host->json_member(message->data, name);
}

/* The bytes of a JSON string, without its quotes. */
static struct bx_slice
unquote(struct bx_slice json)
{
	if (json.len < 2 || json.at[0] != '"')
		return absent;
	return (struct bx_slice){ json.at + 1, json.len - 2 };
}

/* The same, with a NUL behind, cut to fit. */
static void
copy_text(struct bx_slice json, char *out, size_t size)
{
	struct bx_slice text = unquote(json);

	(void)snprintf(out, size, "%.*s", (int)text.len,
	    text.len > 0 ? text.at : "");
}

static int64_t
number_or(const struct probe *probe, const struct bx_incoming *message,
    const char *name, int64_t otherwise)
{
	int64_t number;

	if (probe->host->json_integer(member(probe, message, name), &number))
		return number;
	return otherwise;
}

static void
answer(const struct probe *probe, const struct bx_incoming *message,
    struct bx_slice data)
{
	struct bx_outgoing outgoing = {
		.channel = message->channel,
		.id = message->id,
		.data = data,
		.lazy_timeout = -1,
	};

	(void)probe->host->deliver(probe->host, message->session, &outgoing);
}

static void
answer_bool(const struct probe *probe, const struct bx_incoming *message,
    bool flag)
{
	answer(probe, message, slice(flag ? "true" : "false"));
}

static void
answer_number(const struct probe *probe, const struct bx_incoming *message,
    int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	answer(probe, message, slice(text));
}

static void
answer_text(const struct probe *probe, const struct bx_incoming *message,
    const char *text)
{
	char json[256];
	size_t len = 0;

	if (text == NULL) {
		answer(probe, message, slice("null"));
		return;
	}
	json[len++] = '"';
	for (; *text != '\0' && len < sizeof(json) - 3; text++) {
		if (*text == '"' || *text == '\\' || *text == '\n')
			json[len++] = '\\';
		json[len++] = *text;
		if (*text == '\n')
			json[len - 1] = 'n';
	}
	json[len++] = '"';
	answer(probe, message, (struct bx_slice){ json, len });
}

/* The session that data.session names; the sender if it names none. */
static struct bx_session *
target(const struct probe *probe, const struct bx_incoming *message)
{
	struct bx_slice json = member(probe, message, "session");
	char id[ID_MAX];

	if (json.len == 0)
		return message->session;
	copy_text(json, id, sizeof(id));
	return probe->host->find_session(probe->host, id);
}

/* The message that data describes. */
static struct bx_outgoing
outgoing_of(const struct probe *probe, const struct bx_incoming *message)
{
	return (struct bx_outgoing){
		.channel = unquote(member(probe, message, "channel")),
		.data = member(probe, message, "data"),
		.id = member(probe, message, "id"),
		.ext = member(probe, message, "ext"),
		.lazy = bx_slice_is(member(probe, message, "lazy"), "true"),
		.lazy_timeout = number_or(probe, message, "lazy_timeout", -1),
	};
}

/* The services. */

static void
serve_echo(const struct bx_incoming *message, void *ctx)
{
	answer(ctx, message, message->data);
}

/* A remote call: { "fail": bool, "value": ... }, or anything, which is what
 * it returns, ext included. */
static void
serve_call(const struct bx_incoming *message, void *ctx)
{
	const struct probe *probe = ctx;
	struct bx_slice value = member(probe, message, "value");
	bool successful = !bx_slice_is(member(probe, message, "fail"), "true");
	struct bx_outgoing outgoing = {
		.channel = message->channel,
		.id = message->id,
		.data = value.len > 0 ? value : message->data,
		.ext = message->ext,
		.successful = &successful,
		.lazy_timeout = -1,
	};

	(void)probe->host->deliver(probe->host, message->session, &outgoing);
}

static void
serve_kick(const struct bx_incoming *message, void *ctx)
{
	const struct probe *probe = ctx;
	struct bx_session *session = target(probe, message);

	if (session != NULL)
		probe->host->kick(session);
	answer_bool(probe, message, session != NULL);
}

static void
serve_times(const struct bx_incoming *message, void *ctx)
{
	const struct probe *probe = ctx;
	const struct bx_times times = {
		.timeout = number_or(probe, message, "timeout", -1),
		.interval = number_or(probe, message, "interval", -1),
		.max_interval = number_or(probe, message, "max_interval", -1),
	};

	answer_bool(probe, message,
	    probe->host->set_times(message->session, &times));
}

static void
serve_hear(const struct bx_incoming *message, void *ctx)
{
	const struct probe *probe = ctx;

	answer_bool(probe, message,
	    probe->host->set_broadcast_to_publisher(message->session,
		bx_slice_is(member(probe, message, "on"), "true")));
}

static void
serve_deliver(const struct bx_incoming *message, void *ctx)
{
	const struct probe *probe = ctx;
	struct bx_outgoing outgoing = outgoing_of(probe, message);
	struct bx_session *session = target(probe, message);

	answer_bool(probe, message,
	    session != NULL &&
		probe->host->deliver(probe->host, session, &outgoing));
}

static void
serve_publish(const struct bx_incoming *message, void *ctx)
{
	const struct probe *probe = ctx;
	struct bx_outgoing outgoing = outgoing_of(probe, message);

	answer_bool(probe, message,
	    probe->host->publish(probe->host, &outgoing));
}

/* Its log is how a test sees that a datum was freed. */
struct datum {
	struct bx_host *host;
	char text[32];
};

static void
free_datum(void *data)
{
	struct datum *datum = data;
	char line[64];

	(void)snprintf(line, sizeof(line), "event=data_freed text=%s",
	    datum->text);
	datum->host->log(datum->host, BX_LOG_INFO, line);
	free(datum);
}

/* Keep data.text with the session, and answer what was kept before. */
static void
serve_data(const struct bx_incoming *message, void *ctx)
{
	const struct probe *probe = ctx;
	struct bx_host *host = probe->host;
	struct datum *datum = host->session_data(host, message->session);
	struct bx_slice text = member(probe, message, "text");

	answer_text(probe, message, datum == NULL ? NULL : datum->text);
	if (text.len == 0)
		return;
	datum = malloc(sizeof(*datum));
	if (datum == NULL)
		return;
	datum->host = host;
	copy_text(text, datum->text, sizeof(datum->text));
	if (!host->set_session_data(host, message->session, datum, free_datum))
		free(datum);
}

/* Keep the question until somebody asks for its answer. */
static void
serve_later(const struct bx_incoming *message, void *ctx)
{
	struct probe *probe = ctx;

	if (message->id.len > sizeof(probe->id))
		return;
	probe->host->unref(probe->asker);
	probe->asker = probe->host->ref(message->session);
	probe->id_len = message->id.len;
	if (probe->id_len > 0)
		memcpy(probe->id, message->id.at, probe->id_len);
}

/* Answers whether the question's session was there to be answered. */
static void
serve_now(const struct bx_incoming *message, void *ctx)
{
	struct probe *probe = ctx;
	struct bx_outgoing outgoing = {
		.channel = slice("/service/probe/later"),
		.id = { probe->id, probe->id_len },
		.data = message->data,
		.lazy_timeout = -1,
	};

	answer_bool(probe, message,
	    probe->asker != NULL &&
		probe->host->deliver(probe->host, probe->asker, &outgoing));
	probe->host->unref(probe->asker);
	probe->asker = NULL;
}

static void
serve_option(const struct bx_incoming *message, void *ctx)
{
	const struct probe *probe = ctx;
	char key[64];

	copy_text(member(probe, message, "key"), key, sizeof(key));
	answer_text(probe, message, probe->host->option(probe->host, key));
}

static void
serve_clock(const struct bx_incoming *message, void *ctx)
{
	const struct probe *probe = ctx;

	answer_number(probe, message, probe->host->wall_clock(probe->host));
}

static void
serve_queued(const struct bx_incoming *message, void *ctx)
{
	const struct probe *probe = ctx;

	answer_number(probe, message,
	    (int64_t)probe->host->session_queued(message->session));
}

static void
serve_once(const struct bx_incoming *message, void *ctx)
{
	const struct probe *probe = ctx;

	answer_bool(probe, message, true);
	probe->host->remove_service(probe->host, "probe/once");
}

/* Offer /service/probe/once until it is used; answers whether it was not
 * offered yet. */
static void
serve_offer(const struct bx_incoming *message, void *ctx)
{
	struct probe *probe = ctx;

	answer_bool(probe, message,
	    probe->host->add_service(probe->host, "probe/once", serve_once,
		probe));
}

static const struct {
	const char *name;
	bx_service_fn *fn;
} services[] = {
	{ "probe/call", serve_call },
	{ "probe/clock", serve_clock },
	{ "probe/data", serve_data },
	{ "probe/deliver", serve_deliver },
	{ "probe/echo", serve_echo },
	{ "probe/hear", serve_hear },
	{ "probe/kick", serve_kick },
	{ "probe/later", serve_later },
	{ "probe/now", serve_now },
	{ "probe/offer", serve_offer },
	{ "probe/option", serve_option },
	{ "probe/publish", serve_publish },
	{ "probe/queued", serve_queued },
	{ "probe/times", serve_times },
};

/* The calls of plugin.h. */

static bool
start(struct bx_host *host, void **ctx)
{
	static struct probe the_probe;
	const char *fails = host->option(host, "fails");
	size_t i;

	if (fails != NULL && strcmp(fails, "yes") == 0) {
		host->log(host, BX_LOG_ERROR, "event=told_to_fail");
		return false;
	}
	the_probe.host = host;
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (!host->add_service(host, services[i].name, services[i].fn,
			&the_probe))
			return false;
	*ctx = &the_probe;
	host->log(host, BX_LOG_INFO, "event=start");
	return true;
}

static void
stop(void *ctx)
{
	struct probe *probe = ctx;

	probe->host->unref(probe->asker);
	probe->host->log(probe->host, BX_LOG_INFO, "event=stop");
}

static enum bx_pass
incoming(void *ctx, const struct bx_incoming *message)
{
	(void)ctx;
	return bx_slice_is(message->channel, "/probe/deleted") ? BX_PASS_DELETE
							       : BX_PASS_ON;
}

static void
log_session(const struct probe *probe, const struct bx_session *session,
    const char *event, int reason)
{
	char line[96];

	(void)snprintf(line, sizeof(line), "event=%s session=%.8s reason=%d",
	    event, probe->host->session_id(session), reason);
	probe->host->log(probe->host, BX_LOG_INFO, line);
}

static void
session_new(void *ctx, const struct bx_incoming *message)
{
	log_session(ctx, message->session, "session_new", -1);
}

static void
session_gone(void *ctx, struct bx_session *session, enum bx_gone_reason reason)
{
	log_session(ctx, session, "session_gone", (int)reason);
}

/* Mark events of /probe/marked, and those of /probe/lazy as lazy. */
static void
publishing(void *ctx, struct bx_event *event)
{
	const struct probe *probe = ctx;

	if (bx_slice_is(event->channel, "/probe/marked")) {
		probe->host->add_field(event->draft, "probe",
		    slice(
			event->session == NULL ? "\"server\"" : "\"client\""));
		probe->host->add_ext(event->draft, "probe", event->data);
	}
	if (bx_slice_is(event->channel, "/probe/lazy"))
		event->lazy = true;
}

/* Whoever has ext.probe in a message sees it in the reply. */
static void
replying(void *ctx, const struct bx_replying *reply)
{
	const struct probe *probe = ctx;
	struct bx_slice asked = probe->host->json_member(reply->ext, "probe");

	if (asked.len == 0)
		return;
	probe->host->add_field(reply->draft, "probe",
	    slice(reply->successful ? "\"yes\"" : "\"no\""));
	probe->host->add_ext(reply->draft, "probe", asked);
}

extern const struct bx_plugin bayeux_plugin;
const struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "probe",
	.start = start,
	.stop = stop,
	.incoming = incoming,
	.session_new = session_new,
	.session_gone = session_gone,
	.publishing = publishing,
	.replying = replying,
};
