/*
 * ledger.h - who is in which room, what was sent there, and who has got it.
 *
 * A room is a channel.  Client c is in rooms c, c + stride, c + 2 stride ...,
 * counted around, so that rooms are the same size and neighbours meet others.
 * A stream is all that one sender sends to one room, numbered from 0; for each
 * stream of each room it is in, a client has a window.
 *
 * Ownership: the run owns the ledger and all that is in it.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_LEDGER_H
#define LOAD_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "window.h"

struct load_stream {
	uint32_t room;
	uint32_t slot; /* among the streams of its room */
	uint32_t sent; /* and the number of the next */
};

struct load_ledger {
	uint32_t clients;
	uint32_t rooms;
	uint32_t per_client;
	uint32_t stride;
	uint32_t slots; /* streams of the room that has the most */
	uint32_t stream_count;
	uint32_t stream_cap;
	struct load_stream *streams;
	uint32_t *members;  /* of each room */
	uint32_t *speakers; /* streams of each room */
	struct load_window *windows;
	uint64_t fresh; /* messages that came for the first time */
	uint64_t gaps;	/* of those that have left */
};

enum load_ledger_verdict {
	LOAD_LEDGER_FRESH,
	LOAD_LEDGER_DOUBLED,
	LOAD_LEDGER_MISORDERED,
	LOAD_LEDGER_FOREIGN /* never sent, or not to this client */
};

/* per_client is at most rooms.  Streams are added before anything is taken. */
void load_ledger_init(struct load_ledger *ledger, uint32_t clients,
    uint32_t rooms, uint32_t per_client);
void load_ledger_fini(struct load_ledger *ledger);

/* The room that is the client's nth. */
uint32_t load_ledger_room(const struct load_ledger *ledger, uint32_t client,
    uint32_t nth);

/* A new stream into room; its number. */
uint32_t load_ledger_add(struct load_ledger *ledger, uint32_t room);

/* All streams are there. */
void load_ledger_open(struct load_ledger *ledger);

/* client has received that number of stream. */
enum load_ledger_verdict load_ledger_take(struct load_ledger *ledger,
    uint32_t client, uint32_t stream, uint32_t number);

/* client goes, and another may come in its place: what it did not get
 * between two messages that it got are gaps. */
void load_ledger_leave(struct load_ledger *ledger, uint32_t client);

/* How many messages clients from first to end - 1 were to get, and how many
 * of those are missing. */
uint64_t load_ledger_expected(const struct load_ledger *ledger, uint32_t first,
    uint32_t end);
uint64_t load_ledger_missing(const struct load_ledger *ledger, uint32_t first,
    uint32_t end);

#endif
