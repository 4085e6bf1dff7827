/*
 * report.h - what a run has found, for people, programs and the eye.
 *
 * Ownership: nothing is owned.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_REPORT_H
#define LOAD_REPORT_H

#include <stdbool.h>

struct load_run;

/* Print it, and draw it if that was asked for.  Was all as it should be:
 * nothing lost, doubled, misordered or foreign, no error, and done in time? */
bool load_report(const struct load_run *run);

#endif
