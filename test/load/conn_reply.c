/* conn_reply.c - bytes that come on a connection; see conn_reply.h. */
#include "conn_reply.h"

#include <string.h>

#include "conn.h"

/* Take the call off the connection, whose turn it is to end. */
static struct load_call *
take_call(struct load_conn *conn, uint32_t slot)
{
	struct load_call *call =
	    slot < conn->calls_cap ? conn->calls[slot] : NULL;

	if (call == NULL)
		return NULL;
	conn->calls[slot] = NULL;
	conn->busy--;
	call->is_out = false;
	if (slot < conn->calls_free)
		conn->calls_free = slot;
	return call;
}

/*
 * End the call that an HTTP reply is for.  Its bytes are in held, which its
 * owner cannot reach, whatever becomes of the connection.
 */
static void
end_http(struct load_conn *conn, const struct load_reply *reply)
{
	struct load_call *call = take_call(conn, 0);
	struct load_bytes held = conn->in;

	memset(&conn->in, 0, sizeof(conn->in));
	conn->in_needed = 0;
	if (reply->is_last)
		load_conn_drop(conn);
	call->on_end(call, LOAD_ANSWERED, reply);
	load_bytes_clear(&held);
	if (conn->in.at == NULL)
		conn->in = held;
	else
		load_bytes_fini(&held);
}

void
load_conn_take_http(struct load_conn *conn, char *bytes, size_t len)
{
	struct load_reply reply;
	size_t used;

	if (conn->in.len > 0) {
		load_bytes_append(&conn->in, bytes, len);
		bytes = conn->in.at;
		len = conn->in.len;
		if (len < conn->in_needed)
			return;
	}
	used = len;
	switch (load_http_parse(bytes, &used, &reply)) {
	case LOAD_HTTP_WHOLE:
		/* One request, one reply: more was not asked for. */
		if (conn->busy == 0 || used < len)
			break;
		end_http(conn, &reply);
		return;
	case LOAD_HTTP_MORE:
		if (used > LOAD_HTTP_MAX)
			break;
		conn->in_needed = used;
		if (conn->in.len == 0)
			load_bytes_append(&conn->in, bytes, len);
		return;
	case LOAD_HTTP_BAD:
		break;
	}
	load_conn_fail(conn, LOAD_MALFORMED);
}

/* All of a reply is there. */
static void
end_request(struct load_conn *conn, struct load_call *call)
{
	struct load_bytes held = call->reply;
	struct load_reply reply;

	(void)take_call(conn, conn->decoder.request_id - 1u);
	memset(&call->reply, 0, sizeof(call->reply));
	if (load_http_parse_cgi((struct bx_slice){ held.at, held.len },
		&reply) == LOAD_HTTP_WHOLE)
		call->on_end(call, LOAD_ANSWERED, &reply);
	else
		call->on_end(call, LOAD_MALFORMED, NULL);
	load_bytes_clear(&held);
	if (call->reply.at == NULL)
		call->reply = held;
	else
		load_bytes_fini(&held);
}

/* The call that the record is about; NULL: there is none. */
static struct load_call *
find_call(const struct load_conn *conn)
{
	uint32_t slot = conn->decoder.request_id - 1u;

	return slot < conn->calls_cap ? conn->calls[slot] : NULL;
}

/* false: this is no answer to what was asked. */
static bool
take_event(struct load_conn *conn, enum fcgi_record_event event)
{
	struct load_call *call;

	if (event == FCGI_RECORD_BAD)
		return false;
	if (event == FCGI_RECORD_BEGINS)
		return true;
	call = find_call(conn);
	if (call == NULL)
		return false;
	if (event == FCGI_RECORD_CONTENT &&
	    conn->decoder.type == FCGI_STDOUT) {
		load_bytes_append(&call->reply, conn->decoder.content.at,
		    conn->decoder.content.len);
		return call->reply.len <= LOAD_HTTP_MAX;
	}
	if (event == FCGI_RECORD_COMPLETE &&
	    conn->decoder.type == FCGI_END_REQUEST)
		end_request(conn, call);
	return true;
}

void
load_conn_take_records(struct load_conn *conn, const char *bytes, size_t len)
{
	struct bx_slice input = { bytes, len };
	uint32_t generation = conn->generation;
	enum fcgi_record_event event;

	while (conn->generation == generation &&
	    (event = fcgi_record_next(&conn->decoder, &input)) !=
		FCGI_RECORD_MORE)
		if (!take_event(conn, event)) {
			load_conn_fail(conn, LOAD_MALFORMED);
			return;
		}
}
