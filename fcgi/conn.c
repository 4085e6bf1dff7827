/*
 * conn.c - one web server's connection: its life, reading and writing.
 */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "conn_private.h"
#include "engine/exchange.h"
#include "log.h"
#include "response.h"

/* Watch for what there is to do: a peer that does not read its answers is
 * not read from either. */
static void
watch(struct fcgi_conn *conn)
{
	ev_io *watcher = &conn->watcher;
	int events = 0;

	if (conn->output.bytes <= FCGI_CONN_OUTPUT_MAX &&
	    conn->output.count <= FCGI_CONN_RESPONSES_MAX)
		events |= EV_READ;
	if (conn->output.bytes > 0)
		events |= EV_WRITE;
	if (events == EV_READ && fcgi_idle_is_waiting(&conn->unwatched))
		return;
	fcgi_idle_forget(&conn->unwatched);
	if (ev_is_active(watcher) &&
	    events == (watcher->events & (EV_READ | EV_WRITE)))
		return;
	ev_io_stop(conn->pool->loop, watcher);
	ev_io_set(watcher, watcher->fd, events);
	ev_io_start(conn->pool->loop, watcher);
}

/* The peer has been heard, or was not listened to; or all is answered. */
static void
mind_silence(struct fcgi_conn *conn)
{
	struct fcgi_conn_pool *pool = conn->pool;

	if (conn->state != FCGI_CONN_READING)
		return;
	if ((conn->watcher.events & EV_READ) != 0 &&
	    (conn->is_fresh || !fcgi_record_is_between(&conn->decoder)))
		fcgi_idle_touch(&pool->silent, &conn->silent,
		    pool->context->now);
	else if (conn->requests.count == 0 && conn->output.bytes == 0)
		fcgi_idle_touch(&pool->kept, &conn->silent,
		    pool->context->now);
	else
		fcgi_idle_forget(&conn->silent);
}

static void
on_input(struct fcgi_conn *conn, struct bx_slice input)
{
	switch (conn->state) {
	case FCGI_CONN_READING:
		fcgi_conn_dispatch(conn, input);
		mind_silence(conn);
		break;
	case FCGI_CONN_LINGERING:
	case FCGI_CONN_DEAD:
		break;
	}
}

/* The peer is gone, and so is who waits for the answers.  Many at once are one
 * event, which has one line in the log. */
static void
lose(struct fcgi_conn *conn)
{
	struct fcgi_conn_pool *pool = conn->pool;
	bx_msec now = pool->context->now;

	if (now - pool->lost_since > FCGI_POOL_LOST_WITHIN) {
		pool->lost_since = now;
		pool->lost = 0;
	}
	if (pool->lost < FCGI_POOL_LOST_MANY &&
	    pool->lost + conn->requests.count >= FCGI_POOL_LOST_MANY)
		fcgi_log(BX_LOG_NOTICE,
		    "event=many_left connections=%zu requests=%zu",
		    pool->count, pool->requests);
	pool->lost += conn->requests.count;
	fcgi_conn_close(conn, NULL);
}

/* One read in a turn, so that a connection which always has more to read
 * delays no other. */
static void
read_some(struct fcgi_conn *conn)
{
	char *scratch = (char *)conn->pool->scratch;
	ssize_t got;

	conn->pool->reads++;
	got = recv(conn->watcher.fd, scratch, FCGI_CONN_SCRATCH, 0);
	if (got > 0)
		on_input(conn, (struct bx_slice){ scratch, (size_t)got });
	else if (got == 0 || (errno != EINTR && errno != EAGAIN))
		lose(conn);
}

static void
on_io(struct ev_loop *loop, ev_io *watcher, int revents)
{
	struct fcgi_conn *conn = watcher->data;

	(void)loop;
	if ((revents & EV_WRITE) != 0)
		fcgi_conn_flush(conn);
	if ((revents & EV_READ) == 0 || conn->state == FCGI_CONN_DEAD)
		return;
	read_some(conn);
}

void
fcgi_conn_watch(struct fcgi_conn *conn)
{
	fcgi_idle_forget(&conn->unwatched);
	ev_io_start(conn->pool->loop, &conn->watcher);
}

bool
fcgi_conn_peek(struct fcgi_conn *conn)
{
	char byte;
	ssize_t got = recv(conn->watcher.fd, &byte, 1, MSG_PEEK);

	if (got == 0)
		lose(conn);
	return got > 0;
}

/* Whoever connects has mostly written as well.  What can be answered need not
 * be watched, and a whole request that is held in a busy place has its answer
 * soon: only after a while it is worth the while to hear when its peer leaves.
 * Until then it shows when it is written to; not so over TCP, where the first
 * answer to nobody would count as written. */
static void
begin(struct fcgi_conn *conn)
{
	struct fcgi_conn_pool *pool = conn->pool;

	read_some(conn);
	if (conn->state != FCGI_CONN_READING)
		return;
	if (conn->is_local && conn->is_last && conn->requests.count == 1 &&
	    conn->recent != NULL && conn->recent->intake == NULL &&
	    fcgi_record_is_between(&conn->decoder))
		fcgi_idle_touch(&pool->unwatched, &conn->unwatched,
		    pool->context->now);
	else
		fcgi_conn_watch(conn);
}

bool
fcgi_conn_open(struct fcgi_conn_pool *pool, int fd, bool is_local)
{
	const struct bx_env *env = pool->context->env;
	struct fcgi_conn *conn = bx_alloc(env, sizeof(*conn));

	if (conn == NULL) {
		/* Who is not let in is not told why. */
		fcgi_conn_pool_spend(pool);
		conn = bx_alloc(env, sizeof(*conn));
	}
	if (conn == NULL)
		return false;
	memset(conn, 0, sizeof(*conn));
	conn->pool = pool;
	conn->serial = ++pool->last_serial;
	conn->state = FCGI_CONN_READING;
	conn->is_fresh = true;
	conn->is_local = is_local;
	bx_list_init(&conn->dirty);
	bx_list_init(&conn->link);
	bx_list_append(&pool->open, &conn->link);
	fcgi_idle_init(&conn->silent);
	fcgi_idle_init(&conn->stalled);
	fcgi_idle_init(&conn->unwatched);
	fcgi_idle_init(&conn->mark);
	fcgi_record_decoder_init(&conn->decoder);
	bx_buf_init(&conn->values, env);
	bx_hash_init(&conn->requests, env, pool->seed);
	conn->budget.limit = pool->budget;
	conn->budget.parent = &pool->context->budget;
	fcgi_output_init(&conn->output);
	ev_io_init(&conn->watcher, on_io, fd, EV_READ);
	conn->watcher.data = conn;
	pool->count++;
	fcgi_conn_pool_make_room(pool);
	mind_silence(conn);
	begin(conn);
	return true;
}

static void
forget_requests(struct fcgi_conn *conn)
{
	struct bx_hash_entry *entry;
	struct fcgi_request *request;

	while ((entry = bx_hash_any(&conn->requests)) != NULL) {
		request = BX_HASH_ELEMENT(entry, struct fcgi_request, by_id);
		fcgi_conn_forget(conn, request,
		    request->response != NULL &&
			fcgi_response_is_handed_over(request->response));
	}
}

void
fcgi_conn_close(struct fcgi_conn *conn, const char *reason)
{
	struct fcgi_conn_pool *pool = conn->pool;

	if (conn->state == FCGI_CONN_DEAD)
		return;
	conn->state = FCGI_CONN_DEAD;
	if (reason != NULL)
		fcgi_log(BX_LOG_WARNING,
		    "event=connection_closed reason=%s "
		    "connection=%ju requests=%zu",
		    reason, (uintmax_t)conn->serial, conn->requests.count);
	else
		fcgi_log(BX_LOG_DEBUG,
		    "event=connection_closed "
		    "connection=%ju requests=%zu",
		    (uintmax_t)conn->serial, conn->requests.count);
	ev_io_stop(pool->loop, &conn->watcher);
	(void)close(conn->watcher.fd);
	fcgi_pace_arrive(&pool->pace, &conn->mark);
	bx_list_remove(&conn->dirty);
	fcgi_idle_forget(&conn->silent);
	fcgi_idle_forget(&conn->stalled);
	fcgi_idle_forget(&conn->unwatched);
	forget_requests(conn);
	fcgi_output_fini(&conn->output);
	bx_hash_fini(&conn->requests);
	bx_buf_fini(&conn->values);
	pool->count--;
	bx_list_remove(&conn->link);
	bx_list_append(&pool->dead, &conn->link);
}

void
fcgi_conn_send(struct fcgi_conn *conn, struct fcgi_response *response,
    struct fcgi_request *owner)
{
	struct fcgi_conn_pool *pool = conn->pool;

	if (response == NULL) {
		fcgi_conn_close(conn, "no_memory");
		return;
	}
	fcgi_response_set_owner(response, owner);
	fcgi_output_append(&conn->output, response);
	if (!fcgi_idle_is_waiting(&conn->stalled))
		fcgi_idle_touch(&pool->stalled, &conn->stalled,
		    pool->context->now);
	bx_list_remove(&conn->dirty);
	bx_list_append(&pool->dirty, &conn->dirty);
}

/* Let go of what is written as a whole. */
static void
retire(struct fcgi_conn *conn)
{
	struct fcgi_response *response;
	struct fcgi_request *request;

	while ((response = fcgi_output_take_written(&conn->output)) != NULL) {
		request = fcgi_response_owner(response);
		if (request != NULL && request->state != FCGI_REQUEST_DONE &&
		    !fcgi_response_ends_request(response))
			fcgi_request_go_on(request);
		else if (request != NULL)
			fcgi_conn_forget(conn, request, true);
		else
			fcgi_response_free(response);
	}
}

/* The last END_REQUEST is out.  Closing while the peer still sends would
 * reset the connection, and could destroy what is on its way to the peer. */
static void
end(struct fcgi_conn *conn)
{
	struct fcgi_conn_pool *pool = conn->pool;
	bool is_mark = conn->is_woken &&
	    fcgi_pace_send(&pool->pace, &conn->mark, pool->context->now);

	if (!is_mark && !conn->is_unread &&
	    fcgi_record_is_between(&conn->decoder)) {
		fcgi_conn_close(conn, NULL);
		return;
	}
	conn->state = FCGI_CONN_LINGERING;
	(void)shutdown(conn->watcher.fd, SHUT_WR);
	fcgi_idle_forget(&conn->unwatched);
	fcgi_idle_touch(&pool->lingering, &conn->silent, pool->context->now);
	watch(conn);
}

void
fcgi_conn_flush(struct fcgi_conn *conn)
{
	struct fcgi_conn_pool *pool = conn->pool;
	size_t before = conn->output.bytes;
	enum fcgi_output_status status;

	if (conn->state != FCGI_CONN_READING)
		return;
	bx_list_remove(&conn->dirty);
	status = fcgi_output_write(&conn->output, conn->watcher.fd);
	retire(conn);
	switch (status) {
	case FCGI_OUTPUT_BROKEN:
		lose(conn);
		return;
	case FCGI_OUTPUT_EMPTY:
		fcgi_idle_forget(&conn->stalled);
		if (conn->is_last && conn->requests.count == 0) {
			end(conn);
			return;
		}
		break;
	case FCGI_OUTPUT_LATER:
		if (conn->output.bytes < before)
			fcgi_idle_touch(&pool->stalled, &conn->stalled,
			    pool->context->now);
		break;
	}
	watch(conn);
	mind_silence(conn);
}

/* Where no other request waits there is nothing to write together with. */
void
fcgi_conn_answer(struct fcgi_request *request)
{
	struct fcgi_conn *conn = request->peer;

	conn->is_woken = bx_exchange_was_woken(request->exchange);
	fcgi_conn_settle(conn, request, fcgi_request_answer(request));
	if (conn->requests.count == 1)
		fcgi_conn_flush(conn);
}

void
fcgi_conn_settle_request(struct fcgi_request *request, enum bx_status status)
{
	struct fcgi_conn *conn = request->peer;

	/* One that is being closed lets go of all its requests. */
	if (conn->state == FCGI_CONN_READING)
		fcgi_conn_settle(conn, request, status);
}
