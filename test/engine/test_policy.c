/*
 * test_policy.c - defaults, callbacks and verdicts that come later.
 */
#include <string.h>

#include "engine/policy.h"
#include "test/support/unit.h"

/* What a callback says next, and how often it was asked. */
struct answer {
	enum bx_verdict verdict;
	const char *reason;
	bool park;
	int asked;
};

/* Parks by hand, as exchange.c does: only that it is set matters here. */
static enum bx_verdict
reply(struct bx_question *question, void *ctx)
{
	struct answer *answer = ctx;
	struct bx_asker *asker = question->asker;

	answer->asked++;
	question->reason = answer->reason;
	if (answer->park)
		asker->ticket = ctx;
	return answer->verdict;
}

struct court {
	struct bx_hooks *hooks;
	struct bx_asker asker;
	struct answer first;
	struct answer second;
	const char *reason;
	char error[BX_ERROR_TEXT_MAX];
	char user[BX_USER_MAX + 1];
	uint64_t handles[2]; /* of first and second */
};

static void
open_court(struct court *court)
{
	const uint64_t seed[2] = { 5, 6 };

	memset(court, 0, sizeof(*court));
	court->hooks = bx_hooks_new(unit_env(), seed);
	CU_ASSERT_PTR_NOT_NULL_FATAL(court->hooks);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(court->hooks, reply, &court->first,
			    &court->handles[0]),
	    BX_OK);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(court->hooks, reply,
			    &court->second, &court->handles[1]),
	    BX_OK);
	bx_asker_init(&court->asker);
}

static void
close_callbacks(struct court *court)
{
	bx_hooks_remove_policy(court->hooks, court->handles[0]);
	bx_hooks_remove_policy(court->hooks, court->handles[1]);
}

static enum bx_verdict
ask(struct court *court, enum bx_operation operation, const char *channel,
    size_t place)
{
	struct bx_channel_name name;
	struct bx_question question = { .operation = operation };
	enum bx_verdict verdict;

	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&name, channel,
				  strlen(channel), 100, 10),
	    BX_OK);
	question.channel = (struct bx_slice){ name.text, name.len };
	question.is_meta = name.kind == BX_CHANNEL_META;
	verdict = bx_policy_ask(court->hooks, &court->asker, place, &question);
	court->reason = question.reason;
	(void)strcpy(court->error, question.denial.error);
	(void)strcpy(court->user, question.user);
	return verdict;
}

static void
by_default_all_but_meta_is_allowed(void)
{
	struct court court;

	open_court(&court);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_HANDSHAKE, "/x", 0),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_SUBSCRIBE, "/a/**", 1),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_PUBLISH, "/service/a", 2),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_SUBSCRIBE, "/meta/a", 3),
	    BX_VERDICT_DENY);
	CU_ASSERT_STRING_EQUAL(court.reason, "denied_by_security_policy");
	bx_hooks_free(court.hooks);
}

static void
what_was_granted_is_not_asked_again(void)
{
	struct court court;

	open_court(&court);
	court.first.verdict = BX_VERDICT_ALLOW;
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_CREATE, "/meta/a", 0),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_CREATE, "/meta/a", 0),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_EQUAL(court.first.asked, 1);
	CU_ASSERT_EQUAL(court.second.asked, 0);
	bx_hooks_free(court.hooks);
}

/* Ask and park at a place, then resolve with verdict. */
static void
park_and_resolve(struct court *court, size_t place, enum bx_verdict verdict)
{
	open_court(court);
	court->first.verdict = BX_VERDICT_PENDING;
	court->first.park = true;
	CU_ASSERT_EQUAL(ask(court, BX_OPERATION_PUBLISH, "/a", place),
	    BX_VERDICT_PENDING);
	bx_asker_resolve(&court->asker, verdict,
	    &(struct bx_denial){ .error = "499::late" }, "ada");
}

static void
a_late_verdict_counts_as_if_it_had_been_returned(void)
{
	struct court court;

	park_and_resolve(&court, 0, BX_VERDICT_DENY);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_PUBLISH, "/a", 0),
	    BX_VERDICT_DENY);
	CU_ASSERT_STRING_EQUAL(court.error, "499::late");
	CU_ASSERT_EQUAL(court.first.asked, 1);
	bx_hooks_free(court.hooks);
}

static void
a_late_abstention_asks_those_behind(void)
{
	struct court court;

	park_and_resolve(&court, 0, BX_VERDICT_ABSTAIN);
	court.second.verdict = BX_VERDICT_DENY;
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_PUBLISH, "/a", 0),
	    BX_VERDICT_DENY);
	CU_ASSERT_EQUAL(court.first.asked, 1);
	CU_ASSERT_EQUAL(court.second.asked, 1);
	bx_hooks_free(court.hooks);
}

static void
a_verdict_on_a_question_that_fell_away_decides_no_other(void)
{
	struct court court;

	park_and_resolve(&court, 0, BX_VERDICT_ALLOW);
	court.first.verdict = BX_VERDICT_DENY;
	court.first.park = false;
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_PUBLISH, "/a", 1),
	    BX_VERDICT_DENY);
	CU_ASSERT_EQUAL(court.first.asked, 2);
	bx_hooks_free(court.hooks);
}

static void
what_needed_no_asking_is_not_asked_later(void)
{
	struct court court;

	park_and_resolve(&court, 1, BX_VERDICT_DENY);
	/* Meanwhile the channel has gone, and would have to be created. */
	court.first.verdict = BX_VERDICT_ALLOW;
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_CREATE, "/a", 0),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_EQUAL(court.first.asked, 1);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_PUBLISH, "/a", 1),
	    BX_VERDICT_DENY);
	CU_ASSERT_STRING_EQUAL(court.error, "499::late");
	CU_ASSERT_EQUAL(court.first.asked, 1);
	bx_hooks_free(court.hooks);
}

/* Says something about the user beside its verdict. */
static enum bx_verdict
name_user(struct bx_question *question, void *ctx)
{
	size_t room = sizeof(question->user);

	/* Unterminated, as a plugin might do. */
	if (ctx == NULL)
		memset(question->user, 'x', room);
	else
		(void)strcpy(question->user, ctx);
	return BX_VERDICT_ABSTAIN;
}

static void
ask_with_user(struct court *court, char *name)
{
	uint64_t handle;

	open_court(court);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(court->hooks, name_user, name,
			    &handle),
	    BX_OK);
}

static void
a_user_is_named_by_any_who_allow_or_abstain(void)
{
	static char ada[] = "ada";
	struct court court;

	ask_with_user(&court, ada);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_HANDSHAKE, "/m", 0),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_STRING_EQUAL(court.user, "ada");
	bx_hooks_free(court.hooks);
	ask_with_user(&court, NULL);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_HANDSHAKE, "/m", 0),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_EQUAL(strlen(court.user), BX_USER_MAX);
	bx_hooks_free(court.hooks);
}

static void
a_late_verdict_names_the_user_as_well(void)
{
	struct court court;

	park_and_resolve(&court, 0, BX_VERDICT_ALLOW);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_HANDSHAKE, "/m", 0),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_STRING_EQUAL(court.user, "ada");
	bx_hooks_free(court.hooks);
	park_and_resolve(&court, 0, BX_VERDICT_ABSTAIN);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_HANDSHAKE, "/m", 0),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_STRING_EQUAL(court.user, "ada");
	bx_hooks_free(court.hooks);
}

static void
a_name_that_nobody_has_is_a_denial(void)
{
	static char broken[] = "a\nda";
	struct court court;

	ask_with_user(&court, broken);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_HANDSHAKE, "/m", 0),
	    BX_VERDICT_DENY);
	CU_ASSERT_STRING_EQUAL(court.reason, "denied_by_security_policy");
	/* It is meant for a handshake alone. */
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_PUBLISH, "/m", 0),
	    BX_VERDICT_ALLOW);
	bx_hooks_free(court.hooks);
	open_court(&court);
	bx_asker_resolve(&court.asker, BX_VERDICT_ALLOW, NULL, broken);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_HANDSHAKE, "/m", 0),
	    BX_VERDICT_DENY);
	bx_hooks_free(court.hooks);
}

/* Writes a denial, and abstains. */
static enum bx_verdict
mutter(struct bx_question *question, void *ctx)
{
	(void)ctx;
	(void)strcpy(question->denial.error, "4::muttered");
	question->denial.advises = true;
	return BX_VERDICT_ABSTAIN;
}

static void
what_one_has_written_who_abstains_is_nobodys_word(void)
{
	struct court court;
	uint64_t handle;

	park_and_resolve(&court, 0, BX_VERDICT_ABSTAIN);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(court.hooks, mutter, NULL,
			    &handle),
	    BX_OK);
	CU_ASSERT_EQUAL(bx_hooks_add_policy(court.hooks, reply, &court.first,
			    &handle),
	    BX_OK);
	court.first.park = false;
	court.first.verdict = BX_VERDICT_DENY;
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_PUBLISH, "/a", 0),
	    BX_VERDICT_DENY);
	CU_ASSERT_STRING_EQUAL(court.error, "");
	bx_hooks_free(court.hooks);
}

static void
what_is_done_to_ones_own_session_is_allowed_by_default(void)
{
	struct court court;

	open_court(&court);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_CONNECT, "/meta/connect", 0),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_UNSUBSCRIBE, "/a", 1),
	    BX_VERDICT_ALLOW);
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_DISCONNECT,
			    "/meta/disconnect", 2),
	    BX_VERDICT_ALLOW);
	bx_hooks_free(court.hooks);
}

static void
pending_without_having_parked_is_a_denial(void)
{
	struct court court;

	open_court(&court);
	court.first.verdict = BX_VERDICT_PENDING;
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_PUBLISH, "/a", 0),
	    BX_VERDICT_DENY);
	bx_hooks_free(court.hooks);
}

/* May it be done unasked, at the place after the last one that was granted? */
static bool
is_allowed_unasked(struct court *court, enum bx_operation operation,
    bool is_meta)
{
	size_t place = court->asker.granted;
	bool allowed = bx_policy_allows_unasked(court->hooks, &court->asker,
	    place, operation, is_meta);

	CU_ASSERT_EQUAL(court->asker.granted, allowed ? place + 1 : place);
	return allowed;
}

static void
without_callbacks_nobody_asks_about_what_is_allowed_by_default(void)
{
	struct court court;

	open_court(&court);
	CU_ASSERT_FALSE(
	    is_allowed_unasked(&court, BX_OPERATION_CONNECT, false));
	close_callbacks(&court);
	CU_ASSERT(is_allowed_unasked(&court, BX_OPERATION_CONNECT, false));
	CU_ASSERT(is_allowed_unasked(&court, BX_OPERATION_PUBLISH, false));
	CU_ASSERT(is_allowed_unasked(&court, BX_OPERATION_DISCONNECT, true));
	CU_ASSERT_FALSE(
	    is_allowed_unasked(&court, BX_OPERATION_SUBSCRIBE, true));
	/* What counts as asked is not asked by callbacks that come later. */
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_PUBLISH, "/meta/a", 2),
	    BX_VERDICT_ALLOW);
	CU_ASSERT(bx_policy_allows_unasked(court.hooks, &court.asker, 2,
	    BX_OPERATION_SUBSCRIBE, true));
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_SUBSCRIBE, "/meta/a", 3),
	    BX_VERDICT_DENY);
	bx_hooks_free(court.hooks);
}

static void
a_late_verdict_counts_when_its_callback_has_gone(void)
{
	struct court court;

	park_and_resolve(&court, 0, BX_VERDICT_DENY);
	close_callbacks(&court);
	CU_ASSERT_FALSE(
	    is_allowed_unasked(&court, BX_OPERATION_PUBLISH, false));
	CU_ASSERT_EQUAL(ask(&court, BX_OPERATION_PUBLISH, "/a", 0),
	    BX_VERDICT_DENY);
	CU_ASSERT_STRING_EQUAL(court.error, "499::late");
	bx_hooks_free(court.hooks);
}

static const struct unit_test tests[] = {
	{ "by default all but meta is allowed",
	    by_default_all_but_meta_is_allowed },
	{ "without callbacks nobody asks about what is allowed by default",
	    without_callbacks_nobody_asks_about_what_is_allowed_by_default },
	{ "a late verdict counts when its callback has gone",
	    a_late_verdict_counts_when_its_callback_has_gone },
	{ "what was granted is not asked again",
	    what_was_granted_is_not_asked_again },
	{ "a late verdict counts as if it had been returned",
	    a_late_verdict_counts_as_if_it_had_been_returned },
	{ "a late abstention asks those behind",
	    a_late_abstention_asks_those_behind },
	{ "a verdict on a question that fell away decides no other",
	    a_verdict_on_a_question_that_fell_away_decides_no_other },
	{ "what needed no asking is not asked later",
	    what_needed_no_asking_is_not_asked_later },
	{ "a user is named by any who allow or abstain",
	    a_user_is_named_by_any_who_allow_or_abstain },
	{ "a late verdict names the user as well",
	    a_late_verdict_names_the_user_as_well },
	{ "a name that nobody has is a denial",
	    a_name_that_nobody_has_is_a_denial },
	{ "what one has written who abstains is nobody's word",
	    what_one_has_written_who_abstains_is_nobodys_word },
	{ "what is done to one's own session is allowed by default",
	    what_is_done_to_ones_own_session_is_allowed_by_default },
	{ "pending without having parked is a denial",
	    pending_without_having_parked_is_a_denial },
};

UNIT_MAIN("policy", tests)
