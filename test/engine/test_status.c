/* test_status.c - the names of causes. */
#include <string.h>

#include "engine/status.h"
#include "test/support/unit.h"

static void
test_names(void)
{
	const char *name;
	int i, j;

	for (i = BX_OK; i <= BX_EGONE; i++) {
		name = bx_status_name((enum bx_status)i);
		CU_ASSERT_PTR_NOT_NULL_FATAL(name);
		CU_ASSERT_STRING_NOT_EQUAL(name, "unknown");
		/* It stands as a value in a line of key=value text. */
		CU_ASSERT_EQUAL(strcspn(name, " =\"\n"), strlen(name));
		for (j = BX_OK; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(name,
			    bx_status_name((enum bx_status)j));
	}
}

static void
test_known(void)
{
	CU_ASSERT_STRING_EQUAL(bx_status_name(BX_OK), "ok");
	CU_ASSERT_STRING_EQUAL(bx_status_name(BX_ENOMEM), "no_memory");
	CU_ASSERT_STRING_EQUAL(bx_status_name((enum bx_status)(BX_EGONE + 1)),
	    "unknown");
}

static const struct unit_test tests[] = {
	{ "each status has a name of its own, fit for the log", test_names },
	{ "names are stable, also that of no status", test_known },
};

UNIT_MAIN("status", tests)
