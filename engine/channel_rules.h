/*
 * channel_rules.h - what is configured for some channels and not for all.
 *
 * A rule is for one channel, or for all that its pattern reaches, and sets
 * some keys.  Of the rules that reach a channel and set a key, the most
 * specific one counts: the channel's own name, then "*", then the deepest of
 * those that end in "**".
 *
 * Ownership: rules are the host's, which keeps them, and the text of their
 * patterns, while the engine lives (settings.h).
 * Reentrancy: no function calls out.
 */
#ifndef BX_CHANNEL_RULES_H
#define BX_CHANNEL_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "channel_name.h"

enum bx_rule_key {
	BX_RULE_LAZY,			/* bool */
	BX_RULE_LAZY_TIMEOUT,		/* bx_msec, more than 0 */
	BX_RULE_BROADCAST_TO_PUBLISHER, /* bool */
	BX_RULE_KEYS
};

#define BX_RULE_UNSET (-1)

struct bx_channel_rule {
	struct bx_channel_name pattern;
	int64_t values[BX_RULE_KEYS]; /* or BX_RULE_UNSET */
};

/* How specific a pattern is among those that reach the same channel: each has
 * another rank, and none has 0. */
unsigned bx_channel_rules_rank(const struct bx_channel_name *pattern);

/* The value of each key for name, or BX_RULE_UNSET.  Of two rules with the
 * same pattern the first counts. */
void bx_channel_rules_find(const struct bx_channel_rule *rules, size_t count,
    const struct bx_channel_name *name, int64_t values[BX_RULE_KEYS]);

#endif
