/*
 * plugins.h - the plugins there are, and the calls that go to all of them.
 *
 * Ownership: the list owns its nodes, each with a copy of its plugin's struct
 * as far as the plugin's version has it.
 * Reentrancy: a plugin may be added or stopped in any call; one that is
 * stopped is called no more, and its node goes when no call is under way.
 */
#ifndef BX_PLUGINS_H
#define BX_PLUGINS_H

#include <stdbool.h>

#include "env.h"
#include "hooks.h"
#include "host.h"
#include "list.h"
#include "plugin.h"
#include "status.h"

struct bx_core;

/* The configured text for a key of a plugin's own, or NULL; borrowed while
 * the plugin is there. */
typedef const char *bx_plugin_option_fn(void *ctx, const char *key);

struct bx_plugin_node {
	struct bx_host host; /* the plugin's; it leads back to the node */
	struct bx_plugin plugin;
	struct bx_list link;
	struct bx_core *core;
	void *ctx;
	bx_plugin_option_fn *option;
	void *option_ctx;
	/* Called when the plugin has stopped: takes back all that it had of
	 * its core; or NULL. */
	void (*release)(struct bx_plugin_node *node);
	unsigned slot;		/* of its data in each session */
	uint64_t policy;	/* its handle among the hooks; 0: none */
	struct bx_list tickets; /* that it has not resolved */
	struct bx_list locals;	/* its local clients */
	bool started;		/* it is called from now on */
	bool stopped;
};

struct bx_plugins {
	const struct bx_env *env;
	struct bx_hooks *hooks;
	struct bx_list list;
	unsigned slots;	  /* given out, ever */
	unsigned calls;	  /* under way */
	bool has_stopped; /* a node waits to be freed */
};

/* hooks, which plugins add services to, are borrowed until fini; NULL: they
 * cannot. */
void bx_plugins_init(struct bx_plugins *plugins, const struct bx_env *env,
    struct bx_hooks *hooks);

/* Stop and free all, the newest first; no call is under way. */
void bx_plugins_fini(struct bx_plugins *plugins);

/*
 * Add a node for plugin, borrowed for the call, behind those there are, and
 * not called before it has started.  BX_EINVAL: it is of another major, of a
 * newer minor, or has no name; BX_EEXIST: there is one of that name; BX_ENOMEM.
 */
enum bx_status bx_plugins_add(struct bx_plugins *plugins,
    const struct bx_plugin *plugin, struct bx_plugin_node **node);

/* Start it.  false: it did not want to, or was stopped meanwhile; it is called
 * no more, not even to stop, and its node is the list's to free. */
bool bx_plugins_start(struct bx_plugins *plugins, struct bx_plugin_node *node);

/* Stop the plugin, if it has started; its node is then the list's to free, when
 * no call is under way.  Until then it is legal to stop it again. */
void bx_plugins_stop(struct bx_plugins *plugins, struct bx_plugin_node *node);

/* The plugin's node, by its host. */
struct bx_plugin_node *bx_plugin_node_of(struct bx_host *host);

/* The calls of plugin.h, to all who have that function. */
enum bx_pass bx_plugins_incoming(struct bx_plugins *plugins,
    const struct bx_incoming *message);
void bx_plugins_session_new(struct bx_plugins *plugins,
    const struct bx_incoming *message);
void bx_plugins_session_gone(struct bx_plugins *plugins,
    struct bx_session *session, enum bx_gone_reason reason);
void bx_plugins_publishing(struct bx_plugins *plugins, struct bx_event *event);
void bx_plugins_replying(struct bx_plugins *plugins,
    const struct bx_replying *reply);
void bx_plugins_happened(struct bx_plugins *plugins,
    const struct bx_happening *what);
void bx_plugins_shutting_down(struct bx_plugins *plugins);

/* A bx_policy_fn, for the node of a plugin that has a policy. */
enum bx_verdict bx_plugin_policy(struct bx_question *question, void *node);

/* Has any of them that function?  Who asks first can save the work. */
bool bx_plugins_has_heading(const struct bx_plugins *plugins);
void bx_plugins_heading(struct bx_plugins *plugins,
    struct bx_heading *heading);

#endif
