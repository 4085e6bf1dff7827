/*
 * config_text.h - makes a configuration's text fit for libconfuse.
 *
 * Ownership: the text is the caller's and is changed in place.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_CONFIG_TEXT_H
#define FCGI_CONFIG_TEXT_H

/*
 * Blank out the comments: libconfuse 3.3 counts their lines more than once.
 * And refuse what it passes over in silence: a string, comment or block that
 * is never closed, which hides the rest of the file, and a lone * or +.
 *
 * NULL: text is ready; else what is wrong with it, in *line.
 */
const char *fcgi_config_text_prepare(char *text, int *line);

#endif
