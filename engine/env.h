/*
 * env.h - what the host supplies: memory, random bytes and a log.
 *
 * The engine never asks the operating system for anything.  Time comes in as
 * an argument of each call that needs it; all else comes through here, so
 * that a test can run with fixed ids and an allocator that fails on demand.
 *
 * Ownership: the host owns the struct and keeps it alive and unchanged while
 * anything that was given it lives.
 * Reentrancy: no function of the environment may call back into the engine.
 */
#ifndef BX_ENV_H
#define BX_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "types.h"

struct bx_env {
	/* As realloc(3); size 0 frees and returns NULL.  NULL otherwise means
	 * that there is no memory, and leaves ptr as it was. */
	void *(*realloc)(void *ctx, void *ptr, size_t size);
	/* Fill bytes with len unguessable bytes; false when it cannot. */
	bool (*random)(void *ctx, void *bytes, size_t len);
	/* Take one line of "key=value" text without a newline; may be NULL. */
	void (*log)(void *ctx, enum bx_log_level level, const char *line);
	/* Milliseconds since 1970 by the clock on the wall, which may jump;
	 * what clients are told of the time, and nothing else goes by it. */
	int64_t (*wall_clock)(void *ctx);
	void *ctx;
};

/* Owned memory of size > 0 bytes, or NULL. */
static inline void *
bx_alloc(const struct bx_env *env, size_t size)
{
	return env->realloc(env->ctx, NULL, size);
}

/* Free what bx_alloc gave; NULL is legal. */
static inline void
bx_free(const struct bx_env *env, void *ptr)
{
	if (ptr != NULL)
		(void)env->realloc(env->ctx, ptr, 0);
}

#endif
