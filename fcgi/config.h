/*
 * config.h - reads the configuration file, in the syntax of libconfuse.
 *
 * Ownership: everything is borrowed during the call.
 * Reentrancy: none; libconfuse gives its callbacks no context, so one file
 * is read at a time.
 */
#ifndef FCGI_CONFIG_H
#define FCGI_CONFIG_H

#include <stdbool.h>

struct fcgi_options;
struct fcgi_problem;

/* A larger file is no configuration. */
#define FCGI_CONFIG_MAX 1048576

/*
 * Set what the file at path says.  False: problem->text is "path: message"
 * or "path:line: message", and options holds what preceded that line.
 */
bool fcgi_config_read(struct fcgi_options *options, const char *path,
    struct fcgi_problem *problem);

#endif
