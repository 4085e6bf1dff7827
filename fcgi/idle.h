/*
 * idle.h - what has been waiting for a peer, the longest wait first.
 *
 * All items of a list have the same limit, so whoever is touched goes to the
 * end and the first is always the next to expire: thousands of limits cost no
 * timer of their own.
 *
 * Ownership: an item is embedded in its owner, which forgets it before it is
 * freed; the list owns nothing.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_IDLE_H
#define FCGI_IDLE_H

#include "engine/env.h"
#include "engine/list.h"

struct fcgi_idle {
	struct bx_list link;
	bx_msec since;
};

struct fcgi_idle_list {
	struct bx_list items;
	bx_msec limit;
};

#define FCGI_IDLE_OWNER(item, type, member) \
	((type *)(void *)((char *)(item)-offsetof(type, member)))

static inline void
fcgi_idle_list_init(struct fcgi_idle_list *list, bx_msec limit)
{
	bx_list_init(&list->items);
	list->limit = limit;
}

/* In no list. */
static inline void
fcgi_idle_init(struct fcgi_idle *item)
{
	bx_list_init(&item->link);
	item->since = 0;
}

static inline bool
fcgi_idle_is_waiting(const struct fcgi_idle *item)
{
	return !bx_list_is_empty(&item->link);
}

/* The wait of item begins now, also when it has begun before. */
static inline void
fcgi_idle_touch(struct fcgi_idle_list *list, struct fcgi_idle *item,
    bx_msec now)
{
	bx_list_remove(&item->link);
	bx_list_append(&list->items, &item->link);
	item->since = now;
}

/* Item waits no more; legal twice. */
static inline void
fcgi_idle_forget(struct fcgi_idle *item)
{
	bx_list_remove(&item->link);
}

/* When the next item expires; BX_NEVER when none waits. */
static inline bx_msec
fcgi_idle_list_next(const struct fcgi_idle_list *list)
{
	if (bx_list_is_empty(&list->items))
		return BX_NEVER;
	return BX_LIST_ENTRY(list->items.next, struct fcgi_idle, link)->since +
	    list->limit;
}

/* Take an item off the list whose limit is reached; NULL: there is none. */
static inline struct fcgi_idle *
fcgi_idle_list_take_expired(struct fcgi_idle_list *list, bx_msec now)
{
	if (fcgi_idle_list_next(list) > now)
		return NULL;
	return BX_LIST_ENTRY(bx_list_take_first(&list->items),
	    struct fcgi_idle, link);
}

#endif
