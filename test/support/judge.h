/*
 * judge.h - a policy that denies.
 *
 * Ownership: a judge lives on the test's stack, longer than the engine.
 */
#ifndef TEST_SUPPORT_JUDGE_H
#define TEST_SUPPORT_JUDGE_H

#include <stdbool.h>

#include "engine/verdict.h"
#include "talk.h"

/* One that denies one operation in these words, with this advice and an
 * interval of 70 ms. */
struct judge {
	enum bx_operation operation;
	const char *error; /* or NULL: the server's own */
	bool advises;
	enum bx_reconnect reconnect;
	int asked;
	char channel[32]; /* it was asked about last */
};

/* Have the talk's engine ask it from now on. */
void judge_appoint(struct talk *talk, struct judge *judge);

#endif
