/* test_list.c - intrusive lists. */
#include <string.h>

#include "engine/list.h"
#include "test/support/unit.h"

struct element {
	char name;
	struct bx_list link;
};

/* The names in the list; and walking back gives the same ones. */
static const char *
names(const struct bx_list *head)
{
	static char text[16];
	const struct bx_list *link;
	size_t len = 0, back;

	for (link = head->next; link != head && len < 15; link = link->next)
		text[len++] = BX_LIST_ENTRY(link, struct element, link)->name;
	text[len] = '\0';
	back = len;
	for (link = head->prev; link != head && back > 0; link = link->prev)
		CU_ASSERT_EQUAL(text[--back],
		    BX_LIST_ENTRY(link, struct element, link)->name);
	CU_ASSERT_EQUAL(back, 0);
	CU_ASSERT_PTR_EQUAL(link, head);
	return text;
}

static void
fill(struct bx_list *head, struct element *elements, const char *text)
{
	size_t i;

	bx_list_init(head);
	for (i = 0; text[i] != '\0'; i++) {
		elements[i].name = text[i];
		bx_list_append(head, &elements[i].link);
	}
}

static void
test_append(void)
{
	struct element elements[3], other = { 'x', { NULL, NULL } };
	struct bx_list head;

	bx_list_init(&head);
	CU_ASSERT(bx_list_is_empty(&head));
	fill(&head, elements, "abc");
	CU_ASSERT_FALSE(bx_list_is_empty(&head));
	CU_ASSERT_STRING_EQUAL(names(&head), "abc");
	bx_list_insert_before(&elements[1].link, &other.link);
	CU_ASSERT_STRING_EQUAL(names(&head), "axbc");
}

static void
test_remove(void)
{
	struct element elements[3];
	struct bx_list head;

	fill(&head, elements, "abc");
	bx_list_remove(&elements[1].link);
	CU_ASSERT_STRING_EQUAL(names(&head), "ac");
	CU_ASSERT(bx_list_is_empty(&elements[1].link));
	bx_list_remove(&elements[1].link);
	CU_ASSERT_STRING_EQUAL(names(&head), "ac");
	bx_list_remove(&elements[0].link);
	bx_list_remove(&elements[2].link);
	CU_ASSERT(bx_list_is_empty(&head));
}

static void
test_take_first(void)
{
	struct element elements[2];
	struct bx_list head;

	fill(&head, elements, "ab");
	CU_ASSERT_PTR_EQUAL(bx_list_take_first(&head), &elements[0].link);
	CU_ASSERT(bx_list_is_empty(&elements[0].link));
	CU_ASSERT_STRING_EQUAL(names(&head), "b");
	CU_ASSERT_PTR_EQUAL(bx_list_take_first(&head), &elements[1].link);
	CU_ASSERT_PTR_NULL(bx_list_take_first(&head));
}

static void
test_move_all(void)
{
	struct element left[2], right[2];
	struct bx_list to, from;

	fill(&to, left, "ab");
	fill(&from, right, "cd");
	bx_list_append_all(&to, &from);
	CU_ASSERT_STRING_EQUAL(names(&to), "abcd");
	CU_ASSERT(bx_list_is_empty(&from));
	bx_list_append_all(&to, &from);
	CU_ASSERT_STRING_EQUAL(names(&to), "abcd");
	bx_list_append_all(&from, &to);
	CU_ASSERT_STRING_EQUAL(names(&from), "abcd");
	CU_ASSERT(bx_list_is_empty(&to));
}

static const struct unit_test tests[] = {
	{ "elements are kept in order", test_append },
	{ "removing twice is harmless", test_remove },
	{ "taking the first empties a list in order", test_take_first },
	{ "all elements move behind the others", test_move_all },
};

UNIT_MAIN("list", tests)
