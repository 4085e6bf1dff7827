/*
 * channel_access.c - words and users' names, into a list of the engine's.
 */
#include "channel_access.h"

#include <string.h>

#include "copy_text.h"
#include "engine/user.h"
#include "guess.h"
#include "log.h"
#include "print_text.h"
#include "problem.h"

const struct fcgi_channel_access_key fcgi_channel_access_keys[] = {
	[BX_ACCESS_SUBSCRIBE] = { "subscribe", "Who may subscribe." },
	[BX_ACCESS_PUBLISH] = { "publish", "Who may publish." },
	[BX_ACCESS_CREATE] = { "create",
	    "Who may be the first to subscribe or publish." },
};

enum word {
	WORD_NONE,
	WORD_EVERYONE,
	WORD_NOBODY,
	WORD_AUTHENTICATED,
	WORD_LOCAL,
	WORDS
};

static const char *const words[WORDS] = {
	[WORD_EVERYONE] = "everyone",
	[WORD_NOBODY] = "nobody",
	[WORD_AUTHENTICATED] = "authenticated",
	[WORD_LOCAL] = "local",
};

/* What a user's name may stand behind, and has to if it is a word. */
static const char prefix[] = "user:";

static enum word
word_of(const char *text)
{
	enum word word;

	for (word = WORD_EVERYONE; word < WORDS; word++)
		if (strcmp(text, words[word]) == 0)
			return word;
	return WORD_NONE;
}

/* What is almost a word would be a user whom nobody knows. */
static bool
check_spelling(const char *key, const char *text, struct fcgi_problem *problem)
{
	struct fcgi_guess guess = fcgi_guess_begin(text);
	char quoted[128];
	enum word word;

	for (word = WORD_EVERYONE; word < WORDS; word++)
		fcgi_guess_try(&guess, words[word]);
	if (guess.best == NULL)
		return true;
	(void)fcgi_log_quote(quoted, sizeof(quoted), text, strlen(text));
	return fcgi_problem_tell(problem,
	    "%s: did you mean \"%s\" by %s?  A user of that name is "
	    "\"user:%s\"",
	    key, guess.best, quoted, text);
}

static bool
add_name(struct fcgi_channel_access *access, const char *key, const char *text,
    struct fcgi_problem *problem)
{
	const char *name = text;
	char quoted[128];

	if (strncmp(text, prefix, strlen(prefix)) == 0)
		name += strlen(prefix);
	if (!bx_user_is_valid(name, strlen(name))) {
		(void)fcgi_log_quote(quoted, sizeof(quoted), text,
		    strlen(text));
		return fcgi_problem_tell(problem,
		    "%s: no user is called %s: a name has 1 to %d bytes, and "
		    "no control characters",
		    key, quoted, BX_USER_MAX);
	}
	if (name == text && !check_spelling(key, text, problem))
		return false;
	access->names[access->list.user_count++] = name;
	return true;
}

/* Add the newest of the texts to the list. */
static bool
add(struct fcgi_channel_access *access,
    const struct fcgi_channel_setting *setting, struct fcgi_problem *problem)
{
	const char *text = access->texts[access->count - 1];
	enum word word = word_of(text);

	switch (word) {
	case WORD_EVERYONE:
	case WORD_NOBODY:
		if (setting->count > 1)
			return fcgi_problem_tell(problem,
			    "%s: \"%s\" stands alone; a user of that name is "
			    "\"user:%s\"",
			    setting->key, text, text);
		access->list.everyone = word == WORD_EVERYONE;
		return true;
	case WORD_AUTHENTICATED:
		access->list.authenticated = true;
		return true;
	case WORD_LOCAL:
		/* Who is inside the process is not asked: nobody is added. */
		return true;
	case WORD_NONE:
	case WORDS:
		break;
	}
	return add_name(access, setting->key, text, problem);
}

/* An empty one, with room for all values. */
static struct fcgi_channel_access *
make_room(const struct bx_env *env, const struct fcgi_channel_setting *setting)
{
	struct fcgi_channel_access *access = bx_alloc(env, sizeof(*access));

	if (access == NULL)
		return NULL;
	memset(access, 0, sizeof(*access));
	access->names = bx_alloc(env, setting->count * sizeof(*access->names));
	access->texts = bx_alloc(env, setting->count * sizeof(*access->texts));
	access->where = fcgi_copy_text(env, setting->where);
	if (access->names != NULL && access->texts != NULL &&
	    access->where != NULL)
		return access;
	fcgi_channel_access_free(env, access);
	return NULL;
}

struct fcgi_channel_access *
fcgi_channel_access_new(const struct bx_env *env,
    const struct fcgi_channel_setting *setting, struct fcgi_problem *problem)
{
	struct fcgi_channel_access *access;
	size_t i;

	if (setting->count == 0) {
		(void)fcgi_problem_tell(problem,
		    "%s: the list is empty; write \"%s\"", setting->key,
		    words[WORD_NOBODY]);
		return NULL;
	}
	access = make_room(env, setting);
	if (access == NULL)
		goto no_memory;
	access->list.users = access->names;
	for (i = 0; i < setting->count; i++) {
		access->texts[i] = fcgi_copy_text(env, setting->values[i]);
		if (access->texts[i] == NULL)
			goto no_memory;
		access->count++;
		if (!add(access, setting, problem))
			goto free_access;
	}
	return access;

no_memory:
	(void)fcgi_problem_tell(problem, "%s: out of memory", setting->key);
free_access:
	fcgi_channel_access_free(env, access);
	return NULL;
}

void
fcgi_channel_access_free(const struct bx_env *env,
    struct fcgi_channel_access *access)
{
	size_t i;

	if (access == NULL)
		return;
	/* They may be the very thing that there was no memory for. */
	for (i = 0; access->texts != NULL && i < access->count; i++)
		bx_free(env, access->texts[i]);
	bx_free(env, access->texts);
	bx_free(env, access->names);
	bx_free(env, access->where);
	bx_free(env, access);
}

void
fcgi_channel_access_print(const struct fcgi_channel_access *access, FILE *out)
{
	if (access->count == 1 && word_of(access->texts[0]) != WORD_NONE)
		(void)fputs(access->texts[0], out);
	else
		fcgi_print_texts(access->texts, access->count, out);
}
