/*
 * meta.c - /meta/handshake and /meta/disconnect.
 */
#include <stdio.h>
#include <string.h>

#include "json_text.h"
#include "meta.h"
#include "session_extra.h"
#include "session_user.h"
#include "turn_ask.h"

/* When to try again where there is no room for another session. */
#define FULL_INTERVAL 5000

/* Room for the list of types that a client offered, in its error. */
#define OFFER_MAX 128

/* An error is below 256 bytes, each of which six may stand for. */
#define DENIED_LINE_MAX 2048

/* The member of ext that asks for replies in a comment (rule 16). */
#define COMMENTS "json-comment-filtered"

/* Is the first number of minimumVersion greater than 1 (rule 26)? */
static bool
is_too_new(struct bx_slice version)
{
	size_t i = bx_json_type_of(version) == BX_JSON_STRING ? 1 : 0;

	/* "2" and "10" are, "1", "01", "0.9" and "beta" are not. */
	while (i < version.len && version.at[i] == '0')
		i++;
	if (i == version.len || version.at[i] < '1' || version.at[i] > '9')
		return false;
	if (version.at[i] > '1')
		return true;
	return i + 1 < version.len && version.at[i + 1] >= '0' &&
	    version.at[i + 1] <= '9';
}

/* The text of a JSON value in out, for an error's argument; cut to size. */
static void
copy_argument(struct bx_slice value, char *out, size_t size)
{
	size_t len = value.len < size - 1 ? value.len : size - 1;

	memcpy(out, value.at, len);
	out[len] = '\0';
}

/* Is a JSON value true to JavaScript?  An absent one is not. */
static bool
is_truthy(struct bx_slice value)
{
	size_t i;

	switch (bx_json_type_of(value)) {
	case BX_JSON_NONE:
	case BX_JSON_NULL:
		return false;
	case BX_JSON_BOOLEAN:
		return value.at[0] == 't';
	case BX_JSON_STRING:
		return value.len > 2;
	case BX_JSON_OBJECT:
	case BX_JSON_ARRAY:
		return true;
	case BX_JSON_NUMBER:
		break;
	}
	for (i = 0; i < value.len && value.at[i] != 'e' && value.at[i] != 'E';
	     i++)
		if (value.at[i] >= '1' && value.at[i] <= '9')
			return true;
	return false;
}

/* BX_OK: there is a type in common, or the client did not say.
 * BX_EINVAL: there is none. */
static enum bx_status
check_connection_types(const struct bx_turn *turn)
{
	struct bx_slice types =
	    bx_turn_field(turn, BX_FIELD_SUPPORTED_CONNECTION_TYPES);
	const char *const *ours = turn->core->settings->connection_types;
	enum bx_status status;
	bool found = false;
	int i;

	if (bx_json_type_of(types) != BX_JSON_ARRAY)
		return BX_OK;
	for (i = 0; i < BX_CONNECTION_TYPES_MAX && ours[i] != NULL; i++) {
		status = bx_json_array_has_string(types, ours[i], &found);
		if (status != BX_OK || found)
			return status;
	}
	return BX_EINVAL;
}

static void
append_connection_types(struct bx_draft *draft,
    const struct bx_settings *settings)
{
	struct bx_buf *buf =
	    bx_draft_begin_field(draft, "supportedConnectionTypes");
	int i;

	(void)bx_buf_append_text(buf, "[");
	for (i = 0; i < BX_CONNECTION_TYPES_MAX &&
	     settings->connection_types[i] != NULL;
	     i++) {
		(void)bx_buf_append_text(buf, i > 0 ? ",\"" : "\"");
		(void)bx_buf_append_text(buf, settings->connection_types[i]);
		(void)bx_buf_append_text(buf, "\"");
	}
	(void)bx_buf_append_text(buf, "]");
}

/* Whoever keeps out who tries too often goes by this line. */
static void
log_denied(const struct bx_turn *turn, const char *error)
{
	const struct bx_env *env = turn->core->env;
	char line[DENIED_LINE_MAX];
	size_t len;

	if (env->log == NULL)
		return;
	len = (size_t)snprintf(line, sizeof(line),
	    "event=handshake_denied address=%s error=",
	    turn->visitor->address);
	len = bx_json_text_write(line, sizeof(line) - 1, len,
	    (struct bx_slice){ error, strlen(error) });
	if (len >= sizeof(line))
		return;
	line[len] = '\0';
	env->log(env->ctx, BX_LOG_INFO, line);
}

void
bx_meta_tell_denied(struct bx_turn *turn, const char *error)
{
	const struct bx_happening denied = {
		.kind = BX_HAPPENING_HANDSHAKE_DENIED,
		.ext = bx_turn_field(turn, BX_FIELD_EXT),
		.address = turn->visitor->address,
		.error = error,
	};

	log_denied(turn, error);
	bx_plugins_happened(&turn->core->plugins, &denied);
}

static void
tell_refused(struct bx_turn *turn, enum bx_error error, const char *arg)
{
	char text[BX_ERROR_TEXT_MAX];

	bx_reply_error_format(error, arg, text);
	bx_meta_tell_denied(turn, text);
}

/* A failed handshake that is not to be tried again (rules 26, 28). */
static enum bx_step
refuse_for_good(struct bx_turn *turn, enum bx_error error, const char *arg)
{
	struct bx_advice none = bx_advice_none(turn->core->settings);
	struct bx_draft *draft;

	tell_refused(turn, error, arg);
	draft = bx_turn_begin_reply(turn);
	bx_reply_error(draft, error, arg);
	if (error == BX_ERROR_CONNECTION_TYPES)
		append_connection_types(draft, turn->core->settings);
	bx_reply_advice(draft, &none);
	return bx_turn_end_reply(turn);
}

/* The policy said no.  The default's own reason is not told (rule 28). */
static enum bx_step
deny_handshake(struct bx_turn *turn)
{
	const struct bx_advice none = bx_advice_none(turn->core->settings);

	if (strcmp(turn->reason, "denied_by_security_policy") == 0)
		turn->reason = NULL;
	if (turn->denial.error[0] != '\0')
		bx_meta_tell_denied(turn, turn->denial.error);
	else
		tell_refused(turn, BX_ERROR_HANDSHAKE_DENIED, turn->reason);
	return bx_turn_deny(turn, BX_ERROR_HANDSHAKE_DENIED, &none);
}

/* Append one offered type to the list, without what would look like two. */
static size_t
append_type(char *list, size_t len, struct bx_slice type)
{
	size_t i;

	if (len > 0 && len < OFFER_MAX - 1)
		list[len++] = ',';
	if (bx_json_type_of(type) == BX_JSON_STRING) {
		type.at++;
		type.len -= 2;
	}
	for (i = 0; i < type.len && len < OFFER_MAX - 1; i++)
		list[len++] = type.at[i] == ',' ? '_' : type.at[i];
	return len;
}

/* The types that the client offered are the arguments of the error: a,b. */
static enum bx_step
refuse_connection_types(struct bx_turn *turn)
{
	struct bx_slice types =
	    bx_turn_field(turn, BX_FIELD_SUPPORTED_CONNECTION_TYPES);
	char list[OFFER_MAX];
	struct bx_json json;
	struct bx_slice key;
	struct bx_slice type;
	size_t len = 0;
	bool more;

	bx_json_init(&json, types.at, types.len,
	    turn->core->settings->max_json_depth);
	if (bx_json_enter(&json) == BX_OK)
		while (len < OFFER_MAX - 1 &&
		    bx_json_next(&json, &key, &more) == BX_OK && more &&
		    bx_json_value(&json, &type) == BX_OK)
			len = append_type(list, len, type);
	list[len] = '\0';
	return refuse_for_good(turn, BX_ERROR_CONNECTION_TYPES, list);
}

static enum bx_step
refuse_for_now(struct bx_turn *turn)
{
	struct bx_advice later =
	    bx_advice_handshake_later(turn->core->settings, FULL_INTERVAL);
	struct bx_draft *draft;

	tell_refused(turn, BX_ERROR_HANDSHAKE_DENIED, "too_many_sessions");
	draft = bx_turn_begin_reply(turn);
	bx_reply_error(draft, BX_ERROR_HANDSHAKE_DENIED, "too_many_sessions");
	bx_reply_advice(draft, &later);
	return bx_turn_end_reply(turn);
}

/* Clients of the draft may ask for it, once and for all; some send 1. */
static bool
wants_comments(const struct bx_turn *turn)
{
	struct bx_slice ext = bx_turn_field(turn, BX_FIELD_EXT);

	return is_truthy(bx_json_member(ext, COMMENTS));
}

static enum bx_step
accept_handshake(struct bx_turn *turn, struct bx_session *session)
{
	const struct bx_settings *settings = turn->core->settings;
	struct bx_advice advice =
	    bx_advice_retry(settings, bx_session_interval(session));
	struct bx_draft *draft = bx_turn_begin_reply(turn);

	advice.timeout = bx_session_timeout(session);
	bx_reply_success(draft);
	bx_reply_text(draft, "clientId", bx_session_id(session));
	bx_reply_text(draft, "version", "1.0");
	bx_reply_text(draft, "minimumVersion", "1.0");
	append_connection_types(draft, settings);
	bx_reply_advice(draft, &advice);
	if (bx_session_is_commented(session))
		bx_draft_ext(draft, COMMENTS, (struct bx_slice){ "true", 4 });
	return bx_turn_end_reply(turn);
}

/* Whom the policy takes the client for, or else the web server. */
static enum bx_status
set_user(const struct bx_turn *turn, struct bx_session *session)
{
	if (turn->user[0] != '\0')
		return bx_session_set_user(session, turn->user);
	return bx_session_set_login(session, turn->visitor);
}

/* From here on they are told of its end, too, even if there is no memory for
 * the reply. */
static void
tell_connected(struct bx_turn *turn)
{
	const struct bx_incoming message =
	    bx_turn_incoming(turn, turn->created);
	const struct bx_happening connected = {
		.kind = BX_HAPPENING_CLIENT_CONNECT,
		.session = turn->created,
		.address = turn->visitor->address,
	};

	bx_session_announce(turn->created);
	bx_plugins_session_new(&turn->core->plugins, &message);
	bx_plugins_happened(&turn->core->plugins, &connected);
}

static enum bx_step
create_session(struct bx_turn *turn)
{
	struct bx_session *session;
	enum bx_step step;

	switch (bx_session_new(turn->core->sessions, turn->now, &session)) {
	case BX_OK:
		break;
	case BX_EFULL:
		return refuse_for_now(turn);
	default:
		return BX_STEP_NO_MEMORY;
	}
	if (wants_comments(turn))
		bx_session_set_commented(session);
	step = BX_STEP_NO_MEMORY;
	turn->created = session;
	if (bx_session_set_browser(session, turn->visitor) == BX_OK &&
	    set_user(turn, session) == BX_OK) {
		bx_session_log_handshake(session);
		tell_connected(turn);
		bx_session_set_advised(session, turn->connection_type);
		step = accept_handshake(turn, session);
	}
	if (step != BX_STEP_REPLIED) {
		turn->created = NULL;
		bx_session_end(session, BX_GONE_CLOSED);
		return step;
	}
	turn->answers_connect = true;
	turn->connect = 0;
	return step;
}

enum bx_step
bx_meta_handshake(struct bx_turn *turn)
{
	const struct bx_ask ask = { .operation = BX_OPERATION_HANDSHAKE };
	struct bx_slice minimum =
	    bx_turn_field(turn, BX_FIELD_MINIMUM_VERSION);
	char version[OFFER_MAX];
	enum bx_status status;

	if (is_too_new(minimum)) {
		if (bx_json_type_of(minimum) == BX_JSON_STRING) {
			minimum.at++;
			minimum.len -= 2;
		}
		copy_argument(minimum, version, sizeof(version));
		return refuse_for_good(turn, BX_ERROR_VERSION_MISMATCH,
		    version);
	}
	status = check_connection_types(turn);
	if (status == BX_ENOMEM)
		return BX_STEP_NO_MEMORY;
	if (status != BX_OK)
		return refuse_connection_types(turn);
	switch (bx_turn_ask(turn, &ask)) {
	case BX_VERDICT_ALLOW:
		return create_session(turn);
	case BX_VERDICT_PENDING:
		return BX_STEP_PARKED;
	case BX_VERDICT_DENY:
	case BX_VERDICT_ABSTAIN:
		break;
	}
	return deny_handshake(turn);
}

enum bx_step
bx_meta_disconnect(struct bx_turn *turn)
{
	const struct bx_ask ask = { .operation = BX_OPERATION_DISCONNECT };
	const struct bx_refusal refusal = { BX_ERROR_DISCONNECT_DENIED, NULL };
	struct bx_draft *draft;
	enum bx_step step;

	if (turn->session == NULL)
		return bx_turn_fail(turn, BX_ERROR_SESSION_UNKNOWN, NULL);
	if (!bx_turn_is_granted(turn, &ask, &refusal, &step))
		return step;
	draft = bx_turn_begin_reply(turn);
	bx_reply_success(draft);
	step = bx_turn_end_reply(turn);
	if (step == BX_STEP_REPLIED)
		bx_session_end(turn->session, BX_GONE_DISCONNECT);
	return step;
}
