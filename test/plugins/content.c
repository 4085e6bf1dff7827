/*
 * content.c - a plugin that serves HTTP, through which tests reach what the
 * server does for any that does.
 *
 * /content/... is what each function below says.  With "heading = yes" in its
 * section it changes headers of every response.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/host.h"
#include "engine/plugin.h"

#define HELD_MAX 16
#define FLOOD_BYTES 20000000
#define FLOOD_PIECE 50000

struct site {
	struct bx_host *host;
	struct bx_request *held[HELD_MAX]; /* answered by /content/go */
	struct bx_request *streams[HELD_MAX];
	struct bx_request *flooded;
	size_t flood; /* bytes taken of it */
	int refusals;
	int ends[2]; /* of a pipe, which wakes what is late */
	struct bx_watch *watch;
	struct bx_watch *pump; /* can always be written */
	int pump_ends[2];
	bool is_heading;
};

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static const struct bx_header plain[] = { { "Content-Type", "text/plain" } };
static const struct bx_head ok = { 200, plain, 1 };

static void
answer(struct site *site, struct bx_request *request, const char *text)
{
	if (!site->host->respond(request, &ok, slice(text)))
		site->host->log(site->host, BX_LOG_ERROR, "event=no_answer");
}

static void
keep(struct bx_request **list, struct bx_request *request)
{
	size_t i;

	for (i = 0; i < HELD_MAX; i++)
		if (list[i] == NULL) {
			list[i] = request;
			return;
		}
	abort();
}

static bool
drop(struct bx_request **list, const struct bx_request *request)
{
	size_t i;

	for (i = 0; i < HELD_MAX; i++)
		if (list[i] == request) {
			list[i] = NULL;
			return true;
		}
	return false;
}

static void
on_gone(struct bx_request *request, void *ctx)
{
	struct site *site = ctx;
	const char *what = "never";
	char line[40];

	if (drop(site->held, request))
		what = "held";
	else if (drop(site->streams, request))
		what = "stream";
	else if (request == site->flooded) {
		what = "flood";
		site->flooded = NULL;
	}
	/* Nothing of it does anything any more. */
	if (site->host->respond(request, &ok, slice("too late")))
		abort();
	site->host->end(request);
	(void)snprintf(line, sizeof(line), "event=gone what=%s", what);
	site->host->log(site->host, BX_LOG_NOTICE, line);
}

/* What was asked, one thing on each line. */
static void
echo(struct site *site, struct bx_request *request)
{
	struct bx_request_info info = site->host->request_info(request);
	struct bx_slice header = site->host->request_header(request, "x-Test");
	struct bx_slice cookie = site->host->request_header(request, "Cookie");
	struct bx_slice length =
	    site->host->request_header(request, "content-length");
	static char text[300000];

	(void)snprintf(text, sizeof(text),
	    "method=%.*s\npath=%.*s\nquery=%.*s\ntype=%.*s\naddress=%s\n"
	    "user=%s\nx-test=%.*s\ncookie=%.*s\nlength=%.*s\nbody=%.*s",
	    (int)info.method.len, info.method.at, (int)info.path.len,
	    info.path.at, (int)info.query.len,
	    info.query.len > 0 ? info.query.at : "", (int)info.type.len,
	    info.type.len > 0 ? info.type.at : "", info.address,
	    info.user != NULL ? info.user : "-", (int)header.len,
	    header.len > 0 ? header.at : "", (int)cookie.len,
	    cookie.len > 0 ? cookie.at : "", (int)length.len,
	    length.len > 0 ? length.at : "", (int)info.body.len,
	    info.body.len > 0 ? info.body.at : "");
	answer(site, request, text);
}

/* The status of the query, with headers of all kinds. */
static void
status(struct site *site, struct bx_request *request)
{
	static const struct bx_header headers[] = {
		{ "Content-Type", "text/x-content" },
		{ "cache-control", "max-age=60" },
		{ "Set-Cookie", "a=1" },
		{ "Set-Cookie", "b=2" },
		{ "Vary", "Accept" },
		{ "Location", "/elsewhere" },
	};
	struct bx_slice query = site->host->request_info(request).query;
	struct bx_head head = { (unsigned)atoi(query.at), headers,
		sizeof(headers) / sizeof(headers[0]) };

	if (!site->host->respond(request, &head, slice("a body")))
		answer(site, request, "refused");
}

/* What may not be said; then how much of it was refused. */
static void
bad(struct site *site, struct bx_request *request)
{
	static const struct bx_header headers[] = {
		{ "Status", "200" },
		{ "content-length", "5" },
		{ "Connection", "close" },
		{ "Transfer-Encoding", "chunked" },
		{ "X-A", "b\r\nX-C: d" },
		{ "X-A", "b\nX-C: d" },
		{ "X-A", "\x01" },
		{ "X-A", "\x7f" },
		{ "X A", "b" },
		{ "X-A:", "b" },
		{ "", "b" },
	};
	static const unsigned statuses[] = { 0, 100, 199, 600 };
	struct bx_head head = ok;
	char text[64];
	int refused = 0;
	size_t i;

	head.header_count = 1;
	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		head.headers = &headers[i];
		refused += !site->host->respond(request, &head, slice("bad"));
		refused += !site->host->begin(request, &head, on_gone, site);
	}
	head = ok;
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		head.status = statuses[i];
		refused += !site->host->respond(request, &head, slice("bad"));
	}
	(void)snprintf(text, sizeof(text), "%d refused", refused);
	answer(site, request, text);
}

/* Held until /content/go. */
static void
late(struct site *site, struct bx_request *request)
{
	keep(site->held, request);
	site->host->on_gone(request, on_gone, site);
	site->host->log(site->host, BX_LOG_NOTICE, "event=waits");
}

static void
go(struct site *site, struct bx_request *request)
{
	if (write(site->ends[1], "x", 1) != 1)
		abort();
	answer(site, request, "gone");
}

static void
on_late(unsigned events, void *ctx)
{
	struct site *site = ctx;
	struct bx_request_info info;
	char text[300];
	char byte;
	size_t i;

	if (events != BX_WATCH_READ || read(site->ends[0], &byte, 1) != 1)
		abort();
	for (i = 0; i < HELD_MAX; i++) {
		if (site->held[i] == NULL)
			continue;
		info = site->host->request_info(site->held[i]);
		(void)snprintf(text, sizeof(text), "late %.*s",
		    (int)info.query.len, info.query.at);
		answer(site, site->held[i], text);
		site->held[i] = NULL;
	}
}

/* Its gone function is all that it ever hears of; and not even that. */
static void
never(struct site *site, struct bx_request *request)
{
	if (site->host->request_info(request).query.len == 0)
		site->host->on_gone(request, on_gone, site);
	site->host->log(site->host, BX_LOG_NOTICE, "event=waits");
}

static void
stream(struct site *site, struct bx_request *request)
{
	if (!site->host->begin(request, &ok, on_gone, site))
		abort();
	keep(site->streams, request);
	(void)site->host->write(request, slice("first\n"));
}

/* The query, to all streams. */
static void
say(struct site *site, struct bx_request *request)
{
	struct bx_slice query = site->host->request_info(request).query;
	size_t i;

	for (i = 0; i < HELD_MAX; i++)
		if (site->streams[i] != NULL)
			(void)site->host->write(site->streams[i], query);
	answer(site, request, "said");
}

static void
end(struct site *site, struct bx_request *request)
{
	size_t i;

	for (i = 0; i < HELD_MAX; i++) {
		if (site->streams[i] == NULL)
			continue;
		(void)site->host->write(site->streams[i], slice("last\n"));
		site->host->end(site->streams[i]);
		site->streams[i] = NULL;
	}
	answer(site, request, "ended");
}

/* Write what is taken, whenever the loop turns, until all was. */
static void
on_pump(unsigned events, void *ctx)
{
	static char bytes[FLOOD_PIECE];
	struct site *site = ctx;

	(void)events;
	memset(bytes, 'x', sizeof(bytes));
	while (site->flooded != NULL && site->flood < FLOOD_BYTES &&
	    site->host->write(site->flooded,
		(struct bx_slice){ bytes, sizeof(bytes) }))
		site->flood += sizeof(bytes);
	if (site->flooded != NULL && site->flood < FLOOD_BYTES) {
		if (site->refusals++ == 0)
			site->host->log(site->host, BX_LOG_NOTICE,
			    "event=full");
		return;
	}
	if (site->flooded != NULL)
		site->host->end(site->flooded);
	site->flooded = NULL;
	site->host->unwatch(site->host, site->pump);
	site->pump = NULL;
}

static void
flood(struct site *site, struct bx_request *request)
{
	if (!site->host->begin(request, &ok, on_gone, site))
		abort();
	site->flooded = request;
	site->flood = 0;
	site->refusals = 0;
	site->pump = site->host->watch(site->host, site->pump_ends[1],
	    BX_WATCH_WRITE, on_pump, site);
}

static void
remove_more(struct site *site, struct bx_request *request)
{
	site->host->remove_content(site->host, "/content/more");
	answer(site, request, "removed");
}

static const struct {
	const char *path;
	void (*fn)(struct site *site, struct bx_request *request);
} pages[] = {
	{ "/content/echo", echo },
	{ "/content/status", status },
	{ "/content/bad", bad },
	{ "/content/late", late },
	{ "/content/go", go },
	{ "/content/never", never },
	{ "/content/stream", stream },
	{ "/content/say", say },
	{ "/content/end", end },
	{ "/content/flood", flood },
	{ "/content/remove", remove_more },
};

static void
on_content(struct bx_request *request, void *ctx)
{
	static const struct bx_head missing = { 404, plain, 1 };
	struct site *site = ctx;
	struct bx_slice path = site->host->request_info(request).path;
	size_t i;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (path.len >= strlen(pages[i].path) &&
		    memcmp(path.at, pages[i].path, strlen(pages[i].path)) ==
			0) {
			pages[i].fn(site, request);
			return;
		}
	(void)site->host->respond(request, &missing, slice("nothing\n"));
}

static void
on_more(struct bx_request *request, void *ctx)
{
	answer(ctx, request, "more");
}

static void
heading(void *ctx, struct bx_heading *heading)
{
	struct site *site = ctx;
	struct bx_host *host = site->host;
	struct bx_slice path = host->heading_path(heading);
	char text[600];

	if (!site->is_heading)
		return;
	(void)snprintf(text, sizeof(text), "%u %.*s",
	    host->heading_status(heading), (int)path.len,
	    path.len > 0 ? path.at : "");
	(void)host->set_header(heading, "X-Seen", text);
	(void)host->set_header(heading, "cache-control", "private");
	(void)host->set_header(heading, "X-Content-Type-Options", NULL);
	if (host->set_header(heading, "Content-Length", "1") ||
	    host->set_header(heading, "Status", NULL) ||
	    host->set_header(heading, "X-Bad", "a\r\nX-Worse: b") ||
	    host->set_header(heading, "X Bad", "a"))
		abort();
}

static bool
start(struct bx_host *host, void **ctx)
{
	static struct site site;
	const char *how = host->option(host, "heading");

	memset(&site, 0, sizeof(site));
	site.host = host;
	site.is_heading = how != NULL && strcmp(how, "yes") == 0;
	*ctx = &site;
	if (pipe(site.ends) != 0 || pipe(site.pump_ends) != 0)
		return false;
	site.watch =
	    host->watch(host, site.ends[0], BX_WATCH_READ, on_late, &site);
	if (site.watch == NULL || host->watch(host, -1, 1, on_late, &site) ||
	    host->add_content(host, "/", on_content, &site) ||
	    host->add_content(host, "content", on_content, &site) ||
	    !host->add_content(host, "/content", on_content, &site) ||
	    host->add_content(host, "/content", on_content, &site) ||
	    !host->add_content(host, "/content/more", on_more, &site))
		return false;
	return host->option(host, "refuse") == NULL;
}

static void
stop(void *ctx)
{
	struct site *site = ctx;
	struct bx_host *host = site->host;

	host->remove_content(host, "/content");
	host->unwatch(host, site->watch);
	(void)close(site->ends[0]);
	(void)close(site->ends[1]);
	(void)close(site->pump_ends[0]);
	(void)close(site->pump_ends[1]);
	host->log(host, BX_LOG_NOTICE, "event=content_stopped");
}

extern const struct bx_plugin bayeux_plugin;
const struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "content",
	.start = start,
	.stop = stop,
	.heading = heading,
};
