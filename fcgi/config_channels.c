/*
 * config_channels.c - blocks for channels: one text for some keys, a list for
 * those that say who may do what.
 */
#include "config_channels.h"

#include "engine/env.h"
#include "problem.h"

void
fcgi_config_channels_keys(cfg_opt_t keys[FCGI_CONFIG_CHANNELS_KEYS + 1],
    cfg_validate_callback_t on_key)
{
	const cfg_opt_t end = CFG_END();
	size_t n = 0;
	int i;

	for (i = 0; i < BX_RULE_KEYS; i++) {
		const cfg_opt_t text =
		    CFG_STR(fcgi_channel_keys[i].key, NULL, CFGF_NODEFAULT);

		keys[n] = text;
		keys[n++].validcb = on_key;
	}
	for (i = 0; i < BX_ACCESS_KEYS; i++) {
		const cfg_opt_t list =
		    CFG_STR_LIST(fcgi_channel_access_keys[i].key, NULL,
			CFGF_NODEFAULT);

		keys[n] = list;
		keys[n++].validcb = on_key;
	}
	keys[n] = end;
}

bool
fcgi_config_channels_set(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env, cfg_opt_t *key, const char *where,
    struct fcgi_problem *problem)
{
	struct fcgi_channel_setting setting = {
		.key = cfg_opt_name(key),
		.count = cfg_opt_size(key),
		.where = where,
	};
	const char **values = bx_alloc(env, setting.count * sizeof(*values));
	size_t i;
	bool ok;

	if (values == NULL)
		return fcgi_problem_tell(problem, "%s: out of memory",
		    setting.key);
	for (i = 0; i < setting.count; i++)
		values[i] = cfg_opt_getnstr(key, (unsigned)i);
	setting.values = values;
	ok = fcgi_channel_blocks_set(blocks, env, &setting, problem);
	bx_free(env, values);
	return ok;
}

/* A list that is empty has had no call of set, and would be as if it were not
 * there: for everyone. */
bool
fcgi_config_channels_end(struct fcgi_channel_blocks *blocks,
    const struct bx_env *env, cfg_t *block, struct fcgi_problem *problem)
{
	struct fcgi_channel_setting setting = { .where = "" };
	int i;

	for (i = 0; i < BX_ACCESS_KEYS; i++) {
		setting.key = fcgi_channel_access_keys[i].key;
		if ((cfg_getopt(block, setting.key)->flags & CFGF_MODIFIED) !=
			0 &&
		    cfg_size(block, setting.key) == 0)
			return fcgi_channel_blocks_set(blocks, env, &setting,
			    problem);
	}
	return true;
}
