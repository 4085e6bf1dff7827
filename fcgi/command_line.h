/*
 * command_line.h - the arguments of the program.
 *
 *	bayeux-fcgi [-c FILE] [-o KEY=VALUE]... [-t] [-T] [-V] [-h]
 *	bayeux-fcgi [-c FILE] [-o KEY=VALUE]... --explain USER OPERATION CHANNEL
 *
 * An -o goes over the file wherever it stands among the arguments.  For a
 * list the first -o replaces what the file says, and each further one adds.
 *
 * Ownership: the arguments are borrowed during the call.
 * Reentrancy: none; uses getopt_long(3).
 */
#ifndef FCGI_COMMAND_LINE_H
#define FCGI_COMMAND_LINE_H

struct bx_env;
struct fcgi_options;

/* The answer of fcgi_command_line_read that is no exit status. */
#define FCGI_COMMAND_LINE_RUN (-1)

/*
 * Read the arguments, and the file that they name, into options, which the
 * caller does not init.  FCGI_COMMAND_LINE_RUN: the process is to run, and
 * the caller owns options and calls fcgi_options_fini.  Anything else is the
 * status to exit with: what was asked for (-h, -t, -T, -V, --explain) is on
 * standard output, what is wrong is on standard error, and there is nothing to
 * fini.
 */
int fcgi_command_line_read(struct fcgi_options *options,
    const struct bx_env *env, int argc, char **argv);

#endif
