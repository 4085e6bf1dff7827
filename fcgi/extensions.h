/*
 * extensions.h - the built-in extensions that the options switch on.
 *
 * Ownership: the struct is embedded by its owner and outlives the engine that
 * the extensions were added to; it borrows the options.
 * Reentrancy: the extensions are started.
 */
#ifndef FCGI_EXTENSIONS_H
#define FCGI_EXTENSIONS_H

#include <stdbool.h>

#include "options.h"

struct bx_engine;

struct fcgi_extensions {
	const struct fcgi_options *options;
	char activity_timeout[24]; /* milliseconds, as text */
};

/* Add them.  false: one cannot be had, and it is in the log. */
bool fcgi_extensions_add(struct fcgi_extensions *extensions,
    const struct fcgi_options *options, struct bx_engine *engine);

#endif
