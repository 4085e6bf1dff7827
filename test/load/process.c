/* process.c - another process's memory and time; see process.h. */
#include "process.h"

#include <inttypes.h>
#include <stdio.h>
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

/* Pages shared with others count in part where the kernel says so. */
static bool
read_resident(pid_t pid, uint64_t *bytes)
{
	char text[4096];
	const char *line;
	uint64_t pages;

	if (read_file(pid, "smaps_rollup", text, sizeof(text))) {
		line = strstr(text, "\nRss:");
		if (line != NULL &&
		    sscanf(line, "\nRss: %" SCNu64 " kB", bytes) == 1) {
			*bytes *= 1024;
			return true;
		}
	}
	if (!read_file(pid, "statm", text, sizeof(text)) ||
	    sscanf(text, "%*u %" SCNu64, &pages) != 1)
		return false;
	*bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	return true;
}

static bool
read_cpu(pid_t pid, load_nsec *cpu)
{
	uint64_t user, kernel;
	char text[1024];
	const char *rest;

	if (!read_file(pid, "stat", text, sizeof(text)))
		return false;
	/* The name before may have anything in it, brackets too. */
	rest = strrchr(text, ')');
	if (rest == NULL ||
	    sscanf(rest,
		") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64
		" %" SCNu64,
		&user, &kernel) != 2)
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
