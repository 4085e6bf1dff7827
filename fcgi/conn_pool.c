/*
 * conn_pool.c - all connections of the process.
 */
#include "conn_private.h"

#define RESERVE_MIN 4096 /* one request and its 503 */

void
fcgi_conn_pool_init(struct fcgi_conn_pool *pool)
{
	bx_list_init(&pool->open);
	bx_list_init(&pool->dirty);
	bx_list_init(&pool->dead);
	fcgi_idle_list_init(&pool->silent, FCGI_CONN_SILENT_LIMIT);
	fcgi_idle_list_init(&pool->stalled, FCGI_CONN_STALLED_LIMIT);
	fcgi_idle_list_init(&pool->lingering, FCGI_CONN_LINGER_LIMIT);
	fcgi_idle_list_init(&pool->unwatched, FCGI_CONN_UNWATCHED_LIMIT);
	fcgi_idle_list_init(&pool->kept, FCGI_CONN_KEPT_LIMIT);
	fcgi_pace_init(&pool->pace);
	pool->reserve = NULL;
	pool->reserve_size = 0;
	pool->begun_without = 0;
	pool->last_serial = 0;
	pool->complain_at = 0;
	pool->lost_since = 0;
	pool->lost = 0;
	pool->count = 0;
	pool->requests = 0;
}

void
fcgi_conn_pool_fini(struct fcgi_conn_pool *pool)
{
	while (!bx_list_is_empty(&pool->open))
		fcgi_conn_close(BX_LIST_ENTRY(pool->open.next,
				    struct fcgi_conn, link),
		    NULL);
	(void)fcgi_conn_reap(pool);
	fcgi_conn_pool_spend(pool);
}

void
fcgi_conn_pool_spend(struct fcgi_conn_pool *pool)
{
	if (pool->reserve == NULL)
		return;
	bx_free(pool->context->env, pool->reserve);
	pool->reserve = NULL;
}

/* When memory is in pieces, a smaller one does as well for a while. */
bool
fcgi_conn_pool_is_reserved(struct fcgi_conn_pool *pool)
{
	size_t size = pool->reserve_size;

	for (; pool->reserve == NULL && size >= RESERVE_MIN; size /= 4)
		pool->reserve = bx_alloc(pool->context->env, size);
	return pool->reserve != NULL || pool->reserve_size == 0;
}

/* A web server that asks at this moment would have to tell its client that
 * there was no answer: hence the limit of the list, and the peek. */
void
fcgi_conn_pool_make_room(struct fcgi_conn_pool *pool)
{
	struct fcgi_idle *item;
	struct fcgi_conn *conn;

	while (pool->count > pool->crowded &&
	    (item = fcgi_idle_list_take_expired(&pool->kept,
		 pool->context->now)) != NULL) {
		conn = FCGI_IDLE_OWNER(item, struct fcgi_conn, silent);
		if (!fcgi_conn_peek(conn))
			fcgi_conn_close(conn, NULL);
	}
	if (pool->count > pool->crowded)
		fcgi_conn_look_closer(pool);
}

void
fcgi_conn_flush_all(struct fcgi_conn_pool *pool)
{
	struct bx_list *link;

	/* Flushing puts none on the list. */
	while ((link = bx_list_take_first(&pool->dirty)) != NULL)
		fcgi_conn_flush(BX_LIST_ENTRY(link, struct fcgi_conn, dirty));
}

static void
close_expired(struct fcgi_conn_pool *pool, struct fcgi_idle_list *list,
    const char *reason)
{
	struct fcgi_idle *item;
	struct fcgi_conn *conn;

	while ((item = fcgi_idle_list_take_expired(list,
		    pool->context->now)) != NULL) {
		if (list == &pool->stalled)
			conn =
			    FCGI_IDLE_OWNER(item, struct fcgi_conn, stalled);
		else
			conn = FCGI_IDLE_OWNER(item, struct fcgi_conn, silent);
		fcgi_conn_close(conn, reason);
	}
}

void
fcgi_conn_sweep(struct fcgi_conn_pool *pool)
{
	struct fcgi_context *context = pool->context;
	struct fcgi_request *request;
	struct fcgi_idle *item;
	struct fcgi_conn *conn;

	close_expired(pool, &pool->silent, "silent");
	close_expired(pool, &pool->stalled, "stalled");
	close_expired(pool, &pool->lingering, NULL);
	fcgi_conn_pool_make_room(pool);
	while ((item = fcgi_idle_list_take_expired(&context->incomplete,
		    context->now)) != NULL) {
		request = fcgi_request_of_idle(item);
		conn = request->peer;
		conn->is_unread = true;
		fcgi_conn_settle(conn, request,
		    fcgi_request_time_out(request));
	}
}

static bx_msec
round_up(bx_msec at, bx_msec unit)
{
	return at == BX_NEVER ? at : (at + unit - 1) / unit * unit;
}

bx_msec
fcgi_conn_next_deadline(const struct fcgi_conn_pool *pool)
{
	const struct fcgi_idle_list *lists[] = {
		&pool->silent,
		&pool->stalled,
		&pool->lingering,
		&pool->context->incomplete,
	};
	bx_msec next = BX_NEVER;
	bx_msec at;
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		at = fcgi_idle_list_next(lists[i]);
		if (at < next)
			next = at;
	}
	at = fcgi_idle_list_next(&pool->kept);
	if (pool->count > pool->crowded && at < next)
		next = at;
	/* Rounded, so that the timer is not moved at every byte. */
	return round_up(next, 1000);
}

void
fcgi_conn_look_closer(void *ctx)
{
	struct fcgi_conn_pool *pool = ctx;
	struct bx_list *link;
	struct fcgi_conn *conn;

	while ((link = bx_list_take_first(&pool->unwatched.items)) != NULL) {
		conn = FCGI_IDLE_OWNER(BX_LIST_ENTRY(link, struct fcgi_idle,
					   link),
		    struct fcgi_conn, unwatched);
		fcgi_conn_watch(conn);
		(void)fcgi_conn_peek(conn);
	}
}

void
fcgi_conn_look_out(struct fcgi_conn_pool *pool)
{
	const bx_msec now = pool->context->now;
	struct fcgi_idle *item;
	struct fcgi_conn *conn;

	while ((item = fcgi_idle_list_take_expired(&pool->unwatched, now)) !=
	    NULL)
		fcgi_conn_watch(
		    FCGI_IDLE_OWNER(item, struct fcgi_conn, unwatched));
	while ((item = fcgi_pace_take_late(&pool->pace, now)) != NULL) {
		conn = FCGI_IDLE_OWNER(item, struct fcgi_conn, mark);
		if (!conn->is_unread)
			fcgi_conn_close(conn, NULL);
	}
}

bx_msec
fcgi_conn_next_look_out(const struct fcgi_conn_pool *pool)
{
	bx_msec watch = fcgi_idle_list_next(&pool->unwatched);
	bx_msec late = fcgi_pace_next(&pool->pace);

	return round_up(watch < late ? watch : late, 100);
}

size_t
fcgi_conn_reap(struct fcgi_conn_pool *pool)
{
	struct bx_list *link;
	size_t count;

	for (count = 0; (link = bx_list_take_first(&pool->dead)) != NULL;
	     count++)
		bx_free(pool->context->env,
		    BX_LIST_ENTRY(link, struct fcgi_conn, link));
	return count;
}
