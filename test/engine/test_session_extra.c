/*
 * test_session_extra.c - times of a session's own, and what plugins keep.
 */
#include <string.h>

#include "engine/core.h"
#include "engine/session_extra.h"
#include "test/support/due.h"
#include "test/support/house.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

static const struct bx_times as_configured = { -1, -1, -1 };

static void
times_are_as_configured_at_first(void)
{
	struct house house;

	house_open(&house);
	house.settings.interval = 7;
	CU_ASSERT_EQUAL(bx_session_timeout(house.session), 30000);
	CU_ASSERT_EQUAL(bx_session_own_interval(house.session), 7);
	CU_ASSERT_EQUAL(bx_session_max_interval(house.session), 10000);
	CU_ASSERT_TRUE(bx_session_hears_itself(house.session));
	house_close(&house);
}

static void
each_time_is_the_sessions_own_or_as_configured(void)
{
	struct bx_times times = { 0, -1, 5 };
	struct house house;

	house_open(&house);
	CU_ASSERT_EQUAL(bx_session_set_times(house.session, &times), BX_OK);
	CU_ASSERT_EQUAL(bx_session_timeout(house.session), 0);
	CU_ASSERT_EQUAL(bx_session_own_interval(house.session), 0);
	CU_ASSERT_EQUAL(bx_session_max_interval(house.session), 5);
	times = (struct bx_times){ -1, 9, -1 };
	CU_ASSERT_EQUAL(bx_session_set_times(house.session, &times), BX_OK);
	CU_ASSERT_EQUAL(bx_session_timeout(house.session), 30000);
	CU_ASSERT_EQUAL(bx_session_interval(house.session), 9);
	CU_ASSERT_EQUAL(bx_session_max_interval(house.session), 10000);
	CU_ASSERT_EQUAL(bx_session_set_times(house.session, &as_configured),
	    BX_OK);
	CU_ASSERT_EQUAL(bx_session_interval(house.session), 0);
	house_close(&house);
}

static void
for_ever_is_a_time_too(void)
{
	const struct bx_times times = { BX_NEVER, BX_NEVER, BX_NEVER };
	struct house house;

	house_open(&house);
	CU_ASSERT_EQUAL(bx_session_set_times(house.session, &times), BX_OK);
	CU_ASSERT_EQUAL(bx_session_timeout(house.session), BX_TIME_MAX);
	bx_session_replied(house.session, 0, BX_TIME_MAX);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 3 * BX_TIME_MAX);
	house_close(&house);
}

/* One session of an engine, and a connect of its. */
struct client {
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct bx_session *session;
	struct talk_request request;
};

static void
start(struct client *client)
{
	talk_defaults(&client->talk);
	talk_start(&client->talk);
	talk_connect(&client->talk, client->id);
	client->session =
	    bx_session_find_id(bx_engine_core(client->talk.engine)->sessions,
		client->id, BX_CLIENT_ID_LENGTH);
	CU_ASSERT_PTR_NOT_NULL_FATAL(client->session);
}

static void
set_times(struct client *client, bx_msec timeout, bx_msec interval,
    bx_msec max_interval)
{
	const struct bx_times times = { timeout, interval, max_interval };

	CU_ASSERT_EQUAL(bx_session_set_times(client->session, &times), BX_OK);
}

static void
connect(struct client *client, const char *fields)
{
	talk_send(&client->talk, &client->request,
	    "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"%s}",
	    client->id, fields);
	talk_drain(&client->talk);
}

static void
rule_39_the_next_connect_reply_tells_of_new_times_and_no_other(void)
{
	struct client client;

	start(&client);
	set_times(&client, 2000, -1, -1);
	connect(&client, "");
	talk_wait(&client.talk, 1999);
	CU_ASSERT_FALSE(client.request.ready);
	talk_wait(&client.talk, 1);
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true,"
	    "\"advice\":{\"reconnect\":\"retry\",\"interval\":0,"
	    "\"timeout\":2000}}]");
	talk_deliver(&client.talk, &client.request);
	connect(&client, "");
	talk_wait(&client.talk, 2000);
	CU_ASSERT_STRING_EQUAL(client.request.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true}]");
	talk_deliver(&client.talk, &client.request);
	talk_stop(&client.talk);
}

static void
rule_39_times_set_while_a_connect_is_held_are_told_by_its_reply(void)
{
	struct client client;

	start(&client);
	connect(&client, "");
	set_times(&client, -1, 100, -1);
	talk_wait(&client.talk, 30000);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(client.request.text, "\"interval\":100"));
	talk_deliver(&client.talk, &client.request);
	talk_stop(&client.talk);
}

static void
rule_36_a_client_may_ask_for_a_shorter_hold_than_its_own(void)
{
	struct client client;

	start(&client);
	set_times(&client, 50000, -1, -1);
	connect(&client, ",\"advice\":{\"timeout\":60000}");
	talk_wait(&client.talk, 49999);
	CU_ASSERT_FALSE(client.request.ready);
	talk_wait(&client.talk, 1);
	CU_ASSERT_TRUE(client.request.ready);
	talk_deliver(&client.talk, &client.request);
	connect(&client, ",\"advice\":{\"timeout\":10}");
	talk_wait(&client.talk, 10);
	CU_ASSERT_TRUE(client.request.ready);
	talk_deliver(&client.talk, &client.request);
	talk_stop(&client.talk);
}

static void
a_timeout_of_0_holds_nothing(void)
{
	struct client client;

	start(&client);
	set_times(&client, 0, -1, -1);
	connect(&client, "");
	CU_ASSERT_TRUE(client.request.ready);
	talk_deliver(&client.talk, &client.request);
	talk_stop(&client.talk);
}

static size_t
count_sessions(const struct client *client)
{
	return bx_engine_counts(client->talk.engine).sessions;
}

static void
rule_84_its_own_times_decide_when_it_expires(void)
{
	struct client client;

	start(&client);
	set_times(&client, 0, 300, 5000);
	connect(&client, "");
	talk_deliver(&client.talk, &client.request);
	talk_wait(&client.talk, 5299);
	CU_ASSERT_EQUAL(count_sessions(&client), 1);
	talk_wait(&client.talk, 1);
	CU_ASSERT_EQUAL(count_sessions(&client), 0);
	talk_stop(&client.talk);
}

static void
rule_84_any_message_puts_off_expiry_by_its_own_max_interval(void)
{
	struct client client;

	start(&client);
	set_times(&client, 0, -1, 50000);
	(void)talk_ask(&client.talk,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}", client.id);
	talk_wait(&client.talk, 49999);
	CU_ASSERT_EQUAL(count_sessions(&client), 1);
	talk_wait(&client.talk, 1);
	CU_ASSERT_EQUAL(count_sessions(&client), 0);
	talk_stop(&client.talk);
}

static bool
on_start(struct bx_host *host, void **ctx)
{
	*ctx = host;
	return true;
}

static void
on_session_new(void *ctx, const struct bx_incoming *message)
{
	const struct bx_times times = { 2000, 100, -1 };
	struct bx_host *host = ctx;

	CU_ASSERT_TRUE(host->set_times(message->session, &times));
}

static void
on_replying(void *ctx, const struct bx_replying *reply)
{
	const struct bx_times times = { 4000, 300, -1 };
	struct bx_host *host = ctx;

	if (bx_slice_is(reply->channel, "/meta/handshake"))
		CU_ASSERT_TRUE(host->set_times(reply->session, &times));
}

/* In session_new they are in the reply already; in replying it is too late. */
static void
rule_39_times_set_in_a_handshake_are_told_by_it_or_a_connect(void)
{
	struct bx_plugin plugin = {
		.major = BX_PLUGIN_MAJOR,
		.minor = BX_PLUGIN_MINOR,
		.size = sizeof(plugin),
		.name = "times",
		.start = on_start,
		.session_new = on_session_new,
	};
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&talk);
	talk_start(&talk);
	CU_ASSERT_EQUAL(bx_engine_add_plugin(talk.engine, &plugin, NULL, NULL),
	    BX_OK);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_ask(&talk, "{\"channel\":\"/meta/handshake\"}"),
		"\"interval\":100,\"timeout\":2000"));
	talk_connect(&talk, id);
	plugin.name = "times of replies";
	plugin.replying = on_replying;
	CU_ASSERT_EQUAL(bx_engine_add_plugin(talk.engine, &plugin, NULL, NULL),
	    BX_OK);
	talk_handshake(&talk, id);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_ask(&talk,
		       "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}",
		       id),
		"\"interval\":300,\"timeout\":4000"));
	talk_stop(&talk);
}

static void
rule_68_a_session_may_be_deaf_to_what_it_publishes(void)
{
	static const char publish[] =
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}";
	struct client client;

	start(&client);
	(void)talk_ask(&client.talk,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    client.id);
	CU_ASSERT_EQUAL(bx_session_set_broadcast_to_publisher(client.session,
			    false),
	    BX_OK);
	CU_ASSERT_STRING_EQUAL(talk_ask(&client.talk, publish, client.id),
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	CU_ASSERT_EQUAL(bx_session_set_broadcast_to_publisher(client.session,
			    true),
	    BX_OK);
	CU_ASSERT_STRING_EQUAL(talk_ask(&client.talk, publish, client.id),
	    "[{\"channel\":\"/a\",\"data\":1},"
	    "{\"channel\":\"/a\",\"successful\":true}]");
	talk_stop(&client.talk);
}

static char freed[16];

/* data is a letter. */
static void
note_freed(void *data)
{
	(void)strncat(freed, data, 1);
}

static void
each_slot_has_its_own_data(void)
{
	char a[] = "a", b[] = "b";
	struct house house;

	house_open(&house);
	freed[0] = '\0';
	CU_ASSERT_PTR_NULL(bx_session_data(house.session, 0));
	CU_ASSERT_EQUAL(bx_session_set_data(house.session, 3, a, note_freed),
	    BX_OK);
	CU_ASSERT_EQUAL(bx_session_set_data(house.session, 1, b, note_freed),
	    BX_OK);
	CU_ASSERT_PTR_EQUAL(bx_session_data(house.session, 3), a);
	CU_ASSERT_PTR_EQUAL(bx_session_data(house.session, 1), b);
	CU_ASSERT_PTR_NULL(bx_session_data(house.session, 0));
	CU_ASSERT_PTR_NULL(bx_session_data(house.session, 2));
	CU_ASSERT_PTR_NULL(bx_session_data(house.session, 4));
	CU_ASSERT_STRING_EQUAL(freed, "");
	house_close(&house);
	CU_ASSERT_STRING_EQUAL(freed, "ba");
}

static void
data_that_is_replaced_is_freed(void)
{
	char a[] = "a", b[] = "b";
	struct house house;

	house_open(&house);
	freed[0] = '\0';
	(void)bx_session_set_data(house.session, 0, a, note_freed);
	(void)bx_session_set_data(house.session, 0, b, NULL);
	CU_ASSERT_STRING_EQUAL(freed, "a");
	(void)bx_session_set_data(house.session, 0, NULL, note_freed);
	CU_ASSERT_PTR_NULL(bx_session_data(house.session, 0));
	house_close(&house);
	CU_ASSERT_STRING_EQUAL(freed, "a");
}

static struct bx_session *in_hand;

static void
note_freed_and_replace(void *data)
{
	static char c[] = "c", d[] = "d";

	note_freed(data);
	/* The new one is there already, and is freed in its turn. */
	CU_ASSERT_PTR_NOT_NULL(bx_session_data(in_hand, 0));
	CU_ASSERT_EQUAL(bx_session_set_data(in_hand, 0, c, note_freed), BX_OK);
	/* So that the slots move. */
	CU_ASSERT_EQUAL(bx_session_set_data(in_hand, 99, d, note_freed),
	    BX_OK);
}

static void
data_may_be_replaced_while_data_is_freed(void)
{
	char a[] = "a", b[] = "b";
	struct house house;

	house_open(&house);
	freed[0] = '\0';
	in_hand = house.session;
	(void)bx_session_set_data(house.session, 0, a, note_freed_and_replace);
	CU_ASSERT_EQUAL(bx_session_set_data(house.session, 0, b, note_freed),
	    BX_OK);
	CU_ASSERT_STRING_EQUAL(freed, "ab");
	house_close(&house);
	CU_ASSERT_STRING_EQUAL(freed, "abcd");
}

static void
data_is_freed_with_the_last_reference(void)
{
	char a[] = "a";
	struct house house;

	house_open(&house);
	freed[0] = '\0';
	(void)bx_session_ref(house.session);
	(void)bx_session_set_data(house.session, 0, a, note_freed);
	bx_session_end(house.session, BX_GONE_EXPIRED);
	CU_ASSERT_STRING_EQUAL(freed, "");
	CU_ASSERT_PTR_EQUAL(bx_session_data(house.session, 0), a);
	bx_session_unref(house.session);
	CU_ASSERT_STRING_EQUAL(freed, "a");
	house_close(&house);
}

static bool
set_everything(void *ctx)
{
	static char a[] = "a";
	const struct bx_times times = { 1, 2, 3 };
	struct house house;
	bool kept[4];

	(void)ctx;
	freed[0] = '\0';
	memset(&house, 0, sizeof(house));
	house.settings = (struct bx_settings)BX_SETTINGS_DEFAULT;
	house.tree = bx_channel_tree_new(unit_env(), (uint64_t[2]){ 1, 2 });
	house.sessions = house.tree == NULL
	    ? NULL
	    : bx_sessions_new(unit_env(), &house.settings, house.tree,
		  (uint64_t[2]){ 1, 2 });
	if (house.sessions == NULL ||
	    bx_session_new(house.sessions, 0, &house.session) != BX_OK) {
		house_close(&house);
		return false;
	}
	kept[0] =
	    bx_session_set_data(house.session, 0, a, note_freed) == BX_OK;
	CU_ASSERT_EQUAL(bx_session_data(house.session, 0) != NULL, kept[0]);
	kept[1] =
	    bx_session_set_data(house.session, 1, a, note_freed) == BX_OK;
	CU_ASSERT_EQUAL(bx_session_data(house.session, 1) != NULL, kept[1]);
	kept[2] = bx_session_set_times(house.session, &times) == BX_OK;
	CU_ASSERT_EQUAL(bx_session_timeout(house.session),
	    kept[2] ? 1 : 30000);
	kept[3] = bx_session_set_broadcast_to_publisher(house.session,
		      false) == BX_OK;
	CU_ASSERT_EQUAL(bx_session_hears_itself(house.session), !kept[3]);
	house_close(&house);
	CU_ASSERT_EQUAL(strlen(freed), (size_t)kept[0] + (size_t)kept[1]);
	return kept[0] && kept[1] && kept[2] && kept[3];
}

static void
without_memory_nothing_is_set(void)
{
	CU_ASSERT(unit_fail_each(set_everything, NULL) >= 6);
}

/* The one block that all of it is in may fail for each of them. */
static void
without_memory_a_first_setting_fails(void)
{
	const struct bx_times times = { 1, 2, 3 };
	struct house house;

	house_open(&house);
	unit_fail_allocation(1);
	CU_ASSERT_EQUAL(bx_session_set_times(house.session, &times),
	    BX_ENOMEM);
	CU_ASSERT_EQUAL(bx_session_interval(house.session), 0);
	unit_fail_allocation(1);
	CU_ASSERT_EQUAL(bx_session_set_broadcast_to_publisher(house.session,
			    false),
	    BX_ENOMEM);
	CU_ASSERT_TRUE(bx_session_hears_itself(house.session));
	house_close(&house);
}

static const struct unit_test tests[] = {
	{ "times are as configured at first",
	    times_are_as_configured_at_first },
	{ "each time is the session's own, or as configured",
	    each_time_is_the_sessions_own_or_as_configured },
	{ "for ever is a time, too", for_ever_is_a_time_too },
	{ "rule 39: the next connect reply tells of new times, and no other",
	    rule_39_the_next_connect_reply_tells_of_new_times_and_no_other },
	{ "rule 39: times set while a connect is held are told by its reply",
	    rule_39_times_set_while_a_connect_is_held_are_told_by_its_reply },
	{ "rule 36: a client may ask for a shorter hold than its own",
	    rule_36_a_client_may_ask_for_a_shorter_hold_than_its_own },
	{ "a timeout of 0 holds nothing", a_timeout_of_0_holds_nothing },
	{ "rule 84: its own times decide when it expires",
	    rule_84_its_own_times_decide_when_it_expires },
	{ "rule 84: any message puts off expiry by its own max_interval",
	    rule_84_any_message_puts_off_expiry_by_its_own_max_interval },
	{ "rule 39: times set in a handshake are told by it or a connect",
	    rule_39_times_set_in_a_handshake_are_told_by_it_or_a_connect },
	{ "rule 68: a session may be deaf to what it publishes",
	    rule_68_a_session_may_be_deaf_to_what_it_publishes },
	{ "each slot has its own data", each_slot_has_its_own_data },
	{ "data that is replaced is freed", data_that_is_replaced_is_freed },
	{ "data may be replaced while data is freed",
	    data_may_be_replaced_while_data_is_freed },
	{ "data is freed with the last reference",
	    data_is_freed_with_the_last_reference },
	{ "without memory nothing is set", without_memory_nothing_is_set },
	{ "without memory a first setting fails",
	    without_memory_a_first_setting_fails },
};

UNIT_MAIN("session_extra", tests)
