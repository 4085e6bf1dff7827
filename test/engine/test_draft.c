/*
 * test_draft.c - fields in order, and one ext behind them.
 */
#include <string.h>

#include "engine/draft.h"
#include "engine/message.h"
#include "test/support/unit.h"

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static void
check(const struct bx_draft *draft, const char *expected)
{
	struct bx_message *message = bx_message_of_draft(draft);

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_TRUE(unit_is_text(bx_message_bytes(message),
	    bx_message_length(message), expected));
	bx_message_unref(message);
}

static void
ext_is_one_object_behind_all_fields(void)
{
	struct bx_draft draft;

	bx_draft_init(&draft, unit_env());
	check(&draft, "{}");
	bx_draft_ext(&draft, "ack", slice("1"));
	check(&draft, "{\"ext\":{\"ack\":1}}");
	bx_draft_field(&draft, "id", slice("\"7\""));
	bx_draft_ext(&draft, "none", slice(""));
	bx_draft_ext(&draft, "timesync", slice("{\"tc\":1}"));
	(void)bx_buf_append_integer(bx_draft_begin_field(&draft, "n"), 5);
	check(&draft,
	    "{\"id\":\"7\",\"n\":5,"
	    "\"ext\":{\"ack\":1,\"timesync\":{\"tc\":1}}}");
	bx_draft_fini(&draft);
}

static void
names_are_escaped(void)
{
	struct bx_draft draft;

	bx_draft_init(&draft, unit_env());
	bx_draft_field(&draft, "a\"b", slice("1"));
	bx_draft_ext(&draft, "c\\", slice("2"));
	check(&draft, "{\"a\\u0022b\":1,\"ext\":{\"c\\u005c\":2}}");
	bx_draft_fini(&draft);
}

static void
labels_are_written_as_they_are(void)
{
	struct bx_draft draft;

	bx_draft_init(&draft, unit_env());
	bx_draft_labelled(&draft, slice("\"none\":"), slice(""));
	bx_draft_labelled(&draft, slice("\"a\":"), slice("1"));
	bx_draft_labelled(&draft, slice("\"none\":"), slice(""));
	bx_draft_field(&draft, "b", slice("2"));
	bx_draft_labelled(&draft, slice("\"c\\u0022\":"), slice("[3]"));
	check(&draft, "{\"a\":1,\"b\":2,\"c\\u0022\":[3]}");
	bx_draft_fini(&draft);
}

static void
a_cleared_draft_starts_anew(void)
{
	struct bx_draft draft;

	bx_draft_init(&draft, unit_env());
	bx_draft_field(&draft, "a", slice("1"));
	bx_draft_ext(&draft, "b", slice("2"));
	bx_draft_clear(&draft);
	bx_draft_field(&draft, "c", slice("3"));
	check(&draft, "{\"c\":3}");
	bx_draft_fini(&draft);
}

static bool
write_draft(void *ctx)
{
	static const char long_value[] =
	    "\"longer than what the first allocation of a buffer has room "
	    "for: "
	    "more than 64 bytes\"";
	struct bx_message *message;
	struct bx_draft draft;
	bool whole;

	(void)ctx;
	bx_draft_init(&draft, unit_env());
	bx_draft_ext(&draft, "b", slice("2"));
	bx_draft_field(&draft, "a", slice("1"));
	bx_draft_labelled(&draft, slice("\"c\":"), slice(long_value));
	whole = bx_draft_is_whole(&draft);
	message = bx_message_of_draft(&draft);
	CU_ASSERT(whole || message == NULL);
	bx_message_unref(message);
	bx_draft_fini(&draft);
	return message != NULL;
}

static void
a_draft_that_lacks_a_part_is_no_message(void)
{
	CU_ASSERT(unit_fail_each(write_draft, NULL) >= 4);
}

static const struct unit_test tests[] = {
	{ "ext is one object behind all fields",
	    ext_is_one_object_behind_all_fields },
	{ "names are escaped", names_are_escaped },
	{ "labels are written as they are", labels_are_written_as_they_are },
	{ "a cleared draft starts anew", a_cleared_draft_starts_anew },
	{ "a draft that lacks a part is no message",
	    a_draft_that_lacks_a_part_is_no_message },
};

UNIT_MAIN("draft", tests)
