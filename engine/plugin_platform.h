/*
 * plugin_platform.h - the part of host.h that the platform keeps.
 *
 * Ownership: as platform.h says; a node's watches and content go with it.
 * Reentrancy: the platform is called.
 */
#ifndef BX_PLUGIN_PLATFORM_H
#define BX_PLUGIN_PLATFORM_H

#include "platform.h"
#include "plugins.h"

/* What there is without a platform: nothing. */
extern const struct bx_platform bx_plugin_platform_none;

/* Give node's host the functions of its core's platform, or, without one, such
 * as refuse. */
void bx_plugin_platform_attach(struct bx_plugin_node *node);

/* The plugin has stopped: end what it has left with the platform. */
void bx_plugin_platform_detach(struct bx_plugin_node *node);

#endif
