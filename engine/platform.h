/*
 * platform.h - what a host that has descriptors and HTTP does for plugins.
 *
 * The engine passes on what plugins ask of it (host.h), and tells when one of
 * them has stopped.  A host without any of it gives no platform.
 *
 * Ownership: the host owns the struct and keeps it until the engine has
 * stopped.  An owner is what watches and content go with, and means nothing
 * here; watches are the host's until unwatch or forget.
 * Reentrancy: only fn members call out, from the host's loop, and they may
 * call anything; the host tells the engine the time before
 * (bx_engine_set_now).
 */
#ifndef BX_PLATFORM_H
#define BX_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "host.h"

struct bx_watching {
	const void *owner;
	int fd;
	unsigned events; /* BX_WATCH_... */
	bx_watch_fn *fn;
	void *ctx;
};

struct bx_content {
	const void *owner;
	const char *path; /* borrowed for the call */
	bx_content_fn *fn;
	void *ctx;
};

struct bx_platform {
	void *ctx;
	/* NULL: no memory, or nothing that can be watched. */
	struct bx_watch *(
	    *watch)(void *ctx, const struct bx_watching *watching);
	void (*unwatch)(void *ctx, struct bx_watch *watch);
	/* As host.h says. */
	bool (*add_content)(void *ctx, const struct bx_content *content);
	/* Harmless when owner has none there. */
	void (*remove_content)(void *ctx, const void *owner, const char *path);
	/* End all that goes with owner: its requests are answered 503. */
	void (*forget)(void *ctx, const void *owner);
	/* Close the exchanges, but for the one in hand, of clients that have
	 * left: before one is told that there are too many. */
	void (*look_out)(void *ctx);

	/* These are host.h's own. */
	struct bx_request_info (*request_info)(
	    const struct bx_request *request);
	struct bx_slice (*request_header)(const struct bx_request *request,
	    const char *name);
	bool (*respond)(struct bx_request *request, const struct bx_head *head,
	    struct bx_slice body);
	bool (*begin)(struct bx_request *request, const struct bx_head *head,
	    bx_request_gone_fn *gone, void *ctx);
	bool (*write)(struct bx_request *request, struct bx_slice piece);
	void (*end)(struct bx_request *request);
	void (*on_gone)(struct bx_request *request, bx_request_gone_fn *gone,
	    void *ctx);
	unsigned (*heading_status)(const struct bx_heading *heading);
	struct bx_slice (*heading_path)(const struct bx_heading *heading);
	bool (*set_header)(struct bx_heading *heading, const char *name,
	    const char *value);
};

#endif
