/* http.c - requests and replies; see http.h. */
#include "http.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "bytes.h"
#include "target.h"

#define HEAD_MAX 65536u

/* The fields of a head that matter here. */
struct head {
	int status;
	struct bx_slice cookie;
	size_t content_length;
	bool has_length;
	bool is_chunked;
	bool is_last;
};

void
load_http_format(struct load_bytes *out, const struct load_target *target,
    const char *cookie, struct bx_slice body)
{
	load_bytes_print(out,
	    "POST %s HTTP/1.1\r\nHost: %s\r\n"
	    "Content-Type: application/json\r\n"
	    "Content-Length: %zu\r\n",
	    target->path, target->host, body.len);
	if (*cookie != '\0')
		load_bytes_print(out, "Cookie: %s\r\n", cookie);
	load_bytes_append(out, "\r\n", 2);
	load_bytes_append(out, body.at, body.len);
}

/* The line up to the next LF, without CR LF. */
static bool
take_line(struct bx_slice *left, struct bx_slice *line)
{
	const char *end =
	    left->len > 0 ? memchr(left->at, '\n', left->len) : NULL;
	size_t len;

	if (end == NULL)
		return false;
	len = (size_t)(end - left->at);
	*line = (struct bx_slice){ left->at, len };
	if (len > 0 && line->at[len - 1] == '\r')
		line->len--;
	left->at += len + 1;
	left->len -= len + 1;
	return true;
}

static bool
starts_with(struct bx_slice slice, const char *text)
{
	return slice.len >= strlen(text) &&
	    strncasecmp(slice.at, text, strlen(text)) == 0;
}

/* The value when line is that header, whose name comes with its colon. */
static bool
is_header(struct bx_slice line, const char *name, struct bx_slice *value)
{
	if (!starts_with(line, name))
		return false;
	*value = (struct bx_slice){ line.at + strlen(name),
		line.len - strlen(name) };
	while (value->len > 0 && *value->at == ' ') {
		value->at++;
		value->len--;
	}
	return true;
}

/* Digits of base 10 or 16 at the front, up to LOAD_HTTP_MAX. */
static bool
parse_number(struct bx_slice text, unsigned base, size_t *value)
{
	size_t digits = 0;

	*value = 0;
	for (; digits < text.len; digits++) {
		char c = text.at[digits];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
		    : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
		    : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
					   : base;

		if (digit >= base)
			break;
		*value = *value * base + digit;
		if (*value > LOAD_HTTP_MAX)
			return false;
	}
	return digits > 0;
}

static bool
note_header(struct head *head, struct bx_slice line)
{
	struct bx_slice value;
	size_t status;

	if (is_header(line, "Content-Length:", &value)) {
		head->has_length = true;
		return parse_number(value, 10, &head->content_length);
	}
	if (is_header(line, "Transfer-Encoding:", &value))
		head->is_chunked = starts_with(value, "chunked");
	else if (is_header(line, "Connection:", &value))
		head->is_last = starts_with(value, "close");
	else if (is_header(line, "Set-Cookie:", &value) &&
	    head->cookie.len == 0) {
		const char *end = memchr(value.at, ';', value.len);

		head->cookie = value;
		if (end != NULL)
			head->cookie.len = (size_t)(end - value.at);
	} else if (is_header(line, "Status:", &value)) {
		if (!parse_number(value, 10, &status) || status > 999)
			return false;
		head->status = (int)status;
	}
	return true;
}

/* Read headers up to the empty line; left is the body then. */
static enum load_http_verdict
take_head(struct bx_slice *left, struct head *head)
{
	const char *start = left->at;
	struct bx_slice line;

	while (take_line(left, &line)) {
		if (line.len == 0)
			return LOAD_HTTP_WHOLE;
		if (!note_header(head, line))
			return LOAD_HTTP_BAD;
	}
	return (size_t)(left->at - start) + left->len > HEAD_MAX
	    ? LOAD_HTTP_BAD
	    : LOAD_HTTP_MORE;
}

static enum load_http_verdict
take_status_line(struct bx_slice *left, struct head *head)
{
	struct bx_slice line;
	size_t status;

	if (!take_line(left, &line))
		return left->len > HEAD_MAX ? LOAD_HTTP_BAD : LOAD_HTTP_MORE;
	if (!starts_with(line, "HTTP/1.") || line.len < 12 ||
	    !parse_number((struct bx_slice){ line.at + 9, 3 }, 10, &status))
		return LOAD_HTTP_BAD;
	head->status = (int)status;
	head->is_last = line.at[7] == '0';
	return LOAD_HTTP_WHOLE;
}

/* Go over one chunk, to its data; the last has none. */
static enum load_http_verdict
take_chunk(struct bx_slice *left, struct bx_slice *data)
{
	struct bx_slice line;
	size_t size;

	if (!take_line(left, &line))
		return left->len > HEAD_MAX ? LOAD_HTTP_BAD : LOAD_HTTP_MORE;
	if (!parse_number(line, 16, &size))
		return LOAD_HTTP_BAD;
	*data = (struct bx_slice){ left->at, size };
	if (size == 0)
		return LOAD_HTTP_WHOLE;
	if (left->len < size + 2)
		return LOAD_HTTP_MORE;
	left->at += size + 2;
	left->len -= size + 2;
	return LOAD_HTTP_WHOLE;
}

/* Put the chunks together, over the sizes between them; but nothing moves
 * before all of them are there. */
static enum load_http_verdict
take_chunks(char *body, struct bx_slice *left, size_t *len)
{
	struct bx_slice walk = *left, data, line;
	enum load_http_verdict verdict;

	do
		verdict = take_chunk(&walk, &data);
	while (verdict == LOAD_HTTP_WHOLE && data.len > 0);
	if (verdict != LOAD_HTTP_WHOLE)
		return verdict;
	do
		if (!take_line(&walk, &line))
			return LOAD_HTTP_MORE;
	while (line.len > 0);
	*len = 0;
	while (take_chunk(left, &data) == LOAD_HTTP_WHOLE && data.len > 0) {
		memmove(body + *len, data.at, data.len);
		*len += data.len;
	}
	*left = walk;
	return LOAD_HTTP_WHOLE;
}

/* The body, which has been decoded or is as long as was said. */
static enum load_http_verdict
take_body(char *bytes, size_t *len, struct bx_slice left,
    const struct head *head, struct load_reply *reply)
{
	char *body = bytes + (left.at - bytes);
	size_t body_len = head->content_length;
	enum load_http_verdict verdict = LOAD_HTTP_WHOLE;

	if (head->is_chunked) {
		verdict = take_chunks(body, &left, &body_len);
		if (verdict == LOAD_HTTP_MORE)
			*len += 1;
		else
			*len = (size_t)(left.at - bytes);
	} else {
		size_t all = (size_t)(left.at - bytes) + body_len;

		/* Every server that keeps connections says the length. */
		if (!head->has_length)
			return LOAD_HTTP_BAD;
		if (left.len < body_len)
			verdict = LOAD_HTTP_MORE;
		*len = all;
	}
	*reply = (struct load_reply){ .status = head->status,
		.cookie = head->cookie,
		.body = { body, body_len },
		.is_last = head->is_last };
	return verdict;
}

enum load_http_verdict
load_http_parse(char *bytes, size_t *len, struct load_reply *reply)
{
	struct bx_slice left = { bytes, *len };
	struct head head = { 0 };
	enum load_http_verdict verdict = take_status_line(&left, &head);

	if (verdict == LOAD_HTTP_WHOLE)
		verdict = take_head(&left, &head);
	if (verdict == LOAD_HTTP_WHOLE)
		return take_body(bytes, len, left, &head, reply);
	*len += 1;
	return verdict;
}

enum load_http_verdict
load_http_parse_cgi(struct bx_slice bytes, struct load_reply *reply)
{
	struct head head = { .status = 200 };
	enum load_http_verdict verdict = take_head(&bytes, &head);

	*reply = (struct load_reply){ .status = head.status,
		.cookie = head.cookie,
		.body = bytes };
	/* The program has said all that it will. */
	return verdict == LOAD_HTTP_WHOLE ? verdict : LOAD_HTTP_BAD;
}
