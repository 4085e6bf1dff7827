/*
 * test_ticket.c - verdicts that come later, and what becomes of them.
 */
#include <stdio.h>
#include <string.h>

#include "engine/ticket.h"
#include "test/support/talk.h"
#include "test/support/unit.h"

static const struct bx_ruling allowed = { .verdict = BX_VERDICT_ALLOW };

/* A host that parks each publish and each handshake it is asked about. */
static struct bench {
	struct talk talk;
	char id[BX_CLIENT_ID_LENGTH + 1];
	bool parks;
	bool resolves_at_once; /* by at_once */
	bool allows_the_first; /* and keeps its ticket all the same */
	const struct bx_ruling *at_once;
	struct bx_ticket *ticket; /* the newest */
	struct bx_ticket *kept;	  /* of the first */
	struct bx_ticket *second; /* what it was given when it asked again */
	int asked;
} bench;

static enum bx_verdict
judge(struct bx_question *question, void *ctx)
{
	(void)ctx;
	if (!bench.parks ||
	    (question->operation != BX_OPERATION_PUBLISH &&
		question->operation != BX_OPERATION_HANDSHAKE))
		return BX_VERDICT_ABSTAIN;
	bench.asked++;
	bench.ticket = bx_ticket_take(question);
	if (bench.ticket == NULL)
		return BX_VERDICT_DENY;
	bench.second = bx_ticket_take(question);
	if (bench.resolves_at_once)
		bx_ticket_resolve(bench.ticket, bench.at_once, bench.talk.now);
	if (bench.allows_the_first && bench.asked == 1) {
		bench.kept = bench.ticket;
		return BX_VERDICT_ALLOW;
	}
	return BX_VERDICT_PENDING;
}

static void
open_bench(void)
{
	uint64_t handle;

	memset(&bench, 0, sizeof(bench));
	talk_defaults(&bench.talk);
	talk_start(&bench.talk);
	CU_ASSERT_EQUAL_FATAL(bx_hooks_add_policy(bx_engine_hooks(
						      bench.talk.engine),
				  judge, NULL, &handle),
	    BX_OK);
	talk_connect(&bench.talk, bench.id);
	bench.parks = true;
}

static void
publish(struct talk_request *request)
{
	talk_send(&bench.talk, request,
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}", bench.id);
	talk_drain(&bench.talk);
}

/* Resolve the ticket, and expect the answer. */
static void
check(struct talk_request *request, const struct bx_ruling *ruling,
    const char *expected)
{
	CU_ASSERT_FALSE(request->ready);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bench.ticket);
	bx_ticket_resolve(bench.ticket, ruling, bench.talk.now);
	CU_ASSERT_TRUE(bx_engine_has_ready(bench.talk.engine));
	talk_drain(&bench.talk);
	CU_ASSERT_STRING_EQUAL(request->text, expected);
	talk_deliver(&bench.talk, request);
}

static void
a_verdict_comes_with_its_words_and_advice(void)
{
	const struct bx_denial denial = {
		.error = "499:a:Not \"you\"\xff",
		.advises = true,
		.reconnect = BX_RECONNECT_RETRY,
		.interval = 70,
	};
	const struct bx_ruling denied = { BX_VERDICT_DENY, &denial, NULL };
	const struct bx_ruling silent = { BX_VERDICT_DENY, NULL, NULL };
	const struct bx_ruling pending = { BX_VERDICT_PENDING, NULL, NULL };
	struct talk_request request;

	open_bench();
	publish(&request);
	check(&request, &allowed,
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	publish(&request);
	check(&request, &denied,
	    "[{\"channel\":\"/a\",\"successful\":false,"
	    "\"error\":\"499:a:Not \\\"you\\\"\xef\xbf\xbd\","
	    "\"advice\":{\"reconnect\":\"retry\",\"interval\":70,"
	    "\"timeout\":30000}}]");
	publish(&request);
	check(&request, &silent,
	    "[{\"channel\":\"/a\",\"successful\":false,\"error\":"
	    "\"403:denied_by_security_policy:publish_denied\"}]");
	publish(&request);
	check(&request, &pending,
	    "[{\"channel\":\"/a\",\"successful\":false,\"error\":"
	    "\"403:denied_by_security_policy:publish_denied\"}]");
	CU_ASSERT_EQUAL(bench.asked, 4);
	talk_stop(&bench.talk);
}

static void
a_question_is_parked_once(void)
{
	struct talk_request request;

	open_bench();
	publish(&request);
	CU_ASSERT_PTR_NOT_NULL(bench.ticket);
	CU_ASSERT_PTR_NULL(bench.second);
	check(&request, &allowed,
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	talk_stop(&bench.talk);
}

static void
a_verdict_that_comes_within_the_callback_is_not_late(void)
{
	const struct bx_denial denial = { .error = "499::at once" };
	const struct bx_ruling denied = { BX_VERDICT_DENY, &denial, NULL };
	struct talk_request request;

	open_bench();
	bench.resolves_at_once = true;
	bench.at_once = &allowed;
	publish(&request);
	CU_ASSERT_STRING_EQUAL(request.text,
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	talk_deliver(&bench.talk, &request);
	bench.at_once = &denied;
	publish(&request);
	CU_ASSERT_STRING_EQUAL(request.text,
	    "[{\"channel\":\"/a\",\"successful\":false,"
	    "\"error\":\"499::at once\"}]");
	talk_deliver(&bench.talk, &request);
	CU_ASSERT_EQUAL(bench.asked, 2);
	talk_stop(&bench.talk);
}

/* That it should not have returned so is its own affair. */
static void
a_verdict_for_one_message_is_none_for_the_next(void)
{
	const struct bx_ruling denied = { BX_VERDICT_DENY, NULL, NULL };
	struct talk_request request;

	open_bench();
	bench.allows_the_first = true;
	talk_send(&bench.talk, &request,
	    "[{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1},"
	    "{\"channel\":\"/b\",\"clientId\":\"%s\",\"data\":2}]",
	    bench.id, bench.id);
	talk_drain(&bench.talk);
	CU_ASSERT_EQUAL_FATAL(bench.asked, 2);
	bx_ticket_resolve(bench.kept, &denied, bench.talk.now);
	talk_drain(&bench.talk);
	check(&request, &allowed,
	    "[{\"channel\":\"/a\",\"successful\":true},"
	    "{\"channel\":\"/b\",\"successful\":true}]");
	talk_stop(&bench.talk);
}

/* Publish with the nth allocation failing; did one fail? */
static bool
publish_without(size_t nth, struct talk_request *request)
{
	char text[256];
	int len = snprintf(text, sizeof(text),
	    "{\"channel\":\"/a\",\"clientId\":\"%s\",\"data\":1}", bench.id);
	bool failed;

	CU_ASSERT_FATAL(len > 0 && (size_t)len < sizeof(text));
	bench.ticket = NULL;
	bench.asked = 0;
	unit_fail_allocation(nth);
	if (talk_try(&bench.talk, request, text, (size_t)len) == BX_OK)
		talk_drain(&bench.talk);
	failed = unit_has_failed();
	unit_fail_allocation(0);
	return failed;
}

static void
without_memory_nothing_is_parked(void)
{
	struct talk_request request;
	bool is_refused = false;
	size_t nth;

	open_bench();
	for (nth = 1; publish_without(nth, &request); nth++) {
		if (bench.asked > 0 && bench.ticket == NULL) {
			CU_ASSERT_STRING_EQUAL(request.text,
			    "[{\"channel\":\"/a\",\"successful\":false,"
			    "\"error\":\"403:denied_by_security_policy:"
			    "publish_denied\"}]");
			is_refused = true;
		}
		talk_lose(&bench.talk, &request);
		if (bench.ticket != NULL)
			bx_ticket_resolve(bench.ticket, &allowed, 0);
	}
	CU_ASSERT_TRUE(is_refused);
	check(&request, &allowed,
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	talk_stop(&bench.talk);
}

static void
a_late_verdict_on_a_handshake_says_whose_it_is(void)
{
	const struct bx_ruling ada = { BX_VERDICT_ALLOW, NULL, "ada" };
	const struct bx_ruling broken = { BX_VERDICT_ALLOW, NULL, "a\nda" };
	struct talk_request request;

	open_bench();
	talk_send(&bench.talk, &request, "{\"channel\":\"/meta/handshake\"}");
	CU_ASSERT_PTR_NOT_NULL_FATAL(bench.ticket);
	bx_ticket_resolve(bench.ticket, &ada, bench.talk.now);
	talk_drain(&bench.talk);
	CU_ASSERT_PTR_NOT_NULL(strstr(request.text, "\"successful\":true"));
	CU_ASSERT_PTR_NOT_NULL(strstr(unit_last_log(), " user=\"ada\""));
	talk_deliver(&bench.talk, &request);
	talk_send(&bench.talk, &request, "{\"channel\":\"/meta/handshake\"}");
	bx_ticket_resolve(bench.ticket, &broken, bench.talk.now);
	talk_drain(&bench.talk);
	CU_ASSERT_PTR_NOT_NULL(strstr(request.text,
	    "\"successful\":false,\"error\":\"403::handshake_denied\","
	    "\"advice\":{\"reconnect\":\"none\""));
	talk_deliver(&bench.talk, &request);
	talk_stop(&bench.talk);
}

static void
a_ticket_whose_request_is_gone_is_resolved_all_the_same(void)
{
	struct talk_request request;

	open_bench();
	publish(&request);
	talk_lose(&bench.talk, &request);
	bx_ticket_resolve(bench.ticket, &allowed, bench.talk.now);
	CU_ASSERT_FALSE(bx_engine_has_ready(bench.talk.engine));
	publish(&request);
	talk_lose(&bench.talk, &request);
	talk_stop(&bench.talk);
	bx_ticket_resolve(bench.ticket, &allowed, bench.talk.now);
}

static void
a_request_that_is_closed_after_the_verdict_does_not_go_on(void)
{
	struct talk_request request;

	open_bench();
	publish(&request);
	bx_ticket_resolve(bench.ticket, &allowed, bench.talk.now);
	talk_lose(&bench.talk, &request);
	CU_ASSERT_FALSE(bx_engine_has_ready(bench.talk.engine));
	CU_ASSERT_EQUAL(bx_engine_counts(bench.talk.engine).published, 0);
	talk_stop(&bench.talk);
}

static void
a_ticket_is_off_the_list_when_it_is_resolved(void)
{
	struct talk_request request;
	struct bx_list list;

	open_bench();
	bx_list_init(&list);
	publish(&request);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bench.ticket);
	bx_list_append(&list, bx_ticket_link(bench.ticket));
	CU_ASSERT_PTR_EQUAL(bx_ticket_of_link(list.next), bench.ticket);
	check(&request, &allowed,
	    "[{\"channel\":\"/a\",\"successful\":true}]");
	CU_ASSERT_TRUE(bx_list_is_empty(&list));
	talk_stop(&bench.talk);
}

static void
who_is_denied_early_is_answered_and_the_ticket_stays(void)
{
	struct talk_request request;

	open_bench();
	publish(&request);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bench.ticket);
	bx_ticket_deny(bench.ticket, bench.talk.now);
	talk_drain(&bench.talk);
	CU_ASSERT_STRING_EQUAL(request.text,
	    "[{\"channel\":\"/a\",\"successful\":false,\"error\":"
	    "\"403:denied_by_security_policy:publish_denied\"}]");
	talk_deliver(&bench.talk, &request);
	/* Nobody waits, be it told again or resolved. */
	bx_ticket_deny(bench.ticket, bench.talk.now);
	bx_ticket_resolve(bench.ticket, &allowed, bench.talk.now);
	CU_ASSERT_FALSE(bx_engine_has_ready(bench.talk.engine));
	talk_stop(&bench.talk);
}

static const struct unit_test tests[] = {
	{ "a verdict comes with its words and advice",
	    a_verdict_comes_with_its_words_and_advice },
	{ "a question is parked once", a_question_is_parked_once },
	{ "a verdict for one message is none for the next",
	    a_verdict_for_one_message_is_none_for_the_next },
	{ "a verdict that comes within the callback is not late",
	    a_verdict_that_comes_within_the_callback_is_not_late },
	{ "without memory nothing is parked",
	    without_memory_nothing_is_parked },
	{ "a late verdict on a handshake says whose it is",
	    a_late_verdict_on_a_handshake_says_whose_it_is },
	{ "a ticket whose request is gone is resolved all the same",
	    a_ticket_whose_request_is_gone_is_resolved_all_the_same },
	{ "a request that is closed after the verdict does not go on",
	    a_request_that_is_closed_after_the_verdict_does_not_go_on },
	{ "who is denied early is answered, and the ticket stays",
	    who_is_denied_early_is_answered_and_the_ticket_stays },
	{ "a ticket is off the list when it is resolved",
	    a_ticket_is_off_the_list_when_it_is_resolved },
};

UNIT_MAIN("ticket", tests)
