/*
 * meta_subscribe.c - /meta/subscribe and /meta/unsubscribe: all or nothing.
 *
 * The subscription is a string or an array of strings.  It is walked several
 * times: all names are checked, then the policy is asked about all of them,
 * and only then is the first one applied (BAYEUX.md rules 48, 49).
 */
#include "meta.h"
#include "turn_ask.h"

/* What a walk does with one name; anything but BX_OK ends the walk. */
typedef enum bx_status name_fn(struct bx_turn *turn,
    const struct bx_channel_name *name, void *ctx);

static enum bx_status
visit_name(struct bx_turn *turn, struct bx_slice value, name_fn *fn, void *ctx)
{
	struct bx_decoded_name decoded;
	enum bx_status status;

	status = bx_decoded_name_init(&decoded, turn->core, value);
	if (status != BX_OK)
		return status;
	status = fn(turn, &decoded.name, ctx);
	bx_decoded_name_fini(&decoded, turn->core);
	return status;
}

/*
 * Call fn for each name of the subscription.  BX_EINVAL: something in it is
 * no channel name, or there is none; else what fn returned last.
 */
static enum bx_status
walk_names(struct bx_turn *turn, name_fn *fn, void *ctx)
{
	struct bx_slice value = bx_turn_field(turn, BX_FIELD_SUBSCRIPTION);
	struct bx_json json;
	struct bx_slice key;
	enum bx_status status;
	size_t count;
	bool more;

	if (bx_json_type_of(value) == BX_JSON_STRING)
		return visit_name(turn, value, fn, ctx);
	if (bx_json_type_of(value) != BX_JSON_ARRAY)
		return BX_EINVAL;
	bx_json_init(&json, value.at, value.len,
	    turn->core->settings->max_json_depth);
	status = bx_json_enter(&json);
	for (count = 0; status == BX_OK; count++) {
		status = bx_json_next(&json, &key, &more);
		if (status != BX_OK || !more)
			break;
		status = bx_json_value(&json, &value);
		if (status == BX_OK)
			status = visit_name(turn, value, fn, ctx);
	}
	if (status == BX_OK && count == 0)
		return BX_EINVAL;
	return status;
}

/* A failed reply echoes the subscription too (rules 47, 57, J9). */
static enum bx_step
fail(struct bx_turn *turn, enum bx_error error, const char *arg)
{
	struct bx_draft *draft = bx_turn_begin_reply(turn);

	bx_draft_field(draft, "subscription",
	    bx_turn_field(turn, BX_FIELD_SUBSCRIPTION));
	bx_reply_error(draft, error, arg);
	return bx_turn_end_reply(turn);
}

static enum bx_step
succeed(struct bx_turn *turn)
{
	struct bx_draft *draft = bx_turn_begin_reply(turn);

	bx_draft_field(draft, "subscription",
	    bx_turn_field(turn, BX_FIELD_SUBSCRIPTION));
	bx_reply_success(draft);
	return bx_turn_end_reply(turn);
}

static enum bx_status
note_meta(struct bx_turn *turn, const struct bx_channel_name *name, void *ctx)
{
	bool *meta = ctx;

	(void)turn;
	if (name->kind == BX_CHANNEL_META)
		*meta = true;
	return BX_OK;
}

/* Is nothing wrong so far?  Otherwise *step is what becomes of the message.
 * *meta: a meta channel is named. */
static bool
is_sound(struct bx_turn *turn, bool *meta, enum bx_step *step)
{
	*meta = false;
	if (turn->session == NULL) {
		*step = fail(turn, BX_ERROR_SESSION_UNKNOWN, NULL);
		return false;
	}
	switch (bx_json_type_of(bx_turn_field(turn, BX_FIELD_SUBSCRIPTION))) {
	case BX_JSON_NONE:
	case BX_JSON_NULL:
		*step = fail(turn, BX_ERROR_SUBSCRIPTION_MISSING, NULL);
		return false;
	default:
		break;
	}
	switch (walk_names(turn, note_meta, meta)) {
	case BX_OK:
		return true;
	case BX_ENOMEM:
		*step = BX_STEP_NO_MEMORY;
		return false;
	default:
		*step = fail(turn, BX_ERROR_SUBSCRIPTION_INVALID, NULL);
		return false;
	}
}

/* What the policy denies, with the subscription as in fail. */
static enum bx_step
deny(struct bx_turn *turn, enum bx_error error)
{
	struct bx_draft *draft = bx_turn_begin_reply(turn);

	bx_draft_field(draft, "subscription",
	    bx_turn_field(turn, BX_FIELD_SUBSCRIPTION));
	bx_turn_write_denial(turn, error, NULL);
	return bx_turn_end_reply(turn);
}

/* The policy's answer about all names so far. */
struct ballot {
	size_t place;
	enum bx_verdict verdict;
	enum bx_error error;
};

static bool
is_granted(struct bx_turn *turn, struct ballot *ballot,
    const struct bx_ask *ask, enum bx_error error)
{
	ballot->verdict = bx_turn_ask(turn, ask);
	ballot->error = error;
	return ballot->verdict == BX_VERDICT_ALLOW;
}

/* May it be done to all of the names?  Otherwise *step is what becomes of the
 * message. */
static bool
is_granted_all(struct bx_turn *turn, name_fn *ask, enum bx_step *step)
{
	struct ballot ballot = { .verdict = BX_VERDICT_ALLOW };

	*step = BX_STEP_NO_MEMORY;
	if (walk_names(turn, ask, &ballot) == BX_ENOMEM)
		return false;
	if (ballot.verdict == BX_VERDICT_PENDING)
		*step = BX_STEP_PARKED;
	else if (ballot.verdict == BX_VERDICT_DENY)
		*step = deny(turn, ballot.error);
	else if (bx_turn_has_ended(turn))
		*step = fail(turn, BX_ERROR_SESSION_UNKNOWN, NULL);
	else
		return true;
	return false;
}

/* Two places for each name, as whether it exists may change meanwhile. */
static enum bx_status
ask_about_name(struct bx_turn *turn, const struct bx_channel_name *name,
    void *ctx)
{
	struct ballot *ballot = ctx;
	struct bx_ask ask = { .channel = name };
	size_t place = ballot->place;

	ballot->place += 2;
	if (bx_channel_name_is_reserved(name)) {
		ballot->verdict = BX_VERDICT_DENY;
		ballot->error = BX_ERROR_SUBSCRIBE_DENIED;
		bx_turn_set_denied(turn);
		return BX_EGONE;
	}
	/* Services are reached by publishing; nothing is recorded (rule 51),
	 * and nothing created. */
	if (name->kind != BX_CHANNEL_SERVICE &&
	    !bx_channel_exists(turn->core->tree, name)) {
		ask.operation = BX_OPERATION_CREATE;
		ask.place = place;
		if (!is_granted(turn, ballot, &ask, BX_ERROR_CREATE_DENIED))
			return BX_EGONE;
	}
	ask.operation = BX_OPERATION_SUBSCRIBE;
	ask.place = place + 1;
	if (!is_granted(turn, ballot, &ask, BX_ERROR_SUBSCRIBE_DENIED))
		return BX_EGONE;
	return BX_OK;
}

/* What a message has changed: of each name in turn whether it did. */
struct changes {
	enum bx_happening_kind kind;
	struct bx_buf marks;
	size_t count; /* that did */
	size_t told;  /* names that were passed in telling */
};

#define CHANGED 'x'
#define UNCHANGED '-'

static enum bx_status
mark(struct changes *changes, char how)
{
	return bx_buf_append(&changes->marks, &how, 1);
}

/* ctx has the names that were new, so that they can be taken back. */
static enum bx_status
subscribe_name(struct bx_turn *turn, const struct bx_channel_name *name,
    void *ctx)
{
	struct bx_channel_tree *tree = turn->core->tree;
	struct bx_subscriber *subscriber =
	    bx_session_subscriber(turn->session);
	struct changes *changes = ctx;
	enum bx_status status;

	if (name->kind != BX_CHANNEL_BROADCAST ||
	    bx_channel_is_subscribed(tree, name, subscriber))
		return mark(changes, UNCHANGED);
	if (subscriber->count >= turn->core->settings->max_subscriptions)
		return BX_EFULL;
	status = mark(changes, CHANGED);
	if (status == BX_OK)
		status = bx_channel_subscribe(tree, name, subscriber);
	if (status == BX_OK)
		changes->count++;
	return status;
}

/* All of the names, or none. */
static enum bx_status
apply(struct bx_turn *turn, struct changes *changes)
{
	enum bx_status status = walk_names(turn, subscribe_name, changes);

	if (status != BX_OK)
		bx_channel_unsubscribe_newest(turn->core->tree,
		    bx_session_subscriber(turn->session), changes->count);
	return status;
}

/* Tell plugins of one name that changed something; what they do to the session
 * meanwhile is too late for this message. */
static enum bx_status
tell(struct bx_turn *turn, const struct bx_channel_name *name, void *ctx)
{
	struct changes *changes = ctx;
	const struct bx_happening what = {
		.kind = changes->kind,
		.session = turn->session,
		.channel = { name->text, name->len },
	};

	if (changes->marks.bytes[changes->told++] == CHANGED)
		bx_plugins_happened(&turn->core->plugins, &what);
	return BX_OK;
}

/* All of them.  Without memory to decode a name that has escapes, it is not
 * told; nothing else depends on it. */
static void
tell_all(struct bx_turn *turn, struct changes *changes)
{
	if (changes->count > 0)
		(void)walk_names(turn, tell, changes);
}

/* The reply, which says that all went well, is written. */
static enum bx_step
subscribe(struct bx_turn *turn)
{
	struct changes changes = { .kind = BX_HAPPENING_SUBSCRIBE };
	enum bx_step step = BX_STEP_NO_MEMORY;

	bx_buf_init(&changes.marks, turn->core->env);
	switch (apply(turn, &changes)) {
	case BX_OK:
		tell_all(turn, &changes);
		step = BX_STEP_REPLIED;
		break;
	case BX_EFULL:
		step = fail(turn, BX_ERROR_SUBSCRIBE_DENIED,
		    "too_many_subscriptions");
		break;
	default:
		break;
	}
	bx_buf_fini(&changes.marks);
	return step;
}

enum bx_step
bx_meta_subscribe(struct bx_turn *turn)
{
	bool meta;
	enum bx_step step;

	if (!is_sound(turn, &meta, &step))
		return step;
	if (!is_granted_all(turn, ask_about_name, &step))
		return step;
	step = succeed(turn);
	if (step != BX_STEP_REPLIED)
		return step;
	/* Nobody would ever take back what it subscribes to. */
	if (bx_turn_has_ended(turn))
		return fail(turn, BX_ERROR_SESSION_UNKNOWN, NULL);
	return subscribe(turn);
}

static enum bx_status
ask_about_leaving(struct bx_turn *turn, const struct bx_channel_name *name,
    void *ctx)
{
	struct ballot *ballot = ctx;
	const struct bx_ask ask = {
		.operation = BX_OPERATION_UNSUBSCRIBE,
		.place = ballot->place++,
		.channel = name,
	};

	return is_granted(turn, ballot, &ask, BX_ERROR_UNSUBSCRIBE_DENIED)
	    ? BX_OK
	    : BX_EGONE;
}

static enum bx_status
unsubscribe_name(struct bx_turn *turn, const struct bx_channel_name *name,
    void *ctx)
{
	struct bx_channel_tree *tree = turn->core->tree;
	struct bx_subscriber *subscriber =
	    bx_session_subscriber(turn->session);
	struct changes *changes = ctx;

	if (!bx_channel_is_subscribed(tree, name, subscriber))
		return mark(changes, UNCHANGED);
	bx_channel_unsubscribe(tree, name, subscriber);
	changes->count++;
	return mark(changes, CHANGED);
}

/* The reply is written.  Stopping half-way for want of memory is harmless: the
 * client gets no reply, and to unsubscribe again is no error (rule 54). */
static enum bx_step
unsubscribe(struct bx_turn *turn)
{
	struct changes changes = { .kind = BX_HAPPENING_UNSUBSCRIBE };
	enum bx_step step = BX_STEP_NO_MEMORY;

	bx_buf_init(&changes.marks, turn->core->env);
	if (walk_names(turn, unsubscribe_name, &changes) == BX_OK) {
		tell_all(turn, &changes);
		step = BX_STEP_REPLIED;
	}
	bx_buf_fini(&changes.marks);
	return step;
}

enum bx_step
bx_meta_unsubscribe(struct bx_turn *turn)
{
	bool meta;
	enum bx_step step;

	if (!is_sound(turn, &meta, &step))
		return step;
	if (meta)
		return fail(turn, BX_ERROR_UNSUBSCRIBE_FAILED, NULL);
	if (!is_granted_all(turn, ask_about_leaving, &step))
		return step;
	step = succeed(turn);
	if (step != BX_STEP_REPLIED)
		return step;
	return unsubscribe(turn);
}
