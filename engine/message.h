/*
 * message.h - one message as it goes out: bytes serialised once, then shared.
 *
 * Events and replies alike are messages.  All subscribers' queues and all
 * output vectors refer to the same bytes.
 *
 * Ownership: shared; new gives one reference, and each holder has its own.
 * Reentrancy: no function calls out.
 */
#ifndef BX_MESSAGE_H
#define BX_MESSAGE_H

#include <stddef.h>

#include "draft.h"
#include "env.h"
#include "host.h"
#include "json.h"

struct bx_message;

/* A message with a copy of len bytes, which are one JSON object; NULL when
 * there is no memory.  The caller unrefs it. */
struct bx_message *bx_message_new(const struct bx_env *env, const char *bytes,
    size_t len);

/*
 * {"channel":...,"data":...} and, when they are present, "id", "successful"
 * and "ext"; what a subscriber is told, and nothing else of what the publisher
 * sent (rule 63).  JSON values travel byte for byte.  more, unless it is NULL,
 * has further fields and members of ext.  NULL when there is no memory.
 */
struct bx_message *bx_message_event(const struct bx_env *env,
    const struct bx_outgoing *event, const struct bx_draft *more);

/* Say, before anyone else has it, that message is lazy: it wakes nobody, and
 * may wait until flush_by. */
void bx_message_set_lazy(struct bx_message *message, bx_msec flush_by);

/* When it has to go out; 0, which is always over: at once. */
bx_msec bx_message_flush_by(const struct bx_message *message);

/* What the draft holds, as one object; NULL when there was or is no memory.
 * The draft stays as it is. */
struct bx_message *bx_message_of_draft(const struct bx_draft *draft);

struct bx_message *bx_message_ref(struct bx_message *message);

/* NULL is legal. */
void bx_message_unref(struct bx_message *message);

/* Borrowed while the caller holds a reference. */
const char *bx_message_bytes(const struct bx_message *message);
size_t bx_message_length(const struct bx_message *message);

#endif
