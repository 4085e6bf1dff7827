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
 * Reentrancy: all of it may be called in every call of plugin.h, and from the
 * server's thread alone: another has to wake that by a descriptor (watch).  Who
 * publishes or delivers in publishing or happened is called again for that.
 */
#ifndef BX_HOST_H
#define BX_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "content.h"
#include "types.h"
#include "verdict.h"

struct bx_draft;
struct bx_heading;
struct bx_host;
struct bx_incoming;
struct bx_session;
struct bx_ticket;
struct bx_timer;
struct bx_watch;

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

/* To "/service/" name; message->session, never NULL, is the sender.  Answers
 * are delivered with the message's channel and id, none, one or several, now or
 * later (rules 66, 107). */
typedef void bx_service_fn(const struct bx_incoming *message, void *ctx);

/* A message for a local client. */
struct bx_delivered {
	struct bx_slice channel; /* decoded */
	struct bx_slice data;	 /* JSON, as all that follows */
	struct bx_slice id;	 /* if it was sent to this client alone */
	struct bx_slice ext;
	struct bx_slice client_id; /* a string: if a local client published it,
				    * that one's id */
};
typedef void bx_local_fn(struct bx_session *local,
    const struct bx_delivered *message, void *ctx);

typedef void bx_timer_fn(void *ctx);

#define BX_WATCH_READ 1u
#define BX_WATCH_WRITE 2u
typedef void bx_watch_fn(unsigned events, void *ctx);

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
	 * size bytes of zeros, which the server frees; what is there already
	 * stays as it is.  NULL: no memory. */
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
	 * or "math/add", until the plugin stops; "**" is for all that nobody
	 * serves by name.  What nobody serves at all is granted all the same,
	 * and never answered.  false: there is one, no memory, or no channel
	 * has that name. */
	bool (*add_service)(struct bx_host *host, const char *name,
	    bx_service_fn *fn, void *ctx);
	/* One of its own; others' are left alone. */
	void (*remove_service)(struct bx_host *host, const char *name);

	/* All that follows came with 1.1. */

	/* Have the message that a service was called with fail: its reply is
	 * not successful, and its error "500:" name ":" text, cut at 255
	 * bytes.  Within the service's own call alone. */
	void (*fail)(const struct bx_incoming *message, const char *text);

	/* In policy: the question will be answered later.  NULL: no memory, or
	 * it was parked already.  resolve answers it, once, whatever has become
	 * of the request; denial and user, which may be NULL, as in the
	 * question; to abstain leaves it to those who come next.  Tickets
	 * end, and deny, when the plugin has stopped. */
	struct bx_ticket *(*park)(struct bx_host *host,
	    struct bx_question *question);
	void (*resolve)(struct bx_host *host, struct bx_ticket *ticket,
	    enum bx_verdict verdict, const struct bx_denial *denial,
	    const char *user);

	/* Who the session's user is; NULL: nobody is logged in.  set_user is
	 * for as long as the session lives; NULL or "" is nobody.  A session
	 * whose user the web server has named is only for requests that it
	 * names the same for, until a plugin names another, here or in policy:
	 * from then on that is not compared.  false: no
	 * memory, or the name is longer than BX_USER_MAX. */
	const char *(*user)(const struct bx_session *session);
	bool (*set_user)(struct bx_session *session, const char *user);

	/* A session for the plugin itself, which needs no handshake and no
	 * connect, and which no policy is asked about.  Its id is hint, of at
	 * most 32 letters, digits, "-" and "_", or begins so if that is in use;
	 * it is no secret, and remote clients cannot use it.  What is published
	 * or delivered to it is given to fn, in order and never from within
	 * another call.  It is there until local_free, for which NULL is legal,
	 * or until the plugin has stopped; if it is kicked, or its queue
	 * overflows, session_gone tells so, and it is to be freed all the same.
	 * NULL: no memory, no such id, max_sessions are there, or the plugin or
	 * the server is stopping. */
	struct bx_session *(*local_new)(struct bx_host *host,
	    const char *hint, bx_local_fn *fn, void *ctx);
	void (*local_free)(struct bx_session *local);
	bool (*is_local)(const struct bx_session *session);

	/* For any session, local or remote; channel may be a pattern.  false:
	 * no memory, no such channel, it has max_subscriptions, or the session
	 * is gone or on its way. */
	bool (*subscribe)(struct bx_host *host, struct bx_session *session,
	    const char *channel);
	bool (*unsubscribe)(struct bx_host *host, struct bx_session *session,
	    const char *channel);
	/* As publish, in the name of a session; what a local client publishes
	 * has its id as "clientId".  false: as publish, or it is gone. */
	bool (*publish_as)(struct bx_host *host, struct bx_session *session,
	    const struct bx_outgoing *message);

	/* Have fn called once, after so many milliseconds.  The timer is over
	 * when fn is called, with cancel, or when the plugin stops.  NULL: no
	 * memory. */
	struct bx_timer *(*add_timer)(struct bx_host *host, bx_msec after,
	    bx_timer_fn *fn, void *ctx);
	void (*cancel_timer)(struct bx_host *host, struct bx_timer *timer);

	/* Have fn called whenever the descriptor can be read or written, or has
	 * failed, until unwatch or the plugin stops.  It stays the plugin's to
	 * close.  NULL: no memory, nothing that can be watched (a file, a
	 * folder, no event), or the server that embeds the engine watches
	 * nothing. */
	struct bx_watch *(*watch)(struct bx_host *host, int fd,
	    unsigned events, bx_watch_fn *fn, void *ctx);
	void (*unwatch)(struct bx_host *host, struct bx_watch *watch);

	/* Serve all HTTP requests for the path, such as "/status", and below
	 * it, under the mount, until the plugin stops; of several paths the
	 * longest.  It goes before Bayeux, which keeps "/".  false:
	 * there is one, no memory, it is no path, or the server that embeds
	 * the engine speaks no HTTP. */
	bool (*add_content)(struct bx_host *host, const char *path,
	    bx_content_fn *fn, void *ctx);
	void (*remove_content)(struct bx_host *host, const char *path);
	/* Of a request, see content.h.  header is absent if there is none. */
	struct bx_request_info (*request_info)(
	    const struct bx_request *request);
	struct bx_slice (*request_header)(const struct bx_request *request,
	    const char *name);
	/* Answer it, whole.  false: no memory or a bad head; nothing was done,
	 * and the request is still to be answered. */
	bool (*respond)(struct bx_request *request,
	    const struct bx_head *head, struct bx_slice body);
	/* The same in pieces; what is written leaves soon.  gone, which may be
	 * NULL, is called if the client goes before end.  write is false if
	 * there is no memory or too much is waiting for the client: the piece
	 * was not taken, and may be written again after a while (timer). */
	bool (*begin)(struct bx_request *request, const struct bx_head *head,
	    bx_request_gone_fn *gone, void *ctx);
	bool (*write)(struct bx_request *request, struct bx_slice piece);
	void (*end)(struct bx_request *request);
	/* Have gone called if the client goes before it is answered. */
	void (*on_gone)(struct bx_request *request, bx_request_gone_fn *gone,
	    void *ctx);

	/* In heading: the status, the path of the request below the mount (it
	 * is absent for what is not there, not known or very long), and a
	 * header in place of those of that name, or beside none; NULL takes
	 * them away.  false: no memory, or it is one of those that say where
	 * the response ends, or no header at all. */
	unsigned (*heading_status)(const struct bx_heading *heading);
	struct bx_slice (*heading_path)(const struct bx_heading *heading);
	bool (*set_header)(struct bx_heading *heading, const char *name,
	    const char *value);

	/* Append text as a JSON string, with its quotes, to what is at
	 * buffer[0..len); the new length, which is above size if it did not
	 * fit.  What is no UTF-8 becomes U+FFFD. */
	size_t (*json_quote)(char *buffer, size_t size, size_t len,
	    struct bx_slice text);
	/* The text of a JSON string, decoded, with a NUL behind; its length, or
	 * SIZE_MAX if it is none or does not fit. */
	size_t (*json_text)(struct bx_slice value, char *buffer, size_t size);
};
/* clang-format on */

#endif
