/* test_stamp.c - what each message carries. */
#include "test/load/stamp.h"

#include <stdlib.h>
#include <string.h>

#include "test/support/unit.h"

static const struct load_stamp sample = { .run = 0xbeef,
	.stream = 12,
	.number = 7,
	.due = 1000000 };

/* Of a copy that ends where its memory does. */
static bool
parse(const char *text, size_t size, struct load_stamp *stamp)
{
	size_t len = strlen(text);
	char *copy = malloc(len + 1);
	bool parsed;

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	memcpy(copy, text, len);
	copy = realloc(copy, len > 0 ? len : 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	parsed = load_stamp_parse((struct bx_slice){ copy, len }, size, stamp);
	free(copy);
	return parsed;
}

static void
a_stamp_is_a_string_of_its_size(void)
{
	char out[LOAD_STAMP_MIN];

	load_stamp_format(&sample, out, sizeof(out));
	CU_ASSERT_TRUE(unit_is_text(out, sizeof(out),
	    "\"beef.c.7.f4240.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""));
}

static void
what_was_written_is_read(void)
{
	const struct load_stamp most = { UINT32_MAX, UINT32_MAX, UINT32_MAX,
		UINT64_C(0xfffffffffffff) };
	const struct load_stamp least = { 0 };
	const struct load_stamp *const all[] = { &sample, &most, &least };
	struct load_stamp stamp;
	char out[400];

	for (size_t i = 0; i < 3; i++)
		for (size_t size = LOAD_STAMP_MIN; size <= sizeof(out);
		     size += 16) {
			load_stamp_format(all[i], out, size);
			CU_ASSERT_TRUE(
			    load_stamp_parse((struct bx_slice){ out, size },
				size, &stamp));
			CU_ASSERT_EQUAL(stamp.run, all[i]->run);
			CU_ASSERT_EQUAL(stamp.stream, all[i]->stream);
			CU_ASSERT_EQUAL(stamp.number, all[i]->number);
			CU_ASSERT_EQUAL(stamp.due, all[i]->due);
		}
}

static void
any_byte_that_is_not_as_it_was_is_seen(void)
{
	char out[LOAD_STAMP_MIN];
	struct load_stamp stamp;

	load_stamp_format(&sample, out, sizeof(out));
	for (size_t i = 0; i < sizeof(out); i++) {
		char kept = out[i];

		out[i] = '#';
		CU_ASSERT_FALSE(
		    load_stamp_parse((struct bx_slice){ out, sizeof(out) },
			sizeof(out), &stamp));
		out[i] = kept;
	}
}

static void
what_is_cut_off_or_of_another_size_is_no_stamp(void)
{
	char out[LOAD_STAMP_MIN + 1] = { 0 };
	struct load_stamp stamp;

	/* A message may have no data. */
	CU_ASSERT_FALSE(
	    load_stamp_parse((struct bx_slice){ NULL, 0 }, 0, &stamp));
	load_stamp_format(&sample, out, LOAD_STAMP_MIN);
	CU_ASSERT_TRUE(parse(out, LOAD_STAMP_MIN, &stamp));
	CU_ASSERT_FALSE(parse(out, LOAD_STAMP_MIN + 1, &stamp));
	for (size_t len = LOAD_STAMP_MIN - 1; len > 0; len--) {
		out[len] = '\0';
		CU_ASSERT_FALSE(parse(out, LOAD_STAMP_MIN, &stamp));
		CU_ASSERT_FALSE(parse(out, len, &stamp));
	}
}

static void
numbers_that_are_too_great_are_no_stamp(void)
{
	struct load_stamp stamp;

	CU_ASSERT_FALSE(
	    parse("\"123456789.1.1.1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", 48,
		&stamp));
	CU_ASSERT_FALSE(
	    parse("\"1.123456789.1.1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", 48,
		&stamp));
	CU_ASSERT_FALSE(
	    parse("\"1..1.1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", 48,
		&stamp));
	CU_ASSERT_TRUE(
	    parse("\"12345678.1.1.1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", 48,
		&stamp));
}

static const struct unit_test tests[] = {
	{ "a stamp is a string of its size", a_stamp_is_a_string_of_its_size },
	{ "what was written is read", what_was_written_is_read },
	{ "any byte that is not as it was is seen",
	    any_byte_that_is_not_as_it_was_is_seen },
	{ "what is cut off or of another size is no stamp",
	    what_is_cut_off_or_of_another_size_is_no_stamp },
	{ "numbers that are too great are no stamp",
	    numbers_that_are_too_great_are_no_stamp },
};

UNIT_MAIN("load/stamp", tests)
