/*
 * main.c - start-up: options, log, engine, server; and the way back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "engine/engine.h"
#include "extensions.h"
#include "host.h"
#include "log.h"
#include "options.h"
#include "plugin_load.h"
#include "router.h"
#include "server.h"

static bool
start_plugins(const struct fcgi_plugin_load *modules, struct bx_engine *engine)
{
	struct fcgi_problem problem;
	char quoted[1024];

	if (fcgi_plugin_load_start(modules, engine, &problem))
		return true;
	fcgi_log(BX_LOG_ERROR, "event=cannot_start error=%s",
	    fcgi_log_quote(quoted, sizeof(quoted), problem.text,
		strlen(problem.text)));
	return false;
}

static int
serve(const struct bx_env *env, const struct fcgi_options *options,
    const struct fcgi_plugin_load *modules)
{
	int status = EXIT_FAILURE;
	struct fcgi_extensions extensions;
	struct bx_engine *engine;
	struct fcgi_server *server;

	engine = bx_engine_new(env, &options->settings);
	if (engine == NULL) {
		fcgi_log(BX_LOG_ERROR,
		    "event=cannot_start error=\"no memory "
		    "or no random bytes\"");
		return status;
	}
	server = fcgi_server_new(env, options, engine);
	if (server != NULL &&
	    fcgi_extensions_add(&extensions, options, engine) &&
	    start_plugins(modules, engine) && fcgi_server_open(server))
		status = fcgi_server_run(server);
	fcgi_server_close(server);
	/* Plugins that stop may still ask for what the server gives them. */
	bx_engine_stop(engine);
	fcgi_server_free(server);
	bx_engine_free(engine);
	return status;
}

static int
serve_logged(const struct bx_env *env, struct fcgi_options *options,
    const struct fcgi_plugin_load *modules)
{
	int status;

	if (!fcgi_log_open(options->log_target, options->log_level)) {
		(void)fprintf(stderr, "bayeux-fcgi: log_target %s: %s\n",
		    options->log_target, strerror(errno));
		return EXIT_FAILURE;
	}
	fcgi_router_list_types(options, options->settings.connection_types);
	status = serve(env, options, modules);
	fcgi_log_close();
	return status;
}

int
main(int argc, char **argv)
{
	const struct bx_env *env = fcgi_host_env();
	struct fcgi_plugin_load modules;
	struct fcgi_problem problem;
	struct fcgi_options options;
	int status;

	status = fcgi_command_line_read(&options, env, argc, argv);
	if (status != FCGI_COMMAND_LINE_RUN)
		return status;
	fcgi_host_interrupt_nobody();
	if (fcgi_plugin_load_open(&modules, &options, &problem)) {
		status = serve_logged(env, &options, &modules);
		fcgi_plugin_load_close(&modules);
	} else {
		(void)fprintf(stderr, "%s\n", problem.text);
		status = EXIT_FAILURE;
	}
	fcgi_options_fini(&options);
	return status;
}
