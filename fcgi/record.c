/* record.c - FastCGI records; see record.h. */
#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "params.h"

/* What a GET_VALUES can ask of us, in the order of our answer. */
enum value_name {
	VALUE_MAX_CONNS,
	VALUE_MAX_REQS,
	VALUE_MPXS_CONNS,
	VALUE_COUNT
};

static const char *const value_names[VALUE_COUNT] = {
	[VALUE_MAX_CONNS] = FCGI_MAX_CONNS,
	[VALUE_MAX_REQS] = FCGI_MAX_REQS,
	[VALUE_MPXS_CONNS] = FCGI_MPXS_CONNS,
};

/* The three pairs with their names and lengths, and values of ten digits. */
_Static_assert(FCGI_RECORD_RESULT_MAX >= FCGI_HEADER_LEN +
	    (2 + sizeof(FCGI_MAX_CONNS) - 1 + 10) +
	    (2 + sizeof(FCGI_MAX_REQS) - 1 + 10) +
	    (2 + sizeof(FCGI_MPXS_CONNS) - 1 + 1),
    "room for any result");
_Static_assert(sizeof(FCGI_EndRequestRecord) == FCGI_RECORD_SMALL &&
	sizeof(FCGI_UnknownTypeRecord) == FCGI_RECORD_SMALL,
    "layouts of fastcgi.h have no gaps");

void
fcgi_record_decoder_init(struct fcgi_record_decoder *decoder)
{
	memset(decoder, 0, sizeof(*decoder));
	decoder->state = FCGI_RECORD_IN_HEADER;
}

/* The first len bytes of input, which has that many. */
static struct bx_slice
take(struct bx_slice *input, size_t len)
{
	struct bx_slice taken = { input->at, len };

	input->at += len;
	input->len -= len;
	return taken;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
enter_content(struct fcgi_record_decoder *decoder)
{
	decoder->state = decoder->content_left > 0 ? FCGI_RECORD_IN_CONTENT
						   : FCGI_RECORD_IN_PADDING;
}

/* All eight bytes are there. */
static enum fcgi_record_event
begin_record(struct fcgi_record_decoder *decoder)
{
	FCGI_Header header;

	memcpy(&header, decoder->header, sizeof(header));
	decoder->type = header.type;
	decoder->request_id =
	    (uint16_t)(header.requestIdB1 << 8 | header.requestIdB0);
	decoder->content_len =
	    (uint16_t)(header.contentLengthB1 << 8 | header.contentLengthB0);
	decoder->content_left = decoder->content_len;
	decoder->padding_left = header.paddingLength;
	decoder->header_len = 0;
	enter_content(decoder);
	return FCGI_RECORD_BEGINS;
}

static enum fcgi_record_event
next_header(struct fcgi_record_decoder *decoder, struct bx_slice *input)
{
	struct bx_slice part;

	if (input->len == 0)
		return FCGI_RECORD_MORE;
	part = take(input,
	    smaller(input->len,
		(size_t)(FCGI_HEADER_LEN - decoder->header_len)));
	memcpy(decoder->header + decoder->header_len, part.at, part.len);
	decoder->header_len = (uint8_t)(decoder->header_len + part.len);
	/*
	 * The version is known from the first byte: what speaks another
	 * protocol need not be waited for.
	 */
	if (decoder->header[0] != FCGI_VERSION_1) {
		decoder->state = FCGI_RECORD_BROKEN;
		return FCGI_RECORD_BAD;
	}
	return decoder->header_len == FCGI_HEADER_LEN ? begin_record(decoder)
						      : FCGI_RECORD_MORE;
}

static enum fcgi_record_event
next_content(struct fcgi_record_decoder *decoder, struct bx_slice *input)
{
	if (input->len == 0)
		return FCGI_RECORD_MORE;
	decoder->content =
	    take(input, smaller(input->len, decoder->content_left));
	decoder->content_left =
	    (uint16_t)(decoder->content_left - decoder->content.len);
	enter_content(decoder);
	return FCGI_RECORD_CONTENT;
}

static enum fcgi_record_event
next_padding(struct fcgi_record_decoder *decoder, struct bx_slice *input)
{
	size_t len = smaller(input->len, decoder->padding_left);

	if (len > 0)
		(void)take(input, len);
	decoder->padding_left = (uint8_t)(decoder->padding_left - len);
	if (decoder->padding_left > 0)
		return FCGI_RECORD_MORE;
	decoder->state = FCGI_RECORD_IN_HEADER;
	return FCGI_RECORD_COMPLETE;
}

enum fcgi_record_event
fcgi_record_next(struct fcgi_record_decoder *decoder, struct bx_slice *input)
{
	switch ((enum fcgi_record_state)decoder->state) {
	case FCGI_RECORD_IN_HEADER:
		return next_header(decoder, input);
	case FCGI_RECORD_IN_CONTENT:
		return next_content(decoder, input);
	case FCGI_RECORD_IN_PADDING:
		return next_padding(decoder, input);
	case FCGI_RECORD_BROKEN:
		break;
	}
	return FCGI_RECORD_BAD;
}

bool
fcgi_record_is_between(const struct fcgi_record_decoder *decoder)
{
	return decoder->state == FCGI_RECORD_IN_HEADER &&
	    decoder->header_len == 0;
}

void
fcgi_record_begin_collect(struct fcgi_record_begin *begin,
    struct bx_slice content)
{
	size_t len = smaller(content.len, sizeof(begin->bytes) - begin->len);

	if (len == 0)
		return;
	memcpy(begin->bytes + begin->len, content.at, len);
	begin->len = (uint8_t)(begin->len + len);
}

enum bx_status
fcgi_record_begin_parse(const struct fcgi_record_begin *begin, uint16_t *role,
    uint8_t *flags)
{
	FCGI_BeginRequestBody body;

	if (begin->len < sizeof(body))
		return BX_EINVAL;
	memcpy(&body, begin->bytes, sizeof(body));
	*role = (uint16_t)(body.roleB1 << 8 | body.roleB0);
	*flags = body.flags;
	return BX_OK;
}

void
fcgi_record_format_header(unsigned char out[FCGI_HEADER_LEN], uint8_t type,
    uint16_t request_id, uint16_t content_len)
{
	const FCGI_Header header = {
		.version = FCGI_VERSION_1,
		.type = type,
		.requestIdB1 = (unsigned char)(request_id >> 8),
		.requestIdB0 = (unsigned char)(request_id & 0xff),
		.contentLengthB1 = (unsigned char)(content_len >> 8),
		.contentLengthB0 = (unsigned char)(content_len & 0xff),
	};

	memcpy(out, &header, sizeof(header));
}

void
fcgi_record_format_end(unsigned char out[FCGI_RECORD_SMALL],
    uint16_t request_id, uint32_t app_status, uint8_t protocol_status)
{
	const FCGI_EndRequestBody body = {
		.appStatusB3 = (unsigned char)(app_status >> 24),
		.appStatusB2 = (unsigned char)(app_status >> 16 & 0xff),
		.appStatusB1 = (unsigned char)(app_status >> 8 & 0xff),
		.appStatusB0 = (unsigned char)(app_status & 0xff),
		.protocolStatus = protocol_status,
	};

	fcgi_record_format_header(out, FCGI_END_REQUEST, request_id,
	    sizeof(body));
	memcpy(out + FCGI_HEADER_LEN, &body, sizeof(body));
}

void
fcgi_record_format_unknown(unsigned char out[FCGI_RECORD_SMALL], uint8_t type)
{
	const FCGI_UnknownTypeBody body = { .type = type };

	fcgi_record_format_header(out, FCGI_UNKNOWN_TYPE, FCGI_NULL_REQUEST_ID,
	    sizeof(body));
	memcpy(out + FCGI_HEADER_LEN, &body, sizeof(body));
}

/* Mark in wanted what the stream asks for. */
static enum bx_status
find_wanted(struct bx_slice asked, bool wanted[VALUE_COUNT])
{
	struct fcgi_params params;
	struct fcgi_params_pair pair;
	enum bx_status status;
	bool more;

	fcgi_params_init(&params, asked);
	while ((status = fcgi_params_next(&params, &pair, &more)) == BX_OK &&
	    more)
		for (int i = 0; i < VALUE_COUNT; i++)
			if (pair.name.len == strlen(value_names[i]) &&
			    memcmp(pair.name.at, value_names[i],
				pair.name.len) == 0)
				wanted[i] = true;
	return status;
}

enum bx_status
fcgi_record_format_result(unsigned char *out, size_t *len,
    struct bx_slice asked, uint32_t max_conns, uint32_t max_reqs)
{
	const uint32_t values[VALUE_COUNT] = { max_conns, max_reqs, 1 };
	bool wanted[VALUE_COUNT] = { false };
	size_t at = FCGI_HEADER_LEN;
	enum bx_status status = find_wanted(asked, wanted);

	for (int i = 0; i < VALUE_COUNT && status == BX_OK; i++) {
		char digits[sizeof("4294967295")];
		int count =
		    snprintf(digits, sizeof(digits), "%" PRIu32, values[i]);
		struct fcgi_params_pair pair = {
			{ value_names[i], strlen(value_names[i]) },
			{ digits, (size_t)count },
		};
		size_t pair_len;

		if (!wanted[i])
			continue;
		status = fcgi_params_format(&pair, out + at,
		    FCGI_RECORD_RESULT_MAX - at, &pair_len);
		if (status == BX_OK)
			at += pair_len;
	}
	if (status != BX_OK)
		return status;
	fcgi_record_format_header(out, FCGI_GET_VALUES_RESULT,
	    FCGI_NULL_REQUEST_ID, (uint16_t)(at - FCGI_HEADER_LEN));
	*len = at;
	return BX_OK;
}

size_t
fcgi_record_count(size_t len)
{
	return len / FCGI_MAX_LENGTH + (len % FCGI_MAX_LENGTH != 0);
}
