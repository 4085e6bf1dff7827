/* test_channel.c - the channel tree and who is subscribed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/channel.h"
#include "test/support/unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SUBSCRIBERS 8
#define LENGTH 1024
#define DEPTH 32

static const uint64_t seed[2] = { 3, 4 };

/* What most tests begin with. */
static struct bx_channel_tree *tree;
static struct bx_subscriber subscribers[SUBSCRIBERS];

static void
open_tree(void)
{
	size_t i;

	tree = bx_channel_tree_new(unit_env(), seed);
	CU_ASSERT_PTR_NOT_NULL_FATAL(tree);
	for (i = 0; i < SUBSCRIBERS; i++)
		bx_subscriber_init(&subscribers[i]);
}

/* Everybody leaves, and then there is nothing but the tree. */
static void
close_tree(void)
{
	size_t i;

	for (i = 0; i < SUBSCRIBERS; i++) {
		bx_channel_unsubscribe_all(tree, &subscribers[i]);
		CU_ASSERT_EQUAL(subscribers[i].count, 0);
	}
	CU_ASSERT_EQUAL(bx_channel_tree_count(tree), 0);
	bx_channel_tree_free(tree);
}

static struct bx_channel_name
parse(const char *text)
{
	struct bx_channel_name name = { 0 };

	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&name, text, strlen(text),
				  LENGTH, DEPTH),
	    BX_OK);
	return name;
}

static enum bx_status
subscribe(size_t who, const char *text)
{
	struct bx_channel_name name = parse(text);

	return bx_channel_subscribe(tree, &name, &subscribers[who]);
}

static void
unsubscribe(size_t who, const char *text)
{
	struct bx_channel_name name = parse(text);

	bx_channel_unsubscribe(tree, &name, &subscribers[who]);
}

static bool
is_subscribed(size_t who, const char *text)
{
	struct bx_channel_name name = parse(text);

	return bx_channel_is_subscribed(tree, &name, &subscribers[who]);
}

static bool
exists(const char *text)
{
	struct bx_channel_name name = parse(text);

	return bx_channel_exists(tree, &name);
}

struct reached {
	unsigned calls;
	unsigned limit;	      /* calls after which the visit ends */
	unsigned subscribers; /* a bit for each */
};

static bool
note(struct bx_subscriber *subscriber, void *ctx)
{
	struct reached *reached = ctx;

	reached->calls++;
	reached->subscribers |= 1U << (subscriber - subscribers);
	return reached->calls < reached->limit;
}

/* A bit for each subscriber that text reaches; each was told once. */
static unsigned
reach(const char *text)
{
	struct bx_channel_name name = parse(text);
	struct reached reached = { 0, SUBSCRIBERS + 1, 0 };
	unsigned bits, count = 0;

	bx_channel_visit(tree, &name, note, &reached);
	for (bits = reached.subscribers; bits != 0; bits &= bits - 1)
		count++;
	CU_ASSERT_EQUAL(reached.calls, count);
	return reached.subscribers;
}

static void
test_empty(void)
{
	open_tree();
	CU_ASSERT_EQUAL(bx_channel_tree_count(tree), 0);
	CU_ASSERT_EQUAL(reach("/a/b"), 0);
	CU_ASSERT_FALSE(exists("/a"));
	CU_ASSERT_FALSE(is_subscribed(0, "/a"));
	unsubscribe(0, "/a");
	close_tree();
	bx_channel_tree_free(NULL);
}

static void
test_subscribe(void)
{
	open_tree();
	CU_ASSERT_EQUAL(subscribe(0, "/a/b"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(1, "/a/b"), BX_OK);
	CU_ASSERT_EQUAL(reach("/a/b"), 3);
	CU_ASSERT_EQUAL(reach("/a"), 0);
	CU_ASSERT_EQUAL(reach("/a/b/c"), 0);
	CU_ASSERT_EQUAL(reach("/b"), 0);
	CU_ASSERT(is_subscribed(0, "/a/b"));
	CU_ASSERT_FALSE(is_subscribed(2, "/a/b"));
	CU_ASSERT(exists("/a/b"));
	CU_ASSERT_FALSE(exists("/a"));
	CU_ASSERT_FALSE(exists("/a/*"));
	CU_ASSERT_EQUAL(bx_channel_tree_count(tree), 1);
	CU_ASSERT_EQUAL(subscribers[0].count, 1);
	close_tree();
}

static void
test_twice(void)
{
	open_tree();
	CU_ASSERT_EQUAL(subscribe(0, "/a"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(0, "/a"), BX_OK);
	CU_ASSERT_EQUAL(subscribers[0].count, 1);
	CU_ASSERT_EQUAL(reach("/a"), 1);
	unsubscribe(0, "/a");
	CU_ASSERT_EQUAL(subscribers[0].count, 0);
	CU_ASSERT_EQUAL(reach("/a"), 0);
	close_tree();
}

/* Whether the channel or the subscriber has more subscriptions. */
static void
test_twice_either_way(void)
{
	size_t i;

	open_tree();
	for (i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(subscribe(i, "/popular"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(0, "/popular"), BX_OK);
	CU_ASSERT_FALSE(is_subscribed(5, "/popular"));
	CU_ASSERT_EQUAL(subscribe(6, "/a"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(6, "/b"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(6, "/c"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(6, "/b"), BX_OK);
	CU_ASSERT_EQUAL(subscribers[6].count, 3);
	CU_ASSERT_EQUAL(subscribe(7, "/d"), BX_OK);
	CU_ASSERT_FALSE(is_subscribed(6, "/d"));
	CU_ASSERT_EQUAL(bx_channel_tree_count(tree), 5);
	close_tree();
}

static void
test_unsubscribe(void)
{
	open_tree();
	CU_ASSERT_EQUAL(subscribe(0, "/a/b"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(1, "/a/b"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(0, "/a"), BX_OK);
	unsubscribe(0, "/a/b");
	unsubscribe(0, "/a/b");
	unsubscribe(2, "/a");
	unsubscribe(0, "/nobody/here");
	CU_ASSERT_EQUAL(reach("/a/b"), 2);
	CU_ASSERT_EQUAL(reach("/a"), 1);
	CU_ASSERT_EQUAL(subscribers[0].count, 1);
	close_tree();
}

static void
test_stars(void)
{
	open_tree();
	CU_ASSERT_EQUAL(subscribe(0, "/*"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(1, "/**"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(2, "/foo/*"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(3, "/foo/**"), BX_OK);
	CU_ASSERT_EQUAL(reach("/foo"), 1 | 2);
	CU_ASSERT_EQUAL(reach("/foo/a"), 2 | 4 | 8);
	CU_ASSERT_EQUAL(reach("/foo/a/b"), 2 | 8);
	CU_ASSERT_EQUAL(reach("/bar/a"), 2);
	CU_ASSERT_EQUAL(reach("/foobar"), 1 | 2);
	CU_ASSERT(exists("/foo/*"));
	CU_ASSERT_FALSE(exists("/foo"));
	CU_ASSERT_EQUAL(bx_channel_tree_count(tree), 4);
	close_tree();
}

static void
test_once(void)
{
	open_tree();
	CU_ASSERT_EQUAL(subscribe(0, "/foo/bar"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(0, "/foo/*"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(0, "/foo/**"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(0, "/**"), BX_OK);
	CU_ASSERT_EQUAL(reach("/foo/bar"), 1);
	CU_ASSERT_EQUAL(reach("/foo/bar"), 1);
	close_tree();
}

static void
test_reserved(void)
{
	open_tree();
	CU_ASSERT_EQUAL(subscribe(0, "/*"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(0, "/**"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(1, "/service/*"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(1, "/meta/**"), BX_OK);
	CU_ASSERT_EQUAL(reach("/service/echo"), 0);
	CU_ASSERT_EQUAL(reach("/meta/connect"), 0);
	CU_ASSERT_EQUAL(reach("/service"), 0);
	CU_ASSERT_EQUAL(reach("/meta"), 0);
	CU_ASSERT_EQUAL(reach("/metadata"), 1);
	close_tree();
}

static void
test_stopped(void)
{
	struct bx_channel_name name = parse("/a/b");
	struct reached reached = { 0, 1, 0 };
	size_t i;

	open_tree();
	for (i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(subscribe(i, "/**"), BX_OK);
		CU_ASSERT_EQUAL(subscribe(i, "/a/*"), BX_OK);
		CU_ASSERT_EQUAL(subscribe(i, "/a/b"), BX_OK);
	}
	for (reached.limit = 1; reached.limit <= 4; reached.limit++) {
		reached.calls = 0;
		bx_channel_visit(tree, &name, note, &reached);
		CU_ASSERT_EQUAL(reached.calls, reached.limit);
	}
	close_tree();
}

static void
test_no_prefix_mixup(void)
{
	open_tree();
	CU_ASSERT_EQUAL(subscribe(0, "/a/bc"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(1, "/ab/c"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(2, "/x/c"), BX_OK);
	CU_ASSERT_EQUAL(reach("/a/bc"), 1);
	CU_ASSERT_EQUAL(reach("/ab/c"), 2);
	CU_ASSERT_EQUAL(reach("/a/c"), 0);
	CU_ASSERT_EQUAL(reach("/bc"), 0);
	close_tree();
}

static void
test_nodes_go(void)
{
	size_t live;

	open_tree();
	CU_ASSERT_EQUAL(subscribe(0, "/a"), BX_OK);
	/* The tables do not grow after this. */
	CU_ASSERT_EQUAL(subscribe(1, "/b/c"), BX_OK);
	unsubscribe(1, "/b/c");
	live = unit_live();
	CU_ASSERT_EQUAL(subscribe(1, "/a/b/c/d/e"), BX_OK);
	CU_ASSERT_EQUAL(subscribe(1, "/a/b/x"), BX_OK);
	unsubscribe(1, "/a/b/c/d/e");
	CU_ASSERT(exists("/a/b/x"));
	unsubscribe(1, "/a/b/x");
	CU_ASSERT_EQUAL(unit_live(), live);
	/* A node stays for its children and comes to life again. */
	CU_ASSERT_EQUAL(subscribe(1, "/a/b"), BX_OK);
	unsubscribe(0, "/a");
	CU_ASSERT_FALSE(exists("/a"));
	CU_ASSERT_EQUAL(reach("/a/b"), 2);
	CU_ASSERT_EQUAL(subscribe(0, "/a"), BX_OK);
	CU_ASSERT_EQUAL(reach("/a"), 1);
	close_tree();
}

static void
test_free_full(void)
{
	size_t i;

	open_tree();
	for (i = 0; i < SUBSCRIBERS; i++) {
		CU_ASSERT_EQUAL(subscribe(i, "/a/b/c"), BX_OK);
		CU_ASSERT_EQUAL(subscribe(i, "/a/**"), BX_OK);
		CU_ASSERT_EQUAL(subscribe(i, "/b"), BX_OK);
	}
	bx_channel_tree_free(tree);
	for (i = 0; i < SUBSCRIBERS; i++) {
		CU_ASSERT_EQUAL(subscribers[i].count, 0);
		CU_ASSERT(bx_list_is_empty(&subscribers[i].subscriptions));
	}
}

static void
test_longest(void)
{
	static char text[BX_CHANNEL_LENGTH_MAX];
	struct bx_channel_name name;
	struct reached reached = { 0, 9, 0 };
	size_t i;

	open_tree();
	memset(text, 'a', sizeof(text));
	text[0] = '/';
	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&name, text, sizeof(text),
				  sizeof(text), 1),
	    BX_OK);
	CU_ASSERT_EQUAL(bx_channel_subscribe(tree, &name, subscribers), BX_OK);
	bx_channel_visit(tree, &name, note, &reached);
	CU_ASSERT_EQUAL(reached.subscribers, 1);
	bx_channel_unsubscribe_all(tree, subscribers);
	for (i = 0; i < sizeof(text) && i < 2 * BX_CHANNEL_DEPTH_MAX; i += 2)
		text[i] = '/';
	CU_ASSERT_EQUAL_FATAL(bx_channel_name_parse(&name, text, i, i,
				  BX_CHANNEL_DEPTH_MAX),
	    BX_OK);
	CU_ASSERT_EQUAL(bx_channel_subscribe(tree, &name, subscribers), BX_OK);
	reached.subscribers = 0;
	bx_channel_visit(tree, &name, note, &reached);
	CU_ASSERT_EQUAL(reached.subscribers, 1);
	close_tree();
}

static bool
make_tree(void *ctx)
{
	struct bx_channel_tree *made = bx_channel_tree_new(unit_env(), seed);

	(void)ctx;
	CU_ASSERT_EQUAL(made != NULL, !unit_has_failed());
	bx_channel_tree_free(made);
	return made != NULL;
}

/* Subscribe to a deep name below one that there is. */
static bool
subscribe_deep(void *ctx)
{
	enum bx_status status;
	size_t count = bx_channel_tree_count(tree);

	(void)ctx;
	status = subscribe(0, "/a/b/c/d/e/f/g/h/i/j/k/l");
	if (status == BX_OK) {
		CU_ASSERT_EQUAL(reach("/a/b/c/d/e/f/g/h/i/j/k/l"), 1);
		unsubscribe(0, "/a/b/c/d/e/f/g/h/i/j/k/l");
	} else {
		CU_ASSERT_EQUAL(status, BX_ENOMEM);
		CU_ASSERT(unit_has_failed());
		CU_ASSERT_EQUAL(subscribers[0].count, 0);
	}
	CU_ASSERT_EQUAL(bx_channel_tree_count(tree), count);
	CU_ASSERT_FALSE(exists("/a/b/c"));
	return status == BX_OK;
}

/* The same in a tree that has nothing, not even a table. */
static bool
subscribe_first(void *ctx)
{
	bool success;

	(void)ctx;
	tree = bx_channel_tree_new(unit_env(), seed);
	if (tree == NULL)
		return false;
	bx_subscriber_init(&subscribers[0]);
	success = subscribe_deep(NULL);
	bx_channel_tree_free(tree);
	return success;
}

static void
test_fails(void)
{
	CU_ASSERT_EQUAL(unit_fail_each(make_tree, NULL), 1);
	/* The tree, the subscription, twelve nodes, the table twice. */
	CU_ASSERT(unit_fail_each(subscribe_first, NULL) >= 16);
	open_tree();
	CU_ASSERT_EQUAL(subscribe(1, "/a/b"), BX_OK);
	/* The tables do not grow after this. */
	CU_ASSERT_EQUAL(subscribe(2, "/a/b"), BX_OK);
	unsubscribe(2, "/a/b");
	CU_ASSERT(unit_fail_each(subscribe_deep, NULL) >= 11);
	CU_ASSERT_EQUAL(reach("/a/b"), 2);
	close_tree();
}

/*
 * Every name of up to three segments out of three, and every pattern of those:
 * 39 names and 26 patterns, held by random subscribers.
 */
#define NAMES 65
static char names[NAMES][16];
static size_t name_count;

static void
add_names(const char *prefix, unsigned depth)
{
	static const char *const segments[] = { "a", "ab", "b", "*", "**" };
	size_t i, mine;

	for (i = 0; i < COUNT(segments); i++) {
		CU_ASSERT_FATAL(name_count < NAMES);
		mine = name_count++;
		(void)snprintf(names[mine], sizeof(names[mine]), "%s/%s",
		    prefix, segments[i]);
		if (depth > 1 && segments[i][0] != '*')
			add_names(names[mine], depth - 1);
	}
}

/* Who should be reached, found by asking each subscription. */
static unsigned
reach_by_force(bool held[SUBSCRIBERS][NAMES], const char *text)
{
	struct bx_channel_name pattern, name = parse(text);
	unsigned bits = 0;
	size_t who, i;

	for (who = 0; who < SUBSCRIBERS; who++)
		for (i = 0; i < NAMES; i++) {
			if (!held[who][i])
				continue;
			pattern = parse(names[i]);
			if (bx_channel_name_matches(&pattern, &name))
				bits |= 1U << who;
		}
	return bits;
}

static void
test_brute_force(void)
{
	static bool held[SUBSCRIBERS][NAMES];
	unsigned char random[2];
	size_t who, i, round;

	open_tree();
	name_count = 0;
	add_names("", 3);
	CU_ASSERT_EQUAL_FATAL(name_count, NAMES);
	for (round = 0; round < 300; round++) {
		CU_ASSERT(unit_env()->random(NULL, random, sizeof(random)));
		who = random[0] % SUBSCRIBERS;
		i = random[1] % NAMES;
		held[who][i] = !held[who][i];
		unsubscribe(who, names[i]);
		if (held[who][i])
			CU_ASSERT_EQUAL(subscribe(who, names[i]), BX_OK);
		CU_ASSERT_EQUAL(is_subscribed(who, names[i]), held[who][i]);
		for (i = round % 5; i < NAMES; i += 5)
			if (strchr(names[i], '*') == NULL)
				CU_ASSERT_EQUAL(reach(names[i]),
				    reach_by_force(held, names[i]));
	}
	close_tree();
}

static const struct unit_test tests[] = {
	{ "an empty tree reaches nobody", test_empty },
	{ "a channel reaches its subscribers and no others", test_subscribe },
	{ "subscribing twice is the same as once (rule 53)", test_twice },
	{ "subscriptions are found from either side", test_twice_either_way },
	{ "unsubscribing is idempotent (rule 54)", test_unsubscribe },
	{ "stars reach one or more segments (rule 52)", test_stars },
	{ "several patterns reach a subscriber once (rule 53)", test_once },
	{ "patterns never overhear meta or service (rule 52)", test_reserved },
	{ "a visitor ends its visit", test_stopped },
	{ "segments do not run into one another", test_no_prefix_mixup },
	{ "a node lives while it is needed", test_nodes_go },
	{ "a tree is freed with its subscriptions", test_free_full },
	{ "the longest and the deepest name fit", test_longest },
	{ "without memory the tree is as it was", test_fails },
	{ "visits agree with matching one by one", test_brute_force },
};

UNIT_MAIN("channel tree", tests)
