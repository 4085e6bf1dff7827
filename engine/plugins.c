/*
 * plugins.c - the plugins there are, and the calls that go to all of them.
 *
 * A walk keeps its place, so no node is freed while one is under way.
 */
#include <string.h>

#include "plugins.h"

static struct bx_plugin_node *
node_at(struct bx_list *link)
{
	return BX_LIST_ENTRY(link, struct bx_plugin_node, link);
}

void
bx_plugins_init(struct bx_plugins *plugins, const struct bx_env *env,
    struct bx_hooks *hooks)
{
	memset(plugins, 0, sizeof(*plugins));
	plugins->env = env;
	plugins->hooks = hooks;
	bx_list_init(&plugins->list);
}

static void
free_node(struct bx_plugins *plugins, struct bx_plugin_node *node)
{
	bx_list_remove(&node->link);
	bx_free(plugins->env, node);
}

/* Before and after a walk. */
static void
begin_calls(struct bx_plugins *plugins)
{
	plugins->calls++;
}

static void
end_calls(struct bx_plugins *plugins)
{
	struct bx_list *link;

	if (--plugins->calls > 0 || !plugins->has_stopped)
		return;
	plugins->has_stopped = false;
	link = plugins->list.next;
	while (link != &plugins->list) {
		struct bx_plugin_node *node = node_at(link);

		link = link->next;
		if (node->stopped)
			free_node(plugins, node);
	}
}

static bool
is_known(const struct bx_plugins *plugins, const char *name)
{
	struct bx_list *link;

	for (link = plugins->list.next; link != &plugins->list;
	     link = link->next)
		if (!node_at(link)->stopped &&
		    strcmp(node_at(link)->plugin.name, name) == 0)
			return true;
	return false;
}

enum bx_status
bx_plugins_add(struct bx_plugins *plugins, const struct bx_plugin *plugin,
    struct bx_plugin_node **out)
{
	size_t size = plugin->size;
	struct bx_plugin_node *node;

	/* What stands before start is there in every version. */
	if (plugin->major != BX_PLUGIN_MAJOR ||
	    plugin->minor > BX_PLUGIN_MINOR ||
	    size < offsetof(struct bx_plugin, start) || plugin->name == NULL ||
	    plugin->name[0] == '\0')
		return BX_EINVAL;
	if (is_known(plugins, plugin->name))
		return BX_EEXIST;
	node = bx_alloc(plugins->env, sizeof(*node));
	if (node == NULL)
		return BX_ENOMEM;
	memset(node, 0, sizeof(*node));
	/* An older one ends where its version did. */
	memcpy(&node->plugin, plugin,
	    size < sizeof(*plugin) ? size : sizeof(*plugin));
	node->slot = plugins->slots++;
	bx_list_init(&node->tickets);
	bx_list_init(&node->locals);
	bx_list_append(&plugins->list, &node->link);
	*out = node;
	return BX_OK;
}

void
bx_plugins_stop(struct bx_plugins *plugins, struct bx_plugin_node *node)
{
	if (node->stopped)
		return;
	node->stopped = true;
	plugins->has_stopped = true;
	begin_calls(plugins);
	if (node->started && node->plugin.stop != NULL)
		node->plugin.stop(node->ctx);
	if (plugins->hooks != NULL)
		bx_hooks_remove_services_of(plugins->hooks, node);
	if (node->release != NULL)
		node->release(node);
	end_calls(plugins);
}

bool
bx_plugins_start(struct bx_plugins *plugins, struct bx_plugin_node *node)
{
	bool starts;

	begin_calls(plugins);
	starts = node->plugin.start == NULL ||
	    node->plugin.start(&node->host, &node->ctx);
	if (!starts)
		bx_plugins_stop(plugins, node);
	node->started = starts;
	starts = starts && !node->stopped;
	end_calls(plugins);
	return starts;
}

struct bx_plugin_node *
bx_plugin_node_of(struct bx_host *host)
{
	return BX_LIST_ENTRY(host, struct bx_plugin_node, host);
}

/* The first node that is to be called from link on, or NULL. */
static struct bx_plugin_node *
running_from(struct bx_plugins *plugins, struct bx_list *link, bool backward)
{
	for (; link != &plugins->list;
	     link = backward ? link->prev : link->next)
		if (node_at(link)->started && !node_at(link)->stopped)
			return node_at(link);
	return NULL;
}

static struct bx_plugin_node *
first(struct bx_plugins *plugins)
{
	return running_from(plugins, plugins->list.next, false);
}

static struct bx_plugin_node *
next(struct bx_plugins *plugins, struct bx_plugin_node *node)
{
	return running_from(plugins, node->link.next, false);
}

static struct bx_plugin_node *
last(struct bx_plugins *plugins)
{
	return running_from(plugins, plugins->list.prev, true);
}

static struct bx_plugin_node *
previous(struct bx_plugins *plugins, struct bx_plugin_node *node)
{
	return running_from(plugins, node->link.prev, true);
}

void
bx_plugins_fini(struct bx_plugins *plugins)
{
	/* What is added meanwhile is stopped as well. */
	while (!bx_list_is_empty(&plugins->list))
		bx_plugins_stop(plugins, node_at(plugins->list.prev));
}

enum bx_pass
bx_plugins_incoming(struct bx_plugins *plugins,
    const struct bx_incoming *message)
{
	enum bx_pass pass = BX_PASS_ON;
	struct bx_plugin_node *node;

	begin_calls(plugins);
	for (node = first(plugins); node != NULL && pass == BX_PASS_ON;
	     node = next(plugins, node))
		if (node->plugin.incoming != NULL)
			pass = node->plugin.incoming(node->ctx, message);
	end_calls(plugins);
	return pass;
}

void
bx_plugins_session_new(struct bx_plugins *plugins,
    const struct bx_incoming *message)
{
	struct bx_plugin_node *node;

	begin_calls(plugins);
	for (node = first(plugins); node != NULL; node = next(plugins, node))
		if (node->plugin.session_new != NULL)
			node->plugin.session_new(node->ctx, message);
	end_calls(plugins);
}

void
bx_plugins_session_gone(struct bx_plugins *plugins, struct bx_session *session,
    enum bx_gone_reason reason)
{
	struct bx_plugin_node *node;

	begin_calls(plugins);
	for (node = first(plugins); node != NULL; node = next(plugins, node))
		if (node->plugin.session_gone != NULL)
			node->plugin.session_gone(node->ctx, session, reason);
	end_calls(plugins);
}

void
bx_plugins_publishing(struct bx_plugins *plugins, struct bx_event *event)
{
	struct bx_plugin_node *node;

	begin_calls(plugins);
	for (node = last(plugins); node != NULL;
	     node = previous(plugins, node))
		if (node->plugin.publishing != NULL)
			node->plugin.publishing(node->ctx, event);
	end_calls(plugins);
}

void
bx_plugins_replying(struct bx_plugins *plugins,
    const struct bx_replying *reply)
{
	struct bx_plugin_node *node;

	begin_calls(plugins);
	for (node = last(plugins); node != NULL;
	     node = previous(plugins, node))
		if (node->plugin.replying != NULL)
			node->plugin.replying(node->ctx, reply);
	end_calls(plugins);
}

void
bx_plugins_happened(struct bx_plugins *plugins,
    const struct bx_happening *what)
{
	struct bx_plugin_node *node;

	begin_calls(plugins);
	for (node = first(plugins); node != NULL; node = next(plugins, node))
		if (node->plugin.happened != NULL)
			node->plugin.happened(node->ctx, what);
	end_calls(plugins);
}

void
bx_plugins_shutting_down(struct bx_plugins *plugins)
{
	struct bx_plugin_node *node;

	begin_calls(plugins);
	for (node = first(plugins); node != NULL; node = next(plugins, node))
		if (node->plugin.shutting_down != NULL)
			node->plugin.shutting_down(node->ctx);
	end_calls(plugins);
}

enum bx_verdict
bx_plugin_policy(struct bx_question *question, void *node)
{
	const struct bx_plugin_node *asked = node;

	/* One that has not started, or has stopped, has no say. */
	if (!asked->started || asked->stopped)
		return BX_VERDICT_ABSTAIN;
	return asked->plugin.policy(asked->ctx, question);
}

bool
bx_plugins_has_heading(const struct bx_plugins *plugins)
{
	struct bx_list *link;

	for (link = plugins->list.next; link != &plugins->list;
	     link = link->next)
		if (node_at(link)->started && !node_at(link)->stopped &&
		    node_at(link)->plugin.heading != NULL)
			return true;
	return false;
}

void
bx_plugins_heading(struct bx_plugins *plugins, struct bx_heading *heading)
{
	struct bx_plugin_node *node;

	begin_calls(plugins);
	for (node = last(plugins); node != NULL;
	     node = previous(plugins, node))
		if (node->plugin.heading != NULL)
			node->plugin.heading(node->ctx, heading);
	end_calls(plugins);
}
