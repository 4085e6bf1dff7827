/*
 * config_plugins.c - sections of plugins, whose keys are any.
 *
 * libconfuse wants to know every key before it reads, so they are looked for
 * in the text; each is a list to it, of which one value is the usual case.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config_plugins.h"
#include "config_text.h"
#include "engine/env.h"
#include "log.h"
#include "options.h"
#include "plugin_sections.h"

struct keys {
	const struct bx_env *env;
	cfg_validate_callback_t on_key;
	cfg_opt_t *opts; /* with room for the end */
	size_t count;
};

static bool
is_known(const struct keys *keys, const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		if (strlen(keys->opts[i].name) == len &&
		    memcmp(keys->opts[i].name, word, len) == 0)
			return true;
	return false;
}

static bool
add_key(const char *word, size_t len, void *ctx)
{
	struct keys *keys = ctx;
	cfg_opt_t end = CFG_END();
	cfg_opt_t *opts;
	char *name;

	if (is_known(keys, word, len))
		return true;
	opts = keys->env->realloc(keys->env->ctx, keys->opts,
	    (keys->count + 2) * sizeof(*opts));
	if (opts == NULL)
		return false;
	keys->opts = opts;
	name = bx_alloc(keys->env, len + 1);
	if (name == NULL)
		return false;
	memcpy(name, word, len);
	name[len] = '\0';
	opts[keys->count] =
	    (cfg_opt_t)CFG_STR_LIST(name, NULL, CFGF_NODEFAULT);
	opts[keys->count].validcb = keys->on_key;
	opts[++keys->count] = end;
	return true;
}

cfg_opt_t *
fcgi_config_plugins_keys(const struct bx_env *env, char *text,
    cfg_validate_callback_t on_key)
{
	struct keys keys = { .env = env, .on_key = on_key };
	cfg_opt_t end = CFG_END();

	keys.opts = bx_alloc(env, sizeof(*keys.opts));
	if (keys.opts == NULL)
		return NULL;
	keys.opts[0] = end;
	if (fcgi_config_text_each_key(text, add_key, &keys))
		return keys.opts;
	fcgi_config_plugins_free_keys(env, keys.opts);
	return NULL;
}

void
fcgi_config_plugins_free_keys(const struct bx_env *env, cfg_opt_t *keys)
{
	cfg_opt_t *key;

	if (keys == NULL)
		return;
	for (key = keys; key->name != NULL; key++)
		bx_free(env, (char *)key->name);
	bx_free(env, keys);
}

static bool __attribute__((format(printf, 3, 4)))
refuse(struct fcgi_problem *problem, cfg_t *section, const char *fmt, ...)
{
	const char *title = cfg_title(section);
	char text[512];
	char quoted[128];
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	va_end(args);
	(void)fcgi_log_quote(quoted, sizeof(quoted), title, strlen(title));
	(void)snprintf(problem->text, sizeof(problem->text), "plugin %s: %s",
	    quoted, text);
	return false;
}

/* The values of a key, with newlines between them.  Owned; NULL: no memory. */
static char *
join(const struct bx_env *env, cfg_opt_t *key)
{
	unsigned count = cfg_opt_size(key);
	size_t size = 1;
	char *text;
	char *at;
	unsigned i;

	for (i = 0; i < count; i++)
		size += strlen(cfg_opt_getnstr(key, i)) + 1;
	text = bx_alloc(env, size);
	if (text == NULL)
		return NULL;
	at = text;
	for (i = 0; i < count; i++) {
		if (i > 0)
			*at++ = '\n';
		at = stpcpy(at, cfg_opt_getnstr(key, i));
	}
	*at = '\0';
	return text;
}

/* The file that path means: it is looked for where the configuration is, and
 * never among the libraries of the system.  Owned; NULL: no memory. */
static char *
resolve(const struct bx_env *env, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - file);
	const char *folder = slash == NULL ? "." : file;
	size_t size;
	char *text;

	if (slash == NULL)
		len = 1;
	if (path[0] == '/')
		len = 0;
	size = len + 1 + strlen(path) + 1;
	text = bx_alloc(env, size);
	if (text != NULL)
		(void)snprintf(text, size, "%.*s%s%s", (int)len, folder,
		    path[0] == '/' ? "" : "/", path);
	return text;
}

static char *
text_of(const struct bx_env *env, const char *file, cfg_opt_t *key)
{
	if (strcmp(cfg_opt_name(key), "path") == 0)
		return resolve(env, file, cfg_opt_getnstr(key, 0));
	return join(env, key);
}

static bool
keep(struct fcgi_options *options, const char *file, cfg_t *section,
    cfg_opt_t *opt)
{
	const struct bx_env *env = options->env;
	struct fcgi_plugin_section *kept =
	    fcgi_plugin_sections_get(&options->plugins, env,
		cfg_title(section));
	char *text = text_of(env, file, opt);
	char where[512];
	struct fcgi_plugin_key key = {
		.key = (char *)cfg_opt_name(opt),
		.text = text,
		.where = where,
	};
	bool ok;

	(void)snprintf(where, sizeof(where), "%.400s:%d", file, section->line);
	ok = kept != NULL && text != NULL &&
	    fcgi_plugin_section_set(kept, env, &key);
	bx_free(env, text);
	return ok;
}

bool
fcgi_config_plugins_set(struct fcgi_options *options, const char *file,
    cfg_t *section, cfg_opt_t *key, struct fcgi_problem *problem)
{
	if (strcmp(cfg_opt_name(key), "path") == 0 &&
	    (cfg_opt_size(key) != 1 || *cfg_opt_getnstr(key, 0) == '\0'))
		return refuse(problem, section, "path has to be one text");
	if (!keep(options, file, section, key))
		return refuse(problem, section, "out of memory");
	return true;
}

/* Names stand in lines of the log and of other tools. */
static bool
is_name(const char *text)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return *text != '\0' && text[strspn(text, ok)] == '\0';
}

bool
fcgi_config_plugins_end(struct fcgi_options *options, const char *file,
    cfg_t *section, struct fcgi_problem *problem)
{
	const struct fcgi_plugin_section *kept;
	unsigned i;

	if (!is_name(cfg_title(section)))
		return refuse(problem, section,
		    "a name has letters, digits and ._- alone");
	/* A list that was set empty has had no call. */
	for (i = 0; i < cfg_num(section); i++) {
		cfg_opt_t *key = cfg_getnopt(section, i);

		if ((key->flags & CFGF_MODIFIED) != 0 &&
		    cfg_opt_size(key) == 0 &&
		    !fcgi_config_plugins_set(options, file, section, key,
			problem))
			return false;
	}
	kept = fcgi_plugin_sections_get(&options->plugins, options->env,
	    cfg_title(section));
	if (kept == NULL)
		return refuse(problem, section, "out of memory");
	if (kept->path.text == NULL)
		return refuse(problem, section, "path is missing");
	return true;
}
