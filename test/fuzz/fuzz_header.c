/*
 * fuzz_header.c - any bytes as a header's name and, behind a newline, its
 * value.
 *
 * What is let through ends no line and begins none.  A name is the name of its
 * own CGI variable, in letters of any case, and of no longer one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/http_header.h"
#include "fcgi/http_text.h"
#include "test/fuzz/fuzz_env.h"

/* Owned, and without the NULs that a C string cannot have. */
static char *
copy(struct bx_slice text)
{
	char *out = malloc(text.len + 1);
	size_t i;

	require(out != NULL);
	for (i = 0; i < text.len; i++)
		out[i] = text.at[i] == '\0' ? ' ' : text.at[i];
	out[text.len] = '\0';
	return out;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static void
check_variable(const char *name)
{
	size_t len = strlen(name);
	char *variable = malloc(len + sizeof("HTTP_x"));
	struct bx_slice slice = { variable, len + 5 };
	bool content = http_header_is_named((struct bx_slice){ name, len },
			   "Content-Type") ||
	    http_header_is_named((struct bx_slice){ name, len },
		"Content-Length");
	size_t i;

	require(variable != NULL);
	memcpy(variable, "HTTP_", 5);
	for (i = 0; i <= len; i++)
		variable[5 + i] = name[i] == '-' ? '_' : upper(name[i]);
	if (content)
		slice = (struct bx_slice){ variable + 5, len };
	require(http_header_is_variable(slice, name));
	slice.len--;
	require(!http_header_is_variable(slice, name));
	free(variable);
}

static void
check_name(const char *name)
{
	const struct bx_slice slice = { name, strlen(name) };

	if (!http_header_is_name(name)) {
		require(!http_header_is_reserved(name));
		return;
	}
	require(slice.len > 0 &&
	    name[strcspn(name, "\r\n\t :()<>@,;\\\"/[]?={}")] == '\0');
	require(http_header_is_named(slice, name));
	check_variable(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bx_slice rest = { (const char *)data, size };
	char *name = copy(http_text_split(rest, '\n', &rest));
	char *value = copy(rest);

	check_name(name);
	if (http_header_is_value(value))
		require(value[strcspn(value, "\r\n")] == '\0');
	else
		require(value[strcspn(value,
			    "\001\002\003\004\005\006\007\010\012\013\014\015"
			    "\016\017\020\021\022\023\024\025\026\027\030\031"
			    "\032\033\034\035\036\037\177")] != '\0');
	free(name);
	free(value);
	return 0;
}
