/*
 * plugin_host.c - what host.h promises, each function by its module's own.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "draft.h"
#include "event.h"
#include "json_text.h"
#include "plugin_client.h"
#include "plugin_host.h"
#include "plugin_platform.h"
#include "publish.h"
#include "session_extra.h"
#include "session_keep.h"
#include "session_queue.h"
#include "sessions.h"

#define LOG_LINE_MAX 512

static void
host_log(struct bx_host *host, enum bx_log_level level, const char *line)
{
	const struct bx_plugin_node *node = bx_plugin_node_of(host);
	const struct bx_env *env = node->core->env;
	char text[LOG_LINE_MAX];

	if (env->log == NULL)
		return;
	(void)snprintf(text, sizeof(text), "plugin=%s %s", node->plugin.name,
	    line);
	env->log(env->ctx, level, text);
}

static const char *
host_option(struct bx_host *host, const char *key)
{
	const struct bx_plugin_node *node = bx_plugin_node_of(host);

	if (node->option == NULL)
		return NULL;
	return node->option(node->option_ctx, key);
}

static int64_t
host_wall_clock(struct bx_host *host)
{
	const struct bx_env *env = bx_plugin_node_of(host)->core->env;

	return env->wall_clock == NULL ? 0 : env->wall_clock(env->ctx);
}

static bool
host_json_integer(struct bx_slice value, int64_t *number)
{
	return bx_json_integer(value, number) == BX_OK;
}

static struct bx_session *
host_find_session(struct bx_host *host, const char *id)
{
	return bx_session_find_id(bx_plugin_node_of(host)->core->sessions, id,
	    strlen(id));
}

static void *
host_session_data(struct bx_host *host, struct bx_session *session)
{
	return bx_session_data(session, bx_plugin_node_of(host)->slot);
}

static bool
host_set_session_data(struct bx_host *host, struct bx_session *session,
    void *data, void (*free_data)(void *data))
{
	return bx_session_set_data(session, bx_plugin_node_of(host)->slot,
		   data, free_data) == BX_OK;
}

/* Session data that the server has allocated. */
struct memory {
	const struct bx_env *env;
	max_align_t bytes[];
};

static void
free_memory(void *data)
{
	struct memory *memory = (struct memory *)(void *)((char *)data -
	    offsetof(struct memory, bytes));

	bx_free(memory->env, memory);
}

static void *
host_session_memory(struct bx_host *host, struct bx_session *session,
    size_t size)
{
	const struct bx_env *env = bx_plugin_node_of(host)->core->env;
	void *data = host_session_data(host, session);
	struct memory *memory;

	if (data != NULL || size > SIZE_MAX - sizeof(*memory))
		return data;
	memory = bx_alloc(env, sizeof(*memory) + size);
	if (memory == NULL)
		return NULL;
	memory->env = env;
	memset(memory->bytes, 0, size);
	if (host_set_session_data(host, session, memory->bytes, free_memory))
		return memory->bytes;
	bx_free(env, memory);
	return NULL;
}

static bool
host_set_times(struct bx_session *session, const struct bx_times *times)
{
	return bx_session_set_times(session, times) == BX_OK;
}

static bool
host_set_broadcast_to_publisher(struct bx_session *session, bool on)
{
	return bx_session_set_broadcast_to_publisher(session, on) == BX_OK;
}

static bool
host_keep(struct bx_session *session)
{
	return bx_session_keep(session) == BX_OK;
}

static bool
host_deliver(struct bx_host *host, struct bx_session *session,
    const struct bx_outgoing *outgoing)
{
	struct bx_core *core = bx_plugin_node_of(host)->core;
	struct bx_channel_name name;
	bool delivered;

	if (!bx_plugin_may_send(core, outgoing, &name))
		return false;
	/* Whoever is told of it may end it. */
	(void)bx_session_ref(session);
	delivered = bx_event_deliver(core, &name, session, outgoing) == BX_OK;
	if (delivered)
		bx_plugin_tell_sent(core, BX_HAPPENING_CLIENT_PUSH, session,
		    outgoing);
	bx_session_unref(session);
	return delivered;
}

static bool
host_publish(struct bx_host *host, const struct bx_outgoing *outgoing)
{
	struct bx_core *core = bx_plugin_node_of(host)->core;
	struct bx_channel_name name;

	if (!bx_plugin_may_send(core, outgoing, &name) ||
	    name.kind != BX_CHANNEL_BROADCAST ||
	    bx_event_publish(core, &name, NULL, outgoing) != BX_OK)
		return false;
	bx_plugin_tell_sent(core, BX_HAPPENING_PUBLISH, NULL, outgoing);
	return true;
}

/* Can anything be sent to "/service/" name?  Only one pattern is served. */
static bool
is_service_name(const struct bx_core *core, const char *name)
{
	const struct bx_settings *settings = core->settings;
	struct bx_buf text;
	struct bx_channel_name parsed;
	bool valid;

	if (strcmp(name, BX_SERVICE_OTHERS) == 0)
		return true;
	bx_buf_init(&text, core->env);
	valid = bx_buf_append_text(&text, "/service/") == BX_OK &&
	    bx_buf_append_text(&text, name) == BX_OK &&
	    bx_channel_name_parse(&parsed, text.bytes, text.len,
		settings->max_channel_length,
		settings->max_channel_depth) == BX_OK &&
	    !parsed.pattern;
	bx_buf_fini(&text);
	return valid;
}

static void
log_refusal(struct bx_host *host, const char *name, enum bx_status status)
{
	char line[LOG_LINE_MAX];

	(void)snprintf(line, sizeof(line),
	    "event=service_refused service=%.128s reason=%s", name,
	    status == BX_EEXIST ? "taken" : bx_status_name(status));
	host_log(host, BX_LOG_WARNING, line);
}

static bool
host_add_service(struct bx_host *host, const char *name, bx_service_fn *fn,
    void *ctx)
{
	const struct bx_plugin_node *node = bx_plugin_node_of(host);
	const struct bx_service service = { name, fn, ctx, node };

	enum bx_status status = BX_EINVAL;

	if (is_service_name(node->core, name))
		status = bx_hooks_add_service(node->core->hooks, &service);
	if (status != BX_OK)
		log_refusal(host, name, status);
	return status == BX_OK;
}

static void
host_remove_service(struct bx_host *host, const char *name)
{
	const struct bx_plugin_node *node = bx_plugin_node_of(host);

	bx_hooks_remove_service(node->core->hooks, name, node);
}

/* JSON strings. */

static size_t
host_json_text(struct bx_slice value, char *buffer, size_t size)
{
	size_t len;

	if (size == 0 ||
	    bx_json_string_decode(value, buffer, size - 1, &len) != BX_OK)
		return SIZE_MAX;
	buffer[len] = '\0';
	return len;
}

static const struct bx_host functions = {
	.size = sizeof(struct bx_host),
	.log = host_log,
	.option = host_option,
	.wall_clock = host_wall_clock,
	.json_member = bx_json_member,
	.json_integer = host_json_integer,
	.add_field = bx_draft_field,
	.add_ext = bx_draft_ext,
	.session_id = bx_session_id,
	.find_session = host_find_session,
	.ref = bx_session_ref,
	.unref = bx_session_unref,
	.session_data = host_session_data,
	.set_session_data = host_set_session_data,
	.session_memory = host_session_memory,
	.session_queued = bx_session_queued,
	.set_times = host_set_times,
	.set_broadcast_to_publisher = host_set_broadcast_to_publisher,
	.keep = host_keep,
	.is_keeping = bx_session_is_keeping,
	.close_batch = bx_session_close_batch,
	.acknowledge = bx_session_acknowledge,
	.kick = bx_session_kick,
	.deliver = host_deliver,
	.publish = host_publish,
	.add_service = host_add_service,
	.remove_service = host_remove_service,
	.fail = bx_publish_fail,
	.json_quote = bx_json_text_write,
	.json_text = host_json_text,
};

/* In the order in which it could still be called. */
static void
release(struct bx_plugin_node *node)
{
	struct bx_core *core = node->core;

	bx_plugin_platform_detach(node);
	if (node->policy != 0)
		bx_hooks_remove_policy(core->hooks, node->policy);
	bx_plugin_client_detach(node);
}

/* Its policy is asked in its place among those of others. */
static enum bx_status
attach(struct bx_core *core, struct bx_plugin_node *node)
{
	node->host = functions;
	node->core = core;
	node->release = release;
	bx_plugin_platform_attach(node);
	bx_plugin_client_attach(node);
	if (node->plugin.policy == NULL)
		return BX_OK;
	return bx_hooks_add_policy(core->hooks, bx_plugin_policy, node,
	    &node->policy);
}

enum bx_status
bx_plugin_start(struct bx_core *core, const struct bx_plugin *plugin,
    bx_plugin_option_fn *option, void *option_ctx)
{
	struct bx_plugin_node *node;
	enum bx_status status;

	status = bx_plugins_add(&core->plugins, plugin, &node);
	if (status != BX_OK)
		return status;
	node->option = option;
	node->option_ctx = option_ctx;
	status = attach(core, node);
	if (status != BX_OK) {
		bx_plugins_stop(&core->plugins, node);
		return status;
	}
	/* A session that ends in one of its calls is there until that has
	 * returned. */
	bx_sessions_tell_departures(core->sessions);
	return bx_plugins_start(&core->plugins, node) ? BX_OK : BX_EGONE;
}
