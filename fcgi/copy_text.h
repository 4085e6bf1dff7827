/*
 * copy_text.h - a string of one's own.
 *
 * Ownership: the copy is the caller's, who frees it with bx_free.
 * Reentrancy: the allocator is called.
 */
#ifndef FCGI_COPY_TEXT_H
#define FCGI_COPY_TEXT_H

#include <string.h>

#include "engine/env.h"

/* An owned copy of text, or NULL. */
static inline char *
fcgi_copy_text(const struct bx_env *env, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = bx_alloc(env, size);

	if (copy != NULL)
		memcpy(copy, text, size);
	return copy;
}

#endif
