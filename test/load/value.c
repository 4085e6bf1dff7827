/* value.c - what an argument's text means; see value.h. */
#include "value.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool
load_value_count(const char *text, uint32_t *value)
{
	unsigned long long number;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*end != '\0' || errno != 0 || number >= UINT32_MAX)
		return false;
	*value = (uint32_t)number;
	return true;
}

/* The decimal number at the front of text, which rest is what follows. */
static bool
take_decimal(const char *text, double *value, const char **rest)
{
	size_t len = strspn(text, "0123456789.");
	char *end;

	if (len == 0 || *text == '.')
		return false;
	*value = strtod(text, &end);
	*rest = end;
	return end == text + len && *value <= 1e9;
}

bool
load_value_duration(const char *text, load_nsec *value)
{
	static const struct {
		const char *name;
		double nsec;
	} units[] = { { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 },
		{ "m", 60e9 } };
	const char *unit;
	double number;

	if (!take_decimal(text, &number, &unit))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(unit, units[i].name) == 0) {
			number *= units[i].nsec;
			*value = (load_nsec)number;
			return number <= 1e15;
		}
	return false;
}

bool
load_value_rate(const char *text, double *value)
{
	const char *rest;

	return take_decimal(text, value, &rest) && *rest == '\0';
}
