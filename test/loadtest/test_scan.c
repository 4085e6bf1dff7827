/* test_scan.c - the messages of a reply. */
#include "test/load/scan.h"

#include <stdlib.h>
#include <string.h>

#include "test/support/unit.h"

/* Scan a copy that ends where its memory does; the number of messages. */
static size_t
scan(const char *text, size_t len, struct load_message *last, bool *is_bad)
{
	static char *copy;
	struct load_message message;
	struct load_scan scanner;
	size_t count = 0;

	/* Kept for the slices of last, until the next call. */
	free(copy);
	copy = malloc(len > 0 ? len : 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	memcpy(copy, text, len);
	load_scan_init(&scanner, (struct bx_slice){ copy, len });
	while (load_scan_next(&scanner, &message)) {
		*last = message;
		count++;
	}
	CU_ASSERT_FALSE(load_scan_next(&scanner, &message));
	*is_bad = scanner.is_bad;
	return count;
}

static void
fields_are_found_in_any_order_and_with_blanks(void)
{
	static const char *const texts[] = {
		"[{\"channel\":\"/"
		"a\",\"clientId\":\"c\",\"data\":{\"x\":\"}\"},"
		"\"successful\":true,\"error\":\"e\","
		"\"advice\":{\"interval\":0,\"reconnect\":\"none\"}}]",
		" [ { \"advice\" : { \"reconnect\" : \"none\" , \"a\" : [1] } "
		",\r\n\"error\" :\"e\" , \"successful\": true ,\t"
		"\"data\" : {\"x\":\"}\"} , \"clientId\" : \"c\" , "
		"\"channel\" : \"/a\" } ] ",
	};
	struct load_message message;
	bool is_bad;

	for (size_t i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(scan(texts[i], strlen(texts[i]), &message,
				    &is_bad),
		    1);
		CU_ASSERT_FALSE(is_bad);
		CU_ASSERT_TRUE(bx_slice_is(message.channel, "/a"));
		CU_ASSERT_TRUE(bx_slice_is(message.client_id, "c"));
		CU_ASSERT_TRUE(bx_slice_is(message.error, "e"));
		CU_ASSERT_TRUE(bx_slice_is(message.reconnect, "none"));
		CU_ASSERT_TRUE(bx_slice_is(message.data, "{\"x\":\"}\"}"));
		CU_ASSERT_TRUE(message.is_successful);
	}
}

static void
what_is_not_there_is_empty(void)
{
	static const char text[] = "[{},{\"successful\":false,\"n\":-1.5e3}]";
	struct load_message message;
	bool is_bad;

	CU_ASSERT_EQUAL(scan(text, sizeof(text) - 1, &message, &is_bad), 2);
	CU_ASSERT_FALSE(is_bad);
	CU_ASSERT_EQUAL(message.channel.len, 0);
	CU_ASSERT_EQUAL(message.data.len, 0);
	CU_ASSERT_EQUAL(message.reconnect.len, 0);
	CU_ASSERT_FALSE(message.is_successful);
}

static void
only_a_messages_own_fields_count(void)
{
	static const char text[] =
	    "[{\"ext\":{\"data\":1,\"channel\":\"/x\",\"successful\":true},"
	    "\"x\":[{\"channel\":\"/y\"}],\"channel\":\"/a\"}]";
	struct load_message message;
	bool is_bad;

	CU_ASSERT_EQUAL(scan(text, sizeof(text) - 1, &message, &is_bad), 1);
	CU_ASSERT_TRUE(bx_slice_is(message.channel, "/a"));
	CU_ASSERT_EQUAL(message.data.len, 0);
	CU_ASSERT_FALSE(message.is_successful);
}

static void
quotes_and_brackets_in_strings_end_nothing(void)
{
	static const char text[] =
	    "[{\"data\":\"a\\\"]}\\\\\",\"channel\":\"/a\"},{\"data\":["
	    "\"[\\\"\",{\"b\":\"]\"}]}]";
	struct load_message message;
	bool is_bad;

	CU_ASSERT_EQUAL(scan(text, sizeof(text) - 1, &message, &is_bad), 2);
	CU_ASSERT_FALSE(is_bad);
	CU_ASSERT_TRUE(bx_slice_is(message.data, "[\"[\\\"\",{\"b\":\"]\"}]"));
}

static void
one_message_needs_no_array(void)
{
	struct load_message message;
	bool is_bad;

	CU_ASSERT_EQUAL(scan("{\"channel\":\"/a\"}", 16, &message, &is_bad),
	    1);
	CU_ASSERT_FALSE(is_bad);
	CU_ASSERT_TRUE(bx_slice_is(message.channel, "/a"));
}

static void
an_empty_array_has_no_message(void)
{
	struct load_message message;
	bool is_bad;

	CU_ASSERT_EQUAL(scan("[]", 2, &message, &is_bad), 0);
	CU_ASSERT_FALSE(is_bad);
}

static void
what_is_cut_off_anywhere_is_bad(void)
{
	static const char text[] =
	    "[{\"channel\":\"/a\\\"\",\"data\":[1,{\"b\":\"c\"}],"
	    "\"advice\":{\"reconnect\":\"retry\"},\"successful\":true}]";
	struct load_message message;
	bool is_bad;

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		(void)scan(text, len, &message, &is_bad);
		CU_ASSERT_TRUE(is_bad);
	}
	CU_ASSERT_EQUAL(scan(text, sizeof(text) - 1, &message, &is_bad), 1);
	CU_ASSERT_FALSE(is_bad);
}

static void
what_is_no_reply_is_bad(void)
{
	static const char *const texts[] = { "", "x", "[1]", "[{1:2}]",
		"[{\"a\"}]", "[{\"a\":}]", "[\"a\"]", "{", "[{\"a\":1]",
		"<html>" };
	struct load_message message;
	bool is_bad;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		(void)scan(texts[i], strlen(texts[i]), &message, &is_bad);
		CU_ASSERT_TRUE(is_bad);
	}
	(void)scan("[{\"a\":[\0]}]", 11, &message, &is_bad);
	CU_ASSERT_TRUE(is_bad);
}

static const struct unit_test tests[] = {
	{ "fields are found in any order and with blanks",
	    fields_are_found_in_any_order_and_with_blanks },
	{ "what is not there is empty", what_is_not_there_is_empty },
	{ "only a message's own fields count",
	    only_a_messages_own_fields_count },
	{ "quotes and brackets in strings end nothing",
	    quotes_and_brackets_in_strings_end_nothing },
	{ "one message needs no array", one_message_needs_no_array },
	{ "an empty array has no message", an_empty_array_has_no_message },
	{ "what is cut off anywhere is bad", what_is_cut_off_anywhere_is_bad },
	{ "what is no reply is bad", what_is_no_reply_is_bad },
};

UNIT_MAIN("load/scan", tests)
