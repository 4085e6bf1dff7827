/*
 * session_keep.h - events that are kept until the client says it has them.
 *
 * A message enters the batch that is open when it is queued.  Each reply to a
 * connect closes one, and carries all messages up to it that were not
 * acknowledged, those on their way in an earlier reply included (rule 97): the
 * client says with its next connect which reply it has last seen.
 *
 * Ownership: what is kept is the session's.
 * Reentrancy: no function calls out.
 * Limits: what is sent again may be twice settings.h max_queue_messages and
 * max_queue_size; of a client that acknowledges less the session ends.
 */
#ifndef BX_SESSION_KEEP_H
#define BX_SESSION_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "list.h"
#include "queue.h"
#include "session.h"
#include "status.h"

/* Keep from now on, and send events with replies to connects alone (rule 96).
 * BX_ENOMEM. */
enum bx_status bx_session_keep(struct bx_session *session);
bool bx_session_is_keeping(const struct bx_session *session);

/* Close the open batch, for the reply that is being written: its number, from
 * 1; 0 for a session that does not keep. */
uint64_t bx_session_close_batch(struct bx_session *session);

/* The batch that was closed last; 0: none. */
uint64_t bx_session_closed_batch(const struct bx_session *session);

/* A delivery is about to be queued: it is of the open batch. */
void bx_session_enter_batch(const struct bx_session *session,
    struct bx_delivery *delivery);

/* Free what is of batches up to this one; all else that went out waits again,
 * and is due (rule 98).  Numbers that are too high or too low are harmless.
 * May end the session. */
void bx_session_acknowledge(struct bx_session *session, uint64_t batch);

/*
 * For a session that keeps: put into list, which is empty, deliveries of all
 * that is not acknowledged of batches up to this one.  They are the caller's
 * to free, whether they are handed over or not.  BX_ENOMEM: there are none,
 * and they wait for the next connect.
 */
enum bx_status bx_session_take_kept(struct bx_session *session, uint64_t batch,
    struct bx_list *list);

#endif
