/*
 * channel_name.c - one pass over a name, a segment at a time.
 */
#include "channel_name.h"

#include <string.h>

/* The characters of rule 18, other than "/" and "*". */
static bool
is_plain(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9'))
		return true;
	return c != '\0' && strchr(" !#$()+-.@_{}~", c) != NULL;
}

static bool
segment_is(const char *segment, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(segment, text, len) == 0;
}

/* The length of the segment at text, of at most len bytes; 0: there is none
 * that is valid.  Only the last one of a name may be a pattern. */
static size_t
scan_segment(const char *text, size_t len, bool *pattern)
{
	size_t i = 0;

	while (i < len && is_plain(text[i]))
		i++;
	*pattern = false;
	if (i == 0 &&
	    (segment_is(text, len, "*") || segment_is(text, len, "**"))) {
		*pattern = true;
		return len;
	}
	return i == len || text[i] == '/' ? i : 0;
}

static enum bx_channel_kind
kind_of(const char *segment, size_t len)
{
	if (segment_is(segment, len, "meta"))
		return BX_CHANNEL_META;
	if (segment_is(segment, len, "service"))
		return BX_CHANNEL_SERVICE;
	return BX_CHANNEL_BROADCAST;
}

enum bx_status
bx_channel_name_parse(struct bx_channel_name *name, const char *text,
    size_t len, size_t max_len, unsigned max_depth)
{
	size_t at = 0, segment;

	/* Compilers look at these before they look at what is returned. */
	name->kind = BX_CHANNEL_BROADCAST;
	name->pattern = false;
	if (len < 2 || len > max_len || len > BX_CHANNEL_LENGTH_MAX)
		return BX_EINVAL;
	name->text = text;
	name->len = len;
	name->depth = 0;
	/* at is the slash before each segment. */
	while (at < len) {
		if (text[at] != '/' || name->depth >= max_depth ||
		    name->depth >= BX_CHANNEL_DEPTH_MAX)
			return BX_EINVAL;
		segment =
		    scan_segment(text + at + 1, len - at - 1, &name->pattern);
		if (segment == 0)
			return BX_EINVAL;
		if (name->depth == 0)
			name->kind = kind_of(text + 1, segment);
		name->start[name->depth++] = (uint32_t)(at + 1);
		at += 1 + segment;
	}
	name->start[name->depth] = (uint32_t)(len + 1);
	return BX_OK;
}

bool
bx_channel_name_is_segment(const char *text, size_t len)
{
	bool pattern;

	return len > 0 && scan_segment(text, len, &pattern) == len && !pattern;
}

bool
bx_channel_name_equals(const struct bx_channel_name *name, const char *text)
{
	return segment_is(name->text, name->len, text);
}

static bool
is_same(const struct bx_channel_name *a, const struct bx_channel_name *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

bool
bx_channel_name_is_reserved(const struct bx_channel_name *name)
{
	return name->kind == BX_CHANNEL_META ||
	    (name->kind == BX_CHANNEL_SERVICE && name->depth == 1);
}

bool
bx_channel_name_matches(const struct bx_channel_name *pattern,
    const struct bx_channel_name *name)
{
	size_t prefix;

	if (pattern->kind != name->kind)
		return false;
	if (!pattern->pattern)
		return is_same(pattern, name);
	/* All before the stars, with the slash: "/foo/" reaches below "/foo"
	 * and not "/foo" itself. */
	prefix = pattern->start[pattern->depth - 1];
	if (name->len <= prefix ||
	    memcmp(pattern->text, name->text, prefix) != 0)
		return false;
	return pattern->len - prefix == 2 || name->depth == pattern->depth;
}
