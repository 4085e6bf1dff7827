/*
 * test_event.c - when an event goes out, and who hears it.
 */
#include <string.h>

#include "engine/channel_rules.h"
#include "engine/host.h"
#include "engine/plugin.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define TEXT(literal) ((struct bx_slice){ (literal), sizeof(literal) - 1 })

/* What the plugin makes of events. */
enum wish {
	LEAVE,
	MAKE_LAZY,
	MAKE_PROMPT
};
static enum wish wish;
static bx_msec wished_timeout;
static struct bx_host *host;

static bool
start_plugin(struct bx_host *own, void **ctx)
{
	(void)ctx;
	host = own;
	return true;
}

static void
on_publishing(void *ctx, struct bx_event *event)
{
	(void)ctx;
	if (wish == LEAVE)
		return;
	event->lazy = wish == MAKE_LAZY;
	event->lazy_timeout = wished_timeout;
}

static const struct bx_plugin plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(plugin),
	.name = "lazy",
	.start = start_plugin,
	.publishing = on_publishing,
};

struct scene {
	struct talk talk;
	struct bx_channel_rule rule; /* for "/lazy" */
	struct talk_request held;
	char listener[BX_CLIENT_ID_LENGTH + 1];
	char talker[BX_CLIENT_ID_LENGTH + 1];
};

static void
start(struct scene *scene)
{
	int key;

	wish = LEAVE;
	wished_timeout = -1;
	talk_defaults(&scene->talk);
	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&scene->rule.pattern,
				  "/lazy", 5, 100, 10),
	    BX_OK);
	for (key = 0; key < BX_RULE_KEYS; key++)
		scene->rule.values[key] = BX_RULE_UNSET;
	scene->rule.values[BX_RULE_LAZY] = true;
	scene->talk.settings.channel_rules = &scene->rule;
	scene->talk.settings.channel_rule_count = 1;
	talk_start(&scene->talk);
	CU_ASSERT_EQUAL(bx_engine_add_plugin(scene->talk.engine, &plugin, NULL,
			    NULL),
	    BX_OK);
	talk_connect(&scene->talk, scene->listener);
	talk_connect(&scene->talk, scene->talker);
	(void)talk_ask(&scene->talk,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":[\"/a\",\"/lazy\"]}",
	    scene->listener);
}

static void
hold(struct scene *scene)
{
	talk_send(&scene->talk, &scene->held,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}",
	    scene->listener);
	talk_drain(&scene->talk);
	CU_ASSERT_FALSE(scene->held.ready);
}

static void
say(struct scene *scene, const char *channel)
{
	(void)talk_ask(&scene->talk,
	    "{\"channel\":\"%s\",\"clientId\":\"%s\",\"data\":1}", channel,
	    scene->talker);
}

/* The held connect ends when so much time has passed, and brings an event. */
static void
check_after(struct scene *scene, bx_msec duration)
{
	if (duration > 0) {
		talk_wait(&scene->talk, duration - 1);
		CU_ASSERT_FALSE(scene->held.ready);
		talk_wait(&scene->talk, 1);
	}
	talk_drain(&scene->talk);
	CU_ASSERT_TRUE_FATAL(scene->held.ready);
	CU_ASSERT_PTR_NOT_NULL(strstr(scene->held.text, "\"data\":1"));
	talk_deliver(&scene->talk, &scene->held);
}

static void
a_plugin_can_make_an_event_lazy_or_prompt(void)
{
	static const struct {
		const char *channel;
		enum wish wish;
		bx_msec timeout; /* that the plugin sets */
		bx_msec after;
	} cases[] = {
		{ "/a", LEAVE, -1, 0 },
		{ "/lazy", LEAVE, -1, 5000 },
		{ "/a", MAKE_LAZY, -1, 5000 },
		{ "/a", MAKE_LAZY, 300, 300 },
		{ "/lazy", MAKE_LAZY, 300, 300 },
		{ "/lazy", MAKE_PROMPT, -1, 0 },
		{ "/a", MAKE_LAZY, BX_NEVER, 30000 },
	};
	struct scene scene;
	size_t i;

	start(&scene);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		wish = cases[i].wish;
		wished_timeout = cases[i].timeout;
		hold(&scene);
		say(&scene, cases[i].channel);
		check_after(&scene, cases[i].after);
	}
	talk_stop(&scene.talk);
}

static void
a_plugins_own_event_can_be_lazy(void)
{
	struct bx_outgoing event = { .channel = TEXT("/a"),
		.data = TEXT("1"),
		.lazy_timeout = 200 };
	struct bx_session *session;
	struct scene scene;

	start(&scene);
	session = host->find_session(host, scene.listener);
	CU_ASSERT_PTR_NOT_NULL_FATAL(session);
	hold(&scene);
	CU_ASSERT_TRUE(host->publish(host, &event));
	check_after(&scene, 0);
	hold(&scene);
	CU_ASSERT_TRUE(host->deliver(host, session, &event));
	check_after(&scene, 0);
	event.lazy = true;
	hold(&scene);
	CU_ASSERT_TRUE(host->publish(host, &event));
	check_after(&scene, 200);
	hold(&scene);
	CU_ASSERT_TRUE(host->deliver(host, session, &event));
	check_after(&scene, 200);
	talk_stop(&scene.talk);
}

static void
a_plugins_own_event_is_as_lazy_as_its_channel(void)
{
	struct bx_outgoing event = { .channel = TEXT("/lazy"),
		.data = TEXT("1"),
		.lazy_timeout = -1 };
	struct bx_session *session;
	struct scene scene;

	start(&scene);
	scene.rule.values[BX_RULE_LAZY_TIMEOUT] = 700;
	session = host->find_session(host, scene.listener);
	CU_ASSERT_PTR_NOT_NULL_FATAL(session);
	hold(&scene);
	CU_ASSERT_TRUE(host->publish(host, &event));
	check_after(&scene, 700);
	hold(&scene);
	CU_ASSERT_TRUE(host->deliver(host, session, &event));
	check_after(&scene, 700);
	talk_stop(&scene.talk);
}

/* Does the listener get what it publishes itself? */
static bool
hears_itself(struct scene *scene)
{
	return strstr(talk_ask(&scene->talk,
			  "{\"channel\":\"/lazy\",\"clientId\":\"%s\","
			  "\"data\":1}",
			  scene->listener),
		   "\"data\":1") != NULL;
}

static void
rule_68_server_channel_and_session_have_to_agree(void)
{
	struct bx_session *session;
	struct scene scene;
	int no; /* one bit for each that says so */

	start(&scene);
	session = host->find_session(host, scene.listener);
	CU_ASSERT_PTR_NOT_NULL_FATAL(session);
	for (no = 0; no < 8; no++) {
		scene.talk.settings.broadcast_to_publisher = (no & 1) == 0;
		scene.rule.values[BX_RULE_BROADCAST_TO_PUBLISHER] =
		    (no & 2) == 0;
		CU_ASSERT_TRUE(
		    host->set_broadcast_to_publisher(session, (no & 4) == 0));
		CU_ASSERT_EQUAL(hears_itself(&scene), no == 0);
	}
	talk_stop(&scene.talk);
}

static void
without_memory_nobody_hears(void)
{
	struct scene scene;
	size_t nth;
	bool ok = false;

	for (nth = 1; !ok; nth++) {
		start(&scene);
		unit_fail_allocation(nth);
		ok = host->publish(host,
		    &(const struct bx_outgoing){ .channel = TEXT("/lazy"),
			.data = TEXT("1"),
			.lazy_timeout = -1 });
		unit_fail_allocation(0);
		CU_ASSERT_EQUAL(bx_engine_counts(scene.talk.engine).delivered,
		    ok ? 1 : 0);
		talk_stop(&scene.talk);
	}
	CU_ASSERT(nth > 3);
}

static const struct unit_test tests[] = {
	{ "a plugin can make an event lazy, or prompt",
	    a_plugin_can_make_an_event_lazy_or_prompt },
	{ "a plugin's own event can be lazy",
	    a_plugins_own_event_can_be_lazy },
	{ "a plugin's own event is as lazy as its channel",
	    a_plugins_own_event_is_as_lazy_as_its_channel },
	{ "rule 68: server, channel and session have to agree",
	    rule_68_server_channel_and_session_have_to_agree },
	{ "without memory nobody hears", without_memory_nobody_hears },
};

UNIT_MAIN("event", tests)
