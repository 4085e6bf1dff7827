/*
 * content.h - requests that plugins answer: for which paths, and until when.
 *
 * A request is shared between its client's and its plugin's side, either of
 * which may be over first.  What a plugin has to say is sent, and it is told of
 * who has gone, where nobody is in the middle of anything: in drain.
 *
 * Ownership: the table is embedded by its owner and stays where it is.  It owns
 * each struct bx_request from open until both sides have let go of it.
 * Reentrancy: open, drain, advance and forget call plugins, which may do
 * anything; so do respond and begin where plugins change headers.
 * Limits: FCGI_CONTENT_REQUESTS_MAX requests, those that plugins hold on to
 * after their clients have gone included; what they have sent is charged to
 * the budgets until it is answered.
 */
#ifndef FCGI_CONTENT_H
#define FCGI_CONTENT_H

#include <stdbool.h>

#include "engine/list.h"
#include "engine/platform.h"
#include "engine/status.h"

#define FCGI_CONTENT_REQUESTS_MAX 100000

struct fcgi_context;
struct fcgi_request;

struct fcgi_content {
	struct fcgi_context *context;
	struct bx_list entries;
	struct bx_list requests;
	struct bx_list ready; /* have something to say */
	struct bx_list gone;  /* their plugins do not know yet */
	size_t count;	      /* of requests */
	bx_msec end_at;	      /* those not answered get 503 */
	bool is_closing;
};

void fcgi_content_init(struct fcgi_content *content,
    struct fcgi_context *context);

/* The plugins have stopped, and there are no clients. */
void fcgi_content_fini(struct fcgi_content *content);

/* As platform.h has them; a path is "/" and more, which does not end in "/". */
bool fcgi_content_add(struct fcgi_content *content,
    const struct bx_content *added);
void fcgi_content_remove(struct fcgi_content *content, const void *owner,
    const char *path);
void fcgi_content_forget(struct fcgi_content *content, const void *owner);

/* Does a plugin serve this path below the mount? */
bool fcgi_content_has(const struct fcgi_content *content,
    struct bx_slice path);

/* All of request, which is for such a path, has come: give it to the plugin.
 * Later it is answered by context->settle.  BX_ENOMEM: only good for free. */
enum bx_status fcgi_content_open(struct fcgi_content *content,
    struct fcgi_request *request);

/* The client's side is over. */
void fcgi_content_lose(struct bx_request *request);

/* What was said is written; there may be more. */
void fcgi_content_go_on(struct bx_request *request);

/* Send, and tell who has gone. */
void fcgi_content_drain(struct fcgi_content *content);
bool fcgi_content_has_ready(const struct fcgi_content *content);

/* The process is about to end: end all streams, and at end_at, which advance
 * waits for, those that have begun since, and answer all else with 503. */
void fcgi_content_shut_down(struct fcgi_content *content, bx_msec end_at);
void fcgi_content_advance(struct fcgi_content *content);

/* As host.h has them. */
struct bx_request_info fcgi_content_info(const struct bx_request *request);
struct bx_slice fcgi_content_header(const struct bx_request *request,
    const char *name);
bool fcgi_content_respond(struct bx_request *request,
    const struct bx_head *head, struct bx_slice body);
bool fcgi_content_begin(struct bx_request *request, const struct bx_head *head,
    bx_request_gone_fn *gone, void *ctx);
bool fcgi_content_write(struct bx_request *request, struct bx_slice piece);
void fcgi_content_end(struct bx_request *request);
void fcgi_content_on_gone(struct bx_request *request, bx_request_gone_fn *gone,
    void *ctx);

#endif
