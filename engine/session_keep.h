/*
 * session_keep.h - events that are kept until the client says it has them.
 *
 * What goes out with the reply to a connect bears the number of that reply's
 * batch.  The next connect acknowledges batches up to some number; whatever
 * went out later may be lost, and waits again in its old places.
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
#include "session.h"
#include "status.h"

/* Keep from now on, and send events with replies to connects alone (rule 96).
 * BX_ENOMEM. */
enum bx_status bx_session_keep(struct bx_session *session);
bool bx_session_is_keeping(const struct bx_session *session);

/* The number, from 1, of the batch that goes with the reply that is being
 * written (rule 97); 0 for a session that does not keep. */
uint64_t bx_session_close_batch(struct bx_session *session);

/* Free what was in batches up to this one; the rest waits again (rule 98).
 * Numbers that are too high or too low are harmless.  May end the session. */
void bx_session_acknowledge(struct bx_session *session, uint64_t batch);

/*
 * The deliveries in list have all been handed over, in the reply to the
 * numbered connect: keep those that have to be, and free the rest.  If a newer
 * connect came meanwhile, it has told already what it got.
 */
void bx_session_handed_over(struct bx_session *session, uint32_t connect,
    struct bx_list *list);

#endif
