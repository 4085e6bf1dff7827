/* test_buf.c - bytes that grow at the end. */
#include <stdlib.h>
#include <string.h>

#include "engine/buf.h"
#include "test/support/unit.h"

static void
test_empty(void)
{
	struct bx_buf buf;

	bx_buf_init(&buf, unit_env());
	CU_ASSERT_EQUAL(bx_buf_append(&buf, NULL, 0), BX_OK);
	CU_ASSERT_EQUAL(bx_buf_append_text(&buf, ""), BX_OK);
	CU_ASSERT_PTR_NULL(buf.bytes);
	CU_ASSERT_EQUAL(buf.len, 0);
	CU_ASSERT_EQUAL(unit_allocations(), 0);
	bx_buf_fini(&buf);
}

static void
test_order(void)
{
	struct bx_buf buf;

	bx_buf_init(&buf, unit_env());
	CU_ASSERT_EQUAL(bx_buf_append(&buf, "a\0", 2), BX_OK);
	CU_ASSERT_EQUAL(bx_buf_append_text(&buf, "bc"), BX_OK);
	CU_ASSERT_EQUAL_FATAL(buf.len, 4);
	CU_ASSERT_EQUAL(memcmp(buf.bytes, "a\0bc", 4), 0);
	bx_buf_fini(&buf);
	CU_ASSERT_PTR_NULL(buf.bytes);
	CU_ASSERT_EQUAL(buf.len, 0);
	bx_buf_fini(&buf);
}

static void
test_parts(void)
{
	const struct bx_slice parts[] = { { "a", 1 }, { NULL, 0 }, { "bc", 2 },
		{ "", 0 }, { "\0d", 2 } };
	const struct bx_slice longest[] = { { "x", 1 }, { "y", SIZE_MAX },
		{ "z", 1 } };
	struct bx_buf buf;

	bx_buf_init(&buf, unit_env());
	CU_ASSERT_EQUAL(bx_buf_append_parts(&buf, parts, 0), BX_OK);
	CU_ASSERT_EQUAL(bx_buf_append_parts(&buf, &parts[1], 1), BX_OK);
	CU_ASSERT_PTR_NULL(buf.bytes);
	CU_ASSERT_EQUAL(bx_buf_append_parts(&buf, parts, 5), BX_OK);
	CU_ASSERT_EQUAL(bx_buf_append_parts(&buf, parts, 3), BX_OK);
	CU_ASSERT_EQUAL_FATAL(buf.len, 8);
	CU_ASSERT_EQUAL(memcmp(buf.bytes, "abc\0dabc", 8), 0);
	CU_ASSERT_EQUAL(unit_allocations(), 1);
	/* What is longer than any memory must not be taken for short. */
	CU_ASSERT_EQUAL(bx_buf_append_parts(&buf, longest, 3), BX_ENOMEM);
	CU_ASSERT_EQUAL(bx_buf_append_parts(&buf, parts, 1), BX_ENOMEM);
	CU_ASSERT_EQUAL(buf.len, 8);
	bx_buf_fini(&buf);
}

static bool
append_parts(void *ctx)
{
	const struct bx_slice parts[] = { { "ab", 2 }, { ctx, 500 } };
	enum bx_status status;
	struct bx_buf buf;

	bx_buf_init(&buf, unit_env());
	CU_ASSERT_EQUAL(bx_buf_append_parts(&buf, parts, 1),
	    unit_has_failed() ? BX_ENOMEM : BX_OK);
	status = bx_buf_append_parts(&buf, parts, 2);
	CU_ASSERT_EQUAL(status, unit_has_failed() ? BX_ENOMEM : BX_OK);
	CU_ASSERT(status != BX_OK || buf.len == 504);
	/* All of them or none. */
	CU_ASSERT(status == BX_OK || buf.len == 0 || buf.len == 2);
	bx_buf_fini(&buf);
	return status == BX_OK;
}

static void
test_parts_fail(void)
{
	char bytes[500];

	memset(bytes, 'x', sizeof(bytes));
	CU_ASSERT_EQUAL(unit_fail_each(append_parts, bytes), 2);
}

static void
test_growth(void)
{
	struct bx_buf buf;
	size_t i;

	bx_buf_init(&buf, unit_env());
	for (i = 0; i < 10000; i++)
		CU_ASSERT_EQUAL(bx_buf_append(&buf, &"0123456789"[i % 10], 1),
		    BX_OK);
	CU_ASSERT_EQUAL_FATAL(buf.len, 10000);
	for (i = 0; i < 10000; i++)
		CU_ASSERT_EQUAL(buf.bytes[i], (char)('0' + i % 10));
	/* Doubling, not growing with each byte. */
	CU_ASSERT(unit_allocations() < 20);
	bx_buf_fini(&buf);
}

static void
test_integers(void)
{
	struct bx_buf buf;

	bx_buf_init(&buf, unit_env());
	CU_ASSERT_EQUAL(bx_buf_append_integer(&buf, 0), BX_OK);
	CU_ASSERT_EQUAL(bx_buf_append_text(&buf, " "), BX_OK);
	CU_ASSERT_EQUAL(bx_buf_append_integer(&buf, INT64_MIN), BX_OK);
	CU_ASSERT_EQUAL(bx_buf_append_text(&buf, " "), BX_OK);
	CU_ASSERT_EQUAL(bx_buf_append_integer(&buf, INT64_MAX), BX_OK);
	CU_ASSERT(unit_is_text(buf.bytes, buf.len,
	    "0 -9223372036854775808 9223372036854775807"));
	bx_buf_fini(&buf);
}

static void
test_clear(void)
{
	struct bx_buf buf;

	bx_buf_init(&buf, unit_env());
	CU_ASSERT_EQUAL(bx_buf_append_text(&buf, "abc"), BX_OK);
	bx_buf_clear(&buf);
	CU_ASSERT_EQUAL(buf.len, 0);
	CU_ASSERT_EQUAL(bx_buf_append_text(&buf, "d"), BX_OK);
	CU_ASSERT(unit_is_text(buf.bytes, buf.len, "d"));
	CU_ASSERT_EQUAL(unit_allocations(), 1);
	bx_buf_fini(&buf);
}

static void
test_failure_lasts(void)
{
	struct bx_buf buf;

	bx_buf_init(&buf, unit_env());
	CU_ASSERT_EQUAL(bx_buf_append_text(&buf, "abc"), BX_OK);
	CU_ASSERT_EQUAL(bx_buf_append(&buf, "x", SIZE_MAX), BX_ENOMEM);
	CU_ASSERT(buf.failed);
	CU_ASSERT_EQUAL(bx_buf_append_text(&buf, "d"), BX_ENOMEM);
	CU_ASSERT_EQUAL(bx_buf_append(&buf, NULL, 0), BX_ENOMEM);
	CU_ASSERT(unit_is_text(buf.bytes, buf.len, "abc"));
	bx_buf_clear(&buf);
	CU_ASSERT_FALSE(buf.failed);
	CU_ASSERT_EQUAL(bx_buf_append_text(&buf, "d"), BX_OK);
	CU_ASSERT(unit_is_text(buf.bytes, buf.len, "d"));
	bx_buf_fini(&buf);
}

static bool
append_much(void *ctx)
{
	struct bx_buf buf;
	size_t i, good = 0;
	bool success;

	(void)ctx;
	bx_buf_init(&buf, unit_env());
	for (i = 0; i < 500; i++)
		if (bx_buf_append_integer(&buf, 7) == BX_OK)
			good++;
	CU_ASSERT_EQUAL(buf.failed, unit_has_failed());
	CU_ASSERT_EQUAL_FATAL(buf.len, good);
	for (i = 0; i < good; i++)
		CU_ASSERT_EQUAL(buf.bytes[i], '7');
	success = !buf.failed;
	bx_buf_fini(&buf);
	return success;
}

static void
test_fails(void)
{
	CU_ASSERT(unit_fail_each(append_much, NULL) > 2);
}

static const struct unit_test tests[] = {
	{ "an empty buffer needs no memory", test_empty },
	{ "bytes are kept in order, NULs among them", test_order },
	{ "parts are put one behind the other, all or none", test_parts },
	{ "without memory no part is appended", test_parts_fail },
	{ "a buffer grows by doubling", test_growth },
	{ "integers are written in decimal", test_integers },
	{ "clearing keeps the memory", test_clear },
	{ "a failure lasts until the buffer is cleared", test_failure_lasts },
	{ "without memory the bytes stay as they were", test_fails },
};

UNIT_MAIN("buf", tests)
