/*
 * test_dispatch.c - which handler a channel means.
 */
#include <stdio.h>
#include <string.h>

#include "test/support/talk.h"
#include "test/support/unit.h"

/* A message to channel by a session that connected gets a reply with text. */
static void
check(const char *channel, const char *text)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&talk);
	talk_start(&talk);
	talk_connect(&talk, id);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_ask(&talk,
		       "{\"channel\":\"%s\",\"clientId\":\"%s\",\"data\":1,"
		       "\"advice\":{\"timeout\":0}}",
		       channel, id),
		text));
	talk_stop(&talk);
}

static void
each_meta_channel_has_its_handler(void)
{
	check("/meta/handshake", "\"clientId\":");
	check("/meta/connect", "\"advice\":");
	check("/meta/subscribe", "403::subscription_missing");
	check("/meta/unsubscribe", "403::subscription_missing");
	check("/meta/disconnect", "\"successful\":true");
}

static void
rule_65_nothing_else_under_meta_is_anything(void)
{
	check("/meta/connect/x", "channel_create_denied");
	check("/meta/Connect", "channel_create_denied");
	check("/meta", "channel_create_denied");
}

static void
rule_65_a_name_that_only_begins_like_meta_is_a_channel(void)
{
	check("/metaphor", "\"successful\":true");
	check("/meta-connect", "\"successful\":true");
	check("/services/x", "\"successful\":true");
}

static const struct unit_test tests[] = {
	{ "each meta channel has its handler",
	    each_meta_channel_has_its_handler },
	{ "rule 65: nothing else under meta is anything",
	    rule_65_nothing_else_under_meta_is_anything },
	{ "rule 65: a name that only begins like meta is a channel",
	    rule_65_a_name_that_only_begins_like_meta_is_a_channel },
};

UNIT_MAIN("dispatch", tests)
