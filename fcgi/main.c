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
#include "router.h"
#include "server.h"

static int
serve(const struct bx_env *env, const struct fcgi_options *options)
{
	int status = EXIT_FAILURE;
	struct fcgi_extensions extensions;
	struct bx_engine *engine;
	struct fcgi_server *server = NULL;

	engine = bx_engine_new(env, &options->settings);
	if (engine == NULL) {
		fcgi_log(BX_LOG_ERROR,
		    "event=cannot_start error=\"no memory "
		    "or no random bytes\"");
		return status;
	}
	if (fcgi_extensions_add(&extensions, options, engine))
		server = fcgi_server_new(env, options, engine);
	if (server != NULL)
		status = fcgi_server_run(server);
	fcgi_server_free(server);
	bx_engine_free(engine);
	return status;
}

int
main(int argc, char **argv)
{
	const struct bx_env *env = fcgi_host_env();
	struct fcgi_options options;
	int status;

	status = fcgi_command_line_read(&options, env, argc, argv);
	if (status != FCGI_COMMAND_LINE_RUN)
		return status;
	if (fcgi_log_open(options.log_target, options.log_level)) {
		fcgi_router_list_types(&options,
		    options.settings.connection_types);
		status = serve(env, &options);
		fcgi_log_close();
	} else {
		(void)fprintf(stderr, "bayeux-fcgi: log_target %s: %s\n",
		    options.log_target, strerror(errno));
		status = EXIT_FAILURE;
	}
	fcgi_options_fini(&options);
	return status;
}
