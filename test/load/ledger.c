/* ledger.c - rooms, streams, and who has got what; see ledger.h. */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

void
load_ledger_init(struct load_ledger *ledger, uint32_t clients, uint32_t rooms,
    uint32_t per_client)
{
	memset(ledger, 0, sizeof(*ledger));
	ledger->clients = clients;
	ledger->rooms = rooms;
	ledger->per_client = per_client;
	ledger->stride = per_client > 0 ? rooms / per_client : 1;
	ledger->members = load_alloc(rooms, sizeof(*ledger->members));
	ledger->speakers = load_alloc(rooms, sizeof(*ledger->speakers));
	for (uint32_t i = 0; i < clients; i++)
		for (uint32_t nth = 0; nth < per_client; nth++)
			ledger->members[load_ledger_room(ledger, i, nth)]++;
}

void
load_ledger_fini(struct load_ledger *ledger)
{
	free(ledger->members);
	free(ledger->speakers);
	free(ledger->streams);
	free(ledger->windows);
	memset(ledger, 0, sizeof(*ledger));
}

uint32_t
load_ledger_room(const struct load_ledger *ledger, uint32_t client,
    uint32_t nth)
{
	return (client % ledger->rooms + nth * ledger->stride) % ledger->rooms;
}

uint32_t
load_ledger_add(struct load_ledger *ledger, uint32_t room)
{
	uint32_t slot = ledger->speakers[room]++;

	if (ledger->stream_count == ledger->stream_cap) {
		uint32_t cap = ledger->stream_cap * 2 + 16;
		struct load_stream *streams =
		    load_alloc(cap, sizeof(*streams));

		if (ledger->streams != NULL)
			memcpy(streams, ledger->streams,
			    ledger->stream_count * sizeof(*streams));
		free(ledger->streams);
		ledger->streams = streams;
		ledger->stream_cap = cap;
	}
	ledger->streams[ledger->stream_count] =
	    (struct load_stream){ .room = room, .slot = slot };
	if (slot + 1 > ledger->slots)
		ledger->slots = slot + 1;
	return ledger->stream_count++;
}

void
load_ledger_open(struct load_ledger *ledger)
{
	size_t each = (size_t)ledger->per_client * ledger->slots;

	ledger->windows =
	    load_alloc(ledger->clients, each * sizeof(*ledger->windows));
}

/* The windows of a client's nth room. */
static struct load_window *
windows_of(const struct load_ledger *ledger, uint32_t client, uint32_t nth)
{
	size_t place = (size_t)client * ledger->per_client + nth;

	return ledger->windows + place * ledger->slots;
}

static struct load_window *
find_window(const struct load_ledger *ledger, uint32_t client,
    const struct load_stream *stream)
{
	uint32_t first = client % ledger->rooms, distance;

	distance = (stream->room + ledger->rooms - first) % ledger->rooms;
	if (distance % ledger->stride != 0 ||
	    distance / ledger->stride >= ledger->per_client)
		return NULL;
	return windows_of(ledger, client, distance / ledger->stride) +
	    stream->slot;
}

enum load_ledger_verdict
load_ledger_take(struct load_ledger *ledger, uint32_t client, uint32_t stream,
    uint32_t number)
{
	struct load_window *window;

	if (client >= ledger->clients || stream >= ledger->stream_count ||
	    number >= ledger->streams[stream].sent)
		return LOAD_LEDGER_FOREIGN;
	window = find_window(ledger, client, &ledger->streams[stream]);
	if (window == NULL)
		return LOAD_LEDGER_FOREIGN;
	switch (load_window_take(window, number)) {
	case LOAD_WINDOW_DOUBLED:
		return LOAD_LEDGER_DOUBLED;
	case LOAD_WINDOW_MISORDERED:
		ledger->fresh++;
		return LOAD_LEDGER_MISORDERED;
	case LOAD_WINDOW_FRESH:
		break;
	}
	ledger->fresh++;
	return LOAD_LEDGER_FRESH;
}

void
load_ledger_leave(struct load_ledger *ledger, uint32_t client)
{
	struct load_window *windows = windows_of(ledger, client, 0);
	size_t count = (size_t)ledger->per_client * ledger->slots;

	for (size_t i = 0; i < count; i++)
		ledger->gaps += load_window_gaps(&windows[i]);
	memset(windows, 0, count * sizeof(*windows));
}

uint64_t
load_ledger_expected(const struct load_ledger *ledger, uint32_t first,
    uint32_t end)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < ledger->stream_count; i++) {
		const struct load_stream *stream = &ledger->streams[i];

		if (first == 0 && end == ledger->clients)
			sum += (uint64_t)stream->sent *
			    ledger->members[stream->room];
		else
			for (uint32_t c = first; c < end; c++)
				if (find_window(ledger, c, stream) != NULL)
					sum += stream->sent;
	}
	return sum;
}

uint64_t
load_ledger_missing(const struct load_ledger *ledger, uint32_t first,
    uint32_t end)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < ledger->stream_count; i++)
		for (uint32_t c = first; c < end; c++) {
			const struct load_window *window =
			    find_window(ledger, c, &ledger->streams[i]);

			if (window != NULL)
				sum +=
				    ledger->streams[i].sent - window->distinct;
		}
	return sum;
}
