/* fcgi_request.c - requests over FastCGI; see fcgi_request.h. */
#include "fcgi_request.h"

#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "fcgi/params.h"
#include "fcgi/record.h"
#include "target.h"

/* What no pair of ours exceeds beside its name and value. */
#define LENGTHS 8

static void
add_record(struct load_bytes *out, uint8_t type, uint16_t request_id,
    struct bx_slice content)
{
	unsigned char header[FCGI_HEADER_LEN];

	fcgi_record_format_header(header, type, request_id,
	    (uint16_t)content.len);
	load_bytes_append(out, header, sizeof(header));
	load_bytes_append(out, content.at, content.len);
}

static void
add_param(struct load_bytes *out, const char *name, const char *value)
{
	struct fcgi_params_pair pair = { { name, strlen(name) },
		{ value, strlen(value) } };
	size_t room = pair.name.len + pair.value.len + LENGTHS, len = 0;

	(void)fcgi_params_format(&pair,
	    (unsigned char *)load_bytes_room(out, room), room, &len);
	out->len += len;
}

/* The record around params gets its header when their length is known. */
static void
add_params(struct load_bytes *out, const struct load_target *target,
    uint16_t request_id, const char *cookie, size_t body_len)
{
	size_t header = out->len, len;
	char number[24];

	(void)load_bytes_room(out, FCGI_HEADER_LEN);
	out->len += FCGI_HEADER_LEN;
	(void)snprintf(number, sizeof(number), "%zu", body_len);
	add_param(out, "CONTENT_LENGTH", number);
	add_param(out, "SCRIPT_NAME", target->path);
	add_param(out, "QUERY_STRING", "");
	add_param(out, "REQUEST_URI", target->path);
	add_param(out, "REQUEST_METHOD", "POST");
	add_param(out, "SERVER_PROTOCOL", "HTTP/1.1");
	add_param(out, "REMOTE_ADDR", "127.0.0.1");
	add_param(out, "HTTP_HOST", target->host);
	add_param(out, "CONTENT_TYPE", "application/json");
	if (*cookie != '\0')
		add_param(out, "HTTP_COOKIE", cookie);
	len = out->len - header - FCGI_HEADER_LEN;
	fcgi_record_format_header((unsigned char *)out->at + header,
	    FCGI_PARAMS, request_id, (uint16_t)len);
}

void
load_fcgi_request_format(struct load_bytes *out,
    const struct load_target *target, uint16_t request_id, const char *cookie,
    struct bx_slice body)
{
	static const char begin[8] = { 0, FCGI_RESPONDER, FCGI_KEEP_CONN };
	const struct bx_slice none = { NULL, 0 };

	add_record(out, FCGI_BEGIN_REQUEST, request_id,
	    (struct bx_slice){ begin, sizeof(begin) });
	add_params(out, target, request_id, cookie, body.len);
	add_record(out, FCGI_PARAMS, request_id, none);
	while (body.len > 0) {
		size_t len =
		    body.len < FCGI_MAX_LENGTH ? body.len : FCGI_MAX_LENGTH;

		add_record(out, FCGI_STDIN, request_id,
		    (struct bx_slice){ body.at, len });
		body.at += len;
		body.len -= len;
	}
	add_record(out, FCGI_STDIN, request_id, none);
}
