/*
 * hooks.h - what a host or a plugin adds: policy callbacks and services.
 *
 * A policy callback is asked before anything is done.  It may also say
 * "pending": the exchange is then parked at that message, and goes on when the
 * callback's ticket is resolved; other sessions do not wait.
 *
 * Ownership: the hooks own their nodes; ctx stays the host's, and must live
 * until the hook is removed or the engine is freed.
 * Reentrancy: a callback, and a service, may add and remove hooks, its own
 * included.
 */
#ifndef BX_HOOKS_H
#define BX_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "channel_name.h"
#include "env.h"
#include "host.h"
#include "json.h"
#include "list.h"
#include "plugin.h"
#include "status.h"
#include "verdict.h"

typedef enum bx_verdict bx_policy_fn(struct bx_question *question, void *ctx);

struct bx_hooks;

struct bx_hooks *bx_hooks_new(const struct bx_env *env,
    const uint64_t seed[2]);

/* NULL is legal. */
void bx_hooks_free(struct bx_hooks *hooks);

/*
 * Add a policy callback behind those there are.  *handle identifies it in
 * bx_hooks_remove_policy.  BX_ENOMEM: it was not added.
 */
enum bx_status bx_hooks_add_policy(struct bx_hooks *hooks, bx_policy_fn *fn,
    void *ctx, uint64_t *handle);
void bx_hooks_remove_policy(struct bx_hooks *hooks, uint64_t handle);

/* Is there any callback to ask? */
bool bx_hooks_has_policy(const struct bx_hooks *hooks);

/*
 * Ask, in order, the callbacks added after handle *after (0: all of them),
 * until one does not abstain; *after is then that one's handle.
 */
enum bx_verdict bx_hooks_ask(struct bx_hooks *hooks,
    struct bx_question *question, uint64_t *after);

/* Called for what is published to "/service/" name; owner is whom it goes
 * with, and means nothing here. */
struct bx_service {
	const char *name; /* borrowed for the call that adds it */
	bx_service_fn *fn;
	void *ctx;
	const void *owner;
};

/* Add a service.  BX_EEXIST: there is one of that name; BX_ENOMEM. */
enum bx_status bx_hooks_add_service(struct bx_hooks *hooks,
    const struct bx_service *service);

/* Remove all that go with owner. */
void bx_hooks_remove_services_of(struct bx_hooks *hooks, const void *owner);

/* Harmless when owner has none of that name. */
void bx_hooks_remove_service(struct bx_hooks *hooks, const char *name,
    const void *owner);

/* Serves what no other service does. */
#define BX_SERVICE_OTHERS "**"

/* Call the service that message->channel names, or else the one for all others;
 * false when there is none. */
bool bx_hooks_call_service(struct bx_hooks *hooks,
    const struct bx_incoming *message);

#endif
