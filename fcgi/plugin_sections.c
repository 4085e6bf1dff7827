/*
 * plugin_sections.c - sections of plugins, and their keys in order.
 */
#include <string.h>

#include "copy_text.h"
#include "engine/env.h"
#include "plugin_sections.h"

static void
free_key(struct fcgi_plugin_key *key, const struct bx_env *env)
{
	bx_free(env, key->key);
	bx_free(env, key->text);
	bx_free(env, key->where);
}

void
fcgi_plugin_sections_fini(struct fcgi_plugin_sections *sections,
    const struct bx_env *env)
{
	size_t i;
	size_t k;

	for (i = 0; i < sections->count; i++) {
		struct fcgi_plugin_section *section = &sections->items[i];

		for (k = 0; k < section->count; k++)
			free_key(&section->keys[k], env);
		bx_free(env, section->keys);
		free_key(&section->path, env);
		bx_free(env, section->name);
	}
	bx_free(env, sections->items);
	memset(sections, 0, sizeof(*sections));
}

struct fcgi_plugin_section *
fcgi_plugin_sections_get(struct fcgi_plugin_sections *sections,
    const struct bx_env *env, const char *name)
{
	struct fcgi_plugin_section *items;
	struct fcgi_plugin_section *section;
	size_t i;

	for (i = 0; i < sections->count; i++)
		if (strcmp(sections->items[i].name, name) == 0)
			return &sections->items[i];
	items = env->realloc(env->ctx, sections->items,
	    (sections->count + 1) * sizeof(*items));
	if (items == NULL)
		return NULL;
	sections->items = items;
	section = &items[sections->count];
	memset(section, 0, sizeof(*section));
	section->name = fcgi_copy_text(env, name);
	if (section->name == NULL)
		return NULL;
	sections->count++;
	return section;
}

static struct fcgi_plugin_key *
find_key(const struct fcgi_plugin_section *section, const char *key)
{
	size_t i;

	for (i = 0; i < section->count; i++)
		if (strcmp(section->keys[i].key, key) == 0)
			return &section->keys[i];
	return NULL;
}

/* Where a key is to be kept, which is new and empty if there was none. */
static struct fcgi_plugin_key *
get_key(struct fcgi_plugin_section *section, const struct bx_env *env,
    const char *key)
{
	struct fcgi_plugin_key *found = find_key(section, key);
	struct fcgi_plugin_key *keys;

	if (strcmp(key, "path") == 0)
		return &section->path;
	if (found != NULL)
		return found;
	keys = env->realloc(env->ctx, section->keys,
	    (section->count + 1) * sizeof(*keys));
	if (keys == NULL)
		return NULL;
	section->keys = keys;
	/* It counts once it is set. */
	found = &keys[section->count];
	memset(found, 0, sizeof(*found));
	return found;
}

bool
fcgi_plugin_section_set(struct fcgi_plugin_section *section,
    const struct bx_env *env, const struct fcgi_plugin_key *key)
{
	struct fcgi_plugin_key copy = {
		.key = fcgi_copy_text(env, key->key),
		.text = fcgi_copy_text(env, key->text),
		.where = fcgi_copy_text(env, key->where),
	};
	struct fcgi_plugin_key *place = NULL;

	if (copy.key != NULL && copy.text != NULL && copy.where != NULL)
		place = get_key(section, env, key->key);
	if (place == NULL) {
		free_key(&copy, env);
		return false;
	}
	if (place != &section->path && place == &section->keys[section->count])
		section->count++;
	free_key(place, env);
	*place = copy;
	return true;
}

const char *
fcgi_plugin_section_text(struct fcgi_plugin_section *section, const char *key)
{
	struct fcgi_plugin_key *found = find_key(section, key);

	if (found == NULL)
		return NULL;
	found->is_read = true;
	return found->text;
}
