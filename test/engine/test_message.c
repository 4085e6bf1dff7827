/* test_message.c - messages are serialised once and shared. */
#include <stdio.h>
#include <string.h>

#include "engine/message.h"
#include "test/support/unit.h"

#define TEXT(literal) ((struct bx_slice){ (literal), sizeof(literal) - 1 })
#define ABSENT ((struct bx_slice){ NULL, 0 })

static void
expect_text(struct bx_message *message, const char *text)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT(unit_is_text(bx_message_bytes(message),
	    bx_message_length(message), text));
	bx_message_unref(message);
}

static void
test_copy(void)
{
	char bytes[] = "{\"a\":1}";
	struct bx_message *message;

	message = bx_message_new(unit_env(), bytes, strlen(bytes));
	memset(bytes, 'x', strlen(bytes));
	expect_text(message, "{\"a\":1}");
}

/* An event of these values and nothing more. */
static struct bx_message *
event_of(struct bx_slice channel, struct bx_slice data, struct bx_slice id,
    struct bx_slice ext)
{
	const struct bx_outgoing event = {
		.channel = channel,
		.data = data,
		.id = id,
		.ext = ext,
	};

	return bx_message_event(unit_env(), &event, NULL);
}

static void
test_event(void)
{
	expect_text(event_of(TEXT("/a/b"), TEXT("1"), ABSENT, ABSENT),
	    "{\"channel\":\"/a/b\",\"data\":1}");
	expect_text(event_of(TEXT("/a"), TEXT("null"), TEXT("\"7\""), ABSENT),
	    "{\"channel\":\"/a\",\"data\":null,\"id\":\"7\"}");
	expect_text(event_of(TEXT("/a"), TEXT("[]"), ABSENT,
			TEXT("{\"x\":{}}")),
	    "{\"channel\":\"/a\",\"data\":[],\"ext\":{\"x\":{}}}");
	expect_text(event_of(TEXT("/a"), TEXT("{}"), TEXT("7"), TEXT("{}")),
	    "{\"channel\":\"/a\",\"data\":{},\"id\":7,\"ext\":{}}");
}

static void
test_more(void)
{
	static const char *const theirs[] = { "", "{}", "{ \t\r\n}",
		"{ \"t\":1 }" };
	static const char *const merged[] = { "", "", "", "\"t\":1," };
	const bool no = false;
	struct bx_outgoing event = {
		.channel = TEXT("/a"),
		.data = TEXT("1"),
		.successful = &no,
	};
	struct bx_draft draft;
	char expected[128];
	size_t i;

	bx_draft_init(&draft, unit_env());
	bx_draft_field(&draft, "timestamp", TEXT("2"));
	expect_text(bx_message_event(unit_env(), &event, &draft),
	    "{\"channel\":\"/a\",\"data\":1,\"successful\":false,"
	    "\"timestamp\":2}");
	bx_draft_ext(&draft, "o", TEXT("3"));
	for (i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++) {
		event.ext = (struct bx_slice){ theirs[i], strlen(theirs[i]) };
		(void)snprintf(expected, sizeof(expected),
		    "{\"channel\":\"/a\",\"data\":1,\"successful\":false,"
		    "\"timestamp\":2,\"ext\":{%s\"o\":3}}",
		    merged[i]);
		expect_text(bx_message_event(unit_env(), &event, &draft),
		    expected);
	}
	bx_draft_fini(&draft);
}

static void
test_bytes_travel(void)
{
	expect_text(event_of(TEXT("/ !#$()+-.@_{}~"),
			TEXT("{ \"b\":9007199254740993, \"a\":[1e400,-0,"
			     "\"a\\u0000b\\ud800\"] }"),
			TEXT("\"\\u0031\""), TEXT("{\"n\":1.0 }")),
	    "{\"channel\":\"/ !#$()+-.@_{}~\",\"data\":"
	    "{ \"b\":9007199254740993, \"a\":[1e400,-0,"
	    "\"a\\u0000b\\ud800\"] },\"id\":\"\\u0031\","
	    "\"ext\":{\"n\":1.0 }}");
}

static void
test_event_is_json(void)
{
	struct bx_slice channel, data, event;
	struct bx_message *message;
	struct bx_json json;

	channel = TEXT("/chat/{room}");
	data = TEXT("\"\\\"}\"");
	message = event_of(channel, data, TEXT("1"), TEXT("{}"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	bx_json_init(&json, bx_message_bytes(message),
	    bx_message_length(message), 2);
	CU_ASSERT_EQUAL(bx_json_value(&json, &event), BX_OK);
	CU_ASSERT_EQUAL(event.len, bx_message_length(message));
	bx_message_unref(message);
}

static void
test_shared(void)
{
	struct bx_message *message, *other;

	message = bx_message_new(unit_env(), "{}", 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	other = bx_message_ref(message);
	CU_ASSERT_PTR_EQUAL(other, message);
	CU_ASSERT_EQUAL(unit_allocations(), 1);
	bx_message_unref(message);
	CU_ASSERT_EQUAL(unit_live(), 1);
	expect_text(other, "{}");
	CU_ASSERT_EQUAL(unit_live(), 0);
	bx_message_unref(NULL);
}

static bool
make_both(void *ctx)
{
	struct bx_message *message, *event;
	bool success;

	(void)ctx;
	message = bx_message_new(unit_env(), "{}", 2);
	event = event_of(TEXT("/a"), TEXT("1"), ABSENT, ABSENT);
	success = message != NULL && event != NULL;
	CU_ASSERT_EQUAL(success, !unit_has_failed());
	bx_message_unref(message);
	bx_message_unref(event);
	return success;
}

static void
test_fails(void)
{
	/* A message is one allocation. */
	CU_ASSERT_EQUAL(unit_fail_each(make_both, NULL), 2);
}

static void
test_too_long(void)
{
	struct bx_slice huge = { "x", SIZE_MAX };

	CU_ASSERT_PTR_NULL(event_of(TEXT("/a"), huge, huge, huge));
	CU_ASSERT_EQUAL(unit_allocations(), 0);
}

static void
test_lazy(void)
{
	struct bx_message *message;

	message = bx_message_new(unit_env(), "{}", 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_EQUAL(bx_message_flush_by(message), 0);
	bx_message_set_lazy(message, 7);
	CU_ASSERT_EQUAL(bx_message_flush_by(message), 7);
	bx_message_unref(message);
}

static const struct unit_test tests[] = {
	{ "a message is prompt until it is said to be lazy", test_lazy },
	{ "a message has a copy of the bytes", test_copy },
	{ "what a draft adds stands behind, and within one ext", test_more },
	{ "an event has channel and data, id and ext if any (rule 63)",
	    test_event },
	{ "the sender's values travel byte for byte", test_bytes_travel },
	{ "an event is valid JSON", test_event_is_json },
	{ "the last reference frees a message", test_shared },
	{ "without memory there is no message", test_fails },
	{ "lengths that overflow make no message", test_too_long },
};

UNIT_MAIN("message", tests)
