/* target.c - the server that a load is put on; see target.h. */
#include "target.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define DEFAULT_PATH "/cometd"
#define HTTP "http://"
#define FCGI "fcgi:"
#define UNIX "unix:"

static bool
copy(char *out, size_t size, const char *text, size_t len)
{
	if (len >= size)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

static bool
parse_port(const char *text, uint16_t *port)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	if (*end != '\0' || value == 0 || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	return true;
}

static bool
parse_ipv6(struct load_target *target, const char *host, uint16_t port)
{
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&target->address;

	*ipv6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
		.sin6_port = htons(port) };
	target->address_len = sizeof(*ipv6);
	return inet_pton(AF_INET6, host, &ipv6->sin6_addr) == 1;
}

static bool
parse_ipv4(struct load_target *target, const char *host, uint16_t port)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)&target->address;

	*ipv4 = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port) };
	target->address_len = sizeof(*ipv4);
	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	return inet_pton(AF_INET, host, &ipv4->sin_addr) == 1;
}

/* HOST:PORT, or with a default port HOST. */
static bool
parse_authority(struct load_target *target, const char *default_port)
{
	char host[LOAD_TARGET_TEXT];
	const char *text = target->host, *port;
	bool bracketed = *text == '[';
	size_t len = strcspn(text, bracketed ? "]" : ":");
	uint16_t number;

	if (bracketed && text[len] != ']')
		return false;
	port = text + len + bracketed;
	if (*port == ':')
		port++;
	else if (*port == '\0' && default_port != NULL)
		port = default_port;
	else
		return false;
	(void)copy(host, sizeof(host), text + bracketed, len - bracketed);
	return parse_port(port, &number) &&
	    (bracketed ? parse_ipv6(target, host, number)
		       : parse_ipv4(target, host, number));
}

static bool
parse_unix(struct load_target *target, const char *path)
{
	struct sockaddr_un *local = (struct sockaddr_un *)&target->address;

	*local = (struct sockaddr_un){ .sun_family = AF_UNIX };
	target->address_len = sizeof(*local);
	return *path != '\0' &&
	    copy(local->sun_path, sizeof(local->sun_path), path, strlen(path));
}

static bool
parse_http(struct load_target *target, const char *text)
{
	size_t len = strcspn(text, "/");

	if (strpbrk(text, " \t\r\n") != NULL ||
	    !copy(target->host, sizeof(target->host), text, len))
		return false;
	if (text[len] != '\0' &&
	    !copy(target->path, sizeof(target->path), text + len,
		strlen(text + len)))
		return false;
	return parse_authority(target, "80");
}

static bool
parse_fcgi(struct load_target *target, const char *text)
{
	target->is_fcgi = true;
	if (strncmp(text, UNIX, strlen(UNIX)) == 0) {
		(void)copy(target->host, sizeof(target->host), "localhost",
		    strlen("localhost"));
		return parse_unix(target, text + strlen(UNIX));
	}
	return copy(target->host, sizeof(target->host), text, strlen(text)) &&
	    parse_authority(target, NULL);
}

bool
load_target_parse(struct load_target *target, const char *text)
{
	memset(target, 0, sizeof(*target));
	(void)copy(target->path, sizeof(target->path), DEFAULT_PATH,
	    strlen(DEFAULT_PATH));
	if (strncmp(text, HTTP, strlen(HTTP)) == 0)
		return parse_http(target, text + strlen(HTTP));
	if (strncmp(text, FCGI, strlen(FCGI)) == 0)
		return parse_fcgi(target, text + strlen(FCGI));
	return false;
}

bool
load_target_is_loopback(const struct load_target *target)
{
	const struct sockaddr *address =
	    (const struct sockaddr *)&target->address;
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)address;

	switch (address->sa_family) {
	case AF_UNIX:
		return true;
	case AF_INET:
		return ntohl(ipv4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr);
	}
	return false;
}
