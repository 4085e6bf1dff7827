/*
 * client_id.c - ids that nobody can guess, five bits to a character.
 */
#include "client_id.h"

#include <stdint.h>

#define CLIENT_ID_BYTES 20 /* 160 bits, five for each character */

enum bx_status
bx_client_id_generate(const struct bx_env *env, char *id)
{
	static const char alphabet[] = "0123456789abcdefghijklmnopqrstuv";
	unsigned char bytes[CLIENT_ID_BYTES];
	unsigned bits = 0, held = 0;
	size_t i, next = 0;

	if (!env->random(env->ctx, bytes, sizeof(bytes)))
		return BX_ERANDOM;
	for (i = 0; i < BX_CLIENT_ID_LENGTH; i++) {
		if (held < 5) {
			bits = (bits << 8 | bytes[next++]) & 0xfff;
			held += 8;
		}
		held -= 5;
		id[i] = alphabet[bits >> held & 31];
	}
	id[BX_CLIENT_ID_LENGTH] = '\0';
	return BX_OK;
}
