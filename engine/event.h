/*
 * event.h - from what somebody wants to say to the message that goes out.
 *
 * Ownership: nothing is kept but in the queues of sessions.
 * Reentrancy: plugins are called before anything is done.
 */
#ifndef BX_EVENT_H
#define BX_EVENT_H

#include "channel_name.h"
#include "core.h"
#include "host.h"
#include "session.h"
#include "status.h"

/*
 * Queue event, once its plugins have seen and added to it, for all subscribers
 * of its channel, name; once each or, with BX_ENOMEM, for none.  publisher is
 * NULL for the server's own.
 */
enum bx_status bx_event_publish(struct bx_core *core,
    const struct bx_channel_name *name, struct bx_session *publisher,
    const struct bx_outgoing *event);

/* The same for session alone, whoever is subscribed to name.  BX_ENOMEM;
 * BX_EGONE. */
enum bx_status bx_event_deliver(struct bx_core *core,
    const struct bx_channel_name *name, struct bx_session *session,
    const struct bx_outgoing *event);

#endif
