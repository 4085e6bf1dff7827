/*
 * test_engine.c - the whole, and its numbers.
 */
#include <string.h>

#include "engine/host.h"
#include "engine/plugin.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

static bool
make_engine(void *ctx)
{
	const struct bx_settings settings = BX_SETTINGS_DEFAULT;
	struct bx_engine *engine = bx_engine_new(unit_env(), &settings);

	(void)ctx;
	bx_engine_free(engine);
	return engine != NULL;
}

static void
an_engine_without_memory_or_randomness_is_none(void)
{
	CU_ASSERT(unit_fail_each(make_engine, NULL) >= 4);
	unit_fail_random(true);
	CU_ASSERT_FALSE(make_engine(NULL));
}

static void
counts_follow_what_happens(void)
{
	struct talk talk;
	struct talk_request held;
	struct bx_counts counts;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&talk);
	talk_start(&talk);
	talk_connect(&talk, id);
	(void)talk_ask(&talk,
	    "{\"channel\":\"/meta/subscribe\","
	    "\"clientId\":\"%s\",\"subscription\":[\"/a\",\"/b\"]}",
	    id);
	(void)talk_ask(&talk,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}", id);
	(void)talk_ask(&talk,
	    "{\"channel\":\"/x\",\"clientId\":\"%s\",\"data\":1}", id);
	talk_send(&talk, &held,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", id);
	counts = bx_engine_counts(talk.engine);
	CU_ASSERT_EQUAL(counts.sessions, 1);
	CU_ASSERT_EQUAL(counts.channels, 2);
	CU_ASSERT_EQUAL(counts.held, 1);
	CU_ASSERT_EQUAL(counts.published, 2);
	CU_ASSERT_EQUAL(counts.delivered, 1);
	talk_lose(&talk, &held);
	CU_ASSERT_EQUAL(bx_engine_counts(talk.engine).held, 0);
	talk_stop(&talk);
}

static void
an_idle_engine_has_no_deadline(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&talk);
	talk_start(&talk);
	CU_ASSERT_EQUAL(bx_engine_next_deadline(talk.engine), BX_NEVER);
	talk_handshake(&talk, id);
	CU_ASSERT_EQUAL(bx_engine_next_deadline(talk.engine), 11000);
	bx_engine_advance(talk.engine, 11000);
	CU_ASSERT_EQUAL(bx_engine_next_deadline(talk.engine), BX_NEVER);
	CU_ASSERT_PTR_NULL(bx_engine_next_ready(talk.engine));
	talk_stop(&talk);
}

/* Start, with a session that is subscribed to /a and waits in a connect. */
static void
start_held(struct talk *talk, struct talk_request *held, char *id)
{
	talk_defaults(talk);
	talk_start(talk);
	talk_connect(talk, id);
	(void)talk_ask(talk,
	    "{\"channel\":\"/meta/subscribe\","
	    "\"clientId\":\"%s\",\"subscription\":\"/a\"}",
	    id);
	talk_send(talk, held,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", id);
}

static void
replies_are_told_from_who_was_woken(void)
{
	struct talk talk;
	struct talk_request held;
	struct talk_request publish;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start_held(&talk, &held, id);
	talk_handshake(&talk, id);
	CU_ASSERT_FALSE(bx_engine_has_prompt(talk.engine));
	talk_send(&talk, &publish,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}", id);
	CU_ASSERT_TRUE(bx_engine_has_prompt(talk.engine));
	CU_ASSERT_FALSE(bx_exchange_was_woken(publish.exchange));
	CU_ASSERT_TRUE(bx_exchange_was_woken(held.exchange));
	talk_drain(&talk);
	CU_ASSERT_FALSE(bx_engine_has_prompt(talk.engine));
	talk_deliver(&talk, &publish);
	talk_deliver(&talk, &held);
	talk_stop(&talk);
}

static void
a_lost_answer_makes_the_held_connect_ready(void)
{
	struct talk talk;
	struct talk_request held;
	struct talk_request publish;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start_held(&talk, &held, id);
	CU_ASSERT_FALSE(bx_engine_has_ready(talk.engine));
	talk_send(&talk, &publish,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}", id);
	CU_ASSERT_TRUE(bx_engine_has_ready(talk.engine));
	talk_drain(&talk);
	CU_ASSERT_FALSE(bx_engine_has_ready(talk.engine));
	talk_lose(&talk, &publish);
	CU_ASSERT_TRUE(bx_engine_has_ready(talk.engine));
	talk_drain(&talk);
	CU_ASSERT_PTR_NOT_NULL(strstr(held.text, "\"data\":1"));
	talk_deliver(&talk, &held);
	talk_stop(&talk);
}

static void
large_messages_crowd_a_queue_before_they_end_its_session(void)
{
	struct talk talk;
	struct talk_request held;
	struct talk_request publish[2];
	char id[BX_CLIENT_ID_LENGTH + 1];
	char other[BX_CLIENT_ID_LENGTH + 1];
	int i;

	talk_defaults(&talk);
	talk.settings.max_queue_size = 40;
	talk_start(&talk);
	talk_connect(&talk, id);
	talk_connect(&talk, other);
	(void)talk_ask(&talk,
	    "{\"channel\":\"/meta/subscribe\","
	    "\"clientId\":\"%s\",\"subscription\":\"/a\"}",
	    id);
	talk_send(&talk, &held,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", id);
	for (i = 0; i < 2; i++) {
		CU_ASSERT_FALSE(bx_engine_is_crowded(talk.engine));
		talk_send(&talk, &publish[i],
		    "{\"channel\":\"/a\",\"clientId\":\"%s\","
		    "\"data\":\"0123456789\"}",
		    other);
	}
	CU_ASSERT_TRUE(bx_engine_is_crowded(talk.engine));
	talk_drain(&talk);
	CU_ASSERT_FALSE(bx_engine_is_crowded(talk.engine));
	CU_ASSERT_PTR_NOT_NULL(strstr(held.text, "\"successful\":true"));
	talk_deliver(&talk, &held);
	talk_deliver(&talk, &publish[0]);
	talk_deliver(&talk, &publish[1]);
	talk_stop(&talk);
}

static void
freeing_ends_the_sessions_that_are_left(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&talk);
	talk_start(&talk);
	talk_connect(&talk, id);
	talk_stop(&talk);
	CU_ASSERT_PTR_NOT_NULL(strstr(unit_last_log(), "reason=closed"));
}

/* A plugin that counts how often it is told of an end, and to stop. */
static struct {
	struct bx_host *host;
	int gone;
	int stopped;
	int ticks;
} seen;

static bool
on_start(struct bx_host *host, void **ctx)
{
	(void)ctx;
	seen.host = host;
	return true;
}

static void
on_stop(void *ctx)
{
	(void)ctx;
	seen.stopped++;
}

static void
hear_nothing(struct bx_session *local, const struct bx_delivered *message,
    void *ctx)
{
	(void)local;
	(void)message;
	(void)ctx;
}

/* While the server stops there is no room for others. */
static void
on_session_gone(void *ctx, struct bx_session *session,
    enum bx_gone_reason reason)
{
	struct bx_session *local =
	    seen.host->local_new(seen.host, "more", hear_nothing, NULL);

	(void)ctx;
	(void)session;
	if (reason == BX_GONE_CLOSED)
		CU_ASSERT_PTR_NULL(local);
	seen.host->local_free(local);
	seen.gone++;
}

static const struct bx_plugin counting = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "counting",
	.start = on_start,
	.stop = on_stop,
	.session_gone = on_session_gone,
};

static void
add_counting(struct talk *talk)
{
	memset(&seen, 0, sizeof(seen));
	CU_ASSERT_EQUAL_FATAL(bx_engine_add_plugin(talk->engine, &counting,
				  NULL, NULL),
	    BX_OK);
}

static void
stopping_ends_sessions_then_plugins_and_is_legal_twice(void)
{
	struct talk talk;
	struct talk_request held;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&talk);
	talk_start(&talk);
	add_counting(&talk);
	talk_connect(&talk, id);
	talk_send(&talk, &held,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}", id);
	bx_engine_stop(talk.engine);
	CU_ASSERT_EQUAL(seen.gone, 1);
	CU_ASSERT_EQUAL(seen.stopped, 1);
	CU_ASSERT_EQUAL(bx_engine_counts(talk.engine).sessions, 0);
	bx_engine_stop(talk.engine);
	CU_ASSERT_EQUAL(seen.gone, 1);
	CU_ASSERT_EQUAL(seen.stopped, 1);
	talk_lose(&talk, &held);
	talk_stop(&talk);
	CU_ASSERT_EQUAL(seen.stopped, 1);
}

static void
ends_that_cause_others_keep_nobody_waiting(void)
{
	struct talk talk;
	struct talk_request request;
	char id[BX_CLIENT_ID_LENGTH + 1];
	int rounds;

	talk_defaults(&talk);
	talk_start(&talk);
	add_counting(&talk);
	talk_connect(&talk, id);
	talk_send(&talk, &request,
	    "{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}", id);
	talk_drain(&talk);
	CU_ASSERT_TRUE(request.ready);
	talk_deliver(&talk, &request);
	for (rounds = 0; rounds < 3; rounds++) {
		CU_ASSERT_TRUE(bx_engine_has_ready(talk.engine));
		seen.gone = 0;
		CU_ASSERT_PTR_NULL(bx_engine_next_ready(talk.engine));
		CU_ASSERT_EQUAL(seen.gone, 1);
	}
	talk_stop(&talk);
}

static void
on_tick(void *ctx)
{
	(void)ctx;
	seen.ticks++;
}

static void
timers_of_plugins_are_among_the_deadlines(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&talk);
	talk_start(&talk);
	bx_engine_set_now(talk.engine, 1000);
	add_counting(&talk);
	(void)seen.host->add_timer(seen.host, 500, on_tick, NULL);
	CU_ASSERT_EQUAL(bx_engine_next_deadline(talk.engine), 1500);
	talk_handshake(&talk, id);
	CU_ASSERT_EQUAL(bx_engine_next_deadline(talk.engine), 1500);
	bx_engine_advance(talk.engine, 1499);
	CU_ASSERT_EQUAL(seen.ticks, 0);
	bx_engine_advance(talk.engine, 1500);
	CU_ASSERT_EQUAL(seen.ticks, 1);
	CU_ASSERT_EQUAL(bx_engine_next_deadline(talk.engine), 11000);
	/* One that is due after the session's is not in its way. */
	(void)seen.host->add_timer(seen.host, 20000, on_tick, NULL);
	CU_ASSERT_EQUAL(bx_engine_next_deadline(talk.engine), 11000);
	talk_stop(&talk);
	CU_ASSERT_EQUAL(seen.ticks, 1);
}

static const struct unit_test tests[] = {
	{ "an engine without memory or randomness is none",
	    an_engine_without_memory_or_randomness_is_none },
	{ "counts follow what happens", counts_follow_what_happens },
	{ "an idle engine has no deadline", an_idle_engine_has_no_deadline },
	{ "replies are told from who was woken",
	    replies_are_told_from_who_was_woken },
	{ "a lost answer makes the held connect ready",
	    a_lost_answer_makes_the_held_connect_ready },
	{ "large messages crowd a queue before they end its session",
	    large_messages_crowd_a_queue_before_they_end_its_session },
	{ "stopping ends sessions, then plugins, and is legal twice",
	    stopping_ends_sessions_then_plugins_and_is_legal_twice },
	{ "ends that cause others keep nobody waiting",
	    ends_that_cause_others_keep_nobody_waiting },
	{ "timers of plugins are among the deadlines",
	    timers_of_plugins_are_among_the_deadlines },
	{ "freeing ends the sessions that are left",
	    freeing_ends_the_sessions_that_are_left },
};

UNIT_MAIN("engine", tests)
