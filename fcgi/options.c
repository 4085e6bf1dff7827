/*
 * options.c - values checked against the table, and kept.
 */
#include "options.h"

#include <string.h>

#include "copy_text.h"
#include "log.h"
#include "option_number.h"
#include "option_table.h"

/* Far above any use, and low enough that a list may be built by copying. */
#define LIST_MAX 1024

static void
free_strings(const struct bx_env *env, char **items, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		bx_free(env, items[i]);
	bx_free(env, items);
}

static void
put_number(struct fcgi_options *options, const struct fcgi_option_row *row,
    int64_t value)
{
	char *member = (char *)options + row->offset;

	switch (row->kind) {
	case FCGI_OPTION_DURATION:
		*(bx_msec *)(void *)member = value;
		break;
	case FCGI_OPTION_SIZE:
	case FCGI_OPTION_COUNT:
		*(size_t *)(void *)member = (size_t)value;
		break;
	case FCGI_OPTION_NUMBER:
	case FCGI_OPTION_MODE:
		*(unsigned *)(void *)member = (unsigned)value;
		break;
	case FCGI_OPTION_INTEGER:
		*(long *)(void *)member = (long)value;
		break;
	case FCGI_OPTION_BOOL:
		*(bool *)(void *)member = value != 0;
		break;
	case FCGI_OPTION_SWITCH:
		*(enum fcgi_switch *)(void *)member = (enum fcgi_switch)value;
		break;
	case FCGI_OPTION_BINDING:
		*(enum bx_binding *)(void *)member = (enum bx_binding)value;
		break;
	case FCGI_OPTION_LEVEL:
		*(enum bx_log_level *)(void *)member =
		    (enum bx_log_level)value;
		break;
	case FCGI_OPTION_TEXT:
	case FCGI_OPTION_LIST:
		break;
	}
}

static bool
set_number(struct fcgi_options *options, const struct fcgi_option_row *row,
    const char *text, struct fcgi_problem *problem)
{
	int64_t value;

	if (!fcgi_option_number_read(row, text, &value, problem))
		return false;
	put_number(options, row, value);
	return true;
}

static bool
check_text(const struct fcgi_option_row *row, const char *text,
    struct fcgi_problem *problem)
{
	char quoted[256];
	const char *wrong = row->check(text);

	if (wrong == NULL)
		return true;
	(void)fcgi_log_quote(quoted, sizeof(quoted), text, strlen(text));
	return fcgi_problem_tell(problem, "%s: %s %s", row->key, quoted,
	    wrong);
}

static bool
set_text(struct fcgi_options *options, const struct fcgi_option_row *row,
    const char *text, struct fcgi_problem *problem)
{
	char **member = (char **)(void *)((char *)options + row->offset);
	char *copy;

	if (!check_text(row, text, problem))
		return false;
	copy = fcgi_copy_text(options->env, text);
	if (copy == NULL)
		return fcgi_problem_tell(problem, "%s: out of memory",
		    row->key);
	bx_free(options->env, *member);
	*member = copy;
	return true;
}

/* Copies of the values, behind room for kept others.  Owned, or NULL. */
static char **
copy_values(const struct bx_env *env, const struct fcgi_assignment *from,
    size_t kept)
{
	char **items = bx_alloc(env, (kept + from->count) * sizeof(*items));
	size_t i;

	if (items == NULL)
		return NULL;
	for (i = 0; i < from->count; i++) {
		items[kept + i] = fcgi_copy_text(env, from->values[i]);
		if (items[kept + i] == NULL)
			goto free_items;
	}
	return items;

free_items:
	while (i-- > 0)
		bx_free(env, items[kept + i]);
	bx_free(env, items);
	return NULL;
}

static bool
set_list(struct fcgi_options *options, const struct fcgi_option_row *row,
    const struct fcgi_assignment *from, struct fcgi_problem *problem)
{
	struct fcgi_strings *list =
	    (struct fcgi_strings *)(void *)((char *)options + row->offset);
	size_t kept = from->append ? list->count : 0;
	char **items = NULL;
	size_t i;

	if (from->count > LIST_MAX || kept > LIST_MAX - from->count)
		return fcgi_problem_tell(problem, "%s: more than %d elements",
		    row->key, LIST_MAX);
	for (i = 0; i < from->count; i++)
		if (!check_text(row, from->values[i], problem))
			return false;
	if (kept + from->count > 0) {
		items = copy_values(options->env, from, kept);
		if (items == NULL)
			return fcgi_problem_tell(problem, "%s: out of memory",
			    row->key);
	}
	if (kept > 0)
		memcpy(items, list->items, kept * sizeof(*items));
	/* What was kept has moved; of the rest only the array is left. */
	free_strings(options->env, list->items, kept > 0 ? 0 : list->count);
	list->items = items;
	list->count = kept + from->count;
	return true;
}

static bool
set_row(struct fcgi_options *options, const struct fcgi_option_row *row,
    const struct fcgi_assignment *from, struct fcgi_problem *problem)
{
	if (from->count != 1 && !fcgi_option_is_list(row))
		return fcgi_problem_tell(problem, "%s: takes one value",
		    row->key);
	switch (row->kind) {
	case FCGI_OPTION_TEXT:
		return set_text(options, row, from->values[0], problem);
	case FCGI_OPTION_LIST:
		return set_list(options, row, from, problem);
	case FCGI_OPTION_DURATION:
	case FCGI_OPTION_SIZE:
	case FCGI_OPTION_COUNT:
	case FCGI_OPTION_NUMBER:
	case FCGI_OPTION_INTEGER:
	case FCGI_OPTION_MODE:
	case FCGI_OPTION_BOOL:
	case FCGI_OPTION_SWITCH:
	case FCGI_OPTION_BINDING:
	case FCGI_OPTION_LEVEL:
		break;
	}
	return set_number(options, row, from->values[0], problem);
}

static bool
refuse_key(const char *key, struct fcgi_problem *problem)
{
	const char *suggestion = fcgi_option_table_suggest(key);
	char quoted[128];

	(void)fcgi_log_quote(quoted, sizeof(quoted), key, strlen(key));
	if (suggestion == NULL)
		return fcgi_problem_tell(problem, "no such option %s", quoted);
	return fcgi_problem_tell(problem,
	    "no such option %s; did you mean \"%s\"?", quoted, suggestion);
}

bool
fcgi_options_set(struct fcgi_options *options,
    const struct fcgi_assignment *assignment, struct fcgi_problem *problem)
{
	const struct fcgi_option_row *row;
	char **source;
	char *where;

	row = fcgi_option_table_find(assignment->key);
	if (row == NULL)
		return refuse_key(assignment->key, problem);
	where = fcgi_copy_text(options->env, assignment->where);
	if (where == NULL)
		return fcgi_problem_tell(problem, "%s: out of memory",
		    row->key);
	if (!set_row(options, row, assignment, problem)) {
		bx_free(options->env, where);
		return false;
	}
	source = &options->sources[row - fcgi_option_table];
	bx_free(options->env, *source);
	*source = where;
	return true;
}

bool
fcgi_options_add_channel(struct fcgi_options *options, const char *title,
    const char *where, struct fcgi_problem *problem)
{
	struct fcgi_channel_blocks *blocks = &options->channel_blocks;
	bool ok = fcgi_channel_blocks_add(blocks, options->env, title, where,
	    problem);

	/* Even a failure may have moved them. */
	options->settings.channel_rules = blocks->rules;
	options->settings.channel_rule_count = blocks->count;
	options->settings.access_rules = blocks->access;
	options->settings.access_rule_count = blocks->count;
	return ok;
}

bool
fcgi_options_agree(const struct fcgi_options *options,
    struct fcgi_problem *problem)
{
	if (options->browser_cookie_secure == FCGI_SWITCH_NO &&
	    strcmp(options->browser_cookie_same_site, "None") == 0)
		return fcgi_problem_tell(problem,
		    "browser_cookie_secure: no browser takes a cookie with "
		    "browser_cookie_same_site = None that is not secure");
	return true;
}

/* The defaults are read as a file would be; that they can be is tested, so
 * only memory may be missing. */
static bool
set_initial(struct fcgi_options *options, const struct fcgi_option_row *row)
{
	struct fcgi_assignment assignment = {
		.key = row->key,
		.values = &row->initial,
		.count = 1,
	};
	struct fcgi_problem problem = { .text = "" };

	if (fcgi_option_is_list(row))
		assignment.count = 0;
	return set_row(options, row, &assignment, &problem);
}

bool
fcgi_options_init(struct fcgi_options *options, const struct bx_env *env)
{
	static const struct bx_settings settings = BX_SETTINGS_DEFAULT;
	size_t size = fcgi_option_table_size * sizeof(*options->sources);
	size_t i;

	memset(options, 0, sizeof(*options));
	options->settings = settings; /* for what has no row */
	options->env = env;
	options->sources = bx_alloc(env, size);
	if (options->sources == NULL)
		return false;
	for (i = 0; i < fcgi_option_table_size; i++)
		options->sources[i] = NULL;
	for (i = 0; i < fcgi_option_table_size; i++) {
		if (!set_initial(options, &fcgi_option_table[i])) {
			fcgi_options_fini(options);
			return false;
		}
	}
	return true;
}

void
fcgi_options_fini(struct fcgi_options *options)
{
	const struct bx_env *env = options->env;

	if (env == NULL)
		return;
	if (options->sources != NULL)
		free_strings(env, options->sources, fcgi_option_table_size);
	free_strings(env, options->listen.items, options->listen.count);
	free_strings(env, options->trusted_proxies.items,
	    options->trusted_proxies.count);
	free_strings(env, options->allowed_origins.items,
	    options->allowed_origins.count);
	fcgi_channel_blocks_fini(&options->channel_blocks, env);
	fcgi_plugin_sections_fini(&options->plugins, env);
	bx_free(env, options->mount);
	bx_free(env, options->browser_cookie);
	bx_free(env, options->browser_cookie_path);
	bx_free(env, options->browser_cookie_same_site);
	bx_free(env, options->activity);
	bx_free(env, options->log_target);
	memset(options, 0, sizeof(*options));
}
