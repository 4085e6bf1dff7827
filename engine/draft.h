/*
 * draft.h - a message that is being written: its fields, and its ext.
 *
 * Fields are written in order.  Members of ext may be added at any time; they
 * come last, as one object.  Failures to append stay in the draft, so only
 * the end has to be looked at.
 *
 * Ownership: a draft owns its bytes until fini; clear makes it good for
 * another message.
 * Reentrancy: no function calls out.
 */
#ifndef BX_DRAFT_H
#define BX_DRAFT_H

#include <stdbool.h>

#include "buf.h"
#include "env.h"
#include "json.h"

struct bx_draft {
	struct bx_buf fields; /* "name":value,... */
	struct bx_buf ext;    /* the same, of the ext object */
	bool successful;      /* what reply.h has last said */
};

/* An empty draft; allocates nothing. */
void bx_draft_init(struct bx_draft *draft, const struct bx_env *env);
void bx_draft_fini(struct bx_draft *draft);

/* Forget all fields, members and failures; keep the memory. */
void bx_draft_clear(struct bx_draft *draft);

/* Append a field, or a member of ext, whose value is JSON already; none at
 * all when value is absent.  Names are plain text. */
void bx_draft_field(struct bx_draft *draft, const char *name,
    struct bx_slice value);
void bx_draft_ext(struct bx_draft *draft, const char *name,
    struct bx_slice value);

/* The same as bx_draft_field, where the name is written as it goes out, such as
 * "id": with its quotes and colon. */
void bx_draft_labelled(struct bx_draft *draft, struct bx_slice label,
    struct bx_slice value);

/* Begin a field; its value is then to be appended to the buffer returned,
 * which is the draft's. */
struct bx_buf *bx_draft_begin_field(struct bx_draft *draft, const char *name);

/* Was there memory for all of it? */
bool bx_draft_is_whole(const struct bx_draft *draft);

#endif
