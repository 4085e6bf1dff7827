/*
 * print_text.c - text as the configuration file has it.
 */
#include "print_text.h"

/* A dollar sign would begin a variable of the environment, were it not
 * escaped. */
void
fcgi_print_char(char c, FILE *out)
{
	if (c == '"' || c == '\\')
		(void)fprintf(out, "\\%c", c);
	else if (c == '$')
		(void)fputs("\\x24", out);
	else
		(void)fputc(c, out);
}

void
fcgi_print_text(const char *text, FILE *out)
{
	(void)fputc('"', out);
	for (; *text != '\0'; text++)
		fcgi_print_char(*text, out);
	(void)fputc('"', out);
}

void
fcgi_print_texts(char *const *texts, size_t count, FILE *out)
{
	size_t i;

	(void)fputc('{', out);
	for (i = 0; i < count; i++) {
		(void)fputs(i == 0 ? " " : ", ", out);
		fcgi_print_text(texts[i], out);
	}
	(void)fputs(count == 0 ? "}" : " }", out);
}
