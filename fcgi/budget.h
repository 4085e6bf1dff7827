/*
 * budget.h - how many bytes may be kept for peers that are not done sending.
 *
 * A connection's budget is part of the process's, so a share is taken from
 * both or from neither.  Whoever keeps much leaves a part of each to those who
 * need little: large uploads that never end shut out only one another.
 *
 * Ownership: plain data; a parent outlives its children.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_BUDGET_H
#define FCGI_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct fcgi_budget {
	size_t used;
	size_t limit;
	struct fcgi_budget *parent; /* NULL for the outermost */
};

/* The part of a budget that is left to the small: one of so many. */
#define FCGI_BUDGET_PARTS 4

/* Is there room for len bytes more, for one who keeps much or little?  If so
 * they are taken. */
static inline bool
fcgi_budget_take(struct fcgi_budget *budget, size_t len, bool is_large)
{
	struct fcgi_budget *each;
	size_t limit;

	for (each = budget; each != NULL; each = each->parent) {
		limit = each->limit;
		if (is_large)
			limit -= limit / FCGI_BUDGET_PARTS;
		if (each->used > limit || len > limit - each->used)
			return false;
	}
	for (each = budget; each != NULL; each = each->parent)
		each->used += len;
	return true;
}

/* Give back len bytes that were taken. */
static inline void
fcgi_budget_give(struct fcgi_budget *budget, size_t len)
{
	for (; budget != NULL; budget = budget->parent)
		budget->used -= len;
}

#endif
