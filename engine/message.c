/*
 * message.c - the parts of a message, joined once into one block.
 */
#include "message.h"

#include <stdint.h>
#include <string.h>

struct bx_message {
	const struct bx_env *env;
	size_t refs;
	size_t len;
	char bytes[];
};

/* One message of all parts, one behind the other. */
static struct bx_message *
join(const struct bx_env *env, const struct bx_slice *parts, size_t count)
{
	struct bx_message *message;
	size_t i, len = 0;

	for (i = 0; i < count; i++) {
		if (parts[i].len > SIZE_MAX - sizeof(*message) - len)
			return NULL;
		len += parts[i].len;
	}
	message = bx_alloc(env, sizeof(*message) + len);
	if (message == NULL)
		return NULL;
	message->env = env;
	message->refs = 1;
	message->len = 0;
	for (i = 0; i < count; i++) {
		if (parts[i].len == 0)
			continue;
		memcpy(message->bytes + message->len, parts[i].at,
		    parts[i].len);
		message->len += parts[i].len;
	}
	return message;
}

struct bx_message *
bx_message_new(const struct bx_env *env, const char *bytes, size_t len)
{
	struct bx_slice part = { bytes, len };

	return join(env, &part, 1);
}

static struct bx_slice
text(const char *string)
{
	return (struct bx_slice){ string, strlen(string) };
}

/* What stands before a member: nothing if the member is absent. */
static struct bx_slice
label(const char *string, struct bx_slice value)
{
	return value.len == 0 ? value : text(string);
}

struct bx_message *
bx_message_event(const struct bx_env *env, struct bx_slice channel,
    struct bx_slice data, struct bx_slice id, struct bx_slice ext)
{
	/* The characters of a channel name need no escapes (rule 18). */
	const struct bx_slice parts[] = {
		text("{\"channel\":\""),
		channel,
		text("\""),
		label(",\"data\":", data),
		data,
		label(",\"id\":", id),
		id,
		label(",\"ext\":", ext),
		ext,
		text("}"),
	};

	return join(env, parts, sizeof(parts) / sizeof(parts[0]));
}

struct bx_message *
bx_message_of_draft(const struct bx_draft *draft)
{
	const struct bx_slice fields = { draft->fields.bytes,
		draft->fields.len };
	const struct bx_slice ext = { draft->ext.bytes, draft->ext.len };
	const struct bx_slice parts[] = {
		text("{"),
		fields,
		label(fields.len > 0 ? ",\"ext\":{" : "\"ext\":{", ext),
		ext,
		label("}", ext),
		text("}"),
	};

	if (!bx_draft_is_whole(draft))
		return NULL;
	return join(draft->fields.env, parts,
	    sizeof(parts) / sizeof(parts[0]));
}

struct bx_message *
bx_message_ref(struct bx_message *message)
{
	message->refs++;
	return message;
}

void
bx_message_unref(struct bx_message *message)
{
	if (message != NULL && --message->refs == 0)
		bx_free(message->env, message);
}

const char *
bx_message_bytes(const struct bx_message *message)
{
	return message->bytes;
}

size_t
bx_message_length(const struct bx_message *message)
{
	return message->len;
}
