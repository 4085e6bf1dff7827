/*
 * user.h - what a user may be called.
 *
 * Ownership: all arguments are borrowed for the call.
 * Reentrancy: no function calls out.
 */
#ifndef BX_USER_H
#define BX_USER_H

#include <stdbool.h>
#include <stddef.h>

#include "types.h"

/* Is it some text of at most BX_USER_MAX bytes, without control bytes? */
bool bx_user_is_valid(const char *name, size_t len);

#endif
