/*
 * test_reply.c - replies and their error strings.
 */
#include <string.h>

#include "engine/reply.h"
#include "test/support/unit.h"

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static void
check_end(struct bx_draft *draft, const char *expected)
{
	struct bx_message *message = bx_reply_end(draft);

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_TRUE(unit_is_text(bx_message_bytes(message),
	    bx_message_length(message), expected));
	bx_message_unref(message);
}

static void
check_error(enum bx_error error, const char *arg, const char *expected)
{
	struct bx_draft draft;

	bx_draft_init(&draft, unit_env());
	bx_reply_begin(&draft, slice(""), slice(""));
	bx_reply_error(&draft, error, arg);
	check_end(&draft, expected);
	bx_draft_fini(&draft);
}

#define FAILED(error) "{\"successful\":false,\"error\":\"" error "\"}"

static void
rule_72_every_error_has_its_text(void)
{
	check_error(BX_ERROR_VERSION_MISMATCH, "9",
	    FAILED("300:9:version_mismatch"));
	check_error(BX_ERROR_CONNECTION_TYPES, "a,b",
	    FAILED("301:a,b:connection_types_not_supported"));
	check_error(BX_ERROR_CHANNEL_MISSING, NULL,
	    FAILED("400::channel_missing"));
	check_error(BX_ERROR_DATA_MISSING, NULL, FAILED("400::data_missing"));
	check_error(BX_ERROR_SESSION_UNKNOWN, NULL,
	    FAILED("402::session_unknown"));
	check_error(BX_ERROR_HANDSHAKE_DENIED, NULL,
	    FAILED("403::handshake_denied"));
	check_error(BX_ERROR_SUBSCRIPTION_MISSING, NULL,
	    FAILED("403::subscription_missing"));
	check_error(BX_ERROR_SUBSCRIPTION_INVALID, NULL,
	    FAILED("403::subscription_invalid"));
	check_error(BX_ERROR_UNSUBSCRIBE_FAILED, NULL,
	    FAILED("403::unsubscribe_failed"));
	check_error(BX_ERROR_CREATE_DENIED, "r",
	    FAILED("403:r:create_denied"));
	check_error(BX_ERROR_SUBSCRIBE_DENIED, "r",
	    FAILED("403:r:subscribe_denied"));
	check_error(BX_ERROR_CHANNEL_CREATE_DENIED, "r",
	    FAILED("403:r:channel_create_denied"));
	check_error(BX_ERROR_PUBLISH_DENIED, "r",
	    FAILED("403:r:publish_denied"));
	check_error(BX_ERROR_CHANNEL_INVALID, NULL,
	    FAILED("405::channel_invalid"));
	check_error(BX_ERROR_MESSAGE_ID_INVALID, NULL,
	    FAILED("405::message_id_invalid"));
}

static void
rule_76_an_argument_has_no_separators(void)
{
	char arg[201];

	check_error(BX_ERROR_PUBLISH_DENIED, "a:b,c\"d\\e\n\x7f\xc3",
	    FAILED("403:a_b_c_d_e___:publish_denied"));
	memset(arg, 'x', sizeof(arg) - 1);
	arg[sizeof(arg) - 1] = '\0';
	arg[128] = '\0';
	check_error(BX_ERROR_CONNECTION_TYPES, "a,b:\"",
	    FAILED("301:a,b__:connection_types_not_supported"));
}

static void
fields_come_in_order_and_absent_ones_not_at_all(void)
{
	const struct bx_advice advice = { .interval = 5, .timeout = 7 };
	struct bx_draft draft;

	bx_draft_init(&draft, unit_env());
	bx_reply_begin(&draft, slice("\"\\/a\""), slice("1"));
	bx_draft_field(&draft, "none", slice(""));
	bx_reply_text(&draft, "text", "t");
	bx_reply_success(&draft);
	bx_reply_advice(&draft, &advice);
	check_end(&draft,
	    "{\"channel\":\"\\/a\",\"id\":1,\"text\":\"t\","
	    "\"successful\":true,\"advice\":{\"reconnect\":\"retry\","
	    "\"interval\":5,\"timeout\":7}}");
	bx_reply_begin(&draft, slice(""), slice("2"));
	check_end(&draft, "{\"id\":2}");
	bx_draft_fini(&draft);
}

static bool
make_reply(void *ctx)
{
	struct bx_message *message;
	struct bx_draft draft;

	(void)ctx;
	bx_draft_init(&draft, unit_env());
	bx_reply_begin(&draft, slice("\"/a\""), slice("1"));
	bx_reply_error(&draft, BX_ERROR_PUBLISH_DENIED, "r");
	message = bx_reply_end(&draft);
	bx_message_unref(message);
	bx_draft_fini(&draft);
	return message != NULL;
}

static void
a_reply_that_lacks_a_part_is_no_reply(void)
{
	CU_ASSERT(unit_fail_each(make_reply, NULL) >= 2);
}

static const struct unit_test tests[] = {
	{ "rule 72: every error has its text",
	    rule_72_every_error_has_its_text },
	{ "rule 76: an argument has no separators",
	    rule_76_an_argument_has_no_separators },
	{ "fields come in order, and absent ones not at all",
	    fields_come_in_order_and_absent_ones_not_at_all },
	{ "a reply that lacks a part is no reply",
	    a_reply_that_lacks_a_part_is_no_reply },
};

UNIT_MAIN("reply", tests)
