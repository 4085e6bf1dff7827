/*
 * due.h - when something is due in a table of sessions, exactly.
 *
 * Ownership: the table is borrowed for the call.
 */
#ifndef TEST_SUPPORT_DUE_H
#define TEST_SUPPORT_DUE_H

#include "engine/env.h"

struct bx_sessions;

/* The earliest of all deadlines, found by looking at each; BX_NEVER: none.
 * What bx_sessions_next_deadline says may be earlier, and fails the test if it
 * is later. */
bx_msec due_earliest(const struct bx_sessions *sessions);

#endif
