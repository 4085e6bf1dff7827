/* test_channel_rules.c - which rule counts for a channel. */
#include <stdio.h>
#include <string.h>

#include "engine/channel_rules.h"
#include "test/support/unit.h"

#define RULES_MAX 8

static struct bx_channel_rule rules[RULES_MAX];
static size_t rule_count;

static struct bx_channel_name
name_of(const char *text)
{
	struct bx_channel_name name;

	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&name, text, strlen(text),
				  BX_CHANNEL_LENGTH_MAX, BX_CHANNEL_DEPTH_MAX),
	    BX_OK);
	return name;
}

/* One more rule, which sets its lazy timeout alone. */
static void
add(const char *pattern, int64_t timeout)
{
	struct bx_channel_rule *rule = &rules[rule_count++];
	int key;

	rule->pattern = name_of(pattern);
	for (key = 0; key < BX_RULE_KEYS; key++)
		rule->values[key] = BX_RULE_UNSET;
	rule->values[BX_RULE_LAZY_TIMEOUT] = timeout;
}

/* What is found for channel. */
static int64_t
find(const char *channel, enum bx_rule_key key)
{
	const struct bx_channel_name name = name_of(channel);
	int64_t values[BX_RULE_KEYS];

	bx_channel_rules_find(rules, rule_count, &name, values);
	return values[key];
}

static int64_t
timeout_of(const char *channel)
{
	return find(channel, BX_RULE_LAZY_TIMEOUT);
}

static void
without_rules_nothing_is_set(void)
{
	const struct bx_channel_name name = name_of("/a");
	int64_t values[BX_RULE_KEYS];
	int key;

	bx_channel_rules_find(NULL, 0, &name, values);
	for (key = 0; key < BX_RULE_KEYS; key++)
		CU_ASSERT_EQUAL(values[key], BX_RULE_UNSET);
}

static void
a_pattern_reaches_below_its_parent_and_not_the_parent(void)
{
	rule_count = 0;
	add("/a/**", 1);
	add("/b/*", 2);
	add("/c", 3);
	CU_ASSERT_EQUAL(timeout_of("/a/b"), 1);
	CU_ASSERT_EQUAL(timeout_of("/a/b/c"), 1);
	CU_ASSERT_EQUAL(timeout_of("/a"), BX_RULE_UNSET);
	CU_ASSERT_EQUAL(timeout_of("/ab/c"), BX_RULE_UNSET);
	CU_ASSERT_EQUAL(timeout_of("/b/c"), 2);
	CU_ASSERT_EQUAL(timeout_of("/b/c/d"), BX_RULE_UNSET);
	CU_ASSERT_EQUAL(timeout_of("/b"), BX_RULE_UNSET);
	CU_ASSERT_EQUAL(timeout_of("/c"), 3);
	CU_ASSERT_EQUAL(timeout_of("/c/d"), BX_RULE_UNSET);
}

static void
the_most_specific_counts_in_whatever_order(void)
{
	static const char *const patterns[] = { "/**", "/a/**", "/a/b/**",
		"/a/b/*", "/a/b/c" };
	size_t first, i;

	for (first = 0; first < 5; first++) {
		rule_count = 0;
		for (i = first; i < first + 5; i++)
			add(patterns[i % 5], (int64_t)(i % 5));
		CU_ASSERT_EQUAL(timeout_of("/x"), 0);
		CU_ASSERT_EQUAL(timeout_of("/a"), 0);
		CU_ASSERT_EQUAL(timeout_of("/a/x"), 1);
		CU_ASSERT_EQUAL(timeout_of("/a/b"), 1);
		CU_ASSERT_EQUAL(timeout_of("/a/b/x/y"), 2);
		CU_ASSERT_EQUAL(timeout_of("/a/b/x"), 3);
		CU_ASSERT_EQUAL(timeout_of("/a/b/c"), 4);
		CU_ASSERT_EQUAL(timeout_of("/a/b/c/d"), 2);
	}
}

static void
each_key_is_looked_for_by_itself(void)
{
	rule_count = 0;
	add("/a/**", 10);
	add("/a/b", BX_RULE_UNSET);
	add("/a/*", 20);
	rules[0].values[BX_RULE_LAZY] = true;
	rules[1].values[BX_RULE_LAZY] = false;
	rules[2].values[BX_RULE_BROADCAST_TO_PUBLISHER] = false;
	CU_ASSERT_EQUAL(find("/a/b", BX_RULE_LAZY), false);
	CU_ASSERT_EQUAL(find("/a/b", BX_RULE_LAZY_TIMEOUT), 20);
	CU_ASSERT_EQUAL(find("/a/b", BX_RULE_BROADCAST_TO_PUBLISHER), false);
	CU_ASSERT_EQUAL(find("/a/c", BX_RULE_LAZY), true);
	CU_ASSERT_EQUAL(find("/a/c/d", BX_RULE_LAZY_TIMEOUT), 10);
	CU_ASSERT_EQUAL(find("/a/c/d", BX_RULE_BROADCAST_TO_PUBLISHER),
	    BX_RULE_UNSET);
}

static void
of_two_that_are_the_same_the_first_counts(void)
{
	rule_count = 0;
	add("/a/*", 1);
	add("/a/*", 2);
	CU_ASSERT_EQUAL(timeout_of("/a/b"), 1);
}

static void
rule_52_patterns_stay_within_their_kind(void)
{
	rule_count = 0;
	add("/**", 1);
	CU_ASSERT_EQUAL(timeout_of("/service/a"), BX_RULE_UNSET);
	CU_ASSERT_EQUAL(timeout_of("/meta/connect"), BX_RULE_UNSET);
}

static void
a_deep_pattern_gives_way_to_a_single_star(void)
{
	char one[2 * BX_CHANNEL_DEPTH_MAX + 1];
	char two[sizeof(one) + 1];
	char channel[sizeof(one)];
	size_t i;

	for (i = 0; i + 1 < sizeof(one); i += 2)
		memcpy(channel + i, "/a", 3);
	memcpy(one, channel, sizeof(one));
	one[sizeof(one) - 2] = '*';
	(void)snprintf(two, sizeof(two), "%s*", one);
	rule_count = 0;
	add(one, 1);
	add(two, 2);
	CU_ASSERT_EQUAL(timeout_of(channel), 1);
}

static const struct unit_test tests[] = {
	{ "without rules nothing is set", without_rules_nothing_is_set },
	{ "a pattern reaches below its parent, and not the parent",
	    a_pattern_reaches_below_its_parent_and_not_the_parent },
	{ "the most specific rule counts, in whatever order they are",
	    the_most_specific_counts_in_whatever_order },
	{ "each key is looked for by itself",
	    each_key_is_looked_for_by_itself },
	{ "of two that are the same the first counts",
	    of_two_that_are_the_same_the_first_counts },
	{ "rule 52: patterns stay within their kind",
	    rule_52_patterns_stay_within_their_kind },
	{ "even the deepest \"**\" gives way to \"*\"",
	    a_deep_pattern_gives_way_to_a_single_star },
};

UNIT_MAIN("channel_rules", tests)
