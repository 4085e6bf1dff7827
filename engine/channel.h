/*
 * channel.h - the tree of channels, and who is subscribed to each.
 *
 * "/a/b" is node "b" under node "a".  "*" and "**" are ordinary nodes, so a
 * publish looks at no more than three nodes per level, however many
 * subscriptions exist.  Children are found through one keyed table for the
 * whole tree, by parent and segment, so a level with a million channels costs
 * what one with ten does.
 *
 * Ownership: the tree owns its nodes; a node lives while it has a subscriber
 * or a child, and no caller ever frees one.  A subscription is owned by the
 * tree and linked into its subscriber; it dies with whichever goes first.
 *
 * Reentrancy: a visitor only looks; it must not subscribe or unsubscribe
 * anyone.  publish.c collects first and delivers afterwards.
 */
#ifndef BX_CHANNEL_H
#define BX_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel_name.h"
#include "env.h"
#include "list.h"
#include "status.h"

struct bx_channel_tree;

/* Embedded by whatever subscribes, so that this module knows no sessions. */
struct bx_subscriber {
	struct bx_list subscriptions;
	size_t count;
	uint64_t visited; /* the last visit that reached it */
};

/* false ends the visit. */
typedef bool bx_subscriber_fn(struct bx_subscriber *subscriber, void *ctx);

/* seed is 128 unguessable bits.  NULL when there is no memory. */
struct bx_channel_tree *bx_channel_tree_new(const struct bx_env *env,
    const uint64_t seed[2]);

/* Free the tree with every subscription left in it; NULL is legal. */
void bx_channel_tree_free(struct bx_channel_tree *tree);

/* Channels with at least one subscriber. */
size_t bx_channel_tree_count(const struct bx_channel_tree *tree);

void bx_subscriber_init(struct bx_subscriber *subscriber);

/* Subscribe to name, which may be a pattern.  Subscribing twice is the same
 * as once (rule 53).  BX_ENOMEM: the tree is as it was. */
enum bx_status bx_channel_subscribe(struct bx_channel_tree *tree,
    const struct bx_channel_name *name, struct bx_subscriber *subscriber);

/* Harmless when subscriber is not subscribed (rule 54). */
void bx_channel_unsubscribe(struct bx_channel_tree *tree,
    const struct bx_channel_name *name, struct bx_subscriber *subscriber);

/* Drop every subscription of subscriber; its last call before it is freed. */
void bx_channel_unsubscribe_all(struct bx_channel_tree *tree,
    struct bx_subscriber *subscriber);

/* Drop the count newest subscriptions of subscriber, of which it has at least
 * as many.  Needs no memory, so whoever subscribes to many can undo it. */
void bx_channel_unsubscribe_newest(struct bx_channel_tree *tree,
    struct bx_subscriber *subscriber, size_t count);

bool bx_channel_is_subscribed(struct bx_channel_tree *tree,
    const struct bx_channel_name *name, struct bx_subscriber *subscriber);

/* Does anyone hold this very name, pattern or not? */
bool bx_channel_exists(struct bx_channel_tree *tree,
    const struct bx_channel_name *name);

/* Call fn once for each subscriber that name, which is no pattern, reaches,
 * however many of its patterns match.  Order is unspecified. */
void bx_channel_visit(struct bx_channel_tree *tree,
    const struct bx_channel_name *name, bx_subscriber_fn *fn, void *ctx);

#endif
