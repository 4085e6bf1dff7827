/*
 * test_browser.c - browsers by their cookie.
 */
#include "engine/browser.h"
#include "test/support/unit.h"

static const uint64_t seed[2] = { 7, 8 };

static void
one_cookie_is_one_browser(void)
{
	struct bx_browsers browsers;
	struct bx_browser *first;
	struct bx_browser *second;
	struct bx_browser *other;

	bx_browsers_init(&browsers, unit_env(), seed);
	first = bx_browser_get(&browsers, "abcdefgh", 8);
	second = bx_browser_get(&browsers, "abcdefgh", 8);
	other = bx_browser_get(&browsers, "abcdefgH", 8);
	CU_ASSERT_PTR_EQUAL(first, second);
	CU_ASSERT_PTR_NOT_EQUAL(first, other);
	CU_ASSERT_TRUE(bx_browser_is(first, "abcdefgh", 8));
	CU_ASSERT_FALSE(bx_browser_is(first, "abcdefgH", 8));
	CU_ASSERT_FALSE(bx_browser_is(first, "abcdefg", 7));
	bx_browser_unref(first);
	bx_browser_hold(second);
	CU_ASSERT_EQUAL(bx_browser_held(second), 1);
	bx_browser_release(second);
	bx_browser_unref(second);
	CU_ASSERT_EQUAL(browsers.by_id.count, 1);
	bx_browser_unref(other);
	bx_browser_unref(NULL);
	CU_ASSERT_EQUAL(browsers.by_id.count, 0);
	bx_browsers_fini(&browsers);
}

static void
no_browser_holds_nothing(void)
{
	bx_browser_hold(NULL);
	bx_browser_release(NULL);
	CU_ASSERT_EQUAL(bx_browser_held(NULL), 0);
}

static bool
get_one(void *ctx)
{
	struct bx_browsers browsers;
	struct bx_browser *browser;

	(void)ctx;
	bx_browsers_init(&browsers, unit_env(), seed);
	browser = bx_browser_get(&browsers, "abcdefgh", 8);
	bx_browser_unref(browser);
	CU_ASSERT_EQUAL(browsers.by_id.count, 0);
	bx_browsers_fini(&browsers);
	return browser != NULL;
}

static void
a_browser_without_memory_is_none(void)
{
	CU_ASSERT_EQUAL(unit_fail_each(get_one, NULL), 1);
}

static const struct unit_test tests[] = {
	{ "one cookie is one browser", one_cookie_is_one_browser },
	{ "no browser holds nothing", no_browser_holds_nothing },
	{ "a browser without memory is none",
	    a_browser_without_memory_is_none },
};

UNIT_MAIN("browser", tests)
