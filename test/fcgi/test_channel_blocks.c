#include "test/support/unit.h"

#include <string.h>

#include "fcgi/channel_blocks.h"
#include "fcgi/problem.h"

static struct fcgi_channel_blocks blocks;
static struct fcgi_problem problem;

static bool
add(const char *title, const char *where)
{
	problem.text[0] = '\0';
	return fcgi_channel_blocks_add(&blocks, unit_env(), title, where,
	    &problem);
}

static bool
set(const char *key, const char *value, const char *where)
{
	const struct fcgi_channel_setting setting = { key, &value, 1, where };

	problem.text[0] = '\0';
	return fcgi_channel_blocks_set(&blocks, unit_env(), &setting,
	    &problem);
}

static void
fini(void)
{
	fcgi_channel_blocks_fini(&blocks, unit_env());
}

/* Every key has a row that its value can be read with. */
static void
test_table(void)
{
	int key, other;

	for (key = 0; key < BX_RULE_KEYS; key++) {
		const struct fcgi_option_row *row = &fcgi_channel_keys[key];

		CU_ASSERT_PTR_NOT_NULL_FATAL(row->key);
		CU_ASSERT(row->doc != NULL && row->doc[0] != '\0');
		CU_ASSERT(row->kind <= FCGI_OPTION_LEVEL);
		CU_ASSERT(row->min > BX_RULE_UNSET && row->min < row->max);
		for (other = 0; other < key; other++)
			CU_ASSERT_STRING_NOT_EQUAL(row->key,
			    fcgi_channel_keys[other].key);
	}
}

static void
test_rules(void)
{
	char title[] = "/a/**";
	struct bx_channel_rule *rule;

	CU_ASSERT(add(title, "f:1"));
	memset(title, 'x', strlen(title));
	CU_ASSERT(set("lazy", "on", "f:2"));
	CU_ASSERT(set("lazy_timeout", "1s", "f:3"));
	CU_ASSERT(set("lazy_timeout", "2s", "f:4"));
	CU_ASSERT(add("/b", "f:5"));
	CU_ASSERT(set("broadcast_to_publisher", "no", "f:6"));
	CU_ASSERT_EQUAL_FATAL(blocks.count, 2);
	rule = &blocks.rules[0];
	CU_ASSERT(
	    unit_is_text(rule->pattern.text, rule->pattern.len, "/a/**"));
	CU_ASSERT_TRUE(rule->pattern.pattern);
	CU_ASSERT_EQUAL(rule->values[BX_RULE_LAZY], true);
	CU_ASSERT_EQUAL(rule->values[BX_RULE_LAZY_TIMEOUT], 2000);
	CU_ASSERT_EQUAL(rule->values[BX_RULE_BROADCAST_TO_PUBLISHER],
	    BX_RULE_UNSET);
	CU_ASSERT_STRING_EQUAL(blocks.blocks[0].where, "f:1");
	CU_ASSERT_STRING_EQUAL(blocks.blocks[0].sources[BX_RULE_LAZY_TIMEOUT],
	    "f:4");
	rule = &blocks.rules[1];
	CU_ASSERT_EQUAL(rule->values[BX_RULE_LAZY], BX_RULE_UNSET);
	CU_ASSERT_EQUAL(rule->values[BX_RULE_BROADCAST_TO_PUBLISHER], false);
	CU_ASSERT_STRING_EQUAL(blocks.blocks[1].title, "/b");
	CU_ASSERT_PTR_NULL(blocks.blocks[1].sources[BX_RULE_LAZY]);
	fini();
	fini();
}

static void
test_titles(void)
{
	static const char *const wrong[] = { "", "/", "a", "/a/", "//a",
		"/a/**/b", "/a*", "/***", "/meta", "/meta/connect", "/meta/**",
		"/service", "/a%u", "/%u%u", "/%" };
	static const char *const right[] = { "/a", "/*", "/**", "/a/b/*",
		"/a/b/**", "/metadata", "/service/a", "/service/**",
		"/%u/a/%u", "/_u/a/_u" };
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CU_ASSERT_FALSE(add(wrong[i], "f:1"));
		CU_ASSERT_EQUAL(strncmp(problem.text, "channel: ", 9), 0);
	}
	CU_ASSERT_EQUAL(blocks.count, 0);
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		CU_ASSERT(add(right[i], "f:1"));
	fini();
}

static void
test_twice(void)
{
	CU_ASSERT(add("/a/*", "f:1"));
	CU_ASSERT(add("/a/**", "f:2"));
	CU_ASSERT_FALSE(add("/a/*", "f:3"));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "channel: \"/a/*\" has a block already, at f:1");
	CU_ASSERT_EQUAL(blocks.count, 2);
	fini();
}

static void
test_refused(void)
{
	CU_ASSERT(add("/a", "f:1"));
	CU_ASSERT(set("lazy_timeout", "1s", "f:2"));
	CU_ASSERT_FALSE(set("lazy_timeout", "0ms", "f:3"));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "lazy_timeout: \"0ms\" is not in the range 1ms to 24h");
	CU_ASSERT_FALSE(set("lazy", "2", "f:3"));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "lazy: \"2\" is not yes or no (or true, false, on, off)");
	CU_ASSERT_FALSE(set("lazy_timout", "1s", "f:3"));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "channel: a block has no option \"lazy_timout\"; "
	    "did you mean \"lazy_timeout\"?");
	CU_ASSERT_FALSE(set("mount", "1s", "f:3"));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "channel: a block has no option \"mount\"");
	CU_ASSERT_EQUAL(blocks.rules[0].values[BX_RULE_LAZY_TIMEOUT], 1000);
	CU_ASSERT_STRING_EQUAL(blocks.blocks[0].sources[BX_RULE_LAZY_TIMEOUT],
	    "f:2");
	fini();
}

static void
test_access(void)
{
	CU_ASSERT(add("/a/%u/**", "f:1"));
	CU_ASSERT(set("subscribe", "alice", "f:2"));
	CU_ASSERT(set("subscribe", "bob", "f:3"));
	CU_ASSERT(set("create", "nobody", "f:4"));
	CU_ASSERT(add("/service/b", "f:5"));
	CU_ASSERT(set("publish", "authenticated", "f:6"));
	CU_ASSERT_EQUAL_FATAL(blocks.count, 2);
	CU_ASSERT_TRUE(blocks.access[0].has_user);
	CU_ASSERT(unit_is_text(blocks.access[0].pattern.text,
	    blocks.access[0].pattern.len, "/a/%u/**"));
	CU_ASSERT_PTR_EQUAL(blocks.access[0].lists[BX_ACCESS_SUBSCRIBE],
	    &blocks.blocks[0].access[BX_ACCESS_SUBSCRIBE]->list);
	CU_ASSERT_STRING_EQUAL(blocks.access[0]
				   .lists[BX_ACCESS_SUBSCRIBE]
				   ->users[0],
	    "bob");
	CU_ASSERT_STRING_EQUAL(blocks.blocks[0]
				   .access[BX_ACCESS_SUBSCRIBE]
				   ->where,
	    "f:3");
	CU_ASSERT_PTR_NOT_NULL(blocks.access[0].lists[BX_ACCESS_CREATE]);
	CU_ASSERT_PTR_NULL(blocks.access[0].lists[BX_ACCESS_PUBLISH]);
	CU_ASSERT_TRUE(
	    blocks.access[1].lists[BX_ACCESS_PUBLISH]->authenticated);
	fini();
}

static void
test_misplaced(void)
{
	CU_ASSERT(add("/service/a", "f:1"));
	CU_ASSERT_FALSE(set("lazy", "yes", "f:2"));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "lazy: nothing is broadcast on \"/service/a\"");
	CU_ASSERT_FALSE(set("create", "nobody", "f:2"));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "create: nothing is created on \"/service/a\"");
	CU_ASSERT(add("/a/%u", "f:3"));
	CU_ASSERT_FALSE(set("lazy_timeout", "1s", "f:4"));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "lazy_timeout: is the same whoever asks, so \"/a/%u\" cannot "
	    "have it");
	CU_ASSERT_FALSE(add("/a/x%u", "f:5"));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "channel: \"/a/x%u\" is no channel; \"%u\" stands for the user "
	    "who asks, as a whole segment, such as in \"/user/%u/**\"");
	CU_ASSERT_FALSE(add("/meta/**", "f:5"));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "channel: \"/meta/**\" is the protocol's own");
	CU_ASSERT_FALSE(set("subcribe", "x", "f:5"));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "channel: a block has no option \"subcribe\"; "
	    "did you mean \"subscribe\"?");
	fini();
}

static bool
make_two(void *ctx)
{
	bool ok = add("/a", "f:1") && set("lazy", "yes", "f:2") &&
	    add("/b", "f:3") && set("create", "bob", "f:4");

	(void)ctx;
	CU_ASSERT_EQUAL(ok, strstr(problem.text, "out of memory") == NULL);
	CU_ASSERT_EQUAL(ok, !unit_has_failed());
	fini();
	return ok;
}

static void
test_no_memory(void)
{
	CU_ASSERT_EQUAL(unit_fail_each(make_two, NULL), 16);
}

static const struct unit_test tests[] = {
	{ "every key of a block has a row", test_table },
	{ "a block is a rule, and knows where each value came from",
	    test_rules },
	{ "a title is a channel or a pattern, and not the protocol's own",
	    test_titles },
	{ "a block is a rule of who may do what", test_access },
	{ "what a title cannot have is told", test_misplaced },
	{ "a channel has one block", test_twice },
	{ "what is wrong is told, and changes nothing", test_refused },
	{ "without memory it is told", test_no_memory },
};

UNIT_MAIN("channel_blocks", tests)
