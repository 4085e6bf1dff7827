/* modes.c - all modes there are; see mode.h. */
#include "mode.h"

#include <stddef.h>

const struct load_mode *const load_modes[] = {
	&load_mode_fan_out,
	&load_mode_chat,
	&load_mode_storm,
	&load_mode_publish,
	&load_mode_churn,
	&load_mode_slow,
	&load_mode_idle,
	NULL,
};
