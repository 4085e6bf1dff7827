/*
 * test_plugin_reentry.c - what came to host.h with 1.1, in every call there is.
 *
 * Two sessions and a local client talk while three plugins are there, and a
 * third session stands by.  The middle plugin does one thing in one of its
 * calls: in the first such call, then, from the start, in the second, and so
 * on, and at last in each of them.  Whatever it does, who stands by gets the
 * one message for it once, each beginning has its end, and nothing that a call
 * has lent goes before the call has returned (which is what AddressSanitizer
 * looks at).
 */
#include <stdio.h>
#include <string.h>

#include "engine/core.h"
#include "engine/plugin_host.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define TEXT(literal) ((struct bx_slice){ (literal), sizeof(literal) - 1 })
#define QUEUE_MAX 4
#define MANY 64
#define EACH 0	     /* as the number of the call in which it acts */
#define TICK 10	     /* ms */
#define ROUNDS_MAX 8 /* two local clients could answer each other for ever */

enum call {
	START,
	STOP,
	INCOMING,
	POLICY,
	SESSION_NEW,
	SESSION_GONE,
	PUBLISHING,
	REPLYING,
	CLIENT_CONNECT, /* this one and the next six: happened */
	CLIENT_DISCONNECT,
	SUBSCRIBE,
	UNSUBSCRIBE,
	PUBLISH,
	CLIENT_PUSH,
	HANDSHAKE_DENIED,
	SHUTTING_DOWN,
	SERVICE,
	LOCAL,
	TIMER,
	FREE_DATA,
	CALLS
};

static const char *const call_names[] = {
	[START] = "start",
	[STOP] = "stop",
	[INCOMING] = "incoming",
	[POLICY] = "policy",
	[SESSION_NEW] = "session_new",
	[SESSION_GONE] = "session_gone",
	[PUBLISHING] = "publishing",
	[REPLYING] = "replying",
	[CLIENT_CONNECT] = "happened (client connect)",
	[CLIENT_DISCONNECT] = "happened (client disconnect)",
	[SUBSCRIBE] = "happened (subscribe)",
	[UNSUBSCRIBE] = "happened (unsubscribe)",
	[PUBLISH] = "happened (publish)",
	[CLIENT_PUSH] = "happened (client push)",
	[HANDSHAKE_DENIED] = "happened (handshake denied)",
	[SHUTTING_DOWN] = "shutting_down",
	[SERVICE] = "a service",
	[LOCAL] = "a local client",
	[TIMER] = "a timer",
	[FREE_DATA] = "free_data",
};

static const enum call happenings[] = {
	[BX_HAPPENING_CLIENT_CONNECT] = CLIENT_CONNECT,
	[BX_HAPPENING_CLIENT_DISCONNECT] = CLIENT_DISCONNECT,
	[BX_HAPPENING_SUBSCRIBE] = SUBSCRIBE,
	[BX_HAPPENING_UNSUBSCRIBE] = UNSUBSCRIBE,
	[BX_HAPPENING_PUBLISH] = PUBLISH,
	[BX_HAPPENING_CLIENT_PUSH] = CLIENT_PUSH,
	[BX_HAPPENING_HANDSHAKE_DENIED] = HANDSHAKE_DENIED,
};

/* A call under way, and what it was given. */
struct moment {
	enum call call;
	struct bx_session *session;	   /* or NULL */
	struct bx_question *question;	   /* the same */
	const struct bx_incoming *message; /* the same */
};

struct play;

typedef void act_fn(struct play *play, const struct moment *moment,
    struct bx_session *target);

struct role {
	struct play *play;
	struct bx_host *host; /* while the plugin runs */
};

/* The first counts, the second acts, the third is just there. */
enum {
	COUNTER,
	ACTOR,
	FRIEND,
	ROLES
};

/* Who talks, and who stands by. */
enum {
	FIRST,
	SECOND,
	BYSTANDER,
	TALKERS
};

struct play {
	struct talk talk;
	struct role roles[ROLES];
	char ids[TALKERS][BX_CLIENT_ID_LENGTH + 1];
	struct talk_request held;
	struct talk_request parked;
	struct talk_request standing; /* the bystander's connect */
	act_fn *act;
	enum call when;
	unsigned nth; /* such call in which it acts, or EACH */
	unsigned calls;
	bool on_other; /* the act is about another session */
	bool is_acting;
	bool has_acted;
	bool pends; /* the policy in hand says so */
	unsigned depth;
	int began; /* sessions that have and have not ended */
	int connected;
	int data; /* kept and not freed */
	/* The actor's. */
	struct bx_session *local;
	struct bx_timer *timer;
	struct bx_ticket *tickets[MANY];
	size_t ticket_count;
};

/* Whose start is next: it cannot know otherwise. */
static struct role *starting;

#define HOST(play) ((play)->roles[ACTOR].host)

static bool
is_bystander(const struct play *play, struct bx_host *host,
    const struct bx_session *session)
{
	return session != NULL && play->ids[BYSTANDER][0] != '\0' &&
	    strcmp(host->session_id(session), play->ids[BYSTANDER]) == 0;
}

static struct bx_session *
choose_target(const struct play *play, const struct moment *moment)
{
	struct bx_host *host = HOST(play);
	struct bx_session *first = host->find_session(host, play->ids[FIRST]);

	if (!play->on_other)
		return moment->session != NULL ? moment->session : first;
	return first != NULL && first != moment->session
	    ? first
	    : host->find_session(host, play->ids[SECOND]);
}

static void
act(struct play *play, const struct moment *moment)
{
	if (play->act == NULL || play->is_acting || HOST(play) == NULL ||
	    moment->call != play->when ||
	    is_bystander(play, HOST(play), moment->session))
		return;
	play->calls++;
	if (play->nth != EACH && play->nth != play->calls)
		return;
	play->is_acting = true;
	play->has_acted = true;
	play->act(play, moment, choose_target(play, moment));
	play->is_acting = false;
}

/* Each call of each plugin comes through here. */
static void
live(struct role *role, const struct moment *moment)
{
	struct play *play = role->play;

	/* Nobody is called so while he is in the middle of something. */
	if (moment->call == SESSION_GONE || moment->call == LOCAL ||
	    moment->call == TIMER)
		CU_ASSERT_EQUAL(play->depth, 0);
	play->depth++;
	if (role == &play->roles[ACTOR])
		act(play, moment);
	if (moment->session != NULL && role->host != NULL)
		CU_ASSERT(strlen(role->host->session_id(moment->session)) > 0);
	play->depth--;
}

static void
free_data(void *data)
{
	const struct moment moment = { .call = FREE_DATA };
	struct play *play = data;

	play->data--;
	live(&play->roles[ACTOR], &moment);
}

static void
keep_data(struct play *play, struct bx_session *session)
{
	struct bx_host *host = HOST(play);

	if (host != NULL &&
	    host->set_session_data(host, session, play, free_data))
		play->data++;
}

static void
serve(const struct bx_incoming *message, void *ctx)
{
	const struct moment moment = {
		.call = SERVICE,
		.session = message->session,
		.message = message,
	};

	live(ctx, &moment);
}

static void
on_delivered(struct bx_session *local, const struct bx_delivered *message,
    void *ctx)
{
	const struct moment moment = { .call = LOCAL, .session = local };

	CU_ASSERT(message->channel.len > 1);
	live(ctx, &moment);
	/* What it is given is there until it returns. */
	CU_ASSERT_EQUAL(message->channel.at[0], '/');
	CU_ASSERT(message->data.len > 0);
}

static void
resolve_all(struct play *play, enum bx_verdict verdict)
{
	while (play->ticket_count > 0) {
		struct bx_ticket *ticket = play->tickets[--play->ticket_count];

		HOST(play)->resolve(HOST(play), ticket, verdict, NULL, NULL);
	}
}

static void on_timer(void *ctx);

static void
set_timer(struct role *role)
{
	struct bx_host *host = role->host;

	role->play->timer = host->add_timer(host, TICK, on_timer, role);
}

static void
on_timer(void *ctx)
{
	const struct moment moment = { .call = TIMER };
	struct role *role = ctx;

	role->play->timer = NULL;
	live(role, &moment);
	if (role->host == NULL)
		return;
	resolve_all(role->play, BX_VERDICT_ALLOW);
	if (role->play->timer == NULL)
		set_timer(role);
}

static void
ignore_timer(void *ctx)
{
	struct role *role = ctx;

	CU_ASSERT_PTR_NOT_NULL(role->host);
}

static bool
on_start(struct bx_host *host, void **ctx)
{
	const struct moment moment = { .call = START };
	struct role *role = starting;
	struct play *play = role->play;

	*ctx = role;
	role->host = host;
	if (role == &play->roles[ACTOR]) {
		(void)host->add_service(host, "s", serve, role);
		play->local =
		    host->local_new(host, "actor", on_delivered, role);
		if (play->local != NULL)
			(void)host->subscribe(host, play->local, "/a");
		set_timer(role);
	}
	live(role, &moment);
	return true;
}

static void
on_stop(void *ctx)
{
	const struct moment moment = { .call = STOP };
	struct role *role = ctx;

	live(role, &moment);
	role->host = NULL;
	if (role != &role->play->roles[ACTOR])
		return;
	role->play->local = NULL;
	role->play->timer = NULL;
	role->play->ticket_count = 0;
}

static enum bx_pass
on_incoming(void *ctx, const struct bx_incoming *message)
{
	const struct moment moment = {
		.call = INCOMING,
		.session = message->session,
		.message = message,
	};

	live(ctx, &moment);
	return BX_PASS_ON;
}

static bool
park(struct play *play, struct bx_question *question)
{
	struct bx_ticket *ticket;

	if (play->ticket_count == MANY)
		return false;
	ticket = HOST(play)->park(HOST(play), question);
	if (ticket == NULL)
		return false;
	play->tickets[play->ticket_count++] = ticket;
	return true;
}

static enum bx_verdict
on_policy(void *ctx, struct bx_question *question)
{
	const struct moment moment = {
		.call = POLICY,
		.session = question->session,
		.question = question,
	};
	struct role *role = ctx;
	struct play *play = role->play;

	if (role != &play->roles[ACTOR])
		return BX_VERDICT_ABSTAIN;
	play->pends = false;
	live(role, &moment);
	if (play->pends)
		return BX_VERDICT_PENDING;
	if (role->host == NULL)
		return BX_VERDICT_ABSTAIN;
	if (question->message->ext.len > 0 && question->session == NULL)
		return BX_VERDICT_DENY;
	if (bx_slice_is(question->channel, "/slow") &&
	    question->operation == BX_OPERATION_PUBLISH &&
	    park(play, question))
		return BX_VERDICT_PENDING;
	return BX_VERDICT_ABSTAIN;
}

static void
on_session_new(void *ctx, const struct bx_incoming *message)
{
	const struct moment moment = {
		.call = SESSION_NEW,
		.session = message->session,
		.message = message,
	};
	struct role *role = ctx;

	if (role == &role->play->roles[COUNTER])
		role->play->began++;
	if (role == &role->play->roles[ACTOR])
		keep_data(role->play, message->session);
	live(role, &moment);
}

static void
on_session_gone(void *ctx, struct bx_session *session,
    enum bx_gone_reason reason)
{
	const struct moment moment = {
		.call = SESSION_GONE,
		.session = session,
	};
	struct role *role = ctx;

	(void)reason;
	if (role == &role->play->roles[COUNTER] &&
	    !role->host->is_local(session))
		role->play->began--;
	live(role, &moment);
}

static void
on_publishing(void *ctx, struct bx_event *event)
{
	const struct moment moment = {
		.call = PUBLISHING,
		.session = event->session,
	};

	live(ctx, &moment);
}

static void
on_replying(void *ctx, const struct bx_replying *reply)
{
	const struct moment moment = {
		.call = REPLYING,
		.session = reply->session,
	};

	live(ctx, &moment);
}

static void
on_happened(void *ctx, const struct bx_happening *what)
{
	const struct moment moment = {
		.call = happenings[what->kind],
		.session = what->session,
	};
	struct role *role = ctx;

	if (role == &role->play->roles[COUNTER])
		role->play->connected +=
		    what->kind == BX_HAPPENING_CLIENT_CONNECT	   ? 1
		    : what->kind == BX_HAPPENING_CLIENT_DISCONNECT ? -1
								   : 0;
	live(role, &moment);
	if (what->channel.len > 0)
		CU_ASSERT_EQUAL(what->channel.at[0], '/');
}

static void
on_shutting_down(void *ctx)
{
	const struct moment moment = { .call = SHUTTING_DOWN };

	live(ctx, &moment);
}

static const char *const names[ROLES] = { "counter", "actor", "friend" };

static void
add(struct play *play, int which)
{
	const struct bx_plugin plugin = {
		.major = BX_PLUGIN_MAJOR,
		.minor = BX_PLUGIN_MINOR,
		.size = sizeof(plugin),
		.name = names[which],
		.start = on_start,
		.stop = on_stop,
		.incoming = on_incoming,
		.session_new = on_session_new,
		.session_gone = on_session_gone,
		.publishing = on_publishing,
		.replying = on_replying,
		.policy = on_policy,
		.happened = on_happened,
		.shutting_down = on_shutting_down,
	};

	starting = &play->roles[which];
	starting->play = play;
	if (bx_engine_add_plugin(play->talk.engine, &plugin, NULL, NULL) !=
	    BX_OK)
		starting->host = NULL;
}

static void
stop_plugin(struct play *play, int which)
{
	struct bx_core *core = bx_engine_core(play->talk.engine);

	if (play->roles[which].host != NULL)
		bx_plugins_stop(&core->plugins,
		    bx_plugin_node_of(play->roles[which].host));
}

/* The acts.  The actor runs, but target is NULL if there is no session. */

static const struct bx_outgoing event = {
	.channel = { "/a", 2 },
	.data = { "1", 1 },
	.id = { "\"7\"", 3 },
	.ext = { "{\"x\":1}", 7 },
	.lazy_timeout = -1,
};

static void
act_subscribe(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	struct bx_host *host = HOST(play);

	(void)moment;
	if (target == NULL)
		return;
	(void)host->subscribe(host, target, "/a/**");
	(void)host->subscribe(host, target, "/a");
	CU_ASSERT_FALSE(host->subscribe(host, target, "/service/s"));
	CU_ASSERT_FALSE(host->subscribe(host, target, "/meta/connect"));
	CU_ASSERT_FALSE(host->subscribe(host, target, "a"));
}

static void
act_unsubscribe(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	struct bx_host *host = HOST(play);

	(void)moment;
	if (target == NULL)
		return;
	(void)host->unsubscribe(host, target, "/a");
	(void)host->unsubscribe(host, target, "/never");
	CU_ASSERT_FALSE(host->unsubscribe(host, target, "a"));
}

static void
act_publish(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	(void)target;
	CU_ASSERT_TRUE(HOST(play)->publish(HOST(play), &event));
}

static void
act_publish_as(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	struct bx_host *host = HOST(play);

	(void)moment;
	if (target != NULL)
		(void)host->publish_as(host, target, &event);
	if (play->local != NULL)
		(void)host->publish_as(host, play->local, &event);
}

static void
act_deliver(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	struct bx_host *host = HOST(play);

	(void)moment;
	if (target != NULL)
		(void)host->deliver(host, target, &event);
	if (play->local != NULL)
		(void)host->deliver(host, play->local, &event);
}

/* Until the session ends of it, and once more. */
static void
flood(struct play *play, struct bx_session *session)
{
	int i;

	if (session == NULL)
		return;
	for (i = 0; i < 4 * QUEUE_MAX; i++)
		(void)HOST(play)->deliver(HOST(play), session, &event);
	CU_ASSERT_FALSE(HOST(play)->deliver(HOST(play), session, &event));
	CU_ASSERT_FALSE(HOST(play)->subscribe(HOST(play), session, "/a"));
}

static void
act_flood(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	flood(play, target);
	flood(play, play->local);
}

static void
act_kick(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	if (target != NULL)
		HOST(play)->kick(target);
	if (play->local != NULL)
		HOST(play)->kick(play->local);
}

static void
act_free_local(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	(void)target;
	HOST(play)->local_free(play->local);
	play->local = NULL;
	HOST(play)->local_free(NULL);
}

/* One to stay, and one that goes at once. */
static void
act_make_locals(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	struct bx_host *host = HOST(play);
	struct bx_session *local;

	(void)target;
	CU_ASSERT_PTR_NULL(host->local_new(host, "not an id", on_delivered,
	    &play->roles[ACTOR]));
	local =
	    host->local_new(host, "actor", on_delivered, &play->roles[ACTOR]);
	if (moment->call == STOP)
		CU_ASSERT_PTR_NULL(local);
	if (local == NULL)
		return;
	CU_ASSERT_TRUE(host->is_local(local));
	keep_data(play, local);
	CU_ASSERT_TRUE(host->deliver(host, local, &event));
	host->local_free(local);
	if (play->local == NULL)
		play->local = host->local_new(host, "new", on_delivered,
		    &play->roles[ACTOR]);
	if (play->local != NULL)
		(void)host->subscribe(host, play->local, "/**");
}

static void
act_services(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	struct bx_host *host = HOST(play);
	struct role *role = &play->roles[ACTOR];

	(void)moment;
	(void)target;
	host->remove_service(host, "s");
	CU_ASSERT_TRUE(host->add_service(host, "s", serve, role));
	CU_ASSERT_TRUE(host->add_service(host, "**", serve, role));
	CU_ASSERT_FALSE(host->add_service(host, "**", serve, role));
	host->remove_service(host, "**");
	host->remove_service(host, "s");
}

static void
act_timers(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	struct bx_host *host = HOST(play);
	struct role *role = &play->roles[ACTOR];

	(void)moment;
	(void)target;
	host->cancel_timer(host, play->timer);
	host->cancel_timer(host, host->add_timer(host, 0, ignore_timer, role));
	CU_ASSERT_PTR_NOT_NULL(host->add_timer(host, 0, ignore_timer, role));
	CU_ASSERT_PTR_NOT_NULL(
	    host->add_timer(host, BX_NEVER, ignore_timer, role));
	set_timer(role);
}

static void
act_park(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)target;
	if (moment->question == NULL || !park(play, moment->question))
		return;
	play->pends = true;
	CU_ASSERT_PTR_NULL(HOST(play)->park(HOST(play), moment->question));
}

static void
act_resolve(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	(void)target;
	resolve_all(play, BX_VERDICT_DENY);
}

static void
act_park_and_resolve(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	act_park(play, moment, target);
	resolve_all(play, BX_VERDICT_ALLOW);
}

static void
act_set(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	const struct bx_times times = { 1, 1, 1 };
	struct bx_host *host = HOST(play);

	(void)moment;
	if (target == NULL)
		return;
	CU_ASSERT_TRUE(host->set_user(target, "bob"));
	CU_ASSERT_STRING_EQUAL(host->user(target), "bob");
	CU_ASSERT_TRUE(host->set_user(target, host->user(target)));
	CU_ASSERT_FALSE(host->set_user(target, "b\nb"));
	CU_ASSERT_TRUE(host->set_times(target, &times));
	CU_ASSERT_TRUE(host->set_broadcast_to_publisher(target, false));
	keep_data(play, target);
}

static void
act_fail(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)target;
	if (moment->message != NULL)
		HOST(play)->fail(moment->message, "it \"does\" not\xff");
}

static void
act_stop_itself(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)target;
	/* It is stopping, or not there yet. */
	if (moment->call != STOP && moment->call != START)
		stop_plugin(play, ACTOR);
}

static void
act_stop_the_next(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	(void)target;
	stop_plugin(play, FRIEND);
}

static void
act_all(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	act_set(play, moment, target);
	act_subscribe(play, moment, target);
	act_make_locals(play, moment, target);
	act_publish_as(play, moment, target);
	act_timers(play, moment, target);
	act_services(play, moment, target);
	act_kick(play, moment, target);
	act_free_local(play, moment, target);
	act_make_locals(play, moment, target);
	act_flood(play, moment, target);
	act_publish_as(play, moment, target);
	act_fail(play, moment, target);
	act_park(play, moment, target);
	act_stop_the_next(play, moment, target);
	act_stop_itself(play, moment, target);
}

static const struct {
	const char *name;
	act_fn *fn;
} acts[] = {
	{ "subscribe", act_subscribe },
	{ "unsubscribe", act_unsubscribe },
	{ "publish", act_publish },
	{ "publish as somebody", act_publish_as },
	{ "deliver", act_deliver },
	{ "deliver too much", act_flood },
	{ "kick", act_kick },
	{ "free its local client", act_free_local },
	{ "make local clients", act_make_locals },
	{ "services", act_services },
	{ "timers", act_timers },
	{ "park", act_park },
	{ "resolve", act_resolve },
	{ "park and resolve", act_park_and_resolve },
	{ "set what a session has", act_set },
	{ "fail", act_fail },
	{ "stop itself", act_stop_itself },
	{ "stop the next", act_stop_the_next },
	{ "all of it", act_all },
};

/* The conversation. */

/* Drain until nobody has anything to say, or for long enough. */
static void
settle(struct play *play)
{
	int i;

	talk_drain(&play->talk);
	for (i = 0; i < ROUNDS_MAX && bx_engine_has_ready(play->talk.engine);
	     i++)
		talk_drain(&play->talk);
}

/* Send text, in which %s is the id, and drain; false: it was not sent. */
static bool
send_text(struct play *play, struct talk_request *request, const char *format,
    int who)
{
	char text[512];
	int len = snprintf(text, sizeof(text), format, play->ids[who],
	    play->ids[who], play->ids[who]);

	CU_ASSERT_FATAL(len > 0 && (size_t)len < sizeof(text));
	if (talk_try(&play->talk, request, text, (size_t)len) != BX_OK)
		return false;
	settle(play);
	return true;
}

/* The same, and the answer, which may have to wait, and then is lost; it may
 * say anything. */
static const char *
say(struct play *play, const char *format, int who)
{
	static struct talk_request request;

	if (!send_text(play, &request, format, who))
		return "";
	if (request.ready)
		talk_deliver(&play->talk, &request);
	else
		talk_lose(&play->talk, &request);
	return request.text;
}

static void
shake_hands(struct play *play, int who, const char *subscribe)
{
	const char *at =
	    strstr(say(play, "{\"channel\":\"/meta/handshake\"}", who),
		"clientId");

	if (at == NULL)
		return;
	memcpy(play->ids[who], at + strlen("clientId\":\""),
	    BX_CLIENT_ID_LENGTH);
	(void)say(play, "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}",
	    who);
	(void)say(play, subscribe, who);
}

#define SUBSCRIBE_TO(names) \
	"{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\"," \
	"\"subscription\":" names "}"
#define PUBLISH_TO(name) \
	"{\"channel\":\"" name "\",\"clientId\":\"%s\",\"data\":1}"
#define CONNECT "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}"

static void
wait_for_events(struct play *play, struct talk_request *request, int who)
{
	struct talk_request old = *request;

	talk_lose(&play->talk, &old);
	(void)send_text(play, request, CONNECT, who);
}

/* Nothing is done while it arrives. */
static void
call_bystander(struct play *play)
{
	act_fn *later = play->act;

	play->act = NULL;
	shake_hands(play, BYSTANDER, SUBSCRIBE_TO("\"/by\""));
	wait_for_events(play, &play->standing, BYSTANDER);
	play->act = later;
}

static void
publish_to_bystander(struct play *play)
{
	struct bx_host *host = play->roles[COUNTER].host;
	const struct bx_outgoing once = {
		.channel = TEXT("/by"),
		.data = TEXT("\"once\""),
		.lazy_timeout = -1,
	};

	if (host != NULL)
		(void)host->publish(host, &once);
	settle(play);
}

static void
talk_about_it(struct play *play)
{
	wait_for_events(play, &play->held, FIRST);
	(void)say(play, PUBLISH_TO("/a"), SECOND);
	(void)say(play, PUBLISH_TO("/a"), FIRST);
	wait_for_events(play, &play->held, FIRST);
	(void)say(play, PUBLISH_TO("/service/s"), SECOND);
	(void)say(play, PUBLISH_TO("/service/none"), SECOND);
	/* It waits for the actor's next timer, and nobody else does. */
	(void)send_text(play, &play->parked, PUBLISH_TO("/slow"), SECOND);
	publish_to_bystander(play);
	talk_wait(&play->talk, TICK + 1);
	settle(play);
	talk_lose(&play->talk, &play->parked);
	wait_for_events(play, &play->held, FIRST);
	(void)say(play,
	    "[" PUBLISH_TO(
		"/a") ","
		      "{\"channel\":\"/meta/unsubscribe\",\"clientId\":\"%s\","
		      "\"subscription\":[\"/a\",\"\\u002fb\"]},"
		      "{\"channel\":\"/meta/"
		      "disconnect\",\"clientId\":\"%s\"}]",
	    SECOND);
	if (HOST(play) != NULL)
		act_deliver(play, NULL,
		    HOST(play)->find_session(HOST(play), play->ids[FIRST]));
	settle(play);
}

/* Did the bystander get its one message? */
static bool
is_bystander_content(const struct play *play)
{
	const char *text = play->standing.text;
	const char *at = strstr(text, "\"data\":\"once\"");

	return play->standing.answers == 1 && at != NULL &&
	    strstr(at + 1, "\"data\"") == NULL &&
	    strstr(text, "\"successful\":true") != NULL;
}

static void
end_it(struct play *play)
{
	talk_wait(&play->talk, 30000);
	settle(play);
	talk_lose(&play->talk, &play->held);
	talk_wait(&play->talk, 30000);
	settle(play);
	shake_hands(play, SECOND, SUBSCRIBE_TO("\"/a\""));
	(void)send_text(play, &play->parked, PUBLISH_TO("/slow"), SECOND);
	bx_engine_shut_down(play->talk.engine, 0);
	settle(play);
	talk_lose(&play->talk, &play->parked);
	settle(play);
}

/* Does it until the curtain falls; is the bystander content? */
static bool
perform(struct play *play)
{
	bool is_content;
	int which;

	play->talk.engine = bx_engine_new(unit_env(), &play->talk.settings);
	if (play->talk.engine == NULL)
		return false;
	bx_engine_set_now(play->talk.engine, play->talk.now);
	for (which = COUNTER; which < ROLES; which++)
		add(play, which);
	call_bystander(play);
	(void)say(play,
	    "{\"channel\":\"/meta/handshake\",\"ext\":{\"bad\":1}}", FIRST);
	shake_hands(play, FIRST, SUBSCRIBE_TO("\"/a\""));
	shake_hands(play, SECOND, SUBSCRIBE_TO("[\"/a\",\"\\/\\u0062\"]"));
	talk_about_it(play);
	is_content = is_bystander_content(play);
	talk_lose(&play->talk, &play->standing);
	end_it(play);
	talk_stop(&play->talk);
	CU_ASSERT_EQUAL(play->began, 0);
	CU_ASSERT_EQUAL(play->connected, 0);
	CU_ASSERT_EQUAL(play->data, 0);
	CU_ASSERT_EQUAL(play->depth, 0);
	return is_content;
}

static void
prepare(struct play *play)
{
	memset(play, 0, sizeof(*play));
	talk_defaults(&play->talk);
	play->talk.settings.max_queue_messages = QUEUE_MAX;
	(void)strcpy(play->talk.visitor.user, "ada");
}

/* In the first such call, in the second, and so on, and then in each; how many
 * there were. */
static unsigned
perform_each(struct play *play, size_t which, enum call when, bool on_other)
{
	unsigned failures = CU_get_number_of_failures();
	size_t live_before = unit_live();
	unsigned nth = 0;

	do {
		prepare(play);
		play->act = acts[which].fn;
		play->when = when;
		play->on_other = on_other;
		play->nth = ++nth;
		CU_ASSERT_TRUE(perform(play));
	} while (play->has_acted);
	prepare(play);
	play->act = acts[which].fn;
	play->when = when;
	play->on_other = on_other;
	play->nth = EACH;
	CU_ASSERT_TRUE(perform(play));
	CU_ASSERT_EQUAL(unit_live(), live_before);
	if (CU_get_number_of_failures() != failures)
		(void)printf("\n%s in %s, about %s\n", acts[which].name,
		    call_names[when], on_other ? "another" : "its own");
	return nth - 1;
}

static void
perform_all(bool on_other)
{
	static struct play play;
	size_t which;
	int when;

	for (which = 0; which < sizeof(acts) / sizeof(acts[0]); which++)
		for (when = 0; when < CALLS; when++)
			CU_ASSERT(perform_each(&play, which, (enum call)when,
				      on_other) > 0);
}

static void
all_of_it_may_be_done_in_every_call_about_the_session_in_hand(void)
{
	perform_all(false);
}

static void
all_of_it_may_be_done_in_every_call_about_another_session(void)
{
	perform_all(true);
}

static bool
perform_with_little_memory(void *ctx)
{
	struct play *play = ctx;

	prepare(play);
	(void)perform(play);
	return !unit_has_failed();
}

static void
each_beginning_has_its_end_whatever_memory_fails(void)
{
	static struct play play;

	CU_ASSERT(unit_fail_each(perform_with_little_memory, &play) > 100);
}

static const struct unit_test tests[] = {
	{ "all of it may be done in every call, about the session in hand",
	    all_of_it_may_be_done_in_every_call_about_the_session_in_hand },
	{ "all of it may be done in every call, about another session",
	    all_of_it_may_be_done_in_every_call_about_another_session },
	{ "each beginning has its end, whatever memory fails",
	    each_beginning_has_its_end_whatever_memory_fails },
};

UNIT_MAIN("plugin_reentry", tests)
