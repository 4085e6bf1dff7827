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

/* Is title the name of channels that may have a block?  All keys are about
 * what is broadcast. */
static bool
check_title(struct bx_channel_name *name, const char *title,
    struct fcgi_problem *problem)
{
	char quoted[256];

	(void)fcgi_log_quote(quoted, sizeof(quoted), title, strlen(title));
	if (bx_channel_name_parse(name, title, strlen(title),
		BX_CHANNEL_LENGTH_MAX, BX_CHANNEL_DEPTH_MAX) != BX_OK)
		return fcgi_problem_tell(problem,
		    "channel: %s is no channel, such as \"/a/b\", and no "
		    "pattern, such as \"/a/*\" or \"/a/**\"",
		    quoted);
	if (name->kind != BX_CHANNEL_BROADCAST)
		return fcgi_problem_tell(problem,
		    "channel: nothing is broadcast on %s", quoted);
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
	struct bx_channel_rule rule;
	int key;

	if (!check_title(&rule.pattern, title, problem))
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
	rule.pattern.text = block.title;
	for (key = 0; key < BX_RULE_KEYS; key++)
		rule.values[key] = BX_RULE_UNSET;
	blocks->rules[blocks->count] = rule;
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
	(void)fcgi_log_quote(quoted, sizeof(quoted), key, strlen(key));
	if (guess.best == NULL)
		return fcgi_problem_tell(problem,
		    "channel: a block has no option %s", quoted);
	return fcgi_problem_tell(problem,
	    "channel: a block has no option %s; did you mean \"%s\"?", quoted,
	    guess.best);
}

bool
fcgi_channel_blocks_set(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env, const struct fcgi_channel_setting *setting,
    struct fcgi_problem *problem)
{
	int64_t *value;
	char **source;
	char *where;
	int key;

	for (key = 0; key < BX_RULE_KEYS; key++)
		if (strcmp(fcgi_channel_keys[key].key, setting->key) == 0)
			break;
	if (key == BX_RULE_KEYS)
		return refuse_key(setting->key, problem);
	where = fcgi_copy_text(env, setting->where);
	if (where == NULL)
		return fcgi_problem_tell(problem, "%s: out of memory",
		    setting->key);
	value = &blocks->rules[blocks->count - 1].values[key];
	if (!fcgi_option_number_read(&fcgi_channel_keys[key], setting->value,
		value, problem)) {
		bx_free(env, where);
		return false;
	}
	source = &blocks->blocks[blocks->count - 1].sources[key];
	bx_free(env, *source);
	*source = where;
	return true;
}

void
fcgi_channel_blocks_fini(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env)
{
	while (blocks->count > 0)
		free_block(env, &blocks->blocks[--blocks->count]);
	bx_free(env, blocks->rules);
	bx_free(env, blocks->blocks);
	memset(blocks, 0, sizeof(*blocks));
}
