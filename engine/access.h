/*
 * access.h - who may subscribe, publish and create, by the configuration.
 *
 * A rule is for one channel, or for all that its pattern reaches; "%u", as a
 * whole segment, stands for the name of the user who asks.  For a user who has
 * no name, or one that is no segment, there is no such rule.
 *
 * Of the rules that reach a channel and set a key, the most specific one
 * counts, in the order of channel_rules.h: the channel's own name, then "*",
 * then the deepest "**".  Of two that are alike once the user stands in them,
 * the one counts that has, at the first segment where they differ, no "%u".
 *
 * A pattern is allowed if all channels that it reaches are: the most specific
 * rule that reaches all of them has to allow it, and so has each that reaches
 * some, as it is the more specific one there.  Who is the first to subscribe
 * to a pattern creates none of its channels, so there the first of these rules
 * decides alone.
 *
 * Ownership: rules, their text and lists are the host's, which keeps them
 * while the engine lives (settings.h).
 * Reentrancy: no function calls out.
 */
#ifndef BX_ACCESS_H
#define BX_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "channel_name.h"
#include "status.h"

enum bx_access_key {
	BX_ACCESS_SUBSCRIBE,
	BX_ACCESS_PUBLISH,
	BX_ACCESS_CREATE, /* be the first to subscribe or publish */
	BX_ACCESS_KEYS
};

/* Whom a key lets in: nobody, if nothing is set.  Who is inside the process,
 * plugins and their local clients, is never asked. */
struct bx_access_list {
	bool everyone;
	bool authenticated; /* whoever has a user's name */
	const char *const *users;
	size_t user_count;
};

struct bx_access_rule {
	struct bx_channel_name pattern;
	bool has_user;					    /* "%u" is in it */
	const struct bx_access_list *lists[BX_ACCESS_KEYS]; /* NULL: not set */
};

/* Begin a rule without lists, for what text names, which it borrows.
 * BX_EINVAL: that is no channel, no pattern, and neither with "%u". */
enum bx_status bx_access_rule_parse(struct bx_access_rule *rule,
    const char *text, size_t len);

struct bx_access_ask {
	enum bx_access_key key;
	const struct bx_channel_name *name; /* or pattern */
	const char *user;		    /* NULL: nobody */
};

struct bx_access_ruling {
	bool allowed;
	/* The rule that decides; NULL: there is none, and all are allowed. */
	const struct bx_access_rule *rule;
};

struct bx_access_ruling bx_access_judge(const struct bx_access_rule *rules,
    size_t count, const struct bx_access_ask *ask);

#endif
