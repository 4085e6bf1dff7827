/*
 * test_plugin_client.c - plugins that act as clients, or for them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/core.h"
#include "engine/plugin_host.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define OK(channel) "[{\"channel\":\"" channel "\",\"successful\":true}]"

/* An engine with a plugin that has a local client, and a remote one. */
static struct stage {
	struct talk talk;
	struct bx_host *host;
	struct bx_session *local; /* or NULL */
	struct bx_ticket *ticket; /* the newest, or NULL */
	char id[BX_CLIENT_ID_LENGTH + 1];
	char seen[2048]; /* a line for each call */
	bool parks;	 /* publishes */
} stage;

static void note(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static void
note(const char *format, ...)
{
	size_t used = strlen(stage.seen);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(stage.seen + used, sizeof(stage.seen) - used, format,
	    arguments);
	va_end(arguments);
}

static void
check_seen(const char *expected)
{
	CU_ASSERT_STRING_EQUAL(stage.seen, expected);
	stage.seen[0] = '\0';
}

static const char *
who(const struct bx_session *session)
{
	if (session == NULL)
		return "nobody";
	return strcmp(stage.host->session_id(session), stage.id) == 0
	    ? "remote"
	    : stage.host->session_id(session);
}

#define ARGUMENT(slice) (int)(slice).len, (slice).len > 0 ? (slice).at : ""

static void
hear(struct bx_session *local, const struct bx_delivered *message, void *ctx)
{
	CU_ASSERT_PTR_EQUAL(ctx, &stage);
	note("%s hears %.*s data=%.*s id=%.*s ext=%.*s from=%.*s\n",
	    who(local), ARGUMENT(message->channel), ARGUMENT(message->data),
	    ARGUMENT(message->id), ARGUMENT(message->ext),
	    ARGUMENT(message->client_id));
}

static bool
on_start(struct bx_host *host, void **ctx)
{
	stage.host = host;
	*ctx = host;
	return true;
}

static void
on_stop(void *ctx)
{
	struct bx_host *host = ctx;

	CU_ASSERT_PTR_NULL(host->local_new(host, "late", hear, &stage));
}

static enum bx_verdict
on_policy(void *ctx, struct bx_question *question)
{
	struct bx_host *host = ctx;

	if (!stage.parks || question->operation != BX_OPERATION_PUBLISH)
		return BX_VERDICT_ABSTAIN;
	stage.ticket = host->park(host, question);
	return stage.ticket != NULL ? BX_VERDICT_PENDING : BX_VERDICT_DENY;
}

static void
on_happened(void *ctx, const struct bx_happening *what)
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

	(void)ctx;
	note("%s %s %.*s %.*s %.*s %.*s %s\n", kinds[what->kind],
	    who(what->session), ARGUMENT(what->channel), ARGUMENT(what->data),
	    ARGUMENT(what->id), ARGUMENT(what->ext),
	    what->address != NULL ? what->address : "-");
}

static void
on_session_gone(void *ctx, struct bx_session *session,
    enum bx_gone_reason reason)
{
	(void)ctx;
	note("gone %s %d\n", who(session), (int)reason);
}

static const struct bx_plugin plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "actor",
	.start = on_start,
	.stop = on_stop,
	.session_gone = on_session_gone,
	.policy = on_policy,
	.happened = on_happened,
};

/* The engine and the plugin alone. */
static void
raise_curtain(void)
{
	memset(&stage, 0, sizeof(stage));
	talk_defaults(&stage.talk);
	stage.talk.settings.max_subscriptions = 2;
	talk_start(&stage.talk);
	bx_engine_set_now(stage.talk.engine, stage.talk.now);
	CU_ASSERT_EQUAL_FATAL(bx_engine_add_plugin(stage.talk.engine, &plugin,
				  NULL, NULL),
	    BX_OK);
}

static void
open_stage(void)
{
	raise_curtain();
	(void)strcpy(stage.talk.visitor.address, "192.0.2.7");
	talk_connect(&stage.talk, stage.id);
	CU_ASSERT_EQUAL(strncmp(stage.seen, "connect ", 8), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(stage.seen, " 192.0.2.7\n"));
	stage.local = stage.host->local_new(stage.host, "actor", hear, &stage);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stage.local);
	stage.seen[0] = '\0';
}

static void
close_stage(void)
{
	talk_stop(&stage.talk);
}

/* Until nobody has anything to say. */
static void
settle(void)
{
	do
		talk_drain(&stage.talk);
	while (bx_engine_has_ready(stage.talk.engine));
}

static struct bx_session *
remote(void)
{
	struct bx_session *session =
	    stage.host->find_session(stage.host, stage.id);

	CU_ASSERT_PTR_NOT_NULL_FATAL(session);
	return session;
}

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static struct bx_outgoing
message_to(const char *channel)
{
	return (struct bx_outgoing){
		.channel = slice(channel),
		.data = slice("1"),
		.lazy_timeout = -1,
	};
}

static bool
subscribe(struct bx_session *session, const char *channel)
{
	return stage.host->subscribe(stage.host, session, channel);
}

static bool
unsubscribe(struct bx_session *session, const char *channel)
{
	return stage.host->unsubscribe(stage.host, session, channel);
}

static bool
publish_as(struct bx_session *session, const char *channel)
{
	const struct bx_outgoing message = message_to(channel);

	return stage.host->publish_as(stage.host, session, &message);
}

/* The remote client's poll. */
static const char *
poll(void)
{
	return talk_ask(&stage.talk,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\","
	    "\"advice\":{\"timeout\":0}}",
	    stage.id);
}

static void
a_local_client_begins_and_ends_like_others(void)
{
	raise_curtain();
	stage.local = stage.host->local_new(stage.host, "actor", hear, &stage);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stage.local);
	check_seen("connect actor     -\n");
	CU_ASSERT_TRUE(stage.host->is_local(stage.local));
	CU_ASSERT_PTR_EQUAL(stage.host->find_session(stage.host, "actor"),
	    stage.local);
	CU_ASSERT_PTR_NULL(
	    stage.host->local_new(stage.host, "a b", hear, &stage));
	stage.host->local_free(stage.local);
	stage.host->local_free(NULL);
	check_seen("");
	settle();
	check_seen("disconnect actor     -\ngone actor 0\n");
	CU_ASSERT_PTR_NULL(stage.host->find_session(stage.host, "actor"));
	close_stage();
	check_seen("");
}

static void
one_that_is_kicked_is_told_and_freed_all_the_same(void)
{
	open_stage();
	stage.host->kick(stage.local);
	settle();
	check_seen("disconnect actor     -\ngone actor 3\n");
	CU_ASSERT_STRING_EQUAL(stage.host->session_id(stage.local), "actor");
	CU_ASSERT_FALSE(subscribe(stage.local, "/a"));
	CU_ASSERT_FALSE(unsubscribe(stage.local, "/a"));
	CU_ASSERT_FALSE(publish_as(stage.local, "/a"));
	stage.host->local_free(stage.local);
	settle();
	check_seen("");
	close_stage();
}

static void
a_remote_client_cannot_use_its_id(void)
{
	open_stage();
	CU_ASSERT_STRING_EQUAL(talk_ask(&stage.talk,
				   "{\"channel\":\"/a\",\"data\":1,"
				   "\"clientId\":\"actor\"}"),
	    "[{\"channel\":\"/a\",\"successful\":false,"
	    "\"error\":\"402::session_unknown\"}]");
	CU_ASSERT_PTR_NOT_NULL(strstr(talk_ask(&stage.talk,
					  "{\"channel\":\"/meta/connect\","
					  "\"clientId\":\"actor\"}"),
	    "402::session_unknown"));
	CU_ASSERT_PTR_NOT_NULL(strstr(talk_ask(&stage.talk,
					  "{\"channel\":\"/meta/disconnect\","
					  "\"clientId\":\"actor\"}"),
	    "402::session_unknown"));
	check_seen("");
	close_stage();
}

static void
any_session_may_be_subscribed_to_what_is_broadcast(void)
{
	open_stage();
	CU_ASSERT_TRUE(subscribe(stage.local, "/a/**"));
	CU_ASSERT_TRUE(subscribe(remote(), "/a/*"));
	check_seen("subscribe actor /a/**    -\n"
		   "subscribe remote /a/*    -\n");
	CU_ASSERT_FALSE(subscribe(remote(), "/meta/connect"));
	CU_ASSERT_FALSE(subscribe(remote(), "/service/a"));
	CU_ASSERT_FALSE(subscribe(remote(), "a"));
	CU_ASSERT_FALSE(subscribe(remote(), ""));
	check_seen("");
	CU_ASSERT_STRING_EQUAL(talk_ask(&stage.talk,
				   "{\"channel\":\"/a/b\",\"data\":[ 1],"
				   "\"id\":\"5\",\"ext\":{\"x\":1},"
				   "\"clientId\":\"%s\"}",
				   stage.id),
	    "[{\"channel\":\"/a/b\",\"data\":[ 1],\"ext\":{\"x\":1}},"
	    "{\"channel\":\"/a/b\",\"id\":\"5\",\"successful\":true}]");
	settle();
	check_seen("publish remote /a/b [ 1] \"5\" {\"x\":1} -\n"
		   "actor hears /a/b data=[ 1] id= ext={\"x\":1} from=\n");
	CU_ASSERT_TRUE(unsubscribe(stage.local, "/a/**"));
	CU_ASSERT_TRUE(unsubscribe(remote(), "/a/*"));
	CU_ASSERT_FALSE(unsubscribe(remote(), "/meta/connect"));
	CU_ASSERT_FALSE(unsubscribe(remote(), "a"));
	check_seen("unsubscribe actor /a/**    -\n"
		   "unsubscribe remote /a/*    -\n");
	CU_ASSERT_EQUAL(bx_engine_counts(stage.talk.engine).channels, 0);
	close_stage();
}

static void
nobody_has_more_than_max_subscriptions(void)
{
	open_stage();
	CU_ASSERT_TRUE(subscribe(stage.local, "/a"));
	CU_ASSERT_TRUE(subscribe(stage.local, "/b"));
	CU_ASSERT_FALSE(subscribe(stage.local, "/c"));
	/* One that there is costs nothing. */
	CU_ASSERT_TRUE(subscribe(stage.local, "/b"));
	CU_ASSERT_TRUE(unsubscribe(stage.local, "/a"));
	CU_ASSERT_TRUE(subscribe(stage.local, "/c"));
	close_stage();
}

static void
what_a_local_client_publishes_has_its_name_on_it(void)
{
	struct bx_outgoing message = message_to("/a");

	open_stage();
	CU_ASSERT_TRUE(subscribe(stage.local, "/a"));
	CU_ASSERT_TRUE(subscribe(remote(), "/a"));
	stage.seen[0] = '\0';
	message.id = slice("\"9\"");
	message.ext = slice("{\"x\":1}");
	CU_ASSERT_TRUE(
	    stage.host->publish_as(stage.host, stage.local, &message));
	check_seen("publish actor /a 1 \"9\" {\"x\":1} -\n");
	settle();
	check_seen("actor hears /a data=1 id=\"9\" ext={\"x\":1} "
		   "from=\"actor\"\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(poll(),
	    "{\"channel\":\"/a\",\"data\":1,\"id\":\"9\","
	    "\"clientId\":\"actor\",\"ext\":{\"x\":1}}"));
	close_stage();
}

static void
in_a_remote_sessions_name_nothing_tells_its_secret(void)
{
	open_stage();
	CU_ASSERT_TRUE(subscribe(stage.local, "/a"));
	CU_ASSERT_TRUE(subscribe(remote(), "/a"));
	stage.seen[0] = '\0';
	CU_ASSERT_TRUE(publish_as(remote(), "/a"));
	settle();
	check_seen("publish remote /a 1   -\n"
		   "actor hears /a data=1 id= ext= from=\n");
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(poll(), "{\"channel\":\"/a\",\"data\":1},"));
	CU_ASSERT_FALSE(publish_as(remote(), "/a/*"));
	CU_ASSERT_FALSE(publish_as(remote(), "/service/a"));
	CU_ASSERT_FALSE(publish_as(remote(), "/meta/a"));
	CU_ASSERT_FALSE(publish_as(remote(), "a"));
	close_stage();
}

static void
a_local_client_may_be_deaf_to_itself(void)
{
	open_stage();
	CU_ASSERT_TRUE(subscribe(stage.local, "/a"));
	CU_ASSERT_TRUE(
	    stage.host->set_broadcast_to_publisher(stage.local, false));
	stage.seen[0] = '\0';
	CU_ASSERT_TRUE(publish_as(stage.local, "/a"));
	settle();
	check_seen("publish actor /a 1   -\n");
	CU_ASSERT_TRUE(publish_as(remote(), "/a"));
	settle();
	check_seen("publish remote /a 1   -\n"
		   "actor hears /a data=1 id= ext= from=\n");
	close_stage();
}

static void
what_is_pushed_is_told_and_reaches_one(void)
{
	struct bx_outgoing message = message_to("/service/x");

	open_stage();
	message.id = slice("3");
	CU_ASSERT_TRUE(stage.host->deliver(stage.host, remote(), &message));
	CU_ASSERT_TRUE(stage.host->deliver(stage.host, stage.local, &message));
	check_seen("push remote /service/x 1 3  -\n"
		   "push actor /service/x 1 3  -\n");
	settle();
	check_seen("actor hears /service/x data=1 id=3 ext= from=\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(poll(),
	    "{\"channel\":\"/service/x\",\"data\":1,\"id\":3}"));
	CU_ASSERT_TRUE(stage.host->publish(stage.host,
	    &(struct bx_outgoing){ .channel = slice("/p"),
		.data = slice("2") }));
	check_seen("publish nobody /p 2   -\n");
	close_stage();
}

static void
a_session_has_the_user_that_is_set(void)
{
	open_stage();
	CU_ASSERT_PTR_NULL(stage.host->user(remote()));
	CU_ASSERT_TRUE(stage.host->set_user(remote(), "ada"));
	CU_ASSERT_STRING_EQUAL(stage.host->user(remote()), "ada");
	CU_ASSERT_FALSE(stage.host->set_user(remote(), "\n"));
	CU_ASSERT_STRING_EQUAL(stage.host->user(remote()), "ada");
	CU_ASSERT_TRUE(stage.host->set_user(remote(), NULL));
	CU_ASSERT_PTR_NULL(stage.host->user(remote()));
	CU_ASSERT_TRUE(stage.host->set_user(stage.local, "bob"));
	CU_ASSERT_STRING_EQUAL(stage.host->user(stage.local), "bob");
	close_stage();
}

static void
on_timer(void *ctx)
{
	note("%s", (const char *)ctx);
}

static void
a_timer_is_for_later_and_never_for_now(void)
{
	static char soon[] = "soon\n", late[] = "late\n", never[] = "never\n";
	struct bx_host *host;
	struct bx_timer *timer;

	open_stage();
	host = stage.host;
	(void)host->add_timer(host, 0, on_timer, soon);
	(void)host->add_timer(host, -5, on_timer, soon);
	(void)host->add_timer(host, 100, on_timer, late);
	(void)host->add_timer(host, BX_NEVER, on_timer, never);
	timer = host->add_timer(host, 50, on_timer, never);
	host->cancel_timer(host, timer);
	host->cancel_timer(host, NULL);
	CU_ASSERT_EQUAL(bx_engine_next_deadline(stage.talk.engine),
	    stage.talk.now + 1);
	talk_wait(&stage.talk, 0);
	check_seen("");
	talk_wait(&stage.talk, 1);
	check_seen("soon\nsoon\n");
	talk_wait(&stage.talk, 98);
	check_seen("");
	talk_wait(&stage.talk, 1);
	check_seen("late\n");
	close_stage();
	CU_ASSERT_PTR_NULL(strstr(stage.seen, "never"));
}

static void
send_publish(struct talk_request *request)
{
	talk_send(&stage.talk, request,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}", stage.id);
	talk_drain(&stage.talk);
}

static void
a_verdict_may_come_later_while_others_go_on(void)
{
	const struct bx_denial denial = { .error = "499::late" };
	struct talk_request request;

	open_stage();
	stage.parks = true;
	send_publish(&request);
	CU_ASSERT_FALSE(request.ready);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stage.ticket);
	CU_ASSERT_PTR_NOT_NULL(strstr(poll(), "\"successful\":true"));
	stage.host->resolve(stage.host, stage.ticket, BX_VERDICT_DENY, &denial,
	    NULL);
	settle();
	CU_ASSERT_STRING_EQUAL(request.text,
	    "[{\"channel\":\"/a\",\"successful\":false,"
	    "\"error\":\"499::late\"}]");
	talk_deliver(&stage.talk, &request);
	close_stage();
}

static void
stop_plugin(void)
{
	bx_plugins_stop(&bx_engine_core(stage.talk.engine)->plugins,
	    bx_plugin_node_of(stage.host));
}

static void
what_a_plugin_has_left_ends_with_it(void)
{
	static char never[] = "never\n";
	struct talk_request request;

	open_stage();
	CU_ASSERT_TRUE(subscribe(stage.local, "/a"));
	(void)stage.host->add_timer(stage.host, 10, on_timer, never);
	stage.parks = true;
	send_publish(&request);
	stage.seen[0] = '\0';
	stop_plugin();
	settle();
	CU_ASSERT_STRING_EQUAL(request.text,
	    "[{\"channel\":\"/a\",\"successful\":false,\"error\":"
	    "\"403:denied_by_security_policy:publish_denied\"}]");
	talk_deliver(&stage.talk, &request);
	talk_wait(&stage.talk, 10);
	check_seen("");
	CU_ASSERT_EQUAL(bx_engine_counts(stage.talk.engine).sessions, 1);
	CU_ASSERT_EQUAL(bx_engine_counts(stage.talk.engine).channels, 0);
	/* Its policy is not asked any more. */
	send_publish(&request);
	CU_ASSERT_STRING_EQUAL(request.text, OK("/a"));
	talk_deliver(&stage.talk, &request);
	close_stage();
}

static void
a_ticket_of_a_client_that_has_gone_may_be_resolved(void)
{
	struct talk_request request;

	open_stage();
	stage.parks = true;
	send_publish(&request);
	talk_lose(&stage.talk, &request);
	stage.host->resolve(stage.host, stage.ticket, BX_VERDICT_ALLOW, NULL,
	    NULL);
	settle();
	send_publish(&request);
	talk_lose(&stage.talk, &request);
	close_stage();
}

static void
who_waits_when_the_engine_stops_is_the_hosts_to_close(void)
{
	struct talk_request request;

	open_stage();
	stage.parks = true;
	send_publish(&request);
	CU_ASSERT_FALSE(request.ready);
	bx_engine_stop(stage.talk.engine);
	talk_lose(&stage.talk, &request);
	close_stage();
}

/* Says the same to whoever is behind ctx. */
static void
pass_on(struct bx_session *local, const struct bx_delivered *message,
    void *ctx)
{
	(void)message;
	CU_ASSERT_TRUE(publish_as(local, ctx));
}

static void
two_local_clients_that_answer_each_other_leave_time_for_others(void)
{
	static char a[] = "/a", b[] = "/b";
	struct bx_host *host;
	struct bx_session *one, *other;
	uint64_t published;
	int i;

	open_stage();
	host = stage.host;
	one = host->local_new(host, "one", pass_on, b);
	other = host->local_new(host, "other", pass_on, a);
	CU_ASSERT_PTR_NOT_NULL_FATAL(one);
	CU_ASSERT_PTR_NOT_NULL_FATAL(other);
	CU_ASSERT_TRUE(subscribe(one, a));
	CU_ASSERT_TRUE(subscribe(other, b));
	CU_ASSERT_TRUE(publish_as(stage.local, a));
	for (i = 0; i < 3; i++) {
		CU_ASSERT_TRUE(bx_engine_has_ready(stage.talk.engine));
		published = bx_engine_counts(stage.talk.engine).published;
		CU_ASSERT_PTR_NULL(bx_engine_next_ready(stage.talk.engine));
		CU_ASSERT_EQUAL(bx_engine_counts(stage.talk.engine).published,
		    published + 1);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(poll(), "\"successful\":true"));
	close_stage();
}

/* Everything that can fail, and what is there if it has. */
static bool
act_with_little_memory(void *ctx)
{
	const struct bx_outgoing message = message_to("/a");
	struct bx_counts before, after;
	struct bx_host *host = stage.host;
	struct bx_session *local;
	struct bx_timer *timer;
	bool ok;

	(void)ctx;
	before = bx_engine_counts(stage.talk.engine);
	local = host->local_new(host, "new", hear, &stage);
	after = bx_engine_counts(stage.talk.engine);
	CU_ASSERT_EQUAL(after.sessions, before.sessions + (local != NULL));
	if (local == NULL)
		return false;
	ok = host->subscribe(host, local, "/a/b/c");
	after = bx_engine_counts(stage.talk.engine);
	CU_ASSERT_EQUAL(after.channels, before.channels + ok);
	if (ok) {
		CU_ASSERT_TRUE(host->unsubscribe(host, local, "/a/b/c"));
		ok = host->publish_as(host, local, &message);
		after = bx_engine_counts(stage.talk.engine);
		CU_ASSERT_EQUAL(after.published, before.published + ok);
	}
	ok = ok && host->set_user(local, "ada");
	timer = host->add_timer(host, 5, on_timer, NULL);
	host->cancel_timer(host, timer);
	host->local_free(local);
	while (bx_engine_next_ready(stage.talk.engine) != NULL)
		;
	return ok && timer != NULL;
}

static void
a_failed_act_changes_nothing(void)
{
	open_stage();
	/* What grows, and then is there, is failed elsewhere. */
	CU_ASSERT_TRUE(act_with_little_memory(NULL));
	CU_ASSERT(unit_fail_each(act_with_little_memory, NULL) >= 8);
	close_stage();
}

static const struct unit_test tests[] = {
	{ "a local client begins and ends like others",
	    a_local_client_begins_and_ends_like_others },
	{ "one that is kicked is told, and freed all the same",
	    one_that_is_kicked_is_told_and_freed_all_the_same },
	{ "a remote client cannot use its id",
	    a_remote_client_cannot_use_its_id },
	{ "any session may be subscribed to what is broadcast",
	    any_session_may_be_subscribed_to_what_is_broadcast },
	{ "nobody has more than max_subscriptions",
	    nobody_has_more_than_max_subscriptions },
	{ "what a local client publishes has its name on it",
	    what_a_local_client_publishes_has_its_name_on_it },
	{ "in a remote session's name nothing tells its secret",
	    in_a_remote_sessions_name_nothing_tells_its_secret },
	{ "a local client may be deaf to itself",
	    a_local_client_may_be_deaf_to_itself },
	{ "what is pushed is told, and reaches one",
	    what_is_pushed_is_told_and_reaches_one },
	{ "a session has the user that is set",
	    a_session_has_the_user_that_is_set },
	{ "a timer is for later, and never for now",
	    a_timer_is_for_later_and_never_for_now },
	{ "a verdict may come later, while others go on",
	    a_verdict_may_come_later_while_others_go_on },
	{ "what a plugin has left ends with it",
	    what_a_plugin_has_left_ends_with_it },
	{ "a ticket of a client that has gone may be resolved",
	    a_ticket_of_a_client_that_has_gone_may_be_resolved },
	{ "who waits when the engine stops is the host's to close",
	    who_waits_when_the_engine_stops_is_the_hosts_to_close },
	{ "two local clients that answer each other leave time for others",
	    two_local_clients_that_answer_each_other_leave_time_for_others },
	{ "a failed act changes nothing", a_failed_act_changes_nothing },
};

UNIT_MAIN("plugin_client", tests)
