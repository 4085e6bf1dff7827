/* test_options.c - the command line, as numbers. */
#include "test/load/options.h"

#include <getopt.h>
#include <string.h>

#include "test/load/mode.h"
#include "test/support/unit.h"

/* Is --name value an option of that mode? */
static bool
is_taken(const char *name, const char *value, const char *mode)
{
	struct load_options options;
	char flag[40];
	char *argv[] = { "bayeux-load", flag, (char *)mode, "fcgi:unix:a.sock",
		NULL };

	(void)snprintf(flag, sizeof(flag), "--%s=%s", name, value);
	optind = 0;
	return load_options_read(&options, 4, argv) == LOAD_OPTIONS_RUN;
}

/* Does text have that word, between spaces? */
static bool
has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; *text != '\0'; text += strspn(text, " ")) {
		size_t next = strcspn(text, " ");

		if (next == len && memcmp(text, word, len) == 0)
			return true;
		text += next;
	}
	return false;
}

static void
an_option_is_for_the_modes_that_it_does_something_in(void)
{
	static const struct {
		const char *name;
		const char *value;
		const char *modes;
	} cases[] = {
		{ "clients", "1", "fan-out chat storm churn slow idle" },
		{ "count", "1", "fan-out chat publish churn slow" },
		{ "rate", "1", "fan-out publish churn slow" },
		{ "batch", "1", "fan-out chat publish churn slow" },
		{ "rooms", "1", "chat" },
		{ "rooms-per-client", "1", "chat" },
		{ "speakers", "1", "chat" },
		{ "deliveries", "1", "chat" },
		{ "publishers", "1", "publish" },
		{ "arrivals", "1", "storm churn" },
		{ "stay", "1s", "churn" },
		{ "vanish", "1", "churn" },
		{ "late-readers", "1", "slow" },
		{ "never-readers", "1", "slow" },
		{ "late", "1s", "slow" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (const struct load_mode *const *mode = load_modes;
		     *mode != NULL; mode++)
			CU_ASSERT_EQUAL(is_taken(cases[i].name, cases[i].value,
					    (*mode)->name),
			    has_word(cases[i].modes, (*mode)->name));
}

static void
other_options_are_for_every_mode(void)
{
	static const char *const cases[][2] = { { "duration", "1s" },
		{ "deadline", "1s" }, { "size", "50" }, { "probe", "1" },
		{ "flood", "1" }, { "parallel", "1" }, { "shared", "1" },
		{ "settle", "1s" }, { "drain", "1s" },
		{ "histogram", "a.svg" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (const struct load_mode *const *mode = load_modes;
		     *mode != NULL; mode++)
			CU_ASSERT_TRUE(
			    is_taken(cases[i][0], cases[i][1], (*mode)->name));
}

static const struct unit_test tests[] = {
	{ "an option is for the modes that it does something in",
	    an_option_is_for_the_modes_that_it_does_something_in },
	{ "other options are for every mode",
	    other_options_are_for_every_mode },
};

UNIT_MAIN("load/options", tests)
