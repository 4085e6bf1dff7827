/*
 * access.c - all rules are gone over for each question; there are few.
 */
#include "access.h"

#include <stdint.h>
#include <string.h>

#include "channel_rules.h"
#include "json.h"

/* A user in a pattern, and a segment of that length without a "%". */
static const char variable[] = "%u";
static const char stand_in[] = "_u";

static struct bx_slice
segment(const struct bx_channel_name *name, unsigned i)
{
	return (struct bx_slice){ name->text + name->start[i],
		name->start[i + 1] - name->start[i] - 1 };
}

static bool
is_variable(struct bx_slice part)
{
	return part.len == 2 && memcmp(part.at, variable, 2) == 0;
}

/* Copy text with another segment for each "%u".  Were there some, which no
 * name may have?  Those that are no whole segment stay. */
static bool
replace_variables(char *copy, const char *text, size_t len)
{
	bool found = false;
	size_t i;

	memcpy(copy, text, len);
	for (i = 0; i + 2 < len; i++) {
		if (text[i] != '/' || memcmp(text + i + 1, variable, 2) != 0 ||
		    (i + 3 < len && text[i + 3] != '/'))
			continue;
		memcpy(copy + i + 1, stand_in, 2);
		found = true;
	}
	return found;
}

enum bx_status
bx_access_rule_parse(struct bx_access_rule *rule, const char *text, size_t len)
{
	char copy[BX_CHANNEL_LENGTH_MAX];

	memset(rule, 0, sizeof(*rule));
	if (len > sizeof(copy))
		return BX_EINVAL;
	rule->has_user = replace_variables(copy, text, len);
	if (bx_channel_name_parse(&rule->pattern, copy, len,
		BX_CHANNEL_LENGTH_MAX, BX_CHANNEL_DEPTH_MAX) != BX_OK)
		return BX_EINVAL;
	rule->pattern.text = text;
	return BX_OK;
}

static unsigned
stars(const struct bx_channel_name *name)
{
	return name->pattern ? (unsigned)segment(name, name->depth - 1).len
			     : 0;
}

/* Segments that have to be the same, as no star stands for them. */
static unsigned
fixed_depth(const struct bx_channel_name *name)
{
	return name->depth - name->pattern;
}

/* Are the first n segments the same, once the user stands in them? */
static bool
begin_alike(const struct bx_channel_name *a, const struct bx_channel_name *b,
    unsigned n, const char *user)
{
	struct bx_slice one;
	struct bx_slice other;
	unsigned i;

	for (i = 0; i < n; i++) {
		one = segment(a, i);
		other = segment(b, i);
		if (is_variable(one))
			one = (struct bx_slice){ user, strlen(user) };
		if (is_variable(other))
			other = (struct bx_slice){ user, strlen(user) };
		if (one.len != other.len ||
		    memcmp(one.at, other.at, one.len) != 0)
			return false;
	}
	return true;
}

/* Does pattern reach name, taken as if its stars were a segment? */
static bool
reaches(const struct bx_channel_name *pattern,
    const struct bx_channel_name *name, const char *user)
{
	unsigned n = fixed_depth(pattern);

	if (pattern->kind != name->kind)
		return false;
	if (stars(pattern) == 2 ? name->depth <= n
				: name->depth != pattern->depth)
		return false;
	return begin_alike(pattern, name, n, user);
}

/* Does pattern reach all that name stands for? */
static bool
covers(const struct bx_channel_name *pattern,
    const struct bx_channel_name *name, const char *user)
{
	return stars(name) <= stars(pattern) && reaches(pattern, name, user);
}

/* Of two that reach the same channel. */
static bool
is_more_specific(const struct bx_channel_name *a,
    const struct bx_channel_name *b)
{
	unsigned rank_a = bx_channel_rules_rank(a);
	unsigned rank_b = bx_channel_rules_rank(b);
	unsigned i;

	if (rank_a != rank_b)
		return rank_a > rank_b;
	for (i = 0; i < fixed_depth(a); i++)
		if (is_variable(segment(a, i)) != is_variable(segment(b, i)))
			return is_variable(segment(b, i));
	return false;
}

static bool
lets_in(const struct bx_access_list *list, const struct bx_access_ask *ask)
{
	size_t i;

	if (list->everyone)
		return true;
	if (ask->user == NULL)
		return false;
	for (i = 0; i < list->user_count; i++)
		if (strcmp(list->users[i], ask->user) == 0)
			return true;
	return list->authenticated;
}

/* Is the rule about what is asked, and about the user if it is about any? */
static bool
applies(const struct bx_access_rule *rule, const struct bx_access_ask *ask)
{
	if (rule->lists[ask->key] == NULL)
		return false;
	return !rule->has_user ||
	    (ask->user != NULL &&
		bx_channel_name_is_segment(ask->user, strlen(ask->user)));
}

/* The most specific rule that covers what is asked about, or NULL. */
static const struct bx_access_rule *
find_cover(const struct bx_access_rule *rules, size_t count,
    const struct bx_access_ask *ask)
{
	const struct bx_access_rule *best = NULL;
	size_t i;

	for (i = 0; i < count; i++)
		if (applies(&rules[i], ask) &&
		    covers(&rules[i].pattern, ask->name, ask->user) &&
		    (best == NULL ||
			is_more_specific(&rules[i].pattern, &best->pattern)))
			best = &rules[i];
	return best;
}

/* Does some rule that reaches the same as this one go before it?  No other
 * rules do everywhere, as there is no end of names. */
static bool
is_eclipsed(const struct bx_access_rule *rules, size_t count,
    const struct bx_access_ask *ask, const struct bx_access_rule *rule)
{
	struct bx_access_ask same = *ask;

	same.name = &rule->pattern;
	return find_cover(rules, count, &same) != rule;
}

struct bx_access_ruling
bx_access_judge(const struct bx_access_rule *rules, size_t count,
    const struct bx_access_ask *ask)
{
	const struct bx_access_rule *cover = find_cover(rules, count, ask);
	size_t i;

	if (cover != NULL && !lets_in(cover->lists[ask->key], ask))
		return (struct bx_access_ruling){ false, cover };
	if (!ask->name->pattern || ask->key == BX_ACCESS_CREATE)
		return (struct bx_access_ruling){ true, cover };
	for (i = 0; i < count; i++)
		if (applies(&rules[i], ask) &&
		    !lets_in(rules[i].lists[ask->key], ask) &&
		    reaches(ask->name, &rules[i].pattern, ask->user) &&
		    !covers(&rules[i].pattern, ask->name, ask->user) &&
		    !is_eclipsed(rules, count, ask, &rules[i]))
			return (struct bx_access_ruling){ false, &rules[i] };
	return (struct bx_access_ruling){ true, cover };
}
