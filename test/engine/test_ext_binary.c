/*
 * test_ext_binary.c - binary data (BAYEUX.md rule 104).  There is no such
 * extension: all that the server has to do is to leave data and ext alone.
 */
#include <stdio.h>
#include <string.h>

#include "engine/host.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

/* What has to arrive as it is, down to the blanks: the whole alphabet of Z85,
 * and what a JSON library would print in another way. */
static const struct {
	const char *data;
	const char *ext;
} binaries[] = {
	{ "{\"meta\":{},\"data\":\"0123456789abcdefghijklmnopqrstuvwxyz"
	  "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#\","
	  "\"last\":true}",
	    "{\"binary\":{}}" },
	{ "{ \"last\" : false,\t\"data\":\"\\u0000\\/\\ud83d\\ude00\","
	  "\"meta\":{\"n\":9007199254740993,\"x\":1E+02,\"x\":-0.0} }",
	    "{ \"binary\" : { } , \"z\":[1.0e-999] }" },
	{ "\"\"", "{\"binary\":{\"\xc3\xa9\":\"\xf0\x9f\x98\x80\"}}" },
	{ "null", "{}" },
};

#define COUNT (sizeof(binaries) / sizeof(binaries[0]))

/* A service, and what it was called with last. */
struct echo {
	struct bx_host *host;
	char seen[512];
};

static struct echo echo;

/* The answer to a remote call: the same data and ext. */
static void
serve(const struct bx_incoming *message, void *ctx)
{
	static const bool yes = true;
	struct echo *mine = ctx;
	struct bx_outgoing answer = {
		.channel = message->channel,
		.data = message->data,
		.id = message->id,
		.ext = message->ext,
		.successful = &yes,
		.lazy_timeout = -1,
	};

	(void)snprintf(mine->seen, sizeof(mine->seen), "%.*s %.*s",
	    (int)message->data.len, message->data.at, (int)message->ext.len,
	    message->ext.at);
	CU_ASSERT_TRUE(
	    mine->host->deliver(mine->host, message->session, &answer));
}

static bool
start_echo(struct bx_host *host, void **ctx)
{
	echo.host = host;
	*ctx = &echo;
	return host->add_service(host, "echo", serve, &echo);
}

static void
stop_echo(void *ctx)
{
	struct echo *mine = ctx;

	mine->host->remove_service(mine->host, "echo");
}

static const struct bx_plugin plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "echo",
	.start = start_echo,
	.stop = stop_echo,
};

static void
start(struct talk *talk, char *id)
{
	talk_defaults(talk);
	talk_start(talk);
	CU_ASSERT_EQUAL_FATAL(bx_engine_add_plugin(talk->engine, &plugin, NULL,
				  NULL),
	    BX_OK);
	talk_connect(talk, id);
}

static void
rule_104_an_event_has_data_and_ext_byte_for_byte(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	char expected[1024];
	struct talk talk;
	size_t i;

	start(&talk, id);
	(void)talk_ask(&talk,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    id);
	for (i = 0; i < COUNT; i++) {
		(void)snprintf(expected, sizeof(expected),
		    "[{\"channel\":\"/a\",\"data\":%s,\"ext\":%s},"
		    "{\"channel\":\"/a\",\"successful\":true}]",
		    binaries[i].data, binaries[i].ext);
		CU_ASSERT_STRING_EQUAL(
		    talk_ask(&talk,
			"{\"channel\":\"/a\",\"clientId\":\"%s\","
			"\"ext\":%s,\"data\":%s}",
			id, binaries[i].ext, binaries[i].data),
		    expected);
	}
	talk_stop(&talk);
}

static void
rule_104_a_remote_call_and_its_answer_have_them_too(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	char expected[1024];
	struct talk talk;
	size_t i;

	start(&talk, id);
	for (i = 0; i < COUNT; i++) {
		(void)snprintf(expected, sizeof(expected),
		    "[{\"channel\":\"/service/echo\",\"data\":%s,"
		    "\"id\":\"7\",\"successful\":true,\"ext\":%s},"
		    "{\"channel\":\"/service/echo\",\"id\":\"7\","
		    "\"successful\":true}]",
		    binaries[i].data, binaries[i].ext);
		CU_ASSERT_STRING_EQUAL(
		    talk_ask(&talk,
			"{\"channel\":\"/service/echo\",\"id\":\"7\","
			"\"clientId\":\"%s\",\"ext\":%s,\"data\":%s}",
			id, binaries[i].ext, binaries[i].data),
		    expected);
		(void)snprintf(expected, sizeof(expected), "%s %s",
		    binaries[i].data, binaries[i].ext);
		CU_ASSERT_STRING_EQUAL(echo.seen, expected);
	}
	talk_stop(&talk);
}

static const struct unit_test tests[] = {
	{ "rule 104: an event has data and ext byte for byte",
	    rule_104_an_event_has_data_and_ext_byte_for_byte },
	{ "rule 104: a remote call and its answer have them too",
	    rule_104_a_remote_call_and_its_answer_have_them_too },
};

UNIT_MAIN("ext_binary", tests)
