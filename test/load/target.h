/*
 * target.h - the server that a load is put on, as its address says.
 *
 *	http://HOST:PORT/PATH	a web server, or any Bayeux server
 *	fcgi:unix:PATH		a FastCGI socket
 *	fcgi:HOST:PORT		the same over TCP
 *
 * HOST is an address in numbers, "localhost", or an IPv6 address in brackets:
 * no name is looked up, so that what an address means cannot change between
 * its check and its use.
 *
 * Ownership: embedded; nothing is allocated.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_TARGET_H
#define LOAD_TARGET_H

#include <stdbool.h>
#include <sys/socket.h>

#define LOAD_TARGET_TEXT 256

struct load_target {
	struct sockaddr_storage address;
	socklen_t address_len;
	bool is_fcgi;
	char host[LOAD_TARGET_TEXT]; /* for the Host header */
	char path[LOAD_TARGET_TEXT]; /* of the request, "/cometd" by default */
};

/* False: text is no such address. */
bool load_target_parse(struct load_target *target, const char *text);

/* Is it this machine and nothing else: 127.0.0.0/8, ::1, or a unix socket? */
bool load_target_is_loopback(const struct load_target *target);

#endif
