/*
 * test_stream.c - an exchange that is answered again and again.
 */
#include <string.h>

#include "engine/core.h"
#include "engine/session_queue.h"
#include "engine/ticket.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

#define LOST(advice) \
	"[{\"channel\":\"/meta/connect\",\"successful\":false," \
	"\"error\":\"402::session_unknown\",\"advice\":{" \
	"\"reconnect\":\"handshake\",\"interval\":" advice "}}]"

/* A client that is subscribed to /a, and its stream. */
struct listener {
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct talk_request stream;
};

static void
start(struct listener *listener)
{
	struct talk *talk = &listener->talk;

	talk_defaults(talk);
	talk_start(talk);
	talk_connect(talk, listener->id);
	(void)talk_ask(talk,
	    "{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"subscription\":\"/a\"}",
	    listener->id);
}

static void
open(struct listener *listener, const struct bx_stream_call *how)
{
	struct bx_stream_call call = { { NULL, 0 }, 0, false };

	if (how != NULL)
		call = *how;
	if (call.client_id.at == NULL)
		call.client_id =
		    (struct bx_slice){ listener->id, BX_CLIENT_ID_LENGTH };
	talk_stream(&listener->talk, &listener->stream, &call);
}

/* Start, and have the first answer written. */
static void
listen(struct listener *listener)
{
	start(listener);
	open(listener, NULL);
	CU_ASSERT_TRUE(listener->stream.ready);
	CU_ASSERT_TRUE(listener->stream.answer.is_first);
	CU_ASSERT_STRING_EQUAL(listener->stream.text, "[]");
	talk_sent(&listener->talk, &listener->stream);
	CU_ASSERT_FALSE(listener->stream.ready);
}

static void
stop(struct listener *listener)
{
	talk_lose(&listener->talk, &listener->stream);
	talk_stop(&listener->talk);
}

/* Publish as the client itself; what it is answered. */
static const char *
publish(struct listener *listener, int data)
{
	return talk_ask(&listener->talk,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":%d}",
	    listener->id, data);
}

static void
events_go_out_one_after_the_other_on_one_exchange(void)
{
	struct listener listener;

	listen(&listener);
	CU_ASSERT_STRING_EQUAL(publish(&listener, 1),
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	CU_ASSERT_STRING_EQUAL(listener.stream.text,
	    "[{\"channel\":\"/a\",\"data\":1}]");
	CU_ASSERT_EQUAL(listener.stream.answer.event, 1);
	CU_ASSERT_FALSE(listener.stream.answer.is_first);
	CU_ASSERT_FALSE(listener.stream.answer.is_last);
	(void)publish(&listener, 2);
	(void)publish(&listener, 3);
	CU_ASSERT_EQUAL(listener.stream.answers, 2);
	talk_sent(&listener.talk, &listener.stream);
	CU_ASSERT_STRING_EQUAL(listener.stream.text,
	    "[{\"channel\":\"/a\",\"data\":2},"
	    "{\"channel\":\"/a\",\"data\":3}]");
	CU_ASSERT_EQUAL(listener.stream.answer.event, 2);
	talk_sent(&listener.talk, &listener.stream);
	CU_ASSERT_FALSE(listener.stream.ready);
	stop(&listener);
}

static void
a_sign_of_life_has_no_messages(void)
{
	struct listener listener;

	listen(&listener);
	talk_wait(&listener.talk, 9999);
	CU_ASSERT_FALSE(listener.stream.ready);
	talk_wait(&listener.talk, 1);
	CU_ASSERT_TRUE(listener.stream.ready);
	CU_ASSERT_STRING_EQUAL(listener.stream.text, "[]");
	CU_ASSERT_FALSE(listener.stream.answer.is_last);
	stop(&listener);
}

static void
rule_92_a_stream_is_for_its_own_session_alone(void)
{
	static const char *const ids[] = { "", "x",
		"0123456789012345678901234567890123",
		"00000000000000000000000000000000" };
	struct listener listener;
	struct bx_stream_call call = { { NULL, 0 }, 0, false };
	size_t i;

	start(&listener);
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		call.client_id = (struct bx_slice){ ids[i], strlen(ids[i]) };
		open(&listener, &call);
		CU_ASSERT_EQUAL(listener.stream.outcome, BX_OUTCOME_UNKNOWN);
		CU_ASSERT_TRUE(listener.stream.answer.is_last);
		talk_lose(&listener.talk, &listener.stream);
	}
	stop(&listener);
}

static void
rule_81_a_stream_wants_its_browsers_cookie(void)
{
	struct listener listener;

	talk_defaults(&listener.talk);
	listener.talk.visitor = (struct bx_visitor){ .cookie = "cookie00",
		.cookie_len = 8,
		.shown = true };
	talk_start(&listener.talk);
	talk_connect(&listener.talk, listener.id);
	memcpy(listener.talk.visitor.cookie, "cookie11", 8);
	open(&listener, NULL);
	CU_ASSERT_EQUAL(listener.stream.outcome, BX_OUTCOME_UNKNOWN);
	talk_lose(&listener.talk, &listener.stream);
	memcpy(listener.talk.visitor.cookie, "cookie00", 8);
	open(&listener, NULL);
	CU_ASSERT_EQUAL(listener.stream.outcome, BX_OUTCOME_REPLIES);
	stop(&listener);
}

static void
rule_46_a_browser_has_so_many_and_no_more(void)
{
	struct listener listener;

	talk_defaults(&listener.talk);
	listener.talk.visitor = (struct bx_visitor){ .cookie = "cookie00",
		.cookie_len = 8,
		.shown = true };
	listener.talk.settings.max_sessions_per_browser = 0;
	talk_start(&listener.talk);
	talk_connect(&listener.talk, listener.id);
	open(&listener, NULL);
	CU_ASSERT_EQUAL(listener.stream.outcome, BX_OUTCOME_CROWDED);
	stop(&listener);
}

static void
a_lost_answer_comes_again_and_nothing_else_does(void)
{
	struct listener listener;
	const struct bx_stream_call resume = { { NULL, 0 }, 1, true };

	listen(&listener);
	(void)publish(&listener, 1);
	talk_sent(&listener.talk, &listener.stream);
	(void)publish(&listener, 2);
	talk_sent(&listener.talk, &listener.stream);
	(void)publish(&listener, 3);
	talk_lose(&listener.talk, &listener.stream);
	(void)publish(&listener, 4);

	open(&listener, &resume);
	CU_ASSERT_EQUAL(listener.stream.answer.event, 1);
	talk_sent(&listener.talk, &listener.stream);
	CU_ASSERT_STRING_EQUAL(listener.stream.text,
	    "[{\"channel\":\"/a\",\"data\":2},"
	    "{\"channel\":\"/a\",\"data\":3},"
	    "{\"channel\":\"/a\",\"data\":4}]");
	CU_ASSERT_EQUAL(listener.stream.answer.event, 4);
	stop(&listener);
}

static const char *
connect(struct listener *listener)
{
	return talk_ask(&listener->talk,
	    "[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\","
	    "\"advice\":{\"timeout\":0}}]",
	    listener->id);
}

static void
other_replies_bring_what_waits_when_the_stream_is_away_for_long(void)
{
	struct listener listener;

	listen(&listener);
	talk_lose(&listener.talk, &listener.stream);
	CU_ASSERT_STRING_EQUAL(publish(&listener, 1),
	    "[{\"channel\":\"/a\",\"data\":1},"
	    "{\"channel\":\"/a\",\"successful\":true}]");
	open(&listener, NULL);
	talk_sent(&listener.talk, &listener.stream);
	(void)publish(&listener, 2);
	talk_sent(&listener.talk, &listener.stream);
	talk_lose(&listener.talk, &listener.stream);
	/* 2 may still be asked for, and 3 does not overtake it. */
	(void)publish(&listener, 3);
	CU_ASSERT_PTR_NULL(strstr(connect(&listener), "\"data\""));
	talk_wait(&listener.talk, 9000);
	CU_ASSERT_PTR_NULL(strstr(connect(&listener), "\"data\""));
	talk_wait(&listener.talk, 5999);
	CU_ASSERT_PTR_NULL(strstr(connect(&listener), "\"data\""));
	talk_wait(&listener.talk, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(connect(&listener), "\"data\":3"));
	stop(&listener);
}

static void
rule_58_a_disconnect_ends_the_stream_with_what_waits(void)
{
	struct listener listener;

	listen(&listener);
	CU_ASSERT_STRING_EQUAL(
	    talk_ask(&listener.talk,
		"[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1},"
		"{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\"}]",
		listener.id, listener.id),
	    "[{\"channel\":\"/a\",\"successful\":true},"
	    "{\"channel\":\"/meta/disconnect\",\"successful\":true}]");
	CU_ASSERT_STRING_EQUAL(listener.stream.text,
	    "[{\"channel\":\"/a\",\"data\":1}]");
	CU_ASSERT_TRUE(listener.stream.answer.is_last);
	talk_deliver(&listener.talk, &listener.stream);
	stop(&listener);
}

static void
a_client_is_told_when_its_session_is_lost(void)
{
	struct listener listener;
	int i;

	listen(&listener);
	listener.talk.settings.max_queue_messages = 1;
	for (i = 0; i < 3; i++)
		(void)publish(&listener, i);
	talk_sent(&listener.talk, &listener.stream);
	CU_ASSERT_TRUE(listener.stream.answer.is_last);
	CU_ASSERT_STRING_EQUAL(listener.stream.text, LOST("0"));
	CU_ASSERT_EQUAL(listener.stream.answer.event, 0);
	stop(&listener);
}

static void
rule_59_a_client_that_is_to_go_is_told_to_stay_away(void)
{
	struct listener listener;
	struct bx_core *core;

	listen(&listener);
	core = bx_engine_core(listener.talk.engine);
	bx_session_kick(bx_session_find_id(core->sessions, listener.id,
	    BX_CLIENT_ID_LENGTH));
	talk_drain(&listener.talk);
	CU_ASSERT_TRUE(listener.stream.answer.is_last);
	CU_ASSERT_STRING_EQUAL(listener.stream.text,
	    "[{\"channel\":\"/meta/disconnect\",\"successful\":true},"
	    "{\"channel\":\"/meta/connect\",\"successful\":true,"
	    "\"advice\":{\"reconnect\":\"none\",\"interval\":0,"
	    "\"timeout\":30000}}]");
	stop(&listener);
}

static void
and_at_a_shutdown_to_come_back_later(void)
{
	struct listener listener;

	listen(&listener);
	bx_engine_shut_down(listener.talk.engine, 0);
	talk_drain(&listener.talk);
	CU_ASSERT_TRUE(listener.stream.answer.is_last);
	CU_ASSERT_STRING_EQUAL(listener.stream.text,
	    LOST("0,\"timeout\":30000"));
	stop(&listener);
}

static void
a_superseded_stream_just_ends(void)
{
	struct listener listener;
	struct talk_request newer;
	struct bx_stream_call call = { { NULL, 0 }, 0, false };

	listen(&listener);
	call.client_id = (struct bx_slice){ listener.id, BX_CLIENT_ID_LENGTH };
	talk_stream(&listener.talk, &newer, &call);
	CU_ASSERT_TRUE(listener.stream.ready);
	CU_ASSERT_TRUE(listener.stream.answer.is_last);
	CU_ASSERT_STRING_EQUAL(listener.stream.text, "[]");
	talk_lose(&listener.talk, &newer);
	stop(&listener);
}

/* Open a stream; false: it was refused for want of memory. */
static bool
try_to_open(struct listener *listener)
{
	struct talk *talk = &listener->talk;
	struct talk_request *stream = &listener->stream;
	struct bx_stream_call call = { { listener->id, BX_CLIENT_ID_LENGTH },
		0, false };
	bool done;

	memset(stream, 0, sizeof(*stream));
	stream->exchange = bx_exchange_open(bx_engine_core(talk->engine),
	    talk->transport, stream);
	if (stream->exchange == NULL)
		return false;
	done = bx_stream_ask(stream->exchange, &call) == BX_OK;
	if (done) {
		bx_exchange_start(stream->exchange, talk->now);
		talk_drain(talk);
		done = stream->outcome == BX_OUTCOME_REPLIES;
		CU_ASSERT_TRUE(
		    done || stream->outcome == BX_OUTCOME_NO_MEMORY);
	}
	talk_lose(talk, stream);
	return done;
}

/* Everything anew each time, as tables keep room once they have it. */
static void
without_memory_a_stream_is_refused(void)
{
	struct listener listener;
	size_t failing = 0;
	bool done;

	do {
		start(&listener);
		unit_fail_allocation(++failing);
		done = try_to_open(&listener);
		unit_fail_allocation(0);
		talk_stop(&listener.talk);
	} while (!done);
	/* One more where no input is kept. */
	CU_ASSERT_EQUAL(failing, BX_BUF_SPARE_MAX > 0 ? 6 : 7);
}

static void
without_memory_a_client_is_not_told_of_the_end(void)
{
	struct listener listener;

	listen(&listener);
	unit_fail_allocation(1);
	bx_engine_shut_down(listener.talk.engine, 0);
	talk_drain(&listener.talk);
	CU_ASSERT_TRUE(unit_has_failed());
	CU_ASSERT_TRUE(listener.stream.answer.is_last);
	CU_ASSERT_STRING_EQUAL(listener.stream.text, "[]");
	stop(&listener);
}

/* A policy that says so of every connect. */
struct policy {
	enum bx_verdict verdict;
	struct bx_ticket *ticket;
};

static enum bx_verdict
judge(struct bx_question *question, void *ctx)
{
	struct policy *policy = ctx;

	if (question->operation != BX_OPERATION_CONNECT)
		return BX_VERDICT_ABSTAIN;
	CU_ASSERT_TRUE(bx_slice_is(question->channel, "/meta/connect"));
	CU_ASSERT_PTR_NOT_NULL(question->session);
	if (policy->verdict == BX_VERDICT_PENDING)
		policy->ticket = bx_ticket_take(question);
	return policy->verdict;
}

static void
start_with_policy(struct listener *listener, struct policy *policy)
{
	uint64_t handle;

	start(listener);
	CU_ASSERT_EQUAL_FATAL(bx_hooks_add_policy(bx_engine_hooks(
						      listener->talk.engine),
				  judge, policy, &handle),
	    BX_OK);
	open(listener, NULL);
}

static void
who_may_not_connect_may_not_have_a_stream(void)
{
	struct policy policy = { BX_VERDICT_DENY, NULL };
	struct listener listener;

	start_with_policy(&listener, &policy);
	CU_ASSERT_TRUE(listener.stream.ready);
	CU_ASSERT_EQUAL(listener.stream.outcome, BX_OUTCOME_UNKNOWN);
	stop(&listener);
}

static void
a_stream_can_wait_for_a_verdict(void)
{
	struct policy policy = { BX_VERDICT_PENDING, NULL };
	const struct bx_ruling yes = { .verdict = BX_VERDICT_ALLOW };
	const struct bx_ruling no = { .verdict = BX_VERDICT_DENY };
	struct listener listener;

	start_with_policy(&listener, &policy);
	CU_ASSERT_FALSE(listener.stream.ready);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy.ticket);
	talk_wait(&listener.talk, 60000);
	bx_ticket_resolve(policy.ticket, &yes, listener.talk.now);
	talk_drain(&listener.talk);
	CU_ASSERT_TRUE(listener.stream.answer.is_first);
	talk_sent(&listener.talk, &listener.stream);
	(void)publish(&listener, 1);
	CU_ASSERT_STRING_EQUAL(listener.stream.text,
	    "[{\"channel\":\"/a\",\"data\":1}]");
	stop(&listener);

	start_with_policy(&listener, &policy);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy.ticket);
	bx_ticket_resolve(policy.ticket, &no, listener.talk.now);
	talk_drain(&listener.talk);
	CU_ASSERT_EQUAL(listener.stream.outcome, BX_OUTCOME_UNKNOWN);
	stop(&listener);

	/* Its client leaves before. */
	start_with_policy(&listener, &policy);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy.ticket);
	talk_lose(&listener.talk, &listener.stream);
	bx_ticket_resolve(policy.ticket, &yes, listener.talk.now);
	talk_drain(&listener.talk);
	talk_stop(&listener.talk);
}

static const struct unit_test tests[] = {
	{ "events go out one after the other, on one exchange",
	    events_go_out_one_after_the_other_on_one_exchange },
	{ "a sign of life has no messages", a_sign_of_life_has_no_messages },
	{ "rule 92: a stream is for its own session alone",
	    rule_92_a_stream_is_for_its_own_session_alone },
	{ "rule 81: a stream wants its browser's cookie",
	    rule_81_a_stream_wants_its_browsers_cookie },
	{ "rule 46: a browser has so many, and no more",
	    rule_46_a_browser_has_so_many_and_no_more },
	{ "a lost answer comes again, and nothing else does",
	    a_lost_answer_comes_again_and_nothing_else_does },
	{ "other replies bring what waits when the stream is away for long",
	    other_replies_bring_what_waits_when_the_stream_is_away_for_long },
	{ "rule 58: a disconnect ends the stream, with what waits",
	    rule_58_a_disconnect_ends_the_stream_with_what_waits },
	{ "a client is told when its session is lost",
	    a_client_is_told_when_its_session_is_lost },
	{ "rule 59: a client that is to go is told to stay away",
	    rule_59_a_client_that_is_to_go_is_told_to_stay_away },
	{ "and at a shutdown to come back later",
	    and_at_a_shutdown_to_come_back_later },
	{ "a superseded stream just ends", a_superseded_stream_just_ends },
	{ "who may not connect may not have a stream",
	    who_may_not_connect_may_not_have_a_stream },
	{ "a stream can wait for a verdict", a_stream_can_wait_for_a_verdict },
	{ "without memory a stream is refused",
	    without_memory_a_stream_is_refused },
	{ "without memory a client is not told of the end",
	    without_memory_a_client_is_not_told_of_the_end },
};

UNIT_MAIN("stream", tests)
