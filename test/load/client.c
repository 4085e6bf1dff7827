/* client.c - a Bayeux session as a client has it; see client.h. */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"

/* Of a cookie; more is not sent back. */
#define COOKIE_MAX 512

static load_end_fn on_reply;
static load_end_fn on_left;

void
load_client_init(struct load_client *client,
    const struct load_client_host *host, uint32_t number)
{
	memset(client, 0, sizeof(*client));
	client->host = host;
	client->number = number;
	client->call.owner = client;
	client->call.on_end = on_reply;
	client->leave.owner = client;
	client->leave.on_end = on_left;
}

void
load_client_fini(struct load_client *client)
{
	load_bytes_fini(&client->call.body);
	load_bytes_fini(&client->call.reply);
	load_bytes_fini(&client->leave.body);
	load_bytes_fini(&client->leave.reply);
	free(client->cookie);
	client->cookie = NULL;
}

const char *
load_client_cookie(const struct load_client *client)
{
	return client->cookie != NULL ? client->cookie : "";
}

static void
send_call(struct load_client *client)
{
	client->call.cookie = load_client_cookie(client);
	load_wire_send(client->host->wire, client->number, &client->call);
}

static void
send_handshake(struct load_client *client)
{
	load_bytes_print(&client->call.body,
	    "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
	    "\"supportedConnectionTypes\":[\"long-polling\"],"
	    "\"id\":\"1\"}]");
	client->state = LOAD_CLIENT_SHAKING;
	send_call(client);
}

static void
send_subscribe(struct load_client *client)
{
	struct load_bytes *body = &client->call.body;

	load_bytes_print(body,
	    "[{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\","
	    "\"id\":\"2\",\"subscription\":[",
	    client->id);
	client->host->events->on_subscribe(client, body, client->host->ctx);
	load_bytes_print(body, "]}]");
	client->state = LOAD_CLIENT_SUBSCRIBING;
	send_call(client);
}

static void
send_connect(struct load_client *client, const char *advice)
{
	load_bytes_print(&client->call.body,
	    "[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\",\"id\":\"3\","
	    "\"connectionType\":\"long-polling\"%s}]",
	    client->id, advice);
	send_call(client);
}

static void
send_first_connect(struct load_client *client)
{
	client->state = LOAD_CLIENT_CONNECTING;
	send_connect(client, ",\"advice\":{\"timeout\":0}");
}

void
load_client_join(struct load_client *client, load_nsec due)
{
	client->due = due;
	free(client->cookie);
	client->cookie = NULL;
	client->id[0] = '\0';
	send_handshake(client);
}

/* The session is of no more use. */
static void
be_out(struct load_client *client)
{
	enum load_client_state was = client->state;

	if (was == LOAD_CLIENT_OUT)
		return;
	client->state = LOAD_CLIENT_OUT;
	client->host->events->on_out(client, was, client->host->ctx);
}

void
load_client_leave(struct load_client *client)
{
	client->state = LOAD_CLIENT_LEAVING;
	load_bytes_print(&client->leave.body,
	    "[{\"channel\":\"/meta/disconnect\",\"clientId\":\"%s\","
	    "\"id\":\"4\"}]",
	    client->id);
	client->leave.cookie = load_client_cookie(client);
	load_wire_send(client->host->wire, LOAD_LANE_SHARED, &client->leave);
}

void
load_client_vanish(struct load_client *client)
{
	load_wire_drop(client->host->wire, client->number);
	if (!client->call.is_out)
		be_out(client);
}

static void
count_error(const struct load_client *client, enum load_error error,
    struct bx_slice text)
{
	char words[100];

	if (client->is_lost)
		return;
	(void)snprintf(words, sizeof(words), "%.*s", (int)text.len, text.at);
	load_stats_error(client->host->stats, error, words);
}

/* What no reply is, as an error. */
static enum load_error
error_of(enum load_outcome outcome)
{
	switch (outcome) {
	case LOAD_NOT_OPENED:
		return LOAD_ERROR_CONNECT;
	case LOAD_CLOSED:
		return LOAD_ERROR_CLOSED;
	case LOAD_ANSWERED:
	case LOAD_MALFORMED:
		break;
	}
	return LOAD_ERROR_MALFORMED;
}

static void
note_handshake(struct load_client *client, const struct load_message *message)
{
	if (message->client_id.len == 0 ||
	    message->client_id.len >= sizeof(client->id)) {
		count_error(client, LOAD_ERROR_MALFORMED, message->client_id);
		return;
	}
	memcpy(client->id, message->client_id.at, message->client_id.len);
	client->id[message->client_id.len] = '\0';
}

/* One message of a reply; is it what was waited for? */
static bool
read_message(struct load_client *client, const struct load_message *message)
{
	if (message->data.len > 0) {
		client->host->events->on_message(client, message,
		    client->host->ctx);
		return false;
	}
	if (!message->is_successful) {
		bool is_over = bx_slice_is(message->reconnect, "handshake") ||
		    bx_slice_is(message->reconnect, "none");

		/* Its last connect may come after its disconnect. */
		if (is_over && client->state == LOAD_CLIENT_LEAVING)
			return false;
		count_error(client,
		    is_over ? LOAD_ERROR_SESSION : LOAD_ERROR_REFUSED,
		    message->error.len > 0 ? message->error
					   : message->channel);
		return false;
	}
	if (bx_slice_is(message->channel, "/meta/handshake"))
		note_handshake(client, message);
	return true;
}

static uint32_t
read_body(struct load_client *client, struct bx_slice body)
{
	struct load_message message;
	struct load_scan scan;
	uint32_t count = 0;

	load_scan_init(&scan, body);
	while (load_scan_next(&scan, &message))
		if (read_message(client, &message))
			count++;
	if (scan.is_bad)
		count_error(client, LOAD_ERROR_MALFORMED, body);
	return count;
}

static void
keep_cookie(struct load_client *client, struct bx_slice cookie)
{
	if (cookie.len == 0 || cookie.len > COOKIE_MAX ||
	    client->cookie != NULL)
		return;
	client->cookie = load_alloc(cookie.len + 1, 1);
	memcpy(client->cookie, cookie.at, cookie.len);
}

uint32_t
load_client_read(struct load_client *client, const struct load_call *call,
    enum load_outcome outcome, const struct load_reply *reply)
{
	const char *reason;
	char status[16];
	int len;

	if (reply == NULL) {
		reason =
		    outcome == LOAD_NOT_OPENED ? strerror(call->error) : "";
		count_error(client, error_of(outcome),
		    (struct bx_slice){ reason, strlen(reason) });
		return 0;
	}
	if (reply->status != 200) {
		len = snprintf(status, sizeof(status), "%d", reply->status);
		count_error(client, LOAD_ERROR_STATUS,
		    (struct bx_slice){ status, (size_t)len });
		return 0;
	}
	keep_cookie(client, reply->cookie);
	return read_body(client, reply->body);
}

/* Poll on, or be in for the first time. */
static void
poll_on(struct load_client *client)
{
	const struct load_client_events *events = client->host->events;
	bool is_new = client->state == LOAD_CLIENT_CONNECTING;

	client->state = LOAD_CLIENT_IN;
	send_connect(client, "");
	if (client->state != LOAD_CLIENT_IN)
		return;
	if (is_new)
		events->on_in(client, client->host->ctx);
	else
		events->on_poll(client, client->host->ctx);
}

static void
go_on(struct load_client *client)
{
	switch (client->state) {
	case LOAD_CLIENT_SHAKING:
		if (client->id[0] == '\0')
			be_out(client);
		else if (client->subscribes)
			send_subscribe(client);
		else
			send_first_connect(client);
		break;
	case LOAD_CLIENT_SUBSCRIBING:
		send_first_connect(client);
		break;
	case LOAD_CLIENT_CONNECTING:
	case LOAD_CLIENT_IN:
		poll_on(client);
		break;
	case LOAD_CLIENT_LEAVING:
		if (!client->leave.is_out)
			load_client_vanish(client);
		break;
	case LOAD_CLIENT_OUT:
		break;
	}
}

static void
on_reply(struct load_call *call, enum load_outcome outcome,
    const struct load_reply *reply)
{
	struct load_client *client = call->owner;

	/* Whoever leaves has its connect ended in one way or another. */
	if (client->state == LOAD_CLIENT_LEAVING && reply == NULL)
		go_on(client);
	else if (load_client_read(client, call, outcome, reply) == 0 &&
	    client->state != LOAD_CLIENT_LEAVING)
		be_out(client);
	else
		go_on(client);
}

static void
on_left(struct load_call *call, enum load_outcome outcome,
    const struct load_reply *reply)
{
	struct load_client *client = call->owner;

	(void)load_client_read(client, call, outcome, reply);
	if (client->state == LOAD_CLIENT_LEAVING && !client->call.is_out)
		load_client_vanish(client);
}
