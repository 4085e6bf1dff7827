/*
 * option_value.h - the text of an option's value, and the number it means.
 *
 * Ownership: nothing is kept.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_OPTION_VALUE_H
#define FCGI_OPTION_VALUE_H

#include <stddef.h>
#include <stdint.h>

enum fcgi_option_kind {
	/* Those that are a number. */
	FCGI_OPTION_DURATION, /* bx_msec: "500ms", "30s", "2m", "1h" */
	FCGI_OPTION_SIZE,     /* size_t, bytes: "64KiB" */
	FCGI_OPTION_COUNT,    /* size_t */
	FCGI_OPTION_NUMBER,   /* unsigned */
	FCGI_OPTION_INTEGER,  /* long, may be negative */
	FCGI_OPTION_MODE,     /* unsigned, written in octal */
	FCGI_OPTION_BOOL,     /* bool: yes, no, true, false, on, off */
	FCGI_OPTION_SWITCH,   /* enum fcgi_switch: as BOOL, or auto */
	FCGI_OPTION_BINDING,  /* enum bx_binding */
	FCGI_OPTION_LEVEL,    /* enum bx_log_level */
	/* And those that are not. */
	FCGI_OPTION_TEXT, /* char * */
	FCGI_OPTION_LIST  /* struct fcgi_strings */
};

/* What a BOOL says, and what the circumstances say. */
enum fcgi_switch {
	FCGI_SWITCH_NO,
	FCGI_SWITCH_YES,
	FCGI_SWITCH_AUTO
};

enum fcgi_option_value_status {
	FCGI_OPTION_VALUE_OK,
	FCGI_OPTION_VALUE_NO_UNIT, /* a number alone, and needs a unit */
	FCGI_OPTION_VALUE_MALFORMED
};

/* Room for any number with its unit. */
#define FCGI_OPTION_VALUE_TEXT 32

/*
 * Read text as a value of a kind that is a number.  What is too large for an
 * int64_t is INT64_MAX.  *value is untouched unless the answer is OK.
 */
/* clang-format off */
enum fcgi_option_value_status fcgi_option_value_parse(
    enum fcgi_option_kind kind, const char *text, int64_t *value);
/* clang-format on */

/* Write value as parse reads it, in the largest unit that is exact. */
void fcgi_option_value_format(enum fcgi_option_kind kind, int64_t value,
    char text[FCGI_OPTION_VALUE_TEXT]);

/* What values of kind look like, such as "yes or no"; never NULL. */
const char *fcgi_option_value_form(enum fcgi_option_kind kind);

#endif
