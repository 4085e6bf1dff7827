/*
 * test_drain.c - who is answered in a turn, and who in the next.
 */
#include <stdio.h>
#include <string.h>

#include "engine/client_id.h"
#include "engine/engine.h"
#include "engine/host.h"
#include "engine/plugin.h"
#include "fcgi/content.h"
#include "fcgi/drain.h"
#include "fcgi/record.h"
#include "test/support/peer.h"
#include "test/support/unit.h"

#define WAITING 3
#define MANY 300 /* more than are answered in a turn */
#define JOIN "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\"}]"

static struct site site;
static struct peer publisher;
static struct peer waiting[WAITING];
static struct fcgi_drain drain;
static struct fcgi_idle marks[FCGI_PACE_MARKS];
static struct peer reader;
static struct bx_request *asked;
static bool is_left; /* somebody, to be answered */
static char id[BX_CLIENT_ID_LENGTH + 1];

/* Talk with the drain instead of the site's own answering. */
static void
turn(struct peer *who)
{
	(void)peer_send(who);
	(void)ev_run(site.pool.loop, EVRUN_NOWAIT);
	fcgi_drain_turn(&drain);
	(void)fcgi_conn_reap(&site.pool);
	peer_hear(who);
}

/* The answer to one request on the publisher's connection, which is kept. */
static const char *
ask(const char *body)
{
	peer_forget(&publisher);
	peer_post(&publisher, 1, body);
	turn(&publisher);
	return peer_text(&publisher, 1);
}

/* A session in id that is subscribed and may be held. */
static void
join(void)
{
	static const char key[] = "\"clientId\":\"";
	const char *found = strstr(ask(JOIN), key);
	char body[200];

	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	(void)snprintf(id, sizeof(id), "%s", found + strlen(key));
	(void)snprintf(body, sizeof(body),
	    "[{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}]",
	    id);
	(void)ask(body);
	(void)snprintf(body, sizeof(body),
	    "[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}]", id);
	(void)ask(body);
}

/* Everybody waits for a message, and the web server has enough to read. */
static void
start(void)
{
	char body[200];
	int i;

	CU_ASSERT_TRUE_FATAL(site_start(&site));
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &publisher));
	drain = (struct fcgi_drain){
		.engine = site.engine,
		.pool = &site.pool,
		.content = &site.platform.content,
	};
	for (i = 0; i < WAITING; i++) {
		join();
		(void)snprintf(body, sizeof(body),
		    "[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}]",
		    id);
		peer_say_once(&waiting[i], body);
		CU_ASSERT_TRUE_FATAL(peer_open_said(&site, &waiting[i], true));
	}
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, WAITING);
	for (i = 0; i < FCGI_PACE_MARKS; i++) {
		fcgi_idle_init(&marks[i]);
		site.pool.pace.ended = FCGI_PACE_PORTION - 1;
		CU_ASSERT_TRUE(fcgi_pace_send(&site.pool.pace, &marks[i],
		    site.context.now));
	}
	join();
}

static void
stop(void)
{
	int i;

	for (i = 0; i < FCGI_PACE_MARKS; i++)
		fcgi_pace_arrive(&site.pool.pace, &marks[i]);
	for (i = 0; i < WAITING; i++)
		peer_close(&waiting[i]);
	peer_close(&publisher);
	site_stop(&site);
}

/* Publish; the reply is there at once. */
static void
publish(void)
{
	char body[200];

	(void)snprintf(body, sizeof(body),
	    "[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}]", id);
	CU_ASSERT_PTR_NOT_NULL(strstr(ask(body), "\"successful\":true"));
}

static int
count_answered(void)
{
	int count = 0;
	int i;

	for (i = 0; i < WAITING; i++) {
		peer_hear(&waiting[i]);
		if (strstr(peer_text(&waiting[i], 1), "\"data\":1") != NULL)
			count++;
	}
	return count;
}

static void
who_was_woken_waits_for_the_web_server(void)
{
	start();
	publish();
	/* As many as replies, and one before the first. */
	CU_ASSERT_TRUE(count_answered() <= 1);
	CU_ASSERT_FALSE(fcgi_drain_has_more(&drain));
	fcgi_drain_turn(&drain);
	CU_ASSERT_TRUE(count_answered() <= 1);
	fcgi_pace_arrive(&site.pool.pace, &marks[0]);
	CU_ASSERT_TRUE(fcgi_drain_has_more(&drain));
	fcgi_drain_turn(&drain);
	CU_ASSERT_EQUAL(count_answered(), WAITING);
	CU_ASSERT_FALSE(fcgi_drain_has_more(&drain));
	stop();
}

static void
but_not_for_longer_than_the_limit(void)
{
	start();
	publish();
	site.context.now += FCGI_PACE_LIMIT;
	CU_ASSERT_TRUE(fcgi_drain_has_more(&drain));
	fcgi_drain_turn(&drain);
	CU_ASSERT_EQUAL(count_answered(), WAITING);
	stop();
}

static void
replies_let_as_many_of_the_woken_through(void)
{
	int i;

	start();
	publish();
	for (i = 0; i < WAITING; i++)
		(void)ask("[{\"channel\":\"/meta/connect\"}]");
	CU_ASSERT_EQUAL(count_answered(), WAITING);
	stop();
}

static void
at_the_end_nobody_waits(void)
{
	start();
	drain.is_hurried = true;
	bx_engine_shut_down(site.engine, 0);
	CU_ASSERT_TRUE(fcgi_drain_has_more(&drain));
	fcgi_drain_turn(&drain);
	CU_ASSERT_EQUAL(bx_engine_counts(site.engine).held, 0);
	CU_ASSERT_FALSE(fcgi_drain_has_more(&drain));
	stop();
}

/* The queue of each is about to overflow. */
static void
in_need_all_are_answered(void)
{
	start();
	site.options.settings.max_queue_messages = 1;
	publish();
	fcgi_drain_relieve(&drain);
	CU_ASSERT_TRUE(count_answered() <= 1);
	publish();
	fcgi_drain_relieve(&drain);
	CU_ASSERT_EQUAL(count_answered(), WAITING);
	stop();
}

/* Between two turns the loop looks at its descriptors. */
static void
more_than_a_portion_takes_another_turn(void)
{
	uint16_t i;
	int turns;

	start();
	peer_forget(&publisher);
	for (i = 1; i <= MANY; i++)
		peer_post(&publisher, i, "[{\"channel\":\"/meta/connect\"}]");
	for (turns = 0; turns < 1000 && !peer_send(&publisher); turns++)
		(void)ev_run(site.pool.loop, EVRUN_NOWAIT);
	for (; turns < 1000 && site.pool.requests < WAITING + MANY; turns++)
		(void)ev_run(site.pool.loop, EVRUN_NOWAIT);
	CU_ASSERT_EQUAL_FATAL(site.pool.requests, WAITING + MANY);
	for (turns = 0; fcgi_drain_has_more(&drain); turns++)
		fcgi_drain_turn(&drain);
	CU_ASSERT_EQUAL(turns, 2);
	for (i = 1; i <= MANY; i++) {
		(void)ev_run(site.pool.loop, EVRUN_NOWAIT);
		peer_hear(&publisher);
	}
	for (i = 1; i <= MANY; i++)
		CU_ASSERT_EQUAL(peer_count(&publisher, FCGI_END_REQUEST, i),
		    1);
	stop();
}

static void
on_request(struct bx_request *request, void *ctx)
{
	(void)ctx;
	asked = request;
}

/* Nobody is answered within that, though all could be. */
static void
on_gone(struct bx_request *request, void *ctx)
{
	(void)request;
	(void)ctx;
	drain.is_hurried = true;
	bx_engine_shut_down(site.engine, 0);
	fcgi_drain_turn(&drain);
	is_left = bx_engine_has_ready(site.engine);
}

/* A plugin has a request whose client leaves. */
static void
lose_reader(void)
{
	const char *const params[] = { "REQUEST_METHOD", "GET", "REQUEST_URI",
		"/cometd/x", NULL };
	const struct bx_content added = {
		.owner = &asked,
		.path = "/x",
		.fn = on_request,
	};

	asked = NULL;
	CU_ASSERT_TRUE(fcgi_content_add(drain.content, &added));
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &reader));
	peer_request(&reader, 1, params, "");
	turn(&reader);
	CU_ASSERT_PTR_NOT_NULL_FATAL(asked);
	fcgi_content_on_gone(asked, on_gone, NULL);
	peer_close(&reader);
	(void)ev_run(site.pool.loop, EVRUN_NOWAIT);
}

static void
a_plugin_has_its_turn_and_starts_no_second_one_in_it(void)
{
	start();
	lose_reader();
	is_left = false;
	CU_ASSERT_TRUE(fcgi_drain_has_more(&drain));
	fcgi_drain_turn(&drain);
	CU_ASSERT_TRUE(is_left);
	CU_ASSERT_TRUE(fcgi_drain_has_more(&drain));
	fcgi_drain_turn(&drain);
	CU_ASSERT_FALSE(fcgi_drain_has_more(&drain));
	stop();
}

static bool
on_start(struct bx_host *host, void **ctx)
{
	*ctx = host;
	return true;
}

static void
on_timer(void *ctx)
{
	(void)ctx;
}

static void
on_heading(void *ctx, struct bx_heading *heading)
{
	struct bx_host *host = ctx;

	(void)heading;
	CU_ASSERT_PTR_NOT_NULL(host->add_timer(host, 100, on_timer, NULL));
}

static const struct bx_plugin waits = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(waits),
	.name = "waits",
	.start = on_start,
	.heading = on_heading,
};

/* Also if the engine has not been asked for anything since. */
static void
whoever_is_called_counts_from_now(void)
{
	start();
	publish();
	CU_ASSERT_EQUAL_FATAL(bx_engine_add_plugin(site.engine, &waits, NULL,
				  NULL),
	    BX_OK);
	site.context.now += FCGI_PACE_LIMIT;
	fcgi_drain_turn(&drain);
	CU_ASSERT_EQUAL(count_answered(), WAITING);
	CU_ASSERT_EQUAL(bx_engine_next_deadline(site.engine),
	    site.context.now + 100);
	stop();
}

static const struct unit_test tests[] = {
	{ "who was woken waits for the web server",
	    who_was_woken_waits_for_the_web_server },
	{ "but not for longer than the limit",
	    but_not_for_longer_than_the_limit },
	{ "replies let as many of the woken through",
	    replies_let_as_many_of_the_woken_through },
	{ "at the end nobody waits", at_the_end_nobody_waits },
	{ "in need all are answered", in_need_all_are_answered },
	{ "more than a portion takes another turn",
	    more_than_a_portion_takes_another_turn },
	{ "a plugin has its turn, and starts no second one in it",
	    a_plugin_has_its_turn_and_starts_no_second_one_in_it },
	{ "whoever is called counts from now",
	    whoever_is_called_counts_from_now },
};

UNIT_MAIN("fcgi/drain", tests)
