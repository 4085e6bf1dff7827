/*
 * hash.h - a table from byte strings to the elements that embed an entry.
 *
 * Names come from clients, so the hash is keyed (SipHash-1-3): nobody outside
 * can choose names that collide.
 *
 * The first element takes no memory, and no hash either: many tables never have
 * another one.
 *
 * Ownership: the table owns its buckets only.  Elements and the bytes of
 * their keys belong to the caller and outlive their stay in the table.
 * Reentrancy: no function calls out.
 * Limits: a key is at most UINT32_MAX bytes.
 */
#ifndef BX_HASH_H
#define BX_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "env.h"
#include "status.h"

struct bx_hash_entry {
	struct bx_hash_entry *next;
	const void *key; /* borrowed from the element */
	uint32_t key_len;
	uint32_t hash; /* 0 in few */
};

struct bx_hash {
	const struct bx_env *env;
	struct bx_hash_entry **buckets;
	size_t bucket_count;	   /* 0 or a power of two */
	struct bx_hash_entry *few; /* all there is while that is 0 */
	size_t count;
	uint64_t seed[2];
};

/* The element of the given type whose member is at entry. */
#define BX_HASH_ELEMENT(entry, type, member) \
	((type *)(void *)((char *)(entry)-offsetof(type, member)))

/* An empty table.  seed is 128 unguessable bits.  Allocates nothing. */
void bx_hash_init(struct bx_hash *hash, const struct bx_env *env,
    const uint64_t seed[2]);

/* Free the buckets; elements still in the table are forgotten. */
void bx_hash_fini(struct bx_hash *hash);

/* The entry with these key bytes (len may be 0), or NULL. */
struct bx_hash_entry *bx_hash_find(const struct bx_hash *hash, const void *key,
    size_t len);

/* Is this its key?  The time that it takes tells nothing of where it is not. */
bool bx_hash_is_key(const struct bx_hash_entry *entry, const void *key,
    size_t len);

/*
 * Add entry under key, which is borrowed until the entry is removed.
 * BX_EEXIST: there is such a key; BX_EINVAL: the key is too long.  A table that
 * cannot grow goes on with longer chains.
 */
enum bx_status bx_hash_insert(struct bx_hash *hash,
    struct bx_hash_entry *entry, const void *key, size_t len);

/* The same under a key that was looked for and is not there, and is not too
 * long. */
void bx_hash_add(struct bx_hash *hash, struct bx_hash_entry *entry,
    const void *key, size_t len);

/* Remove an entry that is in the table. */
void bx_hash_remove(struct bx_hash *hash, struct bx_hash_entry *entry);

/* Any entry of the table, for emptying it; NULL when it is empty.  Emptying
 * a table by removing what this returns takes time linear in its size. */
struct bx_hash_entry *bx_hash_any(struct bx_hash *hash);

#endif
