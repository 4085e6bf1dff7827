/* decimal.c - numbers as digits; see decimal.h. */
#include "decimal.h"

size_t
fcgi_decimal_format(uint64_t value, char out[FCGI_DECIMAL_MAX])
{
	uint64_t rest = value;
	size_t len = 1;
	size_t i;

	while ((rest /= 10) > 0)
		len++;
	for (i = len; i-- > 0; value /= 10)
		out[i] = (char)('0' + value % 10);
	return len;
}
