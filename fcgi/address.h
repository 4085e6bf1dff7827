/*
 * address.h - which address a request comes from, and how many it has.
 *
 * The web server says REMOTE_ADDR.  When that is a proxy which the
 * configuration trusts, X-Forwarded-For is believed from its right end, up to
 * the first entry that no trusted proxy has written.
 *
 * Ownership: addresses and networks are plain data; a table owns an entry for
 * each address that is counted, and frees it when its count is back at zero.
 * Reentrancy: no function calls out, but for the table's allocator.
 */
#ifndef FCGI_ADDRESS_H
#define FCGI_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/env.h"
#include "engine/hash.h"
#include "engine/json.h"
#include "engine/status.h"

#define FCGI_ADDRESS_TEXT 46 /* with its NUL */

/* An IPv6 address in network order; an IPv4 one is mapped (::ffff:a.b.c.d). */
struct fcgi_address {
	unsigned char bytes[16];
};

struct fcgi_address_network {
	struct fcgi_address base; /* bits beyond the prefix are zero */
	unsigned prefix;	  /* of 128, for IPv4 too */
};

/* The trusted proxies; at is borrowed from whoever has parsed them. */
struct fcgi_address_networks {
	const struct fcgi_address_network *at;
	size_t count;
};

/*
 * Read an IPv4 or IPv6 address, white space around it allowed, as is what
 * X-Forwarded-For is seen with: "[IPv6]", a ":port" behind IPv4 or "[IPv6]",
 * a "%zone" (which is dropped).  BX_EINVAL: anything else; *address is
 * untouched.
 */
enum bx_status fcgi_address_parse(struct bx_slice text,
    struct fcgi_address *address);

/* Read "ADDRESS" or "ADDRESS/BITS" as in trusted_proxies.  BX_EINVAL:
 * anything else, or more bits than the address has; *network is untouched. */
enum bx_status fcgi_address_network_parse(struct bx_slice text,
    struct fcgi_address_network *network);

/* An array of all texts, owned by the caller.  NULL: one is *wrong, or there is
 * no memory or no text, and *wrong is as it was. */
struct fcgi_address_network *fcgi_address_networks_new(const struct bx_env
							   *env,
    const char *const *texts, size_t count, const char **wrong);

bool fcgi_address_is_in(const struct fcgi_address *address,
    const struct fcgi_address_networks *networks);

/*
 * Whom does a request with this REMOTE_ADDR and X-Forwarded-For count for?
 *
 * A web server that was itself reached over a unix socket gives "" or
 * "unix:": a proxy on its own host, which is trusted.  When all entries are
 * trusted the left-most counts; an entry that is no address ends the search,
 * and the one to the right of it counts.
 *
 * False: no address is known, and *client is untouched; count nobody.
 */
bool fcgi_address_of_client(const struct fcgi_address_networks *trusted,
    struct bx_slice remote_addr, struct bx_slice forwarded_for,
    struct fcgi_address *client);

/* Write it as text, an IPv4 one as such; returns text. */
const char *fcgi_address_format(const struct fcgi_address *address,
    char text[FCGI_ADDRESS_TEXT]);

/* How many requests are in hand from each address. */
struct fcgi_address_table {
	struct bx_hash counts;
	uint32_t limit;
};

/* An empty table.  limit 0: nothing is counted or refused.  seed is 128
 * unguessable bits. */
void fcgi_address_table_init(struct fcgi_address_table *table,
    const struct bx_env *env, const uint64_t seed[2], uint32_t limit);

/* Free what is left in it, whoever has not left. */
void fcgi_address_table_fini(struct fcgi_address_table *table);

/* Count one request of address.  BX_EFULL: limit of them are in hand, answer
 * 503; BX_ENOMEM.  After either it is not counted, so do not call leave. */
enum bx_status fcgi_address_table_enter(struct fcgi_address_table *table,
    const struct fcgi_address *address);

/* End a request that enter has counted. */
void fcgi_address_table_leave(struct fcgi_address_table *table,
    const struct fcgi_address *address);

/* How many requests of address are in hand. */
uint32_t fcgi_address_table_count(const struct fcgi_address_table *table,
    const struct fcgi_address *address);

#endif
