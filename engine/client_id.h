/*
 * client_id.h - ids that nobody can guess: 160 random bits (BAYEUX.md rule 32).
 *
 * Letters and digits only, so that an id can stand in a URL.
 *
 * Ownership: the caller's bytes are filled.
 * Reentrancy: no function calls out, but for the host's random bytes.
 */
#ifndef BX_CLIENT_ID_H
#define BX_CLIENT_ID_H

#include "env.h"
#include "status.h"

#define BX_CLIENT_ID_LENGTH 32

/* Fill id, of BX_CLIENT_ID_LENGTH + 1 bytes, with a new id and its NUL.
 * BX_ERANDOM: the host has no random bytes. */
enum bx_status bx_client_id_generate(const struct bx_env *env, char *id);

#endif
