/*
 * browser.h - the browsers that sessions came from, by their cookie.
 *
 * A browser opens few connections to one host, and each held connect takes one
 * of them, so the held connects of all its tabs are counted together
 * (BAYEUX.md rule 46).
 *
 * Ownership: shared; the table only knows those that somebody refers to, and
 * outlives them.
 * Reentrancy: no function calls out.
 * Limits: an id is at most BX_BROWSER_ID_MAX bytes.
 */
#ifndef BX_BROWSER_H
#define BX_BROWSER_H

#include <stdbool.h>
#include <stddef.h>

#include "env.h"
#include "hash.h"

#define BX_BROWSER_ID_MAX 64

struct bx_browser;

struct bx_browsers {
	const struct bx_env *env;
	struct bx_hash by_id;
};

/* An empty table; allocates nothing. */
void bx_browsers_init(struct bx_browsers *browsers, const struct bx_env *env,
    const uint64_t seed[2]);

/* No browser may be referred to any more. */
void bx_browsers_fini(struct bx_browsers *browsers);

/* The browser with this id, known or not; the caller unrefs it.  NULL when
 * there is no memory. */
struct bx_browser *bx_browser_get(struct bx_browsers *browsers, const char *id,
    size_t len);

void bx_browser_unref(struct bx_browser *browser); /* NULL is legal */

/* Is this its id?  Takes the same time wherever the two differ. */
bool bx_browser_is(const struct bx_browser *browser, const char *id,
    size_t len);

/* How many connects are held for it, and one more or one fewer of them; NULL
 * is legal and holds none. */
size_t bx_browser_held(const struct bx_browser *browser);
void bx_browser_hold(struct bx_browser *browser);
void bx_browser_release(struct bx_browser *browser);

#endif
