#include "test/support/unit.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "fcgi/options.h"

static struct fcgi_options options;
static struct fcgi_problem problem;

/* Set a list of count values, or a single one. */
static bool
set_values(const char *key, const char *const *values, size_t count,
    bool append)
{
	struct fcgi_assignment assignment = {
		.key = key,
		.values = values,
		.count = count,
		.append = append,
		.where = "file:1",
	};

	problem.text[0] = '\0';
	return fcgi_options_set(&options, &assignment, &problem);
}

static bool
set(const char *key, const char *value)
{
	return set_values(key, &value, 1, false);
}

static void
init(void)
{
	CU_ASSERT_TRUE_FATAL(fcgi_options_init(&options, unit_env()));
}

static void
test_defaults(void)
{
	static const struct bx_settings defaults = BX_SETTINGS_DEFAULT;
	const struct bx_settings *engine = &options.settings;

	init();
	CU_ASSERT_EQUAL(engine->timeout, defaults.timeout);
	CU_ASSERT_EQUAL(engine->interval, defaults.interval);
	CU_ASSERT_EQUAL(engine->max_interval, defaults.max_interval);
	CU_ASSERT_EQUAL(engine->max_json_depth, defaults.max_json_depth);
	CU_ASSERT_EQUAL(engine->max_batch, defaults.max_batch);
	CU_ASSERT_EQUAL(engine->max_queue_messages,
	    defaults.max_queue_messages);
	CU_ASSERT_EQUAL(engine->max_queue_size, defaults.max_queue_size);
	CU_ASSERT_EQUAL(engine->max_sessions, defaults.max_sessions);
	CU_ASSERT_EQUAL(engine->max_subscriptions, defaults.max_subscriptions);
	CU_ASSERT_EQUAL(engine->max_channel_length,
	    defaults.max_channel_length);
	CU_ASSERT_EQUAL(engine->max_channel_depth, defaults.max_channel_depth);
	CU_ASSERT_EQUAL(engine->max_sessions_per_browser,
	    defaults.max_sessions_per_browser);
	CU_ASSERT_EQUAL(engine->multi_session_interval,
	    defaults.multi_session_interval);
	CU_ASSERT_EQUAL(engine->session_binding, defaults.session_binding);
	CU_ASSERT_EQUAL(engine->anonymous_publish, defaults.anonymous_publish);
	CU_ASSERT_EQUAL(engine->max_lazy_timeout, defaults.max_lazy_timeout);
	CU_ASSERT_PTR_NULL(engine->channel_rules);
	CU_ASSERT_EQUAL(engine->broadcast_to_publisher,
	    defaults.broadcast_to_publisher);
	fcgi_options_fini(&options);
}

static void
test_defaults_of_process(void)
{
	init();
	CU_ASSERT_EQUAL(options.listen.count, 0);
	CU_ASSERT_PTR_NULL(options.listen.items);
	CU_ASSERT_EQUAL(options.socket_mode, 0660);
	CU_ASSERT_STRING_EQUAL(options.mount, "/cometd");
	CU_ASSERT_EQUAL(options.max_message_size, 1048576);
	CU_ASSERT_EQUAL(options.max_connections_per_address, 100);
	CU_ASSERT_EQUAL(options.trusted_proxies.count, 0);
	CU_ASSERT_EQUAL(options.allowed_origins.count, 0);
	CU_ASSERT_TRUE(options.callback_polling);
	CU_ASSERT_EQUAL(options.duplicate_connect_status, 409);
	CU_ASSERT_STRING_EQUAL(options.browser_cookie, "BAYEUX_BROWSER");
	CU_ASSERT_STRING_EQUAL(options.browser_cookie_path, "/");
	CU_ASSERT_STRING_EQUAL(options.browser_cookie_same_site, "Lax");
	CU_ASSERT_EQUAL(options.browser_cookie_secure, FCGI_SWITCH_AUTO);
	CU_ASSERT_EQUAL(options.log_level, BX_LOG_INFO);
	CU_ASSERT_STRING_EQUAL(options.log_target, "stderr");
	CU_ASSERT_STRING_EQUAL(fcgi_options_source(&options, "timeout"),
	    "default");
	fcgi_options_fini(&options);
	fcgi_options_fini(&options);
}

/* Browsers would drop the cookie, and no client could be known by it. */
static void
test_insecure_none(void)
{
	init();
	CU_ASSERT_TRUE(fcgi_options_agree(&options, &problem));
	CU_ASSERT_TRUE(set("browser_cookie_same_site", "None"));
	CU_ASSERT_TRUE(fcgi_options_agree(&options, &problem));
	CU_ASSERT_TRUE(set("browser_cookie_secure", "no"));
	CU_ASSERT_FALSE(fcgi_options_agree(&options, &problem));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "browser_cookie_secure: no browser takes a cookie with "
	    "browser_cookie_same_site = None that is not secure");
	CU_ASSERT_TRUE(set("browser_cookie_same_site", "Strict"));
	CU_ASSERT_TRUE(fcgi_options_agree(&options, &problem));
	fcgi_options_fini(&options);
}

static const struct {
	const char *key;
	const char *suggestion;
} slips[] = {
	{ "timout", "timeout" },
	{ "tiemout", "timeout" },
	{ "timeouts", "timeout" },
	{ "max-interval", "max_interval" },
	{ "Mount", "mount" },
	{ "max_subscription", "max_subscriptions" },
	{ "loglevel", "log_level" },
	{ "browser_cooky", "browser_cookie" },
};

static void
test_unknown(void)
{
	char expected[128];
	char endless[300];
	size_t i;

	init();
	for (i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
		CU_ASSERT_FALSE(set(slips[i].key, "1"));
		(void)snprintf(expected, sizeof(expected),
		    "no such option \"%s\"; did you mean \"%s\"?",
		    slips[i].key, slips[i].suggestion);
		CU_ASSERT_STRING_EQUAL(problem.text, expected);
	}
	CU_ASSERT_FALSE(set("colour", "red"));
	CU_ASSERT_STRING_EQUAL(problem.text, "no such option \"colour\"");
	CU_ASSERT_FALSE(set("", ""));
	CU_ASSERT_STRING_EQUAL(problem.text, "no such option \"\"");
	memset(endless, 't', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	for (i = 30; i < 50; i++) {
		endless[i] = '\0';
		CU_ASSERT_FALSE(set(endless, "1"));
		CU_ASSERT_PTR_NULL(strstr(problem.text, "mean"));
		endless[i] = 't';
	}
	fcgi_options_fini(&options);
}

static void
test_lists(void)
{
	const char *const two[] = { "a:1", "b:2" };
	const char *const bad[] = { "c:3", "d" };

	init();
	CU_ASSERT_TRUE(set_values("listen", two, 2, true));
	CU_ASSERT_EQUAL_FATAL(options.listen.count, 2);
	CU_ASSERT_STRING_EQUAL(options.listen.items[0], "a:1");
	CU_ASSERT_TRUE(set_values("listen", two + 1, 1, true));
	CU_ASSERT_EQUAL_FATAL(options.listen.count, 3);
	CU_ASSERT_STRING_EQUAL(options.listen.items[1], "b:2");
	CU_ASSERT_STRING_EQUAL(options.listen.items[2], "b:2");
	CU_ASSERT_FALSE(set_values("listen", bad, 2, true));
	CU_ASSERT_FALSE(set_values("listen", bad, 2, false));
	CU_ASSERT_EQUAL(options.listen.count, 3);
	CU_ASSERT_TRUE(set_values("listen", two + 1, 1, false));
	CU_ASSERT_EQUAL_FATAL(options.listen.count, 1);
	CU_ASSERT_STRING_EQUAL(options.listen.items[0], "b:2");
	CU_ASSERT_TRUE(set_values("listen", NULL, 0, false));
	CU_ASSERT_EQUAL(options.listen.count, 0);
	CU_ASSERT_PTR_NULL(options.listen.items);

	CU_ASSERT_FALSE(set_values("timeout", two, 2, false));
	CU_ASSERT_STRING_EQUAL(problem.text, "timeout: takes one value");
	CU_ASSERT_FALSE(set_values("timeout", NULL, 0, false));
	CU_ASSERT_FALSE(set_values("session_binding", NULL, 0, false));
	CU_ASSERT_FALSE(set_values("callback_polling", NULL, 0, false));
	fcgi_options_fini(&options);
}

static void
test_long_list(void)
{
	const char *values[1025];
	size_t i;

	for (i = 0; i < 1025; i++)
		values[i] = "a:1";
	init();
	CU_ASSERT_FALSE(set_values("listen", values, 1025, false));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "listen: more than 1024 elements");
	CU_ASSERT_TRUE(set_values("listen", values, 1024, false));
	CU_ASSERT_FALSE(set_values("listen", values, 1, true));
	CU_ASSERT_TRUE(set_values("listen", values, 1024, false));
	CU_ASSERT_EQUAL(options.listen.count, 1024);
	fcgi_options_fini(&options);
}

/* Use everything that allocates.  What fails says so and leaves it as was. */
static bool
use_memory(void *ctx)
{
	const char *const two[] = { "a:1", "b:2" };
	bool ok;

	(void)ctx;
	if (!fcgi_options_init(&options, unit_env()))
		return false;
	ok = set_values("listen", two, 2, false) &&
	    set_values("listen", two, 2, true) && set("mount", "/other") &&
	    set("callback_polling", "no") && set("browser_cookie", "B") &&
	    set("timeout", "1s");
	if (!ok) {
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(problem.text, ": out of memory"));
		CU_ASSERT_EQUAL(options.listen.count % 2, 0);
		CU_ASSERT_EQUAL(options.settings.timeout, 30000);
	}
	fcgi_options_fini(&options);
	return ok;
}

static void
test_no_memory(void)
{
	CU_ASSERT(unit_fail_each(use_memory, NULL) >= 14);
}

static const struct unit_test tests[] = {
	{ "the defaults are those of the engine", test_defaults },
	{ "the process has the documented defaults",
	    test_defaults_of_process },
	{ "SameSite=None and a cookie that is not secure do not agree",
	    test_insecure_none },
	{ "an unknown key is refused, and a known one suggested",
	    test_unknown },
	{ "a list is replaced, added to, and emptied", test_lists },
	{ "a list has an end", test_long_list },
	{ "without memory an option stays as it was", test_no_memory },
};

UNIT_MAIN("options", tests)
