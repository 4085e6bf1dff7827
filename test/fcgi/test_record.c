/* test_record.c - FastCGI records, decoded and formatted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/record.h"
#include "test/support/unit.h"

#define TEXT(literal) ((struct bx_slice){ (literal), sizeof(literal) - 1 })

/* What came out of a decoder: "type/id/len{content}" for each record, where
 * fragments are joined, so that it is the same however the input was cut. */
struct trace {
	struct fcgi_record_decoder decoder;
	char text[1024];
	size_t len;
	size_t fragments;
	bool bad;
};

/*
 * BEGIN_REQUEST (id 1, responder, keep) padded by 2; PARAMS of 3 bytes padded
 * by 5; an empty STDIN; a record of unknown type 200 with id 0xfffe.
 */
static const char stream[] = "\x01\x01\x00\x01\x00\x08\x02\x00"
			     "\x00\x01\x01\x00\x00\x00\x00\x00"
			     "pp"
			     "\x01\x04\x00\x01\x00\x03\x05\x00"
			     "\x01\x00"
			     "a"
			     "ppppp"
			     "\x01\x05\x00\x01\x00\x00\x00\x00"
			     "\x01\xc8\xff\xfe\x00\x01\x00\x00"
			     "z";
#define STREAM_LEN (sizeof(stream) - 1)

static const char stream_trace[] =
    "1/1/8{0001010000000000}4/1/3{010061}5/1/0{}200/65534/1{7a}";

static void
trace_init(struct trace *trace)
{
	memset(trace, 0, sizeof(*trace));
	fcgi_record_decoder_init(&trace->decoder);
}

static void
trace_add(struct trace *trace, const char *text)
{
	CU_ASSERT_FATAL(trace->len + strlen(text) < sizeof(trace->text));
	memcpy(trace->text + trace->len, text, strlen(text) + 1);
	trace->len += strlen(text);
}

/* Note one event; false when the input needs to be followed by more. */
static bool
trace_event(struct trace *trace, enum fcgi_record_event event)
{
	const struct fcgi_record_decoder *decoder = &trace->decoder;
	char text[64];

	switch (event) {
	case FCGI_RECORD_MORE:
		return false;
	case FCGI_RECORD_BEGINS:
		(void)snprintf(text, sizeof(text), "%d/%d/%d{", decoder->type,
		    decoder->request_id, decoder->content_len);
		trace_add(trace, text);
		return true;
	case FCGI_RECORD_CONTENT:
		trace->fragments++;
		CU_ASSERT(decoder->content.len > 0);
		for (size_t i = 0; i < decoder->content.len; i++) {
			(void)snprintf(text, sizeof(text), "%02x",
			    (unsigned char)decoder->content.at[i]);
			trace_add(trace, text);
		}
		return true;
	case FCGI_RECORD_COMPLETE:
		trace_add(trace, "}");
		return true;
	case FCGI_RECORD_BAD:
		trace->bad = true;
		return false;
	}
	return false;
}

/* Decode a copy that ends where its memory does, so that a sanitizer sees a
 * byte read beyond it. */
static void
feed(struct trace *trace, const char *bytes, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);
	struct bx_slice input = { copy, len };

	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	memcpy(copy, bytes, len);
	while (trace_event(trace, fcgi_record_next(&trace->decoder, &input)))
		;
	CU_ASSERT(trace->bad || input.len == 0);
	free(copy);
}

static void
yields_each_record(void)
{
	struct trace trace;

	trace_init(&trace);
	feed(&trace, stream, STREAM_LEN);
	CU_ASSERT_STRING_EQUAL(trace.text, stream_trace);
	CU_ASSERT_EQUAL(trace.fragments, 3);
	CU_ASSERT_FALSE(trace.bad);
	CU_ASSERT(fcgi_record_is_between(&trace.decoder));
}

static void
may_be_split_at_any_byte(void)
{
	for (size_t cut = 0; cut <= STREAM_LEN; cut++) {
		struct trace trace;

		trace_init(&trace);
		feed(&trace, stream, cut);
		feed(&trace, stream + cut, STREAM_LEN - cut);
		CU_ASSERT_STRING_EQUAL(trace.text, stream_trace);
		CU_ASSERT(fcgi_record_is_between(&trace.decoder));
	}
}

static void
may_come_byte_by_byte(void)
{
	struct trace trace;

	trace_init(&trace);
	for (size_t i = 0; i < STREAM_LEN; i++)
		feed(&trace, stream + i, 1);
	CU_ASSERT_STRING_EQUAL(trace.text, stream_trace);
	CU_ASSERT_EQUAL(trace.fragments, 12);
}

static void
truncation_is_seen(void)
{
	/* Where one of the four records ends. */
	const size_t ends[] = { 0, 18, 34, 42, STREAM_LEN };
	size_t next = 0;

	for (size_t len = 0; len <= STREAM_LEN; len++) {
		struct trace trace;
		bool is_end = len == ends[next];

		trace_init(&trace);
		feed(&trace, stream, len);
		CU_ASSERT_EQUAL(fcgi_record_is_between(&trace.decoder),
		    is_end);
		CU_ASSERT_NSTRING_EQUAL(trace.text, stream_trace, trace.len);
		if (is_end)
			next++;
	}
	CU_ASSERT_EQUAL(next, 5);
}

static void
completion_waits_for_the_padding(void)
{
	struct trace trace;

	trace_init(&trace);
	feed(&trace, stream, 16);
	CU_ASSERT_STRING_EQUAL(trace.text, "1/1/8{0001010000000000");
	feed(&trace, stream + 16, 1);
	CU_ASSERT_STRING_EQUAL(trace.text, "1/1/8{0001010000000000");
	feed(&trace, stream + 17, 1);
	CU_ASSERT_STRING_EQUAL(trace.text, "1/1/8{0001010000000000}");
}

static void
a_record_may_be_padding_only(void)
{
	char record[FCGI_HEADER_LEN + 255] = "\x01\x05\x00\x01\x00\x00\xff";
	struct trace trace;

	trace_init(&trace);
	feed(&trace, record, sizeof(record) - 1);
	CU_ASSERT_STRING_EQUAL(trace.text, "5/1/0{");
	feed(&trace, "", 1);
	CU_ASSERT_STRING_EQUAL(trace.text, "5/1/0{}");
	CU_ASSERT_EQUAL(trace.fragments, 0);
}

static void
the_longest_record_is_one_fragment(void)
{
	struct fcgi_record_decoder decoder;
	size_t len = FCGI_HEADER_LEN + FCGI_MAX_LENGTH;
	char *record = calloc(1, len);
	struct bx_slice input = { record, len };

	CU_ASSERT_PTR_NOT_NULL_FATAL(record);
	fcgi_record_format_header((unsigned char *)record, FCGI_STDIN, 1,
	    FCGI_MAX_LENGTH);
	fcgi_record_decoder_init(&decoder);
	CU_ASSERT_EQUAL(fcgi_record_next(&decoder, &input),
	    FCGI_RECORD_BEGINS);
	CU_ASSERT_EQUAL(decoder.content_len, 65535);
	CU_ASSERT_EQUAL(fcgi_record_next(&decoder, &input),
	    FCGI_RECORD_CONTENT);
	CU_ASSERT_EQUAL(decoder.content.len, 65535);
	CU_ASSERT_PTR_EQUAL(decoder.content.at, record + FCGI_HEADER_LEN);
	CU_ASSERT_EQUAL(fcgi_record_next(&decoder, &input),
	    FCGI_RECORD_COMPLETE);
	CU_ASSERT_EQUAL(fcgi_record_next(&decoder, &input), FCGI_RECORD_MORE);
	free(record);
}

static void
another_version_is_bad_at_its_first_byte(void)
{
	for (int version = 0; version < 256; version++) {
		char byte = (char)version;
		struct trace trace;

		trace_init(&trace);
		feed(&trace, &byte, 1);
		CU_ASSERT_EQUAL(trace.bad, version != FCGI_VERSION_1);
	}
}

static void
nothing_follows_what_is_bad(void)
{
	struct trace trace;

	trace_init(&trace);
	feed(&trace, stream, 18);
	feed(&trace, "\x02", 1);
	CU_ASSERT(trace.bad);
	trace.bad = false;
	feed(&trace, stream, STREAM_LEN);
	CU_ASSERT(trace.bad);
	CU_ASSERT_STRING_EQUAL(trace.text, "1/1/8{0001010000000000}");
	CU_ASSERT_FALSE(fcgi_record_is_between(&trace.decoder));
}

static void
no_input_is_no_event(void)
{
	struct fcgi_record_decoder decoder;
	struct bx_slice none = { NULL, 0 };
	struct bx_slice header = { stream, FCGI_HEADER_LEN };
	struct bx_slice content = { stream + FCGI_HEADER_LEN, 8 };

	fcgi_record_decoder_init(&decoder);
	CU_ASSERT_EQUAL(fcgi_record_next(&decoder, &none), FCGI_RECORD_MORE);
	CU_ASSERT_EQUAL(fcgi_record_next(&decoder, &header),
	    FCGI_RECORD_BEGINS);
	CU_ASSERT_EQUAL(fcgi_record_next(&decoder, &none), FCGI_RECORD_MORE);
	CU_ASSERT_EQUAL(fcgi_record_next(&decoder, &content),
	    FCGI_RECORD_CONTENT);
	CU_ASSERT_EQUAL(fcgi_record_next(&decoder, &none), FCGI_RECORD_MORE);
}

static void
begin_request_is_read_from_fragments(void)
{
	const struct bx_slice body = TEXT("\x12\x34\x01\0\0\0\0\0");

	for (size_t cut = 0; cut <= body.len; cut++) {
		struct fcgi_record_begin begin = { .len = 0 };
		struct bx_slice head = { body.at, cut };
		struct bx_slice tail = { body.at + cut, body.len - cut };
		uint16_t role = 0;
		uint8_t flags = 0;

		fcgi_record_begin_collect(&begin, head);
		CU_ASSERT_EQUAL(fcgi_record_begin_parse(&begin, &role, &flags),
		    cut < 8 ? BX_EINVAL : BX_OK);
		fcgi_record_begin_collect(&begin, tail);
		CU_ASSERT_EQUAL(fcgi_record_begin_parse(&begin, &role, &flags),
		    BX_OK);
		CU_ASSERT_EQUAL(role, 0x1234);
		CU_ASSERT_EQUAL(flags, FCGI_KEEP_CONN);
	}
}

static void
a_longer_begin_request_is_tolerated(void)
{
	struct fcgi_record_begin begin = { .len = 0 };
	uint16_t role = 0;
	uint8_t flags = 1;

	fcgi_record_begin_collect(&begin,
	    TEXT("\0\1\0\0\0\0\0\0"
		 "more"));
	fcgi_record_begin_collect(&begin, TEXT("and more"));
	CU_ASSERT_EQUAL(fcgi_record_begin_parse(&begin, &role, &flags), BX_OK);
	CU_ASSERT_EQUAL(role, FCGI_RESPONDER);
	CU_ASSERT_EQUAL(flags, 0);
}

static void
headers_are_byte_exact(void)
{
	unsigned char out[FCGI_HEADER_LEN];

	memset(out, 0xaa, sizeof(out));
	fcgi_record_format_header(out, FCGI_STDOUT, 0x0102, 0xfffe);
	CU_ASSERT_EQUAL(memcmp(out, "\x01\x06\x01\x02\xff\xfe\x00\x00", 8), 0);
}

static void
end_request_is_byte_exact(void)
{
	unsigned char out[FCGI_RECORD_SMALL];

	memset(out, 0xaa, sizeof(out));
	fcgi_record_format_end(out, 7, 0x01020304, FCGI_UNKNOWN_ROLE);
	CU_ASSERT_EQUAL(sizeof(out), 16);
	CU_ASSERT_EQUAL(memcmp(out,
			    "\x01\x03\x00\x07\x00\x08\x00\x00"
			    "\x01\x02\x03\x04\x03\x00\x00\x00",
			    16),
	    0);
}

static void
unknown_type_is_byte_exact(void)
{
	unsigned char out[FCGI_RECORD_SMALL];

	memset(out, 0xaa, sizeof(out));
	fcgi_record_format_unknown(out, 200);
	CU_ASSERT_EQUAL(sizeof(out), 16);
	CU_ASSERT_EQUAL(memcmp(out,
			    "\x01\x0b\x00\x00\x00\x08\x00\x00"
			    "\xc8\x00\x00\x00\x00\x00\x00\x00",
			    16),
	    0);
}

/* Does the answer to asked have exactly these bytes? */
static bool
result_is(struct bx_slice asked, struct bx_slice expected)
{
	unsigned char out[FCGI_RECORD_RESULT_MAX];
	size_t len = 0;

	memset(out, 0xaa, sizeof(out));
	return fcgi_record_format_result(out, &len, asked, 10000,
		   UINT32_MAX) == BX_OK &&
	    len == expected.len && memcmp(out, expected.at, len) == 0;
}

static void
get_values_answers_what_is_asked(void)
{
	CU_ASSERT(result_is(TEXT("\x0f\x00"
				 "FCGI_MPXS_CONNS"),
	    TEXT("\x01\x0a\x00\x00\x00\x12\x00\x00"
		 "\x0f\x01"
		 "FCGI_MPXS_CONNS"
		 "1")));
	CU_ASSERT(result_is(TEXT("\x0d\x00"
				 "FCGI_MAX_REQS"),
	    TEXT("\x01\x0a\x00\x00\x00\x19\x00\x00"
		 "\x0d\x0a"
		 "FCGI_MAX_REQS"
		 "4294967295")));
	CU_ASSERT(result_is(TEXT("\x0f\x00"
				 "FCGI_MPXS_CONNS"
				 "\x0d\x00"
				 "FCGI_MAX_REQS"
				 "\x0e\x00"
				 "FCGI_MAX_CONNS"),
	    TEXT("\x01\x0a\x00\x00\x00\x40\x00\x00"
		 "\x0e\x05"
		 "FCGI_MAX_CONNS"
		 "10000"
		 "\x0d\x0a"
		 "FCGI_MAX_REQS"
		 "4294967295"
		 "\x0f\x01"
		 "FCGI_MPXS_CONNS"
		 "1")));
}

static void
get_values_ignores_other_names(void)
{
	struct bx_slice empty = TEXT("\x01\x0a\x00\x00\x00\x00\x00\x00");

	CU_ASSERT(result_is(TEXT(""), empty));
	CU_ASSERT(result_is(TEXT("\x08\x00"
				 "FCGI_FOO"
				 "\x00\x00"),
	    empty));
	CU_ASSERT(result_is(TEXT("\x0d\x00"
				 "fcgi_max_reqs"),
	    empty));
	CU_ASSERT(result_is(TEXT("\x10\x00"
				 "FCGI_MPXS_CONNSX"),
	    empty));
}

static void
get_values_answers_a_repeated_name_once(void)
{
	CU_ASSERT(result_is(TEXT("\x0f\x02"
				 "FCGI_MPXS_CONNS"
				 "00"
				 "\x0f\x00"
				 "FCGI_MPXS_CONNS"),
	    TEXT("\x01\x0a\x00\x00\x00\x12\x00\x00"
		 "\x0f\x01"
		 "FCGI_MPXS_CONNS"
		 "1")));
}

static void
malformed_get_values_is_refused(void)
{
	unsigned char out[FCGI_RECORD_RESULT_MAX] = { 0xaa };
	struct bx_slice asked = TEXT("\x0f\x00"
				     "FCGI_MPXS_CONNS");
	size_t len = 99;

	for (asked.len--; asked.len > 0; asked.len--)
		CU_ASSERT_EQUAL(fcgi_record_format_result(out, &len, asked, 1,
				    1),
		    BX_EINVAL);
	CU_ASSERT_EQUAL(len, 99);
	CU_ASSERT_EQUAL(out[0], 0xaa);
}

static void
long_output_takes_several_records(void)
{
	CU_ASSERT_EQUAL(fcgi_record_count(0), 0);
	CU_ASSERT_EQUAL(fcgi_record_count(1), 1);
	CU_ASSERT_EQUAL(fcgi_record_count(65535), 1);
	CU_ASSERT_EQUAL(fcgi_record_count(65536), 2);
	CU_ASSERT_EQUAL(fcgi_record_count(131070), 2);
	CU_ASSERT_EQUAL(fcgi_record_count(131071), 3);
	CU_ASSERT_EQUAL(fcgi_record_count(SIZE_MAX), SIZE_MAX / 65535);
}

static const struct unit_test tests[] = {
	{ "each record of a stream is yielded, padding is skipped",
	    yields_each_record },
	{ "a stream may be split at any byte", may_be_split_at_any_byte },
	{ "a stream may come byte by byte", may_come_byte_by_byte },
	{ "a stream that ends inside a record is seen to do so",
	    truncation_is_seen },
	{ "a record is complete when its padding has come",
	    completion_waits_for_the_padding },
	{ "a record may be nothing but 255 bytes of padding",
	    a_record_may_be_padding_only },
	{ "the longest record is one fragment, not copied",
	    the_longest_record_is_one_fragment },
	{ "a version other than 1 is bad at its first byte",
	    another_version_is_bad_at_its_first_byte },
	{ "after a bad record nothing is decoded",
	    nothing_follows_what_is_bad },
	{ "no input is no event", no_input_is_no_event },
	{ "BEGIN_REQUEST is read from fragments, and not if it is short",
	    begin_request_is_read_from_fragments },
	{ "a longer BEGIN_REQUEST is tolerated",
	    a_longer_begin_request_is_tolerated },
	{ "a header is byte exact and has no padding",
	    headers_are_byte_exact },
	{ "END_REQUEST is byte exact", end_request_is_byte_exact },
	{ "UNKNOWN_TYPE is byte exact", unknown_type_is_byte_exact },
	{ "GET_VALUES_RESULT answers what is asked for",
	    get_values_answers_what_is_asked },
	{ "GET_VALUES_RESULT ignores other names",
	    get_values_ignores_other_names },
	{ "GET_VALUES_RESULT answers a repeated name once",
	    get_values_answers_a_repeated_name_once },
	{ "a GET_VALUES that is cut off is refused",
	    malformed_get_values_is_refused },
	{ "long output takes records of 65535 bytes",
	    long_output_takes_several_records },
};

UNIT_MAIN("record", tests)
