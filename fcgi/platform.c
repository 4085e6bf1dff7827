/*
 * platform.c - what plugins can have of this process.
 */
#include "context.h"
#include "heading.h"
#include "platform.h"

static struct bx_watch *
watch(void *ctx, const struct bx_watching *watching)
{
	struct fcgi_platform *platform = ctx;

	return fcgi_plugin_watch(&platform->watches, watching);
}

static void
unwatch(void *ctx, struct bx_watch *watched)
{
	(void)ctx;
	fcgi_plugin_unwatch(watched);
}

static bool
add_content(void *ctx, const struct bx_content *added)
{
	struct fcgi_platform *platform = ctx;

	return fcgi_content_add(&platform->content, added);
}

static void
remove_content(void *ctx, const void *owner, const char *path)
{
	struct fcgi_platform *platform = ctx;

	fcgi_content_remove(&platform->content, owner, path);
}

static void
forget(void *ctx, const void *owner)
{
	struct fcgi_platform *platform = ctx;

	fcgi_plugin_watches_forget(&platform->watches, owner);
	fcgi_content_forget(&platform->content, owner);
}

static void
look_out(void *ctx)
{
	struct fcgi_platform *platform = ctx;
	struct fcgi_context *context = platform->watches.context;

	context->look_out(context->look_out_ctx);
}

void
fcgi_platform_init(struct fcgi_platform *platform, struct ev_loop *loop,
    struct fcgi_context *context, void (*after)(void *ctx), void *ctx)
{
	platform->functions = (struct bx_platform){
		.ctx = platform,
		.watch = watch,
		.unwatch = unwatch,
		.add_content = add_content,
		.remove_content = remove_content,
		.forget = forget,
		.look_out = look_out,
		.request_info = fcgi_content_info,
		.request_header = fcgi_content_header,
		.respond = fcgi_content_respond,
		.begin = fcgi_content_begin,
		.write = fcgi_content_write,
		.end = fcgi_content_end,
		.on_gone = fcgi_content_on_gone,
		.heading_status = fcgi_heading_status,
		.heading_path = fcgi_heading_path,
		.set_header = fcgi_heading_set,
	};
	platform->watches.loop = loop;
	platform->watches.context = context;
	platform->watches.after = after;
	platform->watches.ctx = ctx;
	fcgi_plugin_watches_init(&platform->watches);
	fcgi_content_init(&platform->content, context);
}

void
fcgi_platform_fini(struct fcgi_platform *platform)
{
	fcgi_plugin_watches_fini(&platform->watches);
	fcgi_content_fini(&platform->content);
}
