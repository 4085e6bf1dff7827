/*
 * said.c - a response's vectors, decoded.
 */
#include <string.h>

#include "fcgi/record.h"
#include "fcgi/response.h"
#include "said.h"
#include "unit.h"

static void
append(char *text, size_t size, const struct fcgi_record_decoder *decoder)
{
	size_t len = strlen(text);

	if (decoder->type != FCGI_STDOUT)
		return;
	CU_ASSERT_TRUE_FATAL(decoder->content.len < size - len);
	memcpy(text + len, decoder->content.at, decoder->content.len);
	text[len + decoder->content.len] = '\0';
}

void
said_text(const struct fcgi_response *response, char *text, size_t size)
{
	struct fcgi_gather gather = { .count = 0 };
	struct fcgi_record_decoder decoder;
	enum fcgi_record_event event;
	struct bx_slice input;
	int i;

	text[0] = '\0';
	CU_ASSERT_TRUE(fcgi_response_gather(response, &gather));
	fcgi_record_decoder_init(&decoder);
	for (i = 0; i < gather.count; i++) {
		input = (struct bx_slice){ gather.vectors[i].iov_base,
			gather.vectors[i].iov_len };
		while ((event = fcgi_record_next(&decoder, &input)) !=
		    FCGI_RECORD_MORE) {
			CU_ASSERT_NOT_EQUAL_FATAL(event, FCGI_RECORD_BAD);
			if (event == FCGI_RECORD_CONTENT)
				append(text, size, &decoder);
		}
	}
}
