/*
 * session_queue.h - what waits for a session, and whom it wakes.
 *
 * A lazy message wakes nobody.  It goes out with the next response that takes
 * the queue, for whatever reason, and is itself the reason of one when its time
 * has come (BAYEUX.md section 5).
 *
 * Ownership: what is queued is the session's until a response takes it.
 * Reentrancy: no function calls out; any of them may end the session, so
 * whoever goes on using it holds a reference.
 * Limits: settings.h max_queue_messages and max_queue_size, of which there is
 * twice as much while an answer is about to take all away: a reader or stream
 * is ready, or a batch is open.  Lazy messages count like others, but a queue
 * that they have filled wakes the reader first.
 * While what was lost with a stream waits to be sent again there is twice as
 * much beside it.
 */
#ifndef BX_SESSION_QUEUE_H
#define BX_SESSION_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "list.h"
#include "message.h"
#include "queue.h"
#include "session.h"
#include "status.h"

/*
 * Queue one message.  The caller keeps its reference.  BX_ENOMEM: nothing
 * has changed.  BX_EGONE: the session has ended, perhaps by this very
 * message: a hole in its queue would be something the client cannot see, so
 * an overflow makes it handshake again.
 */
enum bx_status bx_session_deliver(struct bx_session *session,
    struct bx_message *message);

/* The same with a delivery that is there already, and is now owned by the
 * session, or freed.  Cannot fail for want of memory. */
enum bx_status bx_session_accept(struct bx_session *session,
    struct bx_delivery *delivery);

/*
 * Between begin and end, which nest, messages do not wake the reader: the
 * request that caused them carries them back itself (rule 69).
 */
void bx_session_begin_batch(struct bx_session *session);
void bx_session_end_batch(struct bx_session *session);

/* Move all that waits to the end of list (for one response). */
void bx_session_take_queue(struct bx_session *session, struct bx_list *list);

/* Give back what a response could not hand over; it waits again, where it
 * was before it was taken.  A session that is GONE frees it. */
void bx_session_put_back(struct bx_session *session, struct bx_list *list);

/* How many messages have been queued for it, ever. */
uint64_t bx_session_queued(const struct bx_session *session);

/*
 * Have the client stop (rule 59): its subscriptions end, and what waits goes
 * out with a last message that says so, and with the reply to its connect, be
 * that one held or the next.  With that the session is GONE.
 */
void bx_session_kick(struct bx_session *session);
bool bx_session_is_leaving(const struct bx_session *session);

/* Does anything that waits have to go out by now: a message that is not lazy,
 * or one that has been lazy for long enough (rule 35)? */
bool bx_session_is_due(const struct bx_session *session, bx_msec now);

#endif
