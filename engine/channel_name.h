/*
 * channel_name.h - the name of a channel: valid or not, its segments, its kind.
 *
 * Characters are those of BAYEUX.md rule 18; every segment is non-empty, and
 * "*" and "**" are allowed as the whole last segment only (rules 19, 20).
 *
 * Ownership: a name borrows its text and lives no longer than that.
 * Reentrancy: no function calls out.
 */
#ifndef BX_CHANNEL_NAME_H
#define BX_CHANNEL_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define BX_CHANNEL_DEPTH_MAX 128    /* what max_channel_depth may be set to */
#define BX_CHANNEL_LENGTH_MAX 65535 /* the same for max_channel_length */

enum bx_channel_kind {
	BX_CHANNEL_BROADCAST,
	BX_CHANNEL_META,   /* first segment "meta", or that alone */
	BX_CHANNEL_SERVICE /* first segment "service", or that alone */
};

struct bx_channel_name {
	const char *text; /* borrowed, not NUL-terminated */
	size_t len;
	enum bx_channel_kind kind;
	bool pattern;	/* ends in "*" or "**" */
	unsigned depth; /* number of segments, at least 1 */
	/* Segment i is text[start[i]] up to text[start[i + 1] - 1], without
	 * the slash in between. */
	uint32_t start[BX_CHANNEL_DEPTH_MAX + 1];
};

/* BX_EINVAL: text is no channel name, or longer or deeper than allowed. */
enum bx_status bx_channel_name_parse(struct bx_channel_name *name,
    const char *text, size_t len, size_t max_len, unsigned max_depth);

/* Can text be a whole segment of a name, and stand for nothing but itself? */
bool bx_channel_name_is_segment(const char *text, size_t len);

/* Is name exactly text, such as "/meta/connect"? */
bool bx_channel_name_equals(const struct bx_channel_name *name,
    const char *text);

/* Is name a meta channel, or "/service" alone?  The protocol has reserved
 * these: nobody creates or subscribes to them (rules 50, 65). */
bool bx_channel_name_is_reserved(const struct bx_channel_name *name);

/* Does pattern reach name?  A pattern without "*" reaches only itself;
 * neither reaches across kinds (rule 52). */
bool bx_channel_name_matches(const struct bx_channel_name *pattern,
    const struct bx_channel_name *name);

#endif
