/*
 * monitor.c - everything that happens, as one line of JSON each.
 *
 *	cc -shared -fPIC $(pkg-config --cflags bayeux) -o monitor.so monitor.c
 *
 *	plugin "monitor" {		# in bayeux-fcgi.conf
 *		path = "/usr/local/lib/bayeux-fcgi/plugins/monitor.so"
 *		file = "/var/log/bayeux-fcgi/events.log"
 *		ids = full		# else the first 8 characters
 *	}
 *
 *	{"event":"client_connect","time":1764334800000,"client_id":"3f9c0d1e",
 *	    "ip":"127.0.0.1"}
 *
 * Without "file" the lines go to the server's log, at level info, which cuts
 * long ones.  Clients' ids are secrets, and so is what a refused handshake
 * had in ext, which is not printed; data is, whatever it is.
 */
#define _GNU_SOURCE 1 /* memmem, open_memstream */
#include <bayeux/host.h>
#include <bayeux/plugin.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 2048 /* of a name, an address or an error, with escapes */
#define SHORT_ID 8

struct monitor {
	struct bx_host *host;
	const char *path; /* or NULL */
	bool full_ids;
	bool failing; /* since the last line that could be written */
};

static const char *const events[] = {
	[BX_HAPPENING_CLIENT_CONNECT] = "client_connect",
	[BX_HAPPENING_CLIENT_DISCONNECT] = "client_disconnect",
	[BX_HAPPENING_SUBSCRIBE] = "subscribe",
	[BX_HAPPENING_UNSUBSCRIBE] = "unsubscribe",
	[BX_HAPPENING_PUBLISH] = "publish",
	[BX_HAPPENING_CLIENT_PUSH] = "client_push",
	[BX_HAPPENING_HANDSHAKE_DENIED] = "handshake_denied",
};

static const char *const reasons[] = {
	[BX_GONE_DISCONNECT] = "disconnect",
	[BX_GONE_EXPIRED] = "expired",
	[BX_GONE_OVERFLOW] = "overflow",
	[BX_GONE_KICKED] = "kicked",
	[BX_GONE_CLOSED] = "closed",
};

static void
print_text(const struct monitor *monitor, FILE *out, const char *key,
    const char *text)
{
	char json[TEXT_MAX];
	struct bx_slice slice = { text, text != NULL ? strlen(text) : 0 };
	size_t len = monitor->host->json_quote(json, sizeof(json), 0, slice);

	if (text != NULL && len <= sizeof(json))
		(void)fprintf(out, ",\"%s\":%.*s", key, (int)len, json);
}

/* JSON as it is, but that line ends between its parts become blanks: strings
 * have none. */
static void
print_json(FILE *out, const char *key, struct bx_slice json)
{
	size_t i;

	if (json.len == 0)
		return;
	(void)fprintf(out, ",\"%s\":", key);
	for (i = 0; i < json.len; i++)
		(void)putc(json.at[i] == '\n' || json.at[i] == '\r'
			? ' '
			: json.at[i],
		    out);
}

/* Who, and which channel: its name needs no escapes, and may have the id in
 * it, as that of a channel for one client alone does. */
static void
print_client(const struct monitor *monitor, FILE *out,
    const struct bx_happening *what)
{
	const struct bx_session *session = what->session;
	struct bx_slice channel = what->channel;
	const char *id = "", *within;
	int shown = INT_MAX;
	bool local = false;

	if (session != NULL) {
		id = monitor->host->session_id(session);
		local = monitor->host->is_local(session);
		shown = monitor->full_ids || local ? INT_MAX : SHORT_ID;
		(void)fprintf(out, ",\"client_id\":\"%.*s\"", shown, id);
		print_text(monitor, out, "user", monitor->host->user(session));
	}
	if (what->kind == BX_HAPPENING_CLIENT_CONNECT && local)
		(void)fputs(",\"session\":\"local\"", out);
	print_text(monitor, out, "ip", what->address);
	if (channel.len == 0)
		return;
	within = memmem(channel.at, channel.len, id, strlen(id));
	if (shown == SHORT_ID && within != NULL)
		channel.len = (size_t)(within - channel.at) + SHORT_ID;
	(void)fprintf(out, ",\"channel\":\"%.*s\"", (int)channel.len,
	    channel.at);
}

static void
print(const struct monitor *monitor, FILE *out,
    const struct bx_happening *what)
{
	(void)fprintf(out, "{\"event\":\"%s\",\"time\":%lld",
	    events[what->kind],
	    (long long)monitor->host->wall_clock(monitor->host));
	print_client(monitor, out, what);
	print_json(out, "data", what->data);
	print_json(out, "id", what->id);
	if (what->kind == BX_HAPPENING_HANDSHAKE_DENIED)
		print_text(monitor, out, "error", what->error);
	else
		print_json(out, "ext", what->ext);
	if (what->kind == BX_HAPPENING_CLIENT_DISCONNECT)
		print_text(monitor, out, "reason", reasons[what->reason]);
	(void)fputs("}\n", out);
}

/* Opened anew for each line, so whoever takes the file away, to keep it or to
 * make room, need tell nobody.  A pipe that is full makes nobody wait. */
static bool
append(const char *path, const char *line, size_t len)
{
	int fd = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
	    0640);
	ssize_t n = -1;

	if (fd >= 0) {
		errno = ENOSPC; /* of what is written in part */
		n = write(fd, line, len);
		(void)close(fd);
	}
	return n >= 0 && (size_t)n == len;
}

/* One line in the server's log, however long it goes on. */
static void
note_failure(struct monitor *monitor, bool fails)
{
	char text[128];

	if (fails && !monitor->failing) {
		(void)snprintf(text, sizeof(text),
		    "event=not_written error=\"%s\"", strerror(errno));
		monitor->host->log(monitor->host, BX_LOG_ERROR, text);
	} else if (!fails && monitor->failing) {
		monitor->host->log(monitor->host, BX_LOG_NOTICE,
		    "event=written_again");
	}
	monitor->failing = fails;
}

static void
happened(void *ctx, const struct bx_happening *what)
{
	struct monitor *monitor = ctx;
	char *line = NULL;
	size_t len = 0;
	FILE *out;

	if ((size_t)what->kind >= sizeof(events) / sizeof(events[0]))
		return;
	out = open_memstream(&line, &len);
	if (out != NULL) {
		print(monitor, out, what);
		if (fclose(out) != 0)
			len = 0;
	}
	if (monitor->path != NULL || len == 0) {
		note_failure(monitor,
		    len == 0 || !append(monitor->path, line, len));
	} else {
		line[len - 1] = '\0';
		monitor->host->log(monitor->host, BX_LOG_INFO, line);
	}
	free(line);
}

static bool
start(struct bx_host *host, void **ctx)
{
	static struct monitor monitor;
	const char *ids = host->option(host, "ids");

	monitor.host = host;
	monitor.path = host->option(host, "file");
	monitor.full_ids = ids != NULL && strcmp(ids, "full") == 0;
	*ctx = &monitor;
	return true;
}

extern const struct bx_plugin bayeux_plugin;
const struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "monitor",
	.start = start,
	.happened = happened,
};
