/*
 * config_channels.h - blocks for channels, as libconfuse reads them.
 *
 * Ownership: arguments are borrowed; the options own what they are given.
 * Reentrancy: as config.h has it.
 */
#ifndef FCGI_CONFIG_CHANNELS_H
#define FCGI_CONFIG_CHANNELS_H

#include <confuse.h>
#include <stdbool.h>

#include "channel_blocks.h"

struct bx_env;
struct fcgi_problem;

#define FCGI_CONFIG_CHANNELS_KEYS (BX_RULE_KEYS + BX_ACCESS_KEYS)

/* What a block may have, of which each calls on_key with its values, and the
 * end of that. */
void fcgi_config_channels_keys(cfg_opt_t keys[FCGI_CONFIG_CHANNELS_KEYS + 1],
    cfg_validate_callback_t on_key);

/* A key of the newest block has a value (more), at where.  False:
 * problem->text says what is wrong. */
bool fcgi_config_channels_set(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env, cfg_opt_t *key, const char *where,
    struct fcgi_problem *problem);

/* The block has ended.  False: as above. */
bool fcgi_config_channels_end(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env, cfg_t *block, struct fcgi_problem *problem);

#endif
