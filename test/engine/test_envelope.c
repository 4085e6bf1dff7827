/*
 * test_envelope.c - which bytes of a request are which field.
 */
#include <string.h>

#include "engine/envelope.h"
#include "test/support/unit.h"

static enum bx_status
scan(struct bx_envelopes *envelopes, const char *text)
{
	const struct bx_envelope_input input = {
		.bytes = text,
		.len = strlen(text),
		.max_depth = 4,
		.max_count = 3,
	};

	return bx_envelopes_scan(envelopes, &input);
}

static void
check_status(const char *text, enum bx_status expected)
{
	struct bx_envelopes envelopes;

	bx_envelopes_init(&envelopes, unit_env());
	CU_ASSERT_EQUAL(scan(&envelopes, text), expected);
	bx_envelopes_fini(&envelopes);
}

static void
check_field(const struct bx_envelope *envelope, const char *text,
    enum bx_field field, const char *expected)
{
	struct bx_slice slice = bx_envelope_field(envelope, text, field);

	CU_ASSERT_EQUAL_FATAL(slice.len, strlen(expected));
	CU_ASSERT_TRUE(unit_is_text(slice.at, slice.len, expected));
}

static void
fields_are_found_as_they_were_sent(void)
{
	static const char text[] =
	    " [ {\"channel\" : \"\\/a\" , \"data\":"
	    " [ 1,{} ] ,\"x\":{\"data\":3}, \"id\":1e5 },"
	    "{\"\\u0069d\":\"2\",\"id\":\"3\"} ] ";
	struct bx_envelopes envelopes;

	bx_envelopes_init(&envelopes, unit_env());
	CU_ASSERT_EQUAL_FATAL(scan(&envelopes, text), BX_OK);
	CU_ASSERT_EQUAL_FATAL(envelopes.count, 2);
	check_field(&envelopes.list[0], text, BX_FIELD_CHANNEL, "\"\\/a\"");
	check_field(&envelopes.list[0], text, BX_FIELD_DATA, "[ 1,{} ]");
	check_field(&envelopes.list[0], text, BX_FIELD_ID, "1e5");
	CU_ASSERT_PTR_NULL(
	    bx_envelope_field(&envelopes.list[0], text, BX_FIELD_EXT).at);
	/* Rule 22: of duplicate keys, however spelt, the last wins. */
	check_field(&envelopes.list[1], text, BX_FIELD_ID, "\"3\"");
	bx_envelopes_fini(&envelopes);
}

static void
a_field_is_named_by_its_whole_key_however_spelt(void)
{
	static const char text[] = "[{\"channels\":1,\"channe\":2,\"\":3,"
				   "\"Channel\":4,\"channel\\u0000\":5,"
				   "\"\\nhannel\":6,\"dat\":7,\"xxxx\":8},"
				   "{\"chann\\u0065l\":1,\"ext\":2,"
				   "\"\\u0064ata\":3,\"dat\\\\a\":4,"
				   "\"minimumVersion\":5}]";
	struct bx_envelopes envelopes;
	int field;

	bx_envelopes_init(&envelopes, unit_env());
	CU_ASSERT_EQUAL_FATAL(scan(&envelopes, text), BX_OK);
	CU_ASSERT_EQUAL_FATAL(envelopes.count, 2);
	for (field = 0; field < BX_FIELD_COUNT; field++)
		check_field(&envelopes.list[0], text, (enum bx_field)field,
		    "");
	check_field(&envelopes.list[1], text, BX_FIELD_CHANNEL, "1");
	check_field(&envelopes.list[1], text, BX_FIELD_EXT, "2");
	check_field(&envelopes.list[1], text, BX_FIELD_DATA, "3");
	check_field(&envelopes.list[1], text, BX_FIELD_MINIMUM_VERSION, "5");
	bx_envelopes_fini(&envelopes);
}

static void
rule_9_what_is_no_message_is_refused_whole(void)
{
	static const char *const bad[] = {
		"",
		" ",
		"[]",
		"null",
		"1",
		"\"x\"",
		"[1]",
		"[{},null]",
		"[{}",
		"[{}]]",
		"{}{}",
		"[{},]",
		"{\"a\":}",
		"[[{}]]",
		"{\"a\":[[[[]]]]}",
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_status(bad[i], BX_EJSON);
	check_status("{}", BX_OK);
	check_status("{\"a\":[[[]]]}", BX_OK);
}

static void
more_than_max_count_messages_are_too_many(void)
{
	check_status("[{},{},{}]", BX_OK);
	check_status("[{},{},{},{}]", BX_EMANY);
}

static void
a_second_input_adds_to_the_first(void)
{
	static const char text[] = "[{\"id\":1}]{\"id\":2}";
	struct bx_envelope_input input = {
		.bytes = text,
		.len = 10,
		.max_depth = 4,
		.max_count = 3,
	};
	struct bx_envelopes envelopes;

	bx_envelopes_init(&envelopes, unit_env());
	CU_ASSERT_EQUAL(bx_envelopes_scan(&envelopes, &input), BX_OK);
	input.from = input.len;
	input.len = sizeof(text) - 1;
	CU_ASSERT_EQUAL(bx_envelopes_scan(&envelopes, &input), BX_OK);
	CU_ASSERT_EQUAL_FATAL(envelopes.count, 2);
	check_field(&envelopes.list[1], text, BX_FIELD_ID, "2");
	bx_envelopes_fini(&envelopes);
}

/* A request's list is kept for the next, whatever became of the first. */
static void
what_was_cleared_is_as_good_as_new(void)
{
	static const char good[] = "[{\"id\":1},{\"data\":2}]";
	struct bx_envelopes envelopes;
	size_t before;

	bx_envelopes_init(&envelopes, unit_env());
	CU_ASSERT_EQUAL(scan(&envelopes, "[{\"ext\":1},{\"id\":3},"),
	    BX_EJSON);
	before = unit_allocations();
	bx_envelopes_clear(&envelopes);
	CU_ASSERT_EQUAL(envelopes.count, 0);
	CU_ASSERT_EQUAL(scan(&envelopes, good), BX_OK);
	CU_ASSERT_EQUAL_FATAL(envelopes.count, 2);
	check_field(&envelopes.list[0], good, BX_FIELD_ID, "1");
	check_field(&envelopes.list[0], good, BX_FIELD_EXT, "");
	check_field(&envelopes.list[1], good, BX_FIELD_DATA, "2");
	CU_ASSERT_EQUAL(unit_allocations(), before);
	bx_envelopes_fini(&envelopes);
}

static bool
scan_three(void *ctx)
{
	struct bx_envelopes envelopes;
	enum bx_status status;

	(void)ctx;
	bx_envelopes_init(&envelopes, unit_env());
	status = scan(&envelopes, "[{},{},{}]");
	CU_ASSERT_TRUE(status == BX_OK || status == BX_ENOMEM);
	bx_envelopes_fini(&envelopes);
	return status == BX_OK;
}

static void
no_memory_is_told_apart_from_bad_json(void)
{
	CU_ASSERT(unit_fail_each(scan_three, NULL) >= 2);
}

static const struct unit_test tests[] = {
	{ "fields are found as they were sent",
	    fields_are_found_as_they_were_sent },
	{ "a field is named by its whole key, however spelt",
	    a_field_is_named_by_its_whole_key_however_spelt },
	{ "rule 9: what is no message is refused whole",
	    rule_9_what_is_no_message_is_refused_whole },
	{ "more than max_count messages are too many",
	    more_than_max_count_messages_are_too_many },
	{ "a second input adds to the first",
	    a_second_input_adds_to_the_first },
	{ "what was cleared is as good as new",
	    what_was_cleared_is_as_good_as_new },
	{ "no memory is told apart from bad JSON",
	    no_memory_is_told_apart_from_bad_json },
};

UNIT_MAIN("envelope", tests)
