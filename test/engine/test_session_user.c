/*
 * test_session_user.c - which user a session is of, and who may use it then.
 */
#include <stdio.h>
#include <string.h>

#include "engine/core.h"
#include "engine/session_user.h"
#include "engine/sessions.h"
#include "engine/user.h"
#include "test/support/house.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define CONNECT "{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}"

static void
log_in(struct talk *talk, const char *user)
{
	memset(talk->visitor.user, 0, sizeof(talk->visitor.user));
	memcpy(talk->visitor.user, user, strlen(user));
}

static struct bx_session *
session_of(struct talk *talk, const char *id)
{
	struct bx_core *core = bx_engine_core(talk->engine);
	struct bx_session *session =
	    bx_session_find_id(core->sessions, id, BX_CLIENT_ID_LENGTH);

	CU_ASSERT_PTR_NOT_NULL_FATAL(session);
	return session;
}

/* May whoever talks now use the session? */
static bool
is_admitted(struct talk *talk, const char *id)
{
	return strstr(talk_ask(talk,
			  "{\"channel\":\"/a\",\"clientId\":\"%s\","
			  "\"data\":1}",
			  id),
		   "402::session_unknown") == NULL;
}

static void
start(struct talk *talk, const char *user, char *id)
{
	talk_defaults(talk);
	talk_start(talk);
	log_in(talk, user);
	talk_handshake(talk, id);
}

static void
a_session_is_of_the_user_who_made_it(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct talk talk;

	start(&talk, "alice", id);
	CU_ASSERT_STRING_EQUAL_FATAL(bx_session_user(session_of(&talk, id)),
	    "alice");
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	log_in(&talk, "bob");
	CU_ASSERT_FALSE(is_admitted(&talk, id));
	log_in(&talk, "alic");
	CU_ASSERT_FALSE(is_admitted(&talk, id));
	log_in(&talk, "");
	CU_ASSERT_FALSE(is_admitted(&talk, id));
	/* As any client that is not known, it is to begin anew. */
	CU_ASSERT_PTR_NOT_NULL(strstr(talk_ask(&talk, CONNECT, id),
	    "\"error\":\"402::session_unknown\",\"advice\":"
	    "{\"reconnect\":\"handshake\""));
	log_in(&talk, "alice");
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	talk_stop(&talk);
}

static void
a_session_that_nobody_made_is_anyone_s(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct talk talk;

	start(&talk, "", id);
	CU_ASSERT_PTR_NULL(bx_session_user(session_of(&talk, id)));
	log_in(&talk, "alice");
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	CU_ASSERT_PTR_NULL(bx_session_user(session_of(&talk, id)));
	talk_stop(&talk);
}

/* Trust is about cookies. */
static void
rule_82_a_login_counts_whatever_cookies_do(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct talk talk;

	talk_defaults(&talk);
	talk.settings.session_binding = BX_BINDING_TRUST;
	talk_start(&talk);
	log_in(&talk, "alice");
	memcpy(talk.visitor.cookie, "cookie00", 8);
	talk.visitor.cookie_len = 8;
	talk.visitor.shown = true;
	talk_handshake(&talk, id);
	log_in(&talk, "bob");
	CU_ASSERT_FALSE(is_admitted(&talk, id));
	log_in(&talk, "alice");
	talk.visitor.cookie_len = 0;
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	talk_stop(&talk);
}

/* Who is not admitted has shown nothing. */
static void
rule_82_another_login_does_not_bind(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct talk talk;

	talk_defaults(&talk);
	talk_start(&talk);
	log_in(&talk, "alice");
	memcpy(talk.visitor.cookie, "cookie00", 8);
	talk.visitor.cookie_len = 8;
	talk_handshake(&talk, id);
	talk.visitor.shown = true;
	log_in(&talk, "bob");
	CU_ASSERT_FALSE(is_admitted(&talk, id));
	talk.visitor.cookie_len = 0;
	talk.visitor.shown = false;
	log_in(&talk, "alice");
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	talk_stop(&talk);
}

static void
a_stream_is_for_the_same_user(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct bx_stream_call call = { .resumes = false };
	struct talk_request request;
	struct talk talk;

	start(&talk, "alice", id);
	call.client_id = (struct bx_slice){ id, BX_CLIENT_ID_LENGTH };
	log_in(&talk, "bob");
	talk_stream(&talk, &request, &call);
	CU_ASSERT_EQUAL(request.outcome, BX_OUTCOME_UNKNOWN);
	talk_lose(&talk, &request);
	log_in(&talk, "alice");
	talk_stream(&talk, &request, &call);
	CU_ASSERT_EQUAL(request.outcome, BX_OUTCOME_REPLIES);
	talk_lose(&talk, &request);
	talk_stop(&talk);
}

static void
a_user_that_was_set_is_not_compared(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct bx_session *session;
	struct talk talk;

	start(&talk, "", id);
	session = session_of(&talk, id);
	CU_ASSERT_EQUAL(bx_session_set_user(session, "carol"), BX_OK);
	CU_ASSERT_STRING_EQUAL_FATAL(bx_session_user(session), "carol");
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	log_in(&talk, "alice");
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	/* Nor one who made the session and is somebody else since. */
	talk_handshake(&talk, id);
	session = session_of(&talk, id);
	CU_ASSERT_EQUAL(bx_session_set_user(session, "carol"), BX_OK);
	log_in(&talk, "bob");
	CU_ASSERT_TRUE(is_admitted(&talk, id));
	CU_ASSERT_EQUAL(bx_session_set_user(session, NULL), BX_OK);
	CU_ASSERT_PTR_NULL(bx_session_user(session));
	talk_stop(&talk);
}

static void
a_name_that_is_none_changes_nothing(void)
{
	struct house house;
	char name[BX_USER_MAX + 2];

	memset(name, 'a', sizeof(name));
	name[BX_USER_MAX + 1] = '\0';
	house_open(&house);
	CU_ASSERT_EQUAL(bx_session_set_user(house.session, "carol"), BX_OK);
	CU_ASSERT_EQUAL(bx_session_set_user(house.session, name), BX_EINVAL);
	CU_ASSERT_EQUAL(bx_session_set_user(house.session, "\n"), BX_EINVAL);
	CU_ASSERT_STRING_EQUAL(bx_session_user(house.session), "carol");
	/* Its own name may be given back to it. */
	CU_ASSERT_EQUAL(bx_session_set_user(house.session,
			    bx_session_user(house.session)),
	    BX_OK);
	CU_ASSERT_STRING_EQUAL(bx_session_user(house.session), "carol");
	CU_ASSERT_EQUAL(bx_session_set_user(house.session, ""), BX_OK);
	CU_ASSERT_PTR_NULL(bx_session_user(house.session));
	house_close(&house);
}

static void
whom_nobody_sets_costs_nothing(void)
{
	static const struct bx_visitor nobody;
	struct house house;
	size_t before;

	house_open(&house);
	before = unit_allocations();
	CU_ASSERT_EQUAL(bx_session_set_login(house.session, &nobody), BX_OK);
	CU_ASSERT_EQUAL(bx_session_set_user(house.session, ""), BX_OK);
	CU_ASSERT_EQUAL(unit_allocations(), before);
	house_close(&house);
}

static void
without_memory_it_is_whose_it_was(void)
{
	struct house house;
	size_t nth;

	/* The block that few sessions have, and the name itself. */
	for (nth = 1; nth <= 2; nth++) {
		house_open(&house);
		unit_fail_allocation(nth);
		CU_ASSERT_EQUAL(bx_session_set_user(house.session, "carol"),
		    BX_ENOMEM);
		CU_ASSERT_PTR_NULL(bx_session_user(house.session));
		house_close(&house);
	}
	house_open(&house);
	CU_ASSERT_EQUAL(bx_session_set_user(house.session, "alice"), BX_OK);
	unit_fail_allocation(1);
	CU_ASSERT_EQUAL(bx_session_set_user(house.session, "carol"),
	    BX_ENOMEM);
	CU_ASSERT_STRING_EQUAL(bx_session_user(house.session), "alice");
	house_close(&house);
}

static bool
shake_hands(void *ctx)
{
	struct talk *talk = ctx;
	struct talk_request request;
	const char *text = "{\"channel\":\"/meta/handshake\"}";
	bool done;

	if (talk_try(talk, &request, text, strlen(text)) != BX_OK)
		return false;
	talk_drain(talk);
	done = request.ready && request.outcome == BX_OUTCOME_REPLIES;
	if (request.exchange != NULL)
		talk_lose(talk, &request);
	bx_sessions_end_all(bx_engine_core(talk->engine)->sessions);
	return done;
}

static void
a_handshake_that_cannot_keep_its_user_makes_no_session(void)
{
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];

	start(&talk, "alice", id);
	/* What the tables allocate once and for all. */
	bx_sessions_end_all(bx_engine_core(talk.engine)->sessions);
	CU_ASSERT_TRUE(unit_fail_each(shake_hands, &talk) > 2);
	talk_stop(&talk);
}

static void
the_log_says_whose_a_new_session_is(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	char expected[128];
	struct talk talk;

	start(&talk, "", id);
	(void)snprintf(expected, sizeof(expected),
	    "event=handshake session=%.8s", id);
	CU_ASSERT_STRING_EQUAL(unit_last_log(), expected);
	log_in(&talk, "a\"b\\c d");
	talk_handshake(&talk, id);
	(void)snprintf(expected, sizeof(expected),
	    "event=handshake session=%.8s user=\"a\\\"b\\\\c d\"", id);
	CU_ASSERT_STRING_EQUAL(unit_last_log(), expected);
	talk_stop(&talk);
}

static void
the_log_has_room_for_every_name(void)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	char name[BX_USER_MAX + 1];
	struct talk talk;
	size_t len;

	memset(name, '"', BX_USER_MAX);
	name[BX_USER_MAX] = '\0';
	start(&talk, name, id);
	len = strlen(unit_last_log());
	CU_ASSERT_EQUAL(unit_last_log()[len - 1], '"');
	CU_ASSERT_EQUAL(len,
	    strlen("event=handshake session=12345678 user=\"\"") +
		2 * BX_USER_MAX);
	talk_stop(&talk);
}

static const struct unit_test tests[] = {
	{ "a session is of the user who made it",
	    a_session_is_of_the_user_who_made_it },
	{ "a session that nobody made is anyone's",
	    a_session_that_nobody_made_is_anyone_s },
	{ "rule 82: a login counts, whatever cookies do",
	    rule_82_a_login_counts_whatever_cookies_do },
	{ "rule 82: another login does not bind",
	    rule_82_another_login_does_not_bind },
	{ "a stream is for the same user", a_stream_is_for_the_same_user },
	{ "a user that was set is not compared",
	    a_user_that_was_set_is_not_compared },
	{ "a name that is none changes nothing",
	    a_name_that_is_none_changes_nothing },
	{ "whom nobody sets costs nothing", whom_nobody_sets_costs_nothing },
	{ "without memory it is whose it was",
	    without_memory_it_is_whose_it_was },
	{ "a handshake that cannot keep its user makes no session",
	    a_handshake_that_cannot_keep_its_user_makes_no_session },
	{ "the log says whose a new session is",
	    the_log_says_whose_a_new_session_is },
	{ "the log has room for every name", the_log_has_room_for_every_name },
};

UNIT_MAIN("session_user", tests)
