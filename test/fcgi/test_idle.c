/*
 * test_idle.c - who has kept us waiting longest.
 */
#include <string.h>

#include "fcgi/idle.h"
#include "test/support/unit.h"

struct owner {
	int number;
	struct fcgi_idle idle;
};

static void
the_longest_wait_expires_first(void)
{
	struct fcgi_idle_list list;
	struct fcgi_idle first, second;

	fcgi_idle_list_init(&list, 100);
	fcgi_idle_init(&first);
	fcgi_idle_init(&second);
	CU_ASSERT_EQUAL(fcgi_idle_list_next(&list), BX_NEVER);
	fcgi_idle_touch(&list, &first, 1);
	fcgi_idle_touch(&list, &second, 2);
	CU_ASSERT_EQUAL(fcgi_idle_list_next(&list), 101);
	CU_ASSERT_PTR_NULL(fcgi_idle_list_take_expired(&list, 100));
	CU_ASSERT_PTR_EQUAL(fcgi_idle_list_take_expired(&list, 101), &first);
	CU_ASSERT_PTR_NULL(fcgi_idle_list_take_expired(&list, 101));
	CU_ASSERT_PTR_EQUAL(fcgi_idle_list_take_expired(&list, 102), &second);
	CU_ASSERT_PTR_NULL(fcgi_idle_list_take_expired(&list, BX_NEVER - 1));
}

static void
whoever_is_touched_waits_anew(void)
{
	struct fcgi_idle_list list;
	struct fcgi_idle first, second;

	fcgi_idle_list_init(&list, 100);
	fcgi_idle_init(&first);
	fcgi_idle_init(&second);
	fcgi_idle_touch(&list, &first, 1);
	fcgi_idle_touch(&list, &second, 2);
	fcgi_idle_touch(&list, &first, 3);
	CU_ASSERT_EQUAL(fcgi_idle_list_next(&list), 102);
	CU_ASSERT_PTR_EQUAL(fcgi_idle_list_take_expired(&list, 200), &second);
	CU_ASSERT_PTR_EQUAL(fcgi_idle_list_take_expired(&list, 200), &first);
}

static void
whoever_is_forgotten_does_not_expire(void)
{
	struct fcgi_idle_list list;
	struct fcgi_idle item;

	fcgi_idle_list_init(&list, 100);
	fcgi_idle_init(&item);
	CU_ASSERT_FALSE(fcgi_idle_is_waiting(&item));
	fcgi_idle_touch(&list, &item, 1);
	CU_ASSERT_TRUE(fcgi_idle_is_waiting(&item));
	fcgi_idle_forget(&item);
	fcgi_idle_forget(&item);
	CU_ASSERT_FALSE(fcgi_idle_is_waiting(&item));
	CU_ASSERT_PTR_NULL(fcgi_idle_list_take_expired(&list, 1000));
}

static void
an_item_knows_its_owner(void)
{
	struct owner owner = { .number = 7 };
	struct fcgi_idle *item = &owner.idle;

	CU_ASSERT_EQUAL(FCGI_IDLE_OWNER(item, struct owner, idle)->number, 7);
}

static const struct unit_test tests[] = {
	{ "the longest wait expires first", the_longest_wait_expires_first },
	{ "whoever is touched waits anew", whoever_is_touched_waits_anew },
	{ "whoever is forgotten does not expire",
	    whoever_is_forgotten_does_not_expire },
	{ "an item knows its owner", an_item_knows_its_owner },
};

UNIT_MAIN("fcgi/idle", tests)
