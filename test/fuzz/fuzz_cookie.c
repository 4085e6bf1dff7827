/*
 * fuzz_cookie.c - any bytes as a Cookie header.
 *
 * What is found is an id, lies in the header, and goes with the cookie's name.
 * Set again, it is one line, and the browser's next request has it.
 */
#include <stdint.h>
#include <string.h>

#include "fcgi/http_cookie.h"
#include "test/fuzz/fuzz_env.h"

#define NAME "BAYEUX_BROWSER"

static void
check_id(struct bx_slice id)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t i;

	require(id.len >= 8 && id.len <= 64);
	for (i = 0; i < id.len; i++)
		require(
		    memchr(letters, id.at[i], sizeof(letters) - 1) != NULL);
}

static void
set_again(struct bx_slice id)
{
	const struct http_cookie cookie = { NAME, "/", "Lax", true };
	char line[HTTP_COOKIE_LINE_MAX];
	struct bx_slice again;
	size_t len;

	require(http_cookie_format(&cookie, id, line) == BX_OK);
	len = strlen(line);
	require(len < sizeof(line) && strcspn(line, "\r\n") == len - 2);
	require(strncmp(line, "Set-Cookie: ", 12) == 0);
	again =
	    http_cookie_find((struct bx_slice){ line + 12, len - 14 }, NAME);
	require(again.len == id.len && memcmp(again.at, id.at, id.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bx_slice header = { (const char *)data, size };
	struct bx_slice id = http_cookie_find(header, NAME);
	size_t before;

	if (id.len == 0)
		return 0;
	require(id.at >= header.at && id.at + id.len <= header.at + size);
	before = (size_t)(id.at - header.at);
	require(before > strlen(NAME) &&
	    memcmp(id.at - strlen(NAME) - 1, NAME "=", strlen(NAME) + 1) == 0);
	check_id(id);
	set_again(id);
	return 0;
}
