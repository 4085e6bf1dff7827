/* stats.c - what a run counts; see stats.h. */
#include "stats.h"

#include <stdio.h>

const char *
load_error_name(enum load_error error)
{
	switch (error) {
	case LOAD_ERROR_CONNECT:
		return "not_connected";
	case LOAD_ERROR_CLOSED:
		return "closed";
	case LOAD_ERROR_STATUS:
		return "status";
	case LOAD_ERROR_MALFORMED:
		return "malformed";
	case LOAD_ERROR_REFUSED:
		return "refused";
	case LOAD_ERROR_SESSION:
		return "session_ended";
	case LOAD_ERROR_UNANSWERED:
		return "unanswered";
	case LOAD_ERROR_KINDS:
		break;
	}
	return "";
}

void
load_stats_error(struct load_stats *stats, enum load_error error,
    const char *text)
{
	struct load_errors *errors = &stats->errors[error];

	if (errors->count++ == 0)
		(void)snprintf(errors->first, sizeof(errors->first), "%s",
		    text);
	if (stats->first_error[0] == '\0')
		(void)snprintf(stats->first_error, sizeof(stats->first_error),
		    "%s%s%s", load_error_name(error),
		    text[0] != '\0' ? ": " : "", text);
}

uint64_t
load_stats_errors(const struct load_stats *stats)
{
	uint64_t sum = 0;

	for (int i = 0; i < LOAD_ERROR_KINDS; i++)
		sum += stats->errors[i].count;
	return sum;
}
