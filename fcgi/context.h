/*
 * context.h - what all requests of the process share.
 *
 * Ownership: the process's, which keeps it while there are requests.
 * Reentrancy: settle sends or closes.  To close ends exchanges, and so may free
 * what plugins keep with a session, within which settle can be called again.
 */
#ifndef FCGI_CONTEXT_H
#define FCGI_CONTEXT_H

#include "address.h"
#include "budget.h"
#include "engine/env.h"
#include "engine/status.h"
#include "idle.h"

struct bx_engine;
struct fcgi_content;
struct fcgi_intake;
struct fcgi_options;
struct fcgi_request;

struct fcgi_context {
	const struct bx_env *env;
	struct bx_engine *engine;
	const struct fcgi_options *options;
	struct fcgi_content *content; /* of plugins; NULL: there is none */
	/* The request, which nobody fed just now, has a response; or status
	 * says that it is only good for free. */
	void (*settle)(struct fcgi_request *request, enum bx_status status);
	/* Close the connections of clients that have left, as far as that is
	 * not known; none that is being read. */
	void (*look_out)(void *ctx);
	void *look_out_ctx;
	struct fcgi_address_networks trusted;
	struct fcgi_address_table addresses;
	struct fcgi_idle_list incomplete; /* requests, by last byte */
	struct fcgi_budget budget;	  /* of all that is incomplete */
	struct fcgi_intake *spare_intake; /* for the next request; or NULL */
	bx_msec now;			  /* kept right by the host */
};

#endif
