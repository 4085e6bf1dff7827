/*
 * options.h - every option of the process, from one table.
 *
 * The table in options.c has one row per key of the configuration file: its
 * type, range, default and sentence of help.  From it come the values below,
 * the help, the list that -T prints, and every refusal.  config.h fills it
 * from a file and command_line.h from the arguments.
 *
 * Ownership: the struct is embedded by its owner, and owns every string in
 * it until fcgi_options_fini.
 * Reentrancy: no function calls out, but for the allocator.
 */
#ifndef FCGI_OPTIONS_H
#define FCGI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "channel_blocks.h"
#include "engine/env.h"
#include "engine/settings.h"
#include "option_value.h"
#include "plugin_sections.h"
#include "problem.h"

/* What a list option holds; items is NULL when count is 0. */
struct fcgi_strings {
	char **items;
	size_t count;
};

struct fcgi_options {
	struct bx_settings settings; /* what the engine goes by */

	struct fcgi_strings listen;	    /* "unix:PATH", "HOST:PORT"; none:
					 * the inherited socket */
	unsigned socket_mode;		    /* of unix sockets, at most 0777 */
	char *mount;			    /* begins with a slash; ends with
					 * none, unless it is "/" itself */
	size_t max_message_size;	    /* bytes of one request's body */
	size_t max_connections_per_address; /* 0: no limit */
	struct fcgi_strings trusted_proxies; /* numeric addresses */
	struct fcgi_strings allowed_origins; /* "*", or as http_origin.h has */
	bool callback_polling;
	bool eventsource;
	unsigned duplicate_connect_status; /* 400..599 */
	char *browser_cookie;		   /* its name */
	char *browser_cookie_path;
	char *browser_cookie_same_site; /* as http_cookie.h has it */
	enum fcgi_switch browser_cookie_secure;
	bool ack; /* which extensions there are */
	bool timesync;
	bool timestamp;
	bx_msec activity_timeout; /* 0: there is no such extension */
	char *activity;		  /* "client" or "client_server" */
	enum bx_log_level log_level;
	char *log_target; /* "stderr", "syslog", or a path */

	struct fcgi_channel_blocks channel_blocks;
	struct fcgi_plugin_sections plugins;

	/* Where each row got its value, NULL being the default; private. */
	char **sources;
	const struct bx_env *env; /* borrowed; private */
};

/* One "key = value", not looked at yet.  Everything is borrowed. */
struct fcgi_assignment {
	const char *key;
	const char *const *values; /* one, unless the option is a list */
	size_t count;
	bool append;	   /* add to the list that is there */
	const char *where; /* "FILE:LINE" or "command line" */
};

/*
 * Every option at its default.  env (its realloc alone) has to outlive
 * options.  False: there is no memory, and nothing to fini.
 */
bool fcgi_options_init(struct fcgi_options *options, const struct bx_env *env);

/* Free what options owns.  Legal twice, and on a struct of zero bytes. */
void fcgi_options_fini(struct fcgi_options *options);

/*
 * Set one option.  False: options is as it was, and problem->text says what
 * is wrong, as "timeout: ..." without the place.
 */
bool fcgi_options_set(struct fcgi_options *options,
    const struct fcgi_assignment *assignment, struct fcgi_problem *problem);

/* Begin a block for the channels that title names; its values are then set by
 * fcgi_channel_blocks_set.  False: there is none, and problem->text says why.
 */
bool fcgi_options_add_channel(struct fcgi_options *options, const char *title,
    const char *where, struct fcgi_problem *problem);

/* Once all are set: do they make sense together?  False: problem->text says
 * which do not. */
bool fcgi_options_agree(const struct fcgi_options *options,
    struct fcgi_problem *problem);

/* Where the option got its value: "default", "FILE:LINE" or "command line".
 * key is one of the table; the answer is borrowed until it is set again. */
const char *fcgi_options_source(const struct fcgi_options *options,
    const char *key);

/* Print "key = value" of every option, and where each comes from, in the
 * syntax of the configuration file. */
void fcgi_options_print(const struct fcgi_options *options, FILE *out);

/* Print key, default, meaning and range of every option. */
void fcgi_options_help(FILE *out);

#endif
