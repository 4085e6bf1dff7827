/*
 * browser.c - the browsers that sessions came from, by their cookie.
 */
#include <string.h>

#include "browser.h"

struct bx_browser {
	struct bx_hash_entry by_id;
	struct bx_browsers *browsers;
	size_t refs;
	size_t held;
	char id[];
};

void
bx_browsers_init(struct bx_browsers *browsers, const struct bx_env *env,
    const uint64_t seed[2])
{
	browsers->env = env;
	bx_hash_init(&browsers->by_id, env, seed);
}

void
bx_browsers_fini(struct bx_browsers *browsers)
{
	bx_hash_fini(&browsers->by_id);
}

struct bx_browser *
bx_browser_get(struct bx_browsers *browsers, const char *id, size_t len)
{
	struct bx_hash_entry *entry = bx_hash_find(&browsers->by_id, id, len);
	struct bx_browser *browser;

	if (entry != NULL) {
		browser = BX_HASH_ELEMENT(entry, struct bx_browser, by_id);
		browser->refs++;
		return browser;
	}
	browser = bx_alloc(browsers->env, sizeof(*browser) + len);
	if (browser == NULL)
		return NULL;
	browser->browsers = browsers;
	browser->refs = 1;
	browser->held = 0;
	memcpy(browser->id, id, len);
	bx_hash_add(&browsers->by_id, &browser->by_id, browser->id, len);
	return browser;
}

void
bx_browser_unref(struct bx_browser *browser)
{
	if (browser == NULL || --browser->refs > 0)
		return;
	bx_hash_remove(&browser->browsers->by_id, &browser->by_id);
	bx_free(browser->browsers->env, browser);
}

bool
bx_browser_is(const struct bx_browser *browser, const char *id, size_t len)
{
	return bx_hash_is_key(&browser->by_id, id, len);
}

size_t
bx_browser_held(const struct bx_browser *browser)
{
	return browser == NULL ? 0 : browser->held;
}

void
bx_browser_hold(struct bx_browser *browser)
{
	if (browser != NULL)
		browser->held++;
}

void
bx_browser_release(struct bx_browser *browser)
{
	if (browser != NULL)
		browser->held--;
}
