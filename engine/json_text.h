/*
 * json_text.h - any bytes as a JSON string.
 *
 * Ownership: all arguments are borrowed for the call.
 * Reentrancy: no function calls out, but for the allocator.
 */
#ifndef BX_JSON_TEXT_H
#define BX_JSON_TEXT_H

#include <stddef.h>

#include "buf.h"
#include "types.h"

/* Where a character of two to four bytes that starts at at, before end, is
 * over; NULL: it is neither ASCII nor UTF-8 (RFC 3629, section 4). */
const char *bx_json_text_scan(const char *at, const char *end);

/* Append text as a JSON string, with its quotes; each byte that belongs to no
 * character becomes U+FFFD.  A failure stays in buf. */
void bx_json_text_append(struct bx_buf *buf, struct bx_slice text);

/* The same behind the first len bytes of buffer.  The new length, which is
 * above size if there was no room: what is there is then of no use, and more
 * may be written behind it all the same. */
size_t bx_json_text_write(char *buffer, size_t size, size_t len,
    struct bx_slice text);

#endif
