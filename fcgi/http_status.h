/*
 * http_status.h - what the statuses that we answer with are called, and what
 * a person who meets one is told.
 *
 * Ownership: static text.
 * Reentrancy: no function calls out.
 */
#ifndef HTTP_STATUS_H
#define HTTP_STATUS_H

/* The reason phrase; never NULL, as duplicate_connect_status may be any. */
const char *http_status_reason(unsigned status);

/* One sentence with a newline; "" when the reply has no body. */
const char *http_status_sentence(unsigned status);

#endif
