/*
 * explain.c - which block of the configuration decides, and how.
 */
#include "explain.h"

#include <string.h>

#include "engine/access.h"
#include "engine/user.h"
#include "options.h"
#include "print_text.h"

static bool
read_user(const char *text, struct bx_access_ask *ask,
    struct fcgi_problem *problem)
{
	ask->user = strcmp(text, "-") == 0 ? NULL : text;
	if (ask->user == NULL || bx_user_is_valid(text, strlen(text)))
		return true;
	return fcgi_problem_tell(problem,
	    "a user's name has 1 to %d bytes, and no control characters; "
	    "\"-\" is nobody",
	    BX_USER_MAX);
}

static bool
read_operation(const char *text, struct bx_access_ask *ask,
    struct fcgi_problem *problem)
{
	int key;

	for (key = 0; key < BX_ACCESS_KEYS; key++) {
		ask->key = (enum bx_access_key)key;
		if (strcmp(fcgi_channel_access_keys[key].key, text) == 0)
			return true;
	}
	return fcgi_problem_tell(problem,
	    "\"%.100s\" is neither subscribe nor publish nor create", text);
}

static bool
read_channel(const char *text, const struct bx_settings *settings,
    struct bx_channel_name *name, struct fcgi_problem *problem)
{
	if (bx_channel_name_parse(name, text, strlen(text),
		settings->max_channel_length,
		settings->max_channel_depth) == BX_OK)
		return true;
	return fcgi_problem_tell(problem,
	    "\"%.200s\" is no channel, and no pattern", text);
}

/* The block, its key and what that says. */
static void
print_rule(const struct fcgi_channel_blocks *blocks,
    const struct bx_access_rule *rule, enum bx_access_key key, FILE *out)
{
	const struct fcgi_channel_block *block =
	    &blocks->blocks[rule - blocks->access];

	(void)fprintf(out, "%s: channel ", block->access[key]->where);
	fcgi_print_text(block->title, out);
	(void)fprintf(out, ": %s = ", fcgi_channel_access_keys[key].key);
	fcgi_channel_access_print(block->access[key], out);
	(void)fputc('\n', out);
}

/* What is allowed may still take the right to be the first, where nobody is
 * yet. */
static void
print_create(const struct fcgi_channel_blocks *blocks,
    const struct bx_access_ask *asked, FILE *out)
{
	struct bx_access_ask ask = *asked;
	struct bx_access_ruling ruling;

	if (asked->name->kind != BX_CHANNEL_BROADCAST)
		return;
	ask.key = BX_ACCESS_CREATE;
	ruling = bx_access_judge(blocks->access, blocks->count, &ask);
	if (ruling.allowed)
		return;
	(void)fputs("but not as the first one there: ", out);
	print_rule(blocks, ruling.rule, ask.key, out);
}

enum fcgi_explain_answer
fcgi_explain(const struct fcgi_options *options,
    const struct fcgi_explain *question, FILE *out,
    struct fcgi_problem *problem)
{
	const struct fcgi_channel_blocks *blocks = &options->channel_blocks;
	struct bx_channel_name name;
	struct bx_access_ask ask = { .name = &name };
	struct bx_access_ruling ruling;

	if (!read_user(question->user, &ask, problem) ||
	    !read_operation(question->operation, &ask, problem) ||
	    !read_channel(question->channel, &options->settings, &name,
		problem))
		return FCGI_EXPLAIN_SENSELESS;
	if (name.pattern && ask.key == BX_ACCESS_PUBLISH) {
		(void)fcgi_problem_tell(problem,
		    "nothing is published to a pattern");
		return FCGI_EXPLAIN_SENSELESS;
	}
	if (bx_channel_name_is_reserved(&name)) {
		(void)fputs("deny: the channel is the protocol's own\n", out);
		return FCGI_EXPLAIN_DENIED;
	}
	ruling = bx_access_judge(blocks->access, blocks->count, &ask);
	(void)fputs(ruling.allowed ? "allow: " : "deny: ", out);
	if (ruling.rule == NULL)
		(void)fputs("no block decides\n", out);
	else
		print_rule(blocks, ruling.rule, ask.key, out);
	if (ruling.allowed)
		print_create(blocks, &ask, out);
	return ruling.allowed ? FCGI_EXPLAIN_ALLOWED : FCGI_EXPLAIN_DENIED;
}
