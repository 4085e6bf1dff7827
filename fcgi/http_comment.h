/*
 * http_comment.h - JSON in a comment: what clients of the draft ask for, so
 * that a page of another site that loads it as a script sees nothing.
 *
 * Ownership: everything is borrowed for the call.
 * Reentrancy: no function calls out, but for the buffer's allocator.
 */
#ifndef HTTP_COMMENT_H
#define HTTP_COMMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/buf.h"
#include "engine/json.h"
#include "engine/status.h"

/*
 * The bytes of json once it is fit for a comment: the end of one is escaped
 * where a string has it, and what ends a line, which JSON has between its
 * tokens alone, is a blank (BAYEUX.md rule 16).
 */
size_t http_comment_length(struct bx_slice json);

/* Append json so. */
enum bx_status http_comment_append(struct bx_buf *out, struct bx_slice json);

/* Is it fit as it is? */
bool http_comment_is_fit(struct bx_slice json);

#endif
