/*
 * record.h - FastCGI records: bytes to events, and records to bytes.
 *
 * A connection reads into whatever buffer is at hand and gives the decoder
 * each piece; the decoder yields what it finds, one event per call, and keeps
 * no content: between pieces it holds at most a part of a record's header.
 * Constants and layouts are those of libfcgi's fastcgi.h.
 *
 *	state \ event	MORE	BEGINS	 CONTENT  COMPLETE  BAD
 *	HEADER		HEADER	CONTENT* -	  -	    BROKEN
 *	CONTENT		CONTENT	-	 CONTENT* -	    -
 *	PADDING		PADDING	-	 -	  HEADER    -
 *	BROKEN		-	-	 -	  -	    BROKEN
 *	* PADDING when no content is left, even if there is no padding
 *
 * Ownership: everything is embedded or the caller's; nothing is allocated.
 * Content is borrowed from the input.
 * Reentrancy: no function calls out; input may be dropped between two calls.
 */
#ifndef FCGI_RECORD_H
#define FCGI_RECORD_H

#include <fastcgi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/json.h"
#include "engine/status.h"

enum fcgi_record_event {
	FCGI_RECORD_MORE,     /* the input is used up */
	FCGI_RECORD_BEGINS,   /* type, request_id and content_len are set */
	FCGI_RECORD_CONTENT,  /* content holds the next bytes, at least 1 */
	FCGI_RECORD_COMPLETE, /* content and padding have all come */
	FCGI_RECORD_BAD	      /* not FastCGI version 1: close the connection */
};

enum fcgi_record_state {
	FCGI_RECORD_IN_HEADER,
	FCGI_RECORD_IN_CONTENT,
	FCGI_RECORD_IN_PADDING,
	FCGI_RECORD_BROKEN
};

/* The caller reads the first four, which stay while the record lasts. */
struct fcgi_record_decoder {
	struct bx_slice content; /* of a CONTENT event, else stale */
	uint16_t request_id;
	uint16_t content_len; /* of the whole record */
	uint8_t type;	      /* as sent: may be none that is known */
	uint8_t state;	      /* enum fcgi_record_state */
	uint8_t header_len;   /* bytes of header that have come */
	uint8_t padding_left;
	uint16_t content_left;
	unsigned char header[FCGI_HEADER_LEN];
};

/* Be at the start of a connection. */
void fcgi_record_decoder_init(struct fcgi_record_decoder *decoder);

/* Yield the next event and take its bytes off the front of input.  Call until
 * FCGI_RECORD_MORE, then read again.  A record without content has no CONTENT
 * event.  After BAD there is only BAD. */
enum fcgi_record_event fcgi_record_next(struct fcgi_record_decoder *decoder,
    struct bx_slice *input);

/* Is the peer between two records, so that EOF here cuts nothing off? */
bool fcgi_record_is_between(const struct fcgi_record_decoder *decoder);

/* The body of a BEGIN_REQUEST while it arrives; start with all zero. */
struct fcgi_record_begin {
	unsigned char bytes[sizeof(FCGI_BeginRequestBody)];
	uint8_t len;
};

/* Keep what content adds to the first 8 bytes; more is tolerated. */
void fcgi_record_begin_collect(struct fcgi_record_begin *begin,
    struct bx_slice content);

/* role is FCGI_RESPONDER or any other number, flags has FCGI_KEEP_CONN or
 * not.  BX_EINVAL: the body had less than 8 bytes. */
enum bx_status fcgi_record_begin_parse(const struct fcgi_record_begin *begin,
    uint16_t *role, uint8_t *flags);

/* The header of a record, without padding. */
void fcgi_record_format_header(unsigned char out[FCGI_HEADER_LEN],
    uint8_t type, uint16_t request_id, uint16_t content_len);

/* The length of an END_REQUEST or UNKNOWN_TYPE record. */
#define FCGI_RECORD_SMALL 16

/* A whole END_REQUEST; protocol_status is FCGI_REQUEST_COMPLETE or so. */
void fcgi_record_format_end(unsigned char out[FCGI_RECORD_SMALL],
    uint16_t request_id, uint32_t app_status, uint8_t protocol_status);

/* A whole UNKNOWN_TYPE, the answer to a management record of that type. */
void fcgi_record_format_unknown(unsigned char out[FCGI_RECORD_SMALL],
    uint8_t type);

/* A caller that collects GET_VALUES content keeps no more than this. */
#define FCGI_RECORD_VALUES_MAX 4096
/* The room that any GET_VALUES_RESULT of ours fits in. */
#define FCGI_RECORD_RESULT_MAX 80

/*
 * Write into out, of FCGI_RECORD_RESULT_MAX bytes, the GET_VALUES_RESULT to
 * the content of a GET_VALUES: FCGI_MAX_CONNS, FCGI_MAX_REQS, FCGI_MPXS_CONNS
 * (always 1), each only if asked for.  *len is that of the whole record.
 * BX_EINVAL: asked is cut off or malformed; nothing is written.
 */
enum bx_status fcgi_record_format_result(unsigned char *out, size_t *len,
    struct bx_slice asked, uint32_t max_conns, uint32_t max_reqs);

/* How many stream records carry len bytes, at most FCGI_MAX_LENGTH in each;
 * 0 for 0, as an empty record would end the stream. */
size_t fcgi_record_count(size_t len);

#endif
