/*
 * plugin.h - what a plugin is: one struct of functions that the server calls.
 *
 * A plugin exports one symbol, BX_PLUGIN_SYMBOL, of type const struct
 * bx_plugin.  Every function is optional.  What a plugin may do in return is
 * in host.h, and it may do all of that inside any of these calls.
 *
 * Plugins are called in the order they were added, and for what goes out
 * (publishing, replying) in the reverse order (BAYEUX.md rule 108).
 *
 * Ownership: whatever a function is given is borrowed until it returns, but
 * for the host, which lives until stop has returned, and for sessions that
 * it takes a reference to.
 * Reentrancy: a call of the host's can lead to another call of the plugin.
 * Nothing here may block: every client waits meanwhile.
 */
#ifndef BX_PLUGIN_H
#define BX_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "happening.h"
#include "types.h"
#include "verdict.h"

/* A plugin loads if its major is the server's and its minor not above it.
 * What came with minor 1 is marked so. */
#define BX_PLUGIN_MAJOR 1
#define BX_PLUGIN_MINOR 1
#define BX_PLUGIN_SYMBOL "bayeux_plugin"

struct bx_host;	   /* host.h */
struct bx_heading; /* the same */
struct bx_session;
struct bx_draft;

/* A message from a client.  JSON values are its own bytes, with escapes as it
 * wrote them, or absent. */
struct bx_incoming {
	/* NULL: a handshake, or there is no such session. */
	struct bx_session *session;
	struct bx_slice channel; /* a valid name, decoded */
	struct bx_slice id;	 /* JSON */
	struct bx_slice data;	 /* JSON */
	struct bx_slice ext;	 /* JSON */
	const char *connection_type;
	bx_msec now;
	int64_t received; /* ms since 1970 by the clock on the wall */
	/* 1.1: as JSON, what a message to /meta/subscribe or /meta/unsubscribe
	 * is about; the client's address, "" if it is not known; the name by
	 * which it is logged in at the web server, or NULL. */
	struct bx_slice subscription;
	const char *address;
	const char *user;
	void *call; /* the server's own */
};

enum bx_pass {
	BX_PASS_ON,
	BX_PASS_DELETE /* the reply is 404::message_deleted */
};

/* An event before it is written, once for all who will have it. */
struct bx_event {
	struct bx_session *session; /* who published it, or NULL */
	struct bx_slice channel;    /* a valid name, decoded; to be read */
	struct bx_slice data;	    /* JSON; to be read */
	struct bx_draft *draft;	    /* takes fields and members of ext */
	/* To be set or cleared: it wakes nobody, and goes out with whatever
	 * does, or after so long (BAYEUX.md section 5). */
	bool lazy;
	bx_msec lazy_timeout; /* 0 or less: as configured */
};

/* A reply before it is sent. */
struct bx_replying {
	/* Whom it is for, the new session of a handshake included; NULL: it
	 * is not known. */
	struct bx_session *session;
	struct bx_slice channel; /* a decoded name; absent if it has none */
	struct bx_slice id;	 /* JSON */
	/* That of the message replied to, as JSON.  It is absent for a connect
	 * that was held if it was longer than BX_HELD_EXT_MAX bytes. */
	struct bx_slice ext;
	struct bx_draft *draft; /* takes fields and members of ext */
	int64_t received;	/* as in bx_incoming */
	bool successful;
};

#define BX_HELD_EXT_MAX 1024

/* It and its name outlive the server's use of it, as a module's do. */
struct bx_plugin {
	unsigned major; /* BX_PLUGIN_MAJOR */
	unsigned minor; /* BX_PLUGIN_MINOR */
	size_t size;	/* sizeof(struct bx_plugin) */
	const char *name;

	/* First of all; *ctx goes to all other functions.  false: it cannot,
	 * has logged why, and is not called again. */
	bool (*start)(struct bx_host *host, void **ctx);
	/* Last of all, if it was started: references to sessions are to be
	 * given up by now.  Its services end with it. */
	void (*stop)(void *ctx);

	/* Every message with a valid channel and id, before anything else is
	 * done with it, and once. */
	enum bx_pass (*incoming)(void *ctx, const struct bx_incoming *message);
	/* A handshake was granted.  message->session is the new session; its
	 * reply is not written yet. */
	void (*session_new)(void *ctx, const struct bx_incoming *message);
	/* A session is gone, soon after it went, even one that was there
	 * before the plugin: its id is unknown, and its data is freed when
	 * this returns and nobody refers to it. */
	void (*session_gone)(void *ctx, struct bx_session *session,
	    enum bx_gone_reason reason);
	/* Every event that a client or plugin publishes or delivers. */
	void (*publishing)(void *ctx, struct bx_event *event);
	/* Every reply, those to messages that incoming has not seen included,
	 * and before what it grants is done.  It may be written twice: then
	 * the last counts.  A session that was kicked while its connect was
	 * held is gone before its reply is written. */
	void (*replying)(void *ctx, const struct bx_replying *reply);

	/* 1.1.  May this be done?  What incoming has not deleted is asked
	 * about next.  To say so later, take a ticket (host.h park) and return
	 * BX_VERDICT_PENDING: the request waits, and nobody else. */
	enum bx_verdict (*policy)(void *ctx, struct bx_question *question);
	/* Something was done, perhaps by a plugin that is not finished. */
	void (*happened)(void *ctx, const struct bx_happening *what);
	/* The headers of an HTTP response, be it of Bayeux, of content or an
	 * error, are about to leave (host.h set_header). */
	void (*heading)(void *ctx, struct bx_heading *heading);
	/* The server was told to end, and answers all that is held; stop comes
	 * later. */
	void (*shutting_down)(void *ctx);
};

#endif
