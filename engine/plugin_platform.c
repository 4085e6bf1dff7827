/*
 * plugin_platform.c - watches, content and headings, passed on.
 *
 * Without a platform no request and no heading ever comes into being, so the
 * functions that take one are only called by what is wrong in a plugin.
 */
#include "core.h"
#include "plugin_platform.h"

static const struct bx_platform *
platform_of(struct bx_host *host)
{
	return bx_plugin_node_of(host)->core->platform;
}

static struct bx_watch *
host_watch(struct bx_host *host, int fd, unsigned events, bx_watch_fn *fn,
    void *ctx)
{
	const struct bx_platform *platform = platform_of(host);

	return platform->watch(platform->ctx,
	    &(struct bx_watching){
		.owner = bx_plugin_node_of(host),
		.fd = fd,
		.events = events,
		.fn = fn,
		.ctx = ctx,
	    });
}

static void
host_unwatch(struct bx_host *host, struct bx_watch *watch)
{
	const struct bx_platform *platform = platform_of(host);

	if (watch != NULL)
		platform->unwatch(platform->ctx, watch);
}

static bool
host_add_content(struct bx_host *host, const char *path, bx_content_fn *fn,
    void *ctx)
{
	const struct bx_platform *platform = platform_of(host);
	const struct bx_content content = {
		.owner = bx_plugin_node_of(host),
		.path = path,
		.fn = fn,
		.ctx = ctx,
	};

	return platform->add_content(platform->ctx, &content);
}

static void
host_remove_content(struct bx_host *host, const char *path)
{
	const struct bx_platform *platform = platform_of(host);

	platform->remove_content(platform->ctx, bx_plugin_node_of(host), path);
}

/* What there is without a platform. */

static struct bx_watch *
no_watch(void *ctx, const struct bx_watching *watching)
{
	(void)ctx;
	(void)watching;
	return NULL;
}

static void
no_unwatch(void *ctx, struct bx_watch *watch)
{
	(void)ctx;
	(void)watch;
}

static bool
no_content(void *ctx, const struct bx_content *content)
{
	(void)ctx;
	(void)content;
	return false;
}

static void
no_removal(void *ctx, const void *owner, const char *path)
{
	(void)ctx;
	(void)owner;
	(void)path;
}

static void
no_forget(void *ctx, const void *owner)
{
	(void)ctx;
	(void)owner;
}

static void
no_look_out(void *ctx)
{
	(void)ctx;
}

const struct bx_platform bx_plugin_platform_none = {
	.watch = no_watch,
	.unwatch = no_unwatch,
	.add_content = no_content,
	.remove_content = no_removal,
	.forget = no_forget,
	.look_out = no_look_out,
};

void
bx_plugin_platform_attach(struct bx_plugin_node *node)
{
	const struct bx_platform *platform = node->core->platform;
	struct bx_host *host = &node->host;

	host->watch = host_watch;
	host->unwatch = host_unwatch;
	host->add_content = host_add_content;
	host->remove_content = host_remove_content;
	host->request_info = platform->request_info;
	host->request_header = platform->request_header;
	host->respond = platform->respond;
	host->begin = platform->begin;
	host->write = platform->write;
	host->end = platform->end;
	host->on_gone = platform->on_gone;
	host->heading_status = platform->heading_status;
	host->heading_path = platform->heading_path;
	host->set_header = platform->set_header;
}

void
bx_plugin_platform_detach(struct bx_plugin_node *node)
{
	const struct bx_platform *platform = node->core->platform;

	platform->forget(platform->ctx, node);
}
