/*
 * world_private.h - the inside of a world, for world*.c.
 *
 * Ownership: as world.h says; a request's exchange is its own until it is
 * closed.
 */
#ifndef TEST_MODEL_WORLD_PRIVATE_H
#define TEST_MODEL_WORLD_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/channel_rules.h"
#include "engine/client_id.h"
#include "engine/engine.h"
#include "engine/exchange.h"
#include "engine/host.h"
#include "engine/plugin.h"
#include "engine/stream.h"
#include "test/model/ledger.h"
#include "test/model/world.h"

#define WORLD_REQUESTS 32
#define WORLD_EVENTS 4096
#define WORLD_TEXT 2048

struct world_request {
	struct bx_exchange *exchange; /* NULL: there is none */
	struct ledger_session *session;
	struct world_client *client;
	enum step_op op;
	enum step_fate fate;
	bool acks;	  /* a handshake's wish */
	bool connects;	  /* it has a connect, */
	unsigned connect; /* which is that session's so manyeth */
	bool may_wait;	  /* and may be held */
	bx_msec until;
	bool overtaken; /* by a newer connect or stream */
	bool held;	/* it was seen to wait */
	bool granted;	/* its session was there */
	bool answered;
	bool failed;	      /* its connect's reply says so */
	bool last;	      /* of a stream */
	bool blind;	      /* the client sees nothing more of a stream */
	unsigned first, sent; /* numbers of what it publishes, and how many */
	unsigned accepted;    /* a bit for each */
	unsigned replied;     /* how many of them were answered */
	unsigned published;   /* when it was processed */
	uint64_t batch;	      /* it says */
	uint64_t event;
	char id[BX_CLIENT_ID_LENGTH + 1]; /* a handshake's new one */
	size_t count;
	unsigned numbers[WORLD_EVENTS];
};

struct world_client {
	char id[BX_CLIENT_ID_LENGTH + 1];
	struct ledger_session *session; /* NULL: it has never come */
	uint64_t batch;			/* the last that it has seen */
	uint64_t event;			/* the same, of a stream */
};

struct world {
	struct bx_env env;
	struct bx_settings settings;
	struct bx_channel_rule lazy;
	struct bx_engine *engine;
	struct bx_host *host;
	uint64_t random;
	bx_msec now;
	bool closing, ending;
	struct ledger ledger;
	char ids[LEDGER_SESSIONS][BX_CLIENT_ID_LENGTH + 1];
	uint64_t taken[LEDGER_SESSIONS]; /* in which turn, last */
	uint64_t turn;
	struct world_client clients[STEP_CLIENTS];
	struct world_request requests[WORLD_REQUESTS];
	struct world_request *starting;
	struct bx_session *local;
	struct ledger_session *local_owed;
	size_t local_count;
	unsigned local_numbers[WORLD_EVENTS];
	uint64_t accepted;
	char text[WORLD_TEXT]; /* of a request */
};

/* world_plugin.c: what the engine tells. */
extern const struct bx_plugin world_plugin;
/* There is no way to tell a plugin whose it is. */
extern struct world *world_current;
struct ledger_session *world_find(struct world *world, const char *id);
/* Is it there for its client, by what the engine says? */
bool world_is_there(const struct world *world, const char *id);
bool world_publish_local(struct world *world, const char *channel);
unsigned world_number(struct bx_slice json);

/* world_request.c: a step that is a request. */
void world_ask(struct world *world, const struct step *step);

/* world_answer.c: answers, and what becomes of them. */
void world_drain(struct world *world);
void world_close(struct world *world, struct world_request *request,
    bool handed_over);
/* An answer that was late is over. */
void world_finish(struct world *world, struct world_request *request,
    enum step_fate fate);

#endif
