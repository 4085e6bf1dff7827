/*
 * run_events.h - what clients tell the run, and what it makes of it.
 *
 * Ownership and reentrancy: as in run.h.
 */
#ifndef LOAD_RUN_EVENTS_H
#define LOAD_RUN_EVENTS_H

#include <stdint.h>

struct load_client_events;
struct load_run;

extern const struct load_client_events load_run_events;

/* How many messages have not come yet, to those who read. */
uint64_t load_run_missing(const struct load_run *run);

/* Nothing comes any more: see what was lost, and who was not answered. */
void load_run_close_books(struct load_run *run);

#endif
