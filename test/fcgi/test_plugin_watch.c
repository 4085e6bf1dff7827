/*
 * test_plugin_watch.c - descriptors of plugins on a loop.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "fcgi/context.h"
#include "fcgi/loop_memory.h"
#include "fcgi/plugin_watch.h"
#include "test/support/unit.h"

#define WATCHES 3

static struct bx_settings settings = BX_SETTINGS_DEFAULT;
static struct fcgi_context context;
static struct fcgi_plugin_watches watches;
static int afters;

/* One that is called. */
struct guest {
	struct bx_watch *watch;
	int ends[2];	 /* of a pipe */
	unsigned events; /* of all calls */
	int calls;
	void (*act)(void);
};

static struct guest guests[WATCHES];

static void
after(void *ctx)
{
	CU_ASSERT_PTR_EQUAL(ctx, &watches);
	afters++;
}

static void
on_call(unsigned events, void *ctx)
{
	struct guest *guest = ctx;

	guest->calls++;
	guest->events |= events;
	CU_ASSERT_TRUE(context.now > 0);
	if (guest->act != NULL)
		guest->act();
}

static struct bx_watch *
watch(struct guest *guest, int fd, unsigned events)
{
	const struct bx_watching watching = {
		.owner = guest,
		.fd = fd,
		.events = events,
		.fn = on_call,
		.ctx = guest,
	};

	guest->watch = fcgi_plugin_watch(&watches, &watching);
	return guest->watch;
}

static void
start(void)
{
	size_t i;

	memset(&context, 0, sizeof(context));
	memset(guests, 0, sizeof(guests));
	afters = 0;
	CU_ASSERT_TRUE_FATAL(fcgi_loop_memory_reserve(1000));
	context.env = unit_env();
	context.engine = bx_engine_new(unit_env(), &settings);
	CU_ASSERT_PTR_NOT_NULL_FATAL(context.engine);
	watches.loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	CU_ASSERT_PTR_NOT_NULL_FATAL(watches.loop);
	watches.context = &context;
	watches.after = after;
	watches.ctx = &watches;
	fcgi_plugin_watches_init(&watches);
	for (i = 0; i < WATCHES; i++)
		CU_ASSERT_EQUAL_FATAL(pipe(guests[i].ends), 0);
}

static void
turn(void)
{
	(void)ev_run(watches.loop, EVRUN_NOWAIT);
}

static void
stop(void)
{
	size_t i;

	fcgi_plugin_watches_fini(&watches);
	fcgi_plugin_watches_fini(&watches);
	ev_loop_destroy(watches.loop);
	fcgi_loop_memory_release();
	bx_engine_free(context.engine);
	for (i = 0; i < WATCHES; i++) {
		if (guests[i].ends[0] < 0)
			continue;
		(void)close(guests[i].ends[0]);
		(void)close(guests[i].ends[1]);
	}
}

static void
say(struct guest *guest)
{
	CU_ASSERT_EQUAL(write(guest->ends[1], "x", 1), 1);
}

/* All of them, waiting to read, and each with something to be read. */
static void
start_ready(void)
{
	size_t i;

	start();
	for (i = 0; i < WATCHES; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(
		    watch(&guests[i], guests[i].ends[0], BX_WATCH_READ));
		say(&guests[i]);
	}
}

static void
what_can_be_read_is_told_until_it_was_read(void)
{
	char byte;

	start();
	CU_ASSERT_PTR_NOT_NULL_FATAL(
	    watch(&guests[0], guests[0].ends[0], BX_WATCH_READ));
	turn();
	CU_ASSERT_EQUAL(guests[0].calls, 0);
	say(&guests[0]);
	turn();
	turn();
	CU_ASSERT_EQUAL(guests[0].calls, 2);
	CU_ASSERT_EQUAL(afters, 2);
	CU_ASSERT_EQUAL(guests[0].events, BX_WATCH_READ);
	CU_ASSERT_EQUAL(read(guests[0].ends[0], &byte, 1), 1);
	turn();
	CU_ASSERT_EQUAL(guests[0].calls, 2);
	stop();
}

static void
what_can_be_written_is_told(void)
{
	start();
	CU_ASSERT_PTR_NOT_NULL_FATAL(
	    watch(&guests[0], guests[0].ends[1], BX_WATCH_WRITE));
	turn();
	CU_ASSERT_EQUAL(guests[0].calls, 1);
	CU_ASSERT_EQUAL(guests[0].events, BX_WATCH_WRITE);
	stop();
}

static void
unwatch_all(void)
{
	size_t i;

	for (i = 0; i < WATCHES; i++)
		fcgi_plugin_unwatch(guests[i].watch);
}

static void
a_watch_may_end_itself_and_others_in_its_call(void)
{
	size_t i;
	int calls = 0;

	start_ready();
	for (i = 0; i < WATCHES; i++)
		guests[i].act = unwatch_all;
	turn();
	turn();
	for (i = 0; i < WATCHES; i++)
		calls += guests[i].calls;
	CU_ASSERT_EQUAL(calls, 1);
	CU_ASSERT_TRUE(bx_list_is_empty(&watches.list));
	stop();
}

static void
forget_first(void)
{
	fcgi_plugin_watches_forget(&watches, &guests[0]);
}

static void
the_watches_of_a_plugin_that_stops_end_in_its_call(void)
{
	start_ready();
	guests[0].act = forget_first;
	turn();
	turn();
	CU_ASSERT_EQUAL(guests[0].calls, 1);
	CU_ASSERT_EQUAL(guests[1].calls, 2);
	forget_first();
	stop();
}

static void
a_descriptor_may_have_several_watches(void)
{
	start();
	CU_ASSERT_PTR_NOT_NULL_FATAL(
	    watch(&guests[0], guests[0].ends[0], BX_WATCH_READ));
	CU_ASSERT_PTR_NOT_NULL_FATAL(watch(&guests[1], guests[0].ends[0],
	    BX_WATCH_READ | BX_WATCH_WRITE));
	say(&guests[0]);
	turn();
	CU_ASSERT_EQUAL(guests[0].calls, 1);
	CU_ASSERT_EQUAL(guests[1].calls, 1);
	fcgi_plugin_unwatch(guests[0].watch);
	turn();
	CU_ASSERT_EQUAL(guests[1].calls, 2);
	stop();
}

static void
what_cannot_be_watched_is_refused(void)
{
	char name[] = "/tmp/bayeux-watch-XXXXXX";
	int file = mkstemp(name);

	CU_ASSERT_TRUE_FATAL(file >= 0);
	(void)unlink(name);
	start();
	CU_ASSERT_PTR_NULL(watch(&guests[0], -1, BX_WATCH_READ));
	CU_ASSERT_PTR_NULL(watch(&guests[0], 4000, BX_WATCH_READ));
	CU_ASSERT_PTR_NULL(watch(&guests[0], file, BX_WATCH_READ));
	CU_ASSERT_PTR_NULL(watch(&guests[0], guests[0].ends[0], 0));
	CU_ASSERT_PTR_NULL(watch(&guests[0], guests[0].ends[0], 4));
	turn();
	stop();
	(void)close(file);
}

/* Wrong in a plugin, but no reason to end. */
static void
a_descriptor_that_is_closed_while_it_is_watched_harms_nobody(void)
{
	int copy;

	start();
	copy = dup(guests[0].ends[0]);
	CU_ASSERT_PTR_NOT_NULL_FATAL(watch(&guests[0], copy, BX_WATCH_READ));
	(void)close(copy);
	turn();
	CU_ASSERT_EQUAL(guests[0].calls, 0);
	(void)close(guests[0].ends[0]);
	(void)close(guests[0].ends[1]);
	guests[0].ends[0] = -1;
	turn();
	CU_ASSERT_EQUAL(guests[0].calls, 1);
	fcgi_plugin_unwatch(guests[0].watch);
	stop();
}

static bool
watch_one(void *ctx)
{
	(void)ctx;
	if (watch(&guests[0], guests[0].ends[0], BX_WATCH_READ) == NULL)
		return false;
	fcgi_plugin_unwatch(guests[0].watch);
	return true;
}

static void
without_memory_there_is_no_watch(void)
{
	start();
	CU_ASSERT_EQUAL(unit_fail_each(watch_one, NULL), 1);
	stop();
}

static const struct unit_test tests[] = {
	{ "what can be read is told until it was read",
	    what_can_be_read_is_told_until_it_was_read },
	{ "what can be written is told", what_can_be_written_is_told },
	{ "a watch may end itself and others in its call",
	    a_watch_may_end_itself_and_others_in_its_call },
	{ "the watches of a plugin that stops end in its call",
	    the_watches_of_a_plugin_that_stops_end_in_its_call },
	{ "a descriptor may have several watches",
	    a_descriptor_may_have_several_watches },
	{ "what cannot be watched is refused",
	    what_cannot_be_watched_is_refused },
	{ "a descriptor that is closed while it is watched harms nobody",
	    a_descriptor_that_is_closed_while_it_is_watched_harms_nobody },
	{ "without memory there is no watch",
	    without_memory_there_is_no_watch },
};

UNIT_MAIN("fcgi/plugin_watch", tests)
