/*
 * math.c - services that calculate: what a remote call can return, and how it
 * fails.
 *
 *	cc -shared -fPIC $(pkg-config --cflags bayeux) -o math.so math.c
 *
 *	plugin "math" {			# in bayeux-fcgi.conf
 *		path = "/usr/local/lib/bayeux-fcgi/plugins/math.so"
 *	}
 *
 *	client.remoteCall('math/add', { a: 1, b: 2 }, (reply) =>
 *	    reply.successful ? reply.data === 3 : reply.data.error);
 *
 * There are math/add, math/subtract, math/multiply and math/divide; and math,
 * which is told which: { "op": "add", "a": 1, "b": 2 }, or "+", "-", "*", "/".
 */
#include <bayeux/host.h>
#include <bayeux/plugin.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct operation {
	const char *service;
	const char *sign;
	struct bx_host *host; /* set when the plugin starts */
};

static struct operation operations[] = {
	{ "math/add", "+", NULL },
	{ "math/subtract", "-", NULL },
	{ "math/multiply", "*", NULL },
	{ "math/divide", "/", NULL },
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))
#define PREFIX_LEN 5 /* of "math/" */

static void
answer(struct bx_host *host, const struct bx_incoming *message,
    bool successful, const char *json)
{
	const struct bx_outgoing outgoing = {
		.channel = message->channel,
		.id = message->id,
		.data = { json, strlen(json) },
		.successful = &successful,
	};

	if (!host->deliver(host, message->session, &outgoing))
		host->log(host, BX_LOG_DEBUG, "event=not_answered");
}

static void
fail(struct bx_host *host, const struct bx_incoming *message,
    const char *error)
{
	char json[64];

	(void)snprintf(json, sizeof(json), "{\"error\":\"%s\"}", error);
	answer(host, message, false, json);
}

/* It has been seen to be valid JSON, so nothing but a number begins so, and
 * what stands behind one in an object, "," or "}", ends it for strtod. */
static bool
read_number(struct bx_host *host, struct bx_slice data, const char *name,
    double *number)
{
	struct bx_slice json = host->json_member(data, name);

	if (json.len == 0 ||
	    (json.at[0] != '-' && (json.at[0] < '0' || json.at[0] > '9')))
		return false;
	*number = strtod(json.at, NULL);
	return isfinite(*number);
}

static double
apply(char sign, double a, double b)
{
	switch (sign) {
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	default:
		return a / b;
	}
}

/* JSON has no infinity, and no number that is none. */
static void
calculate(const struct operation *operation, const struct bx_incoming *message)
{
	char json[32];
	struct bx_host *host = operation->host;
	double a, b, result;
	int digits;

	if (!read_number(host, message->data, "a", &a) ||
	    !read_number(host, message->data, "b", &b)) {
		fail(host, message, "a and b have to be numbers");
		return;
	}
	if (operation->sign[0] == '/' && !(b < 0 || b > 0)) {
		fail(host, message, "division by zero");
		return;
	}
	result = apply(operation->sign[0], a, b);
	if (!isfinite(result)) {
		fail(host, message, "the result is too large");
		return;
	}
	/* The shortest text that reads back as the same number: 15 digits are
	 * never wrong, and can be too many only for the very smallest. */
	digits = result > -1 && result < 1 ? 1 : 15;
	do
		(void)snprintf(json, sizeof(json), "%.*g", digits, result);
	while (digits++ < 17 && strtod(json, NULL) != result);
	answer(host, message, true, json);
}

static void
serve_one(const struct bx_incoming *message, void *ctx)
{
	calculate(ctx, message);
}

static void
serve_any(const struct bx_incoming *message, void *ctx)
{
	struct bx_host *host = ctx;
	struct bx_slice op = host->json_member(message->data, "op");
	char text[16];
	size_t i;

	if (host->json_text(op, text, sizeof(text)) == SIZE_MAX)
		text[0] = '\0';
	for (i = 0; i < OPERATIONS; i++)
		if (strcmp(text, operations[i].sign) == 0 ||
		    strcmp(text, operations[i].service + PREFIX_LEN) == 0) {
			calculate(&operations[i], message);
			return;
		}
	fail(host, message, "op has to be add, subtract, ...");
}

static bool
start(struct bx_host *host, void **ctx)
{
	size_t i;

	*ctx = host;
	for (i = 0; i < OPERATIONS; i++) {
		operations[i].host = host;
		if (!host->add_service(host, operations[i].service, serve_one,
			&operations[i]))
			return false;
	}
	return host->add_service(host, "math", serve_any, host);
}

extern const struct bx_plugin bayeux_plugin;
const struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "math",
	.start = start,
};
