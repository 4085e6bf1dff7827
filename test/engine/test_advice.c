/*
 * test_advice.c - advice objects, complete.
 */
#include "engine/advice.h"
#include "test/support/unit.h"

static void
check(struct bx_advice advice, const char *expected)
{
	struct bx_buf buf;

	bx_buf_init(&buf, unit_env());
	bx_advice_append(&buf, &advice);
	CU_ASSERT_TRUE(unit_is_text(buf.bytes, buf.len, expected));
	bx_buf_fini(&buf);
}

static void
rule_39_advice_is_complete_each_time(void)
{
	struct bx_settings settings = BX_SETTINGS_DEFAULT;

	settings.timeout = 1234;
	settings.interval = 56;
	check(bx_advice_retry(&settings, 7),
	    "{\"reconnect\":\"retry\","
	    "\"interval\":7,\"timeout\":1234}");
	check(bx_advice_none(&settings),
	    "{\"reconnect\":\"none\","
	    "\"interval\":56,\"timeout\":1234}");
}

static void
rule_43_advice_to_handshake_has_no_timeout(void)
{
	check(bx_advice_handshake(),
	    "{\"reconnect\":\"handshake\",\"interval\":0}");
}

static bool
append(void *ctx)
{
	const struct bx_advice advice = bx_advice_handshake();
	struct bx_buf buf;
	bool ok;

	(void)ctx;
	bx_buf_init(&buf, unit_env());
	bx_advice_append(&buf, &advice);
	ok = !buf.failed;
	bx_buf_fini(&buf);
	return ok;
}

static void
a_failure_stays_in_the_buffer(void)
{
	CU_ASSERT(unit_fail_each(append, NULL) >= 1);
}

static const struct unit_test tests[] = {
	{ "rule 39: advice is complete each time",
	    rule_39_advice_is_complete_each_time },
	{ "rule 43: advice to handshake has no timeout",
	    rule_43_advice_to_handshake_has_no_timeout },
	{ "a failure stays in the buffer", a_failure_stays_in_the_buffer },
};

UNIT_MAIN("advice", tests)
