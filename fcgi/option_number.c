/*
 * option_number.c - a number within the range of its row, or what is wrong.
 */
#include "option_number.h"

#include <string.h>

#include "log.h"
#include "option_table.h"
#include "problem.h"

bool
fcgi_option_number_read(const struct fcgi_option_row *row, const char *text,
    int64_t *value, struct fcgi_problem *problem)
{
	char min[FCGI_OPTION_VALUE_TEXT];
	char max[FCGI_OPTION_VALUE_TEXT];
	char quoted[128];
	int64_t number = 0;

	(void)fcgi_log_quote(quoted, sizeof(quoted), text, strlen(text));
	switch (fcgi_option_value_parse(row->kind, text, &number)) {
	case FCGI_OPTION_VALUE_NO_UNIT:
		return fcgi_problem_tell(problem,
		    "%s: %s has no unit; write %.20s%s", row->key, quoted,
		    text,
		    row->kind == FCGI_OPTION_DURATION
			? " and ms, s, m or h, such as 30s"
			: " and B, KiB, MiB or GiB, such as 64KiB");
	case FCGI_OPTION_VALUE_MALFORMED:
		return fcgi_problem_tell(problem, "%s: %s is not %s", row->key,
		    quoted, fcgi_option_value_form(row->kind));
	case FCGI_OPTION_VALUE_OK:
		break;
	}
	if (number < row->min || number > row->max) {
		fcgi_option_value_format(row->kind, row->min, min);
		fcgi_option_value_format(row->kind, row->max, max);
		return fcgi_problem_tell(problem,
		    "%s: %s is not in the range %s to %s", row->key, quoted,
		    min, max);
	}
	*value = number;
	return true;
}
