/*
 * judge.c - a policy that denies.
 */
#include <stdio.h>
#include <string.h>

#include "judge.h"
#include "unit.h"

static enum bx_verdict
deny(struct bx_question *question, void *ctx)
{
	struct judge *judge = ctx;

	if (question->operation != judge->operation)
		return BX_VERDICT_ABSTAIN;
	judge->asked++;
	(void)snprintf(judge->channel, sizeof(judge->channel), "%.*s",
	    (int)question->channel.len, question->channel.at);
	if (judge->error != NULL)
		(void)strcpy(question->denial.error, judge->error);
	question->denial.advises = judge->advises;
	question->denial.reconnect = judge->reconnect;
	question->denial.interval = 70;
	return BX_VERDICT_DENY;
}

void
judge_appoint(struct talk *talk, struct judge *judge)
{
	uint64_t handle;

	CU_ASSERT_EQUAL(bx_hooks_add_policy(bx_engine_hooks(talk->engine),
			    deny, judge, &handle),
	    BX_OK);
}
