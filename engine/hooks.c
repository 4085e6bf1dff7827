/*
 * hooks.c - ordered policy callbacks, and services by name.
 *
 * A callback may change the lists it is called from, so no pointer into them
 * is kept over a call: the next callback is found anew by its handle.
 */
#include <string.h>

#include "hash.h"
#include "hooks.h"

struct policy_node {
	struct bx_list link;
	uint64_t handle; /* rises with every callback added */
	bx_policy_fn *fn;
	void *ctx;
};

struct service_node {
	struct bx_hash_entry by_name;
	struct bx_list link;
	struct bx_service service; /* with the name that is here */
	char name[];
};

struct bx_hooks {
	const struct bx_env *env;
	struct bx_list policies;
	struct bx_hash services;
	struct bx_list all_services;
	uint64_t last_handle;
};

struct bx_hooks *
bx_hooks_new(const struct bx_env *env, const uint64_t seed[2])
{
	struct bx_hooks *hooks = bx_alloc(env, sizeof(*hooks));

	if (hooks == NULL)
		return NULL;
	hooks->env = env;
	hooks->last_handle = 0;
	bx_list_init(&hooks->policies);
	bx_hash_init(&hooks->services, env, seed);
	bx_list_init(&hooks->all_services);
	return hooks;
}

static struct service_node *
service_at(struct bx_list *link)
{
	return BX_LIST_ENTRY(link, struct service_node, link);
}

static void
remove_service(struct bx_hooks *hooks, struct service_node *node)
{
	bx_hash_remove(&hooks->services, &node->by_name);
	bx_list_remove(&node->link);
	bx_free(hooks->env, node);
}

void
bx_hooks_free(struct bx_hooks *hooks)
{
	struct bx_list *link;

	if (hooks == NULL)
		return;
	while ((link = bx_list_take_first(&hooks->policies)) != NULL)
		bx_free(hooks->env,
		    BX_LIST_ENTRY(link, struct policy_node, link));
	while (!bx_list_is_empty(&hooks->all_services))
		remove_service(hooks, service_at(hooks->all_services.next));
	bx_hash_fini(&hooks->services);
	bx_free(hooks->env, hooks);
}

enum bx_status
bx_hooks_add_policy(struct bx_hooks *hooks, bx_policy_fn *fn, void *ctx,
    uint64_t *handle)
{
	struct policy_node *node = bx_alloc(hooks->env, sizeof(*node));

	if (node == NULL)
		return BX_ENOMEM;
	node->handle = ++hooks->last_handle;
	node->fn = fn;
	node->ctx = ctx;
	bx_list_append(&hooks->policies, &node->link);
	*handle = node->handle;
	return BX_OK;
}

/* The first callback with a handle of at least from, or NULL. */
static struct policy_node *
find_policy(struct bx_hooks *hooks, uint64_t from)
{
	struct bx_list *link;

	for (link = hooks->policies.next; link != &hooks->policies;
	     link = link->next) {
		struct policy_node *node =
		    BX_LIST_ENTRY(link, struct policy_node, link);

		if (node->handle >= from)
			return node;
	}
	return NULL;
}

void
bx_hooks_remove_policy(struct bx_hooks *hooks, uint64_t handle)
{
	struct policy_node *node = find_policy(hooks, handle);

	if (node == NULL || node->handle != handle)
		return;
	bx_list_remove(&node->link);
	bx_free(hooks->env, node);
}

bool
bx_hooks_has_policy(const struct bx_hooks *hooks)
{
	return !bx_list_is_empty(&hooks->policies);
}

enum bx_verdict
bx_hooks_ask(struct bx_hooks *hooks, struct bx_question *question,
    uint64_t *after)
{
	struct policy_node *node;
	enum bx_verdict verdict;

	while ((node = find_policy(hooks, *after + 1)) != NULL) {
		*after = node->handle;
		verdict = node->fn(question, node->ctx);
		if (verdict != BX_VERDICT_ABSTAIN)
			return verdict;
		/* What it has written is not what the next one says. */
		memset(&question->denial, 0, sizeof(question->denial));
	}
	return BX_VERDICT_ABSTAIN;
}

enum bx_status
bx_hooks_add_service(struct bx_hooks *hooks, const struct bx_service *service)
{
	size_t len = strlen(service->name);
	struct service_node *node;
	enum bx_status status;

	node = bx_alloc(hooks->env, sizeof(*node) + len + 1);
	if (node == NULL)
		return BX_ENOMEM;
	memcpy(node->name, service->name, len + 1);
	node->service = *service;
	node->service.name = node->name;
	status =
	    bx_hash_insert(&hooks->services, &node->by_name, node->name, len);
	if (status == BX_OK)
		bx_list_append(&hooks->all_services, &node->link);
	else
		bx_free(hooks->env, node);
	return status;
}

static struct service_node *
find_service(struct bx_hooks *hooks, const char *name, size_t len)
{
	struct bx_hash_entry *entry;

	entry = bx_hash_find(&hooks->services, name, len);
	if (entry == NULL)
		return NULL;
	return BX_HASH_ELEMENT(entry, struct service_node, by_name);
}

void
bx_hooks_remove_service(struct bx_hooks *hooks, const char *name,
    const void *owner)
{
	struct service_node *node = find_service(hooks, name, strlen(name));

	if (node != NULL && node->service.owner == owner)
		remove_service(hooks, node);
}

void
bx_hooks_remove_services_of(struct bx_hooks *hooks, const void *owner)
{
	struct bx_list *link = hooks->all_services.next;

	while (link != &hooks->all_services) {
		struct service_node *node = service_at(link);

		link = link->next;
		if (node->service.owner == owner)
			remove_service(hooks, node);
	}
}

bool
bx_hooks_call_service(struct bx_hooks *hooks,
    const struct bx_incoming *message)
{
	static const char prefix[] = "/service/";
	const size_t prefix_len = sizeof(prefix) - 1;
	struct service_node *node;

	if (message->channel.len <= prefix_len)
		return false;
	node = find_service(hooks, message->channel.at + prefix_len,
	    message->channel.len - prefix_len);
	if (node == NULL)
		node = find_service(hooks, BX_SERVICE_OTHERS,
		    strlen(BX_SERVICE_OTHERS));
	if (node == NULL)
		return false;
	node->service.fn(message, node->service.ctx);
	return true;
}
