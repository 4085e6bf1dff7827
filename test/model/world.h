/*
 * world.h - an engine, its clients and the web server between them, played by
 * hand and held against the ledger at every step.
 *
 * Ownership: a world lives on the heap, as it is large; the caller frees it.
 * Reentrancy: no function calls out.
 * Limits: one world at a time, as test/support/unit.h counts its memory.
 */
#ifndef TEST_MODEL_WORLD_H
#define TEST_MODEL_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "test/model/step.h"

struct world;

/* With limits that the seed chooses.  NULL: there is no memory. */
struct world *world_new(uint64_t seed);

/* Take a step; false: something was not as it has to be, and world_complaint
 * says what. */
bool world_step(struct world *world, const struct step *step);

/* Let every client fetch what it is owed, and end it all; true: all of that
 * was right, and no memory is left. */
bool world_end(struct world *world);

/* A client sends these bytes, in which each "$" is its id.  What they say is
 * not known: from now on it only counts that no memory is left. */
void world_send(struct world *world, const struct step *step,
    const char *bytes, size_t len);

/* Memory fails in a moment: from now on only what is doubled counts. */
void world_fail_allocation(struct world *world, size_t nth);

const char *world_complaint(const struct world *world);
void world_free(struct world *world);

#endif
