/*
 * plugin_sections.h - what the configuration says of plugins: for each a path
 * and texts for keys of its own.
 *
 * Ownership: the options embed the list, which owns every string in it.  A
 * section stays where it is once the configuration is read.
 * Reentrancy: no function calls out, but for the allocator.
 */
#ifndef FCGI_PLUGIN_SECTIONS_H
#define FCGI_PLUGIN_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct bx_env;

struct fcgi_plugin_key {
	char *key;
	char *text;
	char *where;  /* "FILE:LINE" */
	bool is_read; /* its plugin has asked for it */
};

struct fcgi_plugin_section {
	char *name;
	struct fcgi_plugin_key path; /* its text is NULL until it is set */
	struct fcgi_plugin_key *keys;
	size_t count;
};

/* In the order of the file; items is NULL when count is 0. */
struct fcgi_plugin_sections {
	struct fcgi_plugin_section *items;
	size_t count;
};

void fcgi_plugin_sections_fini(struct fcgi_plugin_sections *sections,
    const struct bx_env *env);

/* The section of that name, which is new and empty if there was none.
 * Borrowed until the next call; NULL: no memory. */
struct fcgi_plugin_section *
fcgi_plugin_sections_get(struct fcgi_plugin_sections *sections,
    const struct bx_env *env, const char *name);

/* Set a key, or "path", of which all strings are copied; the last counts.
 * False: no memory, and it is as it was. */
bool fcgi_plugin_section_set(struct fcgi_plugin_section *section,
    const struct bx_env *env, const struct fcgi_plugin_key *key);

/* The text of a key of the plugin's own, borrowed, or NULL; it has been read
 * then. */
const char *fcgi_plugin_section_text(struct fcgi_plugin_section *section,
    const char *key);

#endif
