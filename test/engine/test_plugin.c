/*
 * test_plugin.c - all that host.h offers, in every call of plugin.h.
 *
 * Two sessions talk while three plugins are there.  The middle one does one
 * thing in one of its calls: first in the first such call of the conversation,
 * then, from the start, in the second, and so on.  Whatever it does, sessions
 * that its calls have lent live on until these return (which is what
 * AddressSanitizer looks at), and each session that began ends once.
 */
#include <stdio.h>
#include <string.h>

#include "engine/core.h"
#include "engine/plugin_host.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define TEXT(literal) ((struct bx_slice){ (literal), sizeof(literal) - 1 })
#define QUEUE_MAX 4

enum call {
	START,
	STOP,
	INCOMING,
	SESSION_NEW,
	SESSION_GONE,
	PUBLISHING,
	REPLYING,
	SERVICE,
	FREE_DATA,
	CALLS
};

static const char *const call_names[] = {
	[START] = "start",
	[STOP] = "stop",
	[INCOMING] = "incoming",
	[SESSION_NEW] = "session_new",
	[SESSION_GONE] = "session_gone",
	[PUBLISHING] = "publishing",
	[REPLYING] = "replying",
	[SERVICE] = "a service",
	[FREE_DATA] = "free_data",
};

/* A call under way, and what it was given. */
struct moment {
	enum call call;
	struct bx_session *session; /* or NULL */
	struct bx_draft *draft;	    /* or NULL */
};

struct play;

typedef void act_fn(struct play *play, const struct moment *moment,
    struct bx_session *target);

struct role {
	struct play *play;
	struct bx_host *host; /* while the plugin runs */
	bool acts;
};

/* The first watches, the second acts, the third watches and counts; the fourth
 * may be added on the way. */
enum {
	WATCHER,
	ACTOR,
	COUNTER,
	ADDED,
	ROLES
};

struct variant {
	bool on_other;	/* the act is about another session */
	bool is_untold; /* no plugin wants to know of ends */
};

struct play {
	struct talk talk;
	struct role roles[ROLES];
	char ids[2][BX_CLIENT_ID_LENGTH + 1];
	struct talk_request held;
	act_fn *act;
	enum call when;
	unsigned countdown; /* to the call in which it acts */
	struct variant variant;
	bool acted;
	unsigned depth; /* of calls under way */
	int began;	/* sessions that have and have not ended */
	int data;	/* kept and not freed */
};

/* Whose start is next: it cannot know otherwise. */
static struct role *starting;

static const struct bx_plugin plugins[ROLES];

static struct bx_session *
find(const struct play *play, int which)
{
	struct bx_host *host = play->roles[ACTOR].host;

	if (host == NULL)
		return NULL;
	return host->find_session(host, play->ids[which]);
}

static struct bx_session *
choose_target(const struct play *play, const struct moment *moment)
{
	struct bx_session *first = find(play, 0);

	if (!play->variant.on_other)
		return moment->session != NULL ? moment->session : first;
	return first != NULL && first != moment->session ? first
							 : find(play, 1);
}

/* Each call of each plugin comes through here. */
static void
live(struct role *role, enum call call, struct bx_session *session,
    struct bx_draft *draft)
{
	const struct moment moment = { call, session, draft };
	struct play *play = role->play;

	/* Nobody is told of an end while he is in the middle of something. */
	if (call == SESSION_GONE)
		CU_ASSERT_EQUAL(play->depth, 0);
	play->depth++;
	if (role->acts && role->host != NULL && play->act != NULL &&
	    call == play->when && play->countdown > 0 &&
	    --play->countdown == 0) {
		play->acted = true;
		play->act(play, &moment, choose_target(play, &moment));
	}
	if (session != NULL && role->host != NULL)
		CU_ASSERT_EQUAL(strlen(role->host->session_id(session)),
		    BX_CLIENT_ID_LENGTH);
	if (draft != NULL && role->host != NULL)
		role->host->add_ext(draft, "seen", TEXT("true"));
	play->depth--;
}

static void
free_data(void *data)
{
	struct play *play = data;

	play->data--;
	live(&play->roles[ACTOR], FREE_DATA, NULL, NULL);
}

static void
keep_data(struct play *play, struct bx_session *session)
{
	struct bx_host *host = play->roles[ACTOR].host;

	if (host != NULL &&
	    host->set_session_data(host, session, play, free_data))
		play->data++;
}

static void
serve(const struct bx_incoming *message, void *ctx)
{
	live(ctx, SERVICE, message->session, NULL);
}

static bool
on_start(struct bx_host *host, void **ctx)
{
	struct role *role = starting;

	*ctx = role;
	role->host = host;
	if (role->acts)
		(void)host->add_service(host, "s", serve, role);
	live(role, START, NULL, NULL);
	return true;
}

static void
on_stop(void *ctx)
{
	struct role *role = ctx;

	live(role, STOP, NULL, NULL);
	if (role->acts)
		role->host->remove_service(role->host, "s");
	role->host = NULL;
}

static enum bx_pass
on_incoming(void *ctx, const struct bx_incoming *message)
{
	live(ctx, INCOMING, message->session, NULL);
	return BX_PASS_ON;
}

static void
on_session_new(void *ctx, const struct bx_incoming *message)
{
	struct role *role = ctx;

	if (role == &role->play->roles[COUNTER])
		role->play->began++;
	if (role->acts)
		keep_data(role->play, message->session);
	live(role, SESSION_NEW, message->session, NULL);
}

static void
on_session_gone(void *ctx, struct bx_session *session,
    enum bx_gone_reason reason)
{
	struct role *role = ctx;

	(void)reason;
	if (role == &role->play->roles[COUNTER])
		role->play->began--;
	live(role, SESSION_GONE, session, NULL);
}

static void
on_publishing(void *ctx, struct bx_event *event)
{
	live(ctx, PUBLISHING, event->session, event->draft);
}

static void
on_replying(void *ctx, const struct bx_replying *reply)
{
	live(ctx, REPLYING, reply->session, reply->draft);
}

#define PLUGIN(its_name) \
	{ \
		.major = BX_PLUGIN_MAJOR, .minor = BX_PLUGIN_MINOR, \
		.size = sizeof(struct bx_plugin), .name = (its_name), \
		.start = on_start, .stop = on_stop, .incoming = on_incoming, \
		.session_new = on_session_new, \
		.session_gone = on_session_gone, .publishing = on_publishing, \
		.replying = on_replying, \
	}

static const struct bx_plugin plugins[ROLES] = {
	[WATCHER] = PLUGIN("watcher"),
	[ACTOR] = PLUGIN("actor"),
	[COUNTER] = PLUGIN("counter"),
	[ADDED] = PLUGIN("added"),
};

static void
add(struct play *play, int which)
{
	struct bx_plugin plugin = plugins[which];

	starting = &play->roles[which];
	starting->play = play;
	starting->acts = which == ACTOR;
	if (play->variant.is_untold)
		plugin.session_gone = NULL;
	(void)bx_engine_add_plugin(play->talk.engine, &plugin, NULL, NULL);
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

#define HOST(play) ((play)->roles[ACTOR].host)

static void
act_ask(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	struct bx_host *host = HOST(play);
	int64_t number;

	(void)moment;
	host->log(host, BX_LOG_INFO, "event=act");
	CU_ASSERT_PTR_NULL(host->option(host, "none"));
	(void)host->wall_clock(host);
	CU_ASSERT_TRUE(
	    host->json_integer(host->json_member(TEXT("{\"a\":5}"), "a"),
		&number));
	if (target == NULL)
		return;
	(void)host->session_id(target);
	(void)host->session_data(host, target);
	(void)host->session_queued(target);
	(void)host->is_keeping(target);
}

static void
act_add_fields(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)target;
	if (moment->draft == NULL)
		return;
	HOST(play)->add_field(moment->draft, "more", TEXT("1"));
	HOST(play)->add_ext(moment->draft, "more", TEXT("1"));
}

static void
act_refer(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	if (target != NULL)
		HOST(play)->unref(HOST(play)->ref(target));
}

static void
act_set_data(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	if (target != NULL)
		keep_data(play, target);
}

static void
act_have_memory(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	struct bx_host *host = HOST(play);
	void *memory;

	(void)moment;
	if (target == NULL)
		return;
	memory = host->session_memory(host, target, 1);
	CU_ASSERT_PTR_NOT_NULL(memory);
	CU_ASSERT_PTR_EQUAL(host->session_data(host, target), memory);
}

static void
act_set_times(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	const struct bx_times times = { 1, BX_NEVER, -1 };

	(void)moment;
	if (target != NULL)
		CU_ASSERT_TRUE(HOST(play)->set_times(target, &times));
}

static void
act_go_deaf(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	if (target != NULL)
		CU_ASSERT_TRUE(
		    HOST(play)->set_broadcast_to_publisher(target, false));
}

static void
act_keep(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	if (target != NULL)
		CU_ASSERT_TRUE(HOST(play)->keep(target));
}

static void
act_close_batch(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	act_keep(play, moment, target);
	if (target != NULL)
		CU_ASSERT_EQUAL(HOST(play)->close_batch(target), 1);
}

static void
act_acknowledge(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	act_close_batch(play, moment, target);
	if (target != NULL)
		HOST(play)->acknowledge(target, 1);
}

static void
act_kick(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	if (target == NULL)
		return;
	HOST(play)->kick(target);
	HOST(play)->kick(target);
}

static const struct bx_outgoing event = {
	.channel = { "/a", 2 },
	.data = { "1", 1 },
	.lazy_timeout = -1,
};

static void
act_deliver(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	if (target != NULL)
		(void)HOST(play)->deliver(HOST(play), target, &event);
}

/* Until the session ends of it, and once more. */
static void
act_flood(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	int i;

	(void)moment;
	if (target == NULL)
		return;
	for (i = 0; i < 2 * QUEUE_MAX + 2; i++)
		(void)HOST(play)->deliver(HOST(play), target, &event);
	CU_ASSERT_FALSE(HOST(play)->deliver(HOST(play), target, &event));
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
act_flood_all(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	int i;

	for (i = 0; i < 2 * QUEUE_MAX + 2; i++)
		act_publish(play, moment, target);
}

static void
act_services(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	struct bx_host *host = HOST(play);

	(void)moment;
	(void)target;
	host->remove_service(host, "s");
	host->remove_service(host, "s");
	CU_ASSERT_TRUE(
	    host->add_service(host, "t", serve, &play->roles[ACTOR]));
	CU_ASSERT_FALSE(
	    host->add_service(host, "t", serve, &play->roles[ACTOR]));
	host->remove_service(host, "t");
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
act_stop_the_one_before(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	(void)target;
	stop_plugin(play, WATCHER);
}

static void
act_add_another(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	(void)moment;
	(void)target;
	add(play, ADDED);
}

static void
act_all(struct play *play, const struct moment *moment,
    struct bx_session *target)
{
	act_set_data(play, moment, target);
	act_acknowledge(play, moment, target);
	act_flood_all(play, moment, target);
	act_kick(play, moment, target);
	act_set_data(play, moment, target);
	act_set_times(play, moment, target);
	act_flood(play, moment, target);
	act_add_another(play, moment, target);
	act_stop_the_one_before(play, moment, target);
	act_stop_itself(play, moment, target);
}

static const struct {
	const char *name;
	act_fn *fn;
} acts[] = {
	{ "ask", act_ask },
	{ "add fields", act_add_fields },
	{ "refer", act_refer },
	{ "set data", act_set_data },
	{ "have memory", act_have_memory },
	{ "set times", act_set_times },
	{ "go deaf", act_go_deaf },
	{ "keep", act_keep },
	{ "close a batch", act_close_batch },
	{ "acknowledge", act_acknowledge },
	{ "kick", act_kick },
	{ "deliver", act_deliver },
	{ "deliver too much", act_flood },
	{ "publish", act_publish },
	{ "publish too much", act_flood_all },
	{ "services", act_services },
	{ "stop itself", act_stop_itself },
	{ "stop the one before", act_stop_the_one_before },
	{ "add another", act_add_another },
	{ "all of it", act_all },
};

/* Send text, in which %s is the id, and drain.  The answer may have to wait,
 * and then is lost; it may say anything. */
static const char *
say(struct play *play, const char *format, int who)
{
	static struct talk_request request;
	char text[512];
	int len = snprintf(text, sizeof(text), format, play->ids[who],
	    play->ids[who], play->ids[who]);

	CU_ASSERT_FATAL(len > 0 && (size_t)len < sizeof(text));
	if (talk_try(&play->talk, &request, text, (size_t)len) != BX_OK)
		return "";
	talk_drain(&play->talk);
	if (request.ready)
		talk_deliver(&play->talk, &request);
	else
		talk_lose(&play->talk, &request);
	return request.text;
}

static void
shake_hands(struct play *play, int who)
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
	(void)say(play,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    who);
}

/* The first client waits; what it waited for before is over. */
static void
wait_for_events(struct play *play)
{
	char text[256];
	int len = snprintf(text, sizeof(text),
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\","
	    "\"ext\":{\"ack\":1}}",
	    play->ids[0]);
	struct talk_request old = play->held;

	CU_ASSERT_FATAL(len > 0 && (size_t)len < sizeof(text));
	talk_lose(&play->talk, &old);
	if (talk_try(&play->talk, &play->held, text, (size_t)len) == BX_OK)
		talk_drain(&play->talk);
}

static void
converse(struct play *play)
{
	static const char publish[] =
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}";

	shake_hands(play, 0);
	shake_hands(play, 1);
	wait_for_events(play);
	(void)say(play, publish, 1);
	(void)say(play, publish, 0);
	wait_for_events(play);
	(void)say(play,
	    "{\"channel\":\"/service/s\",\"clientId\":\"%s\",\"data\":1}", 1);
	wait_for_events(play);
	(void)say(play,
	    "[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1},"
	    "{\"channel\":\"/meta/unsubscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"},"
	    "{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}]",
	    1);
	wait_for_events(play);
	talk_wait(&play->talk, 30000);
	talk_lose(&play->talk, &play->held);
	talk_wait(&play->talk, 30000);
	(void)say(play, publish, 0);
	shake_hands(play, 1);
}

/* Does it until the curtain falls; has anything been acted? */
static bool
perform(struct play *play)
{
	int which;

	play->talk.engine = bx_engine_new(unit_env(), &play->talk.settings);
	if (play->talk.engine == NULL)
		return false;
	for (which = WATCHER; which <= COUNTER; which++)
		add(play, which);
	converse(play);
	talk_lose(&play->talk, &play->held);
	talk_drain(&play->talk);
	talk_stop(&play->talk);
	CU_ASSERT(play->variant.is_untold || play->began == 0);
	CU_ASSERT_EQUAL(play->data, 0);
	CU_ASSERT_EQUAL(play->depth, 0);
	return play->acted;
}

static void
prepare(struct play *play)
{
	memset(play, 0, sizeof(*play));
	talk_defaults(&play->talk);
	play->talk.settings.max_queue_messages = QUEUE_MAX;
}

/* In the first such call, in the second, and so on; how many there were. */
static unsigned
perform_each(struct play *play, size_t act, enum call when,
    struct variant variant)
{
	unsigned failures = CU_get_number_of_failures();
	size_t live_before = unit_live();
	unsigned nth = 0;

	do {
		prepare(play);
		play->act = acts[act].fn;
		play->when = when;
		play->variant = variant;
		play->countdown = ++nth;
	} while (perform(play));
	CU_ASSERT_EQUAL(unit_live(), live_before);
	if (CU_get_number_of_failures() != failures)
		(void)printf("\n%s in %s, on %s\n", acts[act].name,
		    call_names[when],
		    variant.on_other ? "another" : "its own");
	return nth - 1;
}

static void
perform_all(struct variant variant)
{
	static struct play play;
	size_t act;
	unsigned count;
	int when;

	for (act = 0; act < sizeof(acts) / sizeof(acts[0]); act++)
		for (when = 0; when < CALLS; when++) {
			count =
			    perform_each(&play, act, (enum call)when, variant);
			CU_ASSERT_EQUAL(count > 0,
			    when != SESSION_GONE || !variant.is_untold);
		}
}

static void
all_of_host_h_may_be_called_about_the_session_in_hand(void)
{
	perform_all((struct variant){ .on_other = false });
}

static void
all_of_host_h_may_be_called_about_another_session(void)
{
	perform_all((struct variant){ .on_other = true });
}

static void
sessions_last_as_long_as_calls_where_nobody_is_told_of_ends(void)
{
	perform_all((struct variant){ .is_untold = true });
	perform_all((struct variant){ .is_untold = true, .on_other = true });
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
sessions_that_began_end_once_whatever_memory_fails(void)
{
	static struct play play;

	CU_ASSERT(unit_fail_each(perform_with_little_memory, &play) > 50);
}

static const struct unit_test tests[] = {
	{ "all of host.h may be called about the session in hand",
	    all_of_host_h_may_be_called_about_the_session_in_hand },
	{ "all of host.h may be called about another session",
	    all_of_host_h_may_be_called_about_another_session },
	{ "sessions last as long as calls where nobody is told of ends",
	    sessions_last_as_long_as_calls_where_nobody_is_told_of_ends },
	{ "sessions that began end once, whatever memory fails",
	    sessions_that_began_end_once_whatever_memory_fails },
};

UNIT_MAIN("plugin", tests)
