/*
 * option_value.c - numbers with units, booleans and levels, read and written.
 */
#include "option_value.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/settings.h"
#include "log.h"

struct unit {
	const char *name;
	int64_t factor;
};

/* Both from the smallest to the largest, each a multiple of the one before. */
static const struct unit durations[] = {
	{ "ms", 1 },
	{ "s", 1000 },
	{ "m", 60000 },
	{ "h", 3600000 },
	{ NULL, 0 },
};

static const struct unit sizes[] = {
	{ "B", 1 },
	{ "KiB", 1024 },
	{ "MiB", 1048576 },
	{ "GiB", 1073741824 },
	{ NULL, 0 },
};

static const char *const booleans[][2] = {
	{ "no", "yes" },
	{ "false", "true" },
	{ "off", "on" },
};

static const char automatic[] = "auto";

static const char *const bindings[] = {
	[BX_BINDING_AUTO] = automatic,
	[BX_BINDING_STRICT] = "strict",
	[BX_BINDING_TRUST] = "trust",
};

/* Read the digits of base that text begins with; *end is behind them. */
static int64_t
read_digits(const char *text, int base, const char **end)
{
	int64_t value = 0;

	for (; *text >= '0' && *text < '0' + base; text++) {
		int digit = *text - '0';

		if (value > (INT64_MAX - digit) / base)
			value = INT64_MAX;
		else
			value = value * base + digit;
	}
	*end = text;
	return value;
}

static enum fcgi_option_value_status
parse_with_unit(const struct unit *unit, const char *text, int64_t *value)
{
	const char *end;
	int64_t number = read_digits(text, 10, &end);

	if (end == text)
		return FCGI_OPTION_VALUE_MALFORMED;
	if (*end == '\0')
		return FCGI_OPTION_VALUE_NO_UNIT;
	for (; unit->name != NULL; unit++)
		if (strcmp(end, unit->name) == 0)
			break;
	if (unit->name == NULL)
		return FCGI_OPTION_VALUE_MALFORMED;
	if (number > INT64_MAX / unit->factor)
		*value = INT64_MAX;
	else
		*value = number * unit->factor;
	return FCGI_OPTION_VALUE_OK;
}

static enum fcgi_option_value_status
parse_plain(int base, const char *text, int64_t *value)
{
	const char *end;
	int64_t number = read_digits(text, base, &end);

	if (end == text || *end != '\0')
		return FCGI_OPTION_VALUE_MALFORMED;
	*value = number;
	return FCGI_OPTION_VALUE_OK;
}

static enum fcgi_option_value_status
parse_integer(const char *text, int64_t *value)
{
	bool is_negative = text[0] == '-';
	enum fcgi_option_value_status status =
	    parse_plain(10, text + is_negative, value);

	if (status == FCGI_OPTION_VALUE_OK && is_negative)
		*value = -*value;
	return status;
}

static enum fcgi_option_value_status
parse_boolean(const char *text, int64_t *value)
{
	size_t i;
	int truth;

	for (i = 0; i < sizeof(booleans) / sizeof(booleans[0]); i++) {
		for (truth = 0; truth < 2; truth++) {
			if (strcasecmp(text, booleans[i][truth]) == 0) {
				*value = truth;
				return FCGI_OPTION_VALUE_OK;
			}
		}
	}
	return FCGI_OPTION_VALUE_MALFORMED;
}

static enum fcgi_option_value_status
parse_switch(const char *text, int64_t *value)
{
	if (strcasecmp(text, automatic) != 0)
		return parse_boolean(text, value);
	*value = FCGI_SWITCH_AUTO;
	return FCGI_OPTION_VALUE_OK;
}

static enum fcgi_option_value_status
parse_binding(const char *text, int64_t *value)
{
	size_t i;

	for (i = 0; i < sizeof(bindings) / sizeof(bindings[0]); i++) {
		if (strcmp(text, bindings[i]) == 0) {
			*value = (int64_t)i;
			return FCGI_OPTION_VALUE_OK;
		}
	}
	return FCGI_OPTION_VALUE_MALFORMED;
}

static enum fcgi_option_value_status
parse_level(const char *text, int64_t *value)
{
	int level;

	for (level = BX_LOG_ERROR; level <= BX_LOG_DEBUG; level++) {
		if (strcmp(text,
			fcgi_log_level_name((enum bx_log_level)level)) == 0) {
			*value = level;
			return FCGI_OPTION_VALUE_OK;
		}
	}
	return FCGI_OPTION_VALUE_MALFORMED;
}

enum fcgi_option_value_status
fcgi_option_value_parse(enum fcgi_option_kind kind, const char *text,
    int64_t *value)
{
	switch (kind) {
	case FCGI_OPTION_DURATION:
		return parse_with_unit(durations, text, value);
	case FCGI_OPTION_SIZE:
		return parse_with_unit(sizes, text, value);
	case FCGI_OPTION_COUNT:
	case FCGI_OPTION_NUMBER:
		return parse_plain(10, text, value);
	case FCGI_OPTION_INTEGER:
		return parse_integer(text, value);
	case FCGI_OPTION_MODE:
		return parse_plain(8, text, value);
	case FCGI_OPTION_BOOL:
		return parse_boolean(text, value);
	case FCGI_OPTION_SWITCH:
		return parse_switch(text, value);
	case FCGI_OPTION_BINDING:
		return parse_binding(text, value);
	case FCGI_OPTION_LEVEL:
		return parse_level(text, value);
	case FCGI_OPTION_TEXT:
	case FCGI_OPTION_LIST:
		break;
	}
	return FCGI_OPTION_VALUE_MALFORMED;
}

static void
format_with_unit(const struct unit *unit, int64_t value, char *text)
{
	/* Zero is a multiple of every unit; the smallest reads best. */
	while (
	    value != 0 && unit[1].name != NULL && value % unit[1].factor == 0)
		unit++;
	(void)snprintf(text, FCGI_OPTION_VALUE_TEXT, "%" PRId64 "%s",
	    value / unit->factor, unit->name);
}

void
fcgi_option_value_format(enum fcgi_option_kind kind, int64_t value,
    char text[FCGI_OPTION_VALUE_TEXT])
{
	text[0] = '\0';
	switch (kind) {
	case FCGI_OPTION_DURATION:
		format_with_unit(durations, value, text);
		break;
	case FCGI_OPTION_SIZE:
		format_with_unit(sizes, value, text);
		break;
	case FCGI_OPTION_COUNT:
	case FCGI_OPTION_NUMBER:
	case FCGI_OPTION_INTEGER:
		(void)snprintf(text, FCGI_OPTION_VALUE_TEXT, "%" PRId64,
		    value);
		break;
	case FCGI_OPTION_MODE:
		(void)snprintf(text, FCGI_OPTION_VALUE_TEXT, "%04" PRIo64,
		    (uint64_t)value);
		break;
	case FCGI_OPTION_BOOL:
		(void)snprintf(text, FCGI_OPTION_VALUE_TEXT, "%s",
		    booleans[0][value != 0]);
		break;
	case FCGI_OPTION_SWITCH:
		(void)snprintf(text, FCGI_OPTION_VALUE_TEXT, "%s",
		    value == FCGI_SWITCH_AUTO ? automatic
					      : booleans[0][value != 0]);
		break;
	case FCGI_OPTION_BINDING:
		(void)snprintf(text, FCGI_OPTION_VALUE_TEXT, "%s",
		    bindings[value]);
		break;
	case FCGI_OPTION_LEVEL:
		(void)snprintf(text, FCGI_OPTION_VALUE_TEXT, "%s",
		    fcgi_log_level_name((enum bx_log_level)value));
		break;
	case FCGI_OPTION_TEXT:
	case FCGI_OPTION_LIST:
		break;
	}
}

const char *
fcgi_option_value_form(enum fcgi_option_kind kind)
{
	switch (kind) {
	case FCGI_OPTION_DURATION:
		return "a whole number with a unit: ms, s, m or h";
	case FCGI_OPTION_SIZE:
		return "a whole number with a unit: B, KiB, MiB or GiB";
	case FCGI_OPTION_COUNT:
	case FCGI_OPTION_NUMBER:
	case FCGI_OPTION_INTEGER:
		return "a whole number without a unit";
	case FCGI_OPTION_MODE:
		return "an octal number such as 0660";
	case FCGI_OPTION_BOOL:
		return "yes or no (or true, false, on, off)";
	case FCGI_OPTION_SWITCH:
		return "yes, no or auto";
	case FCGI_OPTION_BINDING:
		return "strict, trust or auto";
	case FCGI_OPTION_LEVEL:
		return "error, warning, notice, info or debug";
	case FCGI_OPTION_TEXT:
	case FCGI_OPTION_LIST:
		break;
	}
	return "a text";
}
