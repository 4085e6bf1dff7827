/*
 * test_drain.c - who is answered in a turn, and who in the next.
 */
#include <stdio.h>
#include <string.h>

#include "engine/client_id.h"
#include "engine/engine.h"
#include "fcgi/drain.h"
#include "test/support/peer.h"
#include "test/support/unit.h"

#define WAITING 3
#define JOIN "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\"}]"

static struct site site;
static struct peer publisher;
static struct peer waiting[WAITING];
static struct fcgi_drain drain;
static struct fcgi_idle marks[FCGI_PACE_MARKS];
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
	fcgi_drain_relieve(&drain);
	publish();
	CU_ASSERT_TRUE(count_answered() <= 1);
	publish();
	fcgi_drain_relieve(&drain);
	CU_ASSERT_EQUAL(count_answered(), WAITING);
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
};

UNIT_MAIN("fcgi/drain", tests)
