/*
 * extensions.h - the plugins that are built in.
 *
 * Each is one file, which includes nothing of the engine but plugin.h and
 * host.h: what they do, anyone's plugin can do.
 *
 * Ownership: all are static.
 * Reentrancy: as plugin.h says.
 */
#ifndef BX_EXTENSIONS_H
#define BX_EXTENSIONS_H

#include "plugin.h"

extern const struct bx_plugin bx_ext_ack;
extern const struct bx_plugin bx_ext_timesync;
extern const struct bx_plugin bx_ext_timestamp;
extern const struct bx_plugin bx_ext_activity;

#endif
