/*
 * test_platform.c - what a plugin reaches of the process through its host.
 */
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/host.h"
#include "engine/plugin.h"
#include "test/support/peer.h"
#include "test/support/unit.h"

static struct site site;
static struct peer peer;
static int ends[2];
static struct bx_request *held;

static void
on_request(struct bx_request *request, void *ctx)
{
	(void)ctx;
	held = request;
}

static void
on_ready(unsigned events, void *ctx)
{
	struct bx_host *host = ctx;
	const struct bx_head head = { 200, NULL, 0 };
	struct bx_request_info info;
	char byte;

	CU_ASSERT_EQUAL(events, BX_WATCH_READ);
	CU_ASSERT_EQUAL(read(ends[0], &byte, 1), 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(held);
	info = host->request_info(held);
	CU_ASSERT_TRUE(unit_is_text(info.method.at, info.method.len, "GET"));
	CU_ASSERT_EQUAL(host->request_header(held, "Cookie").len, 0);
	host->on_gone(held, NULL, NULL);
	CU_ASSERT_TRUE(host->begin(held, &head, NULL, NULL));
	CU_ASSERT_TRUE(host->write(held, info.query));
	CU_ASSERT_TRUE(host->write(held, (struct bx_slice){ "late", 4 }));
	host->end(held);
	held = NULL;
}

static void
heading(void *ctx, struct bx_heading *heading)
{
	struct bx_host *host = ctx;
	struct bx_slice path = host->heading_path(heading);

	CU_ASSERT_TRUE(unit_is_text(path.at, path.len, "/x"));
	CU_ASSERT_EQUAL(host->heading_status(heading), 200);
	CU_ASSERT_TRUE(host->set_header(heading, "X-A", "b"));
}

static bool
start_plugin(struct bx_host *host, void **ctx)
{
	struct bx_watch *watch;

	*ctx = host;
	watch = host->watch(host, ends[0], BX_WATCH_READ, on_ready, host);
	CU_ASSERT_PTR_NOT_NULL_FATAL(watch);
	host->unwatch(host, watch);
	CU_ASSERT_TRUE(host->add_content(host, "/y", on_request, host));
	host->remove_content(host, "/y");
	return host->watch(host, ends[0], BX_WATCH_READ, on_ready, host) !=
	    NULL &&
	    host->add_content(host, "/x", on_request, host);
}

static const struct bx_plugin plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(plugin),
	.name = "guest",
	.start = start_plugin,
	.heading = heading,
};

static void
start(void)
{
	const char *const params[] = { "REQUEST_METHOD", "GET", "REQUEST_URI",
		"/cometd/x", NULL };

	held = NULL;
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	CU_ASSERT_TRUE_FATAL(site_start(&site));
	CU_ASSERT_EQUAL_FATAL(bx_engine_add_plugin(site.engine, &plugin, NULL,
				  NULL),
	    BX_OK);
	CU_ASSERT_TRUE_FATAL(peer_open(&site, &peer));
	peer_request(&peer, 1, params, "");
	peer_talk(&site, &peer);
}

static void
stop(void)
{
	peer_close(&peer);
	site_stop(&site);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void
a_watch_can_answer_what_is_held(void)
{
	start();
	CU_ASSERT_STRING_EQUAL(peer_text(&peer, 1), "");
	CU_ASSERT_EQUAL(write(ends[1], "x", 1), 1);
	peer_talk(&site, &peer);
	CU_ASSERT_PTR_NOT_NULL(strstr(peer_text(&peer, 1), "X-A: b\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(peer_text(&peer, 1), "\r\n\r\nlate"));
	stop();
}

/* The runner sees what would be left. */
static void
all_of_it_ends_with_the_plugin(void)
{
	start();
	CU_ASSERT_PTR_NOT_NULL(held);
	bx_engine_stop(site.engine);
	CU_ASSERT_EQUAL(write(ends[1], "x", 1), 1);
	peer_talk(&site, &peer);
	CU_ASSERT_PTR_NOT_NULL(strstr(peer_text(&peer, 1), "Status: 503"));
	CU_ASSERT_EQUAL(site.platform.content.count, 0);
	CU_ASSERT_TRUE(bx_list_is_empty(&site.platform.watches.list));
	stop();
}

static const struct unit_test tests[] = {
	{ "a watch can answer what is held", a_watch_can_answer_what_is_held },
	{ "all of it ends with the plugin", all_of_it_ends_with_the_plugin },
};

UNIT_MAIN("fcgi/platform", tests)
