/*
 * test_session_stream.c - streams, beats, and what a stream has in hand.
 */
#include <string.h>

#include "engine/session_keep.h"
#include "engine/session_queue.h"
#include "engine/session_stream.h"
#include "test/support/due.h"
#include "test/support/house.h"
#include "test/support/unit.h"

/* A stream with what its exchange gives it. */
struct tap {
	struct bx_stream stream;
	struct bx_reader reader;
	struct bx_list taken;
};

static const struct bx_visitor nobody;

static enum bx_status
try_open(struct house *house, struct tap *tap,
    const struct bx_stream_wish *wish)
{
	memset(tap, 0, sizeof(*tap));
	bx_list_init(&tap->reader.ready);
	bx_list_init(&tap->taken);
	tap->stream.reader = &tap->reader;
	tap->stream.taken = &tap->taken;
	return bx_session_open_stream(house->session, &tap->stream, wish);
}

static void
open(struct house *house, struct tap *tap)
{
	const struct bx_stream_wish wish = { .visitor = &nobody };

	CU_ASSERT_EQUAL_FATAL(try_open(house, tap, &wish), BX_OK);
}

static void
resume(struct house *house, struct tap *tap, uint64_t event)
{
	const struct bx_stream_wish wish = { &nobody, event, true };

	CU_ASSERT_EQUAL_FATAL(try_open(house, tap, &wish), BX_OK);
}

/* The tap is the one that is ready: its next chunk. */
static struct bx_stream_chunk
take(struct house *house, struct tap *tap)
{
	CU_ASSERT_PTR_EQUAL(bx_sessions_take_ready(house->sessions),
	    &tap->reader);
	return bx_session_take_chunk(&tap->stream);
}

static size_t
count(const struct bx_list *list)
{
	const struct bx_list *link;
	size_t number = 0;

	for (link = list->next; link != list; link = link->next)
		number++;
	return number;
}

/* Open, and write the first chunk, at time 0. */
static void
begin(struct house *house, struct tap *tap)
{
	open(house, tap);
	CU_ASSERT_TRUE(take(house, tap).is_first);
	bx_session_chunk_sent(&tap->stream, 0);
	CU_ASSERT_PTR_NULL(bx_sessions_take_ready(house->sessions));
}

/* Write the next chunk, of number events. */
static struct bx_stream_chunk
write(struct house *house, struct tap *tap, size_t number, bx_msec now)
{
	struct bx_stream_chunk chunk = take(house, tap);

	CU_ASSERT_EQUAL(count(&tap->taken), number);
	bx_session_chunk_sent(&tap->stream, now);
	CU_ASSERT_EQUAL(count(&tap->taken), 0);
	return chunk;
}

static void
close(struct house *house, struct tap *tap, bx_msec now)
{
	bx_session_close_stream(&tap->stream, false, now);
	bx_list_remove(&tap->reader.ready);
	(void)house;
}

static void
the_first_chunk_says_where_the_client_is(void)
{
	struct house house;
	struct tap tap;
	struct bx_stream_chunk chunk;

	house_open(&house);
	house_deliver(&house, BX_OK);
	open(&house, &tap);
	CU_ASSERT_TRUE(bx_session_has_stream(house.session));
	chunk = take(&house, &tap);
	CU_ASSERT_TRUE(chunk.is_first);
	CU_ASSERT_FALSE(chunk.is_last);
	CU_ASSERT_EQUAL(chunk.event, 0);
	CU_ASSERT_EQUAL(count(&tap.taken), 0);
	bx_session_chunk_sent(&tap.stream, 0);
	CU_ASSERT_EQUAL(write(&house, &tap, 1, 0).event, 1);
	close(&house, &tap, 0);
	house_close(&house);
}

static void
while_a_chunk_is_written_nothing_more_is_taken(void)
{
	struct house house;
	struct tap tap;

	house_open(&house);
	begin(&house, &tap);
	house_deliver(&house, BX_OK);
	CU_ASSERT_EQUAL(take(&house, &tap).event, 1);
	CU_ASSERT_EQUAL(count(&tap.taken), 1);
	house_deliver(&house, BX_OK);
	house_deliver(&house, BX_OK);
	CU_ASSERT_PTR_NULL(bx_sessions_take_ready(house.sessions));
	bx_session_chunk_sent(&tap.stream, 0);
	CU_ASSERT_EQUAL(write(&house, &tap, 2, 0).event, 2);
	close(&house, &tap, 0);
	house_close(&house);
}

static void
a_client_that_does_not_read_overflows(void)
{
	struct house house;
	struct tap tap;
	struct bx_stream_chunk chunk;

	house_open(&house);
	begin(&house, &tap);
	(void)bx_session_ref(house.session);
	house_deliver(&house, BX_OK);
	(void)take(&house, &tap);
	house_deliver(&house, BX_OK);
	house_deliver(&house, BX_OK);
	/* Not even within a batch is there more room: nobody takes it. */
	bx_session_begin_batch(house.session);
	house_deliver(&house, BX_EGONE);
	bx_session_end_batch(house.session);
	CU_ASSERT_PTR_NULL(bx_sessions_take_ready(house.sessions));
	bx_session_chunk_sent(&tap.stream, 0);
	chunk = take(&house, &tap);
	CU_ASSERT_TRUE(chunk.is_last);
	CU_ASSERT_EQUAL(chunk.wake, BX_WAKE_ENDED);
	CU_ASSERT_EQUAL(chunk.event, 0);
	close(&house, &tap, 0);
	bx_session_unref(house.session);
	house_close(&house);
}

static void
one_that_reads_has_room_for_a_burst(void)
{
	struct house house;
	struct tap tap;
	int i;

	house_open(&house);
	begin(&house, &tap);
	for (i = 0; i < 4; i++)
		house_deliver(&house, BX_OK);
	CU_ASSERT_TRUE(bx_sessions_is_crowded(house.sessions));
	(void)write(&house, &tap, 4, 0);
	bx_session_begin_batch(house.session);
	for (i = 0; i < 4; i++)
		house_deliver(&house, BX_OK);
	bx_session_end_batch(house.session);
	(void)write(&house, &tap, 4, 0);
	close(&house, &tap, 0);
	house_close(&house);
}

static void
a_stream_beats_however_much_is_written(void)
{
	struct house house;
	struct tap tap;

	house_open(&house);
	begin(&house, &tap);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 10000);
	bx_sessions_advance(house.sessions, 9999);
	CU_ASSERT_FALSE(bx_sessions_has_ready(house.sessions));
	house_deliver(&house, BX_OK);
	CU_ASSERT_EQUAL(write(&house, &tap, 1, 9999).wake, BX_WAKE_MESSAGE);
	bx_sessions_advance(house.sessions, 10000);
	CU_ASSERT_EQUAL(write(&house, &tap, 0, 10000).wake, BX_WAKE_TIMEOUT);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 20000);
	/* What is due while a chunk is written is due behind it. */
	house_deliver(&house, BX_OK);
	(void)take(&house, &tap);
	bx_sessions_advance(house.sessions, 25000);
	house_deliver(&house, BX_OK);
	bx_session_chunk_sent(&tap.stream, 25000);
	CU_ASSERT_EQUAL(write(&house, &tap, 1, 25000).wake, BX_WAKE_TIMEOUT);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 35000);
	close(&house, &tap, 25000);
	house_close(&house);
}

/* Deliver a message that may wait until flush_by. */
static void
deliver_lazily(struct house *house, bx_msec flush_by)
{
	struct bx_message *message = bx_message_new(unit_env(), "{}", 2);

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	bx_message_set_lazy(message, flush_by);
	CU_ASSERT_EQUAL(bx_session_deliver(house->session, message), BX_OK);
	bx_message_unref(message);
}

static void
a_lazy_message_goes_out_with_the_next_chunk_or_at_its_time(void)
{
	struct house house;
	struct tap tap;

	house_open(&house);
	begin(&house, &tap);
	deliver_lazily(&house, 4000);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 4000);
	CU_ASSERT_FALSE(bx_sessions_has_ready(house.sessions));
	bx_sessions_advance(house.sessions, 4000);
	/* That is no beat. */
	CU_ASSERT_EQUAL(write(&house, &tap, 1, 4000).wake, BX_WAKE_MESSAGE);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 10000);
	deliver_lazily(&house, 20000);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 10000);
	bx_sessions_advance(house.sessions, 10000);
	CU_ASSERT_EQUAL(write(&house, &tap, 1, 10000).wake, BX_WAKE_TIMEOUT);
	deliver_lazily(&house, 15000);
	house_deliver(&house, BX_OK);
	(void)write(&house, &tap, 2, 10000);
	/* One that comes while a chunk is written has its time as well. */
	house_deliver(&house, BX_OK);
	(void)take(&house, &tap);
	deliver_lazily(&house, 12000);
	bx_session_chunk_sent(&tap.stream, 10000);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 12000);
	close(&house, &tap, 10000);
	house_close(&house);
}

static void
lazy_messages_do_not_overflow_while_nothing_is_written(void)
{
	struct house house;
	struct tap tap;
	int i;

	house_open(&house);
	begin(&house, &tap);
	for (i = 0; i < 4; i++)
		deliver_lazily(&house, 4000);
	(void)write(&house, &tap, 4, 0);
	close(&house, &tap, 0);
	house_close(&house);
}

static void
what_comes_again_is_lazy_no_more(void)
{
	struct house house;
	struct tap tap;

	house_open(&house);
	begin(&house, &tap);
	deliver_lazily(&house, 4000);
	bx_sessions_advance(house.sessions, 4000);
	(void)take(&house, &tap);
	close(&house, &tap, 4000);
	resume(&house, &tap, 0);
	(void)take(&house, &tap);
	bx_session_chunk_sent(&tap.stream, 0);
	(void)write(&house, &tap, 1, 0);
	close(&house, &tap, 0);
	house_close(&house);
}

static void
rule_96_a_session_that_keeps_has_its_events_with_connects(void)
{
	struct house house;
	struct tap tap;

	house_open(&house);
	CU_ASSERT_EQUAL_FATAL(bx_session_keep(house.session), BX_OK);
	begin(&house, &tap);
	house_deliver(&house, BX_OK);
	CU_ASSERT_FALSE(bx_sessions_has_ready(house.sessions));
	CU_ASSERT_TRUE(bx_session_may_take(house.session, true));
	CU_ASSERT_FALSE(bx_session_may_take(house.session, false));
	bx_sessions_advance(house.sessions, 10000);
	CU_ASSERT_EQUAL(write(&house, &tap, 0, 10000).wake, BX_WAKE_TIMEOUT);
	CU_ASSERT_TRUE(bx_session_is_due(house.session, 0));
	close(&house, &tap, 10000);
	house_close(&house);
}

static void
rule_59_who_is_to_go_is_told_on_its_stream(void)
{
	struct house house;
	struct tap tap;
	struct bx_session *session;

	house_open(&house);
	session = bx_session_ref(house.session);
	begin(&house, &tap);
	bx_session_kick(session);
	CU_ASSERT_EQUAL(bx_session_gone_reason(session), BX_GONE_KICKED);
	CU_ASSERT_TRUE(take(&house, &tap).is_last);
	CU_ASSERT_EQUAL(count(&tap.taken), 1);
	close(&house, &tap, 0);
	bx_session_unref(session);
	house_close(&house);
}

static void
or_on_the_next_that_it_opens(void)
{
	struct house house;
	struct tap tap;
	struct bx_session *session;

	house_open(&house);
	session = bx_session_ref(house.session);
	bx_session_kick(session);
	CU_ASSERT_NOT_EQUAL(bx_session_state(session), BX_SESSION_GONE);
	open(&house, &tap);
	CU_ASSERT_TRUE(take(&house, &tap).is_first);
	bx_session_chunk_sent(&tap.stream, 0);
	CU_ASSERT_TRUE(take(&house, &tap).is_last);
	CU_ASSERT_EQUAL(count(&tap.taken), 1);
	close(&house, &tap, 0);
	bx_session_unref(session);
	house_close(&house);
}

static void
a_hold_beside_a_stream_does_not_hear_of_its_events(void)
{
	struct house house;
	struct tap tap;
	struct bx_reader reader = { .wake = BX_WAKE_NONE };
	bool may_hold;

	house_open(&house);
	begin(&house, &tap);
	house_deliver(&house, BX_OK);
	(void)take(&house, &tap);
	/* This one waits until the chunk is out. */
	house_deliver(&house, BX_OK);
	bx_list_init(&reader.ready);
	(void)bx_session_connect(house.session, -1, &may_hold);
	bx_session_hold(house.session, &reader, 500);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 500);
	bx_session_let_go(&reader);
	close(&house, &tap, 0);
	house_close(&house);
}

static void
rule_84_a_session_does_not_expire_while_it_has_a_stream(void)
{
	struct house house;
	struct tap tap;
	bool may_hold;

	house_open(&house);
	bx_session_replied(house.session, 0, 0);
	begin(&house, &tap);
	bx_session_replied(house.session,
	    bx_session_connect(house.session, 5000, &may_hold), 1000);
	bx_session_touch(house.session, 2000);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 10000);
	bx_sessions_advance(house.sessions, 60000);
	CU_ASSERT_EQUAL(bx_sessions_count(house.sessions), 1);
	close(&house, &tap, 60000);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 75000);
	bx_sessions_advance(house.sessions, 75000);
	CU_ASSERT_EQUAL(bx_sessions_count(house.sessions), 0);
	house_close(&house);
}

static void
replies_and_a_held_connect_leave_events_to_the_stream(void)
{
	struct house house;
	struct tap tap;
	struct bx_reader reader = { .wake = BX_WAKE_NONE };
	bool may_hold;

	house_open(&house);
	bx_list_init(&reader.ready);
	(void)bx_session_connect(house.session, -1, &may_hold);
	bx_session_hold(house.session, &reader, 30000);
	CU_ASSERT_TRUE(bx_session_may_take(house.session, false));
	begin(&house, &tap);
	CU_ASSERT_FALSE(bx_session_may_take(house.session, true));
	house_deliver(&house, BX_OK);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_NONE);
	/* But what the stream cannot hand over is not left to itself. */
	(void)take(&house, &tap);
	close(&house, &tap, 0);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_MESSAGE);
	CU_ASSERT_TRUE(bx_session_may_take(house.session, false));
	CU_ASSERT_EQUAL(due_earliest(house.sessions), BX_NEVER);
	bx_session_let_go(&reader);
	house_close(&house);
}

static void
a_hold_waits_no_more_for_what_a_stream_has_taken(void)
{
	struct house house;
	struct bx_reader reader = { .wake = BX_WAKE_NONE };
	struct tap tap;
	bool may_hold;

	house_open(&house);
	bx_list_init(&reader.ready);
	(void)bx_session_connect(house.session, -1, &may_hold);
	bx_session_hold(house.session, &reader, 9000);
	deliver_lazily(&house, 4000);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 4000);
	open(&house, &tap);
	(void)write(&house, &tap, 0, 0);
	(void)write(&house, &tap, 1, 0);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 9000);
	bx_session_let_go(&reader);
	close(&house, &tap, 0);
	house_close(&house);
}

static void
events_that_are_kept_have_no_more_room_for_a_stream(void)
{
	struct house house;
	struct tap tap;

	house_open(&house);
	(void)bx_session_ref(house.session);
	CU_ASSERT_EQUAL(bx_session_keep(house.session), BX_OK);
	house_deliver(&house, BX_OK);
	open(&house, &tap);
	(void)write(&house, &tap, 0, 0);
	house_deliver(&house, BX_OK);
	house_deliver(&house, BX_EGONE);
	close(&house, &tap, 0);
	bx_session_unref(house.session);
	house_close(&house);
}

static void
a_hold_beside_a_stream_ends_at_its_own_time(void)
{
	struct house house;
	struct tap tap;
	struct bx_reader reader = { .wake = BX_WAKE_NONE };
	bool may_hold;

	house_open(&house);
	bx_list_init(&reader.ready);
	(void)bx_session_connect(house.session, -1, &may_hold);
	bx_session_hold(house.session, &reader, 500);
	begin(&house, &tap);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 500);
	bx_sessions_advance(house.sessions, 500);
	CU_ASSERT_EQUAL(reader.wake, BX_WAKE_TIMEOUT);
	bx_session_let_go(&reader);
	bx_session_replied(house.session, 1, 500);
	CU_ASSERT_EQUAL(due_earliest(house.sessions), 10000);
	close(&house, &tap, 500);
	house_close(&house);
}

static void
what_was_not_handed_over_waits_again(void)
{
	struct house house;
	struct tap tap;

	house_open(&house);
	begin(&house, &tap);
	house_deliver(&house, BX_OK);
	(void)take(&house, &tap);
	close(&house, &tap, 0);
	CU_ASSERT_TRUE(bx_session_is_due(house.session, 0));
	open(&house, &tap);
	CU_ASSERT_EQUAL(take(&house, &tap).event, 1);
	bx_session_chunk_sent(&tap.stream, 0);
	CU_ASSERT_EQUAL(write(&house, &tap, 1, 0).event, 2);
	close(&house, &tap, 0);
	house_close(&house);
}

static void
what_was_handed_over_comes_again_to_who_has_not_got_it(void)
{
	struct house house;
	struct tap tap;

	house_open(&house);
	begin(&house, &tap);
	house_deliver(&house, BX_OK);
	(void)write(&house, &tap, 1, 0);
	house_deliver(&house, BX_OK);
	(void)take(&house, &tap);
	/* The connection ends behind the last byte. */
	bx_session_close_stream(&tap.stream, true, 0);
	CU_ASSERT_FALSE(bx_session_is_due(house.session, 0));
	CU_ASSERT_FALSE(bx_session_may_take(house.session, true));

	resume(&house, &tap, 1);
	CU_ASSERT_EQUAL(take(&house, &tap).event, 1);
	bx_session_chunk_sent(&tap.stream, 0);
	CU_ASSERT_EQUAL(write(&house, &tap, 1, 0).event, 3);
	close(&house, &tap, 0);
	house_close(&house);
}

static void
nothing_comes_twice_to_who_does_not_say_what_it_has(void)
{
	struct house house;
	struct tap tap;

	house_open(&house);
	begin(&house, &tap);
	house_deliver(&house, BX_OK);
	(void)write(&house, &tap, 1, 0);
	close(&house, &tap, 0);
	open(&house, &tap);
	CU_ASSERT_EQUAL(take(&house, &tap).event, 1);
	bx_session_chunk_sent(&tap.stream, 0);
	CU_ASSERT_FALSE(bx_sessions_has_ready(house.sessions));
	close(&house, &tap, 0);
	/* A number that never was is the newest. */
	resume(&house, &tap, 99);
	CU_ASSERT_EQUAL(take(&house, &tap).event, 1);
	close(&house, &tap, 0);
	house_close(&house);
}

static void
who_comes_too_late_has_to_shake_hands(void)
{
	struct house house;
	struct tap tap;
	const struct bx_stream_wish wish = { &nobody, 0, true };
	int i;

	house_open(&house);
	begin(&house, &tap);
	house_deliver(&house, BX_OK);
	(void)write(&house, &tap, 1, 0);
	for (i = 1; i <= 2; i++) {
		bx_sessions_advance(house.sessions, i * 10000);
		(void)write(&house, &tap, 0, i * 10000);
	}
	close(&house, &tap, 20000);
	CU_ASSERT_EQUAL(try_open(&house, &tap, &wish), BX_EGONE);
	CU_ASSERT_PTR_NOT_NULL(strstr(unit_last_log(), "reason=overflow"));
	CU_ASSERT_EQUAL(bx_sessions_count(house.sessions), 0);
	house_close(&house);
}

static void
a_newer_stream_takes_over_what_the_older_has_in_hand(void)
{
	struct house house;
	struct tap older, newer;
	struct bx_stream_chunk chunk;

	house_open(&house);
	begin(&house, &older);
	house_deliver(&house, BX_OK);
	(void)write(&house, &older, 1, 0);
	house_deliver(&house, BX_OK);
	(void)take(&house, &older);
	resume(&house, &newer, 1);
	CU_ASSERT_EQUAL(count(&older.taken), 0);
	CU_ASSERT_EQUAL(take(&house, &newer).event, 1);
	bx_session_chunk_sent(&newer.stream, 0);
	(void)write(&house, &newer, 1, 0);
	/* The older one ends, and takes nothing along. */
	bx_session_chunk_sent(&older.stream, 0);
	house_deliver(&house, BX_OK);
	chunk = take(&house, &older);
	CU_ASSERT_TRUE(chunk.is_last);
	CU_ASSERT_EQUAL(chunk.wake, BX_WAKE_SUPERSEDED);
	CU_ASSERT_EQUAL(count(&older.taken), 0);
	close(&house, &older, 0);
	(void)write(&house, &newer, 1, 0);
	CU_ASSERT_TRUE(bx_session_has_stream(house.session));
	close(&house, &newer, 0);
	house_close(&house);
}

static void
or_who_has_that_already_does_not_get_it_again(void)
{
	struct house house;
	struct tap older, newer;

	house_open(&house);
	begin(&house, &older);
	house_deliver(&house, BX_OK);
	(void)take(&house, &older);
	resume(&house, &newer, 1);
	CU_ASSERT_EQUAL(take(&house, &newer).event, 1);
	bx_session_chunk_sent(&newer.stream, 0);
	CU_ASSERT_FALSE(bx_sessions_has_ready(house.sessions));
	close(&house, &older, 0);
	CU_ASSERT_FALSE(bx_session_is_due(house.session, 0));
	close(&house, &newer, 0);
	house_close(&house);
}

static void
an_idle_stream_is_superseded_at_once(void)
{
	struct house house;
	struct tap older, newer;

	house_open(&house);
	begin(&house, &older);
	open(&house, &newer);
	CU_ASSERT_EQUAL(take(&house, &older).wake, BX_WAKE_SUPERSEDED);
	CU_ASSERT_TRUE(take(&house, &newer).is_first);
	close(&house, &older, 0);
	close(&house, &newer, 0);
	house_close(&house);
}

static void
rule_46_a_stream_counts_as_a_held_connect(void)
{
	struct house house;
	struct tap tap, second;
	const struct bx_visitor visitor = { .cookie = "cookie",
		.cookie_len = 6,
		.shown = true };
	const struct bx_stream_wish wish = { .visitor = &visitor };

	house_open(&house);
	house.settings.max_sessions_per_browser = 1;
	CU_ASSERT_EQUAL_FATAL(bx_session_set_browser(house.session, &visitor),
	    BX_OK);
	CU_ASSERT_EQUAL(try_open(&house, &tap, &wish), BX_OK);
	CU_ASSERT_FALSE(bx_session_has_room(house.session, &visitor));
	/* Its own does not stand in the way of a newer one. */
	CU_ASSERT_EQUAL(try_open(&house, &second, &wish), BX_OK);
	close(&house, &tap, 0);
	CU_ASSERT_FALSE(bx_session_has_room(house.session, &visitor));
	close(&house, &second, 0);
	CU_ASSERT_TRUE(bx_session_has_room(house.session, &visitor));

	house.settings.max_sessions_per_browser = 0;
	CU_ASSERT_EQUAL(try_open(&house, &tap, &wish), BX_EFULL);
	CU_ASSERT_TRUE(bx_session_lacks_stream(house.session));
	CU_ASSERT_FALSE(bx_session_has_stream(house.session));
	house.settings.max_sessions_per_browser = 1;
	CU_ASSERT_EQUAL(try_open(&house, &tap, &wish), BX_OK);
	CU_ASSERT_FALSE(bx_session_lacks_stream(house.session));
	close(&house, &tap, 0);
	CU_ASSERT_FALSE(bx_session_lacks_stream(house.session));
	house_close(&house);
}

static void
a_shutdown_ends_every_stream(void)
{
	struct house house;
	struct tap tap, late;
	struct bx_stream_chunk chunk;

	house_open(&house);
	begin(&house, &tap);
	bx_sessions_shut_down(house.sessions);
	chunk = take(&house, &tap);
	CU_ASSERT_TRUE(chunk.is_last);
	CU_ASSERT_EQUAL(chunk.wake, BX_WAKE_SHUTDOWN);
	close(&house, &tap, 0);
	open(&house, &late);
	CU_ASSERT_FALSE(take(&house, &late).is_last);
	bx_session_chunk_sent(&late.stream, 0);
	CU_ASSERT_TRUE(take(&house, &late).is_last);
	close(&house, &late, 0);
	house_close(&house);
}

static void
the_end_of_a_session_ends_its_stream_with_what_waits(void)
{
	struct house house;
	struct tap tap;
	struct bx_stream_chunk chunk;

	house_open(&house);
	begin(&house, &tap);
	(void)bx_session_ref(house.session);
	house_deliver(&house, BX_OK);
	bx_session_end(house.session, BX_GONE_DISCONNECT);
	chunk = take(&house, &tap);
	CU_ASSERT_TRUE(chunk.is_last);
	CU_ASSERT_EQUAL(chunk.wake, BX_WAKE_ENDED);
	CU_ASSERT_EQUAL(count(&tap.taken), 1);
	bx_session_close_stream(&tap.stream, true, 0);
	bx_session_unref(house.session);
	house_close(&house);
}

/* Everything anew each time, as a table keeps room once it has it. */
static bool
open_and_close(void *ctx)
{
	const struct bx_stream_wish wish = { .visitor = &nobody };
	struct house house;
	struct tap tap;
	size_t *failing = ctx;
	bool opened;

	house_open(&house);
	unit_fail_allocation(++*failing);
	opened = try_open(&house, &tap, &wish) == BX_OK;
	unit_fail_allocation(0);
	CU_ASSERT_EQUAL(bx_session_has_stream(house.session), opened);
	close(&house, &tap, 0);
	house_close(&house);
	return opened;
}

static void
without_memory_there_is_no_stream(void)
{
	size_t failing = 0;

	while (!open_and_close(&failing))
		continue;
	CU_ASSERT_EQUAL(failing, 4);
}

/* There is room for two. */
static void
what_was_lost_has_room_beside_what_waits(void)
{
	struct house house;
	struct tap tap;

	house_open(&house);
	begin(&house, &tap);
	house_deliver(&house, BX_OK);
	house_deliver(&house, BX_OK);
	(void)take(&house, &tap);
	house_deliver(&house, BX_OK);
	house_deliver(&house, BX_OK);
	/* In mid chunk. */
	close(&house, &tap, 0);
	house_deliver(&house, BX_OK);
	open(&house, &tap);
	(void)take(&house, &tap);
	house_deliver(&house, BX_OK);
	bx_session_chunk_sent(&tap.stream, 0);
	(void)write(&house, &tap, 6, 0);
	close(&house, &tap, 0);
	house_close(&house);
}

static void
a_full_queue_ends_nothing_while_the_first_chunk_is_written(void)
{
	struct house house;
	struct tap tap;

	house_open(&house);
	house_deliver(&house, BX_OK);
	house_deliver(&house, BX_OK);
	open(&house, &tap);
	(void)take(&house, &tap);
	house_deliver(&house, BX_OK);
	bx_session_chunk_sent(&tap.stream, 0);
	(void)write(&house, &tap, 3, 0);
	/* And from then on it is as large as ever. */
	house_deliver(&house, BX_OK);
	(void)take(&house, &tap);
	house_deliver(&house, BX_OK);
	house_deliver(&house, BX_OK);
	(void)bx_session_ref(house.session);
	house_deliver(&house, BX_EGONE);
	close(&house, &tap, 0);
	bx_session_unref(house.session);
	house_close(&house);
}

static const struct unit_test tests[] = {
	{ "what was lost with a stream has room beside what waits",
	    what_was_lost_has_room_beside_what_waits },
	{ "a full queue ends nothing while the first chunk is written",
	    a_full_queue_ends_nothing_while_the_first_chunk_is_written },
	{ "the first chunk says where the client is",
	    the_first_chunk_says_where_the_client_is },
	{ "while a chunk is written nothing more is taken",
	    while_a_chunk_is_written_nothing_more_is_taken },
	{ "a client that does not read overflows",
	    a_client_that_does_not_read_overflows },
	{ "one that reads has room for a burst",
	    one_that_reads_has_room_for_a_burst },
	{ "a stream beats, however much is written",
	    a_stream_beats_however_much_is_written },
	{ "a lazy message goes out with the next chunk, or at its time",
	    a_lazy_message_goes_out_with_the_next_chunk_or_at_its_time },
	{ "lazy messages do not overflow while nothing is written",
	    lazy_messages_do_not_overflow_while_nothing_is_written },
	{ "what comes again is lazy no more",
	    what_comes_again_is_lazy_no_more },
	{ "rule 96: a session that keeps has its events with connects",
	    rule_96_a_session_that_keeps_has_its_events_with_connects },
	{ "rule 59: who is to go is told on its stream",
	    rule_59_who_is_to_go_is_told_on_its_stream },
	{ "or on the next that it opens", or_on_the_next_that_it_opens },
	{ "a hold beside a stream does not hear of its events",
	    a_hold_beside_a_stream_does_not_hear_of_its_events },
	{ "rule 84: a session does not expire while it has a stream",
	    rule_84_a_session_does_not_expire_while_it_has_a_stream },
	{ "replies and a held connect leave events to the stream",
	    replies_and_a_held_connect_leave_events_to_the_stream },
	{ "a hold beside a stream ends at its own time",
	    a_hold_beside_a_stream_ends_at_its_own_time },
	{ "a hold waits no more for what a stream has taken",
	    a_hold_waits_no_more_for_what_a_stream_has_taken },
	{ "events that are kept have no more room for a stream",
	    events_that_are_kept_have_no_more_room_for_a_stream },
	{ "what was not handed over waits again",
	    what_was_not_handed_over_waits_again },
	{ "what was handed over comes again to who has not got it",
	    what_was_handed_over_comes_again_to_who_has_not_got_it },
	{ "nothing comes twice to who does not say what it has",
	    nothing_comes_twice_to_who_does_not_say_what_it_has },
	{ "who comes too late has to shake hands",
	    who_comes_too_late_has_to_shake_hands },
	{ "a newer stream takes over what the older has in hand",
	    a_newer_stream_takes_over_what_the_older_has_in_hand },
	{ "or who has that already does not get it again",
	    or_who_has_that_already_does_not_get_it_again },
	{ "an idle stream is superseded at once",
	    an_idle_stream_is_superseded_at_once },
	{ "rule 46: a stream counts as a held connect",
	    rule_46_a_stream_counts_as_a_held_connect },
	{ "a shutdown ends every stream", a_shutdown_ends_every_stream },
	{ "the end of a session ends its stream, with what waits",
	    the_end_of_a_session_ends_its_stream_with_what_waits },
	{ "without memory there is no stream",
	    without_memory_there_is_no_stream },
};

UNIT_MAIN("session_stream", tests)
