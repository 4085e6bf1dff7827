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
#include "json.h"

struct bx_message;

/* A message with a copy of len bytes, which are one JSON object; NULL when
 * there is no memory.  The caller unrefs it. */
struct bx_message *bx_message_new(const struct bx_env *env, const char *bytes,
    size_t len);

/*
 * {"channel":...,"data":...} and, when they are present, "id" and "ext"; what
 * a subscriber is told, and nothing else of what the publisher sent (rule 63).
 * channel is a plain channel name; data, id and ext are JSON values that
 * travel byte for byte.  NULL when there is no memory.
 */
struct bx_message *bx_message_event(const struct bx_env *env,
    struct bx_slice channel, struct bx_slice data, struct bx_slice id,
    struct bx_slice ext);

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
