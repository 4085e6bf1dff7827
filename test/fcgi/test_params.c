/* test_params.c - FastCGI name-value pairs. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/params.h"
#include "test/support/unit.h"

#define TEXT(literal) ((struct bx_slice){ (literal), sizeof(literal) - 1 })

/* How many pairs the stream has before its end, or before the error that
 * *status then is.  Read from a copy that ends where its memory does. */
static size_t
count_pairs(struct bx_slice stream, enum bx_status *status)
{
	char *copy = malloc(stream.len > 0 ? stream.len : 1);
	struct fcgi_params params;
	struct fcgi_params_pair pair;
	unsigned sum = 0;
	size_t count = 0;
	bool more;

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	memcpy(copy, stream.at, stream.len);
	stream.at = copy;
	fcgi_params_init(&params, stream);
	while ((*status = fcgi_params_next(&params, &pair, &more)) == BX_OK &&
	    more) {
		for (size_t i = 0; i < pair.name.len; i++)
			sum += (unsigned char)pair.name.at[i];
		for (size_t i = 0; i < pair.value.len; i++)
			sum += (unsigned char)pair.value.at[i];
		count++;
	}
	CU_ASSERT_FALSE(more);
	CU_ASSERT(sum < UINT32_MAX);
	free(copy);
	return count;
}

/* The next pair of params is this one. */
static void
expect_pair(struct fcgi_params *params, const char *name, const char *value)
{
	struct fcgi_params_pair pair;
	bool more = false;

	CU_ASSERT_EQUAL_FATAL(fcgi_params_next(params, &pair, &more), BX_OK);
	CU_ASSERT_TRUE_FATAL(more);
	CU_ASSERT(unit_is_text(pair.name.at, pair.name.len, name));
	CU_ASSERT(unit_is_text(pair.value.at, pair.value.len, value));
}

static void
expect_end(struct fcgi_params *params)
{
	struct fcgi_params_pair pair;
	bool more = true;

	CU_ASSERT_EQUAL(fcgi_params_next(params, &pair, &more), BX_OK);
	CU_ASSERT_FALSE(more);
}

static void
reads_pairs(void)
{
	struct fcgi_params params;

	fcgi_params_init(&params,
	    TEXT("\x01\x02"
		 "abc"
		 "\x80\x00\x00\x02\x01"
		 "xyz"
		 "\x02\x80\x00\x00\x01"
		 "nmv"
		 "\x80\x00\x00\x01\x80\x00\x00\x01"
		 "kv"));
	expect_pair(&params, "a", "bc");
	expect_pair(&params, "xy", "z");
	expect_pair(&params, "nm", "v");
	expect_pair(&params, "k", "v");
	expect_end(&params);
	expect_end(&params);
}

static void
reads_empty_and_repeated_pairs(void)
{
	struct fcgi_params params;

	fcgi_params_init(&params,
	    TEXT("\x00\x00"
		 "\x01\x00"
		 "a"
		 "\x00\x01"
		 "b"
		 "\x01\x01"
		 "a1"
		 "\x01\x01"
		 "a2"
		 "\x00\x00"));
	expect_pair(&params, "", "");
	expect_pair(&params, "a", "");
	expect_pair(&params, "", "b");
	expect_pair(&params, "a", "1");
	expect_pair(&params, "a", "2");
	expect_pair(&params, "", "");
	expect_end(&params);
}

static void
an_empty_stream_has_no_pair(void)
{
	struct fcgi_params params;

	fcgi_params_init(&params, (struct bx_slice){ NULL, 0 });
	expect_end(&params);
}

static void
reads_binary_and_long_values(void)
{
	enum {
		LEN = 70000
	};
	char *stream = malloc(9 + 1 + LEN);
	struct fcgi_params params;
	struct fcgi_params_pair pair;
	bool more;

	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	/* 70000 is 0x11170. */
	memcpy(stream,
	    "\x01\x80\x01\x11\x70"
	    "n",
	    6);
	memset(stream + 6, 0, LEN);
	fcgi_params_init(&params, (struct bx_slice){ stream, 6 + LEN });
	CU_ASSERT_EQUAL(fcgi_params_next(&params, &pair, &more), BX_OK);
	CU_ASSERT_EQUAL(pair.value.len, LEN);
	CU_ASSERT_PTR_EQUAL(pair.value.at, stream + 6);
	expect_end(&params);
	free(stream);
}

static void
every_truncation_is_an_error(void)
{
	struct bx_slice stream = TEXT("\x02\x03"
				      "abcde"
				      "\x80\x00\x00\x02\x80\x00\x00\x03"
				      "fghij");
	size_t whole = stream.len;
	enum bx_status status;

	for (stream.len = 0; stream.len <= whole; stream.len++) {
		bool is_end =
		    stream.len == 0 || stream.len == 7 || stream.len == whole;

		CU_ASSERT_EQUAL(count_pairs(stream, &status),
		    (stream.len >= 7) + (stream.len == whole));
		CU_ASSERT_EQUAL(status, is_end ? BX_OK : BX_EINVAL);
	}
}

static void
lengths_near_two_to_the_31_are_harmless(void)
{
	const struct bx_slice streams[] = {
		TEXT("\xff\xff\xff\xfe\xff\xff\xff\xfe"
		     "abc"),
		TEXT("\xff\xff\xff\xff\xff\xff\xff\xff"
		     "abc"),
		TEXT("\xff\xff\xff\xff\x01"
		     "abc"),
		TEXT("\x01\xff\xff\xff\xff"
		     "abc"),
		TEXT("\x00\xff\xff\xff\xfe"),
		TEXT("\xff\xff\xff\xfe\x00"),
	};

	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		enum bx_status status = BX_OK;

		CU_ASSERT_EQUAL(count_pairs(streams[i], &status), 0);
		CU_ASSERT_EQUAL(status, BX_EINVAL);
	}
}

static void
an_error_lasts_and_touches_no_pair(void)
{
	struct fcgi_params_pair pair = { TEXT("n"), TEXT("v") };
	struct fcgi_params params;
	bool more = true;

	fcgi_params_init(&params,
	    TEXT("\x01\x05"
		 "abc"));
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(fcgi_params_next(&params, &pair, &more),
		    BX_EINVAL);
	CU_ASSERT_FALSE(more);
	CU_ASSERT(unit_is_text(pair.name.at, pair.name.len, "n"));
	CU_ASSERT(unit_is_text(pair.value.at, pair.value.len, "v"));
}

static void
collects_up_to_the_limit(void)
{
	struct bx_slice none = { NULL, 0 };
	struct bx_buf buf;
	size_t before;

	bx_buf_init(&buf, unit_env());
	CU_ASSERT_EQUAL(fcgi_params_collect(&buf, 6, none), BX_OK);
	CU_ASSERT_EQUAL(fcgi_params_collect(&buf, 6, TEXT("abc")), BX_OK);
	before = unit_allocations();
	CU_ASSERT_EQUAL(fcgi_params_collect(&buf, 6, TEXT("defg")), BX_EFULL);
	CU_ASSERT_EQUAL(unit_allocations(), before);
	CU_ASSERT(unit_is_text(buf.bytes, buf.len, "abc"));
	CU_ASSERT_EQUAL(fcgi_params_collect(&buf, 6, TEXT("def")), BX_OK);
	CU_ASSERT(unit_is_text(buf.bytes, buf.len, "abcdef"));
	CU_ASSERT_EQUAL(fcgi_params_collect(&buf, 6, none), BX_OK);
	CU_ASSERT_EQUAL(fcgi_params_collect(&buf, 6, TEXT("g")), BX_EFULL);
	CU_ASSERT_EQUAL(fcgi_params_collect(&buf, 5, none), BX_EFULL);
	bx_buf_fini(&buf);
}

static void
collecting_without_memory_keeps_what_there_is(void)
{
	struct bx_buf buf;

	bx_buf_init(&buf, unit_env());
	unit_fail_allocation(1);
	CU_ASSERT_EQUAL(fcgi_params_collect(&buf, 100, TEXT("abc")),
	    BX_ENOMEM);
	CU_ASSERT(unit_has_failed());
	CU_ASSERT_EQUAL(buf.len, 0);
	bx_buf_fini(&buf);
}

static void
formats_pairs_byte_exactly(void)
{
	unsigned char out[300];
	char value[200];
	struct fcgi_params_pair pair = { TEXT("ab"), TEXT("c") };
	size_t len = 0;

	CU_ASSERT_EQUAL(fcgi_params_format(&pair, out, sizeof(out), &len),
	    BX_OK);
	CU_ASSERT(unit_is_text(out, len,
	    "\x02\x01"
	    "abc"));
	memset(value, 'v', sizeof(value));
	pair.value = (struct bx_slice){ value, 127 };
	CU_ASSERT_EQUAL(fcgi_params_format(&pair, out, sizeof(out), &len),
	    BX_OK);
	CU_ASSERT_EQUAL(len, 2 + 2 + 127);
	CU_ASSERT_EQUAL(memcmp(out,
			    "\x02\x7f"
			    "abv",
			    5),
	    0);
	pair.value.len = 128;
	CU_ASSERT_EQUAL(fcgi_params_format(&pair, out, sizeof(out), &len),
	    BX_OK);
	CU_ASSERT_EQUAL(len, 5 + 2 + 128);
	CU_ASSERT_EQUAL(memcmp(out,
			    "\x02\x80\x00\x00\x80"
			    "abv",
			    8),
	    0);
	pair = (struct fcgi_params_pair){ { NULL, 0 }, { NULL, 0 } };
	CU_ASSERT_EQUAL(fcgi_params_format(&pair, out, sizeof(out), &len),
	    BX_OK);
	CU_ASSERT_EQUAL(len, 2);
	CU_ASSERT_EQUAL(memcmp(out, "\0\0", 2), 0);
}

static void
formats_into_an_exact_fit_only(void)
{
	struct fcgi_params_pair pair = { TEXT("name"), TEXT("value") };
	size_t len = 99;

	for (size_t size = 0; size <= 11; size++) {
		unsigned char *out = malloc(size > 0 ? size : 1);

		CU_ASSERT_PTR_NOT_NULL_FATAL(out);
		CU_ASSERT_EQUAL(fcgi_params_format(&pair, out, size, &len),
		    size == 11 ? BX_OK : BX_EFULL);
		CU_ASSERT_EQUAL(len, size == 11 ? 11 : 99);
		free(out);
	}
}

static void
lengths_without_a_form_are_refused(void)
{
	unsigned char out[16];
	struct fcgi_params_pair pair = { TEXT("a"), TEXT("b") };
	size_t len;

	pair.value.len = 0x80000000u;
	CU_ASSERT_EQUAL(fcgi_params_format(&pair, out, sizeof(out), &len),
	    BX_EINVAL);
	pair.value.len = 0x7fffffffu;
	CU_ASSERT_EQUAL(fcgi_params_format(&pair, out, sizeof(out), &len),
	    BX_EFULL);
	pair.value.len = 1;
	pair.name.len = SIZE_MAX;
	CU_ASSERT_EQUAL(fcgi_params_format(&pair, out, sizeof(out), &len),
	    BX_EINVAL);
}

static const struct unit_test tests[] = {
	{ "pairs are read with lengths of one and of four bytes",
	    reads_pairs },
	{ "names and values may be empty, names may repeat",
	    reads_empty_and_repeated_pairs },
	{ "an empty stream has no pair", an_empty_stream_has_no_pair },
	{ "a value may be long and binary, and is not copied",
	    reads_binary_and_long_values },
	{ "a stream cut off inside a pair is an error",
	    every_truncation_is_an_error },
	{ "lengths near 2^31 are harmless",
	    lengths_near_two_to_the_31_are_harmless },
	{ "an error lasts, and leaves the pair as it was",
	    an_error_lasts_and_touches_no_pair },
	{ "a stream is collected up to the limit, not beyond",
	    collects_up_to_the_limit },
	{ "without memory what was collected stays",
	    collecting_without_memory_keeps_what_there_is },
	{ "a pair is formatted byte exactly", formats_pairs_byte_exactly },
	{ "a pair is formatted only where it fits",
	    formats_into_an_exact_fit_only },
	{ "a length of 2^31 cannot be formatted",
	    lengths_without_a_form_are_refused },
};

UNIT_MAIN("params", tests)
