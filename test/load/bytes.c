/* bytes.c - memory, and bytes that grow; see bytes.h. */
#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What thousands of clients may each keep. */
#define KEPT 1024

static void *
need(void *memory)
{
	if (memory != NULL)
		return memory;
	(void)fputs("bayeux-load: no memory\n", stderr);
	exit(EXIT_FAILURE);
}

void *
load_alloc(size_t count, size_t size)
{
	return need(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

char *
load_bytes_room(struct load_bytes *bytes, size_t len)
{
	if (len > bytes->cap - bytes->len) {
		size_t cap = bytes->cap > 0 ? bytes->cap : 256;

		while (cap - bytes->len < len)
			cap *= 2;
		bytes->at = need(realloc(bytes->at, cap));
		bytes->cap = cap;
	}
	return bytes->at + bytes->len;
}

void
load_bytes_append(struct load_bytes *bytes, const void *from, size_t len)
{
	if (len == 0)
		return;
	memcpy(load_bytes_room(bytes, len), from, len);
	bytes->len += len;
}

void
load_bytes_print(struct load_bytes *bytes, const char *format, ...)
{
	va_list args, again;
	char *out = load_bytes_room(bytes, 1);
	size_t room = bytes->cap - bytes->len;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(out, room, format, args);
	va_end(args);
	if (len > 0 && (size_t)len >= room)
		(void)vsnprintf(load_bytes_room(bytes, (size_t)len + 1),
		    (size_t)len + 1, format, again);
	va_end(again);
	if (len > 0)
		bytes->len += (size_t)len;
}

void
load_bytes_drop(struct load_bytes *bytes, size_t len)
{
	bytes->len -= len;
	if (bytes->len > 0)
		memmove(bytes->at, bytes->at + len, bytes->len);
}

void
load_bytes_clear(struct load_bytes *bytes)
{
	if (bytes->cap > KEPT)
		load_bytes_fini(bytes);
	bytes->len = 0;
}

void
load_bytes_fini(struct load_bytes *bytes)
{
	free(bytes->at);
	memset(bytes, 0, sizeof(*bytes));
}
