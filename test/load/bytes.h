/*
 * bytes.h - memory, which a load has or else ends: bytes that grow.
 *
 * What a run has counted is worth nothing once a part of it is missing, so
 * without memory the program says so and exits.  No peer can bring that
 * about: what it may send is limited where it is read.
 *
 * Ownership: whoever embeds the bytes owns them, until fini.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_BYTES_H
#define LOAD_BYTES_H

#include <stddef.h>

struct load_bytes {
	char *at; /* NULL while there never were any */
	size_t len;
	size_t cap;
};

/* count things of that size, all zero; owned.  Never NULL. */
void *load_alloc(size_t count, size_t size);

void load_bytes_append(struct load_bytes *bytes, const void *from, size_t len);

/* Append what printf would have written. */
void load_bytes_print(struct load_bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for len more bytes; the caller writes them and adds to len. */
char *load_bytes_room(struct load_bytes *bytes, size_t len);

/* Take len bytes off the front. */
void load_bytes_drop(struct load_bytes *bytes, size_t len);

/* Forget the bytes, and keep the memory if it is little. */
void load_bytes_clear(struct load_bytes *bytes);

/* Be as at first.  May be called twice. */
void load_bytes_fini(struct load_bytes *bytes);

#endif
