/* process.c - another process's memory and time; see process.h. */
#include "process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The start of a file of /proc as text; false when it cannot be read. */
static bool
read_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	size_t len;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	len = fread(text, 1, size - 1, file);
	(void)fclose(file);
	text[len] = '\0';
	return len > 0;
}

/* The number that text has behind so many fields; false when it has none. */
static bool
take_field(const char *text, int fields, uint64_t *value)
{
	char *end;

	text += strspn(text, " \t");
	while (fields-- > 0) {
		text += strcspn(text, " ");
		text += strspn(text, " ");
	}
	errno = 0;
	*value = strtoull(text, &end, 10);
	return end != text && errno == 0;
}

static bool
read_resident(pid_t pid, uint64_t *bytes)
{
	static const char rss[] = "\nRss:";
	char text[4096];
	const char *line;

	if (read_file(pid, "smaps_rollup", text, sizeof(text))) {
		line = strstr(text, rss);
		if (line != NULL && take_field(line + strlen(rss), 0, bytes)) {
			*bytes *= 1024;
			return true;
		}
	}
	if (!read_file(pid, "statm", text, sizeof(text)) ||
	    !take_field(text, 1, bytes))
		return false;
	*bytes *= (uint64_t)sysconf(_SC_PAGESIZE);
	return true;
}

/* Has it ended, though its parent has not asked how?  rest is its stat from
 * the state on. */
static bool
has_ended(const char *rest)
{
	rest += strspn(rest, " ");
	return *rest == 'Z' || *rest == 'X';
}

/* The state is the third field, utime and stime are the 14th and 15th; the
 * name, which may have anything in it, is the second, in brackets. */
static bool
read_cpu(pid_t pid, load_nsec *cpu)
{
	uint64_t user, kernel;
	char text[1024];
	const char *rest;

	if (!read_file(pid, "stat", text, sizeof(text)))
		return false;
	rest = strrchr(text, ')');
	if (rest == NULL || has_ended(rest + 1) ||
	    !take_field(rest + 1, 11, &user) ||
	    !take_field(rest + 1, 12, &kernel))
		return false;
	*cpu =
	    (load_nsec)(user + kernel) * (LOAD_SECOND / sysconf(_SC_CLK_TCK));
	return true;
}

bool
load_process_sample(pid_t pid, struct load_sample *sample)
{
	return read_resident(pid, &sample->resident) &&
	    read_cpu(pid, &sample->cpu);
}
