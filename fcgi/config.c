/*
 * config.c - a configuration file, read by libconfuse and set as by -o.
 */
#include "config.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_text.h"
#include "engine/env.h"
#include "option_table.h"
#include "options.h"

/* What a file is read into. */
struct reading {
	struct fcgi_options *options;
	const char *path;
	struct fcgi_problem *problem;
	bool refused; /* problem has been told */
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

/* Copy len bytes of one file into a string.  Owned; NULL: refused. */
static char *
read_stream(struct reading *reading, FILE *file)
{
	const struct bx_env *env = reading->options->env;
	/* Room to see that there is more, and for a NUL behind that. */
	char *text = bx_alloc(env, FCGI_CONFIG_MAX + 2);
	size_t len;

	if (text == NULL) {
		refuse(reading, 0, "out of memory");
		return NULL;
	}
	errno = 0;
	len = fread(text, 1, FCGI_CONFIG_MAX + 1, file);
	if (ferror(file))
		refuse(reading, 0, "%s", strerror(errno));
	else if (len > FCGI_CONFIG_MAX)
		refuse(reading, 0, "larger than %d bytes", FCGI_CONFIG_MAX);
	else if (memchr(text, '\0', len) != NULL)
		refuse(reading, 0, "has a byte 0 in it: it is no text");
	if (reading->refused) {
		bx_free(env, text);
		return NULL;
	}
	/* An empty stream is nothing that fmemopen(3) has to accept. */
	if (len == 0)
		text[len++] = '\n';
	text[len] = '\0';
	return text;
}

static char *
read_file(struct reading *reading)
{
	FILE *file = fopen(reading->path, "re");
	char *text;

	if (file == NULL) {
		refuse(reading, 0, "%s", strerror(errno));
		return NULL;
	}
	text = read_stream(reading, file);
	(void)fclose(file);
	return text;
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
	char where[512];
	size_t i;

	if (values == NULL) {
		refuse(reading, cfg->line, "out of memory");
		return -1;
	}
	for (i = 0; i < count; i++)
		values[i] = cfg_opt_getnstr(opt, (unsigned)i);
	(void)snprintf(where, sizeof(where), "%.400s:%d", reading->path,
	    cfg->line);
	assignment.key = cfg_opt_name(opt);
	assignment.values = values;
	assignment.count = count;
	assignment.where = where;
	if (!fcgi_options_set(reading->options, &assignment, &problem))
		refuse(reading, cfg->line, "%s", problem.text);
	bx_free(env, values);
	return reading->refused ? -1 : 0;
}

static int
on_plugin(cfg_t *cfg, cfg_opt_t *opt)
{
	(void)opt;
	refuse(the_reading, cfg->line,
	    "plugin: not supported by this version");
	return -1;
}

/*
 * libconfuse has a complaint.  An option that it does not know is told as by
 * -o; the text that says so is the only sign of one.
 */
static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *cfg, const char *fmt, va_list args)
{
	static const char unknown[] = "no such option '";
	struct fcgi_assignment assignment = { .where = "" };
	struct fcgi_problem problem;
	char text[256];
	char *end;

	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	end = strrchr(text, '\'');
	if (strncmp(text, unknown, strlen(unknown)) != 0 || end == NULL) {
		refuse(the_reading, cfg->line, "%s", text);
		return;
	}
	if (strcmp(cfg_name(cfg), "plugin") == 0) {
		(void)on_plugin(cfg, NULL);
		return;
	}
	*end = '\0';
	assignment.key = text + strlen(unknown);
	if (!fcgi_options_set(the_reading->options, &assignment, &problem))
		refuse(the_reading, cfg->line, "%s", problem.text);
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
make_parser(const struct bx_env *env)
{
	cfg_opt_t nothing[] = { CFG_END() };
	cfg_opt_t end[] = {
		CFG_SEC("plugin", nothing, CFGF_MULTI | CFGF_TITLE), CFG_END()
	};
	cfg_opt_t *opts;
	cfg_t *cfg;
	size_t i;

	opts = bx_alloc(env, (fcgi_option_table_size + 2) * sizeof(*opts));
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
	for (i = 0; i < fcgi_option_table_size; i++)
		(void)cfg_set_validate_func(cfg, fcgi_option_table[i].key,
		    on_value);
	return cfg;
}

static void
parse(struct reading *reading, char *text)
{
	FILE *stream = fmemopen(text, strlen(text), "r");
	cfg_t *cfg = make_parser(reading->options->env);

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
	char *text = read_file(&reading);
	const char *wrong;
	int line;

	if (text == NULL)
		return false;
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
