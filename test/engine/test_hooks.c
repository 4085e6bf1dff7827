/*
 * test_hooks.c - callbacks in order, also when they change their own list.
 */
#include <string.h>

#include "engine/hooks.h"
#include "test/support/unit.h"

static const uint64_t seed[2] = { 3, 4 };

/* A callback notes its letter, and may remove one and add itself again. */
struct caller {
	struct bx_hooks *hooks;
	char letter;
	enum bx_verdict verdict;
	uint64_t handle;
	uint64_t remove; /* 0: none */
	bool add;
};

static char called[16];

static enum bx_verdict
note(struct bx_question *question, void *ctx)
{
	struct caller *caller = ctx;
	uint64_t handle;

	(void)question;
	(void)strncat(called, &caller->letter, 1);
	if (caller->remove != 0)
		bx_hooks_remove_policy(caller->hooks, caller->remove);
	if (caller->add)
		CU_ASSERT_EQUAL(bx_hooks_add_policy(caller->hooks, note,
				    caller, &handle),
		    BX_OK);
	caller->add = false;
	return caller->verdict;
}

static void
add(struct bx_hooks *hooks, struct caller *caller, char letter,
    enum bx_verdict verdict)
{
	memset(caller, 0, sizeof(*caller));
	caller->hooks = hooks;
	caller->letter = letter;
	caller->verdict = verdict;
	CU_ASSERT_EQUAL(bx_hooks_add_policy(hooks, note, caller,
			    &caller->handle),
	    BX_OK);
}

static enum bx_verdict
ask(struct bx_hooks *hooks, uint64_t after)
{
	struct bx_question question = { .operation = BX_OPERATION_PUBLISH };

	called[0] = '\0';
	return bx_hooks_ask(hooks, &question, &after);
}

static struct bx_hooks *
new_hooks(void)
{
	struct bx_hooks *hooks = bx_hooks_new(unit_env(), seed);

	CU_ASSERT_PTR_NOT_NULL_FATAL(hooks);
	return hooks;
}

static void
the_first_that_does_not_abstain_decides(void)
{
	struct bx_hooks *hooks = new_hooks();
	struct caller a;
	struct caller b;
	struct caller c;

	CU_ASSERT_FALSE(bx_hooks_has_policy(hooks));
	CU_ASSERT_EQUAL(ask(hooks, 0), BX_VERDICT_ABSTAIN);
	add(hooks, &a, 'a', BX_VERDICT_ABSTAIN);
	CU_ASSERT_TRUE(bx_hooks_has_policy(hooks));
	add(hooks, &b, 'b', BX_VERDICT_DENY);
	add(hooks, &c, 'c', BX_VERDICT_ALLOW);
	CU_ASSERT_EQUAL(ask(hooks, 0), BX_VERDICT_DENY);
	CU_ASSERT_STRING_EQUAL(called, "ab");
	CU_ASSERT_EQUAL(ask(hooks, b.handle), BX_VERDICT_ALLOW);
	CU_ASSERT_STRING_EQUAL(called, "c");
	bx_hooks_remove_policy(hooks, b.handle);
	bx_hooks_remove_policy(hooks, b.handle);
	CU_ASSERT_EQUAL(ask(hooks, 0), BX_VERDICT_ALLOW);
	bx_hooks_remove_policy(hooks, a.handle);
	CU_ASSERT_TRUE(bx_hooks_has_policy(hooks));
	bx_hooks_remove_policy(hooks, c.handle);
	CU_ASSERT_FALSE(bx_hooks_has_policy(hooks));
	bx_hooks_free(hooks);
	bx_hooks_free(NULL);
}

static void
a_callback_may_remove_itself_and_others_and_add_itself_again(void)
{
	struct bx_hooks *hooks = new_hooks();
	struct caller a;
	struct caller b;
	struct caller c;

	add(hooks, &a, 'a', BX_VERDICT_ABSTAIN);
	add(hooks, &b, 'b', BX_VERDICT_ABSTAIN);
	add(hooks, &c, 'c', BX_VERDICT_ABSTAIN);
	a.remove = a.handle;
	a.add = true;
	CU_ASSERT_EQUAL(ask(hooks, 0), BX_VERDICT_ABSTAIN);
	CU_ASSERT_STRING_EQUAL(called, "abca");
	b.remove = c.handle;
	CU_ASSERT_EQUAL(ask(hooks, 0), BX_VERDICT_ABSTAIN);
	CU_ASSERT_STRING_EQUAL(called, "ba");
	bx_hooks_free(hooks);
}

static void
serve(const struct bx_incoming *message, void *ctx)
{
	struct bx_hooks **hooks = ctx;

	(void)message;
	(void)strcat(called, "s");
	if (*hooks != NULL)
		bx_hooks_remove_service(*hooks, "math/add", hooks);
}

/* Its owner is ctx as well. */
static enum bx_status
add_service(struct bx_hooks *hooks, const char *name, struct bx_hooks **ctx)
{
	const struct bx_service service = { name, serve, ctx, ctx };

	return bx_hooks_add_service(hooks, &service);
}

static bool
call(struct bx_hooks *hooks, const char *channel)
{
	struct bx_incoming message = { .channel = { channel,
					   strlen(channel) } };

	called[0] = '\0';
	return bx_hooks_call_service(hooks, &message);
}

static void
a_service_is_found_by_its_whole_name_and_may_end_itself(void)
{
	struct bx_hooks *hooks = new_hooks();
	struct bx_hooks *none = NULL;

	CU_ASSERT_EQUAL(add_service(hooks, "math", &none), BX_OK);
	CU_ASSERT_EQUAL(add_service(hooks, "math", &none), BX_EEXIST);
	CU_ASSERT_EQUAL(add_service(hooks, "math/add", &hooks), BX_OK);
	CU_ASSERT_TRUE(call(hooks, "/service/math"));
	CU_ASSERT_STRING_EQUAL(called, "s");
	CU_ASSERT_FALSE(call(hooks, "/service/mat"));
	CU_ASSERT_FALSE(call(hooks, "/service/math/sub"));
	CU_ASSERT_FALSE(call(hooks, "/service"));
	CU_ASSERT_TRUE(call(hooks, "/service/math/add"));
	CU_ASSERT_FALSE(call(hooks, "/service/math/add"));
	bx_hooks_remove_service(hooks, "never", &none);
	bx_hooks_free(hooks);
}

static void
serve_others(const struct bx_incoming *message, void *ctx)
{
	(void)message;
	(void)ctx;
	(void)strcat(called, "*");
}

static void
one_service_is_for_all_that_have_no_name_of_their_own(void)
{
	static const struct bx_service others = { "**", serve_others, NULL,
		NULL };
	struct bx_hooks *hooks = new_hooks();
	struct bx_hooks *none = NULL;

	CU_ASSERT_FALSE(call(hooks, "/service/math"));
	CU_ASSERT_EQUAL(bx_hooks_add_service(hooks, &others), BX_OK);
	CU_ASSERT_EQUAL(bx_hooks_add_service(hooks, &others), BX_EEXIST);
	CU_ASSERT_EQUAL(add_service(hooks, "math", &none), BX_OK);
	CU_ASSERT_TRUE(call(hooks, "/service/math"));
	CU_ASSERT_STRING_EQUAL(called, "s");
	CU_ASSERT_TRUE(call(hooks, "/service/math/add"));
	CU_ASSERT_STRING_EQUAL(called, "*");
	CU_ASSERT_TRUE(call(hooks, "/service/x"));
	CU_ASSERT_STRING_EQUAL(called, "*");
	/* No service at all. */
	CU_ASSERT_FALSE(call(hooks, "/service/"));
	bx_hooks_remove_service(hooks, "**", NULL);
	CU_ASSERT_FALSE(call(hooks, "/service/x"));
	bx_hooks_free(hooks);
}

static bool
try_all(void *ctx)
{
	struct bx_hooks *none = NULL;
	struct bx_hooks *hooks = bx_hooks_new(unit_env(), seed);
	struct caller a;
	bool ok = false;

	(void)ctx;
	memset(&a, 0, sizeof(a));
	if (hooks == NULL)
		return false;
	if (bx_hooks_add_policy(hooks, note, &a, &a.handle) == BX_OK &&
	    add_service(hooks, "s", &none) == BX_OK)
		ok = true;
	bx_hooks_free(hooks);
	return ok;
}

static void
what_finds_no_memory_is_not_added(void)
{
	CU_ASSERT(unit_fail_each(try_all, NULL) >= 3);
}

static void
services_go_with_their_owner(void)
{
	struct bx_hooks *hooks = new_hooks();
	struct bx_hooks *one = NULL, *other = NULL;

	CU_ASSERT_EQUAL(add_service(hooks, "a", &one), BX_OK);
	CU_ASSERT_EQUAL(add_service(hooks, "b", &other), BX_OK);
	CU_ASSERT_EQUAL(add_service(hooks, "c", &one), BX_OK);
	bx_hooks_remove_service(hooks, "b", &one);
	bx_hooks_remove_services_of(hooks, &one);
	CU_ASSERT_FALSE(call(hooks, "/service/a"));
	CU_ASSERT_TRUE(call(hooks, "/service/b"));
	CU_ASSERT_FALSE(call(hooks, "/service/c"));
	bx_hooks_remove_services_of(hooks, &one);
	CU_ASSERT_EQUAL(add_service(hooks, "a", &other), BX_OK);
	bx_hooks_free(hooks);
}

static const struct unit_test tests[] = {
	{ "services go with their owner", services_go_with_their_owner },
	{ "the first that does not abstain decides",
	    the_first_that_does_not_abstain_decides },
	{ "a callback may remove itself and others, and add itself again",
	    a_callback_may_remove_itself_and_others_and_add_itself_again },
	{ "a service is found by its whole name, and may end itself",
	    a_service_is_found_by_its_whole_name_and_may_end_itself },
	{ "one service is for all that have no name of their own",
	    one_service_is_for_all_that_have_no_name_of_their_own },
	{ "what finds no memory is not added",
	    what_finds_no_memory_is_not_added },
};

UNIT_MAIN("hooks", tests)
