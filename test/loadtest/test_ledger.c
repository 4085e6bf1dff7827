/* test_ledger.c - who is in which room, and who has got what. */
#include "test/load/ledger.h"

#include "test/support/unit.h"

static bool
is_in(const struct load_ledger *ledger, uint32_t client, uint32_t room)
{
	for (uint32_t nth = 0; nth < ledger->per_client; nth++)
		if (load_ledger_room(ledger, client, nth) == room)
			return true;
	return false;
}

static void
a_client_is_in_different_rooms(void)
{
	struct load_ledger ledger;

	for (uint32_t rooms = 1; rooms < 25; rooms++)
		for (uint32_t each = 1; each <= rooms; each++) {
			load_ledger_init(&ledger, 30, rooms, each);
			for (uint32_t c = 0; c < 30; c++) {
				uint32_t count = 0;

				for (uint32_t r = 0; r < rooms; r++)
					count += is_in(&ledger, c, r);
				CU_ASSERT_EQUAL(count, each);
			}
			load_ledger_fini(&ledger);
		}
}

static void
members_are_counted(void)
{
	struct load_ledger ledger;

	load_ledger_init(&ledger, 30, 7, 3);
	for (uint32_t r = 0; r < 7; r++) {
		uint32_t count = 0;

		for (uint32_t c = 0; c < 30; c++)
			count += is_in(&ledger, c, r);
		CU_ASSERT_EQUAL(ledger.members[r], count);
	}
	load_ledger_fini(&ledger);
}

/* Ten clients in 5 rooms, two each; one stream into each room, and a second
 * one into room 0. */
static void
open_ledger(struct load_ledger *ledger)
{
	load_ledger_init(ledger, 10, 5, 2);
	for (uint32_t r = 0; r < 5; r++)
		CU_ASSERT_EQUAL_FATAL(load_ledger_add(ledger, r), r);
	CU_ASSERT_EQUAL_FATAL(load_ledger_add(ledger, 0), 5);
	load_ledger_open(ledger);
}

/* Everybody whom it concerns takes the newest of stream. */
static void
deliver(struct load_ledger *ledger, uint32_t stream)
{
	uint32_t number = ledger->streams[stream].sent++;

	for (uint32_t c = 0; c < ledger->clients; c++)
		if (is_in(ledger, c, ledger->streams[stream].room))
			CU_ASSERT_EQUAL(load_ledger_take(ledger, c, stream,
					    number),
			    LOAD_LEDGER_FRESH);
}

static void
when_everybody_has_everything_nothing_is_missing(void)
{
	struct load_ledger ledger;

	open_ledger(&ledger);
	for (uint32_t i = 0; i < 60; i++)
		deliver(&ledger, i % 6);
	CU_ASSERT_EQUAL(load_ledger_expected(&ledger, 0, 10), ledger.fresh);
	CU_ASSERT_EQUAL(ledger.fresh, 60 * 4);
	CU_ASSERT_EQUAL(load_ledger_missing(&ledger, 0, 10), 0);
	load_ledger_fini(&ledger);
}

static void
what_one_has_not_got_is_missing_for_that_one(void)
{
	struct load_ledger ledger;

	open_ledger(&ledger);
	deliver(&ledger, 0);
	ledger.streams[5].sent = 3; /* members are 0, 3, 5 and 8 */
	CU_ASSERT_EQUAL(load_ledger_missing(&ledger, 0, 10), 4 * 3);
	CU_ASSERT_EQUAL(load_ledger_missing(&ledger, 0, 1), 3);
	CU_ASSERT_EQUAL(load_ledger_expected(&ledger, 0, 1), 4);
	CU_ASSERT_EQUAL(load_ledger_missing(&ledger, 1, 3), 0);
	CU_ASSERT_EQUAL(load_ledger_take(&ledger, 3, 5, 1), LOAD_LEDGER_FRESH);
	CU_ASSERT_EQUAL(load_ledger_missing(&ledger, 0, 10), 11);
	CU_ASSERT_EQUAL(load_ledger_take(&ledger, 3, 5, 0),
	    LOAD_LEDGER_MISORDERED);
	CU_ASSERT_EQUAL(load_ledger_missing(&ledger, 0, 10), 10);
	CU_ASSERT_EQUAL(load_ledger_take(&ledger, 3, 5, 1),
	    LOAD_LEDGER_DOUBLED);
	CU_ASSERT_EQUAL(load_ledger_missing(&ledger, 0, 10), 10);
	load_ledger_fini(&ledger);
}

static void
what_was_not_sent_to_a_client_is_foreign(void)
{
	struct load_ledger ledger;

	open_ledger(&ledger);
	deliver(&ledger, 0);
	CU_ASSERT_EQUAL(load_ledger_take(&ledger, 0, 0, 1),
	    LOAD_LEDGER_FOREIGN);
	CU_ASSERT_EQUAL(load_ledger_take(&ledger, 1, 0, 0),
	    LOAD_LEDGER_FOREIGN);
	CU_ASSERT_EQUAL(load_ledger_take(&ledger, 0, 6, 0),
	    LOAD_LEDGER_FOREIGN);
	CU_ASSERT_EQUAL(load_ledger_take(&ledger, 10, 0, 0),
	    LOAD_LEDGER_FOREIGN);
	CU_ASSERT_EQUAL(ledger.fresh, 4);
	load_ledger_fini(&ledger);
}

static void
who_leaves_has_only_what_was_between_missing(void)
{
	struct load_ledger ledger;

	open_ledger(&ledger);
	ledger.streams[0].sent = 10;
	(void)load_ledger_take(&ledger, 0, 0, 4);
	(void)load_ledger_take(&ledger, 0, 0, 7);
	load_ledger_leave(&ledger, 0);
	CU_ASSERT_EQUAL(ledger.gaps, 2);
	/* The next in that place begins anew. */
	CU_ASSERT_EQUAL(load_ledger_take(&ledger, 0, 0, 7), LOAD_LEDGER_FRESH);
	load_ledger_leave(&ledger, 0);
	CU_ASSERT_EQUAL(ledger.gaps, 2);
	load_ledger_fini(&ledger);
}

static const struct unit_test tests[] = {
	{ "a client is in different rooms", a_client_is_in_different_rooms },
	{ "members are counted", members_are_counted },
	{ "when everybody has everything nothing is missing",
	    when_everybody_has_everything_nothing_is_missing },
	{ "what one has not got is missing for that one",
	    what_one_has_not_got_is_missing_for_that_one },
	{ "what was not sent to a client is foreign",
	    what_was_not_sent_to_a_client_is_foreign },
	{ "who leaves has only what was between missing",
	    who_leaves_has_only_what_was_between_missing },
};

UNIT_MAIN("load/ledger", tests)
