#include "test/support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fcgi/config.h"
#include "fcgi/options.h"
#include "fcgi/plugin_sections.h"

static struct fcgi_options options;
static struct fcgi_problem problem;
static char path[] = "/tmp/test_config.XXXXXX";

static void
write_file(const char *text, size_t len)
{
	FILE *file;
	int fd;

	(void)strcpy(strrchr(path, '.'), ".XXXXXX");
	fd = mkstemp(path);
	CU_ASSERT_FATAL(fd >= 0);
	file = fdopen(fd, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fwrite(text, 1, len, file), len);
	CU_ASSERT_EQUAL(fclose(file), 0);
}

/* Read text as a file; the options stay for a look at them. */
static bool
read_text(const char *text)
{
	bool ok;

	problem.text[0] = '\0';
	write_file(text, strlen(text));
	CU_ASSERT_TRUE_FATAL(fcgi_options_init(&options, unit_env()));
	ok = fcgi_config_read(&options, path, &problem);
	(void)unlink(path);
	return ok;
}

/* Is problem "PATH" and then message, in which @ is the path again? */
static bool
is_problem(const char *message)
{
	char expected[sizeof(problem.text)];
	size_t len = strcspn(message, "@");

	(void)snprintf(expected, sizeof(expected), "%s%.*s%s%s", path,
	    (int)len, message, message[len] == '\0' ? "" : path,
	    message[len] == '\0' ? "" : message + len + 1);
	return strcmp(problem.text, expected) == 0;
}

static void
test_values(void)
{
	CU_ASSERT_TRUE(read_text("timeout = 2s\n"
				 "\tmount=\"/x\"\n"
				 "socket_mode = '0600'\r\n"
				 "anonymous_publish = yes max_batch = 7\n"
				 "max_queue_size = 64KiB"));
	CU_ASSERT_EQUAL(options.settings.timeout, 2000);
	CU_ASSERT_STRING_EQUAL(options.mount, "/x");
	CU_ASSERT_EQUAL(options.socket_mode, 0600);
	CU_ASSERT_TRUE(options.settings.anonymous_publish);
	CU_ASSERT_EQUAL(options.settings.max_batch, 7);
	CU_ASSERT_EQUAL(options.settings.max_queue_size, 65536);
	CU_ASSERT_EQUAL(options.settings.interval, 0);
	fcgi_options_fini(&options);
}

static void
test_source(void)
{
	char expected[64];

	CU_ASSERT_TRUE(read_text(
	    "# one\n// two\n/* three\nfour */\n"
	    "mount = /a\n\ntimeout = 1s # seven\ninterval =\n 1s\n"));
	(void)snprintf(expected, sizeof(expected), "%s:5", path);
	CU_ASSERT_STRING_EQUAL(fcgi_options_source(&options, "mount"),
	    expected);
	(void)snprintf(expected, sizeof(expected), "%s:7", path);
	CU_ASSERT_STRING_EQUAL(fcgi_options_source(&options, "timeout"),
	    expected);
	CU_ASSERT_STRING_EQUAL(fcgi_options_source(&options, "max_batch"),
	    "default");
	fcgi_options_fini(&options);
}

static void
test_lists(void)
{
	CU_ASSERT_TRUE(read_text("listen = { \"unix:/a#b\",\n c:1 }\n"
				 "listen += { d:2 }\n"
				 "trusted_proxies = 10.0.0.1\n"));
	CU_ASSERT_EQUAL_FATAL(options.listen.count, 3);
	CU_ASSERT_STRING_EQUAL(options.listen.items[0], "unix:/a#b");
	CU_ASSERT_STRING_EQUAL(options.listen.items[1], "c:1");
	CU_ASSERT_STRING_EQUAL(options.listen.items[2], "d:2");
	CU_ASSERT_EQUAL_FATAL(options.trusted_proxies.count, 1);
	fcgi_options_fini(&options);

	CU_ASSERT_TRUE(read_text("listen = { a:1 }\nlisten = {}\n"
				 "allowed_origins = {}\n"));
	CU_ASSERT_EQUAL(options.listen.count, 0);
	fcgi_options_fini(&options);
}

static void
test_last_counts(void)
{
	CU_ASSERT_TRUE(read_text("timeout = 1s\ntimeout = 2s\n"
				 "listen = a:1\nlisten = b:2\n"));
	CU_ASSERT_EQUAL(options.settings.timeout, 2000);
	CU_ASSERT_EQUAL_FATAL(options.listen.count, 1);
	CU_ASSERT_STRING_EQUAL(options.listen.items[0], "b:2");
	fcgi_options_fini(&options);
}

static void
test_comments(void)
{
	CU_ASSERT_TRUE(read_text("log_target = ./a//b\n"
				 "mount = \"/*a\"# b\n"
				 "//timeout = 1s\n"
				 "max_batch /* a */ = /**/ 7 //b\n"));
	CU_ASSERT_STRING_EQUAL(options.log_target, "./a//b");
	CU_ASSERT_STRING_EQUAL(options.mount, "/*a");
	CU_ASSERT_EQUAL(options.settings.timeout, 30000);
	CU_ASSERT_EQUAL(options.settings.max_batch, 7);
	fcgi_options_fini(&options);
}

static void
test_channels(void)
{
	const struct fcgi_channel_block *blocks;
	const struct bx_channel_rule *rules;
	char expected[64];

	CU_ASSERT_TRUE(read_text("channel \"/a/**\" {\n"
				 "\tlazy = yes # c\n\n"
				 "\tlazy_timeout = 1500ms lazy = off\n"
				 "}\n"
				 "timeout = 2s\n"
				 "channel /b\n{\n}\n"
				 "channel '/c/*' { broadcast_to_publisher = "
				 "no }\n"));
	CU_ASSERT_EQUAL(options.settings.timeout, 2000);
	CU_ASSERT_EQUAL_FATAL(options.settings.channel_rule_count, 3);
	rules = options.settings.channel_rules;
	blocks = options.channel_blocks.blocks;
	CU_ASSERT_STRING_EQUAL(blocks[0].title, "/a/**");
	CU_ASSERT_EQUAL(rules[0].values[BX_RULE_LAZY], false);
	CU_ASSERT_EQUAL(rules[0].values[BX_RULE_LAZY_TIMEOUT], 1500);
	(void)snprintf(expected, sizeof(expected), "%s:1", path);
	CU_ASSERT_STRING_EQUAL(blocks[0].where, expected);
	(void)snprintf(expected, sizeof(expected), "%s:4", path);
	CU_ASSERT_STRING_EQUAL(blocks[0].sources[BX_RULE_LAZY], expected);
	CU_ASSERT_STRING_EQUAL(blocks[1].title, "/b");
	CU_ASSERT_EQUAL(rules[1].values[BX_RULE_LAZY], BX_RULE_UNSET);
	CU_ASSERT_STRING_EQUAL(blocks[2].title, "/c/*");
	CU_ASSERT_EQUAL(rules[2].values[BX_RULE_BROADCAST_TO_PUBLISHER],
	    false);
	fcgi_options_fini(&options);
}

/* The nth section has this text for key. */
static void
expect_key(size_t nth, const char *key, const char *text)
{
	const char *found;

	CU_ASSERT_FATAL(nth < options.plugins.count);
	found = fcgi_plugin_section_text(&options.plugins.items[nth], key);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	CU_ASSERT_STRING_EQUAL(found, text);
}

static void
test_plugins(void)
{
	char where[64];

	CU_ASSERT_TRUE(read_text("plugin \"acl\" {\n"
				 "\tpath = /lib/acl.so\n"
				 "\tgroups = { staff, 'some others' }\n"
				 "\tgroups += guests rate=3 # 4\n"
				 "\trate = 5 on = yes none = {}\n"
				 "\tit-is.odd/+= one\n}\n"
				 "plugin b-2._ { path = /b }\n"));
	CU_ASSERT_EQUAL_FATAL(options.plugins.count, 2);
	CU_ASSERT_STRING_EQUAL(options.plugins.items[0].name, "acl");
	CU_ASSERT_STRING_EQUAL(options.plugins.items[0].path.text,
	    "/lib/acl.so");
	(void)snprintf(where, sizeof(where), "%s:2", path);
	CU_ASSERT_STRING_EQUAL(options.plugins.items[0].path.where, where);
	expect_key(0, "groups", "staff\nsome others\nguests");
	expect_key(0, "rate", "5");
	expect_key(0, "on", "yes");
	expect_key(0, "none", "");
	expect_key(0, "it-is.odd/", "one");
	CU_ASSERT_EQUAL(options.plugins.items[0].count, 5);
	CU_ASSERT_PTR_NULL(
	    fcgi_plugin_section_text(&options.plugins.items[0], "path"));
	CU_ASSERT_PTR_NULL(
	    fcgi_plugin_section_text(&options.plugins.items[1], "rate"));
	CU_ASSERT_STRING_EQUAL(options.plugins.items[1].name, "b-2._");
	fcgi_options_fini(&options);
}

/* A path that is relative is so to the folder of the file. */
static void
test_plugin_paths(void)
{
	static const char text[] = "plugin a { path = \"x/y.so\" }\n"
				   "plugin b { path = z.so }\n";
	char folder[4096];

	CU_ASSERT_TRUE(read_text(text));
	CU_ASSERT_EQUAL_FATAL(options.plugins.count, 2);
	CU_ASSERT_STRING_EQUAL(options.plugins.items[0].path.text,
	    "/tmp/x/y.so");
	CU_ASSERT_STRING_EQUAL(options.plugins.items[1].path.text,
	    "/tmp/z.so");
	fcgi_options_fini(&options);

	/* Named without a slash, a library would be looked for elsewhere. */
	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(folder, sizeof(folder)));
	write_file(text, strlen(text));
	CU_ASSERT_EQUAL_FATAL(chdir("/tmp"), 0);
	CU_ASSERT_TRUE_FATAL(fcgi_options_init(&options, unit_env()));
	CU_ASSERT_TRUE(
	    fcgi_config_read(&options, strrchr(path, '/') + 1, &problem));
	CU_ASSERT_EQUAL_FATAL(chdir(folder), 0);
	(void)unlink(path);
	CU_ASSERT_EQUAL_FATAL(options.plugins.count, 2);
	CU_ASSERT_STRING_EQUAL(options.plugins.items[1].path.text, "./z.so");
	fcgi_options_fini(&options);
}

static const struct {
	const char *text;
	const char *message; /* behind the path */
} refused[] = {
	{ "timout = 3s",
	    ":1: no such option \"timout\"; did you mean \"timeout\"?" },
	{ "/*\n*/\n# x\ntimeout = 30",
	    ":4: timeout: \"30\" has no unit; "
	    "write 30 and ms, s, m or h, such as 30s" },
	{ "timeout = 1s\ntimeout = 0",
	    ":2: timeout: \"0\" has no unit; "
	    "write 0 and ms, s, m or h, such as 30s" },
	{ "mount = \"/a\nb\"",
	    ":2: mount: \"/a\\x0ab\" is not a plain path: "
	    "no \"?\", \"#\", \"%\", space or control character" },
	{ "listen = { a:1,\n\n b }",
	    ":3: listen: \"b\" is neither unix:PATH nor HOST:PORT" },
	{ "max_channel_depth = 200",
	    ":1: max_channel_depth: \"200\" is not in the range 1 to 128" },
	{ "session_binding = loose",
	    ":1: session_binding: \"loose\" is not strict, trust or auto" },
	{ "browser_cookie = \"a b\"",
	    ":1: browser_cookie: \"a b\" has more than letters, digits and "
	    "!#$%&'*+-.^_`|~ in it" },
	{ "allowed_origins = { \"*\",\n\"null\" }",
	    ":2: allowed_origins: \"null\" is neither \"*\" nor "
	    "SCHEME://HOST[:PORT], whose HOST may begin with \"*.\" and "
	    "whose PORT may be \"*\"" },
	{ "\nplugin \"acl\" {\n}", ":3: plugin \"acl\": path is missing" },
	{ "plugin acl {\n timeout = 3s\n}",
	    ":3: plugin \"acl\": path is missing" },
	{ "plugin acl {\n path = { a,\n b }\n}",
	    ":3: plugin \"acl\": path has to be one text" },
	{ "plugin acl {\n path = {}\n}",
	    ":3: plugin \"acl\": path has to be one text" },
	{ "plugin acl { path = \"\" }",
	    ":1: plugin \"acl\": path has to be one text" },
	{ "plugin \"a/b\" { path = x }",
	    ":1: plugin \"a/b\": a name has letters, digits and ._- alone" },
	{ "plugin \"\" { path = x }",
	    ":1: plugin \"\": a name has letters, digits and ._- alone" },
	{ "plugin a { path = x }\nplugin b { path = x }\nplugin a { }",
	    ":3: plugin: there is one of this name already: 'a'" },
	{ "plugin a {\n path = x \"b\" = y\n}",
	    ":2: plugin: \"b\" is not the KEY of a KEY = VALUE" },
	{ "plugin a {\n path = x\n b { }\n}",
	    ":3: plugin: \"b\" is not the KEY of a KEY = VALUE" },
	{ "plugin { path = x }", ":1: missing title for section 'plugin'" },
	{ "plugin = x", ":1: missing title for section 'plugin'" },
	{ "timeout = 1s\nplugin a {\n path = x\n",
	    ":2: a brace begins here and never ends" },
	{ "listen = {\na:1\n", ":1: a brace begins here and never ends" },
	{ "plugn a { path = x }",
	    ":1: no such option \"plugn\"; did you mean \"plugin\"?" },
	{ "plugin a { path = x }\nb = 3", ":2: no such option \"b\"" },
	{ "\nchannel \"/a//b\" {\n\nlazy = yes\n}",
	    ":2: channel: \"/a//b\" is no channel, such as \"/a/b\", and no "
	    "pattern, such as \"/a/*\" or \"/a/**\"" },
	{ "channel \"/meta/x\" { }",
	    ":1: channel: \"/meta/x\" is the protocol's own" },
	{ "channel /a {\n lazy = yes\n lazy = 3\n}",
	    ":3: lazy: \"3\" is not yes or no (or true, false, on, off)" },
	{ "channel /a {\n\n lasy = yes\n}",
	    ":3: channel: a block has no option \"lasy\"; "
	    "did you mean \"lazy\"?" },
	{ "channel /a {\n timeout = 3s\n}",
	    ":2: channel: a block has no option \"timeout\"" },
	{ "channel /a { }\nchannel /b { }\nchannel /a {\n lazy = yes\n}",
	    ":3: channel: \"/a\" has a block already, at @:1" },
	{ "channel /a/* { }",
	    ":1: text with * or + in it has to stand in quotes" },
	{ "channel { }", ":1: missing title for section 'channel'" },
	{ "channel /service/a { lazy = yes }",
	    ":1: lazy: nothing is broadcast on \"/service/a\"" },
	{ "channel \"/a/%ub\" { }",
	    ":1: channel: \"/a/%ub\" is no channel; \"%u\" stands for the "
	    "user who asks, as a whole segment, such as in \"/user/%u/**\"" },
	{ "channel /a {\n\n subscribe = {}\n}",
	    ":4: subscribe: the list is empty; write \"nobody\"" },
	{ "channel /a {\n create = { a }\n create = { }\n}",
	    ":4: create: the list is empty; write \"nobody\"" },
	{ "channel /a {\n\n publish = { alice,\neveryone }\n}",
	    ":4: publish: \"everyone\" stands alone; a user of that name is "
	    "\"user:everyone\"" },
	{ "channel /a {\n publish = { nobody, alice }\n}",
	    ":2: publish: \"nobody\" stands alone; a user of that name is "
	    "\"user:nobody\"" },
	{ "channel /a {\n publish = evryone\n}",
	    ":2: publish: did you mean \"everyone\" by \"evryone\"?  A user "
	    "of that name is \"user:evryone\"" },
	{ "channel /a { channel /b { } }",
	    ":1: channel: a block has no option \"channel\"" },
	{ "channel /a { lazy = { yes } }", ":1: unexpected token '{'" },
	{ "\nchannel /a {\n lazy = yes\n",
	    ":2: a brace begins here and never ends" },
	{ "chanel /a { lazy = yes }",
	    ":1: no such option \"chanel\"; did you mean \"channel\"?" },
	{ "lazy = yes", ":1: no such option \"lazy\"" },
	{ "include(\"/etc/passwd\")", ":1: no such option \"include\"" },
	{ "timeout = 1s s", ":1: no such option \"s\"" },
	{ "timeout", ":1: premature end of file" },
	{ "timeout =", ":1: premature end of file" },
	{ "\ntimeout = \"1s\n", ":2: a quote begins here and never ends" },
	{ "timeout = 1s'\nmount = /a",
	    ":1: a quote begins here and never ends" },
	{ "timeout = '1s\\'", ":1: a quote begins here and never ends" },
	{ "mount = \n/a*b",
	    ":2: text with * or + in it has to stand in "
	    "quotes" },
	{ "mount = a+b",
	    ":1: text with * or + in it has to stand in "
	    "quotes" },
	{ "timeout { }", ":1: missing equal sign after option 'timeout'" },
	{ "timeout += 1s",
	    ":1: attempt to append to non-list option 'timeout'" },
	{ "timeout = { 1s }", ":1: unexpected token '{'" },
	{ "}", ":1: unexpected closing brace" },
	{ "= 3", ":1: unexpected token '='" },
	{ "\n\n /* x", ":3: a comment begins here and never ends" },
	{ "timeout = \"\" # x",
	    ":1: timeout: \"\" is not a whole number "
	    "with a unit: ms, s, m or h" },
};

static void
test_refused(void)
{
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		CU_ASSERT_FALSE(read_text(refused[i].text));
		CU_ASSERT_TRUE(is_problem(refused[i].message));
		fcgi_options_fini(&options);
	}
}

static void
test_no_file(void)
{
	CU_ASSERT_TRUE_FATAL(fcgi_options_init(&options, unit_env()));
	CU_ASSERT_FALSE(
	    fcgi_config_read(&options, "/nonexistent/a", &problem));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "/nonexistent/a: No such file or directory");
	CU_ASSERT_FALSE(fcgi_config_read(&options, "/", &problem));
	CU_ASSERT_STRING_EQUAL(problem.text, "/: Is a directory");
	CU_ASSERT_TRUE(fcgi_config_read(&options, "/dev/null", &problem));
	CU_ASSERT_FALSE(fcgi_config_read(&options, "/dev/zero", &problem));
	CU_ASSERT_STRING_EQUAL(problem.text,
	    "/dev/zero: larger than 1048576 bytes");
	fcgi_options_fini(&options);
}

static void
test_no_text(void)
{
	CU_ASSERT_TRUE_FATAL(fcgi_options_init(&options, unit_env()));
	write_file("timeout = 1s\n\0mount = /x", 23);
	CU_ASSERT_FALSE(fcgi_config_read(&options, path, &problem));
	CU_ASSERT_TRUE(is_problem(": has a byte 0 in it: it is no text"));
	(void)unlink(path);
	fcgi_options_fini(&options);
}

/* A file is read up to its last byte, and not one beyond the limit. */
static void
test_largest(void)
{
	size_t len;
	char *text = malloc(FCGI_CONFIG_MAX + 2);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, ' ', FCGI_CONFIG_MAX + 1);
	text[FCGI_CONFIG_MAX + 1] = '\0';
	CU_ASSERT_FALSE(read_text(text));
	CU_ASSERT_TRUE(is_problem(": larger than 1048576 bytes"));
	fcgi_options_fini(&options);
	len = strlen("timeout = 9s");
	memcpy(text + FCGI_CONFIG_MAX - len, "timeout = 9s", len + 1);
	CU_ASSERT_TRUE(read_text(text));
	CU_ASSERT_EQUAL(options.settings.timeout, 9000);
	fcgi_options_fini(&options);
	free(text);
}

static void
test_cut_anywhere(void)
{
	static const char whole[] = "# a\nlisten = { \"unix:/a\\\"b\", c:1 }\n"
				    "/* b */ timeout = '2s' // c\n"
				    "channel \"/a/*\" { lazy = yes }\n"
				    "plugin \"x\" { path = y z = { 1, 2 } }";
	char text[sizeof(whole)];
	size_t len;

	for (len = 0; len < sizeof(whole); len++) {
		memcpy(text, whole, len);
		text[len] = '\0';
		if (!read_text(text))
			CU_ASSERT_EQUAL(strncmp(problem.text, path,
					    strlen(path)),
			    0);
		fcgi_options_fini(&options);
	}
}

/* What is printed of the options, but for where each comes from.  Free it. */
static char *
print_values(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	char *at;

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	fcgi_options_print(&options, out);
	(void)fclose(out);
	for (at = text; (at = strstr(at, "  # ")) != NULL;) {
		size_t len = strcspn(at, "\n");

		memmove(at, at + len, strlen(at + len) + 1);
	}
	return text;
}

static void
test_printed(void)
{
	char *first;
	char *second;

	CU_ASSERT_TRUE(
	    read_text("log_target = \"./a $b \\\"c\\\\ \\x24{A}\"\n"
		      "listen = { \"unix:/a b\", \"[::1]:3\" }\n"
		      "timeout = 90s\nmax_message_size = 3KiB\n"
		      "max_sessions_per_browser = -1\n"
		      "session_binding = strict\n"
		      "browser_cookie = \"!#$%&'*+-.^_`|~\"\n"
		      "browser_cookie_same_site = \"\"\n"
		      "channel \"/a $b/**\" { lazy = no lazy_timeout = 1h }\n"
		      "channel /c { }\n"
		      "channel \"/%u/*\" { create = local\n"
		      " subscribe = { \"$a\", authenticated } }\n"
		      "channel \"/service/*\" { publish = user:local }\n"
		      "broadcast_to_publisher = no\nlog_level = debug\n"
		      "plugin a { path = \"/$a\" b = \"\\\"c\\n\" }\n"
		      "plugin d { path = e f = { g, \"$h\" } i = {} }"));
	CU_ASSERT_EQUAL(options.settings.max_sessions_per_browser, -1);
	CU_ASSERT_EQUAL(options.settings.session_binding, BX_BINDING_STRICT);
	CU_ASSERT_STRING_EQUAL(options.browser_cookie, "!#$%&'*+-.^_`|~");
	CU_ASSERT_STRING_EQUAL(options.browser_cookie_same_site, "");
	CU_ASSERT_STRING_EQUAL(options.log_target, "./a $b \"c\\ ${A}");
	first = print_values();
	fcgi_options_fini(&options);

	CU_ASSERT_PTR_NOT_NULL(strstr(first, "\ntimeout = 90s\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(first,
	    "\nchannel \"/a \\x24b/**\" {\n\tlazy = no\n"
	    "\tlazy_timeout = 1h\n}\nchannel \"/c\" {\n}\n"
	    "channel \"/%u/*\" {\n"
	    "\tsubscribe = { \"\\x24a\", \"authenticated\" }\n"
	    "\tcreate = local\n}\n"
	    "channel \"/service/*\" {\n"
	    "\tpublish = { \"user:local\" }\n}\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(first,
	    "\nplugin \"a\" {\n"
	    "\tpath = \"/\\x24a\"\n"
	    "\tb = { \"\\\"c\", \"\" }\n"
	    "}\nplugin \"d\" {\n"
	    "\tpath = \"/tmp/e\"\n"
	    "\tf = { \"g\", \"\\x24h\" }\n"
	    "\ti = \"\"\n"
	    "}\n"));
	CU_ASSERT_TRUE(read_text(first));
	second = print_values();
	fcgi_options_fini(&options);
	CU_ASSERT_STRING_EQUAL(first, second);
	free(first);
	free(second);
}

static bool
read_once(void *ctx)
{
	bool ok;

	(void)ctx;
	if (!fcgi_options_init(&options, unit_env()))
		return false;
	ok = fcgi_config_read(&options, path, &problem);
	if (!ok)
		CU_ASSERT_PTR_NOT_NULL(strstr(problem.text, "out of memory"));
	fcgi_options_fini(&options);
	return ok;
}

static void
test_no_memory(void)
{
	static const char text[] = "timeout = 1s\nmount = /x\n"
				   "listen = { a:1, b:2 }\nlisten = {}\n"
				   "channel /a { lazy = yes\n"
				   "subscribe = { a, b } }\n"
				   "plugin a { path = x b = c b = d }\n";

	write_file(text, strlen(text));
	CU_ASSERT(unit_fail_each(read_once, NULL) >= 17);
	(void)unlink(path);
}

static const struct unit_test tests[] = {
	{ "values are read, quoted or not", test_values },
	{ "blocks for channels are read", test_channels },
	{ "each option knows its line, whatever the comments", test_source },
	{ "lists are read, added to, and emptied", test_lists },
	{ "of an option that is set twice the last counts", test_last_counts },
	{ "a plugin has a path, and keys of its own", test_plugins },
	{ "a plugin is looked for where the file is", test_plugin_paths },
	{ "a comment begins where a word could", test_comments },
	{ "what is wrong is told with file and line", test_refused },
	{ "what is no file is told", test_no_file },
	{ "what is no text is told", test_no_text },
	{ "a file may have as many bytes as the limit", test_largest },
	{ "a file that is cut anywhere is refused or read",
	    test_cut_anywhere },
	{ "what is printed can be read again", test_printed },
	{ "without memory it is told", test_no_memory },
};

UNIT_MAIN("config", tests)
