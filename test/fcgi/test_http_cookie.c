/*
 * test_http_cookie.c - the browser cookie in headers.
 */
#include <string.h>

#include "fcgi/http_cookie.h"
#include "test/support/unit.h"

static void
check_found(const char *header, const char *expected)
{
	struct bx_slice found =
	    http_cookie_find((struct bx_slice){ header, strlen(header) }, "B");

	CU_ASSERT_EQUAL_FATAL(found.len, strlen(expected));
	CU_ASSERT_TRUE(unit_is_text(found.at, found.len, expected));
}

static void
rule_80_a_cookie_is_found_among_others(void)
{
	check_found("B=abcdefgh", "abcdefgh");
	check_found("A=1; B=abcdefgh; C=2", "abcdefgh");
	check_found("A=1;B=ABCdef12", "ABCdef12");
	check_found("BB=abcdefgh; b=abcdefgh", "");
	check_found("A=B=abcdefgh", "");
	check_found("", "");
	check_found(";;=; B", "");
}

static void
rule_80_what_could_be_no_id_is_none(void)
{
	check_found("B=abcdefg", "");
	check_found("B=abcdefg-", "");
	check_found("B=\"abcdefgh\"", "");
	check_found("B=abcd efgh", "");
	check_found("B=<script>; B=abcdefgh", "abcdefgh");
	check_found("B=0123456789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abcdef",
	    "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef");
	check_found("B=0123456789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abcdefg",
	    "");
}

static void
a_new_id_would_be_found_again(void)
{
	char header[2 + HTTP_COOKIE_ID_LENGTH + 1] = "B=";

	CU_ASSERT_EQUAL(http_cookie_generate(unit_env(), header + 2), BX_OK);
	check_found(header, header + 2);
	unit_fail_random(true);
	CU_ASSERT_EQUAL(http_cookie_generate(unit_env(), header + 2),
	    BX_ERANDOM);
}

static void
the_line_says_what_was_configured(void)
{
	struct http_cookie cookie = { "N", "/", "Lax", false };
	const struct bx_slice value = { "abcdefgh", 8 };
	char line[HTTP_COOKIE_LINE_MAX];
	char path[HTTP_COOKIE_LINE_MAX];

	CU_ASSERT_EQUAL(http_cookie_format(&cookie, value, line), BX_OK);
	CU_ASSERT_STRING_EQUAL(line,
	    "Set-Cookie: N=abcdefgh; Path=/; "
	    "HttpOnly; SameSite=Lax\r\n");
	cookie.same_site = "";
	cookie.secure = true;
	CU_ASSERT_EQUAL(http_cookie_format(&cookie, value, line), BX_OK);
	CU_ASSERT_STRING_EQUAL(line,
	    "Set-Cookie: N=abcdefgh; Path=/; HttpOnly; Secure\r\n");
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	cookie.path = path;
	CU_ASSERT_EQUAL(http_cookie_format(&cookie, value, line), BX_EFULL);
}

static const struct unit_test tests[] = {
	{ "rule 80: a cookie is found among others",
	    rule_80_a_cookie_is_found_among_others },
	{ "rule 80: what could be no id is none",
	    rule_80_what_could_be_no_id_is_none },
	{ "a new id would be found again", a_new_id_would_be_found_again },
	{ "the line says what was configured",
	    the_line_says_what_was_configured },
};

UNIT_MAIN("fcgi/http_cookie", tests)
