/*
 * problem.c - one sentence for whoever wrote the configuration.
 */
#include "problem.h"

#include <stdarg.h>
#include <stdio.h>

bool
fcgi_problem_tell(struct fcgi_problem *problem, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(problem->text, sizeof(problem->text), fmt, args) < 0)
		problem->text[0] = '\0';
	va_end(args);
	return false;
}
