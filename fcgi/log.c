/*
 * log.c - lines that are written at once, or counted as lost.
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum target {
	TO_STDERR,
	TO_SYSLOG,
	TO_FILE
};

enum bx_log_level fcgi_log_threshold = BX_LOG_INFO;

static struct {
	enum target target;
	int fd;		     /* of a file; else -1 */
	char path[PATH_MAX]; /* of a file */
	unsigned long lost;  /* lines not written since the last one was */
	bool broken;	     /* the last write ended within a line */
	bool told;	     /* standard error knows that lines are lost */
} the_log = { .target = TO_STDERR, .fd = -1 };

static const struct {
	const char *name;
	int priority;
} levels[] = {
	[BX_LOG_ERROR] = { "error", LOG_ERR },
	[BX_LOG_WARNING] = { "warning", LOG_WARNING },
	[BX_LOG_NOTICE] = { "notice", LOG_NOTICE },
	[BX_LOG_INFO] = { "info", LOG_INFO },
	[BX_LOG_DEBUG] = { "debug", LOG_DEBUG },
};

const char *
fcgi_log_level_name(enum bx_log_level level)
{
	return levels[level].name;
}

/*
 * O_NONBLOCK lets the opening of a FIFO that nobody reads fail, and its
 * writes too, where they would stop the process.
 */
static int
open_file(const char *path)
{
	return open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
	    0640);
}

void
fcgi_log_close(void)
{
	if (the_log.target == TO_SYSLOG)
		closelog();
	if (the_log.fd >= 0)
		(void)close(the_log.fd);
	the_log.target = TO_STDERR;
	the_log.fd = -1;
	the_log.lost = 0;
	the_log.broken = false;
	the_log.told = false;
	fcgi_log_threshold = BX_LOG_INFO;
}

bool
fcgi_log_open(const char *target, enum bx_log_level level)
{
	enum target kind = TO_FILE;
	int fd = -1;

	if (strcmp(target, "stderr") == 0)
		kind = TO_STDERR;
	else if (strcmp(target, "syslog") == 0)
		kind = TO_SYSLOG;

	if (kind == TO_FILE) {
		/* open refuses what has no room in path: ENAMETOOLONG. */
		fd = open_file(target);
		if (fd < 0)
			return false;
	}
	fcgi_log_close();
	if (kind == TO_FILE)
		(void)snprintf(the_log.path, sizeof(the_log.path), "%s",
		    target);
	the_log.target = kind;
	the_log.fd = fd;
	fcgi_log_threshold = level;
	if (kind == TO_SYSLOG)
		openlog("bayeux-fcgi", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	return true;
}

void
fcgi_log_reopen(void)
{
	int fd;

	if (the_log.target != TO_FILE)
		return;
	fd = open_file(the_log.path);
	if (fd < 0) {
		fcgi_log(BX_LOG_ERROR, "event=log_reopen error=\"%s\"",
		    strerror(errno));
		return;
	}
	(void)close(the_log.fd);
	the_log.fd = fd;
	the_log.broken = false;
	the_log.told = false;
	fcgi_log(BX_LOG_NOTICE, "event=log_reopen");
}

/*
 * Write text to fd if that takes it at once; what write(2) returns.  poll says
 * so for standard error, whose flags are shared with other processes and so
 * not ours to change; a pipe that it calls writable has room for PIPE_BUF
 * bytes, which is not less than a line.
 */
static ssize_t
write_now(int fd, const char *text, size_t len)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT, .revents = 0 };
	ssize_t n;

	if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) {
		errno = EAGAIN;
		return -1;
	}
	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	return n;
}

/* The time of day; the engine's clock is another, which never goes back. */
static size_t
put_time(char *out, size_t size)
{
	struct timespec now;
	struct tm utc;
	char day[48];
	int n;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0 ||
	    gmtime_r(&now.tv_sec, &utc) == NULL ||
	    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc) == 0)
		return 0;
	n = snprintf(out, size, "%s.%03ldZ ", day, now.tv_nsec / 1000000);
	return n < 0 ? 0 : (size_t)n;
}

/*
 * Write text to out of size bytes, ending in dots if it has no room.  Answers
 * its length.  out is not terminated.
 */
static size_t
put_printable(char *out, size_t size, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0;

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		/* Room for this one, and for the dots behind it. */
		if (size - used < 4 + 3) {
			memcpy(out + used, "...", 3);
			return used + 3;
		}
		if (byte >= 0x20 && byte < 0x7f) {
			out[used++] = (char)byte;
		} else {
			out[used++] = '\\';
			out[used++] = 'x';
			out[used++] = hex[byte >> 4];
			out[used++] = hex[byte & 15];
		}
	}
	return used;
}

/* Text as a line, with a newline in front, for when the last line was cut,
 * and one behind; its length.  said is where the time is over. */
static size_t
format_line(char line[FCGI_LOG_LINE + 1], size_t *said,
    enum bx_log_level level, const char *text)
{
	size_t used = 1;

	line[0] = '\n';
	used += put_time(line + used, FCGI_LOG_LINE + 1 - used);
	*said = used;
	used += (size_t)snprintf(line + used, FCGI_LOG_LINE + 1 - used, "%s ",
	    levels[level].name);
	used += put_printable(line + used, FCGI_LOG_LINE - used, text);
	line[used++] = '\n';
	return used;
}

/* The file takes no lines, and error says why not.  Whoever reads standard
 * error is told once, until the file is opened anew: it may be that nobody
 * looks there, but it is the one other place there is. */
static void
tell_elsewhere(int error)
{
	char line[FCGI_LOG_LINE + 1];
	char quoted[1024];
	char text[1200];
	size_t said;
	size_t len;

	if (the_log.target != TO_FILE || the_log.told)
		return;
	the_log.told = true;
	(void)fcgi_log_quote(quoted, sizeof(quoted), the_log.path,
	    strlen(the_log.path));
	(void)snprintf(text, sizeof(text),
	    "event=log_full path=%s error=\"%s\"", quoted, strerror(error));
	len = format_line(line, &said, BX_LOG_ERROR, text);
	(void)write_now(STDERR_FILENO, line + 1, len - 1);
}

static void
write_line(enum bx_log_level level, const char *text)
{
	int fd = the_log.target == TO_FILE ? the_log.fd : STDERR_FILENO;
	char line[FCGI_LOG_LINE + 1];
	size_t said;
	size_t len = format_line(line, &said, level, text);
	size_t start = the_log.broken ? 0 : 1;
	ssize_t n;

	if (the_log.target == TO_SYSLOG) {
		syslog(levels[level].priority, "%.*s", (int)(len - 1 - said),
		    line + said);
		return;
	}
	n = write_now(fd, line + start, len - start);
	if (n > 0)
		the_log.broken = (size_t)n < len - start;
	if (n == (ssize_t)(len - start))
		return;
	the_log.lost++;
	tell_elsewhere(n < 0 ? errno : ENOSPC);
}

void
fcgi_log_line(void *ctx, enum bx_log_level level, const char *line)
{
	int keep = errno;

	(void)ctx;
	if (!fcgi_log_is_on(level))
		return;
	if (the_log.lost > 0) {
		unsigned long lost = the_log.lost;
		char text[64];

		(void)snprintf(text, sizeof(text), "event=log_lost lines=%lu",
		    lost);
		write_line(BX_LOG_WARNING, text);
		/* Either it was written, or it was lost and is no line
		 * to count. */
		the_log.lost = the_log.lost > lost ? lost : 0;
	}
	write_line(level, line);
	errno = keep;
}

void
fcgi_log(enum bx_log_level level, const char *fmt, ...)
{
	char text[FCGI_LOG_LINE];
	int keep = errno;
	va_list args;

	if (!fcgi_log_is_on(level))
		return;
	va_start(args, fmt);
	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	va_end(args);
	fcgi_log_line(NULL, level, text);
	errno = keep;
}

bool
fcgi_log_is_due(bx_msec *next, bx_msec now)
{
	if (now < *next)
		return false;
	*next = now + FCGI_LOG_REST;
	return true;
}

const char *
fcgi_log_quote(char *out, size_t size, const char *text, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0;
	size_t i;

	out[used++] = '"';
	for (i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		/* Room for \xNN, and for ..." and a NUL behind it. */
		if (size - used < 4 + 5) {
			memcpy(out + used, "...", 3);
			used += 3;
			break;
		}
		if (byte < 0x20 || byte >= 0x7f) {
			out[used++] = '\\';
			out[used++] = 'x';
			out[used++] = hex[byte >> 4];
			out[used++] = hex[byte & 15];
			continue;
		}
		if (byte == '"' || byte == '\\')
			out[used++] = '\\';
		out[used++] = (char)byte;
	}
	out[used++] = '"';
	out[used] = '\0';
	return out;
}
