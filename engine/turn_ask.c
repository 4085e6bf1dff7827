/*
 * turn_ask.c - policy callbacks, then the configuration's rules.
 */
#include <string.h>

#include "access.h"
#include "session_extra.h"
#include "session_hold.h"
#include "session_user.h"
#include "turn_ask.h"

/* Do the configuration's rules let the sender do what it wants to? */
static bool
is_by_rule(const struct bx_turn *turn, const struct bx_ask *ask)
{
	const struct bx_settings *settings = turn->core->settings;
	struct bx_access_ask access = { .name = ask->channel };

	switch (ask->operation) {
	case BX_OPERATION_HANDSHAKE:
	case BX_OPERATION_CONNECT:
	case BX_OPERATION_UNSUBSCRIBE:
	case BX_OPERATION_DISCONNECT:
		return true;
	case BX_OPERATION_CREATE:
		access.key = BX_ACCESS_CREATE;
		break;
	case BX_OPERATION_SUBSCRIBE:
		access.key = BX_ACCESS_SUBSCRIBE;
		break;
	case BX_OPERATION_PUBLISH:
		access.key = BX_ACCESS_PUBLISH;
		break;
	}
	if (turn->session != NULL)
		access.user = bx_session_user(turn->session);
	return bx_access_judge(settings->access_rules,
	    settings->access_rule_count, &access)
	    .allowed;
}

void
bx_turn_set_denied(struct bx_turn *turn)
{
	turn->reason = "denied_by_security_policy";
	turn->denial.error[0] = '\0';
	turn->denial.advises = false;
}

/* Callbacks write the texts, so their ends are not trusted. */
static void
take_answer(struct bx_turn *turn, const struct bx_question *question,
    enum bx_verdict verdict)
{
	if (verdict == BX_VERDICT_DENY) {
		turn->reason = question->reason;
		turn->denial = question->denial;
		turn->denial.error[BX_ERROR_TEXT_MAX - 1] = '\0';
	}
	if (question->operation == BX_OPERATION_HANDSHAKE) {
		memcpy(turn->user, question->user, sizeof(turn->user));
		turn->user[BX_USER_MAX] = '\0';
	}
}

static bool
is_about_meta(const struct bx_ask *ask)
{
	return ask->channel != NULL && ask->channel->kind == BX_CHANNEL_META;
}

static enum bx_verdict
ask_policy(struct bx_turn *turn, const struct bx_ask *ask)
{
	const struct bx_channel_name *name =
	    ask->channel != NULL ? ask->channel : &turn->channel.name;
	struct bx_incoming message = bx_turn_incoming(turn, turn->session);
	struct bx_question question = {
		.operation = ask->operation,
		.session = turn->session,
		.channel = { name->text, name->len },
		.message = &message,
		.is_meta = is_about_meta(ask),
	};
	enum bx_verdict verdict;

	verdict = bx_policy_ask(turn->core->hooks, turn->asker, ask->place,
	    &question);
	take_answer(turn, &question, verdict);
	return verdict;
}

enum bx_verdict
bx_turn_ask(struct bx_turn *turn, const struct bx_ask *ask)
{
	enum bx_verdict verdict = BX_VERDICT_ALLOW;

	/* Every connect and publish comes by here, and a question is long. */
	if (!bx_policy_allows_unasked(turn->core->hooks, turn->asker,
		ask->place, ask->operation, is_about_meta(ask)))
		verdict = ask_policy(turn, ask);
	/* Both have to agree: what callbacks allow, the rules may not. */
	if (verdict == BX_VERDICT_ALLOW && !is_by_rule(turn, ask)) {
		bx_turn_set_denied(turn);
		return BX_VERDICT_DENY;
	}
	return verdict;
}

/* Advice that is whole (J4).  Who may not handshake is not told to go on
 * without (J3). */
static struct bx_advice
own_advice(const struct bx_turn *turn)
{
	const struct bx_settings *settings = turn->core->settings;
	const struct bx_denial *denial = &turn->denial;
	bx_msec interval = denial->interval > 0 ? denial->interval : 0;

	if (interval > BX_TIME_MAX)
		interval = BX_TIME_MAX;
	if (denial->reconnect == BX_RECONNECT_NONE)
		return bx_advice_none(settings);
	if (denial->reconnect == BX_RECONNECT_HANDSHAKE ||
	    turn->session == NULL)
		return bx_advice_handshake_later(settings, interval);
	return bx_advice_retry(settings, interval);
}

/* Who is told to come back after a while is there until then, and is told of
 * the usual pause when it has come. */
static void
await_return(const struct bx_turn *turn, bx_msec interval)
{
	bx_session_pause(turn->session, interval);
	bx_session_touch(turn->session, turn->now + interval);
	bx_session_set_advised(turn->session, NULL);
}

void
bx_turn_write_denial(const struct bx_turn *turn, enum bx_error error,
    const struct bx_advice *otherwise)
{
	struct bx_draft *draft = &turn->core->draft;
	struct bx_advice advice;

	if (turn->denial.error[0] != '\0')
		bx_reply_error_text(draft, turn->denial.error);
	else
		bx_reply_error(draft, error, turn->reason);
	if (turn->denial.advises) {
		advice = own_advice(turn);
		bx_reply_advice(draft, &advice);
		if (advice.reconnect == BX_RECONNECT_RETRY)
			await_return(turn, advice.interval);
	} else if (otherwise != NULL) {
		bx_reply_advice(draft, otherwise);
	}
}

enum bx_step
bx_turn_deny(struct bx_turn *turn, enum bx_error error,
    const struct bx_advice *otherwise)
{
	(void)bx_turn_begin_reply(turn);
	bx_turn_write_denial(turn, error, otherwise);
	return bx_turn_end_reply(turn);
}

bool
bx_turn_is_granted(struct bx_turn *turn, const struct bx_ask *ask,
    const struct bx_refusal *refusal, enum bx_step *step)
{
	switch (bx_turn_ask(turn, ask)) {
	case BX_VERDICT_ALLOW:
		return true;
	case BX_VERDICT_PENDING:
		*step = BX_STEP_PARKED;
		return false;
	case BX_VERDICT_DENY:
	case BX_VERDICT_ABSTAIN:
		break;
	}
	*step = bx_turn_deny(turn, refusal->error, refusal->otherwise);
	return false;
}
