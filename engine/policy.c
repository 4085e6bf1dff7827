/*
 * policy.c - callbacks, then defaults; verdicts that come later.
 */
#include <string.h>

#include "policy.h"
#include "user.h"

void
bx_asker_init(struct bx_asker *asker)
{
	asker->granted = 0;
	asker->parked = 0;
	asker->after = 0;
	asker->ticket = NULL;
	asker->resolved = false;
	asker->screened = false;
	asker->user[0] = '\0';
}

static void
clear_denial(struct bx_denial *denial)
{
	denial->error[0] = '\0';
	denial->advises = false;
}

/* Nobody, or somebody who may be called so? */
static bool
is_user(const char *name)
{
	return name[0] == '\0' || bx_user_is_valid(name, strlen(name));
}

void
bx_asker_resolve(struct bx_asker *asker, enum bx_verdict verdict,
    const struct bx_denial *denial, const char *user)
{
	asker->ticket = NULL;
	asker->resolved = true;
	asker->verdict = verdict;
	if (user == NULL)
		user = "";
	if (verdict == BX_VERDICT_PENDING || !is_user(user))
		asker->verdict = BX_VERDICT_DENY;
	else if (user[0] != '\0')
		memcpy(asker->user, user, strlen(user) + 1);
	if (denial != NULL)
		asker->denial = *denial;
	else
		clear_denial(&asker->denial);
}

static enum bx_verdict
default_verdict(enum bx_operation operation, bool is_meta)
{
	switch (operation) {
	case BX_OPERATION_HANDSHAKE:
	case BX_OPERATION_CONNECT:
	case BX_OPERATION_UNSUBSCRIBE:
	case BX_OPERATION_DISCONNECT:
		return BX_VERDICT_ALLOW;
	case BX_OPERATION_CREATE:
	case BX_OPERATION_SUBSCRIBE:
	case BX_OPERATION_PUBLISH:
		break;
	}
	return is_meta ? BX_VERDICT_DENY : BX_VERDICT_ALLOW;
}

/* The verdict on a question that no earlier pass has granted. */
static enum bx_verdict
decide(struct bx_hooks *hooks, struct bx_asker *asker,
    struct bx_question *question)
{
	enum bx_verdict verdict = BX_VERDICT_ABSTAIN;

	memcpy(question->user, asker->user, sizeof(question->user));
	if (asker->resolved) {
		asker->resolved = false;
		verdict = asker->verdict;
		question->denial = asker->denial;
	}
	if (verdict == BX_VERDICT_ABSTAIN) {
		clear_denial(&question->denial);
		verdict = bx_hooks_ask(hooks, question, &asker->after);
		question->user[BX_USER_MAX] = '\0';
		if (question->operation == BX_OPERATION_HANDSHAKE &&
		    !is_user(question->user)) {
			clear_denial(&question->denial);
			return BX_VERDICT_DENY;
		}
		/* One that has resolved its own ticket has said it there. */
		if (!asker->resolved)
			memcpy(asker->user, question->user,
			    sizeof(asker->user));
	}
	if (verdict == BX_VERDICT_ABSTAIN)
		verdict =
		    default_verdict(question->operation, question->is_meta);
	return verdict;
}

bool
bx_policy_allows_unasked(const struct bx_hooks *hooks, struct bx_asker *asker,
    size_t place, enum bx_operation operation, bool is_meta)
{
	if (place < asker->granted)
		return true;
	/* A verdict that has come late counts, though its callback has gone. */
	if (bx_hooks_has_policy(hooks) || asker->resolved ||
	    default_verdict(operation, is_meta) != BX_VERDICT_ALLOW)
		return false;
	asker->granted = place + 1;
	return true;
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
	clear_denial(&question->denial);
	verdict = decide(hooks, asker, question);
	/* A callback that parked and resolved at once has decided already; one
	 * that says pending without having parked would wait for ever. */
	while (verdict == BX_VERDICT_PENDING && asker->resolved)
		verdict = decide(hooks, asker, question);
	if (verdict == BX_VERDICT_PENDING && asker->ticket != NULL) {
		/* What came before needed no asking, and needs none later. */
		asker->granted = place;
		return verdict;
	}
	asker->after = 0;
	if (verdict == BX_VERDICT_ALLOW) {
		asker->granted = place + 1;
		return verdict;
	}
	if (question->reason == NULL)
		question->reason = "denied_by_security_policy";
	return BX_VERDICT_DENY;
}
