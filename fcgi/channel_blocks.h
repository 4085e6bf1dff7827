/*
 * channel_blocks.h - the configuration's blocks for channels.
 *
 *	channel "/prices" {
 *		lazy = yes
 *		lazy_timeout = 2s
 *		publish = { "alice" }
 *	}
 *
 * A block is two rules of the engine (engine/channel_rules.h, access.h), and
 * where each of their values came from.
 *
 * Ownership: the struct is embedded by its owner, and owns all that it points
 * to until fini; an all-zero one has no blocks.  The arrays of rules move when
 * a block is added.
 * Reentrancy: no function calls out, but for the allocator.
 */
#ifndef FCGI_CHANNEL_BLOCKS_H
#define FCGI_CHANNEL_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

#include "channel_access.h"
#include "engine/access.h"
#include "engine/channel_rules.h"
#include "engine/env.h"
#include "option_table.h"

struct fcgi_problem;

/* Where things were set: "FILE:LINE". */
struct fcgi_channel_block {
	char *where;
	char *title;		     /* the text of the rules' pattern */
	char *sources[BX_RULE_KEYS]; /* NULL: the key is not set */
	struct fcgi_channel_access *access[BX_ACCESS_KEYS]; /* the same */
};

struct fcgi_channel_blocks {
	struct bx_channel_rule *rules;
	struct bx_access_rule *access;
	struct fcgi_channel_block *blocks; /* of both */
	size_t count;
};

/* A row for each key, in the order of enum bx_rule_key.  No row has a default:
 * without a value, other blocks count, and then the options. */
extern const struct fcgi_option_row fcgi_channel_keys[BX_RULE_KEYS];

/* Add a block without any value, for the channel or pattern that is title, in
 * which "%u" may be a segment.  False: there is none more, and problem->text
 * says why. */
bool fcgi_channel_blocks_add(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env, const char *title, const char *where,
    struct fcgi_problem *problem);

/* Set a key of the newest block.  False: the block is as it was, and
 * problem->text says why. */
bool fcgi_channel_blocks_set(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env, const struct fcgi_channel_setting *setting,
    struct fcgi_problem *problem);

/* Legal twice, and on a struct of zero bytes. */
void fcgi_channel_blocks_fini(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env);

#endif
