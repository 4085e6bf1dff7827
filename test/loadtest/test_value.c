/* test_value.c - what an argument's text means. */
#include "test/load/value.h"

#include "test/support/unit.h"

static void
counts_are_digits(void)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "1k",
		"0x1", "1.5", "4294967295", "99999999999999999999" };
	uint32_t value;

	CU_ASSERT_TRUE(load_value_count("0", &value));
	CU_ASSERT_EQUAL(value, 0);
	CU_ASSERT_TRUE(load_value_count("4294967294", &value));
	CU_ASSERT_EQUAL(value, 4294967294);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_FALSE(load_value_count(bad[i], &value));
}

static void
durations_have_a_unit(void)
{
	static const char *const bad[] = { "", "1", "s", "-1s", "1 s", "1h",
		"1sec", ".5s", "1.2.3s", "1e3s", "999999999m", "nans" };
	load_nsec value;

	CU_ASSERT_TRUE(load_value_duration("0s", &value));
	CU_ASSERT_EQUAL(value, 0);
	CU_ASSERT_TRUE(load_value_duration("20us", &value));
	CU_ASSERT_EQUAL(value, 20 * LOAD_USEC);
	CU_ASSERT_TRUE(load_value_duration("200ms", &value));
	CU_ASSERT_EQUAL(value, 200 * LOAD_MSEC);
	CU_ASSERT_TRUE(load_value_duration("1.5s", &value));
	CU_ASSERT_EQUAL(value, 1500 * LOAD_MSEC);
	CU_ASSERT_TRUE(load_value_duration("2m", &value));
	CU_ASSERT_EQUAL(value, 120 * LOAD_SECOND);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_FALSE(load_value_duration(bad[i], &value));
}

static void
rates_may_have_a_fraction(void)
{
	static const char *const bad[] = { "", "-1", "1/s", "inf", ".5", "1e9",
		"2000000000" };
	double value;

	CU_ASSERT_TRUE(load_value_rate("80000", &value));
	CU_ASSERT_DOUBLE_EQUAL(value, 80000, 0);
	CU_ASSERT_TRUE(load_value_rate("0.5", &value));
	CU_ASSERT_DOUBLE_EQUAL(value, 0.5, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_FALSE(load_value_rate(bad[i], &value));
}

static const struct unit_test tests[] = {
	{ "counts are digits", counts_are_digits },
	{ "durations have a unit", durations_have_a_unit },
	{ "rates may have a fraction", rates_may_have_a_fraction },
};

UNIT_MAIN("load/value", tests)
