/*
 * fuzz_env.h - what the targets share: an environment, and a check.
 */
#ifndef TEST_FUZZ_FUZZ_ENV_H
#define TEST_FUZZ_FUZZ_ENV_H

#include <stdbool.h>
#include <stdlib.h>

#include "engine/env.h"

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

/* Memory, and nothing else. */
static inline const struct bx_env *
fuzz_env(void)
{
	static const struct bx_env env = { .realloc = fuzz_realloc };

	return &env;
}

#endif
