/*
 * envelope.h - the messages of a request: which of a message's fields is where.
 *
 * A request's bytes are scanned once, strictly, before any of its messages is
 * processed.  What is kept are offsets, so the bytes may move.
 *
 * Ownership: the list owns its array, not the bytes.
 * Reentrancy: no function calls out.
 * Limits: bytes below 4 GiB; the number of messages and the depth are given.
 */
#ifndef BX_ENVELOPE_H
#define BX_ENVELOPE_H

#include <stddef.h>
#include <stdint.h>

#include "env.h"
#include "json.h"
#include "status.h"

enum bx_field {
	BX_FIELD_CHANNEL,
	BX_FIELD_CLIENT_ID,
	BX_FIELD_ID,
	BX_FIELD_DATA,
	BX_FIELD_EXT,
	BX_FIELD_ADVICE,
	BX_FIELD_SUBSCRIPTION,
	BX_FIELD_CONNECTION_TYPE,
	BX_FIELD_SUPPORTED_CONNECTION_TYPES,
	BX_FIELD_VERSION,
	BX_FIELD_MINIMUM_VERSION,
	BX_FIELD_COUNT
};

/* len 0: the field is absent; of duplicate keys the last wins (rule 22). */
struct bx_envelope {
	struct {
		uint32_t at;
		uint32_t len;
	} field[BX_FIELD_COUNT];
};

struct bx_envelopes {
	const struct bx_env *env;
	struct bx_envelope *list;
	size_t count;
	size_t cap;
};

void bx_envelopes_init(struct bx_envelopes *envelopes,
    const struct bx_env *env);
void bx_envelopes_fini(struct bx_envelopes *envelopes);

/* Forget the messages, keep the memory. */
void bx_envelopes_clear(struct bx_envelopes *envelopes);

/* The bytes from offset from up to len are one message or an array of them;
 * earlier ones were scanned before. */
struct bx_envelope_input {
	const char *bytes;
	size_t from;
	size_t len;
	unsigned max_depth;
	size_t max_count;
};

/*
 * Append the envelopes of the input's messages.
 * BX_EJSON: not strict JSON, an element that is no object, or no message at
 * all (rules 9, 10); BX_EMANY: more than max_count altogether; BX_ENOMEM.
 * On failure the list is only good for clear and fini.
 */
enum bx_status bx_envelopes_scan(struct bx_envelopes *envelopes,
    const struct bx_envelope_input *input);

/* The bytes of a field, or an absent slice; borrowed from bytes. */
struct bx_slice bx_envelope_field(const struct bx_envelope *envelope,
    const char *bytes, enum bx_field field);

#endif
