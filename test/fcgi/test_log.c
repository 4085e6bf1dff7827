#include "test/support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fcgi/log.h"

static char folder[] = "/tmp/test_log.XXXXXX";
static char path[64];
static char renamed[64];
static char text[65536];

static void
set_up(void)
{
	(void)strcpy(strrchr(folder, '.'), ".XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/log", folder);
	(void)snprintf(renamed, sizeof(renamed), "%s/log.1", folder);
}

static void
tear_down(void)
{
	fcgi_log_close();
	(void)unlink(path);
	(void)unlink(renamed);
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}

/* The whole of a file, in text. */
static const char *
contents(const char *name)
{
	FILE *file = fopen(name, "re");
	size_t len;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	(void)fclose(file);
	return text;
}

/* Is line "YYYY-MM-DDTHH:MM:SS.mmmZ " and then rest, with its newline? */
static bool
is_stamped(const char *line, const char *rest)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ ";
	size_t i;

	for (i = 0; form[i] != '\0'; i++) {
		if (form[i] == 'd' ? line[i] < '0' || line[i] > '9'
				   : line[i] != form[i])
			return false;
	}
	return strcmp(line + i, rest) == 0;
}

static void
test_line(void)
{
	set_up();
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_INFO));
	fcgi_log(BX_LOG_NOTICE, "event=%s port=%d", "listen", 9000);
	CU_ASSERT_TRUE(
	    is_stamped(contents(path), "notice event=listen port=9000\n"));
	tear_down();
}

static void
test_levels(void)
{
	int level;

	set_up();
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_WARNING));
	for (level = BX_LOG_ERROR; level <= BX_LOG_DEBUG; level++) {
		fcgi_log((enum bx_log_level)level, "x=%d", level);
		CU_ASSERT_EQUAL(fcgi_log_is_on((enum bx_log_level)level),
		    level <= BX_LOG_WARNING);
	}
	(void)contents(path);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " error x=0\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " warning x=1\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "x=2"));
	CU_ASSERT_PTR_NULL(strstr(text, "x=4"));
	CU_ASSERT_STRING_EQUAL(fcgi_log_level_name(BX_LOG_NOTICE), "notice");
	CU_ASSERT_STRING_EQUAL(fcgi_log_level_name(BX_LOG_DEBUG), "debug");
	tear_down();
	CU_ASSERT_TRUE(fcgi_log_is_on(BX_LOG_INFO));
	CU_ASSERT_FALSE(fcgi_log_is_on(BX_LOG_DEBUG));
}

static void
test_forged_line(void)
{
	set_up();
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_DEBUG));
	fcgi_log_line(NULL, BX_LOG_INFO, "a=1\n2026 error b\r\x1b[0m\xc3\xa9");
	CU_ASSERT_TRUE(is_stamped(contents(path),
	    "info a=1\\x0a2026 error b\\x0d\\x1b[0m\\xc3\\xa9\n"));
	tear_down();
}

static void
test_quote(void)
{
	char out[32];

	CU_ASSERT_STRING_EQUAL(fcgi_log_quote(out, sizeof(out), "", 0),
	    "\"\"");
	CU_ASSERT_STRING_EQUAL(fcgi_log_quote(out, sizeof(out), "a b\"\\c", 6),
	    "\"a b\\\"\\\\c\"");
	CU_ASSERT_STRING_EQUAL(fcgi_log_quote(out, sizeof(out), "\0\n\x7f\xff",
				   4),
	    "\"\\x00\\x0a\\x7f\\xff\"");
	CU_ASSERT_STRING_EQUAL(fcgi_log_quote(out, sizeof(out),
				   "0123456789012345678901234567890123456789",
				   40),
	    "\"01234567890123456789012...\"");
	CU_ASSERT_STRING_EQUAL(fcgi_log_quote(out, 9, "\n\n", 2), "\"...\"");
}

/* Whatever the length and the kind of bytes, nothing is written behind out. */
static void
test_quote_fits(void)
{
	char bytes[64];
	size_t size, len;
	char fill[] = { 'a', '"', '\n' };
	size_t kind;

	for (kind = 0; kind < sizeof(fill); kind++) {
		memset(bytes, fill[kind], sizeof(bytes));
		for (size = 9; size < 64; size++) {
			char *out = malloc(size);

			CU_ASSERT_PTR_NOT_NULL_FATAL(out);
			for (len = 0; len < sizeof(bytes); len++) {
				(void)fcgi_log_quote(out, size, bytes, len);
				CU_ASSERT(strlen(out) < size);
				CU_ASSERT_EQUAL(out[strlen(out) - 1], '"');
			}
			free(out);
		}
	}
}

static void
test_long_line(void)
{
	static char one[2 * FCGI_LOG_LINE];
	char fill[] = { 'x', '\n' };
	size_t kind;

	for (kind = 0; kind < sizeof(fill); kind++) {
		set_up();
		memset(one, fill[kind], sizeof(one) - 1);
		CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_INFO));
		fcgi_log(BX_LOG_INFO, "%s", one);
		(void)contents(path);
		CU_ASSERT(strlen(text) <= FCGI_LOG_LINE);
		CU_ASSERT(strlen(text) > FCGI_LOG_LINE - 10);
		CU_ASSERT_STRING_EQUAL(text + strlen(text) - 4, "...\n");
		CU_ASSERT_PTR_EQUAL(strchr(text, '\n'),
		    text + strlen(text) - 1);
		tear_down();
	}
}

static void
test_reopen(void)
{
	set_up();
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_INFO));
	fcgi_log(BX_LOG_INFO, "n=1");
	CU_ASSERT_EQUAL_FATAL(rename(path, renamed), 0);
	fcgi_log(BX_LOG_INFO, "n=2");
	fcgi_log_reopen();
	fcgi_log(BX_LOG_INFO, "n=3");
	CU_ASSERT_PTR_NOT_NULL(strstr(contents(renamed), "n=2\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "n=3"));
	CU_ASSERT_PTR_NOT_NULL(strstr(contents(path), "n=3\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "n=2"));
	tear_down();
}

static void
test_reopen_fails(void)
{
	set_up();
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_INFO));
	CU_ASSERT_EQUAL_FATAL(rename(path, renamed), 0);
	CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
	fcgi_log_reopen();
	fcgi_log(BX_LOG_INFO, "n=1");
	CU_ASSERT_PTR_NOT_NULL(strstr(contents(renamed),
	    " error event=log_reopen error=\"Is a directory\"\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "n=1\n"));
	CU_ASSERT_EQUAL(rmdir(path), 0);
	tear_down();
}

static void
test_bad_file(void)
{
	set_up();
	errno = 0;
	CU_ASSERT_FALSE(fcgi_log_open(folder, BX_LOG_DEBUG));
	CU_ASSERT_EQUAL(errno, EISDIR);
	CU_ASSERT_FALSE(fcgi_log_is_on(BX_LOG_DEBUG));
	CU_ASSERT_FALSE(fcgi_log_open("/nonexistent/log", BX_LOG_INFO));
	CU_ASSERT_EQUAL(errno, ENOENT);

	/* A FIFO that nobody reads would stop the process. */
	CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);
	CU_ASSERT_FALSE(fcgi_log_open(path, BX_LOG_INFO));
	CU_ASSERT_EQUAL(errno, ENXIO);
	tear_down();
}

/* Standard error is a pipe for the length of a test; *saved is what it was. */
static int
redirect_stderr(int *saved)
{
	int ends[2];

	CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	*saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	CU_ASSERT_FATAL(*saved >= 0);
	/* The end that is written to blocks, as standard error does. */
	CU_ASSERT_EQUAL(fcntl(ends[1], F_SETFL, 0), 0);
	CU_ASSERT_EQUAL_FATAL(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	(void)close(ends[1]);
	return ends[0];
}

static void
restore_stderr(int saved)
{
	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
}

static const char *
read_all(int fd)
{
	size_t used = 0;
	ssize_t n;

	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	return text;
}

static size_t
count_of(const char *part)
{
	const char *at = text;
	size_t count = 0;

	while ((at = strstr(at, part)) != NULL) {
		at += strlen(part);
		count++;
	}
	return count;
}

static void
test_full_disk(void)
{
	int saved;
	int fd = redirect_stderr(&saved);

	set_up();
	CU_ASSERT_TRUE_FATAL(fcgi_log_open("/dev/full", BX_LOG_INFO));
	errno = EINTR;
	fcgi_log(BX_LOG_INFO, "n=1");
	CU_ASSERT_EQUAL(errno, EINTR);
	CU_ASSERT_TRUE(is_stamped(read_all(fd),
	    "error event=log_full path=\"/dev/full\" "
	    "error=\"No space left on device\"\n"));
	fcgi_log(BX_LOG_INFO, "n=2");
	CU_ASSERT_STRING_EQUAL(read_all(fd), "");
	fcgi_log_reopen();
	CU_ASSERT_EQUAL(count_of("event=log_full"), 0);
	(void)read_all(fd);
	CU_ASSERT_EQUAL(count_of("event=log_full"), 1);
	restore_stderr(saved);
	(void)close(fd);
	tear_down();
}

/* A limit of the file's size cuts a line as a disk does that fills up. */
static void
test_cut_line(void)
{
	struct rlimit was, limit;
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	int saved;
	int fd = redirect_stderr(&saved);

	set_up();
	CU_ASSERT_TRUE_FATAL(fcgi_log_open(path, BX_LOG_INFO));
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &was), 0);
	limit = was;
	limit.rlim_cur = 40;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
	fcgi_log(BX_LOG_INFO, "cut=0123456789abcdef");
	fcgi_log(BX_LOG_INFO, "gone=1");
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &was), 0);
	(void)signal(SIGXFSZ, handler);
	restore_stderr(saved);
	CU_ASSERT_PTR_NOT_NULL(strstr(read_all(fd), " error event=log_full "));
	(void)close(fd);

	fcgi_log(BX_LOG_INFO, "whole=1");
	(void)contents(path);
	CU_ASSERT_EQUAL_FATAL(text[40], '\n');
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " info cut=01234"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(text + 40, " warning event=log_lost lines=2\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text + 40, " info whole=1\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "gone"));
	tear_down();
}

static void
test_stalled_pipe(void)
{
	static char one[1000];
	char expected[64];
	int saved;
	int fd = redirect_stderr(&saved);
	int i, lines = 0;
	const char *at;

	memset(one, 'x', sizeof(one) - 1);
	for (i = 0; i < 200; i++)
		fcgi_log(BX_LOG_INFO, "n=%d %s", i, one);
	(void)read_all(fd);
	for (at = text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	CU_ASSERT(lines > 0);
	CU_ASSERT(lines < 200);
	CU_ASSERT_EQUAL(text[strlen(text) - 1], '\n');

	fcgi_log(BX_LOG_INFO, "n=last");
	(void)snprintf(expected, sizeof(expected),
	    " warning event=log_lost lines=%d\n", 200 - lines);
	CU_ASSERT_PTR_NOT_NULL(strstr(read_all(fd), expected));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " info n=last\n"));
	fcgi_log(BX_LOG_INFO, "n=more");
	CU_ASSERT_TRUE(is_stamped(read_all(fd), "info n=more\n"));
	restore_stderr(saved);
	(void)close(fd);
}

static void
test_closed_stderr(void)
{
	int saved;
	int fd = redirect_stderr(&saved);

	(void)close(STDERR_FILENO);
	fcgi_log(BX_LOG_INFO, "n=1");
	restore_stderr(saved);
	CU_ASSERT_STRING_EQUAL(read_all(fd), "");
	(void)close(fd);
	fcgi_log_close();
}

static void
test_syslog(void)
{
	CU_ASSERT_TRUE(fcgi_log_open("syslog", BX_LOG_ERROR));
	CU_ASSERT_FALSE(fcgi_log_is_on(BX_LOG_WARNING));
	fcgi_log(BX_LOG_ERROR, "event=test");
	fcgi_log_reopen();
	fcgi_log_close();
	fcgi_log_close();
}

static void
test_rest(void)
{
	bx_msec next = 0;
	bx_msec other = 0;

	CU_ASSERT_TRUE(fcgi_log_is_due(&next, 5));
	CU_ASSERT_FALSE(fcgi_log_is_due(&next, 5));
	CU_ASSERT_TRUE(fcgi_log_is_due(&other, 6));
	CU_ASSERT_FALSE(fcgi_log_is_due(&next, 5 + FCGI_LOG_REST - 1));
	CU_ASSERT_TRUE(fcgi_log_is_due(&next, 5 + FCGI_LOG_REST));
	CU_ASSERT_FALSE(fcgi_log_is_due(&next, 5 + FCGI_LOG_REST + 1));
}

static const struct unit_test tests[] = {
	{ "a line has a time, a level and its text", test_line },
	{ "lines below the level are not written", test_levels },
	{ "no text can begin a new line", test_forged_line },
	{ "a quoted text is printable and ends where it ends", test_quote },
	{ "a quoted text fits every size", test_quote_fits },
	{ "a line that is too long is cut, and says so", test_long_line },
	{ "a renamed file is left at reopening", test_reopen },
	{ "a file that cannot be reopened goes on", test_reopen_fails },
	{ "a file that cannot be opened changes nothing", test_bad_file },
	{ "a full disk is survived, and told to standard error once",
	    test_full_disk },
	{ "a line that was cut is ended before the next", test_cut_line },
	{ "a pipe that nobody reads costs lines, which are counted",
	    test_stalled_pipe },
	{ "a closed standard error is survived", test_closed_stderr },
	{ "the system's log is a target", test_syslog },
	{ "what could come all the time comes once a minute", test_rest },
};

UNIT_MAIN("log", tests)
