/* modes.c - all modes there are; see mode.h. */
#include "mode.h"

#include <stddef.h>

const struct load_mode *const load_modes[] = {
	&load_mode_fan_out,
	NULL,
};
