/*
 * deadline.c - a binary heap of entries whose deadlines know their slots.
 *
 * The key of an entry is never later than its deadline is due.  Those that
 * are disarmed keep theirs: mostly they are armed again before it comes up.
 */
#include "deadline.h"

#include <stdint.h>

#define CAP_MIN 16

void
bx_deadlines_init(struct bx_deadlines *set, const struct bx_env *env)
{
	set->env = env;
	set->heap = NULL;
	set->entries = 0;
	set->joined = 0;
	set->cap = 0;
}

void
bx_deadlines_fini(struct bx_deadlines *set)
{
	bx_free(set->env, set->heap);
	bx_deadlines_init(set, set->env);
}

static bool
grow(struct bx_deadlines *set)
{
	size_t cap = set->cap == 0 ? CAP_MIN : set->cap * 2;
	struct bx_deadline_entry *heap;

	if (cap < set->cap || cap > SIZE_MAX / sizeof(*heap))
		return false;
	heap =
	    set->env->realloc(set->env->ctx, set->heap, cap * sizeof(*heap));
	if (heap == NULL)
		return false;
	set->heap = heap;
	set->cap = cap;
	return true;
}

enum bx_status
bx_deadline_join(struct bx_deadlines *set, struct bx_deadline *deadline)
{
	if (set->joined == set->cap && !grow(set))
		return BX_ENOMEM;
	set->joined++;
	deadline->at = BX_NEVER;
	deadline->slot = 0;
	return BX_OK;
}

static void
place(struct bx_deadlines *set, struct bx_deadline_entry entry, size_t slot)
{
	set->heap[slot - 1] = entry;
	entry.deadline->slot = slot;
}

/* Put entry where it belongs, up or down from slot, which is free. */
static void
sift(struct bx_deadlines *set, struct bx_deadline_entry entry, size_t slot)
{
	const struct bx_deadline_entry *heap = set->heap;
	size_t child;

	while (slot > 1 && heap[slot / 2 - 1].key > entry.key) {
		place(set, heap[slot / 2 - 1], slot);
		slot /= 2;
	}
	while ((child = slot * 2) <= set->entries) {
		if (child < set->entries &&
		    heap[child].key < heap[child - 1].key)
			child++;
		if (heap[child - 1].key >= entry.key)
			break;
		place(set, heap[child - 1], slot);
		slot = child;
	}
	place(set, entry, slot);
}

/* Take the entry of deadline, which has one, out of the heap. */
static void
drop(struct bx_deadlines *set, struct bx_deadline *deadline)
{
	struct bx_deadline_entry last = set->heap[--set->entries];
	size_t slot = deadline->slot;

	deadline->slot = 0;
	if (last.deadline != deadline)
		sift(set, last, slot);
}

void
bx_deadline_leave(struct bx_deadlines *set, struct bx_deadline *deadline)
{
	if (deadline->slot != 0)
		drop(set, deadline);
	deadline->at = BX_NEVER;
	set->joined--;
}

void
bx_deadline_arm(struct bx_deadlines *set, struct bx_deadline *deadline,
    bx_msec at)
{
	struct bx_deadline_entry entry = { .key = at, .deadline = deadline };

	deadline->at = at;
	if (at == BX_NEVER)
		return;
	if (deadline->slot == 0)
		sift(set, entry, ++set->entries);
	else if (at < set->heap[deadline->slot - 1].key)
		sift(set, entry, deadline->slot);
}

void
bx_deadline_disarm(struct bx_deadline *deadline)
{
	deadline->at = BX_NEVER;
}

bool
bx_deadline_is_armed(const struct bx_deadline *deadline)
{
	return deadline->at != BX_NEVER;
}

/* Have no entry with a key <= now come before one that is due earlier. */
static void
settle(struct bx_deadlines *set, bx_msec now)
{
	struct bx_deadline_entry first;

	while (set->entries > 0 && set->heap[0].key <= now) {
		first = set->heap[0];
		if (first.key == first.deadline->at)
			return;
		first.key = first.deadline->at;
		if (first.key == BX_NEVER)
			drop(set, first.deadline);
		else
			sift(set, first, 1);
	}
}

bx_msec
bx_deadlines_next(const struct bx_deadlines *set)
{
	return set->entries == 0 ? BX_NEVER : set->heap[0].key;
}

struct bx_deadline *
bx_deadlines_take_due(struct bx_deadlines *set, bx_msec now)
{
	struct bx_deadline *first;

	settle(set, now);
	if (set->entries == 0 || set->heap[0].key > now)
		return NULL;
	first = set->heap[0].deadline;
	first->at = BX_NEVER;
	drop(set, first);
	return first;
}
