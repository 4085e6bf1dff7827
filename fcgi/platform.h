/*
 * platform.h - what plugins can have of this process: engine/platform.h.
 *
 * Ownership: the struct is embedded by its owner and stays where it is until
 * the engine has stopped.
 * Reentrancy: as plugin_watch.h and content.h say.
 */
#ifndef FCGI_PLATFORM_H
#define FCGI_PLATFORM_H

#include "content.h"
#include "engine/platform.h"
#include "plugin_watch.h"

struct fcgi_platform {
	struct bx_platform functions;
	struct fcgi_plugin_watches watches;
	struct fcgi_content content;
};

/* after is called with ctx when a watch's plugin was. */
void fcgi_platform_init(struct fcgi_platform *platform, struct ev_loop *loop,
    struct fcgi_context *context, void (*after)(void *ctx), void *ctx);

/* The engine has stopped, and there are no connections. */
void fcgi_platform_fini(struct fcgi_platform *platform);

#endif
