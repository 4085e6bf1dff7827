/*
 * option_table.h - the table of every option, one row per key.
 *
 * Ownership: the table is constant.
 * Reentrancy: a check calls nothing back.
 */
#ifndef FCGI_OPTION_TABLE_H
#define FCGI_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "option_value.h"

/* Is text a value for the option, or an element of its list?  NULL: it is;
 * else what is wrong, to stand behind the value: "is no ...". */
typedef const char *fcgi_option_check_fn(const char *text);

struct fcgi_option_row {
	const char *key;
	enum fcgi_option_kind kind;
	size_t offset; /* in struct fcgi_options */
	int64_t min;   /* the range of a kind that is a number */
	int64_t max;
	const char *initial;	     /* as in the configuration file */
	fcgi_option_check_fn *check; /* NULL: any text */
	const char *doc;
};

extern const struct fcgi_option_row fcgi_option_table[];
extern const size_t fcgi_option_table_size;

/* The row of key; NULL: there is none. */
const struct fcgi_option_row *fcgi_option_table_find(const char *key);

/* The key of the table that key looks most like; NULL: like none of them. */
const char *fcgi_option_table_suggest(const char *key);

static inline bool
fcgi_option_is_list(const struct fcgi_option_row *row)
{
	return row->kind == FCGI_OPTION_LIST;
}

#endif
