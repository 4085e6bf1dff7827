/*
 * print_text.h - text as the configuration file has it.
 *
 * Ownership: arguments are borrowed.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_PRINT_TEXT_H
#define FCGI_PRINT_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* One character of what stands between double quotes. */
void fcgi_print_char(char c, FILE *out);

/* All of text, between double quotes. */
void fcgi_print_text(const char *text, FILE *out);

/* A list of texts. */
void fcgi_print_texts(char *const *texts, size_t count, FILE *out);

#endif
