/*
 * conn_records.c - what a connection's records say, and its requests.
 *
 * Only the record that is arriving is looked at, and each piece of it finds
 * its request anew, the most recent one at once: a request may end between two
 * pieces.
 */
#include <string.h>

#include "conn_private.h"
#include "engine/engine.h"
#include "heading.h"
#include "log.h"
#include "response.h"

/* Of the record that is arriving. */
static struct fcgi_request *
find_request(struct fcgi_conn *conn)
{
	const uint16_t id = conn->decoder.request_id;
	struct bx_hash_entry *entry;

	if (conn->recent != NULL && conn->recent->id == id)
		return conn->recent;
	entry = bx_hash_find(&conn->requests, &id, sizeof(id));
	if (entry == NULL)
		return NULL;
	conn->recent = BX_HASH_ELEMENT(entry, struct fcgi_request, by_id);
	return conn->recent;
}

void
fcgi_conn_forget(struct fcgi_conn *conn, struct fcgi_request *request,
    bool handed_over)
{
	bx_hash_remove(&conn->requests, &request->by_id);
	if (conn->recent == request)
		conn->recent = NULL;
	conn->pool->requests--;
	fcgi_request_finish(request, handed_over);
	fcgi_request_free(request);
}

/* 503, whatever it is for. */
static void
turn_away(struct fcgi_conn *conn, uint16_t id, const char *why)
{
	const struct fcgi_context *context = conn->pool->context;
	const struct fcgi_heading_source source = {
		.engine = context->engine,
	};
	struct fcgi_response_head head = { .status = 503 };

	if (bx_engine_has_heading(context->engine))
		head.source = &source;
	fcgi_conn_send(conn, fcgi_response_status(context->env, id, head, why),
	    NULL);
}

/* There is no memory for request id, whose rest nobody reads if is_unread. */
static void
lack_memory(struct fcgi_conn *conn, uint16_t id, bool is_unread)
{
	fcgi_conn_pool_spend(conn->pool);
	if (is_unread)
		conn->is_unread = true;
	turn_away(conn, id, "no_memory");
}

/* There is none for its answer.  A part of that may be out already. */
static void
give_up(struct fcgi_conn *conn, struct fcgi_request *request)
{
	uint16_t id = request->id;
	bool is_unread = request->intake != NULL;

	if (request->is_going_on || request->response != NULL) {
		fcgi_conn_close(conn, "no_memory");
		return;
	}
	fcgi_conn_forget(conn, request, false);
	lack_memory(conn, id, is_unread);
}

void
fcgi_conn_settle(struct fcgi_conn *conn, struct fcgi_request *request,
    enum bx_status status)
{
	if (status == BX_ENOMEM) {
		give_up(conn, request);
		return;
	}
	if (status != BX_OK) {
		fcgi_conn_close(conn, "bad_params");
		return;
	}
	if (request->response != NULL &&
	    fcgi_response_owner(request->response) == NULL)
		fcgi_conn_send(conn, request->response, request);
}

static void
send_records(struct fcgi_conn *conn, const unsigned char *bytes, size_t len)
{
	fcgi_conn_send(conn,
	    fcgi_response_records(conn->pool->context->env, bytes, len), NULL);
}

/*
 * Is there memory for a request that begins?  Once the reserve is spent, every
 * other request has that memory for itself, as it may be one for which much is
 * kept: a connect takes messages away.  Before the others begin it is put back.
 */
static bool
has_memory(struct fcgi_conn_pool *pool)
{
	if (pool->reserve == NULL && pool->begun_without++ % 2 == 0)
		return true;
	return fcgi_conn_pool_is_reserved(pool);
}

/* Why new requests get 503; NULL when they do not. */
static const char *
refusal_of(struct fcgi_conn_pool *pool)
{
	if (pool->refusal != NULL)
		return pool->refusal;
	if (!has_memory(pool))
		return "no_memory";
	if (pool->count <= pool->crowded)
		return NULL;
	if (fcgi_log_is_due(&pool->complain_at, pool->context->now))
		fcgi_log(BX_LOG_WARNING, "event=overloaded connections=%zu",
		    pool->count);
	return "overloaded";
}

static void
begin_request(struct fcgi_conn *conn, uint16_t id)
{
	struct fcgi_conn_pool *pool = conn->pool;
	struct fcgi_request *request;

	request = fcgi_request_new(pool->context, &conn->budget, id,
	    refusal_of(pool));
	if (request == NULL) {
		lack_memory(conn, id, true);
		return;
	}
	bx_hash_add(&conn->requests, &request->by_id, &request->id,
	    sizeof(request->id));
	request->peer = conn;
	conn->recent = request;
	pool->requests++;
}

static bool
has_too_many_requests(const struct fcgi_conn *conn)
{
	return conn->requests.count >= FCGI_CONN_REQUESTS_MAX ||
	    conn->pool->requests >= FCGI_POOL_REQUESTS_MAX;
}

static void
on_begin(struct fcgi_conn *conn)
{
	const struct bx_env *env = conn->pool->context->env;
	uint16_t id = conn->decoder.request_id;
	uint16_t role;
	uint8_t flags;

	if (fcgi_record_begin_parse(&conn->begin, &role, &flags) != BX_OK) {
		fcgi_conn_close(conn, "bad_begin");
		return;
	}
	/* lighttpd, when it has to connect again because the backlog was full,
	 * sends BEGIN and PARAMS once more in front of the same request.  The
	 * request has what it needs already. */
	if (find_request(conn) != NULL)
		return;
	conn->is_fresh = false;
	if ((flags & FCGI_KEEP_CONN) == 0)
		conn->is_last = true;
	if (role != FCGI_RESPONDER) {
		conn->is_unread = true;
		fcgi_conn_send(conn,
		    fcgi_response_end(env, id, FCGI_UNKNOWN_ROLE), NULL);
	} else if (has_too_many_requests(conn)) {
		conn->is_unread = true;
		turn_away(conn, id, "too_many_requests");
	} else {
		begin_request(conn, id);
	}
}

static void
send_end(struct fcgi_conn *conn, uint16_t id)
{
	fcgi_conn_send(conn,
	    fcgi_response_end(conn->pool->context->env, id,
		FCGI_REQUEST_COMPLETE),
	    NULL);
}

/* The client has gone.  Of an answer on its way the rest has to follow, as
 * the records would break otherwise; one that is not is not sent. */
static void
on_abort(struct fcgi_conn *conn)
{
	struct fcgi_request *request = find_request(conn);
	struct fcgi_response *response;
	uint16_t id = conn->decoder.request_id;

	if (request == NULL)
		return;
	response = request->response;
	if (response != NULL && fcgi_response_has_begun(response)) {
		fcgi_request_finish(request,
		    fcgi_response_is_handed_over(response));
		if (!fcgi_response_ends_request(response))
			send_end(conn, id);
		return;
	}
	if (response != NULL)
		fcgi_output_remove(&conn->output, response);
	if (request->intake != NULL)
		conn->is_unread = true;
	fcgi_conn_forget(conn, request, false);
	send_end(conn, id);
}

static void
on_values(struct fcgi_conn *conn)
{
	struct bx_slice asked = { conn->values.bytes, conn->values.len };
	unsigned char result[FCGI_RECORD_RESULT_MAX];
	size_t len;

	if (fcgi_record_format_result(result, &len, asked,
		(uint32_t)conn->pool->max_conns,
		FCGI_CONN_REQUESTS_MAX) != BX_OK)
		fcgi_conn_close(conn, "bad_values");
	else
		send_records(conn, result, len);
	bx_buf_fini(&conn->values);
}

/* A record of request id 0 is about the connection. */
static void
on_management(struct fcgi_conn *conn)
{
	unsigned char record[sizeof(FCGI_UnknownTypeRecord)];

	if (conn->decoder.type == FCGI_GET_VALUES) {
		on_values(conn);
		return;
	}
	fcgi_record_format_unknown(record, conn->decoder.type);
	send_records(conn, record, sizeof(record));
}

static void
on_stream_end(struct fcgi_conn *conn)
{
	struct fcgi_request *request = find_request(conn);
	enum bx_status status;

	if (request == NULL)
		return;
	if (conn->decoder.type == FCGI_PARAMS) {
		status = fcgi_request_params_end(request);
		if (request->state == FCGI_REQUEST_ANSWERING)
			conn->is_unread = true;
	} else {
		status = fcgi_request_stdin_end(request);
	}
	fcgi_conn_settle(conn, request, status);
	if (conn->state != FCGI_CONN_DEAD)
		conn->pool->relieve(conn->pool->ctx);
}

static void
on_stream_content(struct fcgi_conn *conn)
{
	struct fcgi_request *request = find_request(conn);
	struct bx_slice content = conn->decoder.content;

	if (request == NULL)
		return;
	fcgi_conn_settle(conn, request,
	    conn->decoder.type == FCGI_PARAMS
		? fcgi_request_params(request, content)
		: fcgi_request_stdin(request, content));
}

static void
on_values_content(struct fcgi_conn *conn)
{
	struct bx_slice content = conn->decoder.content;

	if (conn->values.len + content.len > FCGI_RECORD_VALUES_MAX)
		fcgi_conn_close(conn, "bad_values");
	else if (bx_buf_append(&conn->values, content.at, content.len) !=
	    BX_OK)
		fcgi_conn_close(conn, "no_memory");
}

static void
on_content(struct fcgi_conn *conn)
{
	uint16_t id = conn->decoder.request_id;

	switch (conn->decoder.type) {
	case FCGI_BEGIN_REQUEST:
		fcgi_record_begin_collect(&conn->begin, conn->decoder.content);
		break;
	case FCGI_PARAMS:
	case FCGI_STDIN:
		if (id != FCGI_NULL_REQUEST_ID)
			on_stream_content(conn);
		break;
	case FCGI_GET_VALUES:
		if (id == FCGI_NULL_REQUEST_ID)
			on_values_content(conn);
		break;
	default:
		break;
	}
}

static void
on_complete(struct fcgi_conn *conn)
{
	if (conn->decoder.request_id == FCGI_NULL_REQUEST_ID) {
		on_management(conn);
		return;
	}
	switch (conn->decoder.type) {
	case FCGI_BEGIN_REQUEST:
		on_begin(conn);
		break;
	case FCGI_ABORT_REQUEST:
		on_abort(conn);
		break;
	case FCGI_PARAMS:
	case FCGI_STDIN:
		if (conn->decoder.content_len == 0)
			on_stream_end(conn);
		break;
	default:
		break;
	}
}

void
fcgi_conn_dispatch(struct fcgi_conn *conn, struct bx_slice input)
{
	while (conn->state == FCGI_CONN_READING) {
		switch (fcgi_record_next(&conn->decoder, &input)) {
		case FCGI_RECORD_MORE:
			return;
		case FCGI_RECORD_BEGINS:
			memset(&conn->begin, 0, sizeof(conn->begin));
			break;
		case FCGI_RECORD_CONTENT:
			on_content(conn);
			break;
		case FCGI_RECORD_COMPLETE:
			on_complete(conn);
			break;
		case FCGI_RECORD_BAD:
			fcgi_conn_close(conn, "bad_record");
			break;
		}
	}
}
