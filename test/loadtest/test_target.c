/* test_target.c - the server that a load is put on. */
#include "test/load/target.h"

#include <string.h>
#include <sys/un.h>

#include "test/support/unit.h"

static void
addresses_of_this_machine_are_loopback(void)
{
	static const char *const texts[] = { "http://127.0.0.1:8080/cometd",
		"http://127.0.0.1", "http://127.255.1.2:1/", "http://[::1]:80",
		"http://localhost:8080", "fcgi:127.0.0.1:9000",
		"fcgi:[::1]:9000", "fcgi:unix:/run/a.sock",
		"fcgi:unix:a.sock" };
	struct load_target target;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CU_ASSERT_TRUE(load_target_parse(&target, texts[i]));
		CU_ASSERT_TRUE(load_target_is_loopback(&target));
	}
}

static void
no_other_address_is_loopback(void)
{
	static const char *const texts[] = { "http://192.0.2.1:8080/cometd",
		"http://10.0.0.1", "http://0.0.0.0:80", "http://128.0.0.1",
		"http://126.255.255.255", "http://[2001:db8::1]:80",
		"http://[::]:80", "http://[::ffff:127.0.0.1]:80",
		"fcgi:192.0.2.1:9000", "http://1.127.0.0" };
	struct load_target target;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CU_ASSERT_TRUE(load_target_parse(&target, texts[i]));
		CU_ASSERT_FALSE(load_target_is_loopback(&target));
	}
}

/* Whoever looks a name up may be told anything. */
static void
names_and_other_things_are_no_addresses(void)
{
	static const char *const texts[] = { "", "127.0.0.1:80",
		"https://127.0.0.1/", "http://example.com/",
		"http://localhost.example.com", "http://127.1",
		"http://127.0.0.1:0/", "http://127.0.0.1:65536/",
		"http://127.0.0.1:8x/", "http://127.0.0.1: 80/",
		"http://127.0.0.1@192.0.2.1/", "http://user@127.0.0.1/",
		"http://[::1/", "http://[127.0.0.1]:80", "http://::1:80",
		"http:///cometd", "fcgi:127.0.0.1",
		"fcgi:unix:", "fcgi:/a.sock", "http://127.0.0.1/a b",
		"http://127.0.0.1/a\r\nX: y" };
	struct load_target target;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CU_ASSERT_FALSE(load_target_parse(&target, texts[i]));
}

static void
host_and_path_are_as_given(void)
{
	struct load_target target;

	CU_ASSERT_TRUE(
	    load_target_parse(&target, "http://127.0.0.1:8080/a/b?c"));
	CU_ASSERT_STRING_EQUAL(target.host, "127.0.0.1:8080");
	CU_ASSERT_STRING_EQUAL(target.path, "/a/b?c");
	CU_ASSERT_FALSE(target.is_fcgi);
	CU_ASSERT_TRUE(load_target_parse(&target, "http://127.0.0.1:80/"));
	CU_ASSERT_STRING_EQUAL(target.path, "/");
	CU_ASSERT_TRUE(load_target_parse(&target, "http://[::1]:81"));
	CU_ASSERT_STRING_EQUAL(target.host, "[::1]:81");
	CU_ASSERT_STRING_EQUAL(target.path, "/cometd");
	CU_ASSERT_TRUE(load_target_parse(&target, "fcgi:unix:/x/y"));
	CU_ASSERT_STRING_EQUAL(target.host, "localhost");
	CU_ASSERT_STRING_EQUAL(target.path, "/cometd");
	CU_ASSERT_TRUE(target.is_fcgi);
}

static void
what_is_too_long_is_no_address(void)
{
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path);
	char text[1024] = "fcgi:unix:";
	struct load_target target;
	size_t len = strlen(text);

	memset(text + len, 'x', max - 1);
	CU_ASSERT_TRUE(load_target_parse(&target, text));
	memset(text + len, 'x', max);
	CU_ASSERT_FALSE(load_target_parse(&target, text));
	memset(text, 0, sizeof(text));
	strcpy(text, "http://127.0.0.1/");
	memset(text + strlen(text), 'x', LOAD_TARGET_TEXT);
	CU_ASSERT_FALSE(load_target_parse(&target, text));
	memset(text + strlen("http://"), '1', LOAD_TARGET_TEXT);
	CU_ASSERT_FALSE(load_target_parse(&target, text));
}

static const struct unit_test tests[] = {
	{ "addresses of this machine are loopback",
	    addresses_of_this_machine_are_loopback },
	{ "no other address is loopback", no_other_address_is_loopback },
	{ "names and other things are no addresses",
	    names_and_other_things_are_no_addresses },
	{ "host and path are as given", host_and_path_are_as_given },
	{ "what is too long is no address", what_is_too_long_is_no_address },
};

UNIT_MAIN("load/target", tests)
