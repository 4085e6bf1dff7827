/* conn.c - one connection of a wire; see conn.h. */
#include "conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "conn_reply.h"
#include "fcgi_request.h"

/* How long a unix socket may have its backlog full, in seconds. */
#define PATIENCE 5

void
load_conn_init(struct load_conn *conn, const struct load_target *target,
    int poller, uint32_t index)
{
	conn->target = target;
	conn->poller = poller;
	conn->index = index;
	conn->fd = -1;
	conn->room = 1;
	bx_list_init(&conn->link);
	bx_list_init(&conn->waiting);
}

void
load_conn_fini(struct load_conn *conn)
{
	load_conn_drop(conn);
	load_bytes_fini(&conn->out);
	load_bytes_fini(&conn->in);
	free(conn->calls);
}

/* Tell epoll what is waited for now. */
static void
watch(struct load_conn *conn, int operation)
{
	struct epoll_event event = {
		.events = (conn->is_paused ? 0u : (uint32_t)EPOLLIN) |
		    (conn->wants_write ? (uint32_t)EPOLLOUT : 0u),
		.data.u64 = (uint64_t)conn->generation << 32 | conn->index,
	};

	(void)epoll_ctl(conn->poller, operation, conn->fd, &event);
}

/* Close the descriptor and be ready for another. */
static void
shut(struct load_conn *conn)
{
	if (conn->fd >= 0)
		(void)close(conn->fd);
	conn->fd = -1;
	conn->generation++;
	conn->state = LOAD_CONN_CLOSED;
	conn->wants_write = false;
	conn->in_needed = 0;
	load_bytes_clear(&conn->out);
	load_bytes_clear(&conn->in);
	fcgi_record_decoder_init(&conn->decoder);
}

void
load_conn_drop(struct load_conn *conn)
{
	shut(conn);
	for (uint32_t i = 0; i < conn->calls_cap; i++) {
		if (conn->calls[i] == NULL)
			continue;
		conn->calls[i]->is_out = false;
		conn->calls[i] = NULL;
	}
	conn->busy = 0;
	conn->calls_free = 0;
}

void
load_conn_fail(struct load_conn *conn, enum load_outcome outcome)
{
	struct load_call **calls = conn->calls;
	uint32_t count = conn->calls_cap;
	int error = conn->error;

	/* What the calls' owners do next may fill the table again. */
	shut(conn);
	conn->calls = NULL;
	conn->calls_cap = 0;
	conn->calls_free = 0;
	conn->busy = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (calls[i] == NULL)
			continue;
		calls[i]->is_out = false;
		calls[i]->error = error;
		calls[i]->on_end(calls[i], outcome, NULL);
	}
	free(calls);
}

/*
 * A unix socket whose backlog is full says so at once, and by no event when
 * that has changed: it is waited for instead.
 */
static bool
begin_connect(struct load_conn *conn)
{
	const struct sockaddr *address =
	    (const struct sockaddr *)&conn->target->address;
	bool is_local = address->sa_family == AF_UNIX;
	const struct timeval patience = { .tv_sec = PATIENCE };
	int one = 1;

	conn->fd = socket(address->sa_family,
	    SOCK_STREAM | SOCK_CLOEXEC | (is_local ? 0 : SOCK_NONBLOCK), 0);
	if (conn->fd < 0)
		return false;
	if (is_local)
		(void)setsockopt(conn->fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		    sizeof(patience));
	else
		(void)setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
	conn->state = LOAD_CONN_OPEN;
	if (connect(conn->fd, address, conn->target->address_len) == 0)
		return true;
	conn->state = LOAD_CONN_OPENING;
	conn->wants_write = true;
	return !is_local && errno == EINPROGRESS;
}

static bool
open_conn(struct load_conn *conn)
{
	bool began = begin_connect(conn);

	conn->error = began ? 0 : errno;
	if (began)
		watch(conn, EPOLL_CTL_ADD);
	return began;
}

/* Write what there is; false when the connection is broken. */
static bool
flush(struct load_conn *conn)
{
	bool wants_write;

	while (conn->out.len > 0) {
		ssize_t sent = send(conn->fd, conn->out.at, conn->out.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			break;
		if (sent < 0)
			return false;
		load_bytes_drop(&conn->out, (size_t)sent);
	}
	wants_write = conn->out.len > 0;
	if (wants_write != conn->wants_write) {
		conn->wants_write = wants_write;
		watch(conn, EPOLL_CTL_MOD);
	}
	if (!wants_write)
		load_bytes_clear(&conn->out);
	return true;
}

/* A request id that is free; the table grows with the ids in use. */
static uint32_t
take_slot(struct load_conn *conn)
{
	uint32_t slot = conn->calls_free, cap = conn->calls_cap;

	while (slot < cap && conn->calls[slot] != NULL)
		slot++;
	if (slot == cap) {
		uint32_t more = cap == 0 ? 1 : cap * 2;
		struct load_call **calls =
		    load_alloc(more, sizeof(struct load_call *));

		if (conn->calls != NULL)
			memcpy(calls, conn->calls,
			    cap * sizeof(struct load_call *));
		free(conn->calls);
		conn->calls = calls;
		conn->calls_cap = more;
	}
	conn->calls_free = slot + 1;
	return slot;
}

static void
format(struct load_conn *conn, const struct load_call *call, uint32_t slot)
{
	const struct bx_slice body = { call->body.at, call->body.len };

	if (conn->target->is_fcgi)
		load_fcgi_request_format(&conn->out, conn->target,
		    (uint16_t)(slot + 1), call->cookie, body);
	else
		load_http_format(&conn->out, conn->target, call->cookie, body);
}

void
load_conn_send(struct load_conn *conn, struct load_call *call)
{
	bool works = conn->state != LOAD_CONN_CLOSED || open_conn(conn);
	enum load_outcome outcome = works ? LOAD_CLOSED : LOAD_NOT_OPENED;
	uint32_t slot = take_slot(conn);

	conn->calls[slot] = call;
	conn->busy++;
	call->is_out = true;
	/* A part of a reply may have come before a connection broke. */
	load_bytes_clear(&call->reply);
	if (works)
		format(conn, call, slot);
	load_bytes_clear(&call->body);
	if (works && conn->state == LOAD_CONN_OPEN)
		works = flush(conn);
	if (!works)
		load_conn_fail(conn, outcome);
}

void
load_conn_pause(struct load_conn *conn, bool is_paused)
{
	if (conn->is_paused == is_paused)
		return;
	conn->is_paused = is_paused;
	if (conn->fd >= 0)
		watch(conn, EPOLL_CTL_MOD);
}

/* false when the connection has failed instead. */
static bool
finish_connect(struct load_conn *conn)
{
	socklen_t len = sizeof(conn->error);

	(void)getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &conn->error, &len);
	if (conn->error != 0)
		return false;
	conn->state = LOAD_CONN_OPEN;
	return true;
}

static void
on_readable(struct load_conn *conn, char *scratch, size_t size)
{
	ssize_t len = recv(conn->fd, scratch, size, MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0)
		load_conn_fail(conn, LOAD_CLOSED);
	else if (conn->target->is_fcgi)
		load_conn_take_records(conn, scratch, (size_t)len);
	else
		load_conn_take_http(conn, scratch, (size_t)len);
}

void
load_conn_ready(struct load_conn *conn, uint32_t events, char *scratch,
    size_t size)
{
	bool is_over = (events & (EPOLLHUP | EPOLLERR)) != 0;

	if (conn->state == LOAD_CONN_OPENING) {
		if (!finish_connect(conn)) {
			load_conn_fail(conn, LOAD_NOT_OPENED);
			return;
		}
		events |= EPOLLOUT;
	}
	if ((events & EPOLLOUT) != 0 && !flush(conn)) {
		load_conn_fail(conn, LOAD_CLOSED);
		return;
	}
	if ((events & EPOLLIN) != 0)
		on_readable(conn, scratch, size);
	else if (is_over)
		load_conn_fail(conn, LOAD_CLOSED);
}
