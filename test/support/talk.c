/*
 * talk.c - a transport that a test plays by hand.
 */
#include "test/support/talk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/message.h"
#include "test/support/unit.h"

static const struct bx_transport_info long_polling = {
	.connection_type = "long-polling",
};

void
talk_defaults(struct talk *talk)
{
	const struct bx_settings defaults = BX_SETTINGS_DEFAULT;

	memset(talk, 0, sizeof(*talk));
	talk->settings = defaults;
	talk->transport = &long_polling;
	talk->now = 1000;
}

void
talk_start(struct talk *talk)
{
	talk->engine = bx_engine_new(unit_env(), &talk->settings);
	CU_ASSERT_PTR_NOT_NULL_FATAL(talk->engine);
}

void
talk_stop(struct talk *talk)
{
	bx_engine_free(talk->engine);
	talk->engine = NULL;
}

enum bx_status
talk_try(struct talk *talk, struct talk_request *request, const char *bytes,
    size_t len)
{
	enum bx_status status;

	memset(request, 0, sizeof(*request));
	request->exchange = bx_exchange_open(bx_engine_core(talk->engine),
	    talk->transport, request);
	if (request->exchange == NULL)
		return BX_ENOMEM;
	*bx_exchange_visitor(request->exchange) = talk->visitor;
	status = bx_exchange_receive(request->exchange, bytes, len);
	if (status == BX_OK)
		bx_exchange_start(request->exchange, talk->now);
	else
		talk_lose(talk, request);
	return status;
}

static void
send_text(struct talk *talk, struct talk_request *request, const char *format,
    va_list arguments)
{
	char text[TALK_TEXT_MAX];
	int len = vsnprintf(text, sizeof(text), format, arguments);

	CU_ASSERT_FATAL(len >= 0 && (size_t)len < sizeof(text));
	CU_ASSERT_EQUAL(talk_try(talk, request, text, (size_t)len), BX_OK);
}

void
talk_send(struct talk *talk, struct talk_request *request, const char *format,
    ...)
{
	va_list arguments;

	va_start(arguments, format);
	send_text(talk, request, format, arguments);
	va_end(arguments);
}

static void
append_message(struct bx_message *message, void *ctx)
{
	struct talk_request *request = ctx;
	size_t used = strlen(request->text);

	CU_ASSERT_FATAL(
	    used + bx_message_length(message) + 3 < sizeof(request->text));
	if (used > 1)
		request->text[used++] = ',';
	memcpy(request->text + used, bx_message_bytes(message),
	    bx_message_length(message));
	request->text[used + bx_message_length(message)] = '\0';
}

void
talk_drain(struct talk *talk)
{
	struct bx_exchange *exchange;
	struct talk_request *request;
	struct bx_answer answer;

	while ((exchange = bx_engine_next_ready(talk->engine)) != NULL) {
		request = bx_exchange_owner(exchange);
		answer = bx_exchange_answer(exchange);
		request->ready = true;
		request->outcome = answer.outcome;
		request->sets_cookie = answer.sets_cookie;
		request->commented = answer.commented;
		request->answer = answer;
		request->answers++;
		if (answer.outcome != BX_OUTCOME_REPLIES)
			continue;
		(void)strcpy(request->text, "[");
		bx_exchange_each_message(exchange, append_message, request);
		CU_ASSERT_EQUAL(strlen(request->text),
		    answer.count == 0 ? 1 : answer.bytes + answer.count);
		(void)strcat(request->text, "]");
	}
}

void
talk_stream(struct talk *talk, struct talk_request *request,
    const struct bx_stream_call *call)
{
	memset(request, 0, sizeof(*request));
	request->exchange = bx_exchange_open(bx_engine_core(talk->engine),
	    talk->transport, request);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request->exchange);
	*bx_exchange_visitor(request->exchange) = talk->visitor;
	CU_ASSERT_EQUAL_FATAL(bx_stream_ask(request->exchange, call), BX_OK);
	bx_exchange_start(request->exchange, talk->now);
	talk_drain(talk);
}

void
talk_sent(struct talk *talk, struct talk_request *request)
{
	CU_ASSERT_TRUE_FATAL(request->ready);
	request->ready = false;
	bx_stream_sent(request->exchange, talk->now);
	talk_drain(talk);
}

void
talk_wait(struct talk *talk, bx_msec duration)
{
	talk->now += duration;
	bx_engine_advance(talk->engine, talk->now);
	talk_drain(talk);
}

static void
close_request(struct talk *talk, struct talk_request *request,
    bool handed_over)
{
	if (request->exchange != NULL)
		bx_exchange_close(request->exchange, handed_over, talk->now);
	request->exchange = NULL;
}

void
talk_deliver(struct talk *talk, struct talk_request *request)
{
	CU_ASSERT_TRUE(request->ready);
	close_request(talk, request, true);
}

void
talk_lose(struct talk *talk, struct talk_request *request)
{
	close_request(talk, request, false);
}

const char *
talk_ask(struct talk *talk, const char *format, ...)
{
	static struct talk_request request;
	va_list arguments;

	va_start(arguments, format);
	send_text(talk, &request, format, arguments);
	va_end(arguments);
	talk_drain(talk);
	if (request.ready)
		talk_deliver(talk, &request);
	else {
		CU_FAIL("the answer is not ready");
		talk_lose(talk, &request);
	}
	return request.text;
}

void
talk_handshake(struct talk *talk, char *id)
{
	const char *text = talk_ask(talk,
	    "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
	    "\"supportedConnectionTypes\":[\"long-polling\"]}]");
	const char *at = strstr(text, "\"clientId\":\"");

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	memcpy(id, at + strlen("\"clientId\":\""), BX_CLIENT_ID_LENGTH);
	id[BX_CLIENT_ID_LENGTH] = '\0';
}

void
talk_connect(struct talk *talk, char *id)
{
	talk_handshake(talk, id);
	CU_ASSERT_STRING_EQUAL(
	    talk_ask(talk,
		"[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\"}]", id),
	    "[{\"channel\":\"/meta/connect\",\"successful\":true}]");
}
