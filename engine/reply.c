/*
 * reply.c - replies and error strings.
 */
#include <stdio.h>
#include <string.h>

#include "json_text.h"
#include "reply.h"

/* How much of a client's own text an error repeats. */
#define ARGUMENT_MAX 128

#define LITERAL(text) ((struct bx_slice){ (text), sizeof(text) - 1 })

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
	[BX_ERROR_CONNECT_DENIED] = { "403", "connect_denied" },
	[BX_ERROR_UNSUBSCRIBE_DENIED] = { "403", "unsubscribe_denied" },
	[BX_ERROR_DISCONNECT_DENIED] = { "403", "disconnect_denied" },
	[BX_ERROR_MESSAGE_DELETED] = { "404", "message_deleted" },
	[BX_ERROR_CHANNEL_INVALID] = { "405", "channel_invalid" },
	[BX_ERROR_MESSAGE_ID_INVALID] = { "405", "message_id_invalid" },
};

void
bx_reply_begin(struct bx_draft *draft, struct bx_slice channel,
    struct bx_slice id)
{
	bx_draft_clear(draft);
	bx_draft_labelled(draft, LITERAL("\"channel\":"), channel);
	bx_draft_labelled(draft, LITERAL("\"id\":"), id);
}

void
bx_reply_text(struct bx_draft *draft, const char *name, const char *text)
{
	(void)bx_json_append_string(bx_draft_begin_field(draft, name), text,
	    strlen(text));
}

static void
set_successful(struct bx_draft *draft, struct bx_slice flag, bool successful)
{
	bx_draft_labelled(draft, LITERAL("\"successful\":"), flag);
	draft->successful = successful;
}

void
bx_reply_success(struct bx_draft *draft)
{
	set_successful(draft, LITERAL("true"), true);
}

void
bx_reply_failure(struct bx_draft *draft)
{
	set_successful(draft, LITERAL("false"), false);
}

/* Printable ASCII without what would end a string or an argument. */
static void
clean_argument(const char *arg, const char *forbidden,
    char clean[ARGUMENT_MAX + 1])
{
	size_t len;

	for (len = 0; len < ARGUMENT_MAX && arg[len] != '\0'; len++) {
		char c = arg[len];

		clean[len] = c < ' ' || c > '~' || strchr(forbidden, c) != NULL
		    ? '_'
		    : c;
	}
	clean[len] = '\0';
}

void
bx_reply_error_format(enum bx_error error, const char *arg,
    char text[BX_ERROR_TEXT_MAX])
{
	char clean[ARGUMENT_MAX + 1] = "";

	/* Only the types are several arguments. */
	if (arg != NULL)
		clean_argument(arg,
		    error == BX_ERROR_CONNECTION_TYPES ? ":\"\\" : ":,\"\\",
		    clean);
	(void)snprintf(text, BX_ERROR_TEXT_MAX, "%s:%s:%s", errors[error].code,
	    clean, errors[error].text);
}

void
bx_reply_error(struct bx_draft *draft, enum bx_error error, const char *arg)
{
	char text[BX_ERROR_TEXT_MAX];

	bx_reply_error_format(error, arg, text);
	bx_reply_error_text(draft, text);
}

void
bx_reply_error_text(struct bx_draft *draft, const char *text)
{
	bx_reply_failure(draft);
	bx_json_text_append(bx_draft_begin_field(draft, "error"),
	    (struct bx_slice){ text, strlen(text) });
}

void
bx_reply_advice(struct bx_draft *draft, const struct bx_advice *advice)
{
	bx_advice_append(bx_draft_begin_field(draft, "advice"), advice);
}

struct bx_message *
bx_reply_end(struct bx_draft *draft)
{
	return bx_message_of_draft(draft);
}
