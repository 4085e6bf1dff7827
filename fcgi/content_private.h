/*
 * content_private.h - what the files of content.h share among themselves.
 *
 *	content.c		the table, and all requests of it
 *	content_request.c	one request: what was asked, and its two sides
 *	content_answer.c	what it is answered
 */
#ifndef FCGI_CONTENT_PRIVATE_H
#define FCGI_CONTENT_PRIVATE_H

#include "address.h"
#include "content.h"
#include "engine/buf.h"

struct fcgi_intake;

struct fcgi_content_entry {
	struct bx_list link;
	const void *owner;
	bx_content_fn *fn;
	void *ctx;
	char path[];
};

struct bx_request {
	struct bx_list link;  /* all requests */
	struct bx_list ready; /* or in no list */
	struct bx_list lost;  /* the same */
	struct fcgi_content *content;
	struct fcgi_request *request; /* the client's side; NULL: is over */
	const void *owner;	      /* the plugin's side; NULL: is over */
	struct fcgi_intake *intake;   /* NULL once it has begun */
	bx_request_gone_fn *gone;
	void *gone_ctx;
	struct bx_buf pending; /* of the body, not said yet */
	bool is_foreign;       /* has no credentials */
	bool is_head;	       /* no body is wanted */
	bool is_bodiless;      /* that, or the status has none */
	bool is_begun;
	bool is_ended;
	bool is_busy; /* its plugin or another is called about it */
	char address[FCGI_ADDRESS_TEXT];
	char user[]; /* "": nobody is logged in */
};

/* The entry for this path, or NULL: the longest. */
const struct fcgi_content_entry *fcgi_content_find(const struct fcgi_content
						       *content,
    struct bx_slice path);

/* The plugin's side is over. */
void fcgi_content_release(struct bx_request *request);

/* Let the client's side, which is there, go, and return it. */
struct fcgi_request *fcgi_content_part(struct bx_request *request);

/* Have drain look at it, if there is a client who waits for more. */
void fcgi_content_mark_ready(struct bx_request *request);

/* Answer with 503, as the plugin does not. */
void fcgi_content_refuse(struct bx_request *request, const char *why);

/* Say what is pending. */
void fcgi_content_say(struct bx_request *request);

#endif
