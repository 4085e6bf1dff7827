/* http_form.c - the fields of a form; see http_form.h. */
#include "http_form.h"

#include <string.h>

#include "http_text.h"

/* Asked before anything is decoded, so that a failure changes no byte. */
static bool
is_well_escaped(struct bx_slice text)
{
	struct bx_slice rest;

	for (; text.len > 0; text = rest) {
		struct bx_slice plain = http_text_split(text, '%', &rest);

		if (plain.len < text.len && http_text_hex_byte(rest) < 0)
			return false;
	}
	return true;
}

/* Decode len well escaped bytes: they become fewer, never more. */
static struct bx_slice
decode(char *bytes, size_t len)
{
	struct bx_slice decoded = { bytes, 0 };

	for (size_t from = 0; from < len; from++) {
		char byte = bytes[from];

		if (byte == '+')
			byte = ' ';
		if (byte == '%') {
			struct bx_slice digits = { bytes + from + 1, 2 };

			byte = (char)http_text_hex_byte(digits);
			from += digits.len;
		}
		bytes[decoded.len++] = byte;
	}
	return decoded;
}

enum bx_status
http_form_next(struct http_form *form, struct http_form_field *field,
    bool *more)
{
	char *bytes = form->bytes;
	size_t left = form->len;
	struct bx_slice text, name, rest;

	/* Between two "&" there is no field: WHATWG URL, 5.1. */
	while (left > 0 && *bytes == '&') {
		bytes++;
		left--;
	}
	*more = left > 0;
	if (!*more)
		return BX_OK;
	text = http_text_split((struct bx_slice){ bytes, left }, '&', &rest);
	if (!is_well_escaped(text)) {
		*more = false;
		return BX_EINVAL;
	}
	form->bytes = bytes + text.len;
	form->len = left - text.len;
	name = http_text_split(text, '=', &rest);
	field->name = decode(bytes, name.len);
	field->value = decode(bytes + text.len - rest.len, rest.len);
	return BX_OK;
}
