/*
 * channel_access.h - who may do something on a block's channels.
 *
 *	subscribe = everyone
 *	publish = { "alice", "local" }
 *
 * The words everyone, nobody, authenticated and local are reserved; a user who
 * is called so is written as "user:everyone".  The first two stand alone.
 *
 * Ownership: the caller frees what new gives.
 * Reentrancy: no function calls out, but for the allocator.
 */
#ifndef FCGI_CHANNEL_ACCESS_H
#define FCGI_CHANNEL_ACCESS_H

#include <stddef.h>
#include <stdio.h>

#include "engine/access.h"
#include "engine/env.h"

struct fcgi_problem;

struct fcgi_channel_access_key {
	const char *key;
	const char *doc;
};

/* In the order of enum bx_access_key. */
extern const struct fcgi_channel_access_key
    fcgi_channel_access_keys[BX_ACCESS_KEYS];

struct fcgi_channel_access {
	struct bx_access_list list; /* its users are names */
	const char **names;	    /* within texts */
	char **texts;		    /* as they were written */
	size_t count;		    /* of texts */
	char *where;		    /* "FILE:LINE" */
};

/* A key and its values; everything is borrowed. */
struct fcgi_channel_setting {
	const char *key;
	const char *const *values; /* one, unless it says who may do what */
	size_t count;
	const char *where;
};

/* Owned; NULL: problem->text says what is wrong. */
struct fcgi_channel_access *fcgi_channel_access_new(const struct bx_env *env,
    const struct fcgi_channel_setting *setting, struct fcgi_problem *problem);

/* NULL is legal. */
void fcgi_channel_access_free(const struct bx_env *env,
    struct fcgi_channel_access *access);

/* The value, as the configuration file has it. */
void fcgi_channel_access_print(const struct fcgi_channel_access *access,
    FILE *out);

#endif
