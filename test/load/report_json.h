/*
 * report_json.h - what a run has found, as one line of JSON.
 *
 * Ownership: nothing is owned.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_REPORT_JSON_H
#define LOAD_REPORT_JSON_H

#include "clock.h"

struct load_run;
struct load_stats;

/* For how long messages were sent, or came. */
load_nsec load_report_time(const struct load_run *run);

/* How many joined in a second, while some did. */
double load_report_joins(const struct load_stats *stats);

/* How many messages of the flood were acknowledged in a second. */
double load_report_floods(const struct load_run *run);

void load_report_json(const struct load_run *run);

#endif
