/*
 * extensions.c - the built-in extensions: what switches each of them on, and
 * what it is told of the options.
 */
#include "extensions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/extensions.h"
#include "log.h"

static const char *
activity_option(void *ctx, const char *key)
{
	const struct fcgi_extensions *extensions = ctx;

	if (strcmp(key, "timeout") == 0)
		return extensions->activity_timeout;
	if (strcmp(key, "mode") == 0)
		return extensions->options->activity;
	return NULL;
}

static bool
wants_ack(const struct fcgi_options *options)
{
	return options->ack;
}

static bool
wants_timesync(const struct fcgi_options *options)
{
	return options->timesync;
}

static bool
wants_timestamp(const struct fcgi_options *options)
{
	return options->timestamp;
}

static bool
wants_activity(const struct fcgi_options *options)
{
	return options->activity_timeout > 0;
}

/* In the order in which they see what comes in. */
static const struct {
	const struct bx_plugin *plugin;
	bool (*is_wanted)(const struct fcgi_options *options);
	bx_plugin_option_fn *option;
} table[] = {
	{ &bx_ext_timesync, wants_timesync, NULL },
	{ &bx_ext_timestamp, wants_timestamp, NULL },
	{ &bx_ext_activity, wants_activity, activity_option },
	{ &bx_ext_ack, wants_ack, NULL },
};

bool
fcgi_extensions_add(struct fcgi_extensions *extensions,
    const struct fcgi_options *options, struct bx_engine *engine)
{
	size_t i;

	extensions->options = options;
	(void)snprintf(extensions->activity_timeout,
	    sizeof(extensions->activity_timeout), "%" PRId64,
	    options->activity_timeout);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!table[i].is_wanted(options) ||
		    bx_engine_add_plugin(engine, table[i].plugin,
			table[i].option, extensions) == BX_OK)
			continue;
		fcgi_log(BX_LOG_ERROR, "event=cannot_start extension=%s",
		    table[i].plugin->name);
		return false;
	}
	return true;
}
