/*
 * reply.c - replies and error strings.
 */
#include <string.h>

#include "reply.h"

/* How much of a client's own text an error repeats. */
#define ARGUMENT_MAX 128

static const struct {
	const char *code;
	const char *text;
} errors[] = {
	[BX_ERROR_VERSION_MISMATCH] = { "300", "version_mismatch" },
	[BX_ERROR_CONNECTION_TYPES] = { "301",
	    "connection_types_not_supported" },
	[BX_ERROR_CHANNEL_MISSING] = { "400", "channel_missing" },
	[BX_ERROR_DATA_MISSING] = { "400", "data_missing" },
	[BX_ERROR_SESSION_UNKNOWN] = { "402", "session_unknown" },
	[BX_ERROR_HANDSHAKE_DENIED] = { "403", "handshake_denied" },
	[BX_ERROR_SUBSCRIPTION_MISSING] = { "403", "subscription_missing" },
	[BX_ERROR_SUBSCRIPTION_INVALID] = { "403", "subscription_invalid" },
	[BX_ERROR_UNSUBSCRIBE_FAILED] = { "403", "unsubscribe_failed" },
	[BX_ERROR_CREATE_DENIED] = { "403", "create_denied" },
	[BX_ERROR_SUBSCRIBE_DENIED] = { "403", "subscribe_denied" },
	[BX_ERROR_CHANNEL_CREATE_DENIED] = { "403", "channel_create_denied" },
	[BX_ERROR_PUBLISH_DENIED] = { "403", "publish_denied" },
	[BX_ERROR_CHANNEL_INVALID] = { "405", "channel_invalid" },
	[BX_ERROR_MESSAGE_ID_INVALID] = { "405", "message_id_invalid" },
};

/* Append ,"name": or, behind the opening brace, "name": alone. */
static void
append_name(struct bx_buf *buf, const char *name)
{
	bool first = buf->len > 0 && buf->bytes[buf->len - 1] == '{';

	(void)bx_buf_append_text(buf, first ? "\"" : ",\"");
	(void)bx_buf_append_text(buf, name);
	(void)bx_buf_append_text(buf, "\":");
}

void
bx_reply_begin(struct bx_buf *buf, struct bx_slice channel, struct bx_slice id)
{
	bx_buf_clear(buf);
	(void)bx_buf_append_text(buf, "{");
	bx_reply_field(buf, "channel", channel);
	bx_reply_field(buf, "id", id);
}

void
bx_reply_field(struct bx_buf *buf, const char *name, struct bx_slice value)
{
	if (value.len == 0)
		return;
	append_name(buf, name);
	(void)bx_buf_append(buf, value.at, value.len);
}

void
bx_reply_text(struct bx_buf *buf, const char *name, const char *text)
{
	append_name(buf, name);
	(void)bx_json_append_string(buf, text, strlen(text));
}

void
bx_reply_success(struct bx_buf *buf)
{
	append_name(buf, "successful");
	(void)bx_buf_append_text(buf, "true");
}

void
bx_reply_failure(struct bx_buf *buf)
{
	append_name(buf, "successful");
	(void)bx_buf_append_text(buf, "false");
}

/* Printable ASCII without what would end a string or an argument. */
static void
append_argument(struct bx_buf *buf, const char *arg, const char *forbidden)
{
	char clean[ARGUMENT_MAX];
	size_t len;

	for (len = 0; len < sizeof(clean) && arg[len] != '\0'; len++) {
		char c = arg[len];

		clean[len] = c < ' ' || c > '~' || strchr(forbidden, c) != NULL
		    ? '_'
		    : c;
	}
	(void)bx_buf_append(buf, clean, len);
}

void
bx_reply_error(struct bx_buf *buf, enum bx_error error, const char *arg)
{
	bx_reply_failure(buf);
	append_name(buf, "error");
	(void)bx_buf_append_text(buf, "\"");
	(void)bx_buf_append_text(buf, errors[error].code);
	(void)bx_buf_append_text(buf, ":");
	/* Only the types are several arguments. */
	if (arg != NULL)
		append_argument(buf, arg,
		    error == BX_ERROR_CONNECTION_TYPES ? ":\"\\" : ":,\"\\");
	(void)bx_buf_append_text(buf, ":");
	(void)bx_buf_append_text(buf, errors[error].text);
	(void)bx_buf_append_text(buf, "\"");
}

void
bx_reply_advice(struct bx_buf *buf, const struct bx_advice *advice)
{
	append_name(buf, "advice");
	bx_advice_append(buf, advice);
}

struct bx_message *
bx_reply_end(struct bx_buf *buf)
{
	if (bx_buf_append_text(buf, "}") != BX_OK)
		return NULL;
	return bx_message_new(buf->env, buf->bytes, buf->len);
}
