/*
 * test_session_browser.c - who may use a session, and how many are held.
 */
#include <stdio.h>
#include <string.h>

#include "engine/plugin_platform.h"
#include "engine/session_browser.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define CONNECT "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}"
#define UNKNOWN "402::session_unknown"

/* Whoever talks from now on shows this cookie, or gets it set, or has none. */
static void
visit(struct talk *talk, const char *cookie, bool shown)
{
	memset(&talk->visitor, 0, sizeof(talk->visitor));
	talk->visitor.cookie_len = strlen(cookie);
	memcpy(talk->visitor.cookie, cookie, strlen(cookie));
	talk->visitor.shown = shown;
}

static void
start(struct talk *talk, enum bx_binding binding)
{
	talk_defaults(talk);
	talk->settings.session_binding = binding;
	talk->settings.max_sessions_per_browser = 1;
	talk_start(talk);
}

/* May whoever talks now use the session? */
static bool
is_admitted(struct talk *talk, const char *id)
{
	return strstr(talk_ask(talk,
			  "{\"channel\":\"/a\",\"clientId\":\"%s\","
			  "\"data\":1}",
			  id),
		   UNKNOWN) == NULL;
}

static void
rule_81_strict_wants_the_cookie_each_time(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start(&talk, BX_BINDING_STRICT);
	visit(&talk, "mine", false);
	talk_handshake(&talk, id);
	visit(&talk, "", false);
	CU_ASSERT_FALSE(is_admitted(&talk, id));
	visit(&talk, "other", true);
	CU_ASSERT_FALSE(is_admitted(&talk, id));
	/* A value that is only about to be set proves nothing. */
	visit(&talk, "mine", false);
	CU_ASSERT_FALSE(is_admitted(&talk, id));
	visit(&talk, "mine", true);
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	talk_stop(&talk);
}

static void
rule_82_auto_binds_once_the_cookie_was_shown(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start(&talk, BX_BINDING_AUTO);
	visit(&talk, "mine", false);
	talk_handshake(&talk, id);
	visit(&talk, "", false);
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	visit(&talk, "mine", true);
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	visit(&talk, "", false);
	CU_ASSERT_FALSE(is_admitted(&talk, id));
	visit(&talk, "mine", true);
	talk_handshake(&talk, id);
	visit(&talk, "other", true);
	CU_ASSERT_FALSE(is_admitted(&talk, id));
	talk_stop(&talk);
}

static void
rule_82_trust_asks_for_the_client_id_alone(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start(&talk, BX_BINDING_TRUST);
	visit(&talk, "mine", true);
	talk_handshake(&talk, id);
	visit(&talk, "other", true);
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	talk_stop(&talk);
}

static void
a_client_without_cookies_is_never_asked_for_one(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start(&talk, BX_BINDING_STRICT);
	talk_handshake(&talk, id);
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	talk_stop(&talk);
}

/* Two tabs of one browser, the first of which is held. */
struct tabs {
	struct talk talk;
	struct talk_request first;
	char ids[2][BX_CLIENT_ID_LENGTH + 1];
};

static void
open_tabs(struct tabs *tabs, bx_msec interval)
{
	start(&tabs->talk, BX_BINDING_AUTO);
	tabs->talk.settings.multi_session_interval = interval;
	visit(&tabs->talk, "mine", true);
	talk_connect(&tabs->talk, tabs->ids[0]);
	talk_connect(&tabs->talk, tabs->ids[1]);
	talk_send(&tabs->talk, &tabs->first, CONNECT, tabs->ids[0]);
}

/* The first tab has been closed, which the host sees now. */
static void
look_out(void *ctx)
{
	struct tabs *tabs = ctx;

	if (tabs->first.exchange != NULL)
		talk_lose(&tabs->talk, &tabs->first);
}

static void
rule_46_a_tab_that_was_closed_is_noticed_first(void)
{
	struct bx_platform platform = bx_plugin_platform_none;
	struct talk_request second;
	struct tabs tabs;

	open_tabs(&tabs, 2000);
	platform.look_out = look_out;
	platform.ctx = &tabs;
	bx_engine_set_platform(tabs.talk.engine, &platform);
	talk_send(&tabs.talk, &second, CONNECT, tabs.ids[1]);
	CU_ASSERT_PTR_NULL(tabs.first.exchange);
	CU_ASSERT_EQUAL(bx_engine_counts(tabs.talk.engine).held, 1);
	talk_wait(&tabs.talk, 30000);
	CU_ASSERT_STRING_EQUAL(second.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true}]");
	talk_deliver(&tabs.talk, &second);
	talk_stop(&tabs.talk);
}

static void
rule_46_the_second_tab_is_advised_and_the_advice_goes_away(void)
{
	struct tabs tabs;
	struct talk_request second;

	open_tabs(&tabs, 2000);
	CU_ASSERT_STRING_EQUAL(talk_ask(&tabs.talk, CONNECT, tabs.ids[1]),
	    "[{\"channel\":\"/meta/connect\",\"successful\":true,\"advice\":"
	    "{\"reconnect\":\"retry\",\"interval\":2000,\"timeout\":30000,"
	    "\"multiple-clients\":true}}]");
	talk_lose(&tabs.talk, &tabs.first);
	talk_send(&tabs.talk, &second, CONNECT, tabs.ids[1]);
	talk_wait(&tabs.talk, 30000);
	CU_ASSERT_STRING_EQUAL(second.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true,\"advice\":"
	    "{\"reconnect\":\"retry\",\"interval\":0,\"timeout\":30000}}]");
	talk_deliver(&tabs.talk, &second);
	/* Told once. */
	talk_send(&tabs.talk, &second, CONNECT, tabs.ids[1]);
	talk_wait(&tabs.talk, 30000);
	CU_ASSERT_STRING_EQUAL(second.text,
	    "[{\"channel\":\"/meta/connect\",\"successful\":true}]");
	talk_deliver(&tabs.talk, &second);
	talk_stop(&tabs.talk);
}

static void
rule_46_without_a_pause_the_second_tab_is_told_to_stop(void)
{
	struct tabs tabs;

	open_tabs(&tabs, 0);
	CU_ASSERT_STRING_EQUAL(talk_ask(&tabs.talk, CONNECT, tabs.ids[1]),
	    "[{\"channel\":\"/meta/connect\",\"successful\":false,\"advice\":"
	    "{\"reconnect\":\"none\",\"interval\":0,\"timeout\":30000,"
	    "\"multiple-clients\":true}}]");
	talk_lose(&tabs.talk, &tabs.first);
	talk_stop(&tabs.talk);
}

static void
rule_46_a_session_never_counts_twice(void)
{
	struct tabs tabs;
	struct talk_request again;

	open_tabs(&tabs, 2000);
	talk_send(&tabs.talk, &again, CONNECT, tabs.ids[0]);
	talk_drain(&tabs.talk);
	CU_ASSERT_EQUAL(tabs.first.outcome, BX_OUTCOME_SUPERSEDED);
	CU_ASSERT_FALSE(again.ready);
	talk_deliver(&tabs.talk, &tabs.first);
	talk_lose(&tabs.talk, &again);
	talk_stop(&tabs.talk);
}

static void
rule_46_http_2_and_other_browsers_are_not_limited(void)
{
	struct tabs tabs;
	struct talk_request second;
	struct talk_request third;
	char id[BX_CLIENT_ID_LENGTH + 1];

	open_tabs(&tabs, 2000);
	tabs.talk.visitor.unlimited = true;
	talk_send(&tabs.talk, &second, CONNECT, tabs.ids[1]);
	visit(&tabs.talk, "other", true);
	talk_connect(&tabs.talk, id);
	talk_send(&tabs.talk, &third, CONNECT, id);
	talk_drain(&tabs.talk);
	CU_ASSERT_FALSE(second.ready);
	CU_ASSERT_FALSE(third.ready);
	talk_lose(&tabs.talk, &tabs.first);
	talk_lose(&tabs.talk, &second);
	talk_lose(&tabs.talk, &third);
	talk_stop(&tabs.talk);
}

static void
rule_80_only_a_session_that_was_made_sets_the_cookie(void)
{
	struct talk talk;
	struct talk_request request;
	int shown;

	for (shown = 0; shown < 2; shown++) {
		start(&talk, BX_BINDING_AUTO);
		talk.settings.max_sessions = 1;
		visit(&talk, "mine", shown == 1);
		talk_send(&talk, &request,
		    "{\"channel\":\"/meta/handshake\"}");
		talk_drain(&talk);
		CU_ASSERT_EQUAL(request.sets_cookie, shown == 0);
		talk_deliver(&talk, &request);
		talk_send(&talk, &request,
		    "{\"channel\":\"/meta/handshake\"}");
		talk_drain(&talk);
		CU_ASSERT_FALSE(request.sets_cookie);
		talk_deliver(&talk, &request);
		talk_stop(&talk);
	}
}

static const struct unit_test tests[] = {
	{ "rule 81: strict wants the cookie each time",
	    rule_81_strict_wants_the_cookie_each_time },
	{ "rule 82: auto binds once the cookie was shown",
	    rule_82_auto_binds_once_the_cookie_was_shown },
	{ "rule 82: trust asks for the clientId alone",
	    rule_82_trust_asks_for_the_client_id_alone },
	{ "a client without cookies is never asked for one",
	    a_client_without_cookies_is_never_asked_for_one },
	{ "rule 46: a tab that was closed is noticed first",
	    rule_46_a_tab_that_was_closed_is_noticed_first },
	{ "rule 46: the second tab is advised, and the advice goes away",
	    rule_46_the_second_tab_is_advised_and_the_advice_goes_away },
	{ "rule 46: without a pause the second tab is told to stop",
	    rule_46_without_a_pause_the_second_tab_is_told_to_stop },
	{ "rule 46: a session never counts twice",
	    rule_46_a_session_never_counts_twice },
	{ "rule 46: HTTP/2 and other browsers are not limited",
	    rule_46_http_2_and_other_browsers_are_not_limited },
	{ "rule 80: only a session that was made sets the cookie",
	    rule_80_only_a_session_that_was_made_sets_the_cookie },
};

UNIT_MAIN("session_browser", tests)
