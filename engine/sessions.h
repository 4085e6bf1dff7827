/*
 * sessions.h - the table of all sessions, and the list of who is ready.
 *
 * Ownership: the table holds a reference to each session until it is GONE.
 * Readers are borrowed while they are on the ready list.
 * Reentrancy: no function calls out.
 */
#ifndef BX_SESSIONS_H
#define BX_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "env.h"
#include "session_hold.h"
#include "settings.h"

/* NULL when there is no memory.  All pointers are borrowed until free. */
struct bx_sessions *bx_sessions_new(const struct bx_env *env,
    const struct bx_settings *settings, struct bx_channel_tree *tree,
    const uint64_t seed[2]);

/* End every session; no reader may be left, nor a departed one.  NULL is
 * legal. */
void bx_sessions_free(struct bx_sessions *sessions);

/* End every session. */
void bx_sessions_end_all(struct bx_sessions *sessions);

/* From now on, sessions that are GONE wait for bx_sessions_take_departed:
 * whoever wants to be told must not be called while others are served, and
 * may have borrowed one for longer than it lives. */
void bx_sessions_tell_departures(struct bx_sessions *sessions);
bool bx_sessions_has_departed(const struct bx_sessions *sessions);

/* How many wait; it counts them. */
size_t bx_sessions_departed(const struct bx_sessions *sessions);

/* The first of them, with the caller's own reference, or NULL. */
struct bx_session *bx_sessions_take_departed(struct bx_sessions *sessions);

size_t bx_sessions_count(const struct bx_sessions *sessions);
size_t bx_sessions_held(const struct bx_sessions *sessions);
uint64_t bx_sessions_delivered(const struct bx_sessions *sessions);

/* When to call bx_sessions_advance: no hold or session ends before, and no
 * stream beats, but it need not be then.  BX_NEVER: there is none. */
bx_msec bx_sessions_next_deadline(const struct bx_sessions *sessions);

/* End the holds and sessions that are due, and have streams beat. */
void bx_sessions_advance(struct bx_sessions *sessions, bx_msec now);

/* Wake every reader and end every stream, now and from now on. */
void bx_sessions_shut_down(struct bx_sessions *sessions);

/* Put a reader that waits for nobody on the ready list. */
void bx_sessions_make_ready(struct bx_sessions *sessions,
    struct bx_reader *reader);

/* Is there a reader for bx_sessions_take_ready? */
bool bx_sessions_has_ready(const struct bx_sessions *sessions);

/* The same, one that was not woken by a message, its time or the end. */
bool bx_sessions_has_prompt(const struct bx_sessions *sessions);

/* Has a queue been over its limits since bx_sessions_take_ready gave NULL? */
bool bx_sessions_is_crowded(const struct bx_sessions *sessions);

/* Take the reader that has been ready longest, or NULL. */
struct bx_reader *bx_sessions_take_ready(struct bx_sessions *sessions);

#endif
