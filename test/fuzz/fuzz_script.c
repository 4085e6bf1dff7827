/*
 * fuzz_script.c - any bytes as the name of a callback and as JSON.
 *
 * A callback has no byte that does more than name.  A script is as long as
 * was told, has no separator, and is the JSON but for these.
 */
#include <stdint.h>
#include <string.h>

#include "fcgi/http_script.h"
#include "test/fuzz/fuzz_env.h"

static void
check_callback(struct bx_slice name)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_$.";

	if (!http_script_is_callback(name))
		return;
	require(name.len > 0 && name.len <= HTTP_SCRIPT_CALLBACK_MAX);
	for (size_t i = 0; i < name.len; i++)
		require(
		    memchr(letters, name.at[i], sizeof(letters) - 1) != NULL);
	require(name.at[0] != '.' && name.at[name.len - 1] != '.');
}

static bool
is_separator(const char *at)
{
	return memcmp(at, "\xe2\x80\xa8", 3) == 0 ||
	    memcmp(at, "\xe2\x80\xa9", 3) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bx_slice json = { (const char *)data, size };
	struct bx_buf out;
	size_t from = 0;
	size_t to = 0;

	if (size == 0)
		return 0;
	check_callback(json);
	bx_buf_init(&out, fuzz_env());
	require(http_script_append(&out, json) == BX_OK);
	require(out.len == http_script_length(json));
	while (from < size) {
		if (size - from >= 3 && is_separator(json.at + from)) {
			require(memcmp(out.bytes + to,
				    json.at[from + 2] == '\xa8' ? "\\u2028"
								: "\\u2029",
				    6) == 0);
			from += 3;
			to += 6;
		} else
			require(out.bytes[to++] == json.at[from++]);
	}
	require(to == out.len);
	bx_buf_fini(&out);
	return 0;
}
