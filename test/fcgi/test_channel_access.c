/*
 * test_channel_access.c - words, users' names, and what is neither.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/user.h"
#include "fcgi/channel_access.h"
#include "fcgi/problem.h"
#include "test/support/unit.h"

static struct fcgi_problem problem;

/* Up to two values; NULL: there is none. */
static struct fcgi_channel_access *
make(const char *one, const char *other)
{
	const char *const values[] = { one, other };
	const struct fcgi_channel_setting setting = {
		.key = "publish",
		.values = values,
		.count = one == NULL ? 0
		    : other == NULL  ? 1
				     : 2,
		.where = "f:1",
	};

	problem.text[0] = '\0';
	return fcgi_channel_access_new(unit_env(), &setting, &problem);
}

/* As it is printed; freed by whoever asks. */
static char *
print(const struct fcgi_channel_access *access)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	fcgi_channel_access_print(access, out);
	(void)fclose(out);
	return text;
}

static void
expect(const char *one, const char *other,
    const struct bx_access_list *expected, const char *printed)
{
	struct fcgi_channel_access *access = make(one, other);
	char *text;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(access);
	CU_ASSERT_EQUAL(access->list.everyone, expected->everyone);
	CU_ASSERT_EQUAL(access->list.authenticated, expected->authenticated);
	CU_ASSERT_EQUAL_FATAL(access->list.user_count, expected->user_count);
	for (i = 0; i < expected->user_count; i++)
		CU_ASSERT_STRING_EQUAL(access->list.users[i],
		    expected->users[i]);
	CU_ASSERT_STRING_EQUAL(access->where, "f:1");
	text = print(access);
	CU_ASSERT_STRING_EQUAL(text, printed);
	free(text);
	fcgi_channel_access_free(unit_env(), access);
}

static void
a_word_is_what_it_says(void)
{
	expect("everyone", NULL, &(struct bx_access_list){ .everyone = true },
	    "everyone");
	expect("nobody", NULL, &(struct bx_access_list){ 0 }, "nobody");
	expect("authenticated", NULL,
	    &(struct bx_access_list){ .authenticated = true },
	    "authenticated");
	expect("local", NULL, &(struct bx_access_list){ .everyone = false },
	    "local");
}

static void
anything_else_is_a_user(void)
{
	static const char *const users[] = { "bob", "al ice\"" };
	static const char *const reserved[] = { "everyone", "user:x" };

	expect("bob", "al ice\"",
	    &(struct bx_access_list){ .users = users, .user_count = 2 },
	    "{ \"bob\", \"al ice\\\"\" }");
	expect("user:everyone", "user:user:x",
	    &(struct bx_access_list){ .users = reserved, .user_count = 2 },
	    "{ \"user:everyone\", \"user:user:x\" }");
	expect("bob", "local",
	    &(struct bx_access_list){ .users = users, .user_count = 1 },
	    "{ \"bob\", \"local\" }");
	expect("bob", NULL,
	    &(struct bx_access_list){ .users = users, .user_count = 1 },
	    "{ \"bob\" }");
}

static void
refuse(const char *one, const char *other, const char *why)
{
	CU_ASSERT_PTR_NULL(make(one, other));
	CU_ASSERT_STRING_EQUAL(problem.text, why);
}

static void
what_is_neither_is_told(void)
{
	char name[BX_USER_MAX + 2];

	refuse(NULL, NULL, "publish: the list is empty; write \"nobody\"");
	refuse("bob", "everyone",
	    "publish: \"everyone\" stands alone; a user of that name is "
	    "\"user:everyone\"");
	refuse("nobody", "local",
	    "publish: \"nobody\" stands alone; a user of that name is "
	    "\"user:nobody\"");
	refuse("authentcated", NULL,
	    "publish: did you mean \"authenticated\" by \"authentcated\"?  A "
	    "user of that name is \"user:authentcated\"");
	refuse("", NULL,
	    "publish: no user is called \"\": a name has 1 to 255 bytes, and "
	    "no control characters");
	refuse("user:", NULL,
	    "publish: no user is called \"user:\": a name has 1 to 255 bytes, "
	    "and no control characters");
	refuse("a\n", NULL,
	    "publish: no user is called \"a\\x0a\": a name has 1 to 255 "
	    "bytes, and no control characters");
	memset(name, 'a', sizeof(name));
	name[BX_USER_MAX + 1] = '\0';
	CU_ASSERT_PTR_NULL(make(name, NULL));
}

static bool
make_one(void *ctx)
{
	struct fcgi_channel_access *access = make("bob", "local");

	(void)ctx;
	CU_ASSERT_EQUAL(access == NULL,
	    strcmp(problem.text, "publish: out of memory") == 0);
	fcgi_channel_access_free(unit_env(), access);
	return access != NULL;
}

static void
without_memory_it_is_told(void)
{
	CU_ASSERT_EQUAL(unit_fail_each(make_one, NULL), 6);
	fcgi_channel_access_free(unit_env(), NULL);
}

static const struct unit_test tests[] = {
	{ "a word is what it says", a_word_is_what_it_says },
	{ "anything else is a user", anything_else_is_a_user },
	{ "what is neither is told", what_is_neither_is_told },
	{ "without memory it is told", without_memory_it_is_told },
};

UNIT_MAIN("channel_access", tests)
