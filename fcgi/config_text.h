/*
 * config_text.h - makes a configuration's text fit for libconfuse.
 *
 * Ownership: the text is the caller's and is changed in place.
 * Reentrancy: the visitor alone is called.
 */
#ifndef FCGI_CONFIG_TEXT_H
#define FCGI_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Blank out the comments: libconfuse 3.3 counts their lines more than once.
 * And refuse what it passes over in silence: a string, comment or block that
 * is never closed, which hides the rest of the file, and a lone * or +.
 *
 * NULL: text is ready; else what is wrong with it, in *line.
 */
const char *fcgi_config_text_prepare(char *text, int *line);

/* Call fn for each word of a text that is ready which stands before = or +=,
 * until it says false, which is then returned. */
typedef bool fcgi_config_key_fn(const char *key, size_t len, void *ctx);
bool fcgi_config_text_each_key(char *text, fcgi_config_key_fn *fn, void *ctx);

#endif
