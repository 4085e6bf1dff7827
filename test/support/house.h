/*
 * house.h - a table of sessions with one session in it, without an engine.
 *
 * Ownership: a house lives on the test's stack; the table owns the session.
 */
#ifndef TEST_SUPPORT_HOUSE_H
#define TEST_SUPPORT_HOUSE_H

#include "engine/channel.h"
#include "engine/sessions.h"
#include "engine/settings.h"
#include "engine/status.h"

struct house {
	struct bx_settings settings;
	struct bx_channel_tree *tree;
	struct bx_sessions *sessions;
	struct bx_session *session;
};

/* Room for two sessions, and for two messages in a queue. */
void house_open(struct house *house);
void house_close(struct house *house);

/* Deliver a message to the session, which is to return expected. */
void house_deliver(struct house *house, enum bx_status expected);

#endif
