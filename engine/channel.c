/*
 * channel.c - the tree of channels, with one table for all its nodes and one
 * for all subscriptions.
 */
#include "channel.h"

#include <string.h>

#include "hash.h"

/* A node is found by its parent's serial and its segment.  The root has serial
 * 0 and is not in the table; every other has a subscriber or a child. */
struct node {
	struct bx_hash_entry entry; /* the key lies behind the node */
	struct node *parent;
	uint64_t serial;
	size_t children;
	size_t subscribers;
	struct bx_list subscriptions;
};

/* What a subscription is found by; two pointers leave no gap. */
struct ends {
	struct node *node;
	struct bx_subscriber *subscriber;
};

struct subscription {
	struct bx_hash_entry by_ends;
	struct bx_list in_node;
	struct bx_list in_subscriber;
	struct ends ends;
};

struct bx_channel_tree {
	const struct bx_env *env;
	struct bx_hash nodes;
	struct bx_hash subscriptions;
	struct node root;
	uint64_t last_serial;
	uint64_t last_visit;
	size_t count; /* nodes with a subscriber */
	/* Where the key to look for is put together. */
	unsigned char key[sizeof(uint64_t) + BX_CHANNEL_LENGTH_MAX];
};

static void
init_node(struct node *node, struct node *parent, uint64_t serial)
{
	node->parent = parent;
	node->serial = serial;
	node->children = 0;
	node->subscribers = 0;
	bx_list_init(&node->subscriptions);
}

struct bx_channel_tree *
bx_channel_tree_new(const struct bx_env *env, const uint64_t seed[2])
{
	struct bx_channel_tree *tree;

	tree = bx_alloc(env, sizeof(*tree));
	if (tree == NULL)
		return NULL;
	tree->env = env;
	bx_hash_init(&tree->nodes, env, seed);
	bx_hash_init(&tree->subscriptions, env, seed);
	init_node(&tree->root, NULL, 0);
	tree->last_serial = 0;
	tree->last_visit = 0;
	tree->count = 0;
	return tree;
}

static void
free_subscription(struct bx_channel_tree *tree,
    struct subscription *subscription)
{
	bx_hash_remove(&tree->subscriptions, &subscription->by_ends);
	bx_list_remove(&subscription->in_node);
	bx_list_remove(&subscription->in_subscriber);
	subscription->ends.subscriber->count--;
	if (--subscription->ends.node->subscribers == 0)
		tree->count--;
	bx_free(tree->env, subscription);
}

void
bx_channel_tree_free(struct bx_channel_tree *tree)
{
	struct bx_hash_entry *entry;
	struct node *node;

	if (tree == NULL)
		return;
	/* Parents may go before their children: nobody looks up any more. */
	while ((entry = bx_hash_any(&tree->nodes)) != NULL) {
		node = BX_HASH_ELEMENT(entry, struct node, entry);
		while (node->subscribers > 0)
			free_subscription(tree,
			    BX_LIST_ENTRY(node->subscriptions.next,
				struct subscription, in_node));
		bx_hash_remove(&tree->nodes, entry);
		bx_free(tree->env, node);
	}
	bx_hash_fini(&tree->subscriptions);
	bx_hash_fini(&tree->nodes);
	bx_free(tree->env, tree);
}

size_t
bx_channel_tree_count(const struct bx_channel_tree *tree)
{
	return tree->count;
}

void
bx_subscriber_init(struct bx_subscriber *subscriber)
{
	bx_list_init(&subscriber->subscriptions);
	subscriber->count = 0;
	subscriber->visited = 0;
}

/* Put the key of a child together; its length. */
static size_t
compose_key(struct bx_channel_tree *tree, const struct node *parent,
    const char *segment, size_t len)
{
	memcpy(tree->key, &parent->serial, sizeof(parent->serial));
	memcpy(tree->key + sizeof(parent->serial), segment, len);
	return sizeof(parent->serial) + len;
}

static struct node *
find_child(struct bx_channel_tree *tree, const struct node *parent,
    const char *segment, size_t len)
{
	struct bx_hash_entry *entry;

	if (parent->children == 0)
		return NULL;
	entry = bx_hash_find(&tree->nodes, tree->key,
	    compose_key(tree, parent, segment, len));
	return entry == NULL ? NULL
			     : BX_HASH_ELEMENT(entry, struct node, entry);
}

static const char *
segment_of(const struct bx_channel_name *name, unsigned i, size_t *len)
{
	*len = name->start[i + 1] - name->start[i] - 1;
	return name->text + name->start[i];
}

static struct node *
find_segment(struct bx_channel_tree *tree, const struct node *parent,
    const struct bx_channel_name *name, unsigned i)
{
	size_t len;
	const char *segment = segment_of(name, i, &len);

	return find_child(tree, parent, segment, len);
}

static struct node *
find_node(struct bx_channel_tree *tree, const struct bx_channel_name *name)
{
	struct node *node = &tree->root;
	unsigned i;

	for (i = 0; i < name->depth && node != NULL; i++)
		node = find_segment(tree, node, name, i);
	return node;
}

/* Free node if nothing needs it, and then its parents likewise. */
static void
prune(struct bx_channel_tree *tree, struct node *node)
{
	struct node *parent;

	while (node != &tree->root && node->children == 0 &&
	    node->subscribers == 0) {
		parent = node->parent;
		bx_hash_remove(&tree->nodes, &node->entry);
		bx_free(tree->env, node);
		parent->children--;
		node = parent;
	}
}

static struct node *
add_child(struct bx_channel_tree *tree, struct node *parent,
    const char *segment, size_t len)
{
	size_t key_len = compose_key(tree, parent, segment, len);
	struct node *node;
	void *key;

	node = bx_alloc(tree->env, sizeof(*node) + key_len);
	if (node == NULL)
		return NULL;
	key = memcpy(node + 1, tree->key, key_len);
	init_node(node, parent, tree->last_serial + 1);
	bx_hash_add(&tree->nodes, &node->entry, key, key_len);
	tree->last_serial++;
	parent->children++;
	return node;
}

/* The node of name, made with all above it that are missing; or NULL. */
static struct node *
make_node(struct bx_channel_tree *tree, const struct bx_channel_name *name)
{
	struct node *child, *node = &tree->root;
	const char *segment;
	size_t len;
	unsigned i;

	for (i = 0; i < name->depth; i++) {
		segment = segment_of(name, i, &len);
		child = find_child(tree, node, segment, len);
		if (child == NULL)
			child = add_child(tree, node, segment, len);
		if (child == NULL) {
			prune(tree, node);
			return NULL;
		}
		node = child;
	}
	return node;
}

/* Neither a popular channel nor a greedy subscriber makes this slow: a client
 * can have it done many thousand times by one request. */
static struct subscription *
find_subscription(const struct bx_channel_tree *tree, struct node *node,
    struct bx_subscriber *subscriber)
{
	const struct ends ends = { node, subscriber };
	struct bx_hash_entry *entry =
	    bx_hash_find(&tree->subscriptions, &ends, sizeof(ends));

	if (entry == NULL)
		return NULL;
	return BX_HASH_ELEMENT(entry, struct subscription, by_ends);
}

bool
bx_channel_is_subscribed(struct bx_channel_tree *tree,
    const struct bx_channel_name *name, struct bx_subscriber *subscriber)
{
	struct node *node = find_node(tree, name);

	return node != NULL &&
	    find_subscription(tree, node, subscriber) != NULL;
}

bool
bx_channel_exists(struct bx_channel_tree *tree,
    const struct bx_channel_name *name)
{
	struct node *node = find_node(tree, name);

	return node != NULL && node->subscribers > 0;
}

enum bx_status
bx_channel_subscribe(struct bx_channel_tree *tree,
    const struct bx_channel_name *name, struct bx_subscriber *subscriber)
{
	struct subscription *subscription;
	struct node *node;

	if (bx_channel_is_subscribed(tree, name, subscriber))
		return BX_OK;
	subscription = bx_alloc(tree->env, sizeof(*subscription));
	if (subscription == NULL)
		return BX_ENOMEM;
	node = make_node(tree, name);
	if (node == NULL) {
		bx_free(tree->env, subscription);
		return BX_ENOMEM;
	}
	subscription->ends = (struct ends){ node, subscriber };
	bx_hash_add(&tree->subscriptions, &subscription->by_ends,
	    &subscription->ends, sizeof(subscription->ends));
	bx_list_append(&node->subscriptions, &subscription->in_node);
	bx_list_append(&subscriber->subscriptions,
	    &subscription->in_subscriber);
	subscriber->count++;
	if (node->subscribers++ == 0)
		tree->count++;
	return BX_OK;
}

static void
drop(struct bx_channel_tree *tree, struct subscription *subscription)
{
	struct node *node = subscription->ends.node;

	free_subscription(tree, subscription);
	prune(tree, node);
}

void
bx_channel_unsubscribe(struct bx_channel_tree *tree,
    const struct bx_channel_name *name, struct bx_subscriber *subscriber)
{
	struct node *node = find_node(tree, name);
	struct subscription *subscription;

	if (node == NULL)
		return;
	subscription = find_subscription(tree, node, subscriber);
	if (subscription != NULL)
		drop(tree, subscription);
}

void
bx_channel_unsubscribe_all(struct bx_channel_tree *tree,
    struct bx_subscriber *subscriber)
{
	while (subscriber->count > 0)
		drop(tree,
		    BX_LIST_ENTRY(subscriber->subscriptions.next,
			struct subscription, in_subscriber));
}

void
bx_channel_unsubscribe_newest(struct bx_channel_tree *tree,
    struct bx_subscriber *subscriber, size_t count)
{
	for (; count > 0; count--)
		drop(tree,
		    BX_LIST_ENTRY(subscriber->subscriptions.prev,
			struct subscription, in_subscriber));
}

/* Call fn for those of node that this visit has not reached yet. */
static bool
visit_node(struct bx_channel_tree *tree, const struct node *node,
    bx_subscriber_fn *fn, void *ctx)
{
	struct bx_subscriber *subscriber;
	struct bx_list *link;

	if (node == NULL)
		return true;
	for (link = node->subscriptions.next; link != &node->subscriptions;
	     link = link->next) {
		subscriber = BX_LIST_ENTRY(link, struct subscription, in_node)
				 ->ends.subscriber;
		if (subscriber->visited == tree->last_visit)
			continue;
		subscriber->visited = tree->last_visit;
		if (!fn(subscriber, ctx))
			return false;
	}
	return true;
}

/*
 * At each level "**" stands for all that is left, which is at least one
 * segment, and "*" for the last one only.  Patterns reach broadcast channels
 * alone, and only for those is a visit ever made: what goes to a meta or
 * service channel is nobody's to overhear (rule 52).
 */
void
bx_channel_visit(struct bx_channel_tree *tree,
    const struct bx_channel_name *name, bx_subscriber_fn *fn, void *ctx)
{
	bool patterns = name->kind == BX_CHANNEL_BROADCAST;
	struct node *node = &tree->root;
	unsigned i;

	tree->last_visit++;
	for (i = 0; i < name->depth && node != NULL; i++) {
		if (patterns &&
		    !visit_node(tree, find_child(tree, node, "**", 2), fn,
			ctx))
			return;
		if (patterns && i + 1 == name->depth &&
		    !visit_node(tree, find_child(tree, node, "*", 1), fn, ctx))
			return;
		node = find_segment(tree, node, name, i);
	}
	(void)visit_node(tree, node, fn, ctx);
}
