/*
 * fuzz_channel.c - any lines as a channel, a user, and patterns of rules.
 *
 * A name's segments make up its text.  Whether a pattern reaches it is also
 * found out letter by letter, and by the tree.  Who may use a pattern may use
 * each channel that it reaches.
 */
#include <stdint.h>
#include <string.h>

#include "engine/access.h"
#include "engine/channel.h"
#include "engine/channel_rules.h"
#include "fcgi/http_text.h"
#include "test/fuzz/fuzz_env.h"

#define RULES_MAX 8
#define LENGTH_MAX 1024
#define DEPTH_MAX 32

/* Who may do what a rule says; the first byte of its line chooses. */
static const char *const users[] = { "alice" };
static const struct bx_access_list lists[] = {
	{ .everyone = true },
	{ .authenticated = true },
	{ .users = users, .user_count = 1 },
	{ .everyone = false },
};

struct policy {
	struct bx_access_rule access[RULES_MAX];
	struct bx_channel_rule rules[RULES_MAX];
	size_t access_count, count;
};

static bool
parse(struct bx_channel_name *name, struct bx_slice text)
{
	return text.len > 0 &&
	    bx_channel_name_parse(name, text.at, text.len, LENGTH_MAX,
		DEPTH_MAX) == BX_OK;
}

static void
check_segments(const struct bx_channel_name *name)
{
	unsigned i;

	require(name->depth >= 1 && name->depth <= DEPTH_MAX);
	require(
	    name->start[0] == 1 && name->start[name->depth] == name->len + 1);
	for (i = 0; i < name->depth; i++) {
		size_t len = name->start[i + 1] - name->start[i] - 1;

		require(len > 0 && name->text[name->start[i] - 1] == '/');
		require(memchr(name->text + name->start[i], '/', len) == NULL);
		require(bx_channel_name_is_segment(name->text + name->start[i],
			    len) ||
		    (name->pattern && i + 1 == name->depth));
	}
}

/* The same question by their texts alone. */
static bool
reaches(const struct bx_channel_name *pattern,
    const struct bx_channel_name *name)
{
	size_t head = pattern->len;
	size_t i;

	if (!pattern->pattern)
		return name->len == head &&
		    memcmp(pattern->text, name->text, head) == 0;
	while (pattern->text[head - 1] == '*')
		head--;
	if (name->kind != pattern->kind || name->len <= head ||
	    memcmp(pattern->text, name->text, head) != 0)
		return false;
	for (i = head; i < name->len; i++)
		if (name->text[i] == '/' && pattern->len - head == 1)
			return false;
	return true;
}

static bool
count_visit(struct bx_subscriber *subscriber, void *ctx)
{
	unsigned *visits = ctx;

	(void)subscriber;
	(*visits)++;
	return true;
}

/* Nobody subscribes to others than channels for broadcasts. */
static void
check_tree(const struct bx_channel_name *name, const struct policy *policy)
{
	static const uint64_t seed[2] = { 1, 2 };
	struct bx_channel_tree *tree = bx_channel_tree_new(fuzz_env(), seed);
	struct bx_subscriber subscriber;
	bool reached = false;
	unsigned visits = 0;
	size_t i;

	require(tree != NULL);
	bx_subscriber_init(&subscriber);
	for (i = 0; i < policy->count; i++) {
		const struct bx_channel_name *pattern =
		    &policy->rules[i].pattern;

		require(
		    bx_channel_subscribe(tree, pattern, &subscriber) == BX_OK);
		require(bx_channel_exists(tree, pattern));
		reached = reached || reaches(pattern, name);
	}
	bx_channel_visit(tree, name, count_visit, &visits);
	require(visits == reached);
	for (i = 0; i < policy->count; i++)
		bx_channel_unsubscribe(tree, &policy->rules[i].pattern,
		    &subscriber);
	require(subscriber.count == 0 && bx_channel_tree_count(tree) == 0);
	bx_channel_tree_free(tree);
}

/* The rule that counts is one that reaches the channel, and none that does has
 * a higher rank. */
static void
check_rules(const struct bx_channel_name *name, const struct policy *policy)
{
	int64_t values[BX_RULE_KEYS];
	int64_t best = BX_RULE_UNSET;
	unsigned rank, highest = 0;
	size_t i;

	bx_channel_rules_find(policy->rules, policy->count, name, values);
	for (i = 0; i < policy->count; i++) {
		rank = bx_channel_rules_rank(&policy->rules[i].pattern);
		if (!reaches(&policy->rules[i].pattern, name) ||
		    rank <= highest)
			continue;
		highest = rank;
		best = policy->rules[i].values[BX_RULE_LAZY_TIMEOUT];
	}
	require(values[BX_RULE_LAZY_TIMEOUT] == best);
}

static bool
may(const struct policy *policy, const struct bx_channel_name *name,
    const char *user)
{
	const struct bx_access_ask ask = { BX_ACCESS_SUBSCRIBE, name, user };
	struct bx_access_ruling ruling =
	    bx_access_judge(policy->access, policy->access_count, &ask);

	require(ruling.rule != NULL || ruling.allowed);
	return ruling.allowed;
}

static void
check_access(const struct bx_channel_name *name, const struct policy *policy,
    const char *user)
{
	size_t i;

	for (i = 0; i < policy->count; i++)
		if (reaches(&policy->rules[i].pattern, name) &&
		    may(policy, &policy->rules[i].pattern, user))
			require(may(policy, name, user));
	/* Who is somebody may do what nobody may, if no rule is about users. */
	for (i = 0; i < policy->access_count; i++)
		if (policy->access[i].has_user)
			return;
	if (may(policy, name, NULL))
		require(may(policy, name, "alice"));
}

static void
read_policy(struct policy *policy, struct bx_slice lines)
{
	struct bx_slice line;
	struct bx_access_rule *access;
	struct bx_channel_rule *rule;

	memset(policy, 0, sizeof(*policy));
	while (lines.len > 0 && policy->access_count < RULES_MAX) {
		line = http_text_split(lines, '\n', &lines);
		if (line.len < 2)
			continue;
		access = &policy->access[policy->access_count];
		if (bx_access_rule_parse(access, line.at + 1, line.len - 1) ==
		    BX_OK) {
			access->lists[BX_ACCESS_SUBSCRIBE] =
			    &lists[(unsigned char)line.at[0] % 4];
			policy->access_count++;
		}
		rule = &policy->rules[policy->count];
		if (!parse(&rule->pattern,
			(struct bx_slice){ line.at + 1, line.len - 1 }))
			continue;
		check_segments(&rule->pattern);
		rule->values[BX_RULE_LAZY] = BX_RULE_UNSET;
		rule->values[BX_RULE_BROADCAST_TO_PUBLISHER] = BX_RULE_UNSET;
		rule->values[BX_RULE_LAZY_TIMEOUT] = (int64_t)++policy->count;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bx_slice rest = { (const char *)data, size };
	struct bx_slice text = http_text_split(rest, '\n', &rest);
	struct bx_slice who = http_text_split(rest, '\n', &rest);
	struct bx_channel_name name;
	struct policy policy;
	char user[64];
	size_t i;

	if (!parse(&name, text))
		return 0;
	check_segments(&name);
	read_policy(&policy, rest);
	if (name.pattern)
		return 0;
	if (who.len >= sizeof(user))
		who.len = sizeof(user) - 1;
	if (who.len > 0)
		memcpy(user, who.at, who.len);
	user[who.len] = '\0';
	for (i = 0; i < policy.count; i++)
		require(
		    bx_channel_name_matches(&policy.rules[i].pattern, &name) ==
		    reaches(&policy.rules[i].pattern, &name));
	if (name.kind == BX_CHANNEL_BROADCAST)
		check_tree(&name, &policy);
	check_rules(&name, &policy);
	check_access(&name, &policy, who.len > 0 ? user : NULL);
	return 0;
}
