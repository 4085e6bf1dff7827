/*
 * response.c - one request's reply, as FastCGI records over shared bytes.
 *
 * The content of STDOUT is a row of pieces: the head, then each message with
 * a comma or the end of the body behind it.  A place is where writing has got
 * to in the pieces and in the records around them.
 */
#include <string.h>

#include "engine/message.h"
#include "record.h"
#include "response.h"

struct place {
	size_t piece;
	size_t in_piece;
	size_t content; /* of STDOUT, written */
	size_t tail;
	size_t header; /* of the record at content */
};

struct fcgi_response {
	struct bx_list link;
	void *owner;
	const struct bx_env *env;
	struct place place;
	size_t content_len;
	size_t left;
	size_t body_bytes; /* told, less those of messages added */
	size_t count;
	size_t added;
	const char *after; /* into bytes */
	const char *bytes; /* the head, behind the messages */
	size_t head_len;
	size_t after_len;
	unsigned char tail[FCGI_RESPONSE_RECORDS];
	uint16_t id;
	uint8_t tail_len;
	struct bx_message *messages[];
};

static struct fcgi_response *
response_alloc(const struct bx_env *env, uint16_t id, size_t count,
    size_t text_len)
{
	struct fcgi_response *response;
	size_t fixed = sizeof(*response) + text_len;

	if (count > (SIZE_MAX / 2 - fixed) / sizeof(response->messages[0]))
		return NULL;
	response =
	    bx_alloc(env, fixed + count * sizeof(response->messages[0]));
	if (response == NULL)
		return NULL;
	memset(response, 0, sizeof(*response));
	bx_list_init(&response->link);
	response->env = env;
	response->id = id;
	response->count = count;
	response->bytes = (const char *)&response->messages[count];
	return response;
}

static void
set_tail(struct fcgi_response *response, bool is_open)
{
	response->left = response->content_len +
	    fcgi_record_count(response->content_len) * FCGI_HEADER_LEN;
	if (is_open)
		return;
	fcgi_record_format_header(response->tail, FCGI_STDOUT, response->id,
	    0);
	fcgi_record_format_end(response->tail + FCGI_HEADER_LEN, response->id,
	    0, FCGI_REQUEST_COMPLETE);
	response->tail_len = FCGI_HEADER_LEN + sizeof(FCGI_EndRequestRecord);
	response->left += response->tail_len;
}

/* The bytes of the body, also where they are not sent. */
static size_t
length_of(const struct fcgi_response_body *body)
{
	size_t commas = body->count > 1 ? body->count - 1 : 0;

	return strlen(body->before) + body->bytes + commas +
	    strlen(body->after);
}

/* The response with its head, and room for its messages. */
static struct fcgi_response *
response_begin(const struct bx_env *env, uint16_t id,
    const struct fcgi_response_head_text *head,
    const struct fcgi_response_body *body)
{
	size_t before_len = strlen(body->before);
	size_t after_len = strlen(body->after);
	struct fcgi_response *response = response_alloc(env, id, body->count,
	    head->len + before_len + after_len);
	char *at;

	if (response == NULL)
		return NULL;
	at = (char *)&response->messages[body->count];
	if (head->len > 0)
		memcpy(at, head->at, head->len);
	memcpy(at + head->len, body->before, before_len);
	memcpy(at + head->len + before_len, body->after, after_len);
	response->after = at + head->len + before_len;
	response->after_len = after_len;
	response->head_len = head->len + before_len;
	return response;
}

struct fcgi_response *
fcgi_response_new(const struct bx_env *env, uint16_t id,
    const struct fcgi_response_head *head,
    const struct fcgi_response_body *body)
{
	struct fcgi_response_head_text text;
	const size_t length = length_of(body);
	const bool is_sized = !body->is_open && !body->is_unsized;
	struct fcgi_response *response = NULL;

	if (fcgi_response_head_format(&text, env, head,
		is_sized ? &length : NULL))
		response = response_begin(env, id, &text, body);
	if (response != NULL) {
		response->content_len = text.len;
		if (!body->is_told_only) {
			response->content_len += length;
			response->body_bytes = body->bytes;
		}
		set_tail(response, body->is_open);
	}
	fcgi_response_head_fini(&text);
	return response;
}

void
fcgi_response_add(struct bx_message *message, void *ctx)
{
	struct fcgi_response *response = ctx;
	size_t len = bx_message_length(message);

	/* More than was told would break the framing: is_filled says so. */
	if (response->added == response->count || len > response->body_bytes) {
		response->body_bytes = SIZE_MAX;
		return;
	}
	response->body_bytes -= len;
	response->messages[response->added++] = bx_message_ref(message);
}

bool
fcgi_response_is_filled(const struct fcgi_response *response)
{
	return response->added == response->count && response->body_bytes == 0;
}

struct fcgi_response *
fcgi_response_records(const struct bx_env *env, const unsigned char *bytes,
    size_t len)
{
	struct fcgi_response *response;

	if (len > FCGI_RESPONSE_RECORDS)
		return NULL;
	response = response_alloc(env, FCGI_NULL_REQUEST_ID, 0, 0);
	if (response == NULL)
		return NULL;
	memcpy(response->tail, bytes, len);
	response->tail_len = (uint8_t)len;
	response->left = len;
	return response;
}

struct fcgi_response *
fcgi_response_end(const struct bx_env *env, uint16_t id,
    uint8_t protocol_status)
{
	unsigned char record[sizeof(FCGI_EndRequestRecord)];

	fcgi_record_format_end(record, id, 0, protocol_status);
	return fcgi_response_records(env, record, sizeof(record));
}

void
fcgi_response_free(struct fcgi_response *response)
{
	size_t i;

	if (response == NULL)
		return;
	bx_list_remove(&response->link);
	for (i = 0; i < response->added; i++)
		bx_message_unref(response->messages[i]);
	bx_free(response->env, response);
}

struct bx_list *
fcgi_response_link(struct fcgi_response *response)
{
	return &response->link;
}

struct fcgi_response *
fcgi_response_of_link(struct bx_list *link)
{
	return BX_LIST_ENTRY(link, struct fcgi_response, link);
}

void
fcgi_response_set_owner(struct fcgi_response *response, void *owner)
{
	response->owner = owner;
}

void *
fcgi_response_owner(const struct fcgi_response *response)
{
	return response->owner;
}

static struct iovec
vector_of(const void *at, size_t len)
{
	/* writev does not write to it, whatever its type says. */
	return (
	    struct iovec){ .iov_base = (void *)(uintptr_t)at, .iov_len = len };
}

/* Piece 0 is the head; 1, 3, ... are messages, what follows each separates
 * them or ends the body.  Without messages piece 1 ends the body. */
static struct iovec
piece_at(const struct fcgi_response *response, size_t piece)
{
	const struct bx_message *message;

	if (piece == 0)
		return vector_of(response->bytes, response->head_len);
	if (piece % 2 == 1 && piece / 2 < response->count) {
		message = response->messages[piece / 2];
		return vector_of(bx_message_bytes(message),
		    bx_message_length(message));
	}
	if (piece / 2 < response->count)
		return vector_of(",", 1);
	return vector_of(response->after, response->after_len);
}

/* The bytes at place that lie together; a record's header goes to header. */
static struct iovec
span_at(const struct fcgi_response *response, const struct place *place,
    unsigned char header[FCGI_HEADER_LEN])
{
	size_t left = response->content_len - place->content;
	size_t in_record = place->content % FCGI_MAX_LENGTH;
	struct iovec span;

	if (left == 0)
		return vector_of(response->tail + place->tail,
		    response->tail_len - place->tail);
	if (left > FCGI_MAX_LENGTH - in_record)
		left = FCGI_MAX_LENGTH - in_record;
	if (place->header < FCGI_HEADER_LEN) {
		fcgi_record_format_header(header, FCGI_STDOUT, response->id,
		    (uint16_t)left);
		return vector_of(header + place->header,
		    FCGI_HEADER_LEN - place->header);
	}
	span = piece_at(response, place->piece);
	span.iov_base = (char *)span.iov_base + place->in_piece;
	span.iov_len -= place->in_piece;
	if (span.iov_len > left)
		span.iov_len = left;
	return span;
}

/* Go on by len bytes, which are within the span at place. */
static void
move(const struct fcgi_response *response, struct place *place, size_t len)
{
	if (place->content == response->content_len) {
		place->tail += len;
		return;
	}
	if (place->header < FCGI_HEADER_LEN) {
		place->header += len;
		return;
	}
	place->in_piece += len;
	place->content += len;
	if (len > 0 && place->content % FCGI_MAX_LENGTH == 0)
		place->header = 0;
	while (place->content < response->content_len &&
	    place->in_piece == piece_at(response, place->piece).iov_len) {
		place->piece++;
		place->in_piece = 0;
	}
}

/* Add a copy of span, for which there is room, to what was copied last. */
static void
add_copy(struct fcgi_gather *gather, struct iovec span)
{
	char *copy = gather->copied + gather->copied_len;
	struct iovec *last = NULL;

	memcpy(copy, span.iov_base, span.iov_len);
	gather->copied_len += span.iov_len;
	if (gather->count > 0)
		last = &gather->vectors[gather->count - 1];
	if (last != NULL && (char *)last->iov_base + last->iov_len == copy)
		last->iov_len += span.iov_len;
	else
		gather->vectors[gather->count++] =
		    vector_of(copy, span.iov_len);
}

bool
fcgi_response_gather(const struct fcgi_response *response,
    struct fcgi_gather *gather)
{
	struct place place = response->place;
	unsigned char header[FCGI_HEADER_LEN];
	struct iovec span;

	for (;;) {
		if (place.content == response->content_len &&
		    place.tail == response->tail_len)
			return true;
		if (gather->count == FCGI_RESPONSE_VECTORS ||
		    gather->copied_len >
			FCGI_RESPONSE_COPIED - FCGI_RESPONSE_SMALL)
			return false;
		span = span_at(response, &place, header);
		if (span.iov_len <= FCGI_RESPONSE_SMALL)
			add_copy(gather, span);
		else
			gather->vectors[gather->count++] = span;
		move(response, &place, span.iov_len);
	}
}

/* All of it is written. */
static void
finish(struct fcgi_response *response)
{
	response->place.header = FCGI_HEADER_LEN;
	response->place.content = response->content_len;
	response->place.tail = response->tail_len;
	response->left = 0;
}

void
fcgi_response_advance(struct fcgi_response *response, size_t *written)
{
	unsigned char header[FCGI_HEADER_LEN];
	size_t len;

	if (*written >= response->left) {
		*written -= response->left;
		finish(response);
		return;
	}
	while (*written > 0) {
		len = span_at(response, &response->place, header).iov_len;
		if (len > *written)
			len = *written;
		move(response, &response->place, len);
		response->left -= len;
		*written -= len;
	}
}

size_t
fcgi_response_left(const struct fcgi_response *response)
{
	return response->left;
}

bool
fcgi_response_has_begun(const struct fcgi_response *response)
{
	const struct place *place = &response->place;

	return place->header + place->content + place->tail > 0;
}

bool
fcgi_response_ends_request(const struct fcgi_response *response)
{
	return response->tail_len > 0;
}

bool
fcgi_response_is_handed_over(const struct fcgi_response *response)
{
	return response->place.content == response->content_len;
}
