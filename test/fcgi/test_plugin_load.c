/*
 * test_plugin_load.c - modules that fit and modules that do not, out of
 * test/plugins in the folder of the build.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "fcgi/options.h"
#include "fcgi/plugin_load.h"
#include "test/support/unit.h"

#define ODD "test/plugins/odd.so"
#define PROBE "test/plugins/probe.so"

static struct fcgi_options options;
static struct fcgi_plugin_load modules;
static struct fcgi_problem problem;

static void
set(const char *name, const char *key, const char *text)
{
	struct fcgi_plugin_section *section =
	    fcgi_plugin_sections_get(&options.plugins, unit_env(), name);
	const struct fcgi_plugin_key value = {
		.key = (char *)key,
		.text = (char *)text,
		.where = "a.conf:7",
	};

	CU_ASSERT_PTR_NOT_NULL_FATAL(section);
	CU_ASSERT_TRUE_FATAL(
	    fcgi_plugin_section_set(section, unit_env(), &value));
}

static void
set_up(void)
{
	CU_ASSERT_TRUE_FATAL(fcgi_options_init(&options, unit_env()));
	(void)unsetenv("ODD_PLUGIN");
	problem.text[0] = '\0';
}

/* Start what is loaded in an engine, and end that. */
static bool
start(void)
{
	struct bx_engine *engine =
	    bx_engine_new(unit_env(), &options.settings);
	bool ok;

	CU_ASSERT_PTR_NOT_NULL_FATAL(engine);
	ok = fcgi_plugin_load_start(&modules, engine, &problem);
	bx_engine_free(engine);
	return ok;
}

static bool
is_open(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_NOLOAD);

	if (handle != NULL)
		(void)dlclose(handle);
	return handle != NULL;
}

static void
test_none(void)
{
	set_up();
	CU_ASSERT_TRUE(fcgi_plugin_load_open(&modules, &options, &problem));
	CU_ASSERT_TRUE(start());
	fcgi_plugin_load_close(&modules);
	fcgi_options_fini(&options);
}

static void
test_life(void)
{
	set_up();
	set("a", "path", PROBE);
	set("b", "path", ODD);
	CU_ASSERT_FALSE(is_open(PROBE));
	CU_ASSERT_TRUE_FATAL(
	    fcgi_plugin_load_open(&modules, &options, &problem));
	CU_ASSERT_TRUE(is_open(PROBE));
	CU_ASSERT_EQUAL(unit_log_count(), 0);
	CU_ASSERT_TRUE(start());
	CU_ASSERT_EQUAL(unit_log_count(), 4);
	CU_ASSERT_STRING_EQUAL(unit_last_log(), "plugin=probe event=stop");
	fcgi_plugin_load_close(&modules);
	CU_ASSERT_FALSE(is_open(PROBE));
	CU_ASSERT_FALSE(is_open(ODD));
	fcgi_plugin_load_close(&modules);
	fcgi_options_fini(&options);
}

static const struct {
	const char *how;     /* as ODD_PLUGIN */
	const char *message; /* the beginning of it */
} odd[] = {
	{ "major", "it is of major version 2, and this server takes 1" },
	{ "minor", "it is of version 1.2, newer than this server's 1.1" },
	{ "large", "its size, " },
	{ "cut", "its size, " },
	{ "nameless", "it has no name" },
};

static void
test_odd(void)
{
	char expected[128];
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		set_up();
		set("fine", "path", PROBE);
		set("o", "path", ODD);
		(void)setenv("ODD_PLUGIN", odd[i].how, 1);
		CU_ASSERT_FALSE(
		    fcgi_plugin_load_open(&modules, &options, &problem));
		(void)snprintf(expected, sizeof(expected),
		    "a.conf:7: plugin \"o\": %s", odd[i].message);
		CU_ASSERT_EQUAL(strncmp(problem.text, expected,
				    strlen(expected)),
		    0);
		CU_ASSERT_FALSE(is_open(PROBE));
		CU_ASSERT_FALSE(is_open(ODD));
		fcgi_options_fini(&options);
	}
}

static void
check_fits(const char *how)
{
	set_up();
	set("o", "path", ODD);
	(void)setenv("ODD_PLUGIN", how, 1);
	CU_ASSERT_TRUE(fcgi_plugin_load_open(&modules, &options, &problem));
	CU_ASSERT_TRUE(start());
	fcgi_plugin_load_close(&modules);
	fcgi_options_fini(&options);
}

static void
test_short(void)
{
	check_fits("short");
	check_fits("old");
}

static void
expect_refusal(const char *path, const char *message)
{
	set("x", "path", path);
	CU_ASSERT_FALSE(fcgi_plugin_load_open(&modules, &options, &problem));
	CU_ASSERT_STRING_EQUAL(problem.text, message);
}

static void
test_no_plugin(void)
{
	set_up();
	expect_refusal("/nonexistent/a.so",
	    "a.conf:7: plugin \"x\": /nonexistent/a.so: cannot open shared "
	    "object file: No such file or directory");
	expect_refusal("libm.so.6",
	    "a.conf:7: plugin \"x\": libm.so.6 is no plugin: it has no symbol "
	    "bayeux_plugin");
	fcgi_options_fini(&options);
}

static void
test_same_name(void)
{
	set_up();
	set("a", "path", ODD);
	expect_refusal(ODD,
	    "a.conf:7: plugin \"x\": it calls itself odd, and so does plugin "
	    "\"a\"");
	fcgi_options_fini(&options);
}

/* Its keys reach a plugin: this one is told by one not to start. */
static void
test_no_start(void)
{
	set_up();
	set("a", "path", ODD);
	set("b", "path", PROBE);
	set("b", "fails", "yes");
	CU_ASSERT_TRUE_FATAL(
	    fcgi_plugin_load_open(&modules, &options, &problem));
	CU_ASSERT_FALSE(start());
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "a.conf:7: plugin \"b\": it did not start, and may have logged "
	    "why");
	CU_ASSERT_STRING_EQUAL(unit_last_log(),
	    "plugin=probe event=told_to_fail");
	fcgi_plugin_load_close(&modules);
	fcgi_options_fini(&options);
}

static void
test_built_in_name(void)
{
	const struct bx_plugin other = {
		.major = BX_PLUGIN_MAJOR,
		.size = sizeof(other),
		.name = "odd",
	};
	struct bx_engine *engine;

	set_up();
	set("a", "path", ODD);
	CU_ASSERT_TRUE_FATAL(
	    fcgi_plugin_load_open(&modules, &options, &problem));
	engine = bx_engine_new(unit_env(), &options.settings);
	CU_ASSERT_PTR_NOT_NULL_FATAL(engine);
	CU_ASSERT_EQUAL(bx_engine_add_plugin(engine, &other, NULL, NULL),
	    BX_OK);
	CU_ASSERT_FALSE(fcgi_plugin_load_start(&modules, engine, &problem));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "a.conf:7: plugin \"a\": there is a plugin that calls itself the "
	    "same");
	bx_engine_free(engine);
	fcgi_plugin_load_close(&modules);
	fcgi_options_fini(&options);
}

static bool
load_once(void *ctx)
{
	struct bx_engine *engine;
	bool ok;

	(void)ctx;
	if (!fcgi_plugin_load_open(&modules, &options, &problem)) {
		CU_ASSERT_STRING_EQUAL(problem.text, "plugins: out of memory");
		return false;
	}
	engine = bx_engine_new(unit_env(), &options.settings);
	ok = engine != NULL &&
	    fcgi_plugin_load_start(&modules, engine, &problem);
	bx_engine_free(engine);
	fcgi_plugin_load_close(&modules);
	return ok;
}

static void
test_no_memory(void)
{
	set_up();
	set("a", "path", ODD);
	set("b", "path", PROBE);
	CU_ASSERT(unit_fail_each(load_once, NULL) >= 10);
	fcgi_options_fini(&options);
}

static const struct unit_test tests[] = {
	{ "there may be none", test_none },
	{ "a module is open from before the engine until after it",
	    test_life },
	{ "what does not fit is refused, and why", test_odd },
	{ "an older, shorter plugin fits", test_short },
	{ "what is no plugin is refused", test_no_plugin },
	{ "two plugins of one name are refused", test_same_name },
	{ "a plugin may refuse to start", test_no_start },
	{ "a built-in plugin of its name keeps it from starting",
	    test_built_in_name },
	{ "without memory none starts", test_no_memory },
};

UNIT_MAIN("plugin_load", tests)
