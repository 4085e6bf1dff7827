/*
 * http_script.h - JSON in a script: what JSONP needs.
 *
 * Ownership: everything is borrowed for the call.
 * Reentrancy: no function calls out, but for the buffer's allocator.
 * Limits: the name of a callback has at most HTTP_SCRIPT_CALLBACK_MAX bytes.
 */
#ifndef HTTP_SCRIPT_H
#define HTTP_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/buf.h"
#include "engine/json.h"
#include "engine/status.h"

#define HTTP_SCRIPT_CALLBACK_MAX 128

/* Is it JavaScript's identifiers (of ASCII) with "." between them, and
 * nothing else that a script would do (BAYEUX.md rule 14)? */
bool http_script_is_callback(struct bx_slice name);

/*
 * The bytes of json once it is fit for a script: U+2028 and U+2029, which end
 * a line in scripts before ECMAScript 2019, are escaped (rule 13).
 */
size_t http_script_length(struct bx_slice json);

/* Is it fit as it is? */
bool http_script_is_fit(struct bx_slice json);

/* Append json so. */
enum bx_status http_script_append(struct bx_buf *out, struct bx_slice json);

#endif
