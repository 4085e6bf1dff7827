/*
 * deadline.c - a binary heap whose elements know their slots.
 */
#include "deadline.h"

#include <stdbool.h>
#include <stdint.h>

#define CAP_MIN 16

void
bx_deadlines_init(struct bx_deadlines *set, const struct bx_env *env)
{
	set->env = env;
	set->heap = NULL;
	set->armed = 0;
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
	struct bx_deadline **heap;

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

void
bx_deadline_leave(struct bx_deadlines *set, struct bx_deadline *deadline)
{
	bx_deadline_disarm(set, deadline);
	set->joined--;
}

static void
place(struct bx_deadlines *set, struct bx_deadline *deadline, size_t slot)
{
	set->heap[slot - 1] = deadline;
	deadline->slot = slot;
}

/* Move deadline from its slot to where it belongs, up or down. */
static void
sift(struct bx_deadlines *set, struct bx_deadline *deadline)
{
	size_t child, slot = deadline->slot;

	while (slot > 1 && set->heap[slot / 2 - 1]->at > deadline->at) {
		place(set, set->heap[slot / 2 - 1], slot);
		slot /= 2;
	}
	while ((child = slot * 2) <= set->armed) {
		if (child < set->armed &&
		    set->heap[child]->at < set->heap[child - 1]->at)
			child++;
		if (set->heap[child - 1]->at >= deadline->at)
			break;
		place(set, set->heap[child - 1], slot);
		slot = child;
	}
	place(set, deadline, slot);
}

void
bx_deadline_arm(struct bx_deadlines *set, struct bx_deadline *deadline,
    bx_msec at)
{
	if (deadline->slot == 0)
		place(set, deadline, ++set->armed);
	deadline->at = at;
	sift(set, deadline);
}

void
bx_deadline_disarm(struct bx_deadlines *set, struct bx_deadline *deadline)
{
	struct bx_deadline *last;
	size_t slot = deadline->slot;

	if (slot == 0)
		return;
	last = set->heap[--set->armed];
	deadline->slot = 0;
	if (last == deadline)
		return;
	place(set, last, slot);
	sift(set, last);
}

bx_msec
bx_deadlines_next(const struct bx_deadlines *set)
{
	return set->armed == 0 ? BX_NEVER : set->heap[0]->at;
}

struct bx_deadline *
bx_deadlines_take_due(struct bx_deadlines *set, bx_msec now)
{
	struct bx_deadline *first;

	if (set->armed == 0 || set->heap[0]->at > now)
		return NULL;
	first = set->heap[0];
	bx_deadline_disarm(set, first);
	return first;
}
