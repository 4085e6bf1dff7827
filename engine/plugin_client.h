/*
 * plugin_client.h - the part of host.h that is about sessions acting: local
 * clients, subscriptions, publishing in a session's name, verdicts and timers.
 *
 * Ownership: as host.h says; a node's local clients, tickets and timers go with
 * it.
 * Reentrancy: plugins are called of what happens.
 */
#ifndef BX_PLUGIN_CLIENT_H
#define BX_PLUGIN_CLIENT_H

#include <stdbool.h>

#include "channel_name.h"
#include "core.h"
#include "plugins.h"

/* Give node's host these functions. */
void bx_plugin_client_attach(struct bx_plugin_node *node);

/* Deny all who wait for the plugin's verdict; it may still give it. */
void bx_plugin_client_deny(struct bx_plugin_node *node);

/* The plugin has stopped: end what it has left; who waits for its verdict is
 * denied. */
void bx_plugin_client_detach(struct bx_plugin_node *node);

/* Can a plugin send message, and on which channel?  One that is no pattern. */
bool bx_plugin_may_send(const struct bx_core *core,
    const struct bx_outgoing *message, struct bx_channel_name *name);

/* Tell plugins that message was published by session, or NULL; or pushed to
 * it. */
void bx_plugin_tell_sent(struct bx_core *core, enum bx_happening_kind kind,
    struct bx_session *session, const struct bx_outgoing *message);

#endif
