/*
 * fuzz_origin.c - any bytes as Host, Origin, Sec-Fetch-Site, Referer and an
 * allowed origin, each a line.
 *
 * What is echoed breaks out of no header, and an allowed origin changes no
 * verdict but that of the foreign.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/http_cgi.h"
#include "fcgi/http_origin.h"
#include "fcgi/http_text.h"
#include "test/fuzz/fuzz_env.h"

static void
require_one_line_each(const char *headers, size_t len)
{
	require(len == strlen(headers) && len < HTTP_ORIGIN_HEADERS);
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)headers[i];

		if (byte == '\r')
			require(headers[i + 1] == '\n');
		else if (byte == '\n')
			require(i > 0 && headers[i - 1] == '\r');
		else
			require(byte >= 0x20 && byte < 0x7f);
	}
	require(len == 0 || headers[len - 1] == '\n');
	require(len == 0 ||
	    strncmp(headers, "Access-Control-Allow-Origin: ", 29) == 0);
}

static void
judge(struct http_request *request, char *pattern)
{
	const struct http_origin_list nobody = { NULL, 0 };
	const struct http_origin_list allowed = { &pattern, 1 };
	enum http_origin alone = http_origin_judge(request, &nobody);
	enum http_origin listed = http_origin_judge(request, &allowed);
	char headers[HTTP_ORIGIN_HEADERS];
	bool is_pattern;

	require(alone == HTTP_ORIGIN_OWN || alone == HTTP_ORIGIN_FOREIGN);
	require((alone == HTTP_ORIGIN_OWN) == (listed == HTTP_ORIGIN_OWN));
	is_pattern = http_origin_is_pattern(
	    (struct bx_slice){ pattern, strlen(pattern) });
	require(is_pattern || listed == alone);
	require(request->origin.len > 0 || alone == HTTP_ORIGIN_OWN);
	require_one_line_each(headers,
	    http_origin_format(request, listed, headers));
	listed = http_origin_judge_script(request, &allowed);
	require_one_line_each(headers,
	    http_origin_format(request, listed, headers));
	/* A script tag is never judged more kindly than its origin is. */
	if (request->origin.len > 0 && alone == HTTP_ORIGIN_FOREIGN)
		require(http_origin_judge_script(request, &nobody) ==
		    HTTP_ORIGIN_FOREIGN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bx_slice rest = { (const char *)data, size };
	struct http_request request;
	char *pattern;

	if (size == 0)
		return 0;
	memset(&request, 0, sizeof(request));
	request.method = HTTP_METHOD_OPTIONS;
	request.https = data[0] % 2 == 1;
	request.requested_method = (struct bx_slice){ "POST", 4 };
	request.server_port = (struct bx_slice){ "8080", 4 };
	request.host = http_text_split(rest, '\n', &rest);
	request.origin = http_text_split(rest, '\n', &rest);
	request.sec_fetch_site = http_text_split(rest, '\n', &rest);
	request.referer = http_text_split(rest, '\n', &rest);
	pattern = malloc(rest.len + 1);
	require(pattern != NULL);
	if (rest.len > 0)
		memcpy(pattern, rest.at, rest.len);
	pattern[rest.len] = '\0';
	judge(&request, pattern);
	free(pattern);
	return 0;
}
