/*
 * plugin_watch.h - descriptors of plugins, watched on the loop.
 *
 * Ownership: the struct is embedded by its owner and stays where it is; it owns
 * the watches, which are borrowed by plugins until unwatch.  Descriptors are
 * the plugins'; a watch has a copy of its own, so that whatever becomes of them
 * is no harm to the loop.
 * Reentrancy: on the loop a watch calls its plugin, which may do anything, also
 * to that watch or to all there are; after is called when it has returned.
 * Limits: what the system always calls ready, such as a file, is not watched.
 */
#ifndef FCGI_PLUGIN_WATCH_H
#define FCGI_PLUGIN_WATCH_H

#include <ev.h>

#include "engine/list.h"
#include "engine/platform.h"

struct fcgi_context;

struct fcgi_plugin_watches {
	struct ev_loop *loop;
	struct fcgi_context *context; /* its now is set before a call */
	void (*after)(void *ctx);
	void *ctx;
	struct bx_list list;
};

/* The caller has filled what stands before list. */
void fcgi_plugin_watches_init(struct fcgi_plugin_watches *watches);

/* End all. */
void fcgi_plugin_watches_fini(struct fcgi_plugin_watches *watches);

/* As platform.h has them. */
struct bx_watch *fcgi_plugin_watch(struct fcgi_plugin_watches *watches,
    const struct bx_watching *watching);
void fcgi_plugin_unwatch(struct bx_watch *watch);

/* End those of owner. */
void fcgi_plugin_watches_forget(struct fcgi_plugin_watches *watches,
    const void *owner);

#endif
