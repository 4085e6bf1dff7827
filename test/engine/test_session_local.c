/*
 * test_session_local.c - clients inside the process.
 */
#include <stdio.h>
#include <string.h>

#include "engine/client_id.h"
#include "engine/session_local.h"
#include "engine/session_queue.h"
#include "test/support/due.h"
#include "test/support/house.h"
#include "test/support/unit.h"

/* A local client, who notes what he is given, and then does something. */
struct resident {
	struct house *house;
	struct bx_session *session;
	struct resident *answers; /* somebody who is sent the same, or NULL */
	bool leaves;
	bool is_kicked;
	unsigned count;
	char heard[512];
};

/* All of one owner. */
static struct bx_list owned;

static void
send(struct resident *to, const char *text, enum bx_status expected)
{
	struct bx_message *message =
	    bx_message_new(unit_env(), text, strlen(text));

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_EQUAL(bx_session_deliver(to->session, message), expected);
	bx_message_unref(message);
}

#define ARGUMENT(slice) (int)(slice).len, (slice).len > 0 ? (slice).at : ""

static void
hear(struct bx_session *local, const struct bx_delivered *message, void *ctx)
{
	struct resident *resident = ctx;
	size_t used = strlen(resident->heard);

	CU_ASSERT_PTR_EQUAL(local, resident->session);
	resident->count++;
	(void)snprintf(resident->heard + used, sizeof(resident->heard) - used,
	    "%.*s %.*s %.*s %.*s %.*s;", ARGUMENT(message->channel),
	    ARGUMENT(message->data), ARGUMENT(message->id),
	    ARGUMENT(message->ext), ARGUMENT(message->client_id));
	if (resident->answers != NULL)
		send(resident->answers, "{\"channel\":\"/a\",\"data\":1}",
		    BX_OK);
	if (resident->leaves)
		bx_session_local_free(local);
	if (resident->is_kicked)
		bx_session_kick(local);
}

static enum bx_status
try_to_move_in(struct house *house, struct resident *resident,
    const char *hint)
{
	const struct bx_local_client client = { hear, resident, &owned };

	memset(resident, 0, sizeof(*resident));
	resident->house = house;
	return bx_session_local_new(house->sessions, hint, &client,
	    &resident->session);
}

static void
move_in(struct house *house, struct resident *resident, const char *hint)
{
	CU_ASSERT_EQUAL_FATAL(try_to_move_in(house, resident, hint), BX_OK);
}

/* With room for ten. */
static void
open_house(struct house *house)
{
	house_open(house);
	house->settings.max_sessions = 10;
	bx_list_init(&owned);
}

static void
close_house(struct house *house)
{
	bx_session_local_free_all(&owned);
	CU_ASSERT_TRUE(bx_list_is_empty(&owned));
	house_close(house);
}

static void
serve(struct house *house, struct resident *resident, const char *expected)
{
	bx_sessions_serve_locals(house->sessions);
	CU_ASSERT_STRING_EQUAL(resident->heard, expected);
	resident->heard[0] = '\0';
}

static void
a_local_client_is_connected_and_never_expires(void)
{
	struct resident resident;
	struct house house;

	open_house(&house);
	bx_session_end(house.session, BX_GONE_DISCONNECT);
	move_in(&house, &resident, "news");
	CU_ASSERT_STRING_EQUAL(bx_session_id(resident.session), "news");
	CU_ASSERT_STRING_EQUAL(unit_last_log(),
	    "event=local_client session=news");
	CU_ASSERT_EQUAL(bx_session_state(resident.session),
	    BX_SESSION_CONNECTED);
	CU_ASSERT_TRUE(bx_session_is_local(resident.session));
	CU_ASSERT_EQUAL(due_earliest(house.sessions), BX_NEVER);
	bx_sessions_advance(house.sessions, BX_NEVER - 1);
	CU_ASSERT_PTR_EQUAL(bx_session_find_id(house.sessions, "news", 4),
	    resident.session);
	close_house(&house);
}

static void
a_remote_session_is_not_local(void)
{
	struct house house;

	open_house(&house);
	CU_ASSERT_FALSE(bx_session_is_local(house.session));
	bx_session_leave_locals(house.session);
	close_house(&house);
}

static void
an_id_that_is_in_use_gets_a_number(void)
{
	struct resident residents[4];
	struct house house;

	open_house(&house);
	move_in(&house, &residents[0], "a");
	move_in(&house, &residents[1], "a");
	move_in(&house, &residents[2], "a");
	CU_ASSERT_STRING_EQUAL(bx_session_id(residents[1].session), "a-2");
	CU_ASSERT_STRING_EQUAL(bx_session_id(residents[2].session), "a-3");
	bx_session_local_free(residents[1].session);
	move_in(&house, &residents[1], "a");
	CU_ASSERT_STRING_EQUAL(bx_session_id(residents[1].session), "a-2");
	/* Nor can it be that of a remote one. */
	CU_ASSERT_EQUAL(try_to_move_in(&house, &residents[3],
			    bx_session_id(house.session)),
	    BX_EINVAL);
	close_house(&house);
}

static void
a_hint_is_letters_digits_and_two_signs(void)
{
	char longest[BX_CLIENT_ID_LENGTH + 2];
	struct resident resident;
	struct house house;

	open_house(&house);
	CU_ASSERT_EQUAL(try_to_move_in(&house, &resident, ""), BX_EINVAL);
	CU_ASSERT_EQUAL(try_to_move_in(&house, &resident, "a b"), BX_EINVAL);
	CU_ASSERT_EQUAL(try_to_move_in(&house, &resident, "a\""), BX_EINVAL);
	CU_ASSERT_EQUAL(try_to_move_in(&house, &resident, "\xc3\xa4"),
	    BX_EINVAL);
	move_in(&house, &resident, "A_b-9");
	memset(longest, 'x', sizeof(longest));
	longest[BX_CLIENT_ID_LENGTH + 1] = '\0';
	CU_ASSERT_EQUAL(try_to_move_in(&house, &resident, longest), BX_EINVAL);
	longest[BX_CLIENT_ID_LENGTH] = '\0';
	move_in(&house, &resident, longest);
	/* There is no room for a number behind it. */
	CU_ASSERT_EQUAL(try_to_move_in(&house, &resident, longest), BX_EINVAL);
	close_house(&house);
}

static void
local_clients_count_among_the_sessions(void)
{
	struct resident resident;
	struct bx_session *remote;
	struct house house;

	open_house(&house);
	house.settings.max_sessions = 2;
	move_in(&house, &resident, "a");
	CU_ASSERT_EQUAL(bx_sessions_count(house.sessions), 2);
	CU_ASSERT_EQUAL(try_to_move_in(&house, &resident, "b"), BX_EFULL);
	CU_ASSERT_EQUAL(bx_session_new(house.sessions, 0, &remote), BX_EFULL);
	bx_session_local_free_all(&owned);
	CU_ASSERT_EQUAL(bx_session_new(house.sessions, 0, &remote), BX_OK);
	close_house(&house);
}

static void
messages_come_in_order_and_in_parts(void)
{
	struct resident resident;
	struct house house;

	open_house(&house);
	move_in(&house, &resident, "a");
	CU_ASSERT_FALSE(bx_sessions_has_local(house.sessions));
	send(&resident,
	    "{\"channel\":\"/a\",\"data\":[ 1 ],\"id\":\"5\","
	    "\"ext\":{\"x\":1},\"clientId\":\"b\"}",
	    BX_OK);
	send(&resident, "{\"channel\":\"/b\",\"data\":null}", BX_OK);
	CU_ASSERT_TRUE(bx_sessions_has_local(house.sessions));
	CU_ASSERT_EQUAL(resident.count, 0);
	serve(&house, &resident, "/a [ 1 ] \"5\" {\"x\":1} \"b\";/b null   ;");
	CU_ASSERT_FALSE(bx_sessions_has_local(house.sessions));
	serve(&house, &resident, "");
	/* What makes no sense is not made up. */
	send(&resident, "{}", BX_OK);
	serve(&house, &resident, "    ;");
	close_house(&house);
}

static void
what_they_cause_is_for_the_next_round(void)
{
	struct resident one, other;
	struct house house;

	open_house(&house);
	move_in(&house, &one, "a");
	move_in(&house, &other, "b");
	one.answers = &other;
	other.answers = &one;
	send(&one, "{\"channel\":\"/a\",\"data\":1}", BX_OK);
	bx_sessions_serve_locals(house.sessions);
	CU_ASSERT_EQUAL(one.count, 1);
	CU_ASSERT_EQUAL(other.count, 0);
	CU_ASSERT_TRUE(bx_sessions_has_local(house.sessions));
	bx_sessions_serve_locals(house.sessions);
	CU_ASSERT_EQUAL(one.count, 1);
	CU_ASSERT_EQUAL(other.count, 1);
	one.answers = &one;
	bx_sessions_serve_locals(house.sessions);
	bx_sessions_serve_locals(house.sessions);
	CU_ASSERT_EQUAL(one.count, 3);
	close_house(&house);
}

static void
who_leaves_or_is_kicked_is_given_nothing_more(void)
{
	struct resident leaver, kicked;
	struct house house;
	int i;

	open_house(&house);
	move_in(&house, &leaver, "a");
	move_in(&house, &kicked, "b");
	leaver.leaves = true;
	kicked.is_kicked = true;
	for (i = 0; i < 2; i++) {
		send(&leaver, "{}", BX_OK);
		send(&kicked, "{}", BX_OK);
	}
	bx_sessions_serve_locals(house.sessions);
	CU_ASSERT_EQUAL(leaver.count, 1);
	CU_ASSERT_EQUAL(kicked.count, 1);
	CU_ASSERT_EQUAL(bx_session_gone_reason(kicked.session),
	    BX_GONE_KICKED);
	send(&kicked, "{}", BX_EGONE);
	CU_ASSERT_FALSE(bx_sessions_has_local(house.sessions));
	CU_ASSERT_EQUAL(bx_sessions_count(house.sessions), 1);
	close_house(&house);
}

static void
who_is_gone_before_his_turn_is_not_served(void)
{
	struct resident resident;
	struct house house;

	open_house(&house);
	move_in(&house, &resident, "a");
	send(&resident, "{}", BX_OK);
	bx_session_end(resident.session, BX_GONE_CLOSED);
	CU_ASSERT_FALSE(bx_sessions_has_local(house.sessions));
	serve(&house, &resident, "");
	bx_session_local_free(resident.session);
	bx_session_local_free(NULL);
	close_house(&house);
}

static void
twice_the_room_overflows_and_ends_him(void)
{
	struct resident resident;
	struct house house;
	int i;

	open_house(&house);
	move_in(&house, &resident, "a");
	for (i = 0; i < 4; i++)
		send(&resident, "{}", BX_OK);
	CU_ASSERT_TRUE(bx_sessions_is_crowded(house.sessions));
	send(&resident, "{}", BX_EGONE);
	CU_ASSERT_EQUAL(bx_session_gone_reason(resident.session),
	    BX_GONE_OVERFLOW);
	serve(&house, &resident, "");
	close_house(&house);
}

static void
a_lazy_message_does_not_wait(void)
{
	struct bx_message *message = bx_message_new(unit_env(), "{}", 2);
	struct resident resident;
	struct house house;

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	bx_message_set_lazy(message, 1000);
	open_house(&house);
	move_in(&house, &resident, "a");
	CU_ASSERT_EQUAL(bx_session_deliver(resident.session, message), BX_OK);
	bx_message_unref(message);
	serve(&house, &resident, "    ;");
	close_house(&house);
}

static bool
live_a_little(void *ctx)
{
	struct resident resident;
	struct house house;
	enum bx_status status;

	(void)ctx;
	bx_list_init(&owned);
	house_open(&house);
	unit_fail_allocation(*(size_t *)ctx);
	status = try_to_move_in(&house, &resident, "a");
	unit_fail_allocation(0);
	CU_ASSERT_EQUAL(bx_list_is_empty(&owned), status != BX_OK);
	CU_ASSERT_EQUAL(bx_sessions_count(house.sessions),
	    status == BX_OK ? 2 : 1);
	CU_ASSERT(status == BX_OK || status == BX_ENOMEM);
	close_house(&house);
	return status == BX_OK;
}

static void
without_memory_nobody_moves_in(void)
{
	size_t nth = 1;

	while (!live_a_little(&nth))
		nth++;
	CU_ASSERT(nth > 2);
}

static const struct unit_test tests[] = {
	{ "a local client is connected, and never expires",
	    a_local_client_is_connected_and_never_expires },
	{ "a remote session is not local", a_remote_session_is_not_local },
	{ "an id that is in use gets a number",
	    an_id_that_is_in_use_gets_a_number },
	{ "a hint is letters, digits and two signs",
	    a_hint_is_letters_digits_and_two_signs },
	{ "local clients count among the sessions",
	    local_clients_count_among_the_sessions },
	{ "messages come in order and in parts",
	    messages_come_in_order_and_in_parts },
	{ "what they cause is for the next round",
	    what_they_cause_is_for_the_next_round },
	{ "who leaves or is kicked is given nothing more",
	    who_leaves_or_is_kicked_is_given_nothing_more },
	{ "who is gone before his turn is not served",
	    who_is_gone_before_his_turn_is_not_served },
	{ "twice the room overflows and ends him",
	    twice_the_room_overflows_and_ends_him },
	{ "a lazy message does not wait", a_lazy_message_does_not_wait },
	{ "without memory nobody moves in", without_memory_nobody_moves_in },
};

UNIT_MAIN("session_local", tests)
