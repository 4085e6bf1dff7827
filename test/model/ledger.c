/*
 * ledger.c - what every session is owed.
 */
#include "test/model/ledger.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/model/step.h"

/* How long events wait for a client whose stream broke. */
#define AWAY_MAX 15000

void
ledger_init(struct ledger *ledger, const struct bx_settings *settings)
{
	memset(ledger, 0, sizeof(*ledger));
	ledger->settings = settings;
}

void
ledger_fini(struct ledger *ledger)
{
	unsigned i;

	for (i = 0; i < ledger->count; i++)
		free(ledger->sessions[i].entries);
	ledger->count = 0;
}

void
ledger_complain(struct ledger *ledger, const char *fmt, ...)
{
	va_list args;

	if (ledger->complaint[0] != '\0' || ledger->deaf)
		return;
	va_start(args, fmt);
	(void)vsnprintf(ledger->complaint, sizeof(ledger->complaint), fmt,
	    args);
	va_end(args);
}

unsigned
ledger_index(const struct ledger *ledger, const struct ledger_session *session)
{
	return (unsigned)(session - ledger->sessions);
}

static bx_msec
grace(const struct ledger *ledger)
{
	return ledger->settings->interval + ledger->settings->max_interval;
}

struct ledger_session *
ledger_begin(struct ledger *ledger, bool acks)
{
	struct ledger_session *session = &ledger->sessions[ledger->count];

	if (ledger->count == LEDGER_SESSIONS)
		return NULL;
	ledger->count++;
	session->alive = true;
	session->acks = acks;
	session->expires = ledger->now + grace(ledger);
	return session;
}

static size_t
count_waiting(const struct ledger_session *session)
{
	size_t i, waiting = 0;

	for (i = 0; i < session->count; i++)
		waiting += session->entries[i].state == LEDGER_WAITING;
	return waiting;
}

/* The same, without what an acknowledging client may have already. */
static size_t
count_queued(const struct ledger_session *session)
{
	size_t i, queued = 0;

	for (i = 0; i < session->count; i++)
		queued += session->entries[i].state == LEDGER_WAITING &&
		    !session->entries[i].carried;
	return queued;
}

static bool
is_reason(const struct ledger *ledger, const struct ledger_session *session,
    enum bx_gone_reason reason)
{
	switch (reason) {
	case BX_GONE_DISCONNECT:
		return session->bye;
	case BX_GONE_EXPIRED:
		return session->expires <= ledger->now;
	case BX_GONE_OVERFLOW:
		return session->lags || session->full;
	case BX_GONE_KICKED:
		return session->leaving;
	case BX_GONE_CLOSED:
		break;
	}
	return false;
}

void
ledger_end(struct ledger *ledger, struct ledger_session *session,
    enum bx_gone_reason reason)
{
	static const char *const reasons[] = { "disconnect", "expiry",
		"overflow", "kick", "close" };

	if (!session->alive)
		ledger_complain(ledger, "session %u has ended twice",
		    ledger_index(ledger, session));
	else if (!ledger->lenient && !is_reason(ledger, session, reason))
		ledger_complain(ledger,
		    "session %u has ended by %s, for no reason",
		    ledger_index(ledger, session), reasons[reason]);
	session->alive = false;
	session->reason = reason;
	session->patterns = 0;
	ledger->overflowed |= reason == BX_GONE_OVERFLOW;
}

void
ledger_touch(struct ledger *ledger, struct ledger_session *session)
{
	bx_msec at = ledger->now + ledger->settings->max_interval;

	if (session->expires != BX_NEVER && session->expires < at)
		session->expires = at;
}

unsigned
ledger_connect(struct ledger_session *session)
{
	session->expires = BX_NEVER;
	return ++session->connects;
}

/* Is it with a connect that its events go out? */
static bool
reads_connects(const struct ledger *ledger,
    const struct ledger_session *session)
{
	return !session->streams && session->away_until <= ledger->now;
}

void
ledger_hold(const struct ledger *ledger, struct ledger_session *session)
{
	session->held = true;
	session->waits = !reads_connects(ledger, session) ||
	    !ledger_is_due(ledger, session);
}

void
ledger_let_go(struct ledger_session *session)
{
	session->held = false;
	session->waits = false;
}

void
ledger_replied(struct ledger *ledger, struct ledger_session *session,
    unsigned connect)
{
	if (connect == session->connects && !session->has_stream)
		session->expires = ledger->now + grace(ledger);
}

void
ledger_acknowledge(struct ledger *ledger, struct ledger_session *session,
    uint64_t batch)
{
	size_t i;

	for (i = 0; i < session->count; i++) {
		struct ledger_entry *entry = &session->entries[i];

		if (entry->state == LEDGER_DONE || entry->batch == 0)
			continue;
		if (entry->batch <= batch)
			entry->state = LEDGER_DONE;
		/* Or it is sent again, and is not lazy any more. */
		entry->due = 0;
		entry->carried = false;
	}
	session->full |=
	    count_waiting(session) > 2 * ledger->settings->max_queue_messages;
}

/* The segments of pattern's head have to be those of channel. */
bool
ledger_reaches(const char *pattern, const char *channel)
{
	size_t len = strlen(pattern);

	if (len >= 2 && strcmp(pattern + len - 2, "**") == 0)
		return strncmp(pattern, channel, len - 2) == 0;
	if (pattern[len - 1] == '*')
		return strncmp(pattern, channel, len - 1) == 0 &&
		    strchr(channel + len - 1, '/') == NULL;
	return strcmp(pattern, channel) == 0;
}

bool
ledger_is_lazy(const char *channel)
{
	return strcmp(channel, "/l/a") == 0;
}

static bool
is_subscribed(const struct ledger_session *session, const char *channel)
{
	unsigned i;

	for (i = 0; i < STEP_PATTERNS; i++)
		if ((session->patterns >> i & 1) != 0 &&
		    ledger_reaches(step_name(i), channel))
			return true;
	return false;
}

/* Whoever is about to be answered may have twice as much. */
static bool
is_full(const struct ledger *ledger, const struct ledger_session *session)
{
	bool soon = session->held && !session->has_stream &&
	    session->away_until <= ledger->now;

	return count_queued(session) >
	    (soon ? 2 : 1) * ledger->settings->max_queue_messages;
}

static void
owe(struct ledger *ledger, struct ledger_session *session,
    const struct ledger_said *said)
{
	struct ledger_entry *entry;

	if (session->count == session->room) {
		session->room = 2 * session->room + 16;
		session->entries = realloc(session->entries,
		    session->room * sizeof(*session->entries));
		if (session->entries == NULL)
			abort();
	}
	entry = &session->entries[session->count++];
	*entry = (struct ledger_entry){ .number = said->number };
	if (ledger_is_lazy(said->channel))
		entry->due = ledger->now + ledger->settings->max_lazy_timeout;
	entry->lazy = entry->due;
	if (entry->due == 0 && reads_connects(ledger, session))
		session->waits = false;
	ledger->queued++;
	session->full |= is_full(ledger, session);
	/* Twice as much may wait for an answer that is near, and as much again
	 * with what a stream has lost.  What comes back knows no limit. */
	session->burst |=
	    count_queued(session) > 4 * ledger->settings->max_queue_messages;
	/* There is no more room for others to wait for a stream. */
	if (count_waiting(session) > ledger->settings->max_queue_messages)
		session->wait_until = 0;
}

void
ledger_publish(struct ledger *ledger, const struct ledger_said *said)
{
	struct ledger_session *session;
	unsigned i;

	for (i = 0; i < ledger->count; i++) {
		session = &ledger->sessions[i];
		if (session->alive && !session->leaving &&
		    is_subscribed(session, said->channel) &&
		    (session != said->publisher ||
			ledger->settings->broadcast_to_publisher))
			owe(ledger, session, said);
	}
}

/* What the older stream is writing the client may have, if it resumes. */
void
ledger_open_stream(const struct ledger *ledger, struct ledger_session *session,
    const struct ledger_stream *stream)
{
	size_t i;

	session->has_stream = true;
	session->streams = !session->acks;
	session->away_until = 0;
	session->wait_until = 0;
	session->lags = false;
	session->expires = BX_NEVER;
	for (i = 0; i < session->count; i++) {
		struct ledger_entry *entry = &session->entries[i];

		if (entry->state == LEDGER_FLYING &&
		    entry->carrier == stream->older && stream->older != NULL)
			entry->state =
			    stream->resumes ? LEDGER_SENT : LEDGER_WAITING;
		if (entry->state == LEDGER_SENT && !ledger->lenient)
			entry->state =
			    stream->resumes && entry->chunk > stream->chunk
			    ? LEDGER_WAITING
			    : LEDGER_DONE;
		/* It has been lazy for long enough. */
		if (entry->state == LEDGER_WAITING && session->streams)
			entry->due = 0;
	}
}

void
ledger_close_stream(struct ledger *ledger, struct ledger_session *session)
{
	const struct ledger_entry *entry;
	size_t i;

	session->streams = false;
	session->has_stream = false;
	if (!session->acks)
		session->away_until = ledger->now + AWAY_MAX;
	/* What went out less than a beat ago can be asked for again. */
	for (i = 0; i < session->count; i++) {
		entry = &session->entries[i];
		if (entry->state == LEDGER_SENT &&
		    entry->sent >
			ledger->now - ledger->settings->heartbeat / 2)
			session->wait_until = session->away_until;
	}
	if (!session->waits)
		session->expires = ledger->now + grace(ledger);
}

/* Will an answer take what waits: for certain, perhaps, or not? */
static bool
has_to_take(const struct ledger *ledger, const struct ledger_answer *answer)
{
	const struct ledger_session *session = answer->session;

	if (!session->alive)
		return false;
	if (session->streams || session->acks || answer->streams)
		return session->streams == answer->streams &&
		    (answer->streams || answer->connects);
	if (session->away_until > ledger->now)
		return false;
	return answer->connects || !session->leaving;
}

static bool
may_take(const struct ledger *ledger, const struct ledger_answer *answer)
{
	const struct ledger_session *session = answer->session;

	if (!session->alive)
		return session->bye || session->leaving;
	if (session->acks)
		return answer->connects && !answer->streams;
	if (session->streams || answer->streams)
		return session->streams == answer->streams;
	if (session->wait_until > ledger->now)
		return false;
	return answer->connects || !session->leaving;
}

/* The entry of that number which an answer may carry, from *at on. */
static struct ledger_entry *
find_entry(struct ledger_session *session, unsigned number, size_t *at)
{
	for (; *at < session->count; (*at)++)
		if (session->entries[*at].number == number)
			return &session->entries[(*at)++];
	return NULL;
}

static void
take_entry(struct ledger *ledger, const struct ledger_answer *answer,
    struct ledger_entry *entry)
{
	entry->taken = ledger->taken;
	ledger->due += entry->due <= ledger->now;
	if (answer->session->acks && answer->session->alive) {
		if (entry->batch == 0)
			entry->batch = answer->batch;
		entry->carried = true;
		return;
	}
	entry->state = LEDGER_FLYING;
	entry->carrier = answer->carrier;
	entry->chunk = answer->chunk;
}

/* All that waits is there, but what an acknowledging client's reply, which was
 * written before, came too early for. */
static void
check_complete(struct ledger *ledger, const struct ledger_answer *answer)
{
	const struct ledger_session *session = answer->session;
	const struct ledger_entry *entry;
	size_t i;

	for (i = 0; i < session->count; i++) {
		entry = &session->entries[i];
		if (entry->state != LEDGER_WAITING ||
		    (session->acks &&
			(entry->taken == ledger->taken ||
			    entry->number > answer->published)))
			continue;
		ledger_complain(ledger,
		    "an answer to session %u does not have event %u",
		    ledger_index(ledger, session), entry->number);
	}
}

void
ledger_take(struct ledger *ledger, const struct ledger_answer *answer)
{
	struct ledger_session *session = answer->session;
	unsigned index = ledger_index(ledger, session);
	struct ledger_entry *entry;
	size_t i, at = 0, none = 0;

	ledger->taken++;
	ledger->due = 0;
	if (answer->count > 0 && !may_take(ledger, answer) && !ledger->lenient)
		ledger_complain(ledger,
		    "an answer to session %u has events that it may not",
		    index);
	for (i = 0; i < answer->count; i++) {
		entry = find_entry(session, answer->numbers[i], &at);
		if (entry != NULL && entry->state == LEDGER_WAITING) {
			take_entry(ledger, answer, entry);
			continue;
		}
		if (ledger->lenient && (entry == NULL || entry->chunk > 0))
			continue;
		if (entry == NULL)
			entry = find_entry(session, answer->numbers[i], &none);
		none = 0;
		ledger_complain(ledger, "session %u was sent event %u %s",
		    index, answer->numbers[i],
		    entry == NULL ? "without a subscription"
			: entry->state == LEDGER_WAITING ? "in the wrong order"
			: entry->state == LEDGER_FLYING	 ? "twice at once"
							 : "again");
	}
	if (has_to_take(ledger, answer) && !ledger->lenient)
		check_complete(ledger, answer);
}

void
ledger_settle(struct ledger *ledger, struct ledger_session *session,
    const void *carrier, bool handed_over)
{
	size_t i;

	for (i = 0; i < session->count; i++) {
		struct ledger_entry *entry = &session->entries[i];

		if (entry->state != LEDGER_FLYING || entry->carrier != carrier)
			continue;
		if (!handed_over) {
			entry->state = LEDGER_WAITING;
			entry->due = entry->lazy;
		} else
			entry->state =
			    entry->chunk > 0 ? LEDGER_SENT : LEDGER_DONE;
		entry->sent = ledger->now;
	}
}

bool
ledger_is_due(const struct ledger *ledger,
    const struct ledger_session *session)
{
	size_t i;

	for (i = 0; i < session->count; i++) {
		const struct ledger_entry *entry = &session->entries[i];

		/* What was carried waits for the next connect to say so. */
		if (entry->state == LEDGER_WAITING &&
		    entry->due <= ledger->now &&
		    (!session->acks || !entry->carried))
			return true;
	}
	return false;
}

size_t
ledger_owed(const struct ledger_session *session)
{
	return count_waiting(session);
}

void
ledger_check(struct ledger *ledger)
{
	struct ledger_session *session;
	unsigned i;

	for (i = 0; i < ledger->count && !ledger->lenient; i++) {
		session = &ledger->sessions[i];
		if (!session->alive)
			continue;
		if (session->expires <= ledger->now)
			ledger_complain(ledger, "session %u has not expired",
			    i);
		if (session->bye && !session->leaving)
			ledger_complain(ledger,
			    "session %u has not disconnected", i);
		if (session->burst)
			ledger_complain(ledger,
			    "session %u has an endless queue", i);
	}
}
