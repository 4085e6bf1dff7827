/*
 * http_line.h - JSON in one line, for what reads lines.
 *
 * A line can only end between JSON's tokens, where a blank is as good.
 *
 * Ownership: everything is borrowed for the call.
 * Reentrancy: no function calls out, but for the buffer's allocator.
 */
#ifndef HTTP_LINE_H
#define HTTP_LINE_H

#include <stdbool.h>

#include "engine/buf.h"
#include "engine/json.h"
#include "engine/status.h"

/* Is json one line as it is? */
bool http_line_is_fit(struct bx_slice json);

/* Append json, as many bytes as it has, with blanks where lines end. */
enum bx_status http_line_append(struct bx_buf *out, struct bx_slice json);

#endif
