/*
 * http_header.h - headers that plugins write, and which of them they may.
 *
 * Ownership: everything is borrowed for the call.
 * Reentrancy: no function calls out.
 */
#ifndef HTTP_HEADER_H
#define HTTP_HEADER_H

#include <stdbool.h>

#include "engine/json.h"

/* Is it a header's name (a token, RFC 9110 5.6.2), and what may stand behind
 * it: bytes that end no line, without control bytes but tabs? */
bool http_header_is_name(const char *name);
bool http_header_is_value(const char *value);

/* Does it say where a message ends, or is it the web server's business? */
bool http_header_is_reserved(const char *name);

/* Are they the same name? */
bool http_header_is_named(struct bx_slice name, const char *other);

/* Is it the CGI variable in which a request's header of that name comes? */
bool http_header_is_variable(struct bx_slice variable, const char *name);

#endif
