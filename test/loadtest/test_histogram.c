/* test_histogram.c - how often each duration occurred. */
#include "test/load/histogram.h"

#include <string.h>

#include "test/support/unit.h"

static struct load_histogram histogram;

static void
start(void)
{
	memset(&histogram, 0, sizeof(histogram));
}

static void
nothing_counted_is_zero(void)
{
	start();
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 0), 0);
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 1), 0);
	CU_ASSERT_EQUAL(histogram.count, 0);
}

static void
small_values_are_exact(void)
{
	start();
	for (uint64_t value = 1; value <= 200; value++)
		load_histogram_add(&histogram, value);
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 0), 1);
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 0.5), 100);
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 0.9), 180);
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 0.99), 198);
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 1), 200);
	CU_ASSERT_EQUAL(histogram.max, 200);
}

/* Alone below a greater one, so that the max does not help. */
static void
any_value_is_within_one_per_cent(void)
{
	for (uint64_t value = 1; value < LOAD_HISTOGRAM_MAX / 4;
	     value += value / 3 + 1) {
		uint64_t found;

		start();
		load_histogram_add(&histogram, value);
		load_histogram_add(&histogram, value * 3);
		found = load_histogram_at(&histogram, 0.5);
		CU_ASSERT(found >= value);
		CU_ASSERT(found - value <= value / 100);
	}
}

static void
powers_of_two_and_their_neighbours_are_told_apart(void)
{
	for (unsigned bit = 1; bit < LOAD_HISTOGRAM_TOP; bit++) {
		uint64_t power = UINT64_C(1) << bit;

		start();
		load_histogram_add(&histogram, power - 1);
		load_histogram_add(&histogram, power);
		CU_ASSERT_EQUAL(load_histogram_at(&histogram, 0.5), power - 1);
		CU_ASSERT_EQUAL(load_histogram_at(&histogram, 1), power);
	}
}

static void
what_is_beyond_all_buckets_is_known_by_the_max(void)
{
	start();
	load_histogram_add(&histogram, 5);
	load_histogram_add(&histogram, UINT64_MAX);
	load_histogram_add(&histogram, LOAD_HISTOGRAM_MAX);
	CU_ASSERT_EQUAL(histogram.count, 3);
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 0.3), 5);
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 0.5), UINT64_MAX);
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 1), UINT64_MAX);
}

static void
no_percentile_is_more_than_the_max(void)
{
	start();
	load_histogram_add(&histogram, 1000001);
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 0.5), 1000001);
}

static void
merging_is_counting_both(void)
{
	static struct load_histogram other;

	start();
	memset(&other, 0, sizeof(other));
	load_histogram_add(&histogram, 10);
	load_histogram_add(&other, 20);
	load_histogram_add(&other, 30);
	load_histogram_merge(&histogram, &other);
	CU_ASSERT_EQUAL(histogram.count, 3);
	CU_ASSERT_EQUAL(histogram.max, 30);
	CU_ASSERT_EQUAL(load_histogram_at(&histogram, 0.34), 20);
	memset(&other, 0, sizeof(other));
	load_histogram_merge(&histogram, &other);
	CU_ASSERT_EQUAL(histogram.max, 30);
}

static const struct unit_test tests[] = {
	{ "nothing counted is zero", nothing_counted_is_zero },
	{ "small values are exact", small_values_are_exact },
	{ "any value is within one per cent",
	    any_value_is_within_one_per_cent },
	{ "powers of two and their neighbours are told apart",
	    powers_of_two_and_their_neighbours_are_told_apart },
	{ "what is beyond all buckets is known by the max",
	    what_is_beyond_all_buckets_is_known_by_the_max },
	{ "no percentile is more than the max",
	    no_percentile_is_more_than_the_max },
	{ "merging is counting both", merging_is_counting_both },
};

UNIT_MAIN("load/histogram", tests)
