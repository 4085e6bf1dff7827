/*
 * fuzz_record.c - the record decoder on any bytes, cut at any place.
 *
 * The first byte seeds the cuts.  The rest is decoded twice, at once and in
 * pieces, and both have to yield the same; what a front would send on is
 * given to the other readers of records.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/record.h"
#include "test/fuzz/fuzz_env.h"

/* A digest of all that a decoder yields, whatever the fragments are. */
struct digest {
	uint64_t sum;
	size_t content;
	size_t begun;
	size_t complete;
	bool bad;
};

static void
digest_add(struct digest *digest, uint64_t value)
{
	digest->sum = (digest->sum ^ value) * UINT64_C(0x100000001b3);
}

static void
digest_content(struct digest *digest, struct bx_slice content)
{
	require(content.len > 0);
	for (size_t i = 0; i < content.len; i++)
		digest_add(digest, (unsigned char)content.at[i]);
	digest->content += content.len;
}

/* Decode a copy of its own, so that no byte beyond it can be read. */
static void
decode(struct fcgi_record_decoder *decoder, struct digest *digest,
    const uint8_t *bytes, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);
	struct bx_slice input = { copy, len };

	require(copy != NULL);
	memcpy(copy, bytes, len);
	for (;;) {
		switch (fcgi_record_next(decoder, &input)) {
		case FCGI_RECORD_MORE:
			require(input.len == 0);
			free(copy);
			return;
		case FCGI_RECORD_BEGINS:
			digest_add(digest, decoder->type);
			digest_add(digest, decoder->request_id);
			digest_add(digest, decoder->content_len);
			digest->content = 0;
			digest->begun++;
			break;
		case FCGI_RECORD_CONTENT:
			digest_content(digest, decoder->content);
			require(digest->content <= decoder->content_len);
			break;
		case FCGI_RECORD_COMPLETE:
			require(digest->content == decoder->content_len);
			digest->complete++;
			require(digest->complete == digest->begun);
			break;
		case FCGI_RECORD_BAD:
			digest->bad = true;
			free(copy);
			return;
		}
	}
}

static struct digest
decode_at_once(const uint8_t *bytes, size_t len)
{
	struct digest digest = { .sum = 1 };
	struct fcgi_record_decoder decoder;

	fcgi_record_decoder_init(&decoder);
	decode(&decoder, &digest, bytes, len);
	return digest;
}

static struct digest
decode_in_pieces(const uint8_t *bytes, size_t len, uint32_t seed)
{
	struct digest digest = { .sum = 1 };
	struct fcgi_record_decoder decoder;

	fcgi_record_decoder_init(&decoder);
	while (len > 0) {
		size_t piece = 1 + (seed >> 16) % 13;

		if (piece > len)
			piece = len;
		decode(&decoder, &digest, bytes, piece);
		bytes += piece;
		len -= piece;
		seed = seed * 1103515245u + 12345u;
	}
	return digest;
}

/* The bodies of BEGIN_REQUEST and of GET_VALUES. */
static void
read_bodies(const uint8_t *bytes, size_t len)
{
	struct bx_slice content = { (const char *)bytes, len };
	struct fcgi_record_begin begin = { .len = 0 };
	unsigned char *out = malloc(FCGI_RECORD_RESULT_MAX);
	uint16_t role;
	uint8_t flags;
	size_t result_len;

	require(out != NULL);
	fcgi_record_begin_collect(&begin, content);
	require(fcgi_record_begin_parse(&begin, &role, &flags) ==
	    (len < 8 ? BX_EINVAL : BX_OK));
	if (fcgi_record_format_result(out, &result_len, content, UINT32_MAX,
		UINT32_MAX) == BX_OK) {
		struct digest digest = decode_at_once(out, result_len);

		require(!digest.bad && digest.complete == 1);
	}
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest whole, pieces;

	if (size == 0)
		return 0;
	whole = decode_at_once(data + 1, size - 1);
	pieces = decode_in_pieces(data + 1, size - 1, (uint32_t)data[0] << 16);
	require(whole.sum == pieces.sum && whole.bad == pieces.bad &&
	    whole.begun == pieces.begun && whole.complete == pieces.complete);
	read_bodies(data + 1, size - 1);
	return 0;
}
