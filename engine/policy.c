/*
 * policy.c - callbacks, then defaults; verdicts that come later.
 */
#include <string.h>

#include "policy.h"

void
bx_asker_init(struct bx_asker *asker)
{
	memset(asker, 0, sizeof(*asker));
}

static enum bx_verdict
default_verdict(const struct bx_question *question)
{
	switch (question->operation) {
	case BX_OPERATION_HANDSHAKE:
		return BX_VERDICT_ALLOW;
	case BX_OPERATION_CREATE:
	case BX_OPERATION_SUBSCRIBE:
	case BX_OPERATION_PUBLISH:
		break;
	}
	return question->channel->kind == BX_CHANNEL_META ? BX_VERDICT_DENY
							  : BX_VERDICT_ALLOW;
}

/* The verdict on a question that no earlier pass has granted. */
static enum bx_verdict
decide(struct bx_hooks *hooks, struct bx_asker *asker,
    struct bx_question *question)
{
	enum bx_verdict verdict = BX_VERDICT_ABSTAIN;

	if (asker->resolved) {
		asker->resolved = false;
		verdict = asker->verdict;
		question->reason = asker->reason;
	}
	if (verdict == BX_VERDICT_ABSTAIN)
		verdict = bx_hooks_ask(hooks, question, &asker->after);
	if (verdict == BX_VERDICT_ABSTAIN)
		verdict = default_verdict(question);
	return verdict;
}

enum bx_verdict
bx_policy_ask(struct bx_hooks *hooks, struct bx_asker *asker, size_t place,
    struct bx_question *question)
{
	enum bx_verdict verdict;

	if (place < asker->granted)
		return BX_VERDICT_ALLOW;
	/* A question can fall away while it is parked, such as whether to
	 * create a channel that has come into being meanwhile. */
	if (place != asker->parked) {
		asker->resolved = false;
		asker->after = 0;
		asker->parked = place;
	}
	question->reason = NULL;
	question->asker = asker;
	verdict = decide(hooks, asker, question);
	/* A callback that parked and resolved at once has decided already; one
	 * that says pending without having parked would wait for ever. */
	while (verdict == BX_VERDICT_PENDING && asker->resolved)
		verdict = decide(hooks, asker, question);
	if (verdict == BX_VERDICT_PENDING && asker->ticket != NULL)
		return verdict;
	asker->after = 0;
	if (verdict == BX_VERDICT_ALLOW) {
		asker->granted = place + 1;
		return verdict;
	}
	if (question->reason == NULL)
		question->reason = "denied_by_security_policy";
	return BX_VERDICT_DENY;
}
