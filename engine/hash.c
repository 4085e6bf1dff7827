/*
 * hash.c - a chained hash table, keyed with SipHash-1-3.
 */
#include "hash.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#define BUCKETS_MIN 8

static uint64_t
rotate(uint64_t x, unsigned bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

/* Up to eight bytes as a little-endian number. */
static uint64_t
load(const unsigned char *bytes, size_t len)
{
	uint64_t word = 0;

	if (len > 0)
		memcpy(&word, bytes, len);
	return le64toh(word);
}

/* SipHash-1-3: one round for each word, and three at the end, which are those
 * of words that are 0: the compiler has one round to inline. */
static uint64_t
siphash(const uint64_t seed[2], const void *key, size_t len)
{
	const unsigned char *bytes = key;
	const size_t words = len / 8 + 1;
	uint64_t word;
	size_t i;
	uint64_t v[4] = {
		seed[0] ^ UINT64_C(0x736f6d6570736575),
		seed[1] ^ UINT64_C(0x646f72616e646f6d),
		seed[0] ^ UINT64_C(0x6c7967656e657261),
		seed[1] ^ UINT64_C(0x7465646279746573),
	};

	for (i = 0; i < words + 3; i++) {
		word = 0;
		if (i + 1 < words)
			word = load(bytes + 8 * i, 8);
		else if (i + 1 == words)
			word =
			    load(bytes + 8 * i, len % 8) | (uint64_t)len << 56;
		else if (i == words)
			v[2] ^= 0xff;
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* 0 while there are no buckets to choose from. */
static uint32_t
hash_key(const struct bx_hash *hash, const void *key, size_t len)
{
	if (hash->bucket_count == 0)
		return 0;
	return (uint32_t)(siphash(hash->seed, key, len) & UINT32_MAX);
}

static struct bx_hash_entry **
bucket_of(struct bx_hash *hash, uint32_t value)
{
	if (hash->bucket_count == 0)
		return &hash->few;
	return &hash->buckets[value & (hash->bucket_count - 1)];
}

void
bx_hash_init(struct bx_hash *hash, const struct bx_env *env,
    const uint64_t seed[2])
{
	hash->env = env;
	hash->buckets = NULL;
	hash->bucket_count = 0;
	hash->few = NULL;
	hash->count = 0;
	hash->seed[0] = seed[0];
	hash->seed[1] = seed[1];
}

void
bx_hash_fini(struct bx_hash *hash)
{
	bx_free(hash->env, hash->buckets);
	hash->buckets = NULL;
	hash->bucket_count = 0;
	hash->few = NULL;
	hash->count = 0;
}

bool
bx_hash_is_key(const struct bx_hash_entry *entry, const void *key, size_t len)
{
	const unsigned char *one = entry->key;
	const unsigned char *other = key;
	unsigned char difference = 0;
	size_t i;

	if (entry->key_len != len)
		return false;
	for (i = 0; i < len; i++)
		difference |= (unsigned char)(one[i] ^ other[i]);
	return difference == 0;
}

/* Nothing stands before a key here, and it may be a secret. */
static struct bx_hash_entry *
find_among_few(const struct bx_hash *hash, const void *key, size_t len)
{
	struct bx_hash_entry *entry;

	for (entry = hash->few; entry != NULL; entry = entry->next)
		if (bx_hash_is_key(entry, key, len))
			return entry;
	return NULL;
}

struct bx_hash_entry *
bx_hash_find(const struct bx_hash *hash, const void *key, size_t len)
{
	struct bx_hash_entry *entry;
	uint32_t value;

	if (hash->bucket_count == 0)
		return find_among_few(hash, key, len);
	if (hash->count == 0)
		return NULL;
	value = hash_key(hash, key, len);
	entry = hash->buckets[value & (hash->bucket_count - 1)];
	for (; entry != NULL; entry = entry->next)
		if (entry->hash == value && entry->key_len == len &&
		    (len == 0 || memcmp(entry->key, key, len) == 0))
			return entry;
	return NULL;
}

static void
link_entry(struct bx_hash *hash, struct bx_hash_entry *entry)
{
	struct bx_hash_entry **bucket = bucket_of(hash, entry->hash);

	entry->next = *bucket;
	*bucket = entry;
}

static void
link_few(struct bx_hash *hash)
{
	struct bx_hash_entry *entry;

	while ((entry = hash->few) != NULL) {
		hash->few = entry->next;
		entry->hash = hash_key(hash, entry->key, entry->key_len);
		link_entry(hash, entry);
	}
}

/* Double the buckets; false, and no change, when there is no memory. */
static bool
grow(struct bx_hash *hash)
{
	struct bx_hash_entry **old = hash->buckets, *entry;
	size_t old_count = hash->bucket_count, count, i;

	count = old_count == 0 ? BUCKETS_MIN : old_count * 2;
	if (count > SIZE_MAX / sizeof(*old) || count < old_count)
		return false;
	hash->buckets = bx_alloc(hash->env, count * sizeof(*old));
	if (hash->buckets == NULL) {
		hash->buckets = old;
		return false;
	}
	hash->bucket_count = count;
	for (i = 0; i < count; i++)
		hash->buckets[i] = NULL;
	for (i = 0; i < old_count; i++)
		while ((entry = old[i]) != NULL) {
			old[i] = entry->next;
			link_entry(hash, entry);
		}
	bx_free(hash->env, old);
	link_few(hash);
	return true;
}

void
bx_hash_add(struct bx_hash *hash, struct bx_hash_entry *entry, const void *key,
    size_t len)
{
	if (hash->count > 0 && hash->count >= hash->bucket_count)
		(void)grow(hash);
	entry->key = key;
	entry->key_len = (uint32_t)len;
	entry->hash = hash_key(hash, key, len);
	link_entry(hash, entry);
	hash->count++;
}

enum bx_status
bx_hash_insert(struct bx_hash *hash, struct bx_hash_entry *entry,
    const void *key, size_t len)
{
	if (len > UINT32_MAX)
		return BX_EINVAL;
	if (bx_hash_find(hash, key, len) != NULL)
		return BX_EEXIST;
	bx_hash_add(hash, entry, key, len);
	return BX_OK;
}

void
bx_hash_remove(struct bx_hash *hash, struct bx_hash_entry *entry)
{
	struct bx_hash_entry **link = bucket_of(hash, entry->hash);

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	entry->next = NULL;
	hash->count--;
}

/* Halve the buckets in place, which needs no memory. */
static void
shrink(struct bx_hash *hash)
{
	struct bx_hash_entry *entry;
	size_t i, old_count = hash->bucket_count;

	hash->bucket_count /= 2;
	for (i = hash->bucket_count; i < old_count; i++)
		while ((entry = hash->buckets[i]) != NULL) {
			hash->buckets[i] = entry->next;
			link_entry(hash, entry);
		}
}

/*
 * Searching from the first bucket each time would pass over all those that
 * were emptied before: quadratic.  So the search starts at another place for
 * each count, and the table shrinks with its contents, which leaves a few
 * buckets to look at.
 */
struct bx_hash_entry *
bx_hash_any(struct bx_hash *hash)
{
	size_t i;

	if (hash->bucket_count == 0)
		return hash->few;
	if (hash->count == 0)
		return NULL;
	while (hash->bucket_count > BUCKETS_MIN &&
	    hash->count < hash->bucket_count / 4)
		shrink(hash);
	i = hash->count * UINT32_C(2654435769);
	while (hash->buckets[i & (hash->bucket_count - 1)] == NULL)
		i++;
	return hash->buckets[i & (hash->bucket_count - 1)];
}
