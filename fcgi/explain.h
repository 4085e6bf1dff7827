/*
 * explain.h - which block of the configuration decides, and how.
 *
 * Ownership: everything is borrowed during the call.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_EXPLAIN_H
#define FCGI_EXPLAIN_H

#include <stdio.h>

struct fcgi_options;
struct fcgi_problem;

/* What is asked: may user subscribe to, publish to or create a channel? */
struct fcgi_explain {
	const char *user; /* "-": nobody */
	const char *operation;
	const char *channel;
};

enum fcgi_explain_answer {
	FCGI_EXPLAIN_ALLOWED,
	FCGI_EXPLAIN_DENIED,
	FCGI_EXPLAIN_SENSELESS /* problem->text says why */
};

/* Print the answer and its reason, in one line, unless the question makes no
 * sense. */
enum fcgi_explain_answer fcgi_explain(const struct fcgi_options *options,
    const struct fcgi_explain *question, FILE *out,
    struct fcgi_problem *problem);

#endif
