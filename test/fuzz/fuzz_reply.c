/*
 * fuzz_reply.c - any bytes as what a server says to the load tool.
 *
 * A reply that is whole has its body within the bytes, and is not whole when
 * the last byte is missing.  Its messages' fields are within the body.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "test/fuzz/fuzz_env.h"
#include "test/load/http.h"
#include "test/load/scan.h"
#include "test/load/stamp.h"

static void
require_within(struct bx_slice part, struct bx_slice whole)
{
	require(part.len == 0 ||
	    (part.at >= whole.at &&
		part.at + part.len <= whole.at + whole.len));
}

static void
scan(struct bx_slice body)
{
	struct load_message message;
	struct load_stamp stamp;
	struct load_scan scanner;
	size_t count = 0;

	load_scan_init(&scanner, body);
	while (load_scan_next(&scanner, &message)) {
		require(++count <= body.len);
		require_within(message.channel, body);
		require_within(message.client_id, body);
		require_within(message.error, body);
		require_within(message.reconnect, body);
		require_within(message.data, body);
		(void)load_stamp_parse(message.data, message.data.len, &stamp);
	}
	require(!load_scan_next(&scanner, &message));
}

static char *
copy_of(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size > 0 ? size : 1);

	require(bytes != NULL);
	if (size > 0)
		memcpy(bytes, data, size);
	return bytes;
}

static void
parse_http(const uint8_t *data, size_t size)
{
	char *bytes = copy_of(data, size);
	struct load_reply reply;
	size_t len = size;
	enum load_http_verdict verdict = load_http_parse(bytes, &len, &reply);

	if (verdict == LOAD_HTTP_MORE)
		require(len > size);
	if (verdict == LOAD_HTTP_WHOLE) {
		const struct bx_slice all = { bytes, len };
		char *again;
		size_t less;

		require(len <= size);
		require_within(reply.body, all);
		require_within(reply.cookie, all);
		scan(reply.body);
		again = copy_of(data, len - 1);
		less = len - 1;
		require(
		    load_http_parse(again, &less, &reply) == LOAD_HTTP_MORE);
		free(again);
	}
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = copy_of(data, size);
	const struct bx_slice all = { bytes, size };
	struct load_reply reply;

	parse_http(data, size);
	scan(all);
	if (load_http_parse_cgi(all, &reply) == LOAD_HTTP_WHOLE) {
		require_within(reply.body, all);
		scan(reply.body);
	}
	free(bytes);
	return 0;
}
