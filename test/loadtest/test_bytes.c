/* test_bytes.c - bytes that grow. */
#include "test/load/bytes.h"

#include <string.h>

#include "test/support/unit.h"

static void
bytes_grow_by_appending_and_printing(void)
{
	struct load_bytes bytes = { 0 };
	char expected[3000];

	for (size_t i = 0; i < 1000; i++) {
		load_bytes_append(&bytes, "a", 1);
		load_bytes_print(&bytes, "%s", "bc");
		memcpy(expected + 3 * i, "abc", 3);
	}
	CU_ASSERT_EQUAL_FATAL(bytes.len, sizeof(expected));
	CU_ASSERT_EQUAL(memcmp(bytes.at, expected, sizeof(expected)), 0);
	load_bytes_fini(&bytes);
	CU_ASSERT_PTR_NULL(bytes.at);
	load_bytes_fini(&bytes);
}

/* So that vsnprintf's NUL has room, or the text goes in by a second try. */
static void
a_print_may_end_anywhere_in_the_memory(void)
{
	for (size_t len = 250; len < 260; len++) {
		struct load_bytes bytes = { 0 };

		load_bytes_print(&bytes, "%*s", (int)len, "x");
		CU_ASSERT_EQUAL_FATAL(bytes.len, len);
		CU_ASSERT_EQUAL(bytes.at[len - 1], 'x');
		CU_ASSERT_EQUAL(bytes.at[0], ' ');
		load_bytes_fini(&bytes);
	}
}

static void
bytes_are_dropped_from_the_front(void)
{
	struct load_bytes bytes = { 0 };

	load_bytes_append(&bytes, "hello", 5);
	load_bytes_drop(&bytes, 2);
	CU_ASSERT_TRUE(unit_is_text(bytes.at, bytes.len, "llo"));
	load_bytes_drop(&bytes, 3);
	CU_ASSERT_EQUAL(bytes.len, 0);
	load_bytes_fini(&bytes);
}

static void
clearing_keeps_little_memory(void)
{
	struct load_bytes bytes = { 0 };

	load_bytes_append(&bytes, "hello", 5);
	load_bytes_clear(&bytes);
	CU_ASSERT_EQUAL(bytes.len, 0);
	CU_ASSERT_PTR_NOT_NULL(bytes.at);
	(void)load_bytes_room(&bytes, 100000);
	load_bytes_clear(&bytes);
	CU_ASSERT_PTR_NULL(bytes.at);
	CU_ASSERT_EQUAL(bytes.cap, 0);
}

static const struct unit_test tests[] = {
	{ "bytes grow by appending and printing",
	    bytes_grow_by_appending_and_printing },
	{ "a print may end anywhere in the memory",
	    a_print_may_end_anywhere_in_the_memory },
	{ "bytes are dropped from the front",
	    bytes_are_dropped_from_the_front },
	{ "clearing keeps little memory", clearing_keeps_little_memory },
};

UNIT_MAIN("load/bytes", tests)
