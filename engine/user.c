/*
 * user.c - what a user may be called.
 */
#include "user.h"

bool
bx_user_is_valid(const char *name, size_t len)
{
	size_t i;

	if (len == 0 || len > BX_USER_MAX)
		return false;
	for (i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
			return false;
	return true;
}
