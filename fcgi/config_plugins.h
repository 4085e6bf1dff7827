/*
 * config_plugins.h - sections of plugins, as libconfuse reads them.
 *
 *	plugin "NAME" {
 *		path = "acl.so"
 *		groups = { "staff", "guests" }
 *	}
 *
 * Whatever stands before an equals sign may be a key of a plugin.
 *
 * Ownership: arguments are borrowed; the options own what they are given.
 * Reentrancy: as config.h has it.
 */
#ifndef FCGI_CONFIG_PLUGINS_H
#define FCGI_CONFIG_PLUGINS_H

#include <confuse.h>
#include <stdbool.h>

struct bx_env;
struct fcgi_options;
struct fcgi_problem;

/* What a section of a plugin may have in a file of that text, which is
 * prepared; each calls on_key with its values.  Owned; NULL: no memory. */
cfg_opt_t *fcgi_config_plugins_keys(const struct bx_env *env, char *text,
    cfg_validate_callback_t on_key);

/* NULL is legal. */
void fcgi_config_plugins_free_keys(const struct bx_env *env, cfg_opt_t *keys);

/* A key of the section has a value (more); file is being read.  False:
 * problem->text says what is wrong. */
bool fcgi_config_plugins_set(struct fcgi_options *options, const char *file,
    cfg_t *section, cfg_opt_t *key, struct fcgi_problem *problem);

/* The section has ended.  False: as above. */
bool fcgi_config_plugins_end(struct fcgi_options *options, const char *file,
    cfg_t *section, struct fcgi_problem *problem);

#endif
