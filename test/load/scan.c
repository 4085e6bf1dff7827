/* scan.c - the messages of a reply; see scan.h. */
#include "scan.h"

#include <string.h>

static void
skip(struct bx_slice *left, size_t len)
{
	left->at += len;
	left->len -= len;
}

/* The next byte that is no blank, or NUL at the end. */
static char
peek(struct bx_slice *left)
{
	while (left->len > 0 &&
	    (*left->at == ' ' || *left->at == '\t' || *left->at == '\n' ||
		*left->at == '\r'))
		skip(left, 1);
	return left->len > 0 ? *left->at : '\0';
}

/* Take that byte if it is the one. */
static bool
accept(struct bx_slice *left, char c)
{
	if (peek(left) != c || left->len == 0)
		return false;
	skip(left, 1);
	return true;
}

/* A string, which string gets without its quotes. */
static bool
take_string(struct bx_slice *left, struct bx_slice *string)
{
	size_t len = 0;

	if (!accept(left, '"'))
		return false;
	for (;;) {
		const char *quote =
		    memchr(left->at + len, '"', left->len - len);
		size_t end, slashes = 0;

		if (quote == NULL)
			return false;
		end = (size_t)(quote - left->at);
		while (slashes < end && left->at[end - 1 - slashes] == '\\')
			slashes++;
		len = end + 1;
		if (slashes % 2 == 0)
			break;
	}
	*string = (struct bx_slice){ left->at, len - 1 };
	skip(left, len);
	return true;
}

/* What is neither string, object nor array. */
static bool
skip_word(struct bx_slice *left)
{
	size_t len = 0;

	while (len < left->len && strchr(",]} \t\r\n", left->at[len]) == NULL)
		len++;
	skip(left, len);
	return len > 0;
}

/* From a bracket to the one that closes it. */
static bool
skip_nested(struct bx_slice *left)
{
	size_t depth = 0;
	struct bx_slice string;

	do {
		switch (peek(left)) {
		case '"':
			if (!take_string(left, &string))
				return false;
			continue;
		case '[':
		case '{':
			depth++;
			break;
		case ']':
		case '}':
			depth--;
			break;
		case '\0':
			return false;
		}
		skip(left, 1);
	} while (depth > 0);
	return true;
}

/* Any value, which value gets whole. */
static bool
take_value(struct bx_slice *left, struct bx_slice *value)
{
	struct bx_slice string;
	char first = peek(left);
	const char *start = left->at;
	bool taken;

	if (first == '"')
		taken = take_string(left, &string);
	else if (first == '[' || first == '{')
		taken = skip_nested(left);
	else
		taken = skip_word(left);
	*value = (struct bx_slice){ start, (size_t)(left->at - start) };
	return taken;
}

static struct bx_slice
unquoted(struct bx_slice value)
{
	if (value.len < 2 || value.at[0] != '"')
		return (struct bx_slice){ value.at, 0 };
	return (struct bx_slice){ value.at + 1, value.len - 2 };
}

/* The next member of an object that has been entered. */
static bool
next_member(struct bx_slice *left, struct bx_slice *key,
    struct bx_slice *value)
{
	(void)accept(left, ',');
	return take_string(left, key) && accept(left, ':') &&
	    take_value(left, value);
}

static struct bx_slice
reconnect_of(struct bx_slice advice)
{
	struct bx_slice key, value, none = { advice.at, 0 };

	if (!accept(&advice, '{'))
		return none;
	while (next_member(&advice, &key, &value))
		if (bx_slice_is(key, "reconnect"))
			return unquoted(value);
	return none;
}

static void
note(struct load_message *message, struct bx_slice key, struct bx_slice value)
{
	if (bx_slice_is(key, "channel"))
		message->channel = unquoted(value);
	else if (bx_slice_is(key, "data"))
		message->data = value;
	else if (bx_slice_is(key, "clientId"))
		message->client_id = unquoted(value);
	else if (bx_slice_is(key, "successful"))
		message->is_successful = bx_slice_is(value, "true");
	else if (bx_slice_is(key, "error"))
		message->error = unquoted(value);
	else if (bx_slice_is(key, "advice"))
		message->reconnect = reconnect_of(value);
}

static bool
take_message(struct bx_slice *left, struct load_message *message)
{
	struct bx_slice key, value;

	memset(message, 0, sizeof(*message));
	if (!accept(left, '{'))
		return false;
	while (!accept(left, '}')) {
		if (!next_member(left, &key, &value))
			return false;
		note(message, key, value);
	}
	return true;
}

void
load_scan_init(struct load_scan *scan, struct bx_slice reply)
{
	*scan = (struct load_scan){ .left = reply };
}

/* The message after which nothing more is expected, or none. */
static bool
end_with(struct load_scan *scan, bool has_message)
{
	scan->has_ended = true;
	return has_message;
}

bool
load_scan_next(struct load_scan *scan, struct load_message *message)
{
	if (scan->has_ended)
		return false;
	if (!scan->has_begun) {
		scan->has_begun = true;
		if (!accept(&scan->left, '[')) {
			scan->is_bad = !take_message(&scan->left, message);
			return end_with(scan, !scan->is_bad);
		}
	} else {
		(void)accept(&scan->left, ',');
	}
	if (accept(&scan->left, ']'))
		return end_with(scan, false);
	scan->is_bad = !take_message(&scan->left, message);
	return scan->is_bad ? end_with(scan, false) : true;
}
