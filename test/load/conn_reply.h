/*
 * conn_reply.h - the bytes that come on a connection, as ends of its calls.
 *
 * Ownership and reentrancy: as in conn.h; the bytes are borrowed.
 */
#ifndef LOAD_CONN_REPLY_H
#define LOAD_CONN_REPLY_H

#include <stddef.h>

struct load_conn;

/* HTTP: one reply at a time, which may have been cut anywhere. */
void load_conn_take_http(struct load_conn *conn, char *bytes, size_t len);

/* FastCGI: records of as many replies as there are calls. */
void load_conn_take_records(struct load_conn *conn, const char *bytes,
    size_t len);

#endif
