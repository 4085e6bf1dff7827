/*
 * fuzz_env.h - what the targets share: an environment, and a check.
 *
 * Ownership: the environment is static.
 * Reentrancy: no function calls out.
 * Limits: there are no random bytes, no log and no clock in it.
 */
#ifndef TEST_FUZZ_FUZZ_ENV_H
#define TEST_FUZZ_FUZZ_ENV_H

#include <stdbool.h>
#include <stdlib.h>

#include "engine/env.h"

/* What has to hold, whatever the bytes are: the fuzzer keeps those for which it
 * does not. */
static inline void
require(bool condition)
{
	if (!condition)
		abort();
}

static inline void *
fuzz_realloc(void *ctx, void *ptr, size_t size)
{
	(void)ctx;
	if (size == 0) {
		free(ptr);
		return NULL;
	}
	return realloc(ptr, size);
}

static inline const struct bx_env *
fuzz_env(void)
{
	static const struct bx_env env = { .realloc = fuzz_realloc };

	return &env;
}

#endif
