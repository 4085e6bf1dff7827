/*
 * fuzz_form.c - any bytes as a form.
 *
 * Fields never grow and never overlap what follows.  What was decoded is
 * encoded and decoded again, and is then the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/http_form.h"
#include "test/fuzz/fuzz_env.h"

static char *
encode(char *out, struct bx_slice slice)
{
	for (size_t i = 0; i < slice.len; i++) {
		unsigned byte = (unsigned char)slice.at[i];

		*out++ = '%';
		*out++ = "0123456789abcdef"[byte >> 4];
		*out++ = "0123456789ABCDEF"[byte & 15];
	}
	return out;
}

static bool
same(struct bx_slice a, struct bx_slice b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static void
encode_and_read(const struct http_form_field *field)
{
	char *bytes = malloc(3 * (field->name.len + field->value.len) + 1);
	struct http_form_field again;
	struct http_form form = { bytes, 0 };
	char *out;
	bool more;

	require(bytes != NULL);
	out = encode(bytes, field->name);
	*out++ = '=';
	out = encode(out, field->value);
	form.len = (size_t)(out - bytes);
	require(http_form_next(&form, &again, &more) == BX_OK && more);
	require(same(field->name, again.name));
	require(same(field->value, again.value));
	require(http_form_next(&form, &again, &more) == BX_OK && !more);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size > 0 ? size : 1);
	struct http_form form = { bytes, size };
	struct http_form_field field;
	enum bx_status status;
	bool more;

	require(bytes != NULL);
	if (size > 0)
		memcpy(bytes, data, size);
	for (;;) {
		struct http_form before = form;

		status = http_form_next(&form, &field, &more);
		if (status != BX_OK || !more)
			break;
		require(field.name.at >= before.bytes);
		require(field.name.at + field.name.len <= field.value.at);
		require(field.value.at + field.value.len <= form.bytes);
		require(form.bytes + form.len == bytes + size);
		encode_and_read(&field);
	}
	require(!more && (status == BX_OK || status == BX_EINVAL));
	free(bytes);
	return 0;
}
