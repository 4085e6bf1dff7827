/*
 * plugin_host.h - a plugin's beginning, and what host.h promises it.
 *
 * Ownership: nodes are the core's.
 * Reentrancy: the plugin is called.
 */
#ifndef BX_PLUGIN_HOST_H
#define BX_PLUGIN_HOST_H

#include "core.h"
#include "plugins.h"
#include "status.h"

/*
 * Add and start a plugin; option, with its ctx, is asked for its configured
 * values and lives as long as the plugin.  As bx_plugins_add, and BX_EGONE:
 * the plugin did not want to start.
 */
enum bx_status bx_plugin_start(struct bx_core *core,
    const struct bx_plugin *plugin, bx_plugin_option_fn *option,
    void *option_ctx);

#endif
