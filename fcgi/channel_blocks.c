/*
 * channel_blocks.c - blocks, checked and kept.
 */
#include "channel_blocks.h"

#include <string.h>

#include "copy_text.h"
#include "guess.h"
#include "log.h"
#include "option_number.h"
#include "option_table.h"
#include "problem.h"

#define HOUR INT64_C(3600000)

/* Ranges have a line of their own. */
/* clang-format off */
const struct fcgi_option_row fcgi_channel_keys[BX_RULE_KEYS] = {
	[BX_RULE_LAZY] = { .key = "lazy", .kind = FCGI_OPTION_BOOL,
	    .min = 0, .max = 1,
	    .doc = "Whether messages wait until there is something else to "
		   "tell, too." },
	[BX_RULE_LAZY_TIMEOUT] = { .key = "lazy_timeout",
	    .kind = FCGI_OPTION_DURATION,
	    .min = 1, .max = 24 * HOUR,
	    .doc = "How long they wait at most, in place of "
		   "max_lazy_timeout." },
	[BX_RULE_BROADCAST_TO_PUBLISHER] = { .key = "broadcast_to_publisher",
	    .kind = FCGI_OPTION_BOOL,
	    .min = 0, .max = 1,
	    .doc = "Whether a subscribed publisher gets its own message; no, "
		   "here or as an option, is no." },
};
/* clang-format on */

/* Is title the name of channels that may have a block? */
static bool
check_title(struct bx_access_rule *rule, const char *title,
    struct fcgi_problem *problem)
{
	char quoted[256];

	(void)fcgi_log_quote(quoted, sizeof(quoted), title, strlen(title));
	if (bx_access_rule_parse(rule, title, strlen(title)) != BX_OK)
		return fcgi_problem_tell(problem,
		    strchr(title, '%') != NULL
			? "channel: %s is no channel; \"%%u\" stands for the "
			  "user who asks, as a whole segment, such as in "
			  "\"/user/%%u/**\""
			: "channel: %s is no channel, such as \"/a/b\", and "
			  "no "
			  "pattern, such as \"/a/*\" or \"/a/**\"",
		    quoted);
	if (bx_channel_name_is_reserved(&rule->pattern))
		return fcgi_problem_tell(problem,
		    "channel: %s is the protocol's own", quoted);
	return true;
}

/* Make room for one more.  False: there is none, and nothing has changed but
 * the arrays' places. */
static bool
grow(struct fcgi_channel_blocks *blocks, const struct bx_env *env)
{
	size_t count = blocks->count + 1;
	void *array;

	array = env->realloc(env->ctx, blocks->rules,
	    count * sizeof(*blocks->rules));
	if (array == NULL)
		return false;
	blocks->rules = array;
	array = env->realloc(env->ctx, blocks->access,
	    count * sizeof(*blocks->access));
	if (array == NULL)
		return false;
	blocks->access = array;
	array = env->realloc(env->ctx, blocks->blocks,
	    count * sizeof(*blocks->blocks));
	if (array == NULL)
		return false;
	blocks->blocks = array;
	return true;
}

static void
free_block(const struct bx_env *env, struct fcgi_channel_block *block)
{
	int key;

	for (key = 0; key < BX_RULE_KEYS; key++)
		bx_free(env, block->sources[key]);
	for (key = 0; key < BX_ACCESS_KEYS; key++)
		fcgi_channel_access_free(env, block->access[key]);
	bx_free(env, block->title);
	bx_free(env, block->where);
}

static const struct fcgi_channel_block *
find(const struct fcgi_channel_blocks *blocks, const char *title)
{
	size_t i;

	for (i = 0; i < blocks->count; i++)
		if (strcmp(blocks->blocks[i].title, title) == 0)
			return &blocks->blocks[i];
	return NULL;
}

bool
fcgi_channel_blocks_add(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env, const char *title, const char *where,
    struct fcgi_problem *problem)
{
	const struct fcgi_channel_block *other = find(blocks, title);
	struct fcgi_channel_block block = { 0 };
	struct bx_access_rule access;
	struct bx_channel_rule *rule;
	int key;

	if (!check_title(&access, title, problem))
		return false;
	if (other != NULL)
		return fcgi_problem_tell(problem,
		    "channel: \"%.200s\" has a block already, at %.500s",
		    title, other->where);
	block.title = fcgi_copy_text(env, title);
	block.where = fcgi_copy_text(env, where);
	if (block.title == NULL || block.where == NULL || !grow(blocks, env)) {
		free_block(env, &block);
		return fcgi_problem_tell(problem, "channel: out of memory");
	}
	access.pattern.text = block.title;
	/* What has "%u" in it is no name, so this rule reaches nothing. */
	rule = &blocks->rules[blocks->count];
	rule->pattern = access.pattern;
	for (key = 0; key < BX_RULE_KEYS; key++)
		rule->values[key] = BX_RULE_UNSET;
	blocks->access[blocks->count] = access;
	blocks->blocks[blocks->count] = block;
	blocks->count++;
	return true;
}

static bool
refuse_key(const char *key, struct fcgi_problem *problem)
{
	struct fcgi_guess guess = fcgi_guess_begin(key);
	char quoted[128];
	int i;

	for (i = 0; i < BX_RULE_KEYS; i++)
		fcgi_guess_try(&guess, fcgi_channel_keys[i].key);
	for (i = 0; i < BX_ACCESS_KEYS; i++)
		fcgi_guess_try(&guess, fcgi_channel_access_keys[i].key);
	(void)fcgi_log_quote(quoted, sizeof(quoted), key, strlen(key));
	if (guess.best == NULL)
		return fcgi_problem_tell(problem,
		    "channel: a block has no option %s", quoted);
	return fcgi_problem_tell(problem,
	    "channel: a block has no option %s; did you mean \"%s\"?", quoted,
	    guess.best);
}

/* Set who may do what the key says. */
static bool
set_access(struct fcgi_channel_blocks *blocks, const struct bx_env *env,
    int key, const struct fcgi_channel_setting *setting,
    struct fcgi_problem *problem)
{
	struct fcgi_channel_block *block = &blocks->blocks[blocks->count - 1];
	struct bx_access_rule *rule = &blocks->access[blocks->count - 1];
	struct fcgi_channel_access *access;

	if (key == BX_ACCESS_CREATE &&
	    rule->pattern.kind == BX_CHANNEL_SERVICE)
		return fcgi_problem_tell(problem,
		    "%s: nothing is created on \"%.200s\"", setting->key,
		    block->title);
	access = fcgi_channel_access_new(env, setting, problem);
	if (access == NULL)
		return false;
	fcgi_channel_access_free(env, block->access[key]);
	block->access[key] = access;
	rule->lists[key] = &access->list;
	return true;
}

/* May the newest block say how messages are broadcast? */
static bool
check_broadcast(const struct fcgi_channel_blocks *blocks, const char *key,
    struct fcgi_problem *problem)
{
	const struct bx_access_rule *rule = &blocks->access[blocks->count - 1];
	const char *title = blocks->blocks[blocks->count - 1].title;

	if (rule->pattern.kind == BX_CHANNEL_SERVICE)
		return fcgi_problem_tell(problem,
		    "%s: nothing is broadcast on \"%.200s\"", key, title);
	if (rule->has_user)
		return fcgi_problem_tell(problem,
		    "%s: is the same whoever asks, so \"%.200s\" cannot have "
		    "it",
		    key, title);
	return true;
}

static bool
set_rule(struct fcgi_channel_blocks *blocks, const struct bx_env *env, int key,
    const struct fcgi_channel_setting *setting, struct fcgi_problem *problem)
{
	char **source = &blocks->blocks[blocks->count - 1].sources[key];
	char *where;

	if (!check_broadcast(blocks, setting->key, problem))
		return false;
	where = fcgi_copy_text(env, setting->where);
	if (where == NULL)
		return fcgi_problem_tell(problem, "%s: out of memory",
		    setting->key);
	if (!fcgi_option_number_read(&fcgi_channel_keys[key],
		setting->values[0],
		&blocks->rules[blocks->count - 1].values[key], problem)) {
		bx_free(env, where);
		return false;
	}
	bx_free(env, *source);
	*source = where;
	return true;
}

bool
fcgi_channel_blocks_set(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env, const struct fcgi_channel_setting *setting,
    struct fcgi_problem *problem)
{
	int key;

	for (key = 0; key < BX_RULE_KEYS; key++)
		if (strcmp(fcgi_channel_keys[key].key, setting->key) == 0)
			return set_rule(blocks, env, key, setting, problem);
	for (key = 0; key < BX_ACCESS_KEYS; key++)
		if (strcmp(fcgi_channel_access_keys[key].key, setting->key) ==
		    0)
			return set_access(blocks, env, key, setting, problem);
	return refuse_key(setting->key, problem);
}

void
fcgi_channel_blocks_fini(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env)
{
	while (blocks->count > 0)
		free_block(env, &blocks->blocks[--blocks->count]);
	bx_free(env, blocks->rules);
	bx_free(env, blocks->access);
	bx_free(env, blocks->blocks);
	memset(blocks, 0, sizeof(*blocks));
}
