/*
 * config_text.c - a file into one text, which is then gone over a word, string
 * or comment at a time.
 */
#include "config_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "engine/env.h"
#include "problem.h"

/* What ends a word; within one a slash begins no comment. */
static const char marks[] = " \t\r\n\"'#(){}=,+*";

/* Read it into text, which has room for what a configuration may have and two
 * bytes more.  False: it is told why not. */
static bool
read_stream(FILE *file, char *text, struct fcgi_problem *problem)
{
	size_t len;

	errno = 0;
	/* One more than the limit, to see that there is more. */
	len = fread(text, 1, FCGI_CONFIG_MAX + 1, file);
	if (ferror(file))
		return fcgi_problem_tell(problem, "%s", strerror(errno));
	if (len > FCGI_CONFIG_MAX)
		return fcgi_problem_tell(problem, "larger than %d bytes",
		    FCGI_CONFIG_MAX);
	if (memchr(text, '\0', len) != NULL)
		return fcgi_problem_tell(problem,
		    "has a byte 0 in it: it is no text");
	/* An empty stream is nothing that fmemopen(3) has to accept. */
	if (len == 0)
		text[len++] = '\n';
	text[len] = '\0';
	return true;
}

char *
fcgi_config_text_read(const struct bx_env *env, const char *path,
    struct fcgi_problem *problem)
{
	FILE *file = fopen(path, "re");
	char *text;

	if (file == NULL) {
		(void)fcgi_problem_tell(problem, "%s", strerror(errno));
		return NULL;
	}
	text = bx_alloc(env, FCGI_CONFIG_MAX + 2);
	if (text == NULL) {
		(void)fcgi_problem_tell(problem, "out of memory");
	} else if (!read_stream(file, text, problem)) {
		bx_free(env, text);
		text = NULL;
	}
	(void)fclose(file);
	return text;
}

/* Behind the string that begins with the quote at text; NULL: it is never
 * closed. */
static char *
skip_string(char *text)
{
	char quote = *text++;

	while (*text != '\0' && *text != quote) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		text++;
	}
	return *text == '\0' ? NULL : text + 1;
}

/* Overwrite what precedes end with spaces, but for its newlines. */
static char *
blank(char *text, char *end)
{
	if (end == NULL)
		return NULL;
	for (; text < end; text++)
		if (*text != '\n')
			*text = ' ';
	return end;
}

static char *
skip_comment(char *text)
{
	char *end = strstr(text + 2, "*/");

	return blank(text, end == NULL ? NULL : end + 2);
}

static int
line_of(const char *start, const char *at)
{
	int line = 1;

	for (; start < at; start++)
		line += *start == '\n';
	return line;
}

/* Behind what begins at text, which is blanked if it is a comment.  NULL,
 * with *wrong set: libconfuse would skip it, or take it for what it is not. */
static char *
skip_part(char *text, const char **wrong)
{
	if (text[0] == '"' || text[0] == '\'') {
		*wrong = "a quote begins here and never ends";
		return skip_string(text);
	}
	if (text[0] == '/' && text[1] == '*') {
		*wrong = "a comment begins here and never ends";
		return skip_comment(text);
	}
	if (text[0] == '#' || (text[0] == '/' && text[1] == '/'))
		return blank(text, text + strcspn(text, "\n"));
	if (text[0] == '*' || (text[0] == '+' && text[1] != '=')) {
		*wrong = "text with * or + in it has to stand in quotes";
		return NULL;
	}
	if (strchr(marks, text[0]) != NULL)
		return text + 1;
	return text + strcspn(text, marks);
}

const char *
fcgi_config_text_prepare(char *text, int *line)
{
	char *at = text;
	const char *open = NULL; /* the outermost brace that is */
	const char *wrong = NULL;
	size_t depth = 0;

	while (*at != '\0') {
		char *end = skip_part(at, &wrong);

		if (end == NULL) {
			*line = line_of(text, at);
			return wrong;
		}
		if (*at == '{' && depth++ == 0)
			open = at;
		if (*at == '}' && depth > 0)
			depth--;
		at = end;
	}
	if (depth > 0) {
		*line = line_of(text, open);
		return "a brace begins here and never ends";
	}
	return NULL;
}

bool
fcgi_config_text_each_key(char *text, fcgi_config_key_fn *fn, void *ctx)
{
	const char *wrong = NULL;
	char *end;

	for (; *text != '\0'; text = end) {
		const char *next;

		end = skip_part(text, &wrong);
		if (end == NULL)
			break;
		if (strchr(marks, *text) != NULL)
			continue;
		next = end + strspn(end, " \t\r\n");
		next += *next == '+';
		if (*next == '=' && !fn(text, (size_t)(end - text), ctx))
			return false;
	}
	return true;
}
