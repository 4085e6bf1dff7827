/*
 * fcgi_request.h - requests as a web server passes them on over FastCGI.
 *
 * Ownership: nothing is owned.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_FCGI_REQUEST_H
#define LOAD_FCGI_REQUEST_H

#include <stdint.h>

#include "engine/types.h"

struct load_bytes;
struct load_target;

/* All records of a POST of body, whose connection is to be kept; cookie is
 * "" or the Cookie header. */
void load_fcgi_request_format(struct load_bytes *out,
    const struct load_target *target, uint16_t request_id, const char *cookie,
    struct bx_slice body);

#endif
