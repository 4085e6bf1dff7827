/*
 * list.h - an intrusive, circular, doubly linked list.
 *
 * A struct bx_list is either a head or a link inside an element.  An element
 * that is in no list is linked to itself, so removing it again is harmless.
 *
 * Ownership: a list owns nothing; whoever embeds the links does.
 * Reentrancy: to call out while walking, take elements off the front.
 */
#ifndef BX_LIST_H
#define BX_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct bx_list {
	struct bx_list *next;
	struct bx_list *prev;
};

/* The element of the given type whose member is at link. */
#define BX_LIST_ENTRY(link, type, member) \
	((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void
bx_list_init(struct bx_list *list)
{
	list->next = list;
	list->prev = list;
}

/* For a head: it has no element.  For a link: it is in no list. */
static inline bool
bx_list_is_empty(const struct bx_list *list)
{
	return list->next == list;
}

static inline void
bx_list_insert_before(struct bx_list *place, struct bx_list *link)
{
	link->prev = place->prev;
	link->next = place;
	place->prev->next = link;
	place->prev = link;
}

static inline void
bx_list_append(struct bx_list *head, struct bx_list *link)
{
	bx_list_insert_before(head, link);
}

/* Take link out of whatever list it is in, or none; it is left initialised. */
static inline void
bx_list_remove(struct bx_list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	bx_list_init(link);
}

/* Remove and return the first link; NULL when head is empty. */
static inline struct bx_list *
bx_list_take_first(struct bx_list *head)
{
	struct bx_list *first = head->next;

	if (first == head)
		return NULL;
	bx_list_remove(first);
	return first;
}

/* Move all of from, in order, behind the last element of to. */
static inline void
bx_list_append_all(struct bx_list *to, struct bx_list *from)
{
	if (bx_list_is_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	bx_list_init(from);
}

#endif
