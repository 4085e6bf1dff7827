/*
 * test_output.c - responses on their way into a socket.
 */
#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/message.h"
#include "fcgi/output.h"
#include "fcgi/response.h"
#include "test/support/unit.h"

#define RECEIVED_MAX 1000000

/* An output, and both ends of its socket. */
struct pipe {
	struct fcgi_output output;
	int fd;
	int peer;
	size_t received_len;
	char received[RECEIVED_MAX];
};

static struct pipe line;

/* size: of what the socket takes; 0 for as much as there is by default. */
static void
start(int size)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
		abort();
	line.fd = ends[0];
	line.peer = ends[1];
	line.received_len = 0;
	if (size > 0 &&
	    setsockopt(line.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) !=
		0)
		abort();
	fcgi_output_init(&line.output);
}

static void
stop(void)
{
	fcgi_output_fini(&line.output);
	CU_ASSERT_EQUAL(line.output.bytes, 0);
	CU_ASSERT_EQUAL(line.output.count, 0);
	(void)close(line.fd);
	if (line.peer >= 0)
		(void)close(line.peer);
}

static void
receive(void)
{
	ssize_t got;

	while ((got = recv(line.peer, line.received + line.received_len,
		    sizeof(line.received) - line.received_len, 0)) > 0)
		line.received_len += (size_t)got;
}

/* A response of these bytes alone. */
static struct fcgi_response *
add_records(const char *text)
{
	struct fcgi_response *response = fcgi_response_records(unit_env(),
	    (const unsigned char *)text, strlen(text));

	CU_ASSERT_PTR_NOT_NULL_FATAL(response);
	fcgi_output_append(&line.output, response);
	return response;
}

/* A response with a message of len times c. */
static struct fcgi_response *
add_message(size_t len, int c)
{
	const struct fcgi_response_head head = {
		.status = 200,
		.content_type = FCGI_RESPONSE_JSON,
	};
	const struct fcgi_response_body body = {
		"[",
		"]",
		.count = 1,
		.bytes = len,
	};
	struct fcgi_response *response;
	struct bx_message *message;
	char *bytes = malloc(len);

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	memset(bytes, c, len);
	response = fcgi_response_new(unit_env(), 1, &head, &body);
	message = bx_message_new(unit_env(), bytes, len);
	free(bytes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(response);
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	fcgi_response_add(message, response);
	bx_message_unref(message);
	fcgi_output_append(&line.output, response);
	return response;
}

static size_t
count_received(char c)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < line.received_len; i++)
		if (line.received[i] == c)
			count++;
	return count;
}

static void
responses_are_written_in_their_order(void)
{
	struct fcgi_response *first;
	struct fcgi_response *second;

	start(0);
	CU_ASSERT_EQUAL(fcgi_output_write(&line.output, line.fd),
	    FCGI_OUTPUT_EMPTY);
	first = add_records("one,");
	second = add_records("two");
	CU_ASSERT_EQUAL(line.output.bytes, 7);
	CU_ASSERT_EQUAL(line.output.count, 2);
	CU_ASSERT_PTR_NULL(fcgi_output_take_written(&line.output));
	CU_ASSERT_EQUAL(fcgi_output_write(&line.output, line.fd),
	    FCGI_OUTPUT_EMPTY);
	receive();
	CU_ASSERT_TRUE(
	    unit_is_text(line.received, line.received_len, "one,two"));
	CU_ASSERT_EQUAL(line.output.bytes, 0);
	CU_ASSERT_PTR_EQUAL(fcgi_output_take_written(&line.output), first);
	CU_ASSERT_PTR_EQUAL(fcgi_output_take_written(&line.output), second);
	CU_ASSERT_PTR_NULL(fcgi_output_take_written(&line.output));
	CU_ASSERT_EQUAL(line.output.count, 0);
	fcgi_response_free(first);
	fcgi_response_free(second);
	stop();
}

static void
what_the_socket_does_not_take_is_written_later(void)
{
	struct fcgi_response *large;
	struct fcgi_response *small;
	size_t later = 0;
	size_t total;

	start(4096);
	large = add_message(300000, '#');
	small = add_message(10, '+');
	total = line.output.bytes;
	while (fcgi_output_write(&line.output, line.fd) == FCGI_OUTPUT_LATER) {
		receive();
		CU_ASSERT_EQUAL_FATAL(line.received_len + line.output.bytes,
		    total);
		CU_ASSERT_TRUE_FATAL(++later < total);
	}
	CU_ASSERT_TRUE(later > 1);
	receive();
	CU_ASSERT_EQUAL(line.received_len, total);
	CU_ASSERT_EQUAL(count_received('#'), 300000);
	CU_ASSERT_EQUAL(count_received('+'), 10);
	CU_ASSERT_PTR_EQUAL(fcgi_output_take_written(&line.output), large);
	CU_ASSERT_PTR_EQUAL(fcgi_output_take_written(&line.output), small);
	fcgi_response_free(large);
	fcgi_response_free(small);
	stop();
}

static void
a_full_socket_takes_nothing(void)
{
	size_t left;

	start(4096);
	(void)add_message(300000, '#');
	CU_ASSERT_EQUAL(fcgi_output_write(&line.output, line.fd),
	    FCGI_OUTPUT_LATER);
	left = line.output.bytes;
	CU_ASSERT_EQUAL(fcgi_output_write(&line.output, line.fd),
	    FCGI_OUTPUT_LATER);
	CU_ASSERT_EQUAL(line.output.bytes, left);
	CU_ASSERT_PTR_NULL(fcgi_output_take_written(&line.output));
	stop();
}

/* A socket with a fast reader takes everything at once. */
static void
much_output_is_written_in_several_turns(void)
{
	static const char text[] =
	    "what each of these responses says, so that "
	    "all are more than one turn takes";
	const size_t count = 5000;
	const size_t bytes = count * strlen(text);
	struct fcgi_response *response;
	size_t turns = 1;
	size_t taken = 0;
	size_t i;

	start(1000000);
	for (i = 0; i < count; i++)
		(void)add_records(text);
	while (fcgi_output_write(&line.output, line.fd) != FCGI_OUTPUT_EMPTY) {
		CU_ASSERT_TRUE_FATAL(line.output.bytes < bytes);
		receive();
		CU_ASSERT_EQUAL(line.received_len + line.output.bytes, bytes);
		turns++;
	}
	CU_ASSERT_TRUE(turns > 1);
	while ((response = fcgi_output_take_written(&line.output)) != NULL) {
		fcgi_response_free(response);
		taken++;
	}
	CU_ASSERT_EQUAL(taken, count);
	stop();
}

static void
without_a_peer_the_output_is_broken(void)
{
	start(0);
	(void)add_records("x");
	(void)close(line.peer);
	line.peer = -1;
	CU_ASSERT_EQUAL(fcgi_output_write(&line.output, line.fd),
	    FCGI_OUTPUT_BROKEN);
	CU_ASSERT_EQUAL(line.output.bytes, 1);
	CU_ASSERT_PTR_NULL(fcgi_output_take_written(&line.output));
	stop();
}

static void
what_is_removed_is_not_written(void)
{
	struct fcgi_response *second;

	start(0);
	(void)add_records("one,");
	second = add_records("two,");
	(void)add_records("three");
	fcgi_output_remove(&line.output, second);
	fcgi_response_free(second);
	CU_ASSERT_EQUAL(line.output.bytes, 9);
	CU_ASSERT_EQUAL(line.output.count, 2);
	CU_ASSERT_EQUAL(fcgi_output_write(&line.output, line.fd),
	    FCGI_OUTPUT_EMPTY);
	receive();
	CU_ASSERT_TRUE(
	    unit_is_text(line.received, line.received_len, "one,three"));
	stop();
}

static void
what_has_an_owner_is_its_owners_to_free(void)
{
	struct fcgi_response *owned;

	start(0);
	owned = add_records("one");
	(void)add_records("two");
	fcgi_response_set_owner(owned, &line);
	stop();
	CU_ASSERT_EQUAL(fcgi_response_left(owned), 3);
	fcgi_response_free(owned);
}

static const struct unit_test tests[] = {
	{ "responses are written in their order",
	    responses_are_written_in_their_order },
	{ "what the socket does not take is written later",
	    what_the_socket_does_not_take_is_written_later },
	{ "a full socket takes nothing", a_full_socket_takes_nothing },
	{ "much output is written in several turns",
	    much_output_is_written_in_several_turns },
	{ "without a peer the output is broken",
	    without_a_peer_the_output_is_broken },
	{ "what is removed is not written", what_is_removed_is_not_written },
	{ "what has an owner is its owner's to free",
	    what_has_an_owner_is_its_owners_to_free },
};

UNIT_MAIN("output", tests)
