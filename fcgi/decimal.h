/*
 * decimal.h - numbers as digits, where printf would cost more than the rest.
 *
 * Ownership: nothing is owned; out is the caller's.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_DECIMAL_H
#define FCGI_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#define FCGI_DECIMAL_MAX (sizeof("18446744073709551615") - 1)

/* Write value to out, without leading zeros and without a NUL; returns how
 * many bytes it has. */
size_t fcgi_decimal_format(uint64_t value, char out[FCGI_DECIMAL_MAX]);

#endif
