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
#include "message.h"
#include "session.h"
#include "status.h"

/*
 * The message for event, which its plugins have seen and added to; publisher
 * is NULL for the server's own.  Owned; NULL when there is no memory.
 */
struct bx_message *bx_event_write(struct bx_core *core,
    struct bx_session *publisher, const struct bx_outgoing *event);

/* Queue message for all subscribers of name, once each, or, with BX_ENOMEM,
 * for none.  publisher may be NULL. */
enum bx_status bx_event_broadcast(struct bx_core *core,
    const struct bx_channel_name *name, struct bx_session *publisher,
    struct bx_message *message);

#endif
