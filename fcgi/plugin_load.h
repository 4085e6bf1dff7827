/*
 * plugin_load.h - the plugins of the configuration: loaded, checked, started.
 *
 * Ownership: main owns the list, which keeps the modules open.  They are
 * closed after the engine is freed, as it calls them until then.
 * Reentrancy: a module's constructors are called, and plugins as plugin.h
 * says.
 */
#ifndef FCGI_PLUGIN_LOAD_H
#define FCGI_PLUGIN_LOAD_H

#include <stdbool.h>
#include <stddef.h>

struct bx_engine;
struct bx_env;
struct bx_plugin;
struct fcgi_options;
struct fcgi_plugin_section;
struct fcgi_problem;

struct fcgi_plugin_module {
	void *handle; /* dlopen(3)'s */
	const struct bx_plugin *plugin;
	struct fcgi_plugin_section *section;
};

struct fcgi_plugin_load {
	const struct bx_env *env;
	struct fcgi_plugin_module *items;
	size_t count;
};

/*
 * Open the module of each section and look at its version; nothing of the
 * plugin is called.  options, with their env, are borrowed until close.
 * False: problem->text is "FILE:LINE: message", and nothing is open.
 */
bool fcgi_plugin_load_open(struct fcgi_plugin_load *modules,
    struct fcgi_options *options, struct fcgi_problem *problem);

/* Add all to the engine, in order.  False: problem->text says why, as above;
 * those before were started, and the engine stops them when it is freed. */
bool fcgi_plugin_load_start(const struct fcgi_plugin_load *modules,
    struct bx_engine *engine, struct fcgi_problem *problem);

/* Once the engine is freed.  Legal twice. */
void fcgi_plugin_load_close(struct fcgi_plugin_load *modules);

#endif
