/*
 * agent.c - a plugin through which tests reach what came with version 1.1.
 *
 * A message with ext.agent, an object, is judged as that says:
 *	on		the operation it is about, such as "publish"; none: all
 *	deny		the error it is denied with; "" is the server's own
 *	reconnect	advice: 0 retry, 1 handshake, 2 none; with interval
 *	user		whose a session is that is allowed
 *	later		in so many ms; negative: with /service/agent/release
 *
 * Configured with "forgets", it resolves nothing when the server stops, and
 * with "bans" nobody may connect.
 * Its local client has the id "agent".  What happens is published on
 * /agent/happened, and what the local client is given on /agent/heard.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/host.h"
#include "engine/plugin.h"

#define TEXT_MAX 4096

/* A verdict that is due. */
struct parked {
	struct parked *next;
	struct bx_ticket *ticket;
	struct bx_timer *timer; /* or NULL */
	enum bx_verdict verdict;
	struct bx_denial denial;
	char user[BX_USER_MAX + 1];
};

/* There is one, as its services and timers have to find it. */
static struct {
	struct bx_host *host;
	struct bx_session *local;
	struct parked *parked;
} agent;

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static struct bx_slice
member(struct bx_slice object, const char *name)
{
	return agent.host->json_member(object, name);
}

/* The member's text in out; false: it is none. */
static bool
text_of(struct bx_slice object, const char *name, char *out, size_t size)
{
	return agent.host->json_text(member(object, name), out, size) !=
	    SIZE_MAX;
}

static int64_t
number_of(struct bx_slice object, const char *name, int64_t otherwise)
{
	int64_t number;

	if (agent.host->json_integer(member(object, name), &number))
		return number;
	return otherwise;
}

/* An object that is being written. */
struct object {
	char text[TEXT_MAX];
	size_t len;
};

static void
begin(struct object *object)
{
	object->text[0] = '{';
	object->len = 1;
}

static void
add_json(struct object *object, const char *name, struct bx_slice json)
{
	int len;

	if (json.len == 0)
		return;
	len = snprintf(object->text + object->len, TEXT_MAX - object->len,
	    "%s\"%s\":%.*s", object->len > 1 ? "," : "", name, (int)json.len,
	    json.at);
	if (len > 0 && (size_t)len < TEXT_MAX - object->len - 1)
		object->len += (size_t)len;
}

static void
add_text(struct object *object, const char *name, struct bx_slice text)
{
	char json[TEXT_MAX];
	size_t len = agent.host->json_quote(json, sizeof(json), 0, text);

	if (text.at != NULL && len <= sizeof(json))
		add_json(object, name, (struct bx_slice){ json, len });
}

static struct bx_slice
end(struct object *object)
{
	object->text[object->len++] = '}';
	return (struct bx_slice){ object->text, object->len };
}

static void
publish(const char *channel, struct object *object)
{
	const struct bx_outgoing outgoing = {
		.channel = slice(channel),
		.data = end(object),
		.lazy_timeout = -1,
	};

	(void)agent.host->publish(agent.host, &outgoing);
}

/* Verdicts. */

static void
settle(struct parked *parked)
{
	struct parked **at = &agent.parked;

	while (*at != parked)
		at = &(*at)->next;
	*at = parked->next;
	agent.host->cancel_timer(agent.host, parked->timer);
	agent.host->resolve(agent.host, parked->ticket, parked->verdict,
	    &parked->denial, parked->user);
	free(parked);
}

static void
on_timer(void *ctx)
{
	struct parked *parked = ctx;

	parked->timer = NULL;
	settle(parked);
}

static enum bx_verdict
park(struct bx_question *question, enum bx_verdict verdict, int64_t later)
{
	struct parked *parked = calloc(1, sizeof(*parked));

	if (parked == NULL)
		return BX_VERDICT_DENY;
	parked->ticket = agent.host->park(agent.host, question);
	if (parked->ticket == NULL) {
		free(parked);
		return BX_VERDICT_DENY;
	}
	parked->verdict = verdict;
	parked->denial = question->denial;
	(void)strcpy(parked->user, question->user);
	/* It is for the verdict to say. */
	question->user[0] = '\0';
	parked->next = agent.parked;
	agent.parked = parked;
	if (later >= 0)
		parked->timer =
		    agent.host->add_timer(agent.host, later, on_timer, parked);
	return BX_VERDICT_PENDING;
}

static enum bx_verdict
judge(void *ctx, struct bx_question *question)
{
	static const char *const names[] = {
		[BX_OPERATION_HANDSHAKE] = "\"handshake\"",
		[BX_OPERATION_CREATE] = "\"create\"",
		[BX_OPERATION_SUBSCRIBE] = "\"subscribe\"",
		[BX_OPERATION_PUBLISH] = "\"publish\"",
		[BX_OPERATION_CONNECT] = "\"connect\"",
		[BX_OPERATION_UNSUBSCRIBE] = "\"unsubscribe\"",
		[BX_OPERATION_DISCONNECT] = "\"disconnect\"",
	};
	struct bx_slice how = member(question->message->ext, "agent");
	struct bx_slice on = member(how, "on");
	enum bx_verdict verdict = BX_VERDICT_ALLOW;

	(void)ctx;
	if (question->operation == BX_OPERATION_CONNECT &&
	    agent.host->option(agent.host, "bans") != NULL)
		return BX_VERDICT_DENY;
	if (how.len == 0 ||
	    (on.len > 0 && !bx_slice_is(on, names[question->operation])))
		return BX_VERDICT_ABSTAIN;
	if (text_of(how, "deny", question->denial.error, BX_ERROR_TEXT_MAX))
		verdict = BX_VERDICT_DENY;
	question->denial.advises = member(how, "reconnect").len > 0;
	question->denial.reconnect =
	    (enum bx_reconnect)number_of(how, "reconnect", 0);
	question->denial.interval = number_of(how, "interval", 0);
	(void)text_of(how, "user", question->user, sizeof(question->user));
	if (member(how, "later").len > 0)
		return park(question, verdict, number_of(how, "later", 0));
	return verdict;
}

/* What happens. */

static void
tell_happened(void *ctx, const struct bx_happening *what)
{
	static const char *const kinds[] = {
		[BX_HAPPENING_CLIENT_CONNECT] = "connect",
		[BX_HAPPENING_CLIENT_DISCONNECT] = "disconnect",
		[BX_HAPPENING_SUBSCRIBE] = "subscribe",
		[BX_HAPPENING_UNSUBSCRIBE] = "unsubscribe",
		[BX_HAPPENING_PUBLISH] = "publish",
		[BX_HAPPENING_CLIENT_PUSH] = "push",
		[BX_HAPPENING_HANDSHAKE_DENIED] = "denied",
	};
	struct object object;
	char reason[16];

	(void)ctx;
	/* What this publishes has happened, too. */
	if (what->kind == BX_HAPPENING_PUBLISH && what->channel.len > 7 &&
	    memcmp(what->channel.at, "/agent/", 7) == 0)
		return;
	begin(&object);
	add_text(&object, "kind", slice(kinds[what->kind]));
	if (what->session != NULL)
		add_text(&object, "session",
		    slice(agent.host->session_id(what->session)));
	add_text(&object, "channel", what->channel);
	add_json(&object, "data", what->data);
	add_json(&object, "id", what->id);
	add_json(&object, "ext", what->ext);
	if (what->address != NULL)
		add_text(&object, "address", slice(what->address));
	if (what->error != NULL)
		add_text(&object, "error", slice(what->error));
	if (what->kind == BX_HAPPENING_CLIENT_DISCONNECT) {
		(void)snprintf(reason, sizeof(reason), "%d",
		    (int)what->reason);
		add_json(&object, "reason", slice(reason));
	}
	publish("/agent/happened", &object);
}

static void
tell_heard(struct bx_session *local, const struct bx_delivered *message,
    void *ctx)
{
	struct object object;

	(void)local;
	(void)ctx;
	begin(&object);
	add_text(&object, "channel", message->channel);
	add_json(&object, "data", message->data);
	add_json(&object, "id", message->id);
	add_json(&object, "ext", message->ext);
	add_json(&object, "clientId", message->client_id);
	publish("/agent/heard", &object);
}

/* The services. */

static void
answer(const struct bx_incoming *message, struct bx_slice data)
{
	const struct bx_outgoing outgoing = {
		.channel = message->channel,
		.id = message->id,
		.data = data,
		.lazy_timeout = -1,
	};

	(void)agent.host->deliver(agent.host, message->session, &outgoing);
}

static void
answer_bool(const struct bx_incoming *message, bool flag)
{
	answer(message, slice(flag ? "true" : "false"));
}

static void
serve_user(const struct bx_incoming *message, void *ctx)
{
	const char *user = agent.host->user(message->session);
	char json[TEXT_MAX];
	size_t len;

	(void)ctx;
	len = user == NULL
	    ? 0
	    : agent.host->json_quote(json, sizeof(json), 0, slice(user));
	answer(message,
	    user == NULL ? slice("null") : (struct bx_slice){ json, len });
}

/* It may answer all the same. */
static void
serve_fail(const struct bx_incoming *message, void *ctx)
{
	char text[TEXT_MAX];

	(void)ctx;
	if (member(message->data, "answer").len > 0)
		answer(message, member(message->data, "answer"));
	if (text_of(message->data, "text", text, sizeof(text)))
		agent.host->fail(message, text);
}

static void
serve_others(const struct bx_incoming *message, void *ctx)
{
	(void)ctx;
	agent.host->fail(message, "There is no such service");
}

static void
serve_release(const struct bx_incoming *message, void *ctx)
{
	(void)ctx;
	answer_bool(message, agent.parked != NULL);
	while (agent.parked != NULL)
		settle(agent.parked);
}

/* The session that data.session names; the local client if it names none. */
static struct bx_session *
target(const struct bx_incoming *message)
{
	char id[64];

	if (!text_of(message->data, "session", id, sizeof(id)))
		return agent.local;
	return agent.host->find_session(agent.host, id);
}

/* { "do": what, "channel": where, "session": whose, ... } */
static void
serve_act(const struct bx_incoming *message, void *ctx)
{
	struct bx_host *host = agent.host;
	struct bx_slice what = member(message->data, "do");
	struct bx_session *session = target(message);
	char channel[256] = "";
	struct bx_outgoing outgoing = {
		.data = member(message->data, "data"),
		.id = member(message->data, "id"),
		.ext = member(message->data, "ext"),
		.lazy_timeout = -1,
	};
	bool done = false;

	(void)ctx;
	(void)text_of(message->data, "channel", channel, sizeof(channel));
	outgoing.channel = slice(channel);
	if (session == NULL)
		done = false;
	else if (bx_slice_is(what, "\"subscribe\""))
		done = host->subscribe(host, session, channel);
	else if (bx_slice_is(what, "\"unsubscribe\""))
		done = host->unsubscribe(host, session, channel);
	else if (bx_slice_is(what, "\"publish\""))
		done = host->publish_as(host, session, &outgoing);
	else if (bx_slice_is(what, "\"push\""))
		done = host->deliver(host, session, &outgoing);
	else if (bx_slice_is(what, "\"hear\""))
		done = host->set_broadcast_to_publisher(session,
		    bx_slice_is(outgoing.data, "true"));
	answer_bool(message, done);
}

static const struct {
	const char *name;
	bx_service_fn *fn;
} services[] = {
	{ "agent/act", serve_act },
	{ "agent/fail", serve_fail },
	{ "agent/release", serve_release },
	{ "agent/user", serve_user },
	{ "**", serve_others },
};

/* The calls of plugin.h. */

static void
complain(void *ctx)
{
	(void)ctx;
	agent.host->log(agent.host, BX_LOG_ERROR, "event=too_early");
}

static bool
start(struct bx_host *host, void **ctx)
{
	size_t i;

	(void)ctx;
	agent.host = host;
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (!host->add_service(host, services[i].name, services[i].fn,
			NULL))
			return false;
	/* No test takes ten minutes. */
	(void)host->add_timer(host, 600000, complain, NULL);
	agent.local = host->local_new(host, "agent", tell_heard, NULL);
	return agent.local != NULL;
}

static void
stop(void *ctx)
{
	struct parked *parked;

	(void)ctx;
	/* Their tickets end with the plugin. */
	while ((parked = agent.parked) != NULL) {
		agent.parked = parked->next;
		free(parked);
	}
	agent.host->local_free(agent.local);
	agent.host->log(agent.host, BX_LOG_INFO, "event=stop");
}

/* Who waits is told to come back, and not as he was to be told. */
static void
shut_down(void *ctx)
{
	(void)ctx;
	agent.host->log(agent.host, BX_LOG_INFO, "event=shutting_down");
	if (agent.host->option(agent.host, "forgets") != NULL)
		return;
	while (agent.parked != NULL) {
		struct bx_denial *denial = &agent.parked->denial;

		agent.parked->verdict = BX_VERDICT_DENY;
		(void)strcpy(denial->error, "503::shutting_down");
		denial->advises = true;
		denial->reconnect = BX_RECONNECT_RETRY;
		settle(agent.parked);
	}
}

extern const struct bx_plugin bayeux_plugin;
const struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "agent",
	.start = start,
	.stop = stop,
	.policy = judge,
	.happened = tell_happened,
	.shutting_down = shut_down,
};
