/*
 * envelope.c - one strict pass over a request's bytes.
 */
#include <stdbool.h>
#include <string.h>

#include "envelope.h"

#define NAME(text) \
	{ \
		(text), sizeof(text) - 1 \
	}
static const struct bx_slice field_names[BX_FIELD_COUNT] = {
	[BX_FIELD_CHANNEL] = NAME("channel"),
	[BX_FIELD_CLIENT_ID] = NAME("clientId"),
	[BX_FIELD_ID] = NAME("id"),
	[BX_FIELD_DATA] = NAME("data"),
	[BX_FIELD_EXT] = NAME("ext"),
	[BX_FIELD_ADVICE] = NAME("advice"),
	[BX_FIELD_SUBSCRIPTION] = NAME("subscription"),
	[BX_FIELD_CONNECTION_TYPE] = NAME("connectionType"),
	[BX_FIELD_SUPPORTED_CONNECTION_TYPES] =
	    NAME("supportedConnectionTypes"),
	[BX_FIELD_VERSION] = NAME("version"),
	[BX_FIELD_MINIMUM_VERSION] = NAME("minimumVersion"),
};

void
bx_envelopes_init(struct bx_envelopes *envelopes, const struct bx_env *env)
{
	envelopes->env = env;
	envelopes->list = NULL;
	envelopes->count = 0;
	envelopes->cap = 0;
}

void
bx_envelopes_fini(struct bx_envelopes *envelopes)
{
	bx_free(envelopes->env, envelopes->list);
	bx_envelopes_init(envelopes, envelopes->env);
}

void
bx_envelopes_clear(struct bx_envelopes *envelopes)
{
	envelopes->count = 0;
}

/* Room for one more envelope, cleared; NULL when there is no memory. */
static struct bx_envelope *
add_envelope(struct bx_envelopes *envelopes)
{
	const struct bx_env *env = envelopes->env;
	struct bx_envelope *list;
	size_t cap;

	if (envelopes->count == envelopes->cap) {
		cap = envelopes->cap == 0 ? 1 : 2 * envelopes->cap;
		list = env->realloc(env->ctx, envelopes->list,
		    cap * sizeof(*list));
		if (list == NULL)
			return NULL;
		envelopes->list = list;
		envelopes->cap = cap;
	}
	list = &envelopes->list[envelopes->count++];
	memset(list, 0, sizeof(*list));
	return list;
}

/* Which field a key names; BX_FIELD_COUNT: none. */
static int
field_of(struct bx_slice key)
{
	const struct bx_slice *name;
	int field;

	for (field = 0; field < BX_FIELD_COUNT; field++) {
		name = &field_names[field];
		if (key.len == name->len + 2 &&
		    memcmp(key.at + 1, name->at, name->len) == 0)
			return field;
	}
	/* Hardly anybody spells a key with escapes. */
	if (memchr(key.at, '\\', key.len) == NULL)
		return BX_FIELD_COUNT;
	for (field = 0; field < BX_FIELD_COUNT; field++)
		if (bx_json_string_equals(key, field_names[field].at))
			break;
	return field;
}

static enum bx_status
scan_message(struct bx_json *json, const char *bytes,
    struct bx_envelope *envelope)
{
	struct bx_slice key;
	struct bx_slice value;
	enum bx_status status;
	bool more;
	int field;

	status = bx_json_enter(json);
	while (status == BX_OK) {
		status = bx_json_next(json, &key, &more);
		if (status != BX_OK || !more)
			break;
		status = bx_json_value(json, &value);
		if (status != BX_OK)
			break;
		field = field_of(key);
		if (field == BX_FIELD_COUNT)
			continue;
		envelope->field[field].at = (uint32_t)(value.at - bytes);
		envelope->field[field].len = (uint32_t)value.len;
	}
	return status;
}

static enum bx_status
scan_element(struct bx_envelopes *envelopes, struct bx_json *json,
    const struct bx_envelope_input *input)
{
	struct bx_envelope *envelope;

	if (bx_json_peek(json) != BX_JSON_OBJECT)
		return BX_EJSON;
	if (envelopes->count >= input->max_count)
		return BX_EMANY;
	envelope = add_envelope(envelopes);
	if (envelope == NULL)
		return BX_ENOMEM;
	return scan_message(json, input->bytes, envelope);
}

static enum bx_status
scan_array(struct bx_envelopes *envelopes, struct bx_json *json,
    const struct bx_envelope_input *input)
{
	size_t before = envelopes->count;
	enum bx_status status;
	struct bx_slice key;
	bool more;

	status = bx_json_enter(json);
	while (status == BX_OK) {
		status = bx_json_next(json, &key, &more);
		if (status != BX_OK || !more)
			break;
		status = scan_element(envelopes, json, input);
	}
	if (status == BX_OK && envelopes->count == before)
		return BX_EJSON;
	return status;
}

enum bx_status
bx_envelopes_scan(struct bx_envelopes *envelopes,
    const struct bx_envelope_input *input)
{
	struct bx_json json;
	enum bx_status status;

	if (input->len > UINT32_MAX)
		return BX_EMANY;
	bx_json_init(&json, input->bytes + input->from,
	    input->len - input->from, input->max_depth);
	if (bx_json_peek(&json) == BX_JSON_ARRAY)
		status = scan_array(envelopes, &json, input);
	else
		status = scan_element(envelopes, &json, input);
	if (status != BX_OK)
		return status;
	return bx_json_end(&json);
}

struct bx_slice
bx_envelope_field(const struct bx_envelope *envelope, const char *bytes,
    enum bx_field field)
{
	struct bx_slice slice = { NULL, 0 };

	if (envelope->field[field].len > 0) {
		slice.at = bytes + envelope->field[field].at;
		slice.len = envelope->field[field].len;
	}
	return slice;
}
