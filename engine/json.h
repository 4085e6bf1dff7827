/*
 * json.h - strict JSON: a pull scanner over bytes, and small values decoded.
 *
 * The scanner accepts RFC 8259 and nothing else: valid UTF-8, no control
 * bytes in strings, no leading zeros, no trailing text, nesting up to a given
 * depth.  It yields slices of its input; nothing is copied, nothing is ever
 * printed again, so a sender's bytes can travel as they came.  A slice that
 * the scanner yielded is valid JSON by itself.
 *
 * Numbers that are computed with go through cJSON, which only this module
 * includes: it is not strict enough to see anything unscanned, and cuts or
 * refuses strings that are valid.
 *
 * Ownership: slices are borrowed from the scanned bytes.
 * Reentrancy: no function calls out (but into cJSON's allocator hooks).
 * Limits: BX_JSON_DEPTH_MAX containers within one another.
 */
#ifndef BX_JSON_H
#define BX_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "status.h"
#include "types.h"

#define BX_JSON_DEPTH_MAX 1024 /* what max_json_depth may be set to */

enum bx_json_type {
	BX_JSON_NONE, /* end of input, or a byte that starts nothing */
	BX_JSON_OBJECT,
	BX_JSON_ARRAY,
	BX_JSON_STRING,
	BX_JSON_NUMBER,
	BX_JSON_BOOLEAN,
	BX_JSON_NULL
};

struct bx_json {
	const char *at;
	const char *end;
	unsigned depth; /* containers entered and not left */
	unsigned max_depth;
	bool first; /* no element of the innermost one was read */
	/* For each of them a bit: it is an object. */
	unsigned char objects[BX_JSON_DEPTH_MAX / 8];
};

/* Start at the first of len bytes; containers nest at most max_depth deep,
 * and never more than BX_JSON_DEPTH_MAX. */
void bx_json_init(struct bx_json *json, const char *bytes, size_t len,
    unsigned max_depth);

/* What the next value is by its first byte, white space skipped. */
enum bx_json_type bx_json_peek(struct bx_json *json);

/* Check and skip one whole value; *value is it without white space around.
 * BX_EJSON: the scanner is of no further use. */
enum bx_status bx_json_value(struct bx_json *json, struct bx_slice *value);

/* Step into the object or array that comes next; BX_EJSON: none, too deep. */
enum bx_status bx_json_enter(struct bx_json *json);

/*
 * Go to the next element of the container entered last, or leave it.
 * *key is the member's key, a JSON string, in an object, and absent in an
 * array.  *more is false when the container has ended; else the value has to
 * be read, or entered and left, before the next call.
 */
enum bx_status bx_json_next(struct bx_json *json, struct bx_slice *key,
    bool *more);

/* BX_OK when nothing but white space is left. */
enum bx_status bx_json_end(struct bx_json *json);

/* The type of a slice that the scanner yielded; BX_JSON_NONE when absent. */
enum bx_json_type bx_json_type_of(struct bx_slice value);

/*
 * Decode a JSON string into out, of size bytes, without a NUL at the end.
 * *len counts the bytes, NULs included.  A lone surrogate becomes the three
 * bytes that UTF-8 would give it.  BX_EINVAL: value is no string;
 * BX_EFULL: it does not fit.
 */
enum bx_status bx_json_string_decode(struct bx_slice value, char *out,
    size_t size, size_t *len);

/* Is value a JSON string that decodes to exactly text? */
bool bx_json_string_equals(struct bx_slice value, const char *text);

/* Append bytes, which are UTF-8 or what bx_json_string_decode made, as a JSON
 * string with its quotes. */
enum bx_status bx_json_append_string(struct bx_buf *buf, const char *bytes,
    size_t len);

/* The value of the last member of that name (rule 22); absent without one. */
struct bx_slice bx_json_member(struct bx_slice object, const char *name);

/*
 * The integer that value is.  BX_EINVAL: it is absent, or not a whole number
 * nearer to zero than 2^53, written with at most 63 characters; *out is then
 * untouched.  BX_ENOMEM as ever.
 */
enum bx_status bx_json_integer(struct bx_slice value, int64_t *out);

/* Does the array have the string text as an element?  *found is false for
 * what is no array. */
enum bx_status bx_json_array_has_string(struct bx_slice array,
    const char *text, bool *found);

#endif
