/*
 * report.h - what a run has found, for people, programs and the eye.
 *
 * Ownership: as each function says.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_REPORT_H
#define LOAD_REPORT_H

#include <stdbool.h>
#include <stdio.h>

struct load_run;

/* Print it, and draw and close picture unless that is NULL.  Was all as it
 * should be: nothing lost, doubled, misordered or foreign, no error, what was
 * to be measured was there all the time, and done in time? */
bool load_report(const struct load_run *run, FILE *picture);

#endif
