/*
 * config.c - a configuration file, read by libconfuse and set as by -o.
 */
#include "config.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "channel_blocks.h"
#include "config_channels.h"
#include "config_plugins.h"
#include "config_text.h"
#include "engine/env.h"
#include "guess.h"
#include "option_table.h"
#include "options.h"

/* Room for "FILE:LINE". */
#define WHERE_MAX 512

/* What a file is read into. */
struct reading {
	struct fcgi_options *options;
	const char *path;
	struct fcgi_problem *problem;
	const cfg_t *file;  /* all of it, to libconfuse */
	const cfg_t *block; /* the newest channel block */
	bool refused;	    /* problem has been told */
};

/*
 * libconfuse hands its callbacks no context, so there is one while a file is
 * being read.
 */
static struct reading *the_reading;

static void __attribute__((format(printf, 3, 4)))
refuse(struct reading *reading, int line, const char *fmt, ...)
{
	char text[sizeof(reading->problem->text)];
	va_list args;

	/* The first is the cause; what follows may be its consequence. */
	if (reading->refused)
		return;
	reading->refused = true;
	va_start(args, fmt);
	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	va_end(args);
	if (line > 0)
		(void)snprintf(reading->problem->text, sizeof(text),
		    "%.400s:%d: %.590s", reading->path, line, text);
	else
		(void)snprintf(reading->problem->text, sizeof(text),
		    "%.400s: %.590s", reading->path, text);
}

static const char *
place(const struct reading *reading, int line, char where[WHERE_MAX])
{
	(void)snprintf(where, WHERE_MAX, "%.400s:%d", reading->path, line);
	return where;
}

/* Set the option from every value that libconfuse has for it so far. */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reading *reading = the_reading;
	const struct bx_env *env = reading->options->env;
	size_t count = cfg_opt_size(opt);
	const char **values = bx_alloc(env, count * sizeof(*values));
	struct fcgi_problem problem;
	struct fcgi_assignment assignment = { 0 };
	char where[WHERE_MAX];
	size_t i;

	if (values == NULL) {
		refuse(reading, cfg->line, "out of memory");
		return -1;
	}
	for (i = 0; i < count; i++)
		values[i] = cfg_opt_getnstr(opt, (unsigned)i);
	assignment.key = cfg_opt_name(opt);
	assignment.values = values;
	assignment.count = count;
	assignment.where = place(reading, cfg->line, where);
	if (!fcgi_options_set(reading->options, &assignment, &problem))
		refuse(reading, cfg->line, "%s", problem.text);
	bx_free(env, values);
	return reading->refused ? -1 : 0;
}

/* Begin the block if it is a new one, which is at the given line. */
static bool
begin_block(struct reading *reading, cfg_t *block, int line)
{
	struct fcgi_problem problem;
	char where[WHERE_MAX];

	if (block == reading->block)
		return true;
	reading->block = block;
	if (fcgi_options_add_channel(reading->options, cfg_title(block),
		place(reading, line, where), &problem))
		return true;
	refuse(reading, line, "%s", problem.text);
	return false;
}

/* A key of a block.  Until the block ends, the file is at its first line. */
static int
on_channel_value(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reading *reading = the_reading;
	struct fcgi_problem problem;
	char where[WHERE_MAX];

	if (!begin_block(reading, cfg, reading->file->line))
		return -1;
	if (!fcgi_config_channels_set(&reading->options->channel_blocks,
		reading->options->env, opt, place(reading, cfg->line, where),
		&problem))
		refuse(reading, cfg->line, "%s", problem.text);
	return reading->refused ? -1 : 0;
}

/* The end of a block, which may have had no keys. */
static int
on_channel(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reading *reading = the_reading;
	cfg_t *block = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	struct fcgi_problem problem;

	if (!begin_block(reading, block, cfg->line))
		return -1;
	if (!fcgi_config_channels_end(&reading->options->channel_blocks,
		reading->options->env, block, &problem))
		refuse(reading, cfg->line, "%s", problem.text);
	return reading->refused ? -1 : 0;
}

/* A key of a plugin's section has a value (more). */
static int
on_plugin_value(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reading *reading = the_reading;
	struct fcgi_problem problem;

	if (!fcgi_config_plugins_set(reading->options, reading->path, cfg, opt,
		&problem))
		refuse(reading, cfg->line, "%s", problem.text);
	return reading->refused ? -1 : 0;
}

/* The newest section of a plugin has ended. */
static int
on_plugin(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reading *reading = the_reading;
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	struct fcgi_problem problem;

	if (!fcgi_config_plugins_end(reading->options, reading->path, section,
		&problem))
		refuse(reading, cfg->line, "%s", problem.text);
	return reading->refused ? -1 : 0;
}

/* There is no such key in the file, or in the block that cfg is. */
static void
refuse_key(const cfg_t *cfg, const char *key)
{
	struct fcgi_options *options = the_reading->options;
	const struct fcgi_assignment assignment = { .key = key };
	const struct fcgi_channel_setting setting = { .key = key };
	struct fcgi_guess guess = fcgi_guess_begin(key);
	struct fcgi_problem problem = { .text = "" };

	fcgi_guess_try(&guess, "channel");
	fcgi_guess_try(&guess, "plugin");
	if (strcmp(cfg_name((cfg_t *)cfg), "plugin") == 0)
		(void)fcgi_problem_tell(&problem,
		    "plugin: \"%s\" is not the KEY of a KEY = VALUE", key);
	else if (strcmp(cfg_name((cfg_t *)cfg), "channel") == 0)
		(void)fcgi_channel_blocks_set(&options->channel_blocks,
		    options->env, &setting, &problem);
	else if (guess.best != NULL)
		(void)fcgi_problem_tell(&problem,
		    "no such option \"%s\"; did you mean \"%s\"?", key,
		    guess.best);
	else
		(void)fcgi_options_set(options, &assignment, &problem);
	refuse(the_reading, cfg->line, "%s", problem.text);
}

/*
 * libconfuse has a complaint.  An option that it does not know is told as by
 * -o; the text that says so is the only sign of one.
 */
static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *cfg, const char *fmt, va_list args)
{
	static const char unknown[] = "no such option '";
	static const char twice[] = "found duplicate title ";
	char text[256];
	char *end;

	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	end = strrchr(text, '\'');
	if (strncmp(text, twice, strlen(twice)) == 0) {
		refuse(the_reading, cfg->line,
		    "plugin: there is one of this name already: %s",
		    text + strlen(twice));
		return;
	}
	if (strncmp(text, unknown, strlen(unknown)) != 0 || end == NULL) {
		refuse(the_reading, cfg->line, "%s", text);
		return;
	}
	*end = '\0';
	refuse_key(cfg, text + strlen(unknown));
}

/* A list that was set and then set empty has had no call of on_value. */
static void
clear_lists(struct reading *reading, cfg_t *cfg)
{
	struct fcgi_problem problem;
	size_t i;

	for (i = 0; i < fcgi_option_table_size; i++) {
		const struct fcgi_option_row *row = &fcgi_option_table[i];
		struct fcgi_assignment assignment = {
			.key = row->key,
			.where = reading->path,
		};

		if (!fcgi_option_is_list(row) ||
		    (cfg_getopt(cfg, row->key)->flags & CFGF_MODIFIED) == 0 ||
		    cfg_size(cfg, row->key) > 0)
			continue;
		if (!fcgi_options_set(reading->options, &assignment, &problem))
			refuse(reading, 0, "%s", problem.text);
	}
}

/*
 * Every option is a text to libconfuse, so that units, ranges and messages
 * are the table's.
 */
static cfg_t *
make_parser(const struct bx_env *env, cfg_opt_t *plugin_keys)
{
	cfg_opt_t keys[FCGI_CONFIG_CHANNELS_KEYS + 1];
	cfg_opt_t end[] = { CFG_SEC("channel", keys, CFGF_MULTI | CFGF_TITLE),
		CFG_SEC("plugin", plugin_keys,
		    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
		CFG_END() };
	cfg_opt_t *opts;
	cfg_t *cfg;
	size_t i;

	fcgi_config_channels_keys(keys, on_channel_value);
	opts = bx_alloc(env, (fcgi_option_table_size + 3) * sizeof(*opts));
	if (opts == NULL)
		return NULL;
	for (i = 0; i < fcgi_option_table_size; i++) {
		const struct fcgi_option_row *row = &fcgi_option_table[i];
		cfg_opt_t text = CFG_STR(row->key, NULL, CFGF_NODEFAULT);
		cfg_opt_t list = CFG_STR_LIST(row->key, NULL, CFGF_NODEFAULT);

		opts[i] = fcgi_option_is_list(row) ? list : text;
	}
	memcpy(opts + i, end, sizeof(end));
	cfg = cfg_init(opts, CFGF_NONE); /* which copies opts */
	bx_free(env, opts);
	if (cfg == NULL)
		return NULL;
	(void)cfg_set_error_function(cfg, on_error);
	(void)cfg_set_validate_func(cfg, "plugin", on_plugin);
	(void)cfg_set_validate_func(cfg, "channel", on_channel);
	for (i = 0; i < fcgi_option_table_size; i++)
		(void)cfg_set_validate_func(cfg, fcgi_option_table[i].key,
		    on_value);
	return cfg;
}

static void
parse(struct reading *reading, char *text)
{
	const struct bx_env *env = reading->options->env;
	FILE *stream = fmemopen(text, strlen(text), "r");
	cfg_opt_t *keys = fcgi_config_plugins_keys(env, text, on_plugin_value);
	cfg_t *cfg = keys == NULL ? NULL : make_parser(env, keys);

	fcgi_config_plugins_free_keys(env, keys);
	reading->file = cfg;
	if (stream == NULL || cfg == NULL) {
		refuse(reading, 0, "out of memory");
	} else if (cfg_parse_fp(cfg, stream) != CFG_SUCCESS) {
		/* Most failures have been told; none may pass untold. */
		refuse(reading, cfg->line, "not understood");
	} else {
		clear_lists(reading, cfg);
	}
	if (cfg != NULL)
		(void)cfg_free(cfg);
	if (stream != NULL)
		(void)fclose(stream);
}

bool
fcgi_config_read(struct fcgi_options *options, const char *path,
    struct fcgi_problem *problem)
{
	struct reading reading = {
		.options = options,
		.path = path,
		.problem = problem,
	};
	struct fcgi_problem own;
	char *text = fcgi_config_text_read(options->env, path, &own);
	const char *wrong;
	int line;

	if (text == NULL) {
		refuse(&reading, 0, "%s", own.text);
		return false;
	}
	the_reading = &reading;
	wrong = fcgi_config_text_prepare(text, &line);
	if (wrong != NULL)
		refuse(&reading, line, "%s", wrong);
	else
		parse(&reading, text);
	the_reading = NULL;
	bx_free(options->env, text);
	return !reading.refused;
}
