/*
 * client.h - a Bayeux session as a client has it: handshake, subscribe, and a
 * connect that is always on its way.
 *
 *	state \ event	join	 replied	leave	 failed	 vanish
 *	OUT		SHAKING	 -		-	 -	 -
 *	SHAKING		-	 SUBSCRIBING*	-	 OUT	 OUT
 *	SUBSCRIBING	-	 CONNECTING	-	 OUT	 OUT
 *	CONNECTING	-	 IN		-	 OUT	 OUT
 *	IN		-	 IN		LEAVING	 OUT	 OUT
 *	LEAVING		-	 OUT**		-	 OUT	 OUT
 *	* CONNECTING without subscriptions  ** when both replies are there
 *
 * The first connect says that it will not wait, so that every server answers
 * it at once; the client is in when it has sent the next.
 *
 * Ownership: the run owns its clients; the wire is borrowed for as long.
 * Reentrancy: events may call any function here for any client, join, leave
 * and vanish for the client itself too, but for on_poll's.
 */
#ifndef LOAD_CLIENT_H
#define LOAD_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "stats.h"
#include "wire.h"

struct load_client;
struct load_message;

enum load_client_state {
	LOAD_CLIENT_OUT,
	LOAD_CLIENT_SHAKING,
	LOAD_CLIENT_SUBSCRIBING,
	LOAD_CLIENT_CONNECTING,
	LOAD_CLIENT_IN,
	LOAD_CLIENT_LEAVING
};

/* What a client tells about; ctx is that of load_client_init. */
struct load_client_events {
	/* It is in. */
	void (*on_in)(struct load_client *client, void *ctx);
	/* It is out, by its own will or by an error, and was that before. */
	void (*on_out)(struct load_client *client, enum load_client_state was,
	    void *ctx);
	/* A message has come; borrowed until return. */
	void (*on_message)(struct load_client *client,
	    const struct load_message *message, void *ctx);
	/* All of a reply was looked at, and the next connect is sent. */
	void (*on_poll)(struct load_client *client, void *ctx);
	/* Append the names to subscribe to, as the members of an array. */
	void (*on_subscribe)(struct load_client *client,
	    struct load_bytes *names, void *ctx);
};

struct load_client_host {
	struct load_wire *wire;
	struct load_stats *stats;
	const struct load_client_events *events;
	void *ctx;
};

#define LOAD_CLIENT_ID_MAX 64

struct load_client {
	const struct load_client_host *host;
	uint32_t number; /* and its lane */
	enum load_client_state state;
	bool subscribes;
	bool is_lost;  /* whatever goes wrong for it is its own fault */
	load_nsec due; /* when it was to join */
	char id[LOAD_CLIENT_ID_MAX];
	char *cookie;	       /* owned; NULL for none */
	struct load_call call; /* handshake, subscribe, connect */
	struct load_call leave;
};

/* host is borrowed for as long as the client lives. */
void load_client_init(struct load_client *client,
    const struct load_client_host *host, uint32_t number);
void load_client_fini(struct load_client *client);

/* Begin to join, which was due then. */
void load_client_join(struct load_client *client, load_nsec due);

/* Send a disconnect; for a client that is in. */
void load_client_leave(struct load_client *client);

/* Be gone without a word.  Where connections are multiplexed a client that
 * has a call out cannot, and nothing happens. */
void load_client_vanish(struct load_client *client);

/* The Cookie header of the client's requests. */
const char *load_client_cookie(const struct load_client *client);

/*
 * Look at the reply to one of the client's calls: count what is wrong with
 * it, and hand on the messages it has.  Returns how many messages there were
 * that are no events and say that they have succeeded.
 */
uint32_t load_client_read(struct load_client *client,
    const struct load_call *call, enum load_outcome outcome,
    const struct load_reply *reply);

#endif
