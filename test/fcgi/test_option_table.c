#include "test/support/unit.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/http_cookie.h"
#include "fcgi/option_table.h"
#include "fcgi/options.h"

static struct fcgi_options options;
static struct fcgi_problem problem;

static bool
set(const char *key, const char *value)
{
	struct fcgi_assignment assignment = {
		.key = key,
		.values = &value,
		.count = 1,
		.where = "file:1",
	};

	problem.text[0] = '\0';
	return fcgi_options_set(&options, &assignment, &problem);
}

/* What fcgi_options_print says of key, with its line's end; "" if nothing. */
static const char *
printed(const char *key)
{
	static char line[256];
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	char start[80];
	char *at;

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	(void)fputc('\n', out);
	fcgi_options_print(&options, out);
	(void)fclose(out);
	(void)snprintf(start, sizeof(start), "\n%s = ", key);
	at = strstr(text, start);
	if (at != NULL)
		at[1 + strcspn(at + 1, "\n")] = '\0';
	(void)snprintf(line, sizeof(line), "%s",
	    at == NULL ? "" : at + strlen(start));
	free(text);
	return line;
}

static void
init(void)
{
	CU_ASSERT_TRUE_FATAL(fcgi_options_init(&options, unit_env()));
}

/* The table holds only what its types can, and no row says nothing. */
static void
test_table(void)
{
	size_t i, j;

	for (i = 0; i < fcgi_option_table_size; i++) {
		const struct fcgi_option_row *row = &fcgi_option_table[i];
		int64_t value = -1;

		CU_ASSERT_PTR_NOT_NULL_FATAL(row->key);
		CU_ASSERT(row->doc != NULL && row->doc[0] != '\0');
		for (j = 0; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(row->key,
			    fcgi_option_table[j].key);
		if (row->kind == FCGI_OPTION_TEXT ||
		    row->kind == FCGI_OPTION_LIST)
			CU_ASSERT_PTR_NOT_NULL(row->check);
		if (row->kind > FCGI_OPTION_LEVEL)
			continue;
		CU_ASSERT_EQUAL(fcgi_option_value_parse(row->kind,
				    row->initial, &value),
		    FCGI_OPTION_VALUE_OK);
		CU_ASSERT(row->min <= value && value <= row->max);
		CU_ASSERT(row->min >= 0 || row->kind == FCGI_OPTION_INTEGER);
	}
}

/* Both ends of every range will do, and one beyond either will not. */
static void
test_ranges(void)
{
	size_t i;

	init();
	for (i = 0; i < fcgi_option_table_size; i++) {
		const struct fcgi_option_row *row = &fcgi_option_table[i];
		char value[FCGI_OPTION_VALUE_TEXT];

		if (row->kind > FCGI_OPTION_MODE)
			continue;
		fcgi_option_value_format(row->kind, row->min, value);
		CU_ASSERT_TRUE(set(row->key, value));
		CU_ASSERT_EQUAL(strncmp(printed(row->key), value,
				    strlen(value)),
		    0);
		fcgi_option_value_format(row->kind, row->max, value);
		CU_ASSERT_TRUE(set(row->key, value));

		fcgi_option_value_format(row->kind, row->max + 1, value);
		CU_ASSERT_FALSE(set(row->key, value));
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(problem.text, "\" is not in the range "));
		fcgi_option_value_format(row->kind, row->max, value);
		CU_ASSERT_EQUAL(strncmp(printed(row->key), value,
				    strlen(value)),
		    0);
		if (row->min == 0)
			continue;
		fcgi_option_value_format(row->kind, row->min - 1, value);
		CU_ASSERT_FALSE(set(row->key, value));
		CU_ASSERT_PTR_NOT_NULL(strstr(problem.text, "in the range"));
	}
	fcgi_options_fini(&options);
}

static const struct {
	const char *key;
	const char *value;
	const char *printed;
} accepted[] = {
	{ "timeout", "500ms", "500ms" },
	{ "timeout", "1500ms", "1500ms" },
	{ "timeout", "2000ms", "2s" },
	{ "timeout", "2m", "2m" },
	{ "timeout", "120s", "2m" },
	{ "timeout", "1h", "1h" },
	{ "timeout", "0s", "0ms" },
	{ "timeout", "007s", "7s" },
	{ "max_message_size", "64KiB", "64KiB" },
	{ "max_message_size", "65537B", "65537B" },
	{ "max_message_size", "1024KiB", "1MiB" },
	{ "max_message_size", "1GiB", "1GiB" },
	{ "max_sessions", "5", "5" },
	{ "socket_mode", "600", "0600" },
	{ "socket_mode", "0777", "0777" },
	{ "anonymous_publish", "true", "yes" },
	{ "anonymous_publish", "false", "no" },
	{ "anonymous_publish", "on", "yes" },
	{ "anonymous_publish", "off", "no" },
	{ "anonymous_publish", "YES", "yes" },
	{ "anonymous_publish", "No", "no" },
	{ "log_level", "error", "error" },
	{ "log_level", "warning", "warning" },
	{ "log_level", "notice", "notice" },
	{ "log_level", "debug", "debug" },
	{ "log_target", "syslog", "\"syslog\"" },
	{ "log_target", "./a \"b\\c$d", "\"./a \\\"b\\\\c\\x24d\"" },
	{ "mount", "/", "\"/\"" },
	{ "mount", "/a/b.c/...", "\"/a/b.c/...\"" },
	{ "listen", "unix:/run/x", "{ \"unix:/run/x\" }" },
	{ "listen", "unix:rel", "{ \"unix:rel\" }" },
	{ "listen", "localhost:0", "{ \"localhost:0\" }" },
	{ "listen", "127.0.0.1:65535", "{ \"127.0.0.1:65535\" }" },
	{ "listen", "[::1]:9000", "{ \"[::1]:9000\" }" },
	{ "trusted_proxies", "10.0.0.0/8", "{ \"10.0.0.0/8\" }" },
	{ "trusted_proxies", "::1", "{ \"::1\" }" },
	{ "session_binding", "strict", "strict" },
	{ "session_binding", "trust", "trust" },
	{ "session_binding", "auto", "auto" },
	{ "max_sessions_per_browser", "-1", "-1" },
	{ "max_sessions_per_browser", "0", "0" },
	{ "multi_session_interval", "0ms", "0ms" },
	{ "browser_cookie", "__Host-x.y|z", "\"__Host-x.y|z\"" },
	{ "browser_cookie_path", "/a/b=c,d", "\"/a/b=c,d\"" },
	{ "activity", "client", "\"client\"" },
	{ "activity", "client_server", "\"client_server\"" },
	{ "browser_cookie_same_site", "Strict", "\"Strict\"" },
	{ "browser_cookie_same_site", "None", "\"None\"" },
	{ "browser_cookie_same_site", "", "\"\"" },
	{ "browser_cookie_secure", "auto", "auto" },
	{ "browser_cookie_secure", "Auto", "auto" },
	{ "browser_cookie_secure", "on", "yes" },
	{ "browser_cookie_secure", "no", "no" },
};

static void
test_accepted(void)
{
	char expected[128];
	size_t i;

	init();
	for (i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		CU_ASSERT_TRUE(set(accepted[i].key, accepted[i].value));
		CU_ASSERT_STRING_EQUAL(problem.text, "");
		(void)snprintf(expected, sizeof(expected), "%s  # file:1",
		    accepted[i].printed);
		CU_ASSERT_STRING_EQUAL(printed(accepted[i].key), expected);
	}
	fcgi_options_fini(&options);
}

#define DURATION " is not a whole number with a unit: ms, s, m or h"
#define SIZE " is not a whole number with a unit: B, KiB, MiB or GiB"
#define COUNT " is not a whole number without a unit"
#define BOOL " is not yes or no (or true, false, on, off)"
#define HUGE_NUMBER "99999999999999999999999999"
#define NAME_64 \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NO_TOKEN " has more than letters, digits and !#$%&'*+-.^_`|~ in it"
#define LONG_PATH \
	"unix:/2345678901234567890123456789012345678901234567890" \
	"123456789012345678901234567890123456789012345678901234567890"

static const struct {
	const char *key;
	const char *value;
	const char *message; /* behind "key: " */
} refused[] = {
	{ "timeout", "0",
	    "\"0\" has no unit; write 0 and ms, s, m or h, "
	    "such as 30s" },
	{ "timeout", "30",
	    "\"30\" has no unit; write 30 and ms, s, m or h, "
	    "such as 30s" },
	{ "timeout", "", "\"\"" DURATION },
	{ "timeout", "s", "\"s\"" DURATION },
	{ "timeout", "-1s", "\"-1s\"" DURATION },
	{ "timeout", "1.5s", "\"1.5s\"" DURATION },
	{ "timeout", "30 s", "\"30 s\"" DURATION },
	{ "timeout", "30S", "\"30S\"" DURATION },
	{ "timeout", "30sec", "\"30sec\"" DURATION },
	{ "timeout", "1\n", "\"1\\x0a\"" DURATION },
	{ "timeout", HUGE_NUMBER "ms",
	    "\"" HUGE_NUMBER "ms\" is not in the range 0ms to 24h" },
	{ "timeout", "9223372036854775807h",
	    "\"9223372036854775807h\" is "
	    "not in the range 0ms to 24h" },
	{ "max_queue_size", "0",
	    "\"0\" has no unit; write 0 and B, KiB, MiB "
	    "or GiB, such as 64KiB" },
	{ "max_queue_size", "64k", "\"64k\"" SIZE },
	{ "max_queue_size", "64KB", "\"64KB\"" SIZE },
	{ "max_queue_size", "1mib", "\"1mib\"" SIZE },
	{ "max_sessions", "10k", "\"10k\"" COUNT },
	{ "max_sessions", "-1", "\"-1\"" COUNT },
	{ "max_sessions", "0x10", "\"0x10\"" COUNT },
	{ "max_sessions", "", "\"\"" COUNT },
	{ "max_channel_depth", "129", "\"129\" is not in the range 1 to 128" },
	{ "duplicate_connect_status", "200",
	    "\"200\" is not in the range 400 to 599" },
	{ "socket_mode", "0888",
	    "\"0888\" is not an octal number such as "
	    "0660" },
	{ "socket_mode", "1777", "\"1777\" is not in the range 0000 to 0777" },
	{ "anonymous_publish", "1", "\"1\"" BOOL },
	{ "anonymous_publish", "", "\"\"" BOOL },
	{ "log_level", "warn",
	    "\"warn\" is not error, warning, notice, info or debug" },
	{ "log_target", "",
	    "\"\" is neither stderr nor syslog nor a path "
	    "with a slash in it, such as ./log" },
	{ "log_target", "stdout",
	    "\"stdout\" is neither stderr nor syslog "
	    "nor a path with a slash in it, such as ./log" },
	{ "log_target", "/a\n", "\"/a\\x0a\" has a control character in it" },
	{ "mount", "cometd", "\"cometd\" does not begin with a slash" },
	{ "mount", "", "\"\" does not begin with a slash" },
	{ "mount", "/a/",
	    "\"/a/\" ends with a slash; sub-paths are served "
	    "without it" },
	{ "mount", "//a", "\"//a\" has an empty, \".\" or \"..\" segment" },
	{ "mount", "/a//b",
	    "\"/a//b\" has an empty, \".\" or \"..\" "
	    "segment" },
	{ "mount", "/a/..",
	    "\"/a/..\" has an empty, \".\" or \"..\" "
	    "segment" },
	{ "mount", "/./a", "\"/./a\" has an empty, \".\" or \"..\" segment" },
	{ "mount", "/a?b",
	    "\"/a?b\" is not a plain path: no \"?\", \"#\", "
	    "\"%\", space or control character" },
	{ "listen", "9000", "\"9000\" is neither unix:PATH nor HOST:PORT" },
	{ "listen", ":9000", "\":9000\" is neither unix:PATH nor HOST:PORT" },
	{ "listen", "", "\"\" is neither unix:PATH nor HOST:PORT" },
	{ "listen", "unix:", "\"unix:\" has no path behind \"unix:\"" },
	{ "listen", LONG_PATH,
	    "\"" LONG_PATH "\" has a path of more than "
	    "107 bytes, the most that a unix socket can have" },
	{ "listen", "::1:9000",
	    "\"::1:9000\" is not [IPv6]:PORT; an IPv6 "
	    "address stands in brackets" },
	{ "listen", "[::1]",
	    "\"[::1]\" is not [IPv6]:PORT; an IPv6 address "
	    "stands in brackets" },
	{ "listen", "a:", "\"a:\" does not end in a port from 0 to 65535" },
	{ "listen", "a:65536",
	    "\"a:65536\" does not end in a port from 0 to 65535" },
	{ "listen", "a:1b",
	    "\"a:1b\" does not end in a port from 0 to "
	    "65535" },
	{ "listen", "unix:/a\tb",
	    "\"unix:/a\\x09b\" has a control character "
	    "in it" },
	{ "trusted_proxies", "proxy",
	    "\"proxy\" is neither a numeric "
	    "address nor ADDRESS/BITS" },
	{ "allowed_origins", "example.org",
	    "\"example.org\" is neither \"*\" nor SCHEME://HOST[:PORT], "
	    "whose HOST may begin with \"*.\" and whose PORT may be \"*\"" },
	{ "session_binding", "Strict",
	    "\"Strict\" is not strict, trust or auto" },
	{ "session_binding", "", "\"\" is not strict, trust or auto" },
	{ "max_sessions_per_browser", "-2",
	    "\"-2\" is not in the range -1 to 1000000" },
	{ "max_sessions_per_browser", "-", "\"-\"" COUNT },
	{ "max_sessions_per_browser", "--1", "\"--1\"" COUNT },
	{ "max_sessions_per_browser", "4 ", "\"4 \"" COUNT },
	{ "max_sessions_per_browser", "-" HUGE_NUMBER,
	    "\"-" HUGE_NUMBER "\" is not in the range -1 to 1000000" },
	{ "multi_session_interval", "-1s", "\"-1s\"" DURATION },
	{ "browser_cookie", "", "\"\" is not 1 to 64 bytes long" },
	{ "browser_cookie", NAME_64 "x",
	    "\"" NAME_64 "x\" is not 1 to 64 bytes long" },
	{ "browser_cookie", "a=b", "\"a=b\"" NO_TOKEN },
	{ "browser_cookie", "a;b", "\"a;b\"" NO_TOKEN },
	{ "browser_cookie", "a b", "\"a b\"" NO_TOKEN },
	{ "browser_cookie", "\xc3\xa9", "\"\\xc3\\xa9\"" NO_TOKEN },
	{ "browser_cookie_path", "", "\"\" does not begin with a slash" },
	{ "browser_cookie_path", "a", "\"a\" does not begin with a slash" },
	{ "browser_cookie_path", "/a; Secure",
	    "\"/a; Secure\" has a semicolon, a blank or a character beyond "
	    "ASCII in it" },
	{ "browser_cookie_path", "/\r\n",
	    "\"/\\x0d\\x0a\" has a semicolon, a blank or a character beyond "
	    "ASCII in it" },
	{ "activity", "server",
	    "\"server\" is neither client nor client_server" },
	{ "browser_cookie_same_site", "lax",
	    "\"lax\" is neither Strict nor Lax nor None nor \"\"" },
	{ "browser_cookie_secure", "maybe",
	    "\"maybe\" is not yes, no or auto" },
};

static void
test_refused(void)
{
	char expected[sizeof(problem.text)];
	char before[256];
	size_t i;

	init();
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		(void)strcpy(before, printed(refused[i].key));
		CU_ASSERT_FALSE(set(refused[i].key, refused[i].value));
		(void)snprintf(expected, sizeof(expected), "%s: %s",
		    refused[i].key, refused[i].message);
		CU_ASSERT_STRING_EQUAL(problem.text, expected);
		CU_ASSERT_STRING_EQUAL(printed(refused[i].key), before);
	}
	fcgi_options_fini(&options);
}

static void
test_long_cookie_path(void)
{
	char longest[HTTP_COOKIE_PATH_MAX + 2];

	memset(longest, '/', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	init();
	CU_ASSERT_FALSE(set("browser_cookie_path", longest));
	CU_ASSERT_PTR_NOT_NULL(strstr(problem.text, " more than 255 bytes"));
	longest[HTTP_COOKIE_PATH_MAX] = '\0';
	CU_ASSERT_TRUE(set("browser_cookie_path", longest));
	fcgi_options_fini(&options);
}

static void
test_longest_path(void)
{
	char longest[] = LONG_PATH;

	longest[strlen("unix:") + 107] = '\0';
	init();
	CU_ASSERT_TRUE(set("listen", longest));
	fcgi_options_fini(&options);
}

static void
test_help(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	char *line;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	fcgi_options_help(out);
	(void)fclose(out);
	for (i = 0; i < fcgi_option_table_size; i++) {
		const struct fcgi_option_row *row = &fcgi_option_table[i];
		char expected[80];

		(void)snprintf(expected, sizeof(expected), "  %s%s%s\n",
		    row->key, row->initial == NULL ? "" : " = ",
		    row->initial == NULL ? "" : row->initial);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, expected));
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "From 400 to 599.\n"));
	for (line = strtok(text, "\n"); line != NULL;
	     line = strtok(NULL, "\n"))
		CU_ASSERT(strlen(line) < 80);
	free(text);
}

static const struct unit_test tests[] = {
	{ "every row of the table is sound", test_table },
	{ "every range ends where it says", test_ranges },
	{ "values mean what they say", test_accepted },
	{ "a wrong value is refused with its reason", test_refused },
	{ "a path may have as many bytes as a unix socket takes",
	    test_longest_path },
	{ "the path of a cookie may be so long", test_long_cookie_path },
	{ "the help has every option and fits a terminal", test_help },
};

UNIT_MAIN("option_table", tests)
