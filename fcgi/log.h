/*
 * log.h - the log of the process: one line for each event.
 *
 *	2026-01-01T00:00:00.000Z info event=listen address=127.0.0.1:9000
 *
 * Before fcgi_log_open, lines of level info and above go to standard error.
 * A line that cannot be written at once (a full disk, a pipe that nobody
 * reads) is lost and counted, and the next line that can be written is
 * preceded by one that says how many were.  When a file loses its first line,
 * standard error gets one that says why.  syslog(3) is the exception: it waits
 * for the system's own log daemon.
 *
 * Ownership: there is one log per process; strings are borrowed.
 * Reentrancy: none of it is for signal handlers; on_x callbacks of libev are
 * none.
 * Limits: a line is at most FCGI_LOG_LINE bytes, so that a pipe takes it as
 * a whole; what is longer ends in "...".
 */
#ifndef FCGI_LOG_H
#define FCGI_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/env.h"

#define FCGI_LOG_LINE 4096
#define FCGI_LOG_REST 60000 /* ms */

/* Read by fcgi_log_is_on, written by fcgi_log_open alone. */
extern enum bx_log_level fcgi_log_threshold;

/* Whether a line of level would be written: ask before costly arguments. */
static inline bool
fcgi_log_is_on(enum bx_log_level level)
{
	return level <= fcgi_log_threshold;
}

/*
 * Send lines of level and above to target: "stderr", "syslog", or the path
 * of a file that is appended to.  False, with errno set: the file cannot be
 * opened, and the log is as it was.
 */
bool fcgi_log_open(const char *target, enum bx_log_level level);

/* Open the log file anew, since it may have been renamed.  When that fails,
 * the old one stays and is told so.  Does nothing for other targets. */
void fcgi_log_reopen(void);

/* Back to what precedes fcgi_log_open.  Legal twice. */
void fcgi_log_close(void);

/*
 * Write one line of "key=value" text, without a newline.  Bytes that are not
 * printable ASCII are written as \xNN, so no argument can begin a new line.
 * An argument that a peer chose could still contain " key=value": quote it.
 * Keeps errno.
 */
void fcgi_log(enum bx_log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Is it time for a line that could come all the time?  At most once in
 * FCGI_LOG_REST by now, which is of a clock that never goes back.  *next is
 * kept between the calls, and 0 at first.
 */
bool fcgi_log_is_due(bx_msec *next, bx_msec now);

/*
 * Write text of len bytes to out of size > 8 bytes as a quoted string of
 * printable ASCII, with \" and \\ and \xNN; what is too long ends in ..."
 * Returns out.
 */
const char *fcgi_log_quote(char *out, size_t size, const char *text,
    size_t len);

/* The log of struct bx_env; ctx is not looked at. */
void fcgi_log_line(void *ctx, enum bx_log_level level, const char *line);

/* The name of level as log_level has it, such as "notice"; never NULL. */
const char *fcgi_log_level_name(enum bx_log_level level);

#endif
