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
	bx_msec flush_by;
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
	message->flush_by = 0;
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

static struct bx_slice
slice_of(const struct bx_buf *buf)
{
	return (struct bx_slice){ buf->bytes, buf->len };
}

/* What stands before a member: nothing if the member is absent. */
static struct bx_slice
label(const char *string, struct bx_slice value)
{
	return value.len == 0 ? value : text(string);
}

/* What is between the braces of an object, without blanks around it. */
static struct bx_slice
members_of(struct bx_slice object)
{
	static const char blanks[] = " \t\r\n";

	if (object.len < 2)
		return (struct bx_slice){ NULL, 0 };
	object.at++;
	object.len -= 2;
	while (object.len > 0 && memchr(blanks, object.at[0], 4) != NULL) {
		object.at++;
		object.len--;
	}
	while (object.len > 0 &&
	    memchr(blanks, object.at[object.len - 1], 4) != NULL)
		object.len--;
	return object;
}

static struct bx_slice
successful(const bool *flag)
{
	if (flag == NULL)
		return (struct bx_slice){ NULL, 0 };
	return text(*flag ? ",\"successful\":true" : ",\"successful\":false");
}

/* Theirs as it is, or with our members behind its own. */
static void
list_ext(struct bx_slice parts[5], struct bx_slice theirs,
    struct bx_slice ours)
{
	struct bx_slice inner;

	if (ours.len == 0) {
		parts[0] = label(",\"ext\":", theirs);
		parts[1] = theirs;
		return;
	}
	inner = members_of(theirs);
	parts[0] = text(",\"ext\":{");
	parts[1] = inner;
	parts[2] = label(",", inner);
	parts[3] = ours;
	parts[4] = text("}");
}

struct bx_message *
bx_message_event(const struct bx_env *env, const struct bx_outgoing *event,
    const struct bx_draft *more)
{
	struct bx_slice fields = { NULL, 0 };
	struct bx_slice ext = { NULL, 0 };

	if (more != NULL) {
		if (!bx_draft_is_whole(more))
			return NULL;
		fields = slice_of(&more->fields);
		ext = slice_of(&more->ext);
	}
	/* The characters of a channel name need no escapes (rule 18). */
	struct bx_slice parts[15] = {
		text("{\"channel\":\""),
		event->channel,
		text("\",\"data\":"),
		event->data,
		label(",\"id\":", event->id),
		event->id,
		successful(event->successful),
		label(",", fields),
		fields,
	};
	list_ext(&parts[9], event->ext, ext);
	parts[14] = text("}");
	return join(env, parts, sizeof(parts) / sizeof(parts[0]));
}

struct bx_message *
bx_message_of_draft(const struct bx_draft *draft)
{
	const struct bx_slice fields = slice_of(&draft->fields);
	const struct bx_slice ext = slice_of(&draft->ext);
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

void
bx_message_set_lazy(struct bx_message *message, bx_msec flush_by)
{
	message->flush_by = flush_by;
}

bx_msec
bx_message_flush_by(const struct bx_message *message)
{
	return message->flush_by;
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
