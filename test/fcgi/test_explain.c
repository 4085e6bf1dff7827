/*
 * test_explain.c - which block decides, as it is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/explain.h"
#include "fcgi/options.h"
#include "test/support/unit.h"

static struct fcgi_options options;
static struct fcgi_problem problem;

static void
block(const char *title, const char *key, const char *value, const char *where)
{
	const struct fcgi_channel_setting setting = { key, &value, 1, where };

	CU_ASSERT_TRUE_FATAL(
	    fcgi_options_add_channel(&options, title, "f:0", &problem));
	CU_ASSERT_TRUE_FATAL(fcgi_channel_blocks_set(&options.channel_blocks,
	    unit_env(), &setting, &problem));
}

static void
start(void)
{
	CU_ASSERT_TRUE_FATAL(fcgi_options_init(&options, unit_env()));
	block("/user/**", "subscribe", "nobody", "f:1");
	block("/user/%u/**", "subscribe", "authenticated", "f:2");
	block("/a b", "publish", "bob", "f:3");
	block("/**", "create", "nobody", "f:4");
}

static void
check(const struct fcgi_explain *question, enum fcgi_explain_answer answer,
    const char *line)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	problem.text[0] = '\0';
	CU_ASSERT_EQUAL(fcgi_explain(&options, question, out, &problem),
	    answer);
	(void)fclose(out);
	if (answer == FCGI_EXPLAIN_SENSELESS) {
		CU_ASSERT_STRING_EQUAL(text, "");
		CU_ASSERT_STRING_EQUAL(problem.text, line);
	} else {
		CU_ASSERT_STRING_EQUAL(text, line);
	}
	free(text);
}

/* Who may do something may not create the channel for it here. */
#define NOT_FIRST \
	"but not as the first one there: f:4: channel \"/**\": create = " \
	"nobody\n"

static void
the_block_that_decides_is_named(void)
{
	start();
	check(&(struct fcgi_explain){ "alice", "subscribe", "/user/alice/x" },
	    FCGI_EXPLAIN_ALLOWED,
	    "allow: f:2: channel \"/user/%u/**\": subscribe = "
	    "authenticated\n" NOT_FIRST);
	check(&(struct fcgi_explain){ "alice", "subscribe", "/user/bob/x" },
	    FCGI_EXPLAIN_DENIED,
	    "deny: f:1: channel \"/user/**\": subscribe = nobody\n");
	check(&(struct fcgi_explain){ "-", "subscribe", "/**" },
	    FCGI_EXPLAIN_DENIED,
	    "deny: f:1: channel \"/user/**\": subscribe = nobody\n");
	check(&(struct fcgi_explain){ "bob", "publish", "/a b" },
	    FCGI_EXPLAIN_ALLOWED,
	    "allow: f:3: channel \"/a b\": publish = { \"bob\" }\n" NOT_FIRST);
	check(&(struct fcgi_explain){ "-", "publish", "/a b" },
	    FCGI_EXPLAIN_DENIED,
	    "deny: f:3: channel \"/a b\": publish = { \"bob\" }\n");
	check(&(struct fcgi_explain){ "bob", "create", "/x/*" },
	    FCGI_EXPLAIN_DENIED,
	    "deny: f:4: channel \"/**\": create = nobody\n");
	fcgi_options_fini(&options);
}

static void
that_no_block_decides_is_told(void)
{
	start();
	check(&(struct fcgi_explain){ "-", "subscribe", "/x" },
	    FCGI_EXPLAIN_ALLOWED, "allow: no block decides\n" NOT_FIRST);
	check(&(struct fcgi_explain){ "-", "subscribe", "/meta/connect" },
	    FCGI_EXPLAIN_DENIED, "deny: the channel is the protocol's own\n");
	check(&(struct fcgi_explain){ "bob", "publish", "/service" },
	    FCGI_EXPLAIN_DENIED, "deny: the channel is the protocol's own\n");
	fcgi_options_fini(&options);
}

static void
what_makes_no_sense_is_told(void)
{
	start();
	check(&(struct fcgi_explain){ "", "subscribe", "/x" },
	    FCGI_EXPLAIN_SENSELESS,
	    "a user's name has 1 to 255 bytes, and no control characters; "
	    "\"-\" is nobody");
	check(&(struct fcgi_explain){ "-", "read", "/x" },
	    FCGI_EXPLAIN_SENSELESS,
	    "\"read\" is neither subscribe nor publish nor create");
	check(&(struct fcgi_explain){ "-", "subscribe", "/x/%u" },
	    FCGI_EXPLAIN_SENSELESS, "\"/x/%u\" is no channel, and no pattern");
	check(&(struct fcgi_explain){ "-", "publish", "/x/*" },
	    FCGI_EXPLAIN_SENSELESS, "nothing is published to a pattern");
	options.settings.max_channel_depth = 2;
	check(&(struct fcgi_explain){ "-", "publish", "/x/y/z" },
	    FCGI_EXPLAIN_SENSELESS,
	    "\"/x/y/z\" is no channel, and no pattern");
	fcgi_options_fini(&options);
}

static const struct unit_test tests[] = {
	{ "the block that decides is named", the_block_that_decides_is_named },
	{ "that no block decides is told", that_no_block_decides_is_told },
	{ "what makes no sense is told", what_makes_no_sense_is_told },
};

UNIT_MAIN("explain", tests)
