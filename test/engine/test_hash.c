/* test_hash.c - a table keyed by bytes. */
#include <stdlib.h>
#include <string.h>

#include "engine/hash.h"
#include "test/support/unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MANY 3000

struct element {
	struct bx_hash_entry entry;
	size_t number;
};

static const uint64_t seed[2] = { 1, 2 };
static struct element elements[MANY];

static enum bx_status
insert(struct bx_hash *hash, size_t number)
{
	struct element *element = &elements[number];

	element->number = number;
	return bx_hash_insert(hash, &element->entry, &element->number,
	    sizeof(element->number));
}

static struct element *
find(const struct bx_hash *hash, size_t number)
{
	struct bx_hash_entry *entry;

	entry = bx_hash_find(hash, &number, sizeof(number));
	if (entry == NULL)
		return NULL;
	return BX_HASH_ELEMENT(entry, struct element, entry);
}

/* Of the len bytes at key, in a table that has buckets. */
static uint32_t
hash_of(const uint64_t key_seed[2], const void *key, size_t len)
{
	struct bx_hash_entry first, second;
	struct bx_hash hash;

	bx_hash_init(&hash, unit_env(), key_seed);
	CU_ASSERT_EQUAL(bx_hash_insert(&hash, &first, "", 0), BX_OK);
	CU_ASSERT_EQUAL(bx_hash_insert(&hash, &second, key, len), BX_OK);
	bx_hash_fini(&hash);
	return second.hash;
}

static void
test_siphash(void)
{
	/* The bytes 0, 1, 2, ... with a key of zeros: the low halves of what
	 * CPython 3.11's SipHash-1-3 says. */
	static const struct {
		size_t len;
		uint32_t hash;
	} rows[] = { { 1, 0x8e01e473 }, { 3, 0x8ef6e0ad }, { 7, 0xc751325a },
		{ 8, 0x7ebe2eea }, { 9, 0x95124362 }, { 15, 0xbb91c9ea },
		{ 16, 0x33a5c5b7 }, { 64, 0xbbc870c6 } };
	static const uint64_t zero[2] = { 0, 0 };
	unsigned char bytes[64];
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	for (i = 0; i < COUNT(rows); i++)
		CU_ASSERT_EQUAL(hash_of(zero, bytes, rows[i].len),
		    rows[i].hash);
}

static void
test_seed(void)
{
	static const uint64_t seeds[][2] = { { 1, 2 }, { 2, 2 }, { 1, 3 } };
	uint32_t hashes[3];
	size_t i;

	for (i = 0; i < COUNT(seeds); i++)
		hashes[i] = hash_of(seeds[i], "a", 1);
	CU_ASSERT_NOT_EQUAL(hashes[0], hashes[1]);
	CU_ASSERT_NOT_EQUAL(hashes[0], hashes[2]);
}

static void
test_empty(void)
{
	struct bx_hash hash;

	bx_hash_init(&hash, unit_env(), seed);
	CU_ASSERT_PTR_NULL(find(&hash, 0));
	CU_ASSERT_PTR_NULL(bx_hash_any(&hash));
	CU_ASSERT_EQUAL(unit_allocations(), 0);
	bx_hash_fini(&hash);
	bx_hash_fini(&hash);
}

static void
test_one(void)
{
	struct bx_hash hash;

	bx_hash_init(&hash, unit_env(), seed);
	CU_ASSERT_EQUAL(insert(&hash, 1), BX_OK);
	CU_ASSERT_PTR_EQUAL(find(&hash, 1), &elements[1]);
	CU_ASSERT_PTR_NULL(find(&hash, 2));
	CU_ASSERT_PTR_EQUAL(bx_hash_any(&hash), &elements[1].entry);
	bx_hash_remove(&hash, &elements[1].entry);
	CU_ASSERT_PTR_NULL(find(&hash, 1));
	CU_ASSERT_PTR_NULL(bx_hash_any(&hash));
	CU_ASSERT_EQUAL(insert(&hash, 2), BX_OK);
	CU_ASSERT_PTR_EQUAL(find(&hash, 2), &elements[2]);
	CU_ASSERT_EQUAL(unit_allocations(), 0);
	bx_hash_fini(&hash);
	CU_ASSERT_PTR_NULL(bx_hash_any(&hash));
}

static void
test_many(void)
{
	struct bx_hash hash;
	size_t i;

	bx_hash_init(&hash, unit_env(), seed);
	for (i = 0; i < MANY; i++)
		CU_ASSERT_EQUAL(insert(&hash, i), BX_OK);
	CU_ASSERT_EQUAL(hash.count, MANY);
	for (i = 0; i < MANY; i++)
		CU_ASSERT_PTR_EQUAL(find(&hash, i), &elements[i]);
	CU_ASSERT_PTR_NULL(find(&hash, MANY));
	for (i = 0; i < MANY; i += 2)
		bx_hash_remove(&hash, &elements[i].entry);
	for (i = 0; i < MANY; i++)
		CU_ASSERT_PTR_EQUAL(find(&hash, i),
		    i % 2 == 0 ? NULL : &elements[i]);
	CU_ASSERT_EQUAL(hash.count, MANY / 2);
	bx_hash_fini(&hash);
}

static void
test_keys_are_bytes(void)
{
	struct bx_hash_entry empty, nul, two;
	struct bx_hash hash;

	bx_hash_init(&hash, unit_env(), seed);
	CU_ASSERT_EQUAL(bx_hash_insert(&hash, &empty, NULL, 0), BX_OK);
	CU_ASSERT_EQUAL(bx_hash_insert(&hash, &nul, "\0", 1), BX_OK);
	CU_ASSERT_EQUAL(bx_hash_insert(&hash, &two, "\0\0", 2), BX_OK);
	CU_ASSERT_PTR_EQUAL(bx_hash_find(&hash, "x", 0), &empty);
	CU_ASSERT_PTR_EQUAL(bx_hash_find(&hash, "\0", 1), &nul);
	CU_ASSERT_PTR_EQUAL(bx_hash_find(&hash, "\0\0", 2), &two);
	CU_ASSERT_PTR_NULL(bx_hash_find(&hash, "\0\0\0", 3));
	CU_ASSERT_TRUE(bx_hash_is_key(&empty, NULL, 0));
	CU_ASSERT_TRUE(bx_hash_is_key(&two, "\0\0", 2));
	CU_ASSERT_FALSE(bx_hash_is_key(&two, "\0", 1));
	CU_ASSERT_FALSE(bx_hash_is_key(&two, "\0x", 2));
	bx_hash_fini(&hash);
}

static void
test_exists(void)
{
	struct bx_hash_entry other;
	struct bx_hash hash;
	size_t number = 1;

	bx_hash_init(&hash, unit_env(), seed);
	CU_ASSERT_EQUAL(insert(&hash, 1), BX_OK);
	CU_ASSERT_EQUAL(bx_hash_insert(&hash, &other, &number, sizeof(number)),
	    BX_EEXIST);
	CU_ASSERT_EQUAL(hash.count, 1);
	CU_ASSERT_PTR_EQUAL(find(&hash, 1), &elements[1]);
	bx_hash_fini(&hash);
}

#if SIZE_MAX > UINT32_MAX
static void
test_too_long(void)
{
	struct bx_hash_entry entry;
	struct bx_hash hash;

	bx_hash_init(&hash, unit_env(), seed);
	CU_ASSERT_EQUAL(bx_hash_insert(&hash, &entry, "",
			    (size_t)UINT32_MAX + 1),
	    BX_EINVAL);
	CU_ASSERT_EQUAL(hash.count, 0);
	bx_hash_fini(&hash);
}
#endif

/* All are found but those that were marked as removed. */
static void
expect_rest(const struct bx_hash *hash)
{
	size_t i;

	for (i = 0; i < MANY; i++)
		CU_ASSERT_PTR_EQUAL(find(hash, i),
		    elements[i].number == MANY ? NULL : &elements[i]);
}

static void
test_any_empties(void)
{
	struct bx_hash_entry *entry;
	struct bx_hash hash;
	size_t i;

	bx_hash_init(&hash, unit_env(), seed);
	for (i = 0; i < MANY; i++)
		CU_ASSERT_EQUAL(insert(&hash, i), BX_OK);
	for (i = 0; i < MANY; i++) {
		/* Now and then, as the table shrinks. */
		if (i % (MANY / 10) == 0)
			expect_rest(&hash);
		entry = bx_hash_any(&hash);
		CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
		bx_hash_remove(&hash, entry);
		BX_HASH_ELEMENT(entry, struct element, entry)->number = MANY;
	}
	CU_ASSERT_PTR_NULL(bx_hash_any(&hash));
	CU_ASSERT_EQUAL(insert(&hash, 0), BX_OK);
	expect_rest(&hash);
	bx_hash_fini(&hash);
}

static bool
insert_many(void *ctx)
{
	struct bx_hash hash;
	size_t i;

	(void)ctx;
	bx_hash_init(&hash, unit_env(), seed);
	for (i = 0; i < 100; i++) {
		CU_ASSERT_EQUAL(insert(&hash, i), BX_OK);
		CU_ASSERT_PTR_EQUAL(find(&hash, 0), &elements[0]);
	}
	for (i = 0; i < 100; i++)
		CU_ASSERT_PTR_EQUAL(find(&hash, i), &elements[i]);
	bx_hash_fini(&hash);
	return true;
}

static void
test_fails(void)
{
	CU_ASSERT(unit_fail_each(insert_many, NULL) > 3);
}

static const struct unit_test tests[] = {
	{ "the hash is SipHash-1-3", test_siphash },
	{ "each half of the seed changes the hash", test_seed },
	{ "an empty table needs no memory and has nothing", test_empty },
	{ "one element takes no memory", test_one },
	{ "what was inserted is found until it is removed", test_many },
	{ "keys are bytes, none and NULs among them", test_keys_are_bytes },
	{ "a key is in the table once", test_exists },
#if SIZE_MAX > UINT32_MAX
	{ "a key longer than 2^32 - 1 bytes is refused", test_too_long },
#endif
	{ "any empties the table and loses nothing", test_any_empties },
	{ "a table that cannot grow takes more all the same", test_fails },
};

UNIT_MAIN("hash", tests)
