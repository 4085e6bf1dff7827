/*
 * services.c - a plugin with the services that the page htdocs/echo calls.
 *
 * echo answers what it is sent.  math/add, math/subtract, math/multiply and
 * math/divide take {"a":number,"b":number} and answer a number, or fail with
 * {"error":"text"} (BAYEUX.md rule 107).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/host.h"
#include "engine/plugin.h"

/* What is written longer than this is not taken for a number. */
#define NUMBER_MAX 64

static struct bx_host *the_host;

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

static void
answer(const struct bx_incoming *message, bool successful,
    struct bx_slice data)
{
	struct bx_outgoing outgoing = {
		.channel = message->channel,
		.id = message->id,
		.data = data,
		.successful = &successful,
		.lazy_timeout = -1,
	};

	(void)the_host->deliver(the_host, message->session, &outgoing);
}

static void
serve_echo(const struct bx_incoming *message, void *ctx)
{
	(void)ctx;
	answer(message, true, message->data);
}

/* The number that data has under name; false: it has none. */
static bool
operand(const struct bx_incoming *message, const char *name, double *number)
{
	struct bx_slice json = the_host->json_member(message->data, name);
	char text[NUMBER_MAX];

	if (json.len == 0 || json.len >= sizeof(text) ||
	    strchr("-0123456789", json.at[0]) == NULL)
		return false;
	memcpy(text, json.at, json.len);
	text[json.len] = '\0';
	*number = strtod(text, NULL);
	return true;
}

static double
add(double a, double b)
{
	return a + b;
}

static double
subtract(double a, double b)
{
	return a - b;
}

static double
multiply(double a, double b)
{
	return a * b;
}

static double
divide(double a, double b)
{
	return b == 0 ? NAN : a / b;
}

static const struct operation {
	const char *name;
	double (*of)(double a, double b);
} operations[] = {
	{ "math/add", add },
	{ "math/divide", divide },
	{ "math/multiply", multiply },
	{ "math/subtract", subtract },
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static void
serve_math(const struct bx_incoming *message, void *ctx)
{
	const struct operation *operation = ctx;
	char text[NUMBER_MAX];
	double a, b, result;

	if (!operand(message, "a", &a) || !operand(message, "b", &b)) {
		answer(message, false,
		    slice("{\"error\":\"a and b have to be numbers\"}"));
		return;
	}
	result = operation->of(a, b);
	if (!isfinite(result)) {
		answer(message, false,
		    slice("{\"error\":\"there is no such number\"}"));
		return;
	}
	(void)snprintf(text, sizeof(text), "%.17g", result);
	answer(message, true, slice(text));
}

static bool
start(struct bx_host *host, void **ctx)
{
	size_t i;

	(void)ctx;
	the_host = host;
	for (i = 0; i < OPERATIONS; i++)
		if (!host->add_service(host, operations[i].name, serve_math,
			(void *)&operations[i]))
			return false;
	return host->add_service(host, "echo", serve_echo, NULL);
}

extern const struct bx_plugin bayeux_plugin;
const struct bx_plugin bayeux_plugin = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "services",
	.start = start,
};
