/*
 * problem.h - one sentence for whoever wrote the configuration.
 *
 * Ownership: embedded by whoever asks.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_PROBLEM_H
#define FCGI_PROBLEM_H

#include <stdbool.h>

struct fcgi_problem {
	char text[1024]; /* without a newline */
};

/* Set problem's text, as printf does, cut to size; always false. */
bool fcgi_problem_tell(struct fcgi_problem *problem, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
