/* floor_talk.c - what the floor is asked, and what it says; see floor.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

/* Messages that a session may be behind. */
#define RING 4096u
/* Of messages in one reply; there is room for the rest. */
#define RANGE_MAX 60000u

#define HEAD \
	"Status: 200\r\nContent-Type: application/json;charset=UTF-8\r\n" \
	"Cache-Control: no-cache, no-store\r\n" \
	"X-Content-Type-Options: nosniff\r\nContent-Length: "
#define CONNECTED \
	"{\"channel\":\"/meta/connect\",\"successful\":true,\"id\":\"3\"}"
#define PUBLISHED "{\"channel\":\"/load\",\"successful\":true,\"id\":\"5\"}"

void
floor_talk_init(struct floor *floor)
{
	floor->messages = load_alloc(RING, sizeof(struct load_bytes));
}

void
floor_talk_fini(struct floor *floor)
{
	for (uint32_t i = 0; i < RING; i++)
		load_bytes_fini(&floor->messages[i]);
	free(floor->messages);
	free(floor->sessions);
	floor_reply_unref(floor->range);
}

void
floor_reply_unref(struct floor_reply *reply)
{
	if (reply != NULL && --reply->refs == 0)
		free(reply);
}

/* A reply whose body is all of bytes; the caller has a reference. */
static struct floor_reply *
reply_new(const struct load_bytes *body)
{
	char head[256];
	int len =
	    snprintf(head, sizeof(head), "%s%zu\r\n\r\n", HEAD, body->len);
	struct floor_reply *reply =
	    load_alloc(1, sizeof(*reply) + (size_t)len + body->len);

	if ((size_t)len + body->len > FLOOR_REPLY_MAX) {
		(void)fprintf(stderr, "floor: too much for one record\n");
		exit(EXIT_FAILURE);
	}
	reply->refs = 1;
	reply->len = (uint32_t)len + (uint32_t)body->len;
	memcpy(reply->bytes, head, (size_t)len);
	memcpy(reply->bytes + len, body->at, body->len);
	return reply;
}

/* Answer with a body of its own, which is used up. */
static void
answer_with(struct floor *floor, struct floor_request *request,
    struct load_bytes *body)
{
	struct floor_reply *reply = reply_new(body);

	floor_answer(floor, request, reply);
	floor_reply_unref(reply);
	load_bytes_fini(body);
}

static const char *
find(const struct floor_request *request, const char *text)
{
	return memmem(request->body.at, request->body.len, text, strlen(text));
}

static void
take_handshake(struct floor *floor, struct floor_request *request)
{
	struct load_bytes body = { 0 };

	if (floor->session_count == floor->session_cap) {
		uint32_t cap = floor->session_cap * 2 + 1024;
		struct floor_session *sessions =
		    load_alloc(cap, sizeof(*sessions));

		if (floor->sessions != NULL)
			memcpy(sessions, floor->sessions,
			    floor->session_count * sizeof(*sessions));
		free(floor->sessions);
		floor->sessions = sessions;
		floor->session_cap = cap;
	}
	load_bytes_print(&body,
	    "[{\"channel\":\"/meta/handshake\",\"successful\":true,"
	    "\"version\":\"1.0\",\"id\":\"1\",\"clientId\":\"%08x\","
	    "\"supportedConnectionTypes\":[\"long-polling\"]}]",
	    floor->session_count);
	floor->session_count++;
	answer_with(floor, request, &body);
}

/* Whose request it is; NULL: nobody's. */
static struct floor_session *
session_of(const struct floor *floor, const struct floor_request *request,
    uint32_t *number)
{
	static const char key[] = "\"clientId\":\"";
	const char *at = find(request, key);

	if (at == NULL)
		return NULL;
	*number = (uint32_t)strtoul(at + strlen(key), NULL, 16);
	return *number < floor->session_count ? &floor->sessions[*number]
					      : NULL;
}

/* The name subscribed to last is the channel that there is: another run of
 * the load tool has another one. */
static void
take_subscribe(struct floor *floor, struct floor_request *request,
    struct floor_session *session)
{
	static const char key[] = "\"subscription\":[";
	const char *at = find(request, key);
	struct load_bytes body = { 0 };

	if (at != NULL) {
		at += strlen(key);
		(void)snprintf(floor->channel, sizeof(floor->channel),
		    "\"channel\":%.*s", (int)strcspn(at, "]"), at);
	}
	session->is_subscribed = true;
	session->seen = floor->message_count;
	load_bytes_print(&body,
	    "[{\"channel\":\"/meta/subscribe\",\"successful\":true,"
	    "\"id\":\"2\"}]");
	answer_with(floor, request, &body);
}

/* The reply that has the messages from one to another, and made just once
 * when all who wait have seen the same. */
static struct floor_reply *
reply_range(struct floor *floor, uint64_t from, uint64_t to)
{
	struct load_bytes body = { 0 };

	if (floor->range != NULL && floor->range_from == from &&
	    floor->range_to == to)
		return floor->range;
	load_bytes_append(&body, "[", 1);
	for (uint64_t i = from; i < to; i++) {
		const struct load_bytes *message = &floor->messages[i % RING];

		load_bytes_append(&body, message->at, message->len);
	}
	load_bytes_print(&body, "%s]", CONNECTED);
	floor_reply_unref(floor->range);
	floor->range = reply_new(&body);
	floor->range_from = from;
	floor->range_to = to;
	load_bytes_fini(&body);
	return floor->range;
}

/* Answer a connect with what the session has not seen. */
static void
answer_connect(struct floor *floor, struct floor_request *request,
    struct floor_session *session)
{
	uint64_t to = session->seen;
	size_t len = 0;

	while (session->is_subscribed && to < floor->message_count &&
	    len < RANGE_MAX)
		len += floor->messages[to++ % RING].len;
	floor_answer(floor, request, reply_range(floor, session->seen, to));
	session->seen = to;
}

static void
take_connect(struct floor *floor, struct floor_request *request,
    struct floor_session *session, uint32_t number)
{
	bool is_behind =
	    session->is_subscribed && session->seen < floor->message_count;

	if (is_behind || find(request, "\"timeout\":0") != NULL) {
		answer_connect(floor, request, session);
		return;
	}
	request->session = number;
	session->held = request;
	load_bytes_fini(&request->body);
}

static void
wake(struct floor *floor, struct floor_session *session)
{
	struct floor_request *request = session->held;

	session->held = NULL;
	request->session = FLOOR_NO_SESSION;
	answer_connect(floor, request, session);
}

static void
take_disconnect(struct floor *floor, struct floor_request *request,
    struct floor_session *session)
{
	struct load_bytes body = { 0 };

	session->is_subscribed = false;
	if (session->held != NULL)
		wake(floor, session);
	load_bytes_print(&body,
	    "[{\"channel\":\"/meta/disconnect\",\"successful\":true,"
	    "\"id\":\"4\"}]");
	answer_with(floor, request, &body);
}

static void
keep_message(struct floor *floor, const char *data, size_t len)
{
	struct load_bytes *message =
	    &floor->messages[floor->message_count++ % RING];

	load_bytes_clear(message);
	load_bytes_print(message, "{%s,\"data\":%.*s},", floor->channel,
	    (int)len, data);
}

/* Every message's data is a string without escapes. */
static void
take_publish(struct floor *floor, struct floor_request *request)
{
	static const char key[] = "\"data\":\"";
	bool is_heard =
	    floor->channel[0] != '\0' && find(request, floor->channel) != NULL;
	const char *at = request->body.at;
	const char *end = at + request->body.len;
	struct load_bytes body = { 0 };

	while (
	    (at = memmem(at, (size_t)(end - at), key, strlen(key))) != NULL) {
		const char *data = at + strlen(key) - 1, *quote;

		quote = memchr(data + 1, '"', (size_t)(end - data) - 1);
		if (quote == NULL)
			break;
		if (is_heard)
			keep_message(floor, data, (size_t)(quote + 1 - data));
		load_bytes_print(&body, "%c%s", body.len > 0 ? ',' : '[',
		    PUBLISHED);
		at = quote;
	}
	load_bytes_append(&body, "]", 1);
	answer_with(floor, request, &body);
	for (uint32_t i = 0; is_heard && i < floor->session_count; i++)
		if (floor->sessions[i].held != NULL &&
		    floor->sessions[i].is_subscribed)
			wake(floor, &floor->sessions[i]);
}

static void
refuse(struct floor *floor, struct floor_request *request)
{
	struct load_bytes body = { 0 };

	load_bytes_print(&body, "[{\"successful\":false}]");
	answer_with(floor, request, &body);
}

void
floor_take(struct floor *floor, struct floor_request *request)
{
	struct floor_session *session;
	uint32_t number = 0;

	/* What comes most often first. */
	session = session_of(floor, request, &number);
	if (session == NULL && find(request, "/meta/handshake\"") != NULL)
		take_handshake(floor, request);
	else if (session == NULL)
		refuse(floor, request);
	else if (find(request, "/meta/connect\"") != NULL)
		take_connect(floor, request, session, number);
	else if (find(request, "\"data\":") != NULL)
		take_publish(floor, request);
	else if (find(request, "/meta/subscribe\"") != NULL)
		take_subscribe(floor, request, session);
	else if (find(request, "/meta/disconnect\"") != NULL)
		take_disconnect(floor, request, session);
	else
		refuse(floor, request);
}

void
floor_forget(struct floor *floor, struct floor_request *request)
{
	if (request->session != FLOOR_NO_SESSION)
		floor->sessions[request->session].held = NULL;
}
