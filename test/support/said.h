/*
 * said.h - what a response says, without the records around it.
 *
 * Ownership: the response is borrowed for the call; text is the caller's.
 */
#ifndef TEST_SUPPORT_SAID_H
#define TEST_SUPPORT_SAID_H

#include <stddef.h>

struct fcgi_response;

/* All of its STDOUT as a text of less than size bytes, which fails the test if
 * it is not written by one gather.  Nothing of it counts as written. */
void said_text(const struct fcgi_response *response, char *text, size_t size);

#endif
