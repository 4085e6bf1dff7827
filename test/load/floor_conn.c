/* floor_conn.c - the floor's connections; see floor.h. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "floor.h"

#define SCRATCH 65536u
/* The empty record that ends STDOUT, and END_REQUEST. */
#define ENDS (FCGI_HEADER_LEN + FCGI_RECORD_SMALL)
/* An answer that is as long as a record can be. */
#define ANSWER_MAX (FCGI_HEADER_LEN + FLOOR_REPLY_MAX + ENDS)
/* Bytes in one write. */
#define WRITE_MAX 262144u

static void
conn_new(struct floor *floor, int fd)
{
	struct floor_conn *conn = load_alloc(1, sizeof(*conn));
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = conn };
	int one = 1;

	conn->fd = fd;
	fcgi_record_decoder_init(&conn->decoder);
	bx_list_init(&conn->dirty);
	bx_list_append(&floor->conns, &conn->link);
	if (!floor->is_local)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
	(void)epoll_ctl(floor->poller, EPOLL_CTL_ADD, fd, &event);
}

void
floor_accept(struct floor *floor)
{
	int fd;

	while ((fd = accept4(floor->listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		conn_new(floor, fd);
}

static void
request_free(struct floor_request *request)
{
	request->conn->requests[request->id - 1] = NULL;
	load_bytes_fini(&request->body);
	free(request);
}

void
floor_conn_close(struct floor *floor, struct floor_conn *conn)
{
	if (conn->fd < 0)
		return;
	(void)close(conn->fd);
	conn->fd = -1;
	for (uint32_t i = 0; i < conn->requests_cap; i++) {
		struct floor_request *request = conn->requests[i];

		if (request == NULL)
			continue;
		floor_forget(floor, request);
		request_free(request);
	}
	for (uint32_t i = 0; i < conn->answers_len; i++)
		floor_reply_unref(conn->answers[i].reply);
	conn->answers_len = 0;
	bx_list_remove(&conn->dirty);
	/* The rest of this turn may still know it. */
	bx_list_remove(&conn->link);
	bx_list_append(&floor->dead, &conn->link);
}

static void
conn_free(struct floor_conn *conn)
{
	load_bytes_fini(&conn->out);
	free(conn->requests);
	free(conn->answers);
	free(conn);
}

void
floor_answer(struct floor *floor, struct floor_request *request,
    struct floor_reply *reply)
{
	struct floor_conn *conn = request->conn;

	if (conn->answers_len == conn->answers_cap) {
		uint32_t cap = conn->answers_cap * 2 + 1;
		struct floor_answer *answers =
		    load_alloc(cap, sizeof(*answers));

		if (conn->answers != NULL)
			memcpy(answers, conn->answers,
			    conn->answers_len * sizeof(*answers));
		free(conn->answers);
		conn->answers = answers;
		conn->answers_cap = cap;
	}
	reply->refs++;
	conn->answers[conn->answers_len++] =
	    (struct floor_answer){ request->id, reply };
	conn->closes = conn->closes || !request->keeps;
	if (bx_list_is_empty(&conn->dirty))
		bx_list_append(&floor->dirty, &conn->dirty);
	request_free(request);
}

/* Wait for room to write in, or no more. */
static void
watch(const struct floor *floor, struct floor_conn *conn)
{
	bool wants_write = conn->out.len > 0;
	struct epoll_event event = {
		.events = EPOLLIN | (wants_write ? (uint32_t)EPOLLOUT : 0u),
		.data.ptr = conn,
	};

	if (wants_write == conn->wants_write)
		return;
	conn->wants_write = wants_write;
	(void)epoll_ctl(floor->poller, EPOLL_CTL_MOD, conn->fd, &event);
}

/* Write the answer to out, which has room for it; returns how long it is. */
static size_t
format_answer(unsigned char *out, const struct floor_answer *answer)
{
	const struct floor_reply *reply = answer->reply;
	unsigned char *end = out + FCGI_HEADER_LEN + reply->len;

	fcgi_record_format_header(out, FCGI_STDOUT, answer->id,
	    (uint16_t)reply->len);
	memcpy(out + FCGI_HEADER_LEN, reply->bytes, reply->len);
	fcgi_record_format_header(end, FCGI_STDOUT, answer->id, 0);
	fcgi_record_format_end(end + FCGI_HEADER_LEN, answer->id, 0,
	    FCGI_REQUEST_COMPLETE);
	return FCGI_HEADER_LEN + reply->len + ENDS;
}

/* Write bytes, or keep them; false when the connection is broken. */
static bool
write_bytes(struct floor_conn *conn, const unsigned char *bytes, size_t len)
{
	ssize_t sent = 0;

	if (conn->out.len == 0)
		sent = write(conn->fd, bytes, len);
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		return false;
	if (sent < 0)
		sent = 0;
	if ((size_t)sent < len)
		load_bytes_append(&conn->out, (const char *)bytes + sent,
		    len - (size_t)sent);
	return true;
}

/* Write all answers; false when the connection is broken. */
static bool
write_answers(struct floor_conn *conn)
{
	static unsigned char bytes[WRITE_MAX];
	size_t len = 0;

	for (uint32_t i = 0; i < conn->answers_len; i++) {
		if (len > WRITE_MAX - ANSWER_MAX) {
			if (!write_bytes(conn, bytes, len))
				return false;
			len = 0;
		}
		len += format_answer(bytes + len, &conn->answers[i]);
	}
	return write_bytes(conn, bytes, len);
}

static void
flush(struct floor *floor, struct floor_conn *conn)
{
	bool works = write_answers(conn);

	for (uint32_t i = 0; i < conn->answers_len; i++)
		floor_reply_unref(conn->answers[i].reply);
	conn->answers_len = 0;
	if (!works || (conn->closes && conn->out.len == 0))
		floor_conn_close(floor, conn);
	else
		watch(floor, conn);
}

void
floor_end_turn(struct floor *floor)
{
	struct bx_list *first;

	while ((first = bx_list_take_first(&floor->dirty)) != NULL)
		flush(floor, BX_LIST_ENTRY(first, struct floor_conn, dirty));
	for (first = floor->dead.next; first != &floor->dead;) {
		struct floor_conn *conn =
		    BX_LIST_ENTRY(first, struct floor_conn, link);

		first = first->next;
		conn_free(conn);
	}
	bx_list_init(&floor->dead);
}

/* The request that the record is about; NULL: there is none. */
static struct floor_request *
find_request(const struct floor_conn *conn)
{
	uint32_t slot = conn->decoder.request_id - 1u;

	return slot < conn->requests_cap ? conn->requests[slot] : NULL;
}

static void
request_new(struct floor_conn *conn)
{
	struct floor_request *request = load_alloc(1, sizeof(*request));
	uint32_t slot = conn->decoder.request_id - 1u;

	if (slot >= conn->requests_cap) {
		uint32_t cap = slot < 8 ? slot + 1 : slot * 2;
		struct floor_request **requests =
		    load_alloc(cap, sizeof(struct floor_request *));

		if (conn->requests != NULL)
			memcpy(requests, conn->requests,
			    conn->requests_cap *
				sizeof(struct floor_request *));
		free(conn->requests);
		conn->requests = requests;
		conn->requests_cap = cap;
	}
	request->conn = conn;
	request->id = conn->decoder.request_id;
	request->session = FLOOR_NO_SESSION;
	conn->requests[slot] = request;
}

/* The flags are the third byte of a body that comes in one piece. */
static void
begin(struct floor_conn *conn)
{
	struct bx_slice content = conn->decoder.content;

	if (conn->decoder.request_id == 0 || find_request(conn) != NULL)
		return;
	request_new(conn);
	find_request(conn)->keeps =
	    content.len > 2 && (content.at[2] & FCGI_KEEP_CONN) != 0;
}

static void
take_content(struct floor_conn *conn)
{
	struct floor_request *request;

	if (conn->decoder.type == FCGI_BEGIN_REQUEST)
		begin(conn);
	if (conn->decoder.type != FCGI_STDIN)
		return;
	request = find_request(conn);
	if (request != NULL)
		load_bytes_append(&request->body, conn->decoder.content.at,
		    conn->decoder.content.len);
}

static void
take_end(struct floor *floor, struct floor_conn *conn)
{
	struct floor_request *request = find_request(conn);

	if (request == NULL)
		return;
	if (conn->decoder.type == FCGI_STDIN &&
	    conn->decoder.content_len == 0) {
		floor_take(floor, request);
	} else if (conn->decoder.type == FCGI_ABORT_REQUEST) {
		floor_forget(floor, request);
		request_free(request);
	}
}

static void
on_readable(struct floor *floor, struct floor_conn *conn)
{
	static char scratch[SCRATCH];
	ssize_t len = read(conn->fd, scratch, sizeof(scratch));
	struct bx_slice input;
	enum fcgi_record_event event;

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		floor_conn_close(floor, conn);
		return;
	}
	input = (struct bx_slice){ scratch, (size_t)len };
	while ((event = fcgi_record_next(&conn->decoder, &input)) !=
	    FCGI_RECORD_MORE) {
		if (event == FCGI_RECORD_BAD) {
			floor_conn_close(floor, conn);
			return;
		}
		if (event == FCGI_RECORD_CONTENT)
			take_content(conn);
		else if (event == FCGI_RECORD_COMPLETE)
			take_end(floor, conn);
	}
}

/* Go on with what the last write left. */
static void
on_writable(struct floor *floor, struct floor_conn *conn)
{
	ssize_t sent = write(conn->fd, conn->out.at, conn->out.len);

	if (sent > 0)
		load_bytes_drop(&conn->out, (size_t)sent);
	if ((sent < 0 && errno != EAGAIN && errno != EINTR) ||
	    (conn->closes && conn->out.len == 0))
		floor_conn_close(floor, conn);
	else
		watch(floor, conn);
}

void
floor_conn_ready(struct floor *floor, struct floor_conn *conn, uint32_t events)
{
	if (conn->fd >= 0 && (events & EPOLLOUT) != 0 && conn->out.len > 0)
		on_writable(floor, conn);
	if (conn->fd >= 0 && (events & ~(uint32_t)EPOLLOUT) != 0)
		on_readable(floor, conn);
}
