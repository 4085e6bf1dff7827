/*
 * config_text.h - a configuration's text, made fit for libconfuse.
 *
 * Ownership: the text is the caller's, who frees it with bx_free; it is changed
 * in place.
 * Reentrancy: the visitor alone is called.
 */
#ifndef FCGI_CONFIG_TEXT_H
#define FCGI_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct bx_env;
struct fcgi_problem;

/* The text of a file, which is not empty.  Owned; NULL: problem->text says why
 * there is none, without the path. */
char *fcgi_config_text_read(const struct bx_env *env, const char *path,
    struct fcgi_problem *problem);

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
