/*
 * channel_rules.c - one pass over all rules, for all keys.
 */
#include "channel_rules.h"

#include <limits.h>

unsigned
bx_channel_rules_rank(const struct bx_channel_name *pattern)
{
	if (!pattern->pattern)
		return UINT_MAX;
	/* One star reaches a single level, so there is but one such. */
	if (pattern->len - pattern->start[pattern->depth - 1] == 1)
		return UINT_MAX - 1;
	return pattern->depth;
}

/* Let a rule, which reaches the channel, set what no more specific one has. */
static void
apply(const struct bx_channel_rule *rule, int64_t values[BX_RULE_KEYS],
    unsigned ranks[BX_RULE_KEYS])
{
	unsigned rank = bx_channel_rules_rank(&rule->pattern);
	int key;

	for (key = 0; key < BX_RULE_KEYS; key++) {
		if (rule->values[key] == BX_RULE_UNSET || rank <= ranks[key])
			continue;
		values[key] = rule->values[key];
		ranks[key] = rank;
	}
}

void
bx_channel_rules_find(const struct bx_channel_rule *rules, size_t count,
    const struct bx_channel_name *name, int64_t values[BX_RULE_KEYS])
{
	unsigned ranks[BX_RULE_KEYS] = { 0 };
	size_t i;
	int key;

	for (key = 0; key < BX_RULE_KEYS; key++)
		values[key] = BX_RULE_UNSET;
	for (i = 0; i < count; i++)
		if (bx_channel_name_matches(&rules[i].pattern, name))
			apply(&rules[i], values, ranks);
}
