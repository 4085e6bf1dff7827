/*
 * test_user.c - what a user may be called.
 */
#include <string.h>

#include "engine/user.h"
#include "test/support/unit.h"

static void
a_name_may_have_any_printable_byte(void)
{
	CU_ASSERT_TRUE(bx_user_is_valid("a", 1));
	CU_ASSERT_TRUE(bx_user_is_valid("DOM\\al ice@b/\"*", 15));
	CU_ASSERT_TRUE(bx_user_is_valid("\xc3\xa4\xff", 3));
}

static void
a_name_has_no_control_bytes(void)
{
	CU_ASSERT_FALSE(bx_user_is_valid("a\0b", 3));
	CU_ASSERT_FALSE(bx_user_is_valid("a\n", 2));
	CU_ASSERT_FALSE(bx_user_is_valid("\x1f", 1));
	CU_ASSERT_FALSE(bx_user_is_valid("a\x7f", 2));
}

static void
a_name_is_neither_empty_nor_endless(void)
{
	char name[BX_USER_MAX + 1];

	memset(name, 'a', sizeof(name));
	CU_ASSERT_FALSE(bx_user_is_valid(name, 0));
	CU_ASSERT_TRUE(bx_user_is_valid(name, BX_USER_MAX));
	CU_ASSERT_FALSE(bx_user_is_valid(name, BX_USER_MAX + 1));
}

static const struct unit_test tests[] = {
	{ "a name may have any printable byte",
	    a_name_may_have_any_printable_byte },
	{ "a name has no control bytes", a_name_has_no_control_bytes },
	{ "a name is neither empty nor endless",
	    a_name_is_neither_empty_nor_endless },
};

UNIT_MAIN("user", tests)
