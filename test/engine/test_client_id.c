/* test_client_id.c - ids that nobody can guess. */
#include <string.h>

#include "engine/client_id.h"
#include "test/support/unit.h"

#define LENGTH BX_CLIENT_ID_LENGTH

/* Random bytes with one bit set; ctx is its number. */
static bool
one_bit(void *ctx, void *bytes, size_t len)
{
	size_t bit = *(size_t *)ctx;
	unsigned char *out = bytes;

	CU_ASSERT_EQUAL(len * 8, 160);
	memset(out, 0, len);
	out[bit / 8] = (unsigned char)(0x80 >> bit % 8);
	return true;
}

static void
test_format(void)
{
	char id[LENGTH + 2];

	id[LENGTH + 1] = '#';
	CU_ASSERT_EQUAL(bx_client_id_generate(unit_env(), id), BX_OK);
	CU_ASSERT_EQUAL(strlen(id), LENGTH);
	CU_ASSERT_EQUAL(strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz"),
	    LENGTH);
	CU_ASSERT_EQUAL(id[LENGTH + 1], '#');
}

static void
test_differ(void)
{
	char first[LENGTH + 1], second[LENGTH + 1];

	CU_ASSERT_EQUAL(bx_client_id_generate(unit_env(), first), BX_OK);
	CU_ASSERT_EQUAL(bx_client_id_generate(unit_env(), second), BX_OK);
	CU_ASSERT_STRING_NOT_EQUAL(first, second);
}

static void
test_all_bits(void)
{
	static const char digits[] = "g8421"; /* 16, 8, 4, 2, 1 */
	size_t bit, i;
	struct bx_env env = { .random = one_bit, .ctx = &bit };
	char id[LENGTH + 1];

	for (bit = 0; bit < 160; bit++) {
		CU_ASSERT_EQUAL(bx_client_id_generate(&env, id), BX_OK);
		for (i = 0; i < LENGTH; i++)
			CU_ASSERT_EQUAL(id[i],
			    i == bit / 5 ? digits[bit % 5] : '0');
	}
}

static void
test_no_random(void)
{
	char id[LENGTH + 1] = "unchanged";

	unit_fail_random(true);
	CU_ASSERT_EQUAL(bx_client_id_generate(unit_env(), id), BX_ERANDOM);
	CU_ASSERT_STRING_EQUAL(id, "unchanged");
}

static const struct unit_test tests[] = {
	{ "an id is 32 letters and digits (rule 32)", test_format },
	{ "two ids differ", test_differ },
	{ "each of 160 random bits is in the id (rule 32)", test_all_bits },
	{ "without random bytes there is no id", test_no_random },
};

UNIT_MAIN("client id", tests)
