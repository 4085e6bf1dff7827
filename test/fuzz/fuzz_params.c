/*
 * fuzz_params.c - any bytes as a PARAMS stream, and on to an HTTP request.
 *
 * Pairs that are read are formatted and read again.  The values become a
 * request, whose addresses are looked at too: all of that is a peer's word.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/address.h"
#include "fcgi/http_cgi.h"
#include "fcgi/params.h"
#include "test/fuzz/fuzz_env.h"

static bool
same(struct bx_slice a, struct bx_slice b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* What was read can be written, into just the bytes it took or fewer, and is
 * then read as the same. */
static void
write_and_read(const struct fcgi_params_pair *pair, size_t taken)
{
	unsigned char *out = malloc(taken);
	struct fcgi_params params;
	struct fcgi_params_pair again;
	size_t len;
	bool more;

	require(out != NULL);
	require(fcgi_params_format(pair, out, taken, &len) == BX_OK);
	fcgi_params_init(&params, (struct bx_slice){ (char *)out, len });
	require(fcgi_params_next(&params, &again, &more) == BX_OK && more);
	require(same(pair->name, again.name));
	require(same(pair->value, again.value));
	require(params.left.len == 0);
	free(out);
}

static enum bx_status
read_pairs(struct bx_slice stream)
{
	struct fcgi_params params;
	struct fcgi_params_pair pair;
	enum bx_status status;
	bool more;

	fcgi_params_init(&params, stream);
	for (;;) {
		size_t before = params.left.len;

		status = fcgi_params_next(&params, &pair, &more);
		if (status != BX_OK || !more)
			return status;
		require(params.left.len < before);
		write_and_read(&pair, before - params.left.len);
	}
}

static void
look_at(const struct http_request *request)
{
	struct fcgi_address_network network;
	struct fcgi_address_networks trusted = { &network, 0 };
	struct fcgi_address client;

	(void)http_request_below_mount(request, "/cometd");
	(void)http_request_has_known_charset(request);
	(void)http_request_is_websocket(request);
	if (fcgi_address_network_parse(request->host, &network) == BX_OK)
		trusted.count = 1;
	if (fcgi_address_of_client(&trusted, request->remote_addr,
		request->forwarded_for, &client))
		(void)fcgi_address_is_in(&client, &trusted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bx_slice stream = { (const char *)data, size };
	enum bx_status pairs = read_pairs(stream), status;
	struct http_request request;
	struct bx_buf text;

	bx_buf_init(&text, fuzz_env());
	status = http_request_parse(&request, stream, &text);
	require(pairs == BX_OK || status != BX_OK);
	look_at(&request);
	bx_buf_fini(&text);
	return 0;
}
