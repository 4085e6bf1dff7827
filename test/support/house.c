/*
 * house.c - a table of sessions with one session in it, without an engine.
 */
#include "test/support/house.h"

#include "engine/message.h"
#include "engine/session_queue.h"
#include "test/support/unit.h"

static const uint64_t seed[2] = { 1, 2 };

void
house_open(struct house *house)
{
	const struct bx_settings defaults = BX_SETTINGS_DEFAULT;

	house->settings = defaults;
	house->settings.max_queue_messages = 2;
	house->settings.max_sessions = 2;
	house->tree = bx_channel_tree_new(unit_env(), seed);
	CU_ASSERT_PTR_NOT_NULL_FATAL(house->tree);
	house->sessions =
	    bx_sessions_new(unit_env(), &house->settings, house->tree, seed);
	CU_ASSERT_PTR_NOT_NULL_FATAL(house->sessions);
	CU_ASSERT_EQUAL_FATAL(bx_session_new(house->sessions, 0,
				  &house->session),
	    BX_OK);
}

void
house_close(struct house *house)
{
	bx_sessions_free(house->sessions);
	bx_channel_tree_free(house->tree);
}

void
house_deliver(struct house *house, enum bx_status expected)
{
	struct bx_message *message = bx_message_new(unit_env(), "{}", 2);

	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_EQUAL(bx_session_deliver(house->session, message), expected);
	bx_message_unref(message);
}
