/* test_address.c - whom a request counts for, and how often. */
#include <stdint.h>
#include <string.h>

#include "fcgi/address.h"
#include "test/support/unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint64_t seed[2] = { 1, 2 };

static struct bx_slice
slice(const char *text)
{
	return (struct bx_slice){ text, strlen(text) };
}

/* The address that text, which has to be one, is. */
static struct fcgi_address
address(const char *text)
{
	struct fcgi_address parsed;

	CU_ASSERT_EQUAL_FATAL(fcgi_address_parse(slice(text), &parsed), BX_OK);
	return parsed;
}

static bool
same(const struct fcgi_address *a, const struct fcgi_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void
addresses_are_byte_exact(void)
{
	struct fcgi_address v4 = address("192.0.2.255");
	struct fcgi_address v6 = address("2001:db8::1");

	CU_ASSERT_EQUAL(memcmp(v4.bytes,
			    "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\xff",
			    16),
	    0);
	CU_ASSERT_EQUAL(memcmp(v6.bytes,
			    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16),
	    0);
}

static void
one_address_has_many_spellings(void)
{
	const struct {
		const char *text, *address;
	} rows[] = {
		{ " 192.0.2.1\t", "192.0.2.1" },
		{ "192.0.2.1:8080", "192.0.2.1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "[::ffff:192.0.2.1]:80", "192.0.2.1" },
		{ "[2001:db8::1]", "2001:db8::1" },
		{ "[2001:DB8::1]:443", "2001:db8:0::1" },
		{ "fe80::1%eth0", "fe80::1" },
		{ "[fe80::1%an-interface-of-a-very-long-name]:80", "fe80::1" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fcgi_address a = address(rows[i].text);
		struct fcgi_address b = address(rows[i].address);

		CU_ASSERT(same(&a, &b));
	}
}

static void
what_is_no_address_is_refused(void)
{
	const char *const texts[] = {
		"",
		" ",
		"unknown",
		"_hidden",
		"1.2.3",
		"1.2.3.4.5",
		"256.1.1.1",
		"1.2.3.4:",
		"1.2.3.4:x",
		"1.2.3.4 5",
		"[::1",
		"[::1]x",
		"[::1]:",
		"[]",
		"::1]",
		":",
		"1.2.3.4:80:80",
		"::g",
		"%eth0",
		"2001:db8:2001:db8:2001:db8:2001:db8:2001",
		"00000000000000000000000000000000000000000000000000000000::1",
		"1.2.3.4,5.6.7.8",
		"localhost",
		"1.2.3.4/8",
	};
	struct fcgi_address before = address("::1");
	struct fcgi_address after = before;

	for (size_t i = 0; i < COUNT(texts); i++)
		CU_ASSERT_EQUAL(fcgi_address_parse(slice(texts[i]), &after),
		    BX_EINVAL);
	CU_ASSERT_EQUAL(fcgi_address_parse((struct bx_slice){ "1.2.3.4\0x",
					       9 },
			    &after),
	    BX_EINVAL);
	CU_ASSERT_EQUAL(fcgi_address_parse((struct bx_slice){ NULL, 0 },
			    &after),
	    BX_EINVAL);
	CU_ASSERT(same(&before, &after));
}

/* Is text in the one network? */
static bool
is_in(const char *text, const char *network_text)
{
	struct fcgi_address_network network;
	const struct fcgi_address_networks networks = { &network, 1 };
	struct fcgi_address parsed = address(text);

	CU_ASSERT_EQUAL_FATAL(fcgi_address_network_parse(slice(network_text),
				  &network),
	    BX_OK);
	return fcgi_address_is_in(&parsed, &networks);
}

static void
a_network_has_the_addresses_of_its_prefix(void)
{
	CU_ASSERT(is_in("10.255.0.1", "10.0.0.0/8"));
	CU_ASSERT_FALSE(is_in("11.0.0.0", "10.0.0.0/8"));
	CU_ASSERT(is_in("10.1.2.3", "10.9.9.9/8"));
	CU_ASSERT(is_in("192.0.2.127", "192.0.2.0/25"));
	CU_ASSERT_FALSE(is_in("192.0.2.128", "192.0.2.0/25"));
	CU_ASSERT(is_in("192.0.2.1", "192.0.2.1"));
	CU_ASSERT(is_in("192.0.2.1", "192.0.2.1/32"));
	CU_ASSERT_FALSE(is_in("192.0.2.2", "192.0.2.1"));
	CU_ASSERT(is_in("1.2.3.4", "0.0.0.0/0"));
	CU_ASSERT_FALSE(is_in("2001:db8::1", "0.0.0.0/0"));
	CU_ASSERT(is_in("2001:db8:0:1::1", "2001:db8::/32"));
	CU_ASSERT_FALSE(is_in("2001:db9::1", "2001:db8::/32"));
	CU_ASSERT(is_in("::1", "::1/128"));
	CU_ASSERT(is_in("1.2.3.4", "::/0"));
	CU_ASSERT(is_in("::ffff:10.1.1.1", "10.0.0.0/8"));
}

static void
what_is_no_network_is_refused(void)
{
	const char *const texts[] = {
		"",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"::1/129",
		"::1/1000",
		"10.0.0.0/8/8",
		"10.0.0.0/-1",
		"10.0.0.0/ 8",
		"10.0.0/8",
		"10.0.0.0/+8",
		"[::1]",
		"10.0.0.0:80",
		"unix:",
		"example.org",
		"::/99999999999999999999",
	};
	struct fcgi_address_network network = { .prefix = 77 };

	for (size_t i = 0; i < COUNT(texts); i++)
		CU_ASSERT_EQUAL(fcgi_address_network_parse(slice(texts[i]),
				    &network),
		    BX_EINVAL);
	CU_ASSERT_EQUAL(network.prefix, 77);
}

static void
networks_are_read_together(void)
{
	static const char *const texts[] = { "127.0.0.1", "10.0.0.0/8" };
	static const char *const bad[] = { "::1", "proxy", "also-wrong" };
	struct fcgi_address_network *at;
	const char *wrong = NULL;

	at = fcgi_address_networks_new(unit_env(), texts, 2, &wrong);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	CU_ASSERT_EQUAL(at[0].prefix, 128);
	CU_ASSERT_EQUAL(at[1].prefix, 104);
	CU_ASSERT_PTR_NULL(wrong);
	bx_free(unit_env(), at);
	CU_ASSERT_PTR_NULL(
	    fcgi_address_networks_new(unit_env(), texts, 0, &wrong));
	unit_fail_allocation(1);
	CU_ASSERT_PTR_NULL(
	    fcgi_address_networks_new(unit_env(), texts, 2, &wrong));
	CU_ASSERT_PTR_NULL(wrong);
	CU_ASSERT_PTR_NULL(
	    fcgi_address_networks_new(unit_env(), bad, 3, &wrong));
	CU_ASSERT_PTR_EQUAL(wrong, bad[1]);
}

/* Does a request count for expected (NULL: for nobody)?  Trusted are
 * 127.0.0.1, ::1 and 10.0.0.0/8. */
static bool
counts_for(const char *remote, const char *forwarded, const char *expected)
{
	struct fcgi_address_network at[3];
	const struct fcgi_address_networks trusted = { at, COUNT(at) };
	struct fcgi_address client = { { 0xee } }, wanted;

	CU_ASSERT_EQUAL_FATAL(fcgi_address_network_parse(slice("127.0.0.1"),
				  &at[0]),
	    BX_OK);
	CU_ASSERT_EQUAL_FATAL(fcgi_address_network_parse(slice("::1"), &at[1]),
	    BX_OK);
	CU_ASSERT_EQUAL_FATAL(fcgi_address_network_parse(slice("10.0.0.0/8"),
				  &at[2]),
	    BX_OK);
	if (!fcgi_address_of_client(&trusted, slice(remote), slice(forwarded),
		&client))
		return expected == NULL && client.bytes[0] == 0xee;
	if (expected == NULL)
		return false;
	wanted = address(expected);
	return same(&client, &wanted);
}

static void
a_client_counts_for_its_remote_addr(void)
{
	CU_ASSERT(counts_for("192.0.2.1", "", "192.0.2.1"));
	CU_ASSERT(counts_for("2001:db8::1", "", "2001:db8::1"));
	CU_ASSERT(counts_for("127.0.0.1", "", "127.0.0.1"));
}

static void
a_stranger_cannot_forge_its_address(void)
{
	CU_ASSERT(counts_for("192.0.2.1", "198.51.100.1", "192.0.2.1"));
	CU_ASSERT(
	    counts_for("127.0.0.1", "198.51.100.1, 192.0.2.1", "192.0.2.1"));
	CU_ASSERT(counts_for("127.0.0.1", "10.0.0.1, 192.0.2.1, 10.0.0.2",
	    "192.0.2.1"));
}

static void
trusted_proxies_are_passed_over(void)
{
	CU_ASSERT(counts_for("127.0.0.1", "192.0.2.1", "192.0.2.1"));
	CU_ASSERT(
	    counts_for("::1", " 192.0.2.1 , 10.1.1.1,10.2.2.2 ", "192.0.2.1"));
	CU_ASSERT(
	    counts_for("10.0.0.1", "[2001:db8::1]:99, ::1", "2001:db8::1"));
}

static void
when_all_are_trusted_the_left_most_counts(void)
{
	CU_ASSERT(counts_for("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"));
	CU_ASSERT(counts_for("127.0.0.1", ",, ,", "127.0.0.1"));
}

static void
an_entry_that_is_no_address_ends_the_search(void)
{
	CU_ASSERT(counts_for("127.0.0.1", "192.0.2.1, unknown", "127.0.0.1"));
	CU_ASSERT(counts_for("127.0.0.1", "192.0.2.1, unknown, 10.0.0.1",
	    "10.0.0.1"));
}

static void
a_unix_socket_before_the_web_server_is_trusted(void)
{
	CU_ASSERT(counts_for("", "192.0.2.1", "192.0.2.1"));
	CU_ASSERT(counts_for("unix:", "198.51.100.1, 192.0.2.1, 10.0.0.1",
	    "192.0.2.1"));
	CU_ASSERT(counts_for("unix:/run/x.sock", "10.0.0.1", "10.0.0.1"));
}

static void
nobody_counts_without_an_address(void)
{
	CU_ASSERT(counts_for("", "", NULL));
	CU_ASSERT(counts_for("unix:", "", NULL));
	CU_ASSERT(counts_for("unix:", "unknown", NULL));
	CU_ASSERT(counts_for("nonsense", "192.0.2.1", NULL));
}

static void
without_trusted_proxies_only_remote_addr_counts(void)
{
	const struct fcgi_address_networks none = { NULL, 0 };
	struct fcgi_address client, wanted = address("127.0.0.1");

	CU_ASSERT(fcgi_address_of_client(&none, slice("127.0.0.1"),
	    slice("192.0.2.1"), &client));
	CU_ASSERT(same(&client, &wanted));
	CU_ASSERT(fcgi_address_of_client(&none, slice("127.0.0.1"),
	    (struct bx_slice){ NULL, 0 }, &client));
	CU_ASSERT(same(&client, &wanted));
}

static void
an_address_is_written_as_it_is_read(void)
{
	static const char *const texts[] = { "192.0.2.1", "0.0.0.0",
		"9.10.99.100", "255.255.255.255", "::1", "::", "2001:db8::1",
		"2001:db8:1111:2222:3333:4444:5555:6666" };
	char text[FCGI_ADDRESS_TEXT];
	struct fcgi_address one;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		one = address(texts[i]);
		CU_ASSERT_STRING_EQUAL(fcgi_address_format(&one, text),
		    texts[i]);
	}
	one = address("::ffff:192.0.2.1");
	CU_ASSERT_STRING_EQUAL(fcgi_address_format(&one, text), "192.0.2.1");
	one = address("0.9.10.99");
	CU_ASSERT_STRING_EQUAL(fcgi_address_format(&one, text), "0.9.10.99");
	one = address("100.255.110.205");
	CU_ASSERT_STRING_EQUAL(fcgi_address_format(&one, text),
	    "100.255.110.205");
}

static void
a_table_refuses_what_is_over_the_limit(void)
{
	struct fcgi_address one = address("192.0.2.1");
	struct fcgi_address two = address("192.0.2.2");
	struct fcgi_address_table table;

	fcgi_address_table_init(&table, unit_env(), seed, 2);
	CU_ASSERT_EQUAL(fcgi_address_table_enter(&table, &one), BX_OK);
	CU_ASSERT_EQUAL(fcgi_address_table_enter(&table, &one), BX_OK);
	CU_ASSERT_EQUAL(fcgi_address_table_enter(&table, &one), BX_EFULL);
	CU_ASSERT_EQUAL(fcgi_address_table_count(&table, &one), 2);
	CU_ASSERT_EQUAL(fcgi_address_table_enter(&table, &two), BX_OK);
	fcgi_address_table_leave(&table, &one);
	CU_ASSERT_EQUAL(fcgi_address_table_enter(&table, &one), BX_OK);
	CU_ASSERT_EQUAL(fcgi_address_table_enter(&table, &one), BX_EFULL);
	fcgi_address_table_fini(&table);
}

static void
an_address_without_requests_takes_no_memory(void)
{
	struct fcgi_address one = address("192.0.2.1");
	struct fcgi_address_table table;
	size_t before;

	fcgi_address_table_init(&table, unit_env(), seed, 5);
	CU_ASSERT_EQUAL(fcgi_address_table_enter(&table, &one), BX_OK);
	before = unit_live();
	CU_ASSERT_EQUAL(fcgi_address_table_enter(&table, &one), BX_OK);
	CU_ASSERT_EQUAL(unit_live(), before);
	fcgi_address_table_leave(&table, &one);
	CU_ASSERT_EQUAL(unit_live(), before);
	fcgi_address_table_leave(&table, &one);
	CU_ASSERT_EQUAL(unit_live(), before - 1);
	CU_ASSERT_EQUAL(fcgi_address_table_count(&table, &one), 0);
	fcgi_address_table_leave(&table, &one);
	CU_ASSERT_EQUAL(fcgi_address_table_count(&table, &one), 0);
	fcgi_address_table_fini(&table);
}

static void
a_limit_of_zero_counts_nothing(void)
{
	struct fcgi_address one = address("192.0.2.1");
	struct fcgi_address_table table;

	fcgi_address_table_init(&table, unit_env(), seed, 0);
	for (int i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(fcgi_address_table_enter(&table, &one), BX_OK);
	CU_ASSERT_EQUAL(unit_allocations(), 0);
	fcgi_address_table_leave(&table, &one);
	CU_ASSERT_EQUAL(fcgi_address_table_count(&table, &one), 0);
	fcgi_address_table_fini(&table);
}

static void
many_addresses_are_kept_apart(void)
{
	enum {
		MANY = 3000
	};
	struct fcgi_address one = { { 0 } };
	struct fcgi_address_table table;

	fcgi_address_table_init(&table, unit_env(), seed, 2);
	for (int round = 0; round < 2; round++)
		for (unsigned i = 0; i < MANY; i++) {
			memcpy(one.bytes, &i, sizeof(i));
			CU_ASSERT_EQUAL(fcgi_address_table_enter(&table, &one),
			    BX_OK);
		}
	for (unsigned i = 0; i < MANY; i++) {
		memcpy(one.bytes, &i, sizeof(i));
		CU_ASSERT_EQUAL(fcgi_address_table_count(&table, &one), 2);
		fcgi_address_table_leave(&table, &one);
		fcgi_address_table_leave(&table, &one);
		CU_ASSERT_EQUAL(fcgi_address_table_count(&table, &one), 0);
	}
	fcgi_address_table_fini(&table);
}

static bool
enter_twice(void *ctx)
{
	struct fcgi_address one = address("192.0.2.1");
	struct fcgi_address_table table;
	enum bx_status status;

	(void)ctx;
	fcgi_address_table_init(&table, unit_env(), seed, 2);
	status = fcgi_address_table_enter(&table, &one);
	CU_ASSERT(status == BX_OK || status == BX_ENOMEM);
	CU_ASSERT_EQUAL(fcgi_address_table_count(&table, &one),
	    status == BX_OK);
	/* The failure is over: it works as if it had never been. */
	CU_ASSERT_EQUAL(fcgi_address_table_enter(&table, &one), BX_OK);
	fcgi_address_table_fini(&table);
	return status == BX_OK;
}

static void
every_allocation_may_fail(void)
{
	CU_ASSERT_EQUAL(unit_fail_each(enter_twice, NULL), 1);
}

static const struct unit_test tests[] = {
	{ "addresses are byte exact, IPv4 is mapped",
	    addresses_are_byte_exact },
	{ "one address has many spellings", one_address_has_many_spellings },
	{ "what is no address is refused", what_is_no_address_is_refused },
	{ "a network has the addresses of its prefix",
	    a_network_has_the_addresses_of_its_prefix },
	{ "what is no network is refused", what_is_no_network_is_refused },
	{ "networks are read together", networks_are_read_together },
	{ "a client counts for its REMOTE_ADDR",
	    a_client_counts_for_its_remote_addr },
	{ "a stranger cannot forge its address",
	    a_stranger_cannot_forge_its_address },
	{ "trusted proxies are passed over", trusted_proxies_are_passed_over },
	{ "when all are trusted the left-most counts",
	    when_all_are_trusted_the_left_most_counts },
	{ "an entry that is no address ends the search",
	    an_entry_that_is_no_address_ends_the_search },
	{ "a unix socket before the web server is trusted",
	    a_unix_socket_before_the_web_server_is_trusted },
	{ "nobody counts without an address",
	    nobody_counts_without_an_address },
	{ "without trusted proxies only REMOTE_ADDR counts",
	    without_trusted_proxies_only_remote_addr_counts },
	{ "an address is written as it is read",
	    an_address_is_written_as_it_is_read },
	{ "a table refuses what is over the limit",
	    a_table_refuses_what_is_over_the_limit },
	{ "an address without requests takes no memory",
	    an_address_without_requests_takes_no_memory },
	{ "a limit of zero counts nothing", a_limit_of_zero_counts_nothing },
	{ "many addresses are kept apart", many_addresses_are_kept_apart },
	{ "every allocation may fail", every_allocation_may_fail },
};

UNIT_MAIN("address", tests)
