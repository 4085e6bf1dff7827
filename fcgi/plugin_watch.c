/*
 * plugin_watch.c - descriptors of plugins, watched on the loop.
 *
 * Neither libev nor on_ready looks at a watch once its plugin was called, so
 * it is freed at once.
 *
 * libev ends the process when it meets a descriptor that was closed, so what it
 * gets is a copy that only we can close.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "engine/engine.h"
#include "loop_memory.h"
#include "plugin_watch.h"
#include "timer.h"

struct bx_watch {
	ev_io watcher;
	struct bx_list link;
	struct fcgi_plugin_watches *watches;
	struct bx_watching watching;
};

static void
on_ready(struct ev_loop *loop, ev_io *watcher, int revents)
{
	struct bx_watch *watch = watcher->data;
	struct fcgi_plugin_watches *watches = watch->watches;
	struct fcgi_context *context = watches->context;
	unsigned events = 0;

	(void)loop;
	if ((revents & EV_READ) != 0)
		events |= BX_WATCH_READ;
	if ((revents & EV_WRITE) != 0)
		events |= BX_WATCH_WRITE;
	context->now = fcgi_timer_now();
	bx_engine_set_now(context->engine, context->now);
	watch->watching.fn(events, watch->watching.ctx);
	watches->after(watches->ctx);
}

void
fcgi_plugin_watches_init(struct fcgi_plugin_watches *watches)
{
	bx_list_init(&watches->list);
}

void
fcgi_plugin_watches_fini(struct fcgi_plugin_watches *watches)
{
	while (!bx_list_is_empty(&watches->list))
		fcgi_plugin_unwatch(
		    BX_LIST_ENTRY(watches->list.next, struct bx_watch, link));
}

/* The kernel's queue takes no files and folders, which libev would then call
 * ready without end. */
static bool
can_be_watched(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && !S_ISREG(status.st_mode) &&
	    !S_ISDIR(status.st_mode);
}

struct bx_watch *
fcgi_plugin_watch(struct fcgi_plugin_watches *watches,
    const struct bx_watching *watching)
{
	const unsigned known = BX_WATCH_READ | BX_WATCH_WRITE;
	struct bx_watch *watch;
	int events = 0;
	int fd;

	if (watching->events == 0 || (watching->events & ~known) != 0 ||
	    !can_be_watched(watching->fd) || !fcgi_loop_memory_is_reserved())
		return NULL;
	fd = fcntl(watching->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	watch = bx_alloc(watches->context->env, sizeof(*watch));
	if (watch == NULL) {
		(void)close(fd);
		return NULL;
	}
	memset(watch, 0, sizeof(*watch));
	watch->watches = watches;
	watch->watching = *watching;
	if ((watching->events & BX_WATCH_READ) != 0)
		events |= EV_READ;
	if ((watching->events & BX_WATCH_WRITE) != 0)
		events |= EV_WRITE;
	ev_io_init(&watch->watcher, on_ready, fd, events);
	watch->watcher.data = watch;
	ev_io_start(watches->loop, &watch->watcher);
	bx_list_append(&watches->list, &watch->link);
	return watch;
}

void
fcgi_plugin_unwatch(struct bx_watch *watch)
{
	ev_io_stop(watch->watches->loop, &watch->watcher);
	(void)close(watch->watcher.fd);
	bx_list_remove(&watch->link);
	bx_free(watch->watches->context->env, watch);
}

void
fcgi_plugin_watches_forget(struct fcgi_plugin_watches *watches,
    const void *owner)
{
	struct bx_list *link = watches->list.next;
	struct bx_watch *watch;

	while (link != &watches->list) {
		watch = BX_LIST_ENTRY(link, struct bx_watch, link);
		link = link->next;
		if (watch->watching.owner == owner)
			fcgi_plugin_unwatch(watch);
	}
}
