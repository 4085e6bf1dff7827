/* test_http_form.c - forms, as browsers and old clients encode them. */
#include <stdlib.h>
#include <string.h>

#include "fcgi/http_form.h"
#include "test/support/unit.h"

#define TEXT(literal) ((struct bx_slice){ (literal), sizeof(literal) - 1 })

/* A form to read, in memory that ends where it does; freed by the caller. */
static struct http_form
copy_of(struct bx_slice text)
{
	struct http_form form = { malloc(text.len > 0 ? text.len : 1),
		text.len };

	CU_ASSERT_PTR_NOT_NULL_FATAL(form.bytes);
	memcpy(form.bytes, text.at, text.len);
	return form;
}

static bool
same(struct bx_slice slice, struct bx_slice expected)
{
	return slice.len == expected.len &&
	    memcmp(slice.at, expected.at, slice.len) == 0;
}

/* The form is these fields, as name and value in turn, and no more. */
static void
expect(struct bx_slice text, const struct bx_slice *fields, size_t count)
{
	struct http_form form = copy_of(text);
	struct http_form_field *found = calloc(count + 1, sizeof(*found));
	char *bytes = form.bytes;
	bool more = true;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	for (i = 0; i < count / 2; i++) {
		CU_ASSERT_EQUAL(http_form_next(&form, &found[i], &more),
		    BX_OK);
		CU_ASSERT_TRUE_FATAL(more);
	}
	for (i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(http_form_next(&form, &found[count], &more),
		    BX_OK);
		CU_ASSERT_FALSE(more);
	}
	/* Only now, as reading on must not change what was read. */
	for (i = 0; i < count / 2; i++) {
		CU_ASSERT(same(found[i].name, fields[2 * i]));
		CU_ASSERT(same(found[i].value, fields[2 * i + 1]));
	}
	free(found);
	free(bytes);
}

#define EXPECT(text, ...) \
	do { \
		const struct bx_slice fields[] = { __VA_ARGS__ }; \
		expect(TEXT(text), fields, \
		    sizeof(fields) / sizeof(fields[0])); \
	} while (0)

static void
fields_are_names_and_values(void)
{
	EXPECT("a=b", TEXT("a"), TEXT("b"));
	EXPECT("a=1&bc=23&a=", TEXT("a"), TEXT("1"), TEXT("bc"), TEXT("23"),
	    TEXT("a"), TEXT(""));
}

static void
only_the_first_equals_sign_separates(void)
{
	EXPECT("a=b=c==", TEXT("a"), TEXT("b=c=="));
	EXPECT("a%3Db=c%3dd%26", TEXT("a=b"), TEXT("c=d&"));
}

static void
names_and_values_may_be_missing(void)
{
	EXPECT("a", TEXT("a"), TEXT(""));
	EXPECT("=", TEXT(""), TEXT(""));
	EXPECT("=a&b", TEXT(""), TEXT("a"), TEXT("b"), TEXT(""));
}

static void
between_ampersands_there_is_no_field(void)
{
	struct bx_slice none = { "", 0 };

	expect(TEXT(""), &none, 0);
	expect(TEXT("&"), &none, 0);
	expect(TEXT("&&&"), &none, 0);
	EXPECT("&&a=1&&&b=2&", TEXT("a"), TEXT("1"), TEXT("b"), TEXT("2"));
}

static void
a_form_without_memory_behind_it_is_empty(void)
{
	struct http_form form = { NULL, 0 };
	struct http_form_field field;
	bool more = true;

	CU_ASSERT_EQUAL(http_form_next(&form, &field, &more), BX_OK);
	CU_ASSERT_FALSE(more);
}

static void
a_plus_is_a_blank_and_an_escaped_plus_is_itself(void)
{
	EXPECT("a+b=+c%2B%2bd+", TEXT("a b"), TEXT(" c++d "));
	EXPECT("a=%20%252B", TEXT("a"), TEXT(" %2B"));
}

static void
an_escape_is_any_byte(void)
{
	char text[256 * 3 + 2] = "a=";
	char bytes[256];
	struct bx_slice fields[] = { TEXT("a"), { bytes, sizeof(bytes) } };
	struct bx_slice form = { text, sizeof(text) };

	for (int i = 0; i < 256; i++) {
		/* Upper case in one digit, lower in the other. */
		text[2 + i * 3] = '%';
		text[3 + i * 3] = "0123456789ABCDEF"[i / 16];
		text[4 + i * 3] = "0123456789abcdef"[i % 16];
		bytes[i] = (char)i;
	}
	expect(form, fields, 2);
}

static void
what_needs_no_escape_stays(void)
{
	EXPECT("message=[{\"a\":\"\xc3\xa9;\r\n\"}]", TEXT("message"),
	    TEXT("[{\"a\":\"\xc3\xa9;\r\n\"}]"));
}

static void
a_bad_escape_is_refused_and_changes_nothing(void)
{
	static const char *const bad[] = { "%", "%4", "a=%", "a=%4", "a=b%zz",
		"a=%4g", "a=%g4", "%=", "a%=41", "a%4=1", "a=%%41", "a=%+4",
		"a=%-1", "a=%0x", "a=%u20ac", "a%41+%41=%41+%", "a=%4&1=b",
		"a=%&41" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bx_slice text = { bad[i], strlen(bad[i]) };
		struct http_form_field field = { TEXT("n"), TEXT("v") };
		struct http_form form = copy_of(text);
		char *bytes = form.bytes;
		bool more = true;

		for (int j = 0; j < 2; j++)
			CU_ASSERT_EQUAL(http_form_next(&form, &field, &more),
			    BX_EINVAL);
		CU_ASSERT_FALSE(more);
		CU_ASSERT_PTR_EQUAL(form.bytes, bytes);
		CU_ASSERT_EQUAL(form.len, text.len);
		CU_ASSERT_EQUAL(memcmp(bytes, text.at, text.len), 0);
		CU_ASSERT(same(field.name, TEXT("n")));
		CU_ASSERT(same(field.value, TEXT("v")));
		free(bytes);
	}
}

static void
a_bad_escape_is_found_where_it_is(void)
{
	struct http_form form = copy_of(TEXT("a=%41&b=%4"));
	struct http_form_field field;
	char *bytes = form.bytes;
	bool more;

	CU_ASSERT_EQUAL(http_form_next(&form, &field, &more), BX_OK);
	CU_ASSERT_TRUE(more);
	CU_ASSERT(same(field.value, TEXT("A")));
	CU_ASSERT_EQUAL(http_form_next(&form, &field, &more), BX_EINVAL);
	free(bytes);
}

static void
every_truncation_reads_what_there_is(void)
{
	struct bx_slice text = TEXT("ab=c%2Bd&e");
	size_t whole = text.len;

	for (text.len = 0; text.len <= whole; text.len++) {
		struct http_form form = copy_of(text);
		char *bytes = form.bytes;
		struct http_form_field field;
		bool cut = text.len == 5 || text.len == 6;
		enum bx_status status;
		size_t count = 0;
		bool more;

		while (
		    (status = http_form_next(&form, &field, &more)) == BX_OK &&
		    more)
			count++;
		CU_ASSERT_EQUAL(status, cut ? BX_EINVAL : BX_OK);
		CU_ASSERT_EQUAL(count,
		    (text.len > 0 && !cut) + (text.len == whole));
		free(bytes);
	}
}

static const struct unit_test tests[] = {
	{ "a form is fields, a field a name and a value",
	    fields_are_names_and_values },
	{ "only the first equals sign separates",
	    only_the_first_equals_sign_separates },
	{ "names and values may be missing", names_and_values_may_be_missing },
	{ "between two ampersands there is no field",
	    between_ampersands_there_is_no_field },
	{ "a form may have no memory",
	    a_form_without_memory_behind_it_is_empty },
	{ "rule 4: a plus is a blank, an escaped plus is itself",
	    a_plus_is_a_blank_and_an_escaped_plus_is_itself },
	{ "rule 4: an escape is any byte, in either case",
	    an_escape_is_any_byte },
	{ "what needs no escape stays", what_needs_no_escape_stays },
	{ "a bad escape is refused, lasts and changes nothing",
	    a_bad_escape_is_refused_and_changes_nothing },
	{ "fields before a bad escape can be read",
	    a_bad_escape_is_found_where_it_is },
	{ "a form that is cut off ends there",
	    every_truncation_reads_what_there_is },
};

UNIT_MAIN("http_form", tests)
