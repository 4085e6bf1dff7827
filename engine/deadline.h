/*
 * deadline.h - which of many deadlines comes next; a min-heap.
 *
 * A deadline joins the set once, which may need memory, and can then be armed
 * and disarmed without ever failing.
 *
 * Ownership: the set owns its array; a deadline is embedded in its owner,
 * which makes it leave before it is freed.
 * Reentrancy: no function calls out.
 */
#ifndef BX_DEADLINE_H
#define BX_DEADLINE_H

#include <stddef.h>

#include "env.h"
#include "status.h"

struct bx_deadline {
	bx_msec at;
	size_t slot; /* 1-based place in the heap; 0 = not armed */
};

struct bx_deadlines {
	const struct bx_env *env;
	struct bx_deadline **heap;
	size_t armed;
	size_t joined; /* members, each with a slot to its name */
	size_t cap;
};

/* An empty set; allocates nothing. */
void bx_deadlines_init(struct bx_deadlines *set, const struct bx_env *env);
void bx_deadlines_fini(struct bx_deadlines *set);

/* Make deadline a member, not armed.  BX_ENOMEM: it is none. */
enum bx_status bx_deadline_join(struct bx_deadlines *set,
    struct bx_deadline *deadline);

/* Disarm deadline and give up its membership. */
void bx_deadline_leave(struct bx_deadlines *set, struct bx_deadline *deadline);

/* Arm a member for at, or move it there when it is armed already. */
void bx_deadline_arm(struct bx_deadlines *set, struct bx_deadline *deadline,
    bx_msec at);

/* Disarm a member; harmless when it is not armed. */
void bx_deadline_disarm(struct bx_deadlines *set,
    struct bx_deadline *deadline);

/* When the earliest is due; BX_NEVER when none is armed. */
bx_msec bx_deadlines_next(const struct bx_deadlines *set);

/* Disarm and return the earliest one with at <= now; NULL if there is none. */
struct bx_deadline *bx_deadlines_take_due(struct bx_deadlines *set,
    bx_msec now);

#endif
