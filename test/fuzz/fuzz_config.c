/*
 * fuzz_config.c - any bytes as a configuration file.
 *
 * One that is refused is told where, in one line.  One that is read is printed,
 * which is a configuration too: it says the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fcgi/config.h"
#include "fcgi/options.h"
#include "test/fuzz/fuzz_env.h"

/* A file in memory, under a name that is the same each time. */
static bool
read_bytes(struct fcgi_options *options, const char *bytes, size_t len,
    struct fcgi_problem *problem)
{
	char path[64];
	int fd = memfd_create("config", 0);
	bool good;

	require(fd >= 0);
	require(write(fd, bytes, len) == (ssize_t)len);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	require(fcgi_options_init(options, fuzz_env()));
	good = fcgi_config_read(options, path, problem);
	require(close(fd) == 0);
	return good;
}

static void
check_problem(const struct fcgi_problem *problem)
{
	require(memchr(problem->text, '\0', sizeof(problem->text)) != NULL);
	require(strncmp(problem->text, "/proc/self/fd/", 14) == 0);
}

/* Owned, with a NUL behind; without what says where each value came from. */
static char *
print(const struct fcgi_options *options, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	require(out != NULL);
	fcgi_options_print(options, out);
	require(fclose(out) == 0 && text != NULL);
	return text;
}

/* The lines are the same up to the two blanks and the number sign. */
static bool
says_the_same(const char *a, const char *b)
{
	const char *end_a, *end_b;

	while (*a != '\0' && *b != '\0') {
		end_a = a + strcspn(a, "#\n");
		end_b = b + strcspn(b, "#\n");
		if (end_a - a != end_b - b ||
		    memcmp(a, b, (size_t)(end_a - a)) != 0)
			return false;
		a = end_a + strcspn(end_a, "\n");
		b = end_b + strcspn(end_b, "\n");
		a += *a == '\n';
		b += *b == '\n';
	}
	return *a == *b;
}

static void
check_printed(const struct fcgi_options *options)
{
	struct fcgi_problem problem = { "" };
	struct fcgi_options again;
	size_t len, again_len;
	char *text = print(options, &len), *same;

	if (!read_bytes(&again, text, len, &problem)) {
		(void)fprintf(stderr, "%s\n%s", problem.text, text);
		abort();
	}
	same = print(&again, &again_len);
	if (!says_the_same(text, same)) {
		(void)fprintf(stderr, "%s\n%s", text, same);
		abort();
	}
	free(text);
	free(same);
	fcgi_options_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fcgi_problem problem = { "" };
	struct fcgi_options options;

	if (read_bytes(&options, (const char *)data, size, &problem))
		check_printed(&options);
	else
		check_problem(&problem);
	fcgi_options_fini(&options);
	return 0;
}
