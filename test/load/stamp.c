/* stamp.c - what each message carries; see stamp.h. */
#include "stamp.h"

#include <string.h>

#define FILLING 'x'

/* Write value in hexadecimal and a dot. */
static char *
put(char *out, uint64_t value)
{
	static const char digits[] = "0123456789abcdef";
	unsigned shift = 0;

	while (shift < 60 && value >> (shift + 4) != 0)
		shift += 4;
	for (;; shift -= 4) {
		*out++ = digits[value >> shift & 0xf];
		if (shift == 0)
			break;
	}
	*out++ = '.';
	return out;
}

/* Three numbers of 8 digits and one of 16, with dots and quotes, and as many
 * nanoseconds as fit in 13 digits are 52 days. */
_Static_assert(LOAD_STAMP_MIN >= 3 * 9 + 14 + 2 + 1, "room for any stamp");

void
load_stamp_format(const struct load_stamp *stamp, char *out, size_t size)
{
	char *at = out;

	*at++ = '"';
	at = put(at, stamp->run);
	at = put(at, stamp->stream);
	at = put(at, stamp->number);
	at = put(at, stamp->due & UINT64_C(0xfffffffffffff));
	memset(at, FILLING, size - (size_t)(at - out) - 1);
	out[size - 1] = '"';
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Read up to the next dot; false when there is no number up to max. */
static bool
take(struct bx_slice *left, uint64_t max, uint64_t *value)
{
	size_t i;

	*value = 0;
	for (i = 0; i < left->len && left->at[i] != '.'; i++) {
		int one = digit(left->at[i]);

		if (one < 0 || *value > max >> 4)
			return false;
		*value = *value << 4 | (unsigned)one;
	}
	if (i == 0 || i == left->len)
		return false;
	left->at += i + 1;
	left->len -= i + 1;
	return true;
}

static bool
is_filled(struct bx_slice left)
{
	for (size_t i = 0; i + 1 < left.len; i++)
		if (left.at[i] != FILLING)
			return false;
	return left.len > 0 && left.at[left.len - 1] == '"';
}

bool
load_stamp_parse(struct bx_slice data, size_t size, struct load_stamp *stamp)
{
	struct bx_slice left;
	uint64_t run, stream, number, due;

	if (data.len != size || size < LOAD_STAMP_MIN || data.at[0] != '"')
		return false;
	left = (struct bx_slice){ data.at + 1, data.len - 1 };
	if (!take(&left, UINT32_MAX, &run) ||
	    !take(&left, UINT32_MAX, &stream) ||
	    !take(&left, UINT32_MAX, &number) ||
	    !take(&left, UINT64_MAX, &due) || !is_filled(left))
		return false;
	stamp->run = (uint32_t)run;
	stamp->stream = (uint32_t)stream;
	stamp->number = (uint32_t)number;
	stamp->due = due;
	return true;
}
