/*
 * http_header.c - headers that plugins write, and which of them they may.
 */
#include <stddef.h>
#include <string.h>

#include "http_header.h"
#include "http_text.h"

static bool
is_letter_or_digit(char byte)
{
	byte = http_text_to_lower(byte);
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

bool
http_header_is_name(const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++)
		if (!is_letter_or_digit(name[i]) &&
		    strchr("!#$%&'*+-.^_`|~", name[i]) == NULL)
			return false;
	return i > 0;
}

bool
http_header_is_value(const char *value)
{
	const unsigned char *at = (const unsigned char *)value;

	for (; *at != '\0'; at++)
		if ((*at < ' ' && *at != '\t') || *at == 0x7f)
			return false;
	return true;
}

bool
http_header_is_named(struct bx_slice name, const char *other)
{
	size_t i;

	if (name.len != strlen(other))
		return false;
	for (i = 0; i < name.len; i++)
		if (http_text_to_lower(name.at[i]) !=
		    http_text_to_lower(other[i]))
			return false;
	return true;
}

bool
http_header_is_reserved(const char *name)
{
	static const char *const reserved[] = { "Status", "Content-Length",
		"Connection", "Transfer-Encoding" };
	const struct bx_slice slice = { name, strlen(name) };
	size_t i;

	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (http_header_is_named(slice, reserved[i]))
			return true;
	return false;
}

/* As RFC 3875, 4.1.18 has it; two headers have names of their own (4.1.2, 3).
 */
bool
http_header_is_variable(struct bx_slice variable, const char *name)
{
	const struct bx_slice slice = { name, strlen(name) };
	char byte;
	size_t i;

	if (http_header_is_named(slice, "Content-Type"))
		return http_text_equals(variable, "CONTENT_TYPE");
	if (http_header_is_named(slice, "Content-Length"))
		return http_text_equals(variable, "CONTENT_LENGTH");
	if (variable.len != slice.len + strlen("HTTP_") ||
	    memcmp(variable.at, "HTTP_", strlen("HTTP_")) != 0)
		return false;
	for (i = 0; i < slice.len; i++) {
		byte = name[i] == '-' ? '_' : name[i];
		if (http_text_to_lower(variable.at[strlen("HTTP_") + i]) !=
		    http_text_to_lower(byte))
			return false;
	}
	return true;
}
