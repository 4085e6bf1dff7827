/*
 * status.c - the names of causes, for the log.
 */
#include "status.h"

const char *
bx_status_name(enum bx_status status)
{
	switch (status) {
	case BX_OK:
		return "ok";
	case BX_ENOMEM:
		return "no_memory";
	case BX_EINVAL:
		return "invalid";
	case BX_EJSON:
		return "bad_json";
	case BX_EMANY:
		return "too_many_messages";
	case BX_EFULL:
		return "full";
	case BX_EEXIST:
		return "exists";
	case BX_ERANDOM:
		return "no_random";
	case BX_EGONE:
		return "gone";
	}
	return "unknown";
}
