/*
 * host.h - what the server does for a plugin: one struct of functions.
 *
 * Each plugin has a host of its own, and gives it to the functions that have
 * to know who asks.
 *
 * Ownership: the host is the server's, from start until stop has returned.
 * A session that is returned is borrowed until the plugin's own function
 * returns; ref makes it last.  Slices that are given are copied; those that
 * are returned lie in what was given.
 * Reentrancy: all of it may be called in every call of plugin.h.  Who
 * publishes or delivers in publishing is called again for that event.
 */
#ifndef BX_HOST_H
#define BX_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "types.h"

struct bx_draft;
struct bx_host;
struct bx_session;

/* How long a session may do what; negative: as configured. */
struct bx_times {
	bx_msec timeout;      /* a connect is held */
	bx_msec interval;     /* pause between connects */
	bx_msec max_interval; /* beyond it, before the session expires */
};

/* A message that a plugin sends.  Absent values are left out. */
struct bx_outgoing {
	struct bx_slice channel; /* a name, not escaped */
	struct bx_slice data;	 /* valid JSON; never absent */
	struct bx_slice id;	 /* JSON */
	struct bx_slice ext;	 /* JSON, an object */
	const bool *successful;	 /* of the answer to a remote call, whose
				  * client takes absence for failure (107) */
	bool lazy;		 /* as in bx_event */
	bx_msec lazy_timeout;	 /* the same */
};

/* To "/service/" name; message->session, never NULL, is the sender.  An
 * answer is a deliver with the message's channel and id, now or later (rules
 * 66, 107). */
struct bx_incoming;
typedef void bx_service_fn(const struct bx_incoming *message, void *ctx);

/* clang-format off */
struct bx_host {
	size_t size; /* of this struct, as the server knows it */

	/* A line of key=value text; the plugin's name stands before it. */
	void (*log)(struct bx_host *host, enum bx_log_level level,
	    const char *line);
	/* The configured text for a key of the plugin's own, or NULL; a list
	 * is its elements, with newlines between them. */
	const char *(*option)(struct bx_host *host, const char *key);
	/* Milliseconds since 1970 by the clock on the wall, which may jump. */
	int64_t (*wall_clock)(struct bx_host *host);

	/* The value of the object's last member of that name; absent if there
	 * is none, or object is none. */
	struct bx_slice (*json_member)(struct bx_slice object,
	    const char *name);
	/* A whole number nearer to zero than 2^53; false: it is none. */
	bool (*json_integer)(struct bx_slice value, int64_t *number);

	/* Add a field, or a member of ext, which is not there yet to what is
	 * being written; json has to be valid JSON. */
	void (*add_field)(struct bx_draft *draft, const char *name,
	    struct bx_slice json);
	void (*add_ext)(struct bx_draft *draft, const char *name,
	    struct bx_slice json);

	/* A session's id is a secret. */
	const char *(*session_id)(const struct bx_session *session);
	/* NULL: there is no such session (any more). */
	struct bx_session *(*find_session)(struct bx_host *host,
	    const char *id);
	struct bx_session *(*ref)(struct bx_session *session);
	void (*unref)(struct bx_session *session);

	/* What this plugin keeps with the session; NULL at first. */
	void *(*session_data)(struct bx_host *host,
	    struct bx_session *session);
	/* Replaces what was kept, which is freed.  free_data, which may be
	 * NULL, is called when nobody refers to the session any more, which
	 * can be after stop if another plugin holds on to it until then; it may
	 * do all but use that session.  false: no memory, nothing is kept. */
	bool (*set_session_data)(struct bx_host *host,
	    struct bx_session *session, void *data,
	    void (*free_data)(void *data));
	/* What this plugin keeps with the session; at first that is made of
	 * size bytes of zeros, which the server frees.  NULL: no memory. */
	void *(*session_memory)(struct bx_host *host,
	    struct bx_session *session, size_t size);

	/* How many messages have been queued for the session, ever. */
	uint64_t (*session_queued)(const struct bx_session *session);
	/* The client is told with its next connect.  false: no memory. */
	bool (*set_times)(struct bx_session *session,
	    const struct bx_times *times);
	/* Does it get what it publishes itself?  Only where all of the server,
	 * the channel and the session say so.  false: no memory. */
	bool (*set_broadcast_to_publisher)(struct bx_session *session,
	    bool on);

	/*
	 * From now on events go out with replies to connects alone, and are
	 * kept until they are acknowledged; false: no memory.  close_batch,
	 * called in replying to a connect, numbers that reply, from 1, with
	 * all events that will go with it.  acknowledge frees what went out
	 * with replies up to that number; the rest is sent again (rule 98).
	 */
	bool (*keep)(struct bx_session *session);
	bool (*is_keeping)(const struct bx_session *session);
	uint64_t (*close_batch)(struct bx_session *session);
	void (*acknowledge)(struct bx_session *session, uint64_t batch);

	/* Tell the client to stop (rule 59), with its stream, its connect that
	 * is held or its next one, and end the session with that.  Until then
	 * it can be found, but all else that it sends is from a session
	 * unknown. */
	void (*kick)(struct bx_session *session);

	/* Queue a message on any channel for one session.  false: it is gone,
	 * perhaps by this; there is no memory; or the channel is none. */
	bool (*deliver)(struct bx_host *host, struct bx_session *session,
	    const struct bx_outgoing *message);
	/* Queue a message for all subscribers of a channel which is neither
	 * /meta/ nor /service/.  false: as above. */
	bool (*publish)(struct bx_host *host,
	    const struct bx_outgoing *message);

	/* Have fn called for what is sent to "/service/" name, such as "echo"
	 * or "math/add", until the plugin stops.  What nobody serves is
	 * granted all the same, and never answered.  false: there is one, no
	 * memory, or no channel has that name. */
	bool (*add_service)(struct bx_host *host, const char *name,
	    bx_service_fn *fn, void *ctx);
	/* One of its own; others' are left alone. */
	void (*remove_service)(struct bx_host *host, const char *name);
};
/* clang-format on */

#endif
