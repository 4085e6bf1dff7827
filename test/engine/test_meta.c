/*
 * test_meta.c - handshakes and disconnects.
 */
#include <stdio.h>
#include <string.h>

#include "test/support/judge.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define NONE \
	"\"advice\":{\"reconnect\":\"none\",\"interval\":0,\"timeout\":" \
	"30000}"

/* The error that a single handshake with these fields is refused with. */
static void
check_refused(const char *fields, const char *rest)
{
	char expected[512];
	struct talk talk;

	talk_defaults(&talk);
	talk_start(&talk);
	(void)snprintf(expected, sizeof(expected),
	    "[{\"channel\":\"/meta/handshake\",\"successful\":false,%s}]",
	    rest);
	CU_ASSERT_STRING_EQUAL(talk_ask(&talk,
				   "{\"channel\":\"/meta/handshake\"%s}",
				   fields),
	    expected);
	CU_ASSERT_EQUAL(bx_engine_counts(talk.engine).sessions, 0);
	talk_stop(&talk);
}

static void
check_accepted(const char *fields)
{
	struct talk talk;

	talk_defaults(&talk);
	talk_start(&talk);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(talk_ask(&talk, "{\"channel\":\"/meta/handshake\"%s}",
		       fields),
		"\"successful\":true"));
	CU_ASSERT_EQUAL(bx_engine_counts(talk.engine).sessions, 1);
	talk_stop(&talk);
}

static void
rule_27_a_handshake_reply_has_all_its_fields(void)
{
	struct talk talk;
	const char *text;
	char id[BX_CLIENT_ID_LENGTH + 1];
	char expected[512];

	talk_defaults(&talk);
	talk_start(&talk);
	text = talk_ask(&talk,
	    "[{\"id\":\"1\",\"version\":\"1.0\","
	    "\"supportedConnectionTypes\":[\"x\",\"long-polling\"],"
	    "\"channel\":\"/meta/handshake\"}]");
	CU_ASSERT_PTR_NOT_NULL_FATAL(strstr(text, "\"clientId\":\""));
	memcpy(id, strstr(text, "\"clientId\":\"") + 12, sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	(void)snprintf(expected, sizeof(expected),
	    "[{\"channel\":\"/meta/handshake\",\"id\":\"1\","
	    "\"successful\":true,\"clientId\":\"%s\",\"version\":\"1.0\","
	    "\"minimumVersion\":\"1.0\","
	    "\"supportedConnectionTypes\":[\"long-polling\"],\"advice\":"
	    "{\"reconnect\":\"retry\",\"interval\":0,\"timeout\":30000}}]",
	    id);
	CU_ASSERT_STRING_EQUAL(text, expected);
	talk_stop(&talk);
}

static void
rule_26_only_a_newer_major_version_is_refused(void)
{
	check_refused(",\"minimumVersion\":\"2.0\"",
	    "\"error\":\"300:2.0:version_mismatch\"," NONE);
	check_refused(",\"minimumVersion\":10",
	    "\"error\":\"300:10:version_mismatch\"," NONE);
	check_accepted(",\"minimumVersion\":\"1.0\"");
	check_accepted(",\"minimumVersion\":\"1.0beta\"");
	check_accepted(",\"minimumVersion\":\"0.9\"");
	check_accepted(",\"minimumVersion\":\"01.5\"");
	check_accepted(",\"minimumVersion\":\"\"");
	check_accepted(",\"minimumVersion\":null,\"version\":\"7\"");
}

static void
rule_26_types_without_any_in_common_are_refused(void)
{
	check_refused(",\"supportedConnectionTypes\":[\"a\", \"b\"]",
	    "\"error\":\"301:a,b:connection_types_not_supported\","
	    "\"supportedConnectionTypes\":[\"long-polling\"]," NONE);
	check_refused(",\"supportedConnectionTypes\":[]",
	    "\"error\":\"301::connection_types_not_supported\","
	    "\"supportedConnectionTypes\":[\"long-polling\"]," NONE);
	check_accepted("");
	check_accepted(",\"supportedConnectionTypes\":\"websocket\"");
}

static void
rule_76_a_clients_text_cannot_forge_an_errors_fields(void)
{
	check_refused(",\"minimumVersion\":\"2:x\\\"\\n\"",
	    "\"error\":\"300:2_x___n:version_mismatch\"," NONE);
}

static void
check_comments(const char *ext, bool wanted)
{
	struct talk_request request;
	struct talk talk;

	talk_defaults(&talk);
	talk_start(&talk);
	talk_send(&talk, &request, "{\"channel\":\"/meta/handshake\"%s}", ext);
	talk_drain(&talk);
	CU_ASSERT_PTR_NOT_NULL(strstr(request.text, "\"successful\":true"));
	CU_ASSERT_EQUAL(strstr(request.text,
			    ",\"ext\":{\"json-comment-filtered\":true}}]") !=
		NULL,
	    wanted);
	CU_ASSERT_EQUAL(strstr(request.text, "\"ext\"") != NULL, wanted);
	CU_ASSERT_FALSE(request.commented);
	talk_deliver(&talk, &request);
	talk_stop(&talk);
}

static void
rule_16_what_is_true_to_javascript_asks_for_comments(void)
{
	static const char *const yes[] = { "true", "1", "-0.01", "10", "1e3",
		"0.0e1,\"json-comment-filtered\":1", "\"0\"", "\"false\"",
		"{}", "[]" };
	static const char *const no[] = { "false", "0", "-0", "0.000", "0e9",
		"\"\"", "null", "1,\"json-comment-filtered\":0" };
	char ext[96];

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		(void)snprintf(ext, sizeof(ext),
		    ",\"ext\":{\"json-comment-filtered\":%s}", yes[i]);
		check_comments(ext, true);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		(void)snprintf(ext, sizeof(ext),
		    ",\"ext\":{\"json-comment-filtered\":%s}", no[i]);
		check_comments(ext, false);
	}
	check_comments("", false);
	check_comments(",\"ext\":{}", false);
	check_comments(",\"ext\":{\"ext\":{\"json-comment-filtered\":1}}",
	    false);
	check_comments(",\"ext\":[\"json-comment-filtered\",true]", false);
	check_comments(",\"ext\":\"json-comment-filtered\"", false);
	check_comments(",\"json-comment-filtered\":true", false);
}

static void
rule_29_a_handshake_is_the_only_message_of_its_request(void)
{
	struct talk talk;
	const char *text;

	talk_defaults(&talk);
	talk_start(&talk);
	text = talk_ask(&talk,
	    "[{\"channel\":\"/a\",\"id\":\"1\"},"
	    "{\"channel\":\"\\/meta\\/handshake\",\"id\":\"2\"},"
	    "{\"channel\":\"/meta/handshake\",\"id\":\"3\"}]");
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"id\":\"2\""));
	CU_ASSERT_PTR_NULL(strstr(text, "\"id\":\"1\""));
	CU_ASSERT_PTR_NULL(strstr(text, "\"id\":\"3\""));
	CU_ASSERT_EQUAL(bx_engine_counts(talk.engine).sessions, 1);
	talk_stop(&talk);
}

static void
rule_31_a_handshake_always_makes_a_new_session(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];
	const char *text;

	talk_defaults(&talk);
	talk_start(&talk);
	talk_handshake(&talk, id);
	text = talk_ask(&talk,
	    "{\"channel\":\"/meta/handshake\",\"clientId\":\"%s\"}", id);
	CU_ASSERT_PTR_NULL(strstr(text, id));
	CU_ASSERT_EQUAL(bx_engine_counts(talk.engine).sessions, 2);
	talk_stop(&talk);
}

static void
a_full_server_asks_to_come_back_later(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&talk);
	talk.settings.max_sessions = 1;
	talk_start(&talk);
	talk_handshake(&talk, id);
	CU_ASSERT_STRING_EQUAL(talk_ask(&talk,
				   "{\"channel\":\"/meta/handshake\"}"),
	    "[{\"channel\":\"/meta/handshake\",\"successful\":false,"
	    "\"error\":\"403:too_many_sessions:handshake_denied\","
	    "\"advice\":{\"reconnect\":\"handshake\",\"interval\":5000,"
	    "\"timeout\":30000}}]");
	talk_stop(&talk);
}

static void
without_random_bytes_there_is_no_session(void)
{
	struct talk talk;
	struct talk_request request;

	talk_defaults(&talk);
	talk_start(&talk);
	unit_fail_random(true);
	talk_send(&talk, &request, "{\"channel\":\"/meta/handshake\"}");
	talk_drain(&talk);
	CU_ASSERT_EQUAL(request.outcome, BX_OUTCOME_NO_MEMORY);
	talk_deliver(&talk, &request);
	talk_stop(&talk);
}

static enum bx_verdict
deny(struct bx_question *question, void *ctx)
{
	question->reason = ctx;
	return question->operation == BX_OPERATION_HANDSHAKE
	    ? BX_VERDICT_DENY
	    : BX_VERDICT_ABSTAIN;
}

static void
check_denied(char *reason, const char *error)
{
	struct talk talk;
	uint64_t handle;
	char expected[256];

	talk_defaults(&talk);
	talk_start(&talk);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(talk.engine), deny,
			    reason, &handle),
	    BX_OK);
	(void)snprintf(expected, sizeof(expected),
	    "[{\"channel\":\"/meta/handshake\",\"successful\":false,"
	    "\"error\":\"%s\"," NONE "}]",
	    error);
	CU_ASSERT_STRING_EQUAL(talk_ask(&talk,
				   "{\"channel\":\"/meta/handshake\"}"),
	    expected);
	talk_stop(&talk);
}

static void
rule_28_a_denied_handshake_is_told_to_stop(void)
{
	static char reason[] = "no_name";

	check_denied(NULL, "403::handshake_denied");
	check_denied(reason, "403:no_name:handshake_denied");
}

static const char handshake[] = "{\"channel\":\"/meta/handshake\"}";

/* What a handshake is answered that such a judge denies. */
static void
check_judged(struct judge judge, const char *rest)
{
	struct talk talk;
	char expected[512];

	talk_defaults(&talk);
	talk_start(&talk);
	judge.operation = BX_OPERATION_HANDSHAKE;
	judge_appoint(&talk, &judge);
	(void)snprintf(expected, sizeof(expected),
	    "[{\"channel\":\"/meta/handshake\",\"successful\":false,%s}]",
	    rest);
	CU_ASSERT_STRING_EQUAL(talk_ask(&talk, handshake), expected);
	CU_ASSERT_STRING_EQUAL(judge.channel, "/meta/handshake");
	CU_ASSERT_EQUAL(bx_engine_counts(talk.engine).sessions, 0);
	talk_stop(&talk);
}

static void
a_denied_handshake_may_be_told_anything_but_to_retry(void)
{
	check_judged((struct judge){ .error = "403::Who are you?" },
	    "\"error\":\"403::Who are you?\"," NONE);
	check_judged((struct judge){ .advises = true,
			 .reconnect = BX_RECONNECT_NONE },
	    "\"error\":\"403::handshake_denied\"," NONE);
	check_judged((struct judge){ .error = "4",
			 .advises = true,
			 .reconnect = BX_RECONNECT_HANDSHAKE },
	    "\"error\":\"4\",\"advice\":{\"reconnect\":\"handshake\","
	    "\"interval\":70,\"timeout\":30000}");
	check_judged((struct judge){ .error = "4",
			 .advises = true,
			 .reconnect = BX_RECONNECT_RETRY },
	    "\"error\":\"4\",\"advice\":{\"reconnect\":\"handshake\","
	    "\"interval\":70,\"timeout\":30000}");
}

/* Names the user of a handshake. */
static enum bx_verdict
name_user(struct bx_question *question, void *ctx)
{
	if (question->operation == BX_OPERATION_HANDSHAKE)
		(void)strcpy(question->user, ctx);
	return BX_VERDICT_ALLOW;
}

static void
whom_the_policy_names_goes_before_the_web_servers_user(void)
{
	static char ada[] = "ada";
	struct talk talk;
	uint64_t handle;

	talk_defaults(&talk);
	talk_start(&talk);
	(void)strcpy(talk.visitor.user, "bob");
	(void)talk_ask(&talk, handshake);
	CU_ASSERT_PTR_NOT_NULL(strstr(unit_last_log(), "user=\"bob\""));
	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(talk.engine),
			    name_user, ada, &handle),
	    BX_OK);
	(void)talk_ask(&talk, handshake);
	CU_ASSERT_PTR_NOT_NULL(strstr(unit_last_log(), "user=\"ada\""));
	talk_stop(&talk);
}

static void
a_disconnect_may_be_denied(void)
{
	struct judge judge = { .operation = BX_OPERATION_DISCONNECT };
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&talk);
	talk_start(&talk);
	talk_connect(&talk, id);
	judge_appoint(&talk, &judge);
	CU_ASSERT_STRING_EQUAL(talk_ask(&talk,
				   "{\"channel\":\"/meta/disconnect\","
				   "\"clientId\":\"%s\"}",
				   id),
	    "[{\"channel\":\"/meta/disconnect\",\"successful\":false,"
	    "\"error\":\"403:denied_by_security_policy:"
	    "disconnect_denied\"}]");
	judge.error = "403::Stay";
	judge.advises = true;
	CU_ASSERT_STRING_EQUAL(talk_ask(&talk,
				   "{\"channel\":\"/meta/disconnect\","
				   "\"clientId\":\"%s\"}",
				   id),
	    "[{\"channel\":\"/meta/disconnect\",\"successful\":false,"
	    "\"error\":\"403::Stay\",\"advice\":{\"reconnect\":\"retry\","
	    "\"interval\":70,\"timeout\":30000}}]");
	/* A stranger is nobody to ask about. */
	(void)talk_ask(&talk, "{\"channel\":\"/meta/disconnect\"}");
	CU_ASSERT_EQUAL(judge.asked, 2);
	CU_ASSERT_EQUAL(bx_engine_counts(talk.engine).sessions, 1);
	talk_stop(&talk);
}

static void
rule_33_a_session_that_never_connects_expires(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&talk);
	talk_start(&talk);
	talk_handshake(&talk, id);
	talk_wait(&talk, 9999);
	CU_ASSERT_EQUAL(bx_engine_counts(talk.engine).sessions, 1);
	talk_wait(&talk, 1);
	CU_ASSERT_EQUAL(bx_engine_counts(talk.engine).sessions, 0);
	talk_stop(&talk);
}

static void
rule_60_messages_behind_a_disconnect_are_of_no_session(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	talk_defaults(&talk);
	talk_start(&talk);
	talk_connect(&talk, id);
	CU_ASSERT_STRING_EQUAL(
	    talk_ask(&talk,
		"[{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"},"
		"{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}]",
		id, id),
	    "[{\"channel\":\"/meta/disconnect\",\"successful\":true},"
	    "{\"channel\":\"/a\",\"successful\":false,"
	    "\"error\":\"402::session_unknown\"}]");
	CU_ASSERT_STRING_EQUAL(
	    talk_ask(&talk,
		"{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}", id),
	    "[{\"channel\":\"/meta/disconnect\",\"successful\":false,"
	    "\"error\":\"402::session_unknown\"}]");
	talk_stop(&talk);
}

static const struct unit_test tests[] = {
	{ "rule 27: a handshake reply has all its fields",
	    rule_27_a_handshake_reply_has_all_its_fields },
	{ "rule 26: only a newer major version is refused",
	    rule_26_only_a_newer_major_version_is_refused },
	{ "rule 26: types without any in common are refused",
	    rule_26_types_without_any_in_common_are_refused },
	{ "rule 76: a client's text cannot forge an error's fields",
	    rule_76_a_clients_text_cannot_forge_an_errors_fields },
	{ "rule 16: what is true to JavaScript asks for comments",
	    rule_16_what_is_true_to_javascript_asks_for_comments },
	{ "rule 29: a handshake is the only message of its request",
	    rule_29_a_handshake_is_the_only_message_of_its_request },
	{ "rule 31: a handshake always makes a new session",
	    rule_31_a_handshake_always_makes_a_new_session },
	{ "a full server asks to come back later",
	    a_full_server_asks_to_come_back_later },
	{ "without random bytes there is no session",
	    without_random_bytes_there_is_no_session },
	{ "rule 28: a denied handshake is told to stop",
	    rule_28_a_denied_handshake_is_told_to_stop },
	{ "rule 28: it may be told what the policy likes, but not to retry",
	    a_denied_handshake_may_be_told_anything_but_to_retry },
	{ "whom the policy names goes before the web server's user",
	    whom_the_policy_names_goes_before_the_web_servers_user },
	{ "a disconnect may be denied", a_disconnect_may_be_denied },
	{ "rule 33: a session that never connects expires",
	    rule_33_a_session_that_never_connects_expires },
	{ "rule 60: messages behind a disconnect are of no session",
	    rule_60_messages_behind_a_disconnect_are_of_no_session },
};

UNIT_MAIN("meta", tests)
