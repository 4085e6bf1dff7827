/*
 * deadline.h - which of many deadlines comes next; a min-heap.
 *
 * A deadline joins the set once, which may need memory, and can then be armed
 * and disarmed without ever failing.
 *
 * Most are moved away before they are due.  So arming for a later time and
 * disarming are only noted in the deadline, which takes O(1); its entry is
 * put right, in O(log n), when the time comes that it had before.  Arming for
 * a time before that of the entry takes O(log n) at once.
 *
 * Ownership: the set owns its array; a deadline is embedded in its owner,
 * which makes it leave before it is freed.
 * Reentrancy: no function calls out.
 */
#ifndef BX_DEADLINE_H
#define BX_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "env.h"
#include "status.h"

struct bx_deadline {
	bx_msec at;  /* BX_NEVER = not armed */
	size_t slot; /* 1-based place in the heap; 0 = no entry */
};

/* Comparing two of them looks at no deadline. */
struct bx_deadline_entry {
	bx_msec key; /* <= deadline->at */
	struct bx_deadline *deadline;
};

struct bx_deadlines {
	const struct bx_env *env;
	struct bx_deadline_entry *heap;
	size_t entries;
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

/* Arm a member for at, or move it there when it is armed already.  For
 * BX_NEVER this is to disarm it. */
void bx_deadline_arm(struct bx_deadlines *set, struct bx_deadline *deadline,
    bx_msec at);

/* Disarm a member; harmless when it is not armed. */
void bx_deadline_disarm(struct bx_deadline *deadline);

bool bx_deadline_is_armed(const struct bx_deadline *deadline);

/*
 * When to call bx_deadlines_take_due: never later than the earliest is due,
 * but maybe earlier, once for each that has been moved away.  It is later
 * than now when nothing more is due now.  BX_NEVER: none is armed.
 */
bx_msec bx_deadlines_next(const struct bx_deadlines *set);

/* Disarm and return the earliest one with at <= now; NULL if there is none. */
struct bx_deadline *bx_deadlines_take_due(struct bx_deadlines *set,
    bx_msec now);

#endif
