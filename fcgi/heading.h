/*
 * heading.h - the headers of a response while plugins may change them.
 *
 * Ownership: a heading is its maker's, and has a copy of all lines.  Plugins
 * borrow it for one call.
 * Reentrancy: no function calls out, but for the allocator.
 */
#ifndef FCGI_HEADING_H
#define FCGI_HEADING_H

#include <stdbool.h>

#include "engine/buf.h"
#include "engine/host.h"

struct bx_engine;

/* Whose plugins change the headers, and of what: a path below the mount, or
 * none.  Borrowed for the call by whoever writes a response. */
struct fcgi_heading_source {
	struct bx_engine *engine;
	struct bx_slice path;
};

struct bx_heading {
	struct bx_buf lines; /* each with its CRLF */
	struct bx_slice path;
	unsigned status;
};

/* Without lines; lines is appended to directly.  Legal to fini twice. */
void fcgi_heading_init(struct bx_heading *heading, const struct bx_env *env,
    unsigned status);
void fcgi_heading_fini(struct bx_heading *heading);

/* May a plugin answer with this head? */
bool fcgi_heading_is_sound(const struct bx_head *head);

/* Put the headers of a sound head in place of those of their names that are
 * there; what is said in Vary is said as well.  BX_ENOMEM: the heading is only
 * good for fini. */
enum bx_status fcgi_heading_add(struct bx_heading *heading,
    const struct bx_head *head);

/* As host.h says. */
unsigned fcgi_heading_status(const struct bx_heading *heading);
struct bx_slice fcgi_heading_path(const struct bx_heading *heading);
bool fcgi_heading_set(struct bx_heading *heading, const char *name,
    const char *value);

#endif
