/*
 * test_plugins.c - which plugins are called, in which order, and which not.
 */
#include <stdio.h>
#include <string.h>

#include "engine/plugins.h"
#include "test/support/unit.h"

/* What has been called since it was last looked at: "a.incoming b.stop ". */
static char calls[512];

static struct bx_plugins plugins;

/* What a plugin does in one of its calls. */
struct part {
	const char *name;
	const char *when; /* the name of the call, or NULL */
	void (*act)(struct part *part);
	struct bx_plugin_node *node;
	enum bx_pass pass;
	bool refuses; /* to start */
};

static void
note(struct part *part, const char *call)
{
	size_t used = strlen(calls);

	(void)snprintf(calls + used, sizeof(calls) - used, "%s.%s ",
	    part->name, call);
	if (part->when != NULL && strcmp(part->when, call) == 0)
		part->act(part);
}

/* The option's ctx is the one thing that leads from a host to its part. */
static bool
on_start(struct bx_host *host, void **ctx)
{
	struct part *part = bx_plugin_node_of(host)->option_ctx;

	note(part, "start");
	*ctx = part;
	return !part->refuses;
}

static void
on_stop(void *ctx)
{
	note(ctx, "stop");
}

static enum bx_pass
on_incoming(void *ctx, const struct bx_incoming *message)
{
	struct part *part = ctx;

	(void)message;
	note(part, "incoming");
	return part->pass;
}

static void
on_session_new(void *ctx, const struct bx_incoming *message)
{
	(void)message;
	note(ctx, "new");
}

static void
on_session_gone(void *ctx, struct bx_session *session,
    enum bx_gone_reason reason)
{
	(void)session;
	(void)reason;
	note(ctx, "gone");
}

static void
on_publishing(void *ctx, struct bx_event *event)
{
	(void)event;
	note(ctx, "publishing");
}

static void
on_replying(void *ctx, const struct bx_replying *reply)
{
	(void)reply;
	note(ctx, "replying");
}

static void
on_heading(void *ctx, struct bx_heading *heading)
{
	(void)heading;
	note(ctx, "heading");
}

static enum bx_verdict
on_policy(void *ctx, struct bx_question *question)
{
	(void)question;
	note(ctx, "policy");
	return BX_VERDICT_DENY;
}

static void
on_happened(void *ctx, const struct bx_happening *what)
{
	(void)what;
	note(ctx, "happened");
}

static void
on_shutting_down(void *ctx)
{
	note(ctx, "shutting");
}

static struct bx_plugin
plugin_named(const char *name)
{
	return (struct bx_plugin){
		.major = BX_PLUGIN_MAJOR,
		.minor = BX_PLUGIN_MINOR,
		.size = sizeof(struct bx_plugin),
		.name = name,
		.start = on_start,
		.stop = on_stop,
		.incoming = on_incoming,
		.session_new = on_session_new,
		.session_gone = on_session_gone,
		.publishing = on_publishing,
		.replying = on_replying,
		.policy = on_policy,
		.happened = on_happened,
		.shutting_down = on_shutting_down,
	};
}

static void
open_house(void)
{
	bx_plugins_init(&plugins, unit_env(), NULL);
	calls[0] = '\0';
}

static bool
add(struct part *part, const struct bx_plugin *plugin)
{
	CU_ASSERT_EQUAL_FATAL(bx_plugins_add(&plugins, plugin, &part->node),
	    BX_OK);
	part->node->option_ctx = part;
	return bx_plugins_start(&plugins, part->node);
}

static bool
add_part(struct part *part)
{
	struct bx_plugin plugin = plugin_named(part->name);

	return add(part, &plugin);
}

static void
check(const char *expected)
{
	CU_ASSERT_STRING_EQUAL(calls, expected);
	calls[0] = '\0';
}

static enum bx_pass
call_incoming(void)
{
	return bx_plugins_incoming(&plugins, NULL);
}

static void
call_all(void)
{
	(void)call_incoming();
	bx_plugins_session_new(&plugins, NULL);
	bx_plugins_publishing(&plugins, NULL);
	bx_plugins_replying(&plugins, NULL);
	bx_plugins_session_gone(&plugins, NULL, BX_GONE_KICKED);
}

static void
tell_all(void)
{
	bx_plugins_happened(&plugins, NULL);
	bx_plugins_shutting_down(&plugins);
}

static void
what_has_happened_and_the_end_are_told_in_order(void)
{
	struct part a = { .name = "a" }, b = { .name = "b" };
	struct bx_plugin old = plugin_named("old");
	struct part c = { .name = "old" };

	open_house();
	CU_ASSERT_TRUE(add_part(&a));
	/* Of a time when there was no such thing. */
	old.minor = 0;
	old.size = offsetof(struct bx_plugin, policy);
	CU_ASSERT_TRUE(add(&c, &old));
	CU_ASSERT_TRUE(add_part(&b));
	calls[0] = '\0';
	tell_all();
	check("a.happened b.happened a.shutting b.shutting ");
	CU_ASSERT_PTR_NULL(c.node->plugin.policy);
	bx_plugins_stop(&plugins, b.node);
	calls[0] = '\0';
	tell_all();
	check("a.happened a.shutting ");
	bx_plugins_fini(&plugins);
}

static void
act_tell_and_ask(struct part *part)
{
	struct bx_question question = { .operation = BX_OPERATION_PUBLISH };

	tell_all();
	CU_ASSERT_EQUAL(bx_plugin_policy(&question, part->node),
	    BX_VERDICT_ABSTAIN);
}

static void
act_stop_and_ask(struct part *part)
{
	struct bx_question question = { .operation = BX_OPERATION_PUBLISH };

	bx_plugins_stop(&plugins, part->node);
	CU_ASSERT_EQUAL(bx_plugin_policy(&question, part->node),
	    BX_VERDICT_ABSTAIN);
}

static void
a_policy_has_a_say_from_start_to_stop(void)
{
	struct part a = { .name = "a",
		.when = "start",
		.act = act_tell_and_ask };
	struct bx_question question = { .operation = BX_OPERATION_PUBLISH };

	open_house();
	CU_ASSERT_TRUE(add_part(&a));
	check("a.start ");
	CU_ASSERT_EQUAL(bx_plugin_policy(&question, a.node), BX_VERDICT_DENY);
	check("a.policy ");
	a.when = "happened";
	a.act = act_stop_and_ask;
	bx_plugins_happened(&plugins, NULL);
	check("a.happened a.stop ");
	CU_ASSERT_EQUAL(unit_live(), 0);
	bx_plugins_fini(&plugins);
}

static void
rule_108_in_order_in_and_in_reverse_order_out(void)
{
	struct part a = { .name = "a" }, b = { .name = "b" };

	open_house();
	CU_ASSERT_TRUE(add_part(&a));
	CU_ASSERT_TRUE(add_part(&b));
	check("a.start b.start ");
	call_all();
	check("a.incoming b.incoming a.new b.new b.publishing a.publishing "
	      "b.replying a.replying a.gone b.gone ");
	bx_plugins_fini(&plugins);
	check("b.stop a.stop ");
}

static void
what_one_deletes_the_next_does_not_see(void)
{
	struct part a = { .name = "a", .pass = BX_PASS_DELETE };
	struct part b = { .name = "b", .pass = BX_PASS_DELETE };

	open_house();
	CU_ASSERT_EQUAL(call_incoming(), BX_PASS_ON);
	(void)add_part(&a);
	(void)add_part(&b);
	check("a.start b.start ");
	CU_ASSERT_EQUAL(call_incoming(), BX_PASS_DELETE);
	check("a.incoming ");
	a.pass = BX_PASS_ON;
	CU_ASSERT_EQUAL(call_incoming(), BX_PASS_DELETE);
	check("a.incoming b.incoming ");
	bx_plugins_fini(&plugins);
}

static void
every_function_is_optional(void)
{
	const struct bx_plugin nothing = {
		.major = BX_PLUGIN_MAJOR,
		.minor = BX_PLUGIN_MINOR,
		.size = sizeof(nothing),
		.name = "nothing",
	};
	struct part a = { .name = "nothing" };

	open_house();
	CU_ASSERT_TRUE(add(&a, &nothing));
	call_all();
	bx_plugins_fini(&plugins);
	check("");
}

/* A plugin made when plugin.h ended before publishing. */
static void
an_older_plugin_is_called_as_far_as_its_struct_goes(void)
{
	struct bx_plugin old = plugin_named("old");
	struct part a = { .name = "old" };

	open_house();
	old.size = offsetof(struct bx_plugin, publishing);
	CU_ASSERT_TRUE(add(&a, &old));
	call_all();
	bx_plugins_fini(&plugins);
	check("old.start old.incoming old.new old.gone old.stop ");
	/* The shortest there is, and one that has more than we know. */
	open_house();
	old.size = offsetof(struct bx_plugin, start);
	CU_ASSERT_TRUE(add(&a, &old));
	call_all();
	bx_plugins_fini(&plugins);
	check("");
	open_house();
	old.size = sizeof(old) + 8;
	CU_ASSERT_TRUE(add(&a, &old));
	bx_plugins_fini(&plugins);
	check("old.start old.stop ");
}

static void
what_does_not_fit_is_not_added(void)
{
	struct bx_plugin_node *node;
	struct bx_plugin odd;

	open_house();
	odd = plugin_named("odd");
	odd.major++;
	CU_ASSERT_EQUAL(bx_plugins_add(&plugins, &odd, &node), BX_EINVAL);
	odd = plugin_named("odd");
	odd.major--;
	CU_ASSERT_EQUAL(bx_plugins_add(&plugins, &odd, &node), BX_EINVAL);
	odd = plugin_named("odd");
	odd.minor++;
	CU_ASSERT_EQUAL(bx_plugins_add(&plugins, &odd, &node), BX_EINVAL);
	odd = plugin_named("odd");
	odd.size = offsetof(struct bx_plugin, start) - 1;
	CU_ASSERT_EQUAL(bx_plugins_add(&plugins, &odd, &node), BX_EINVAL);
	odd = plugin_named(NULL);
	CU_ASSERT_EQUAL(bx_plugins_add(&plugins, &odd, &node), BX_EINVAL);
	odd = plugin_named("");
	CU_ASSERT_EQUAL(bx_plugins_add(&plugins, &odd, &node), BX_EINVAL);
	bx_plugins_fini(&plugins);
	check("");
}

static void
a_name_is_taken_until_its_plugin_is_stopped(void)
{
	struct bx_plugin same = plugin_named("a");
	struct part a = { .name = "a" };
	struct bx_plugin_node *node;

	open_house();
	(void)add_part(&a);
	CU_ASSERT_EQUAL(bx_plugins_add(&plugins, &same, &node), BX_EEXIST);
	bx_plugins_stop(&plugins, a.node);
	CU_ASSERT_EQUAL(unit_live(), 0);
	CU_ASSERT_TRUE(add_part(&a));
	bx_plugins_fini(&plugins);
	check("a.start a.stop a.start a.stop ");
}

static void
each_plugin_has_a_slot_that_no_other_had(void)
{
	struct part a = { .name = "a" }, b = { .name = "b" };
	unsigned slot;

	open_house();
	(void)add_part(&a);
	(void)add_part(&b);
	CU_ASSERT_NOT_EQUAL(a.node->slot, b.node->slot);
	slot = b.node->slot;
	bx_plugins_stop(&plugins, b.node);
	(void)add_part(&b);
	CU_ASSERT(b.node->slot != slot && b.node->slot != a.node->slot);
	bx_plugins_fini(&plugins);
}

static void
one_that_does_not_start_is_called_no_more(void)
{
	struct part a = { .name = "a", .refuses = true };

	open_house();
	CU_ASSERT_FALSE(add_part(&a));
	CU_ASSERT_EQUAL(unit_live(), 0);
	call_all();
	a.refuses = false;
	CU_ASSERT_TRUE(add_part(&a));
	bx_plugins_fini(&plugins);
	check("a.start a.start a.stop ");
}

static void
act_call_all(struct part *part)
{
	(void)part;
	call_all();
}

static void
nothing_is_called_before_start_has_returned(void)
{
	struct part a = { .name = "a" };
	struct part b = {
		.name = "b",
		.when = "start",
		.act = act_call_all,
	};

	open_house();
	(void)add_part(&a);
	calls[0] = '\0';
	CU_ASSERT_TRUE(add_part(&b));
	check("b.start a.incoming a.new a.publishing a.replying a.gone ");
	bx_plugins_fini(&plugins);
}

static void
act_stop(struct part *part)
{
	bx_plugins_stop(&plugins, part->node);
	/* It is in a call, so its node is still there. */
	bx_plugins_stop(&plugins, part->node);
}

static void
one_that_is_stopped_while_it_starts_has_not_started(void)
{
	struct part a = { .name = "a", .when = "start", .act = act_stop };

	open_house();
	CU_ASSERT_FALSE(add_part(&a));
	CU_ASSERT_EQUAL(unit_live(), 0);
	call_all();
	bx_plugins_fini(&plugins);
	check("a.start ");
}

static void
a_plugin_may_stop_itself_in_any_call(void)
{
	static const struct {
		const char *when;
		const char *seen;
	} cases[] = {
		{ "incoming",
		    "a.incoming b.incoming b.stop c.incoming "
		    "a.new c.new c.publishing a.publishing "
		    "c.replying a.replying a.gone c.gone " },
		{ "new",
		    "a.incoming b.incoming c.incoming "
		    "a.new b.new b.stop c.new c.publishing a.publishing "
		    "c.replying a.replying a.gone c.gone " },
		{ "publishing",
		    "a.incoming b.incoming c.incoming a.new b.new c.new "
		    "c.publishing b.publishing b.stop a.publishing "
		    "c.replying a.replying a.gone c.gone " },
		{ "replying",
		    "a.incoming b.incoming c.incoming a.new b.new c.new "
		    "c.publishing b.publishing a.publishing "
		    "c.replying b.replying b.stop a.replying a.gone c.gone " },
		{ "gone",
		    "a.incoming b.incoming c.incoming a.new b.new c.new "
		    "c.publishing b.publishing a.publishing "
		    "c.replying b.replying a.replying "
		    "a.gone b.gone b.stop c.gone " },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct part a = { .name = "a" }, c = { .name = "c" };
		struct part b = {
			.name = "b",
			.when = cases[i].when,
			.act = act_stop,
		};

		open_house();
		(void)add_part(&a);
		(void)add_part(&b);
		(void)add_part(&c);
		calls[0] = '\0';
		call_all();
		check(cases[i].seen);
		call_all();
		CU_ASSERT_PTR_NULL(strstr(calls, "b."));
		calls[0] = '\0';
		bx_plugins_fini(&plugins);
		check("c.stop a.stop ");
	}
}

static struct part added = { .name = "new" };

static void
act_add(struct part *part)
{
	part->when = NULL;
	(void)add_part(&added);
}

static void
one_that_is_added_in_any_call_is_there_for_the_next(void)
{
	static const char *const whens[] = { "start", "incoming", "new",
		"publishing", "replying", "gone" };
	size_t i;

	for (i = 0; i < sizeof(whens) / sizeof(whens[0]); i++) {
		struct part a = {
			.name = "a",
			.when = whens[i],
			.act = act_add,
		};

		open_house();
		(void)add_part(&a);
		call_all();
		calls[0] = '\0';
		call_all();
		check("a.incoming new.incoming a.new new.new "
		      "new.publishing a.publishing new.replying a.replying "
		      "a.gone new.gone ");
		bx_plugins_fini(&plugins);
		check("new.stop a.stop ");
	}
}

static void
one_that_is_added_in_the_last_stop_is_stopped_as_well(void)
{
	struct part a = { .name = "a", .when = "stop", .act = act_add };

	open_house();
	(void)add_part(&a);
	bx_plugins_fini(&plugins);
	check("a.start a.stop new.start new.stop ");
}

static void
stop_part(struct part *part)
{
	bx_plugins_stop(&plugins, part->node);
}

static void
headings_are_changed_in_reverse_order_by_those_who_can(void)
{
	struct part a = { .name = "a" }, b = { .name = "b" };
	struct part c = { .name = "c", .when = "heading", .act = stop_part };
	struct bx_plugin plugin = plugin_named("a");

	open_house();
	plugin.heading = on_heading;
	CU_ASSERT_TRUE(add_part(&b));
	CU_ASSERT_FALSE(bx_plugins_has_heading(&plugins));
	CU_ASSERT_TRUE(add(&a, &plugin));
	CU_ASSERT_TRUE(bx_plugins_has_heading(&plugins));
	plugin.name = "c";
	CU_ASSERT_TRUE(add(&c, &plugin));
	check("b.start a.start c.start ");
	bx_plugins_heading(&plugins, NULL);
	check("c.heading c.stop a.heading ");
	bx_plugins_heading(&plugins, NULL);
	check("a.heading ");
	stop_part(&a);
	CU_ASSERT_FALSE(bx_plugins_has_heading(&plugins));
	bx_plugins_fini(&plugins);
}

static bool
add_and_stop(void *ctx)
{
	struct bx_plugin plugin = plugin_named("a");
	struct part part = { .name = "a" };
	enum bx_status status;

	(void)ctx;
	open_house();
	status = bx_plugins_add(&plugins, &plugin, &part.node);
	if (status == BX_OK) {
		part.node->option_ctx = &part;
		(void)bx_plugins_start(&plugins, part.node);
	} else
		CU_ASSERT_EQUAL(status, BX_ENOMEM);
	bx_plugins_fini(&plugins);
	return status == BX_OK;
}

static void
without_memory_there_is_no_plugin(void)
{
	CU_ASSERT_EQUAL(unit_fail_each(add_and_stop, NULL), 1);
}

static const struct unit_test tests[] = {
	{ "rule 108: in order in, and in reverse order out",
	    rule_108_in_order_in_and_in_reverse_order_out },
	{ "what has happened, and the end, are told in order",
	    what_has_happened_and_the_end_are_told_in_order },
	{ "a policy has a say from start to stop",
	    a_policy_has_a_say_from_start_to_stop },
	{ "what one deletes the next does not see",
	    what_one_deletes_the_next_does_not_see },
	{ "every function is optional", every_function_is_optional },
	{ "an older plugin is called as far as its struct goes",
	    an_older_plugin_is_called_as_far_as_its_struct_goes },
	{ "what does not fit is not added", what_does_not_fit_is_not_added },
	{ "a name is taken until its plugin is stopped",
	    a_name_is_taken_until_its_plugin_is_stopped },
	{ "each plugin has a slot that no other had",
	    each_plugin_has_a_slot_that_no_other_had },
	{ "one that does not start is called no more, not even to stop",
	    one_that_does_not_start_is_called_no_more },
	{ "nothing is called before start has returned",
	    nothing_is_called_before_start_has_returned },
	{ "one that is stopped while it starts has not started",
	    one_that_is_stopped_while_it_starts_has_not_started },
	{ "a plugin may stop itself in any call, and others miss none",
	    a_plugin_may_stop_itself_in_any_call },
	{ "one that is added in any call is there for the next",
	    one_that_is_added_in_any_call_is_there_for_the_next },
	{ "one that is added in the last stop is stopped as well",
	    one_that_is_added_in_the_last_stop_is_stopped_as_well },
	{ "headings are changed in reverse order, by those who can",
	    headings_are_changed_in_reverse_order_by_those_who_can },
	{ "without memory there is no plugin",
	    without_memory_there_is_no_plugin },
};

UNIT_MAIN("plugins", tests)
