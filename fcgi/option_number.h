/*
 * option_number.h - a number within the range of its row, or what is wrong.
 *
 * Ownership: everything is borrowed during the call.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_OPTION_NUMBER_H
#define FCGI_OPTION_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

struct fcgi_option_row;
struct fcgi_problem;

/* Read text as a value of row, whose kind is one of a number.  False: *value is
 * as it was, and problem->text says "KEY: ...". */
bool fcgi_option_number_read(const struct fcgi_option_row *row,
    const char *text, int64_t *value, struct fcgi_problem *problem);

#endif
