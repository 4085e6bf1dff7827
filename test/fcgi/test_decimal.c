/* test_decimal.c - numbers as digits. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fcgi/decimal.h"
#include "test/support/unit.h"

/* Is it written as printf writes it, and not a byte more? */
static bool
is_as_printed(uint64_t value)
{
	char out[FCGI_DECIMAL_MAX];
	char printed[FCGI_DECIMAL_MAX + 1];
	size_t len;

	memset(out, 'x', sizeof(out));
	len = fcgi_decimal_format(value, out);
	(void)snprintf(printed, sizeof(printed), "%" PRIu64, value);
	return unit_is_text(out, len, printed) &&
	    (len == sizeof(out) || out[len] == 'x');
}

static void
a_number_is_written_as_printf_does(void)
{
	uint64_t power = 1;
	int i;

	CU_ASSERT_TRUE(is_as_printed(0));
	for (i = 0; i < 20; i++) {
		CU_ASSERT_TRUE(is_as_printed(power - 1));
		CU_ASSERT_TRUE(is_as_printed(power));
		CU_ASSERT_TRUE(is_as_printed(power + 1));
		power *= 10;
	}
	CU_ASSERT_TRUE(is_as_printed(1234567890));
}

static void
the_largest_number_has_the_most_digits(void)
{
	char out[FCGI_DECIMAL_MAX];

	CU_ASSERT_EQUAL(fcgi_decimal_format(UINT64_MAX, out), sizeof(out));
	CU_ASSERT_TRUE(is_as_printed(UINT64_MAX));
}

static const struct unit_test tests[] = {
	{ "a number is written as printf does",
	    a_number_is_written_as_printf_does },
	{ "the largest number has the most digits",
	    the_largest_number_has_the_most_digits },
};

UNIT_MAIN("fcgi/decimal", tests)
