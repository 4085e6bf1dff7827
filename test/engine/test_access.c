/*
 * test_access.c - who may use which, rule by rule and against all channels.
 */
#include <stdio.h>
#include <string.h>

#include "engine/access.h"
#include "test/support/unit.h"

#define RULES_MAX 6

static const char *const alice_and_bob[] = { "alice", "bob" };
static const struct bx_access_list nobody = { 0 };
static const struct bx_access_list everyone = { .everyone = true };
static const struct bx_access_list authenticated = { .authenticated = true };
static const struct bx_access_list friends = { .users = alice_and_bob,
	.user_count = 2 };

static struct bx_access_rule rules[RULES_MAX];
static size_t count;

/* Each test begins with no rules. */
static void
rule(const char *title, const struct bx_access_list *list)
{
	CU_ASSERT_FATAL(count < RULES_MAX);
	CU_ASSERT_EQUAL_FATAL(bx_access_rule_parse(&rules[count], title,
				  strlen(title)),
	    BX_OK);
	rules[count++].lists[BX_ACCESS_SUBSCRIBE] = list;
}

static struct bx_access_ruling
judge(const char *user, const char *channel)
{
	struct bx_channel_name name;
	const struct bx_access_ask ask = { .key = BX_ACCESS_SUBSCRIBE,
		.name = &name,
		.user = user };

	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&name, channel,
				  strlen(channel), 100, 10),
	    BX_OK);
	return bx_access_judge(rules, count, &ask);
}

static bool
may(const char *user, const char *channel)
{
	return judge(user, channel).allowed;
}

/* The title of the rule that decides; "" for none. */
static const char *
decider(const char *user, const char *channel)
{
	const struct bx_access_rule *decisive = judge(user, channel).rule;

	return decisive == NULL ? "" : decisive->pattern.text;
}

static void
without_rules_all_is_allowed(void)
{
	count = 0;
	CU_ASSERT_TRUE(may(NULL, "/a"));
	CU_ASSERT_TRUE(may("alice", "/**"));
	CU_ASSERT_STRING_EQUAL(decider(NULL, "/a"), "");
	/* Nor does one say anything about another key. */
	rule("/**", &nobody);
	rules[0].lists[BX_ACCESS_PUBLISH] = &nobody;
	rules[0].lists[BX_ACCESS_SUBSCRIBE] = NULL;
	CU_ASSERT_TRUE(may(NULL, "/a"));
}

static void
a_list_lets_in_whom_it_names(void)
{
	static const struct {
		const struct bx_access_list *list;
		bool stranger, alice, carol;
	} rows[] = {
		{ &nobody, false, false, false },
		{ &everyone, true, true, true },
		{ &authenticated, false, true, true },
		{ &friends, false, true, false },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		count = 0;
		rule("/a", rows[i].list);
		CU_ASSERT_EQUAL(may(NULL, "/a"), rows[i].stranger);
		CU_ASSERT_EQUAL(may("alice", "/a"), rows[i].alice);
		CU_ASSERT_EQUAL(may("carol", "/a"), rows[i].carol);
		/* The others are as they were. */
		CU_ASSERT_TRUE(may(NULL, "/b"));
	}
}

static void
the_most_specific_rule_counts(void)
{
	count = 0;
	rule("/**", &nobody);
	rule("/a/b", &everyone);
	rule("/a/**", &nobody);
	rule("/a/*", &authenticated);
	rule("/a/b/**", &friends);
	CU_ASSERT_STRING_EQUAL(decider(NULL, "/a"), "/**");
	CU_ASSERT_STRING_EQUAL(decider(NULL, "/a/b"), "/a/b");
	CU_ASSERT_STRING_EQUAL(decider(NULL, "/a/c"), "/a/*");
	CU_ASSERT_STRING_EQUAL(decider(NULL, "/a/c/d"), "/a/**");
	CU_ASSERT_STRING_EQUAL(decider(NULL, "/a/b/c/d"), "/a/b/**");
	CU_ASSERT_TRUE(may("bob", "/a/b/c"));
	CU_ASSERT_FALSE(may("carol", "/a/b/c"));
}

static void
a_rule_stays_within_its_kind(void)
{
	count = 0;
	rule("/**", &nobody);
	CU_ASSERT_TRUE(may(NULL, "/service/a"));
	CU_ASSERT_TRUE(may(NULL, "/service/**"));
	rule("/service/**", &authenticated);
	CU_ASSERT_FALSE(may(NULL, "/service/a"));
	CU_ASSERT_TRUE(may("alice", "/service/a"));
	CU_ASSERT_FALSE(may("alice", "/a"));
	/* Whatever a user is called. */
	rule("/%u/**", &everyone);
	CU_ASSERT_FALSE(may(NULL, "/service/a"));
	CU_ASSERT_STRING_EQUAL(decider("service", "/service/a"),
	    "/service/**");
}

static void
a_variable_is_the_user_who_asks(void)
{
	count = 0;
	rule("/user/**", &nobody);
	rule("/user/%u/**", &authenticated);
	CU_ASSERT_TRUE(may("alice", "/user/alice/inbox"));
	CU_ASSERT_FALSE(may("alice", "/user/bob/inbox"));
	CU_ASSERT_FALSE(may("alice", "/user/alice"));
	CU_ASSERT_FALSE(may("alice", "/user/alicea/inbox"));
	CU_ASSERT_FALSE(may(NULL, "/user/alice/inbox"));
	CU_ASSERT_TRUE(may("a b@c", "/user/a b@c/inbox"));
}

static void
who_is_no_segment_has_no_rule_of_their_own(void)
{
	static const char *const names[] = { "a/b", "*", "**", "a*", "%u", "",
		"\xc3\xa4" };
	size_t i;

	count = 0;
	rule("/user/**", &nobody);
	rule("/user/%u/**", &authenticated);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CU_ASSERT_FALSE(may(names[i], "/user/a/b/c"));
		CU_ASSERT_FALSE(may(names[i], "/user/**"));
		CU_ASSERT_STRING_EQUAL(decider(names[i], "/user/a/b"),
		    "/user/**");
	}
	CU_ASSERT_FALSE(may("a/b", "/user/a/b/c"));
}

static void
a_name_that_is_spelt_out_goes_before_a_variable(void)
{
	count = 0;
	rule("/user/%u/inbox", &nobody);
	rule("/user/alice/inbox", &everyone);
	rule("/user/%u/**", &nobody);
	rule("/user/alice/**", &everyone);
	CU_ASSERT_STRING_EQUAL(decider("alice", "/user/alice/inbox"),
	    "/user/alice/inbox");
	CU_ASSERT_STRING_EQUAL(decider("alice", "/user/alice/x"),
	    "/user/alice/**");
	CU_ASSERT_STRING_EQUAL(decider("bob", "/user/bob/inbox"),
	    "/user/%u/inbox");
	/* It is nobody's business what the rule says that never counts. */
	CU_ASSERT_TRUE(may("alice", "/user/alice/*"));
	CU_ASSERT_TRUE(may("alice", "/user/alice/**"));
	CU_ASSERT_FALSE(may("bob", "/user/bob/*"));
	count = 0;
	rule("/%u/x", &nobody);
	rule("/x/%u", &everyone);
	CU_ASSERT_STRING_EQUAL(decider("x", "/x/x"), "/x/%u");
}

static void
a_pattern_is_no_way_around(void)
{
	count = 0;
	rule("/user/**", &nobody);
	rule("/user/%u/**", &authenticated);
	CU_ASSERT_TRUE(may("alice", "/user/alice/**"));
	CU_ASSERT_TRUE(may("alice", "/user/alice/x/*"));
	CU_ASSERT_FALSE(may("alice", "/user/*"));
	CU_ASSERT_FALSE(may("alice", "/user/**"));
	CU_ASSERT_FALSE(may("alice", "/**"));
	CU_ASSERT_TRUE(may("alice", "/*"));
	CU_ASSERT_STRING_EQUAL(decider("alice", "/**"), "/user/**");
	CU_ASSERT_FALSE(may("alice", "/user/bob/**"));
	CU_ASSERT_TRUE(may("alice", "/chat/**"));
	count = 0;
	rule("/**", &everyone);
	rule("/a/b/secret", &nobody);
	CU_ASSERT_FALSE(may(NULL, "/a/b/*"));
	CU_ASSERT_FALSE(may(NULL, "/a/**"));
	CU_ASSERT_TRUE(may(NULL, "/a/*"));
	CU_ASSERT_TRUE(may(NULL, "/a/b/c/**"));
	CU_ASSERT_STRING_EQUAL(decider(NULL, "/a/b/c/**"), "/**");
}

static void
a_pattern_that_is_created_creates_none_of_its_channels(void)
{
	struct bx_channel_name name;
	struct bx_access_ask ask = { .key = BX_ACCESS_CREATE, .name = &name };

	count = 0;
	rule("/**", &everyone);
	rule("/a/b", &nobody);
	rules[0].lists[BX_ACCESS_CREATE] = &everyone;
	rules[1].lists[BX_ACCESS_CREATE] = &nobody;
	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&name, "/a/*", 4, 100, 10),
	    BX_OK);
	CU_ASSERT_TRUE(bx_access_judge(rules, count, &ask).allowed);
	rules[0].lists[BX_ACCESS_CREATE] = &nobody;
	CU_ASSERT_FALSE(bx_access_judge(rules, count, &ask).allowed);
	CU_ASSERT_FALSE(may(NULL, "/a/*"));
}

static void
what_is_no_title_is_refused(void)
{
	static const char *const wrong[] = { "", "/", "a", "/a%u", "/%ua",
		"/%U", "/%", "/%%u", "/%u/", "/**/%u", "/%u*", "%u" };
	static const struct {
		const char *title;
		bool has_user;
	} right[] = {
		{ "/a", false },
		{ "/_u/**", false },
		{ "/%u", true },
		{ "/%u/%u/*", true },
		{ "/a/%u", true },
		{ "/service/%u/**", true },
	};
	struct bx_access_rule parsed;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CU_ASSERT_EQUAL(bx_access_rule_parse(&parsed, wrong[i],
				    strlen(wrong[i])),
		    BX_EINVAL);
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		CU_ASSERT_EQUAL(bx_access_rule_parse(&parsed, right[i].title,
				    strlen(right[i].title)),
		    BX_OK);
		CU_ASSERT_EQUAL(parsed.has_user, right[i].has_user);
		CU_ASSERT_PTR_EQUAL(parsed.pattern.text, right[i].title);
		CU_ASSERT_PTR_NULL(parsed.lists[BX_ACCESS_CREATE]);
	}
}

static void
a_title_is_as_long_as_a_channel_may_be(void)
{
	static char title[BX_CHANNEL_LENGTH_MAX + 1];
	struct bx_access_rule parsed;

	memset(title, 'a', sizeof(title));
	memcpy(title, "/%u/", 4);
	CU_ASSERT_EQUAL(bx_access_rule_parse(&parsed, title,
			    BX_CHANNEL_LENGTH_MAX),
	    BX_OK);
	CU_ASSERT_EQUAL(bx_access_rule_parse(&parsed, title,
			    BX_CHANNEL_LENGTH_MAX + 1),
	    BX_EINVAL);
}

/*
 * All channels of up to four segments, of which two occur in rules and one does
 * not, and all patterns.  "%u" is one of the two.
 */
#define DEPTH 4
#define CHANNELS (3 + 9 + 27 + 81)
#define PATTERNS (2 * (1 + 3 + 9 + 27))
#define USER "a"

static struct bx_channel_name world[CHANNELS + PATTERNS];
static char texts[CHANNELS + PATTERNS][16];

static void
add_to_world(size_t *n, const char *prefix, const char *last)
{
	(void)snprintf(texts[*n], sizeof(texts[0]), "%s/%s", prefix, last);
	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&world[*n], texts[*n],
				  strlen(texts[*n]), 100, 10),
	    BX_OK);
	(*n)++;
}

/* The channels first, by depth; then what stars may stand behind. */
static void
make_world(void)
{
	static const char *const letters[] = { "a", "b", "z" };
	size_t n = 0, from = 0, to, i, k;

	for (k = 0; k < 3; k++)
		add_to_world(&n, "", letters[k]);
	while (n < CHANNELS)
		for (to = n; from < to; from++)
			for (k = 0; k < 3; k++)
				add_to_world(&n, texts[from], letters[k]);
	add_to_world(&n, "", "*");
	add_to_world(&n, "", "**");
	for (i = 0; n < CHANNELS + PATTERNS; i++) {
		add_to_world(&n, texts[i], "*");
		add_to_world(&n, texts[i], "**");
	}
}

/* The same numbers in every run. */
static unsigned
draw(unsigned below)
{
	static uint32_t state = 1;

	state = state * 1664525u + 1013904223u;
	return (state >> 16) % below;
}

static void
draw_rules(char titles[RULES_MAX][16])
{
	static const char *const segments[] = { "/a", "/b", "/%u" };
	static const char *const lasts[] = { "/*", "/**", "/a", "/b", "/%u" };
	unsigned depth, i;

	count = 0;
	while (count < RULES_MAX) {
		titles[count][0] = '\0';
		depth = draw(3);
		for (i = 0; i < depth; i++)
			(void)strcat(titles[count], segments[draw(3)]);
		(void)strcat(titles[count], lasts[draw(5)]);
		rule(titles[count], draw(2) == 0 ? &nobody : &everyone);
	}
}

/* What the order says, told in another way: who wins the comparison of keys,
 * of which the shape comes first and the spelling last. */
static void
make_key(const char *title, char key[32], char plain[16])
{
	const char *star = strchr(title, '*');
	const char *slash;
	size_t i;

	key[0] = star == NULL ? '3' : star[1] == '\0' ? '2' : '1';
	key[1] = '0';
	for (slash = title; (slash = strchr(slash, '/')) != NULL; slash++)
		if (key[0] == '1')
			key[1]++;
	for (i = 0; *title != '\0'; title++) {
		key[2 + i] = 'l';
		plain[i] = *title;
		if (title[0] == '%') {
			title++;
			plain[i] = USER[0];
			key[2 + i] = 'A';
		}
		i++;
	}
	key[2 + i] = '\0';
	plain[i] = '\0';
}

static bool
is_allowed(char titles[RULES_MAX][16], const struct bx_channel_name *channel)
{
	struct bx_channel_name pattern;
	char best[32] = "";
	char key[32];
	char plain[16];
	bool allowed = true;
	size_t i;

	for (i = 0; i < count; i++) {
		make_key(titles[i], key, plain);
		CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&pattern, plain,
					  strlen(plain), 100, 10),
		    BX_OK);
		if (!bx_channel_name_matches(&pattern, channel) ||
		    strcmp(key, best) <= 0)
			continue;
		(void)strcpy(best, key);
		allowed = rules[i].lists[BX_ACCESS_SUBSCRIBE]->everyone;
	}
	return allowed;
}

/* Is each channel allowed that the pattern, or itself, reaches? */
static bool
are_allowed(const bool *allowed, const struct bx_channel_name *name)
{
	size_t i;

	for (i = 0; i < CHANNELS; i++)
		if (!allowed[i] && bx_channel_name_matches(name, &world[i]))
			return false;
	return true;
}

static void
a_pattern_is_allowed_if_all_its_channels_are(void)
{
	char titles[RULES_MAX][16];
	struct bx_access_ask ask = { .user = USER };
	bool allowed[CHANNELS];
	unsigned round, wrong = 0, granted = 0, refused = 0;
	size_t i;

	make_world();
	for (round = 0; round < 300; round++) {
		draw_rules(titles);
		for (i = 0; i < CHANNELS; i++)
			allowed[i] = is_allowed(titles, &world[i]);
		for (i = 0; i < CHANNELS + PATTERNS; i++) {
			ask.name = &world[i];
			wrong += are_allowed(allowed, &world[i]) !=
			    bx_access_judge(rules, count, &ask).allowed;
			if (world[i].pattern)
				*(are_allowed(allowed, &world[i])
					? &granted
					: &refused) += 1;
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
	/* Both have been seen often. */
	CU_ASSERT_TRUE(granted > 1000 && refused > 1000);
}

static const struct unit_test tests[] = {
	{ "without rules all is allowed", without_rules_all_is_allowed },
	{ "a list lets in whom it names", a_list_lets_in_whom_it_names },
	{ "the most specific rule counts", the_most_specific_rule_counts },
	{ "a rule stays within its kind", a_rule_stays_within_its_kind },
	{ "a variable is the user who asks", a_variable_is_the_user_who_asks },
	{ "who is no segment has no rule of their own",
	    who_is_no_segment_has_no_rule_of_their_own },
	{ "a name that is spelt out goes before a variable",
	    a_name_that_is_spelt_out_goes_before_a_variable },
	{ "a pattern is no way around", a_pattern_is_no_way_around },
	{ "a pattern that is created creates none of its channels",
	    a_pattern_that_is_created_creates_none_of_its_channels },
	{ "what is no title is refused", what_is_no_title_is_refused },
	{ "a title is as long as a channel may be",
	    a_title_is_as_long_as_a_channel_may_be },
	{ "a pattern is allowed if all its channels are",
	    a_pattern_is_allowed_if_all_its_channels_are },
};

UNIT_MAIN("access", tests)
