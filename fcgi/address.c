/* address.c - whom a request counts for; see address.h. */
#include "address.h"

#include <arpa/inet.h>
#include <string.h>

#include "decimal.h"
#include "http_text.h"

#define ADDRESS_BITS 128u
/* An IPv4 address is the last 32 bits of ::ffff:0:0/96. */
#define MAPPED_BITS 96u

static const unsigned char mapped_prefix[] = { [10] = 0xff, [11] = 0xff };

/* One address with a request in hand. */
struct entry {
	struct bx_hash_entry link;
	struct fcgi_address address;
	uint32_t count;
};

/* How many bytes there are before the first c, or at all. */
static size_t
len_before(struct bx_slice text, char c)
{
	struct bx_slice rest;

	return http_text_split(text, c, &rest).len;
}

/* Is what follows the address ":" and digits, or nothing? */
static bool
is_port(struct bx_slice text)
{
	if (text.len == 0)
		return true;
	if (text.at[0] != ':' || text.len == 1)
		return false;
	for (size_t i = 1; i < text.len; i++)
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	return true;
}

/* Take the brackets, or the port of an IPv4 address, off text. */
static enum bx_status
strip_port(struct bx_slice *text)
{
	bool bracketed = text->len > 0 && text->at[0] == '[';
	struct bx_slice host = *text, port;

	if (bracketed) {
		host.at++;
		host.len--;
	}
	host.len = len_before(host, bracketed ? ']' : ':');
	port.at = host.at + host.len;
	port.len = text->len - (size_t)(port.at - text->at);
	if (bracketed) {
		if (port.len == 0)
			return BX_EINVAL;
		port.at++;
		port.len--;
	} else if (memchr(host.at, '.', host.len) == NULL) {
		return BX_OK; /* its colons are its own */
	}
	if (!is_port(port))
		return BX_EINVAL;
	*text = host;
	return BX_OK;
}

/* The text is an address and nothing else; *is_ipv4 tells its family. */
static enum bx_status
parse_bare(struct bx_slice text, struct fcgi_address *address, bool *is_ipv4)
{
	char copy[INET6_ADDRSTRLEN];
	struct fcgi_address parsed;

	/* A NUL inside would hide what is behind it from inet_pton. */
	if (text.len == 0 || text.len >= sizeof(copy) ||
	    memchr(text.at, '\0', text.len) != NULL)
		return BX_EINVAL;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	*is_ipv4 = inet_pton(AF_INET, copy,
		       parsed.bytes + sizeof(mapped_prefix)) == 1;
	if (*is_ipv4)
		memcpy(parsed.bytes, mapped_prefix, sizeof(mapped_prefix));
	else if (inet_pton(AF_INET6, copy, parsed.bytes) != 1)
		return BX_EINVAL;
	*address = parsed;
	return BX_OK;
}

enum bx_status
fcgi_address_parse(struct bx_slice text, struct fcgi_address *address)
{
	bool is_ipv4;

	text = http_text_trim(text);
	if (text.len == 0 || strip_port(&text) != BX_OK)
		return BX_EINVAL;
	text.len = len_before(text, '%');
	return parse_bare(text, address, &is_ipv4);
}

static void
clear_beyond(struct fcgi_address *address, unsigned prefix)
{
	for (unsigned bit = prefix; bit < ADDRESS_BITS; bit++)
		address->bytes[bit / 8] &= (unsigned char)~(0x80u >> bit % 8);
}

enum bx_status
fcgi_address_network_parse(struct bx_slice text,
    struct fcgi_address_network *network)
{
	struct bx_slice base = { text.at, len_before(text, '/') };
	struct fcgi_address_network parsed = { .prefix = ADDRESS_BITS };
	unsigned bits = 0;
	bool is_ipv4;

	if (parse_bare(base, &parsed.base, &is_ipv4) != BX_OK)
		return BX_EINVAL;
	if (base.len < text.len) {
		size_t digits = text.len - base.len - 1;

		if (digits < 1 || digits > 3)
			return BX_EINVAL;
		for (size_t i = base.len + 1; i < text.len; i++) {
			if (text.at[i] < '0' || text.at[i] > '9')
				return BX_EINVAL;
			bits = bits * 10 + (unsigned)(text.at[i] - '0');
		}
		parsed.prefix = bits + (is_ipv4 ? MAPPED_BITS : 0);
		if (parsed.prefix > ADDRESS_BITS)
			return BX_EINVAL;
	}
	clear_beyond(&parsed.base, parsed.prefix);
	*network = parsed;
	return BX_OK;
}

struct fcgi_address_network *
fcgi_address_networks_new(const struct bx_env *env, const char *const *texts,
    size_t count, const char **wrong)
{
	struct fcgi_address_network *networks;
	struct bx_slice text;

	if (count == 0)
		return NULL;
	networks = bx_alloc(env, count * sizeof(*networks));
	if (networks == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		text = (struct bx_slice){ texts[i], strlen(texts[i]) };
		if (fcgi_address_network_parse(text, &networks[i]) != BX_OK) {
			*wrong = texts[i];
			bx_free(env, networks);
			return NULL;
		}
	}
	return networks;
}

bool
fcgi_address_is_in(const struct fcgi_address *address,
    const struct fcgi_address_networks *networks)
{
	for (size_t i = 0; i < networks->count; i++) {
		const struct fcgi_address_network *network = &networks->at[i];
		struct fcgi_address base = *address;

		clear_beyond(&base, network->prefix);
		if (memcmp(&base, &network->base, sizeof(base)) == 0)
			return true;
	}
	return false;
}

/* Is it what a web server that listens on a unix socket says? */
static bool
is_local_peer(struct bx_slice remote_addr)
{
	static const char unix_peer[] = "unix:";
	size_t len = sizeof(unix_peer) - 1;

	return remote_addr.len == 0 ||
	    (remote_addr.len >= len &&
		memcmp(remote_addr.at, unix_peer, len) == 0);
}

/* Take the last element off a list that is separated by commas. */
static struct bx_slice
take_last(struct bx_slice *list)
{
	size_t start = list->len;
	struct bx_slice last;

	while (start > 0 && list->at[start - 1] != ',')
		start--;
	last = (struct bx_slice){ list->at + start, list->len - start };
	list->len = start > 0 ? start - 1 : 0;
	return http_text_trim(last);
}

bool
fcgi_address_of_client(const struct fcgi_address_networks *trusted,
    struct bx_slice remote_addr, struct bx_slice forwarded_for,
    struct fcgi_address *client)
{
	bool known = !is_local_peer(remote_addr);

	if (known) {
		if (fcgi_address_parse(remote_addr, client) != BX_OK)
			return false;
		if (!fcgi_address_is_in(client, trusted))
			return true;
	}
	while (forwarded_for.len > 0) {
		struct bx_slice entry = take_last(&forwarded_for);

		if (entry.len == 0)
			continue; /* as in any list: RFC 9110, 5.6.1 */
		if (fcgi_address_parse(entry, client) != BX_OK)
			break;
		known = true;
		if (!fcgi_address_is_in(client, trusted))
			break;
	}
	return known;
}

/* Every request has one written, and inet_ntop prints each number. */
static void
format_ipv4(const unsigned char bytes[4], char text[FCGI_ADDRESS_TEXT])
{
	size_t len = 0;

	for (int i = 0; i < 4; i++) {
		if (i > 0)
			text[len++] = '.';
		len += fcgi_decimal_format(bytes[i], text + len);
	}
	text[len] = '\0';
}

const char *
fcgi_address_format(const struct fcgi_address *address,
    char text[FCGI_ADDRESS_TEXT])
{
	const unsigned char *bytes = address->bytes;

	if (memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0)
		format_ipv4(bytes + sizeof(mapped_prefix), text);
	/* There is room for any, so it cannot fail. */
	else if (inet_ntop(AF_INET6, bytes, text, FCGI_ADDRESS_TEXT) == NULL)
		text[0] = '\0';
	return text;
}

void
fcgi_address_table_init(struct fcgi_address_table *table,
    const struct bx_env *env, const uint64_t seed[2], uint32_t limit)
{
	bx_hash_init(&table->counts, env, seed);
	table->limit = limit;
}

static void
free_entry(struct fcgi_address_table *table, struct entry *entry)
{
	bx_hash_remove(&table->counts, &entry->link);
	bx_free(table->counts.env, entry);
}

void
fcgi_address_table_fini(struct fcgi_address_table *table)
{
	struct bx_hash_entry *link;

	while ((link = bx_hash_any(&table->counts)) != NULL)
		free_entry(table, BX_HASH_ELEMENT(link, struct entry, link));
	bx_hash_fini(&table->counts);
}

static struct entry *
find_entry(const struct fcgi_address_table *table,
    const struct fcgi_address *address)
{
	struct bx_hash_entry *link =
	    bx_hash_find(&table->counts, address, sizeof(*address));

	return link == NULL ? NULL : BX_HASH_ELEMENT(link, struct entry, link);
}

enum bx_status
fcgi_address_table_enter(struct fcgi_address_table *table,
    const struct fcgi_address *address)
{
	struct entry *entry;

	if (table->limit == 0)
		return BX_OK;
	if ((entry = find_entry(table, address)) != NULL) {
		if (entry->count >= table->limit)
			return BX_EFULL;
		entry->count++;
		return BX_OK;
	}
	entry = bx_alloc(table->counts.env, sizeof(*entry));
	if (entry == NULL)
		return BX_ENOMEM;
	entry->address = *address;
	entry->count = 1;
	bx_hash_add(&table->counts, &entry->link, &entry->address,
	    sizeof(entry->address));
	return BX_OK;
}

void
fcgi_address_table_leave(struct fcgi_address_table *table,
    const struct fcgi_address *address)
{
	struct entry *entry;

	/* Nothing was counted, and the search would cost as much. */
	if (table->limit == 0)
		return;
	entry = find_entry(table, address);
	if (entry != NULL && --entry->count == 0)
		free_entry(table, entry);
}

uint32_t
fcgi_address_table_count(const struct fcgi_address_table *table,
    const struct fcgi_address *address)
{
	const struct entry *entry = find_entry(table, address);

	return entry == NULL ? 0 : entry->count;
}
