/*
 * budget.h - how many bytes may be kept for peers that are not done sending.
 *
 * A connection's budget is part of the process's, so a share is taken from
 * both or from neither.
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

/* Is there room for len bytes more?  If so they are taken. */
static inline bool
fcgi_budget_take(struct fcgi_budget *budget, size_t len)
{
	struct fcgi_budget *each;

	for (each = budget; each != NULL; each = each->parent)
		if (len > each->limit - each->used)
			return false;
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
