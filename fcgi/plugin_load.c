/*
 * plugin_load.c - modules by dlopen(3), and whether their plugins fit.
 */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/env.h"
#include "engine/plugin.h"
#include "log.h"
#include "options.h"
#include "plugin_load.h"
#include "plugin_sections.h"

static bool __attribute__((format(printf, 3, 4)))
refuse(const struct fcgi_plugin_module *module, struct fcgi_problem *problem,
    const char *fmt, ...)
{
	const struct fcgi_plugin_section *section = module->section;
	char text[512];
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	va_end(args);
	(void)snprintf(problem->text, sizeof(problem->text),
	    "%.400s: plugin \"%.64s\": %s", section->path.where, section->name,
	    text);
	return false;
}

/* May size be that of a struct bx_plugin that is no newer than ours?  They
 * differ in how many functions they end with. */
static bool
is_sane(size_t size)
{
	size_t head = offsetof(struct bx_plugin, start);

	return size >= head && size <= sizeof(struct bx_plugin) &&
	    (size - head) % sizeof(void (*)(void)) == 0;
}

/* In this order, as another major may have anything behind its number. */
static bool
is_fit(const struct fcgi_plugin_module *module, struct fcgi_problem *problem)
{
	const struct bx_plugin *plugin = module->plugin;

	if (plugin->major != BX_PLUGIN_MAJOR)
		return refuse(module, problem,
		    "it is of major version %u, and this server takes %d",
		    plugin->major, BX_PLUGIN_MAJOR);
	if (plugin->minor > BX_PLUGIN_MINOR)
		return refuse(module, problem,
		    "it is of version %u.%u, newer than this server's %d.%d",
		    plugin->major, plugin->minor, BX_PLUGIN_MAJOR,
		    BX_PLUGIN_MINOR);
	if (!is_sane(plugin->size))
		return refuse(module, problem,
		    "its size, %zu, is none of struct bx_plugin",
		    plugin->size);
	if (plugin->name == NULL || plugin->name[0] == '\0')
		return refuse(module, problem, "it has no name");
	return true;
}

/* Does no plugin before this one have the same name? */
static bool
is_single(const struct fcgi_plugin_load *modules,
    const struct fcgi_plugin_module *module, struct fcgi_problem *problem)
{
	const struct fcgi_plugin_module *other;

	for (other = modules->items; other < module; other++)
		if (strcmp(other->plugin->name, module->plugin->name) == 0)
			return refuse(module, problem,
			    "it calls itself %s, and so does plugin \"%s\"",
			    module->plugin->name, other->section->name);
	return true;
}

static bool
open_module(struct fcgi_plugin_module *module, struct fcgi_problem *problem)
{
	const char *path = module->section->path.text;

	module->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	/* Which names the path. */
	if (module->handle == NULL)
		return refuse(module, problem, "%s", dlerror());
	module->plugin = dlsym(module->handle, BX_PLUGIN_SYMBOL);
	if (module->plugin == NULL)
		return refuse(module, problem,
		    "%s is no plugin: it has no symbol " BX_PLUGIN_SYMBOL,
		    path);
	return is_fit(module, problem);
}

bool
fcgi_plugin_load_open(struct fcgi_plugin_load *modules,
    struct fcgi_options *options, struct fcgi_problem *problem)
{
	struct fcgi_plugin_sections *sections = &options->plugins;
	struct fcgi_plugin_module *module;
	size_t i;

	memset(modules, 0, sizeof(*modules));
	modules->env = options->env;
	if (sections->count == 0)
		return true;
	modules->items =
	    bx_alloc(options->env, sections->count * sizeof(*modules->items));
	if (modules->items == NULL) {
		(void)snprintf(problem->text, sizeof(problem->text),
		    "plugins: out of memory");
		return false;
	}
	for (i = 0; i < sections->count; i++) {
		module = &modules->items[i];
		memset(module, 0, sizeof(*module));
		module->section = &sections->items[i];
		modules->count++;
		if (!open_module(module, problem) ||
		    !is_single(modules, module, problem)) {
			fcgi_plugin_load_close(modules);
			return false;
		}
	}
	return true;
}

static const char *
option_of(void *ctx, const char *key)
{
	return fcgi_plugin_section_text(ctx, key);
}

/* That its version fits was seen when it was opened. */
static const char *
reason_of(enum bx_status status)
{
	switch (status) {
	case BX_EGONE:
		return "it did not start, and may have logged why";
	case BX_EEXIST:
		return "there is a plugin that calls itself the same";
	case BX_ENOMEM:
		return "out of memory";
	default:
		return bx_status_name(status);
	}
}

static void
log_start(const struct bx_env *env, const char *name)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "event=plugin plugin=%s", name);
	env->log(env->ctx, BX_LOG_INFO, line);
}

/* What a plugin has not asked for when it starts is most likely misspelt. */
static void
log_unread(const struct fcgi_plugin_module *module)
{
	const struct fcgi_plugin_section *section = module->section;
	size_t i;

	for (i = 0; i < section->count; i++)
		if (!section->keys[i].is_read)
			fcgi_log(BX_LOG_WARNING,
			    "event=key_not_read plugin=%s key=%s where=%s",
			    module->plugin->name, section->keys[i].key,
			    section->keys[i].where);
}

bool
fcgi_plugin_load_start(const struct fcgi_plugin_load *modules,
    struct bx_engine *engine, struct fcgi_problem *problem)
{
	size_t i;

	for (i = 0; i < modules->count; i++) {
		const struct fcgi_plugin_module *module = &modules->items[i];
		enum bx_status status = bx_engine_add_plugin(engine,
		    module->plugin, option_of, module->section);

		if (status != BX_OK)
			return refuse(module, problem, "%s",
			    reason_of(status));
		log_start(modules->env, module->plugin->name);
		log_unread(module);
	}
	return true;
}

void
fcgi_plugin_load_close(struct fcgi_plugin_load *modules)
{
	while (modules->count > 0) {
		modules->count--;
		if (modules->items[modules->count].handle != NULL)
			(void)dlclose(modules->items[modules->count].handle);
	}
	if (modules->env != NULL)
		bx_free(modules->env, modules->items);
	modules->items = NULL;
}
