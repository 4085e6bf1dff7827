/*
 * test_plugin_host.c - what a plugin is shown, and what host.h does for it.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "engine/core.h"
#include "engine/plugin_host.h"
#include "engine/ticket.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define SLICE(literal) ((struct bx_slice){ (literal), sizeof(literal) - 1 })
#define OK(channel) "{\"channel\":\"" channel "\",\"successful\":true}"

/* An engine with one plugin, which notes what it is shown. */
static struct stage {
	struct talk talk;
	struct bx_host *host;
	char id[BX_CLIENT_ID_LENGTH + 1];
	char seen[2048];	       /* a line for each call */
	const char *deletes;	       /* messages to this channel, or NULL */
	const char *kicks;	       /* who sends to this channel, or NULL */
	const char *kicks_in_reply;    /* to this channel, or NULL */
	const char *delivers_in_reply; /* to this channel, or NULL */
	bool adds;		       /* fields and members of ext */
	bool refuses;		       /* to start */
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
	    ? "it"
	    : "another";
}

static bool
is_to(struct bx_slice channel, const char *name)
{
	return name != NULL && bx_slice_is(channel, name);
}

#define ARGUMENT(slice) (int)(slice).len, (slice).at

static bool
on_start(struct bx_host *host, void **ctx)
{
	stage.host = host;
	*ctx = host;
	note("start\n");
	return !stage.refuses;
}

static void
on_stop(void *ctx)
{
	CU_ASSERT_PTR_EQUAL(ctx, stage.host);
	note("stop\n");
}

static enum bx_pass
on_incoming(void *ctx, const struct bx_incoming *message)
{
	struct bx_host *host = ctx;

	note("in %.*s from %s %s at %lld/%lld id=%.*s data=%.*s ext=%.*s\n",
	    ARGUMENT(message->channel), who(message->session),
	    message->connection_type, (long long)message->now,
	    (long long)message->received, ARGUMENT(message->id),
	    ARGUMENT(message->data), ARGUMENT(message->ext));
	if (is_to(message->channel, stage.kicks) && message->session != NULL)
		host->kick(message->session);
	return is_to(message->channel, stage.deletes) ? BX_PASS_DELETE
						      : BX_PASS_ON;
}

static void
on_session_new(void *ctx, const struct bx_incoming *message)
{
	struct bx_host *host = ctx;

	(void)strcpy(stage.id, host->session_id(message->session));
	note("new ext=%.*s\n", ARGUMENT(message->ext));
}

static void
on_session_gone(void *ctx, struct bx_session *session,
    enum bx_gone_reason reason)
{
	struct bx_host *host = ctx;

	CU_ASSERT_PTR_NULL(
	    host->find_session(host, host->session_id(session)));
	note("gone %s %d\n", who(session), (int)reason);
}

static void
on_publishing(void *ctx, struct bx_event *event)
{
	struct bx_host *host = ctx;

	note("publishing %.*s by %s data=%.*s\n", ARGUMENT(event->channel),
	    who(event->session), ARGUMENT(event->data));
	if (!stage.adds)
		return;
	host->add_field(event->draft, "stamp", SLICE("5"));
	host->add_ext(event->draft, "mine", SLICE("[]"));
}

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static bool
deliver(struct bx_session *session, const char *channel, const char *data)
{
	const struct bx_outgoing message = {
		.channel = slice(channel),
		.data = slice(data),
		.lazy_timeout = -1,
	};

	return stage.host->deliver(stage.host, session, &message);
}

static void
on_replying(void *ctx, const struct bx_replying *reply)
{
	struct bx_host *host = ctx;

	note("re %.*s to %s %s at %lld id=%.*s ext=%.*s\n",
	    ARGUMENT(reply->channel), who(reply->session),
	    reply->successful ? "yes" : "no", (long long)reply->received,
	    ARGUMENT(reply->id), ARGUMENT(reply->ext));
	if (is_to(reply->channel, stage.kicks_in_reply) &&
	    reply->session != NULL)
		host->kick(reply->session);
	if (is_to(reply->channel, stage.delivers_in_reply))
		CU_ASSERT_TRUE(deliver(reply->session, "/d", "1"));
	if (!stage.adds)
		return;
	host->add_ext(reply->draft, "mine", SLICE("1"));
	host->add_field(reply->draft, "stamp", SLICE("5"));
}

static const struct bx_plugin noting = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "noting",
	.start = on_start,
	.stop = on_stop,
	.incoming = on_incoming,
	.session_new = on_session_new,
	.session_gone = on_session_gone,
	.publishing = on_publishing,
	.replying = on_replying,
};

/* The engine and the plugin; no session yet. */
static void
raise_curtain(void)
{
	memset(&stage, 0, sizeof(stage));
	talk_defaults(&stage.talk);
	talk_start(&stage.talk);
	CU_ASSERT_EQUAL_FATAL(bx_engine_add_plugin(stage.talk.engine, &noting,
				  NULL, NULL),
	    BX_OK);
	check_seen("start\n");
}

/* And a session that has connected once. */
static void
open_stage(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];

	raise_curtain();
	talk_connect(&stage.talk, id);
	CU_ASSERT_STRING_EQUAL(id, stage.id);
	stage.seen[0] = '\0';
}

static void
close_stage(void)
{
	talk_stop(&stage.talk);
}

static struct bx_session *
its_session(void)
{
	struct bx_session *session =
	    stage.host->find_session(stage.host, stage.id);

	CU_ASSERT_PTR_NOT_NULL_FATAL(session);
	return session;
}

/* %s in the message is the session's id. */
static const char *
ask(const char *message)
{
	char text[2048];
	int len = snprintf(text, sizeof(text), message, stage.id, stage.id);

	CU_ASSERT_FATAL(len > 0 && (size_t)len < sizeof(text));
	return talk_ask(&stage.talk, "%s", text);
}

static void
connect(struct talk_request *request, const char *fields)
{
	talk_send(&stage.talk, request,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"%s}", stage.id,
	    fields);
	talk_drain(&stage.talk);
}

static bool
publish(const char *channel, const char *data)
{
	const struct bx_outgoing message = {
		.channel = slice(channel),
		.data = slice(data),
		.lazy_timeout = -1,
	};

	return stage.host->publish(stage.host, &message);
}

static void
subscribe(void)
{
	(void)ask("{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
		  "\"subscription\":\"/a\"}");
	stage.seen[0] = '\0';
}

static void
a_plugin_sees_each_message_and_the_reply_to_it(void)
{
	raise_curtain();
	unit_set_wall_clock(77);
	(void)talk_ask(&stage.talk,
	    "{\"channel\":\"/meta/handshake\",\"id\":\"1\","
	    "\"ext\":{\"a\":1}}");
	check_seen("in /meta/handshake from nobody long-polling at 1000/77 "
		   "id=\"1\" data= ext={\"a\":1}\n"
		   "new ext={\"a\":1}\n"
		   "re /meta/handshake to it yes at 77 id=\"1\" "
		   "ext={\"a\":1}\n");
	(void)ask("{\"channel\":\"\\/a\",\"clientId\":\"%s\",\"id\":2,"
		  "\"data\":{\"x\": 1.0}}");
	check_seen("in /a from it long-polling at 1000/77 id=2 "
		   "data={\"x\": 1.0} ext=\n"
		   "re /a to it yes at 77 id=2 ext=\n"
		   "publishing /a by it data={\"x\": 1.0}\n");
	(void)talk_ask(&stage.talk,
	    "{\"channel\":\"/a\",\"clientId\":\"none\",\"data\":1}");
	check_seen("in /a from nobody long-polling at 1000/77 id= "
		   "data=1 ext=\n"
		   "re /a to nobody no at 77 id= ext=\n");
	close_stage();
	check_seen("gone it 4\nstop\n");
}

static void
what_is_no_message_is_seen_in_its_reply_alone(void)
{
	static const struct {
		const char *message;
		const char *seen;
	} cases[] = {
		{ "{\"id\":1}", "re  to nobody no at 0 id=1 ext=\n" },
		{ "{\"channel\":7,\"id\":1}",
		    "re  to nobody no at 0 id=1 ext=\n" },
		{ "{\"channel\":\"a\",\"id\":1}",
		    "re  to nobody no at 0 id=1 ext=\n" },
		/* Decoded, and freed again. */
		{ "{\"channel\":\"\\u002fa//\",\"id\":1}",
		    "re  to nobody no at 0 id=1 ext=\n" },
		{ "{\"channel\":\"/a/*\",\"id\":1}",
		    "re /a/* to nobody no at 0 id=1 ext=\n" },
		{ "{\"channel\":\"\\u002fa\",\"id\":\"-\"}",
		    "re /a to nobody no at 0 id=\"-\" ext=\n" },
	};
	size_t i;

	raise_curtain();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)talk_ask(&stage.talk, "%s", cases[i].message);
		check_seen(cases[i].seen);
	}
	close_stage();
}

static void
rule_17_any_message_may_be_deleted(void)
{
	static const struct {
		const char *channel;
		const char *more;
		const char *echo;
	} cases[] = {
		{ "/meta/handshake", "", "" },
		{ "/meta/connect", "", "" },
		{ "/meta/subscribe", ",\"subscription\":\"/a\"",
		    "\"subscription\":\"/a\"," },
		{ "/meta/unsubscribe", ",\"subscription\":[\"/a\"]",
		    "\"subscription\":[\"/a\"]," },
		{ "/meta/disconnect", "", "" },
		{ "/meta/none", ",\"data\":1", "" },
		{ "/a", ",\"data\":1", "" },
		{ "/service/s", ",\"data\":1", "" },
	};
	struct bx_counts before, after;
	char expected[256];
	size_t i;

	open_stage();
	subscribe();
	before = bx_engine_counts(stage.talk.engine);
	for (i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		stage.deletes = cases[i / 2].channel;
		(void)snprintf(expected, sizeof(expected),
		    "[{\"channel\":\"%s\",\"id\":\"1\",%s\"successful\":false,"
		    "\"error\":\"404::message_deleted\"}]",
		    cases[i / 2].channel, cases[i / 2].echo);
		CU_ASSERT_STRING_EQUAL(
		    talk_ask(&stage.talk,
			"{\"channel\":\"%s\",\"clientId\":\"%s\","
			"\"id\":\"1\"%s}",
			stage.deletes, i % 2 == 0 ? stage.id : "none",
			cases[i / 2].more),
		    expected);
	}
	after = bx_engine_counts(stage.talk.engine);
	CU_ASSERT_EQUAL(before.sessions, after.sessions);
	CU_ASSERT_EQUAL(before.channels, after.channels);
	CU_ASSERT_EQUAL(before.published, after.published);
	CU_ASSERT_EQUAL(before.delivered, after.delivered);
	close_stage();
}

static void
messages_beside_one_that_is_deleted_are_handled(void)
{
	open_stage();
	stage.deletes = "/b";
	CU_ASSERT_STRING_EQUAL(
	    ask("[{\"channel\":\"/b\",\"clientId\":\"%s\",\"data\":1},"
		"{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}]"),
	    "[{\"channel\":\"/b\",\"successful\":false,"
	    "\"error\":\"404::message_deleted\"}," OK("/a") "]");
	close_stage();
}

static const struct bx_ruling allowed = { .verdict = BX_VERDICT_ALLOW };

static struct bx_ticket *tickets[2];

static enum bx_verdict
park(struct bx_question *question, void *ctx)
{
	size_t *count = ctx;

	if (question->operation == BX_OPERATION_CREATE)
		return BX_VERDICT_ABSTAIN;
	tickets[(*count)++] = bx_ticket_take(question);
	return BX_VERDICT_PENDING;
}

static void
a_parked_message_is_seen_once(void)
{
	struct talk_request request;
	uint64_t handle;
	size_t count = 0;
	size_t i;

	open_stage();
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(stage.talk.engine),
			    park, &count, &handle),
	    BX_OK);
	talk_send(&stage.talk, &request,
	    "[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1},"
	    "{\"channel\":\"/b\",\"clientId\":\"%s\",\"data\":2}]",
	    stage.id, stage.id);
	for (i = 0; i < 2; i++) {
		talk_drain(&stage.talk);
		CU_ASSERT_EQUAL_FATAL(count, i + 1);
		bx_ticket_resolve(tickets[i], &allowed, stage.talk.now);
	}
	talk_drain(&stage.talk);
	talk_deliver(&stage.talk, &request);
	check_seen(
	    "in /a from it long-polling at 1000/0 id= data=1 ext=\n"
	    "re /a to it yes at 0 id= ext=\npublishing /a by it data=1\n"
	    "in /b from it long-polling at 1000/0 id= data=2 ext=\n"
	    "re /b to it yes at 0 id= ext=\npublishing /b by it data=2\n");
	close_stage();
}

static void
who_is_kicked_while_his_message_is_parked_is_unknown(void)
{
	struct talk_request request;
	uint64_t handle;
	size_t count = 0;

	open_stage();
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(stage.talk.engine),
			    park, &count, &handle),
	    BX_OK);
	talk_send(&stage.talk, &request,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}", stage.id);
	talk_drain(&stage.talk);
	CU_ASSERT_EQUAL_FATAL(count, 1);
	stage.host->kick(its_session());
	bx_ticket_resolve(tickets[0], &allowed, stage.talk.now);
	talk_drain(&stage.talk);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(request.text, "\"error\":\"402::session_unknown\""));
	talk_deliver(&stage.talk, &request);
	close_stage();
}

static void
each_end_is_told_with_its_reason_once(void)
{
	struct talk_request held;
	int i;

	open_stage();
	(void)ask("{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}");
	talk_drain(&stage.talk);
	CU_ASSERT_PTR_NOT_NULL(strstr(stage.seen, "gone it 0\n"));
	talk_connect(&stage.talk, stage.id);
	stage.seen[0] = '\0';
	talk_wait(&stage.talk, 10000);
	check_seen("gone it 1\n");
	talk_connect(&stage.talk, stage.id);
	for (i = 0; i < 1001; i++)
		(void)deliver(its_session(), "/x", "1");
	stage.seen[0] = '\0';
	talk_drain(&stage.talk);
	check_seen("gone it 2\n");
	talk_connect(&stage.talk, stage.id);
	connect(&held, "");
	stage.seen[0] = '\0';
	stage.host->kick(its_session());
	check_seen("");
	talk_drain(&stage.talk);
	check_seen("gone it 3\nre /meta/connect to it yes at 0 id= ext=\n");
	talk_deliver(&stage.talk, &held);
	talk_connect(&stage.talk, stage.id);
	stage.seen[0] = '\0';
	close_stage();
	check_seen("gone it 4\nstop\n");
}

static unsigned freed;

static void
count_freed(void *data)
{
	(void)data;
	freed++;
}

static void
data_lives_until_its_session_is_gone_and_nobody_refers_to_it(void)
{
	struct bx_session *session;

	freed = 0;
	open_stage();
	session = stage.host->ref(its_session());
	CU_ASSERT_PTR_NULL(stage.host->session_data(stage.host, session));
	CU_ASSERT_TRUE(stage.host->set_session_data(stage.host, session,
	    &freed, count_freed));
	(void)ask("{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}");
	talk_drain(&stage.talk);
	CU_ASSERT_PTR_NOT_NULL(strstr(stage.seen, "gone it 0\n"));
	CU_ASSERT_PTR_EQUAL(stage.host->session_data(stage.host, session),
	    &freed);
	CU_ASSERT_FALSE(deliver(session, "/x", "1"));
	CU_ASSERT_EQUAL(freed, 0);
	stage.host->unref(session);
	CU_ASSERT_EQUAL(freed, 1);
	talk_connect(&stage.talk, stage.id);
	CU_ASSERT_TRUE(stage.host->set_session_data(stage.host, its_session(),
	    &freed, count_freed));
	close_stage();
	CU_ASSERT_EQUAL(freed, 2);
}

static void
each_plugin_keeps_its_own_data(void)
{
	struct bx_plugin other = noting;
	struct bx_host *first;
	char a, b;

	open_stage();
	first = stage.host;
	other.name = "other";
	CU_ASSERT_EQUAL(bx_engine_add_plugin(stage.talk.engine, &other, NULL,
			    NULL),
	    BX_OK);
	CU_ASSERT_PTR_NOT_EQUAL_FATAL(stage.host, first);
	CU_ASSERT_TRUE(
	    first->set_session_data(first, its_session(), &a, NULL));
	CU_ASSERT_TRUE(
	    stage.host->set_session_data(stage.host, its_session(), &b, NULL));
	CU_ASSERT_PTR_EQUAL(first->session_data(first, its_session()), &a);
	CU_ASSERT_PTR_EQUAL(stage.host->session_data(stage.host,
				its_session()),
	    &b);
	/* Only one of them is called with its own host. */
	other.stop = NULL;
	bx_plugins_stop(&bx_engine_core(stage.talk.engine)->plugins,
	    bx_plugin_node_of(stage.host));
	stage.host = first;
	close_stage();
}

static void
rule_108_a_held_connects_ext_is_there_for_its_reply(void)
{
	struct talk_request held;
	char ext[BX_HELD_EXT_MAX + 64];
	size_t len;

	open_stage();
	unit_set_wall_clock(5);
	connect(&held, ",\"id\":\"7\",\"ext\":{\"ack\":1}");
	unit_set_wall_clock(6);
	stage.seen[0] = '\0';
	talk_wait(&stage.talk, 30000);
	check_seen("re /meta/connect to it yes at 5 id=\"7\" "
		   "ext={\"ack\":1}\n");
	talk_deliver(&stage.talk, &held);
	/* The longest there may be, and one byte more. */
	for (len = BX_HELD_EXT_MAX; len <= BX_HELD_EXT_MAX + 1; len++) {
		(void)snprintf(ext, sizeof(ext), ",\"ext\":{\"x\":\"%0*d\"}",
		    (int)len - 8, 0);
		connect(&held, ext);
		CU_ASSERT_FALSE(held.ready);
		stage.seen[0] = '\0';
		talk_wait(&stage.talk, 30000);
		CU_ASSERT_EQUAL(strstr(stage.seen, "ext={\"x\"") != NULL,
		    len == BX_HELD_EXT_MAX);
		talk_deliver(&stage.talk, &held);
	}
	/* One that is answered at once is not kept at all. */
	stage.seen[0] = '\0';
	connect(&held, strcat(ext, ",\"advice\":{\"timeout\":0}"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(strstr(stage.seen, "re "), "ext={\"x\""));
	talk_deliver(&stage.talk, &held);
	close_stage();
}

static void
replies_have_what_plugins_add(void)
{
	struct talk_request held;

	open_stage();
	stage.adds = true;
	CU_ASSERT_STRING_EQUAL(
	    ask("[{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
		"\"subscription\":\"/a\"},{\"channel\":\"/a\"}]"),
	    "[{\"channel\":\"/meta/subscribe\",\"subscription\":\"/a\","
	    "\"successful\":true,\"stamp\":5,\"ext\":{\"mine\":1}},"
	    "{\"channel\":\"/a\",\"successful\":false,"
	    "\"error\":\"402::session_unknown\",\"stamp\":5,"
	    "\"ext\":{\"mine\":1}}]");
	connect(&held, "");
	talk_wait(&stage.talk, 30000);
	CU_ASSERT_STRING_EQUAL(held.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true,\"stamp\":5,"
	    "\"ext\":{\"mine\":1}}]");
	talk_deliver(&stage.talk, &held);
	close_stage();
}

static void
events_have_what_plugins_add_beside_the_publishers_ext(void)
{
	open_stage();
	subscribe();
	stage.adds = true;
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(ask("{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1,"
		       "\"ext\":{\"theirs\":{}}}"),
		"{\"channel\":\"/a\",\"data\":1,\"stamp\":5,"
		"\"ext\":{\"theirs\":{},\"mine\":[]}},"));
	/* One that the server publishes, and one for this session alone. */
	CU_ASSERT_TRUE(publish("/a", "2"));
	CU_ASSERT_TRUE(deliver(its_session(), "/b", "3"));
	stage.seen[0] = '\0';
	CU_ASSERT_PTR_NOT_NULL(strstr(ask("{\"channel\":\"/meta/connect\","
					  "\"clientId\":\"%s\"}"),
	    "[{\"channel\":\"/a\",\"data\":2,\"stamp\":5,"
	    "\"ext\":{\"mine\":[]}},"
	    "{\"channel\":\"/b\",\"data\":3,\"stamp\":5,"
	    "\"ext\":{\"mine\":[]}},"));
	close_stage();
}

static void
an_event_of_the_servers_has_no_publisher(void)
{
	open_stage();
	CU_ASSERT_TRUE(publish("/a", "2"));
	check_seen("publishing /a by nobody data=2\n");
	CU_ASSERT_TRUE(deliver(its_session(), "/a", "2"));
	check_seen("publishing /a by nobody data=2\n");
	close_stage();
}

static void
only_what_makes_a_message_is_sent(void)
{
	static const struct {
		const char *channel, *data;
		bool published, delivered;
	} cases[] = {
		{ "/a/b", "1", true, true },
		{ "/service/s", "1", false, true },
		{ "/meta/x", "1", false, true },
		{ "/a/*", "1", false, false },
		{ "a", "1", false, false },
		{ "/a/", "1", false, false },
		{ "", "1", false, false },
		{ "/a", "", false, false },
	};
	size_t i;

	open_stage();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_EQUAL(publish(cases[i].channel, cases[i].data),
		    cases[i].published);
		CU_ASSERT_EQUAL(deliver(its_session(), cases[i].channel,
				    cases[i].data),
		    cases[i].delivered);
	}
	CU_ASSERT_EQUAL(stage.host->session_queued(its_session()), 3);
	close_stage();
}

static void
serve(const struct bx_incoming *message, void *ctx)
{
	const bool yes = true;
	struct bx_host *host = stage.host;

	CU_ASSERT_PTR_EQUAL(ctx, &stage);
	CU_ASSERT_TRUE(host->deliver(host, message->session,
	    &(const struct bx_outgoing){
		.channel = message->channel,
		.data = message->data,
		.id = message->id,
		.successful = &yes,
	    }));
}

static void
rule_107_a_service_answers_with_the_id_of_the_call(void)
{
	static const char call[] =
	    "{\"channel\":\"/service/s\",\"clientId\":\"%s\",\"id\":\"9\","
	    "\"data\":{\"a\":1}}";
	static const char reply[] =
	    "{\"channel\":\"/service/s\",\"id\":\"9\",\"successful\":true}]";
	struct bx_host *host;

	open_stage();
	host = stage.host;
	CU_ASSERT_TRUE(host->add_service(host, "s", serve, &stage));
	CU_ASSERT_FALSE(host->add_service(host, "s", serve, &stage));
	/* Nothing could be sent to these. */
	CU_ASSERT_FALSE(host->add_service(host, "/s", serve, &stage));
	CU_ASSERT_FALSE(host->add_service(host, "s/*", serve, &stage));
	CU_ASSERT_FALSE(host->add_service(host, "", serve, &stage));
	CU_ASSERT_STRING_EQUAL(ask(call),
	    "[{\"channel\":\"/service/s\",\"data\":{\"a\":1},\"id\":\"9\","
	    "\"successful\":true},"
	    "{\"channel\":\"/service/s\",\"id\":\"9\",\"successful\":true}]");
	host->remove_service(host, "s");
	host->remove_service(host, "s");
	CU_ASSERT_STRING_EQUAL(ask(call) + 1, reply);
	close_stage();
}

static const char *
option(void *ctx, const char *key)
{
	return strcmp(key, "key") == 0 ? ctx : NULL;
}

static void
a_plugin_knows_its_options_the_time_and_the_log(void)
{
	static char value[] = "value";
	char line[600];

	raise_curtain();
	CU_ASSERT_PTR_NULL(stage.host->option(stage.host, "key"));
	CU_ASSERT_EQUAL(stage.host->size, sizeof(struct bx_host));
	unit_set_wall_clock(123);
	CU_ASSERT_EQUAL(stage.host->wall_clock(stage.host), 123);
	stage.host->log(stage.host, BX_LOG_NOTICE, "event=x");
	CU_ASSERT_STRING_EQUAL(unit_last_log(), "plugin=noting event=x");
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	stage.host->log(stage.host, BX_LOG_NOTICE, line);
	CU_ASSERT_EQUAL(strlen(unit_last_log()), 511);
	close_stage();
	memset(&stage, 0, sizeof(stage));
	talk_defaults(&stage.talk);
	talk_start(&stage.talk);
	CU_ASSERT_EQUAL_FATAL(bx_engine_add_plugin(stage.talk.engine, &noting,
				  option, value),
	    BX_OK);
	CU_ASSERT_PTR_EQUAL(stage.host->option(stage.host, "key"), value);
	CU_ASSERT_PTR_NULL(stage.host->option(stage.host, "other"));
	close_stage();
}

static void
a_host_without_log_and_clock_will_do(void)
{
	struct bx_env env = *unit_env();

	memset(&stage, 0, sizeof(stage));
	env.log = NULL;
	env.wall_clock = NULL;
	talk_defaults(&stage.talk);
	stage.talk.engine = bx_engine_new(&env, &stage.talk.settings);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stage.talk.engine);
	CU_ASSERT_EQUAL_FATAL(bx_engine_add_plugin(stage.talk.engine, &noting,
				  NULL, NULL),
	    BX_OK);
	stage.host->log(stage.host, BX_LOG_ERROR, "event=x");
	CU_ASSERT_EQUAL(stage.host->wall_clock(stage.host), 0);
	close_stage();
	CU_ASSERT_EQUAL(unit_log_count(), 0);
}

static void
json_is_read_as_the_engine_reads_it(void)
{
	const struct bx_host *host;
	struct bx_slice value;
	int64_t number = 5;

	raise_curtain();
	host = stage.host;
	value = host->json_member(SLICE("{\"a\":1,\"b\":[2],\"a\": 3 }"), "a");
	CU_ASSERT_TRUE(bx_slice_is(value, "3"));
	CU_ASSERT_EQUAL(host->json_member(SLICE("[1]"), "a").len, 0);
	CU_ASSERT_EQUAL(host->json_member(SLICE("{}"), "a").len, 0);
	CU_ASSERT_EQUAL(host->json_member((struct bx_slice){ NULL, 0 }, "a")
			    .len,
	    0);
	CU_ASSERT_FALSE(host->json_integer(SLICE("\"1\""), &number));
	CU_ASSERT_FALSE(host->json_integer(SLICE("0.5"), &number));
	CU_ASSERT_FALSE(
	    host->json_integer((struct bx_slice){ NULL, 0 }, &number));
	CU_ASSERT_EQUAL(number, 5);
	CU_ASSERT_TRUE(host->json_integer(SLICE("-7"), &number));
	CU_ASSERT_EQUAL(number, -7);
	close_stage();
}

static void
an_id_finds_its_session_while_there_is_one(void)
{
	struct bx_host *host;

	open_stage();
	host = stage.host;
	CU_ASSERT_STRING_EQUAL(host->session_id(its_session()), stage.id);
	CU_ASSERT_PTR_NULL(host->find_session(host, ""));
	CU_ASSERT_PTR_NULL(host->find_session(host, "none"));
	(void)ask("{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}");
	CU_ASSERT_PTR_NULL(host->find_session(host, stage.id));
	close_stage();
}

static void
one_that_does_not_want_to_start_is_not_there(void)
{
	struct bx_plugin newer = noting;

	memset(&stage, 0, sizeof(stage));
	talk_defaults(&stage.talk);
	talk_start(&stage.talk);
	newer.minor++;
	CU_ASSERT_EQUAL(bx_engine_add_plugin(stage.talk.engine, &newer, NULL,
			    NULL),
	    BX_EINVAL);
	stage.refuses = true;
	CU_ASSERT_EQUAL(bx_engine_add_plugin(stage.talk.engine, &noting, NULL,
			    NULL),
	    BX_EGONE);
	talk_connect(&stage.talk, stage.id);
	check_seen("start\n");
	stage.refuses = false;
	CU_ASSERT_EQUAL(bx_engine_add_plugin(stage.talk.engine, &noting, NULL,
			    NULL),
	    BX_OK);
	CU_ASSERT_EQUAL(bx_engine_add_plugin(stage.talk.engine, &noting, NULL,
			    NULL),
	    BX_EEXIST);
	close_stage();
	check_seen("start\ngone it 4\nstop\n");
}

static void
rule_59_who_is_kicked_by_his_own_message_has_none_of_it_done(void)
{
	static const char *const messages[] = {
		"{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}",
		"{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
		"\"subscription\":\"/b\"}",
	};
	static const char *const channels[] = { "/a", "/meta/subscribe" };
	size_t i;

	for (i = 0; i < 2; i++) {
		open_stage();
		subscribe();
		stage.kicks = channels[i];
		/* The farewell rides along, as all does that waits. */
		CU_ASSERT_PTR_NOT_NULL(strstr(ask(messages[i]),
		    "\"error\":\"402::session_unknown\""));
		CU_ASSERT_EQUAL(bx_engine_counts(stage.talk.engine).channels,
		    0);
		CU_ASSERT_EQUAL(bx_engine_counts(stage.talk.engine).published,
		    0);
		close_stage();
	}
}

/* Else its subscription would be in the tree when it is freed. */
static void
rule_59_who_is_kicked_by_the_reply_to_his_subscribe_has_it_not(void)
{
	struct talk_request held;
	int waits;

	for (waits = 0; waits < 2; waits++) {
		open_stage();
		if (waits)
			connect(&held, "");
		stage.kicks_in_reply = "/meta/subscribe";
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(ask("{\"channel\":\"/meta/subscribe\","
			       "\"clientId\":\"%s\",\"subscription\":\"/b\"}"),
			"\"subscription\":\"/b\",\"successful\":false,"
			"\"error\":\"402::session_unknown\""));
		if (waits)
			talk_deliver(&stage.talk, &held);
		talk_drain(&stage.talk);
		CU_ASSERT_EQUAL(bx_engine_counts(stage.talk.engine).channels,
		    0);
		CU_ASSERT_EQUAL(bx_engine_counts(stage.talk.engine).sessions,
		    waits ? 0 : 1);
		CU_ASSERT_TRUE(publish("/b", "1"));
		close_stage();
	}
}

static void
rule_59_who_is_kicked_while_his_connect_is_answered_is_told_later(void)
{
	struct talk_request held;

	open_stage();
	connect(&held, "");
	CU_ASSERT_FALSE(held.ready);
	stage.kicks_in_reply = "/meta/connect";
	talk_wait(&stage.talk, 30000);
	CU_ASSERT_STRING_EQUAL(held.text,
	    "[" OK("/meta/disconnect") "," OK("/meta/connect") "]");
	talk_deliver(&stage.talk, &held);
	connect(&held, "");
	CU_ASSERT_STRING_EQUAL(held.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true,"
	    "\"advice\":{\"reconnect\":\"none\",\"interval\":0,"
	    "\"timeout\":30000}}]");
	talk_deliver(&stage.talk, &held);
	CU_ASSERT_EQUAL(bx_engine_counts(stage.talk.engine).sessions, 0);
	close_stage();
}

static void
what_is_delivered_while_a_connect_is_answered_rides_along(void)
{
	struct talk_request held;
	int i;

	open_stage();
	stage.talk.settings.max_queue_messages = 2;
	connect(&held, "");
	/* Who is about to be answered has room for twice as many. */
	for (i = 0; i < 3; i++)
		CU_ASSERT_TRUE(deliver(its_session(), "/d", "0"));
	stage.delivers_in_reply = "/meta/connect";
	talk_drain(&stage.talk);
	CU_ASSERT_STRING_EQUAL(held.text,
	    "[{\"channel\":\"/d\",\"data\":0},{\"channel\":\"/d\",\"data\":0},"
	    "{\"channel\":\"/d\",\"data\":0},{\"channel\":\"/"
	    "d\",\"data\":1}," OK("/meta/connect") "]");
	talk_deliver(&stage.talk, &held);
	close_stage();
}

static void
json_strings_are_written_and_read(void)
{
	struct bx_host *host;
	char text[8];

	raise_curtain();
	host = stage.host;
	CU_ASSERT_EQUAL(host->json_quote(text, sizeof(text), 0, SLICE("a\"")),
	    5);
	CU_ASSERT_EQUAL(memcmp(text, "\"a\\\"\"", 5), 0);
	CU_ASSERT(host->json_quote(text, 4, 0, SLICE("a\"")) > 4);
	CU_ASSERT_EQUAL(host->json_text(SLICE("\"\\u0061\\/\""), text,
			    sizeof(text)),
	    2);
	CU_ASSERT_STRING_EQUAL(text, "a/");
	CU_ASSERT_EQUAL(host->json_text(SLICE("\"abc\""), text, 4), 3);
	CU_ASSERT_EQUAL(host->json_text(SLICE("\"abc\""), text, 3), SIZE_MAX);
	CU_ASSERT_EQUAL(host->json_text(SLICE("\"\""), text, 1), 0);
	CU_ASSERT_EQUAL(host->json_text(SLICE("\"\""), text, 0), SIZE_MAX);
	CU_ASSERT_EQUAL(host->json_text(SLICE("5"), text, sizeof(text)),
	    SIZE_MAX);
	CU_ASSERT_EQUAL(host->json_text((struct bx_slice){ NULL, 0 }, text,
			    sizeof(text)),
	    SIZE_MAX);
	close_stage();
}

static void
fail_or_answer(const struct bx_incoming *message, void *ctx)
{
	if (ctx != NULL)
		stage.host->fail(message, ctx);
	else
		CU_ASSERT_TRUE(deliver(message->session, "/d", "1"));
}

static void
a_plugin_may_serve_all_that_nobody_else_does(void)
{
	static char unknown[] = "There is none";
	struct bx_host *host;

	open_stage();
	host = stage.host;
	CU_ASSERT_TRUE(host->add_service(host, "**", fail_or_answer, unknown));
	CU_ASSERT_FALSE(
	    host->add_service(host, "**", fail_or_answer, unknown));
	CU_ASSERT_FALSE(host->add_service(host, "*", fail_or_answer, NULL));
	CU_ASSERT_FALSE(host->add_service(host, "a/**", fail_or_answer, NULL));
	CU_ASSERT_TRUE(host->add_service(host, "a", fail_or_answer, NULL));
	CU_ASSERT_STRING_EQUAL(ask("{\"channel\":\"/service/b/c\","
				   "\"clientId\":\"%s\",\"data\":1}"),
	    "[{\"channel\":\"/service/b/c\",\"successful\":false,"
	    "\"error\":\"500:b/c:There is none\"}]");
	CU_ASSERT_STRING_EQUAL(ask("{\"channel\":\"/service/a\","
				   "\"clientId\":\"%s\",\"data\":1}"),
	    "[{\"channel\":\"/d\",\"data\":1}," OK("/service/a") "]");
	host->remove_service(host, "**");
	CU_ASSERT_STRING_EQUAL(ask("{\"channel\":\"/service/b\","
				   "\"clientId\":\"%s\",\"data\":1}"),
	    "[" OK("/service/b") "]");
	close_stage();
}

static enum bx_verdict
note_question(void *ctx, struct bx_question *question)
{
	(void)ctx;
	note("asked %d %.*s of %s user=%s address=%s subscription=%.*s\n",
	    (int)question->operation, ARGUMENT(question->channel),
	    who(question->session),
	    question->message->user != NULL ? question->message->user : "-",
	    question->message->address,
	    ARGUMENT(question->message->subscription));
	return BX_VERDICT_ABSTAIN;
}

static void
a_policy_is_asked_about_every_message_before_it_is_done(void)
{
	const struct bx_plugin asking = {
		.major = BX_PLUGIN_MAJOR,
		.minor = BX_PLUGIN_MINOR,
		.size = sizeof(struct bx_plugin),
		.name = "asking",
		.policy = note_question,
	};

	open_stage();
	(void)strcpy(stage.talk.visitor.address, "192.0.2.7");
	CU_ASSERT_EQUAL(bx_engine_add_plugin(stage.talk.engine, &asking, NULL,
			    NULL),
	    BX_OK);
	(void)ask("{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
		  "\"subscription\":[\"/\\u0061\",\"/service/s\"]}");
	check_seen("in /meta/subscribe from it long-polling at 1000/0 id= "
		   "data= ext=\n"
		   "asked 1 /a of it user=- address=192.0.2.7 "
		   "subscription=[\"/\\u0061\",\"/service/s\"]\n"
		   "asked 2 /a of it user=- address=192.0.2.7 "
		   "subscription=[\"/\\u0061\",\"/service/s\"]\n"
		   "asked 2 /service/s of it user=- address=192.0.2.7 "
		   "subscription=[\"/\\u0061\",\"/service/s\"]\n"
		   "re /meta/subscribe to it yes at 0 id= ext=\n");
	(void)ask("{\"channel\":\"/meta/connect\",\"clientId\":\"%s\","
		  "\"advice\":{\"timeout\":0}}");
	CU_ASSERT_PTR_NOT_NULL(strstr(stage.seen,
	    "asked 4 /meta/connect of it user=- address=192.0.2.7 "
	    "subscription=\n"));
	stage.seen[0] = '\0';
	(void)strcpy(stage.talk.visitor.user, "ada");
	(void)talk_ask(&stage.talk, "{\"channel\":\"/meta/handshake\"}");
	CU_ASSERT_PTR_NOT_NULL(strstr(stage.seen,
	    "asked 0 /meta/handshake of nobody user=ada "
	    "address=192.0.2.7 subscription=\n"));
	close_stage();
}

static const struct unit_test tests[] = {
	{ "a plugin sees each message, and the reply to it",
	    a_plugin_sees_each_message_and_the_reply_to_it },
	{ "what is no message is seen in its reply alone",
	    what_is_no_message_is_seen_in_its_reply_alone },
	{ "rule 17: any message may be deleted, of a session or of none",
	    rule_17_any_message_may_be_deleted },
	{ "messages beside one that is deleted are handled",
	    messages_beside_one_that_is_deleted_are_handled },
	{ "a parked message is seen once", a_parked_message_is_seen_once },
	{ "who is kicked while his message is parked is unknown",
	    who_is_kicked_while_his_message_is_parked_is_unknown },
	{ "each end is told with its reason, once, when all is quiet",
	    each_end_is_told_with_its_reason_once },
	{ "data lives until its session is gone and nobody refers to it",
	    data_lives_until_its_session_is_gone_and_nobody_refers_to_it },
	{ "each plugin keeps its own data", each_plugin_keeps_its_own_data },
	{ "rule 108: a held connect's ext is there for its reply",
	    rule_108_a_held_connects_ext_is_there_for_its_reply },
	{ "replies have what plugins add", replies_have_what_plugins_add },
	{ "events have what plugins add beside the publisher's ext",
	    events_have_what_plugins_add_beside_the_publishers_ext },
	{ "an event of the server's has no publisher",
	    an_event_of_the_servers_has_no_publisher },
	{ "only what makes a message is sent",
	    only_what_makes_a_message_is_sent },
	{ "rule 107: a service answers with the id of the call",
	    rule_107_a_service_answers_with_the_id_of_the_call },
	{ "a plugin knows its options, the time and the log",
	    a_plugin_knows_its_options_the_time_and_the_log },
	{ "a host without log and clock will do",
	    a_host_without_log_and_clock_will_do },
	{ "json is read as the engine reads it",
	    json_is_read_as_the_engine_reads_it },
	{ "an id finds its session while there is one",
	    an_id_finds_its_session_while_there_is_one },
	{ "one that does not want to start is not there",
	    one_that_does_not_want_to_start_is_not_there },
	{ "what is delivered while a connect is answered rides along",
	    what_is_delivered_while_a_connect_is_answered_rides_along },
	{ "JSON strings are written and read",
	    json_strings_are_written_and_read },
	{ "a plugin may serve all that nobody else does",
	    a_plugin_may_serve_all_that_nobody_else_does },
	{ "a policy is asked about every message, before it is done",
	    a_policy_is_asked_about_every_message_before_it_is_done },
	{ "rule 59: who is kicked by his own message has none of it done",
	    rule_59_who_is_kicked_by_his_own_message_has_none_of_it_done },
	{ "rule 59: who is kicked by the reply to a subscribe has it not",
	    rule_59_who_is_kicked_by_the_reply_to_his_subscribe_has_it_not },
	{ "rule 59: who is kicked while his connect is answered",
	    rule_59_who_is_kicked_while_his_connect_is_answered_is_told_later },
};

UNIT_MAIN("plugin_host", tests)
