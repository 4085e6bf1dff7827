/*
 * command_line.c - the flags, and what each -o sets.
 */
#include "command_line.h"

#include <confuse.h>
#include <ev.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "engine/env.h"
#include "explain.h"
#include "option_table.h"
#include "options.h"
#include "plugin_load.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "(unknown)"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZERS "address"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZERS "address"
#endif
#endif
#ifndef SANITIZERS
#define SANITIZERS "none"
#endif

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* The exit statuses; the first is that of a wrong configuration too. */
enum {
	EXIT_BAD_CONFIGURATION = 1,
	EXIT_BAD_USAGE = 2,
	EXIT_DENIED = 3
};

static const char usage[] =
    "usage: bayeux-fcgi [-c FILE] [-o KEY=VALUE]... [-t] [-T] [-V] [-h]\n"
    "       bayeux-fcgi [-c FILE] [-o KEY=VALUE]... --explain USER OPERATION "
    "CHANNEL\n";

/* What getopt_long says for --explain: no letter. */
#define EXPLAIN 256

static const struct option long_flags[] = {
	{ "explain", required_argument, NULL, EXPLAIN },
	{ NULL, 0, NULL, 0 },
};

/* A flag's argument follows it in the same text. */
static const struct {
	char letter;
	const char *argument;
	const char *doc;
} flags[] = {
	{ 'c', "FILE",
	    "read the configuration file FILE; without it, the "
	    "defaults alone" },
	{ 'o', "KEY=VALUE",
	    "set an option, whatever the file says; "
	    "repeatable" },
	{ 't', NULL, "test the configuration, and exit" },
	{ 'T', NULL, "print every option in force, and where it came from" },
	{ 'V', NULL, "print the version and how it was built" },
	{ 'h', NULL, "print this help" },
};

struct arguments {
	const char *file;	     /* NULL: none */
	const char **assignments;    /* of each -o; owned */
	size_t count;		     /* of them */
	struct fcgi_explain explain; /* its user is NULL: not asked for */
	bool test;
	bool print;
	bool version;
	bool help;
};

static void
print_help(void)
{
	char flag[16];
	size_t i;

	(void)fputs(usage, stdout);
	(void)fputs("\nServes the Bayeux protocol behind a web server that "
		    "speaks FastCGI.\n\n",
	    stdout);
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		(void)snprintf(flag, sizeof(flag), "-%c %s", flags[i].letter,
		    flags[i].argument == NULL ? "" : flags[i].argument);
		(void)printf("  %-13s %s\n", flag, flags[i].doc);
	}
	(void)
	    fputs("  --explain USER OPERATION CHANNEL\n"
		  "                say which block lets USER (\"-\": nobody) "
		  "subscribe, publish\n"
		  "                or create, or does not; it comes last\n",
		stdout);
	(void)
	    fputs("\nOptions of the configuration file and of -o, with their "
		  "defaults:\n\n",
		stdout);
	fcgi_options_help(stdout);
}

static void
print_version(void)
{
	(void)printf("bayeux-fcgi %s\n", PACKAGE_VERSION);
	(void)printf("compiler: %s\n", COMPILER);
	(void)printf("sanitizers: %s\n", SANITIZERS);
	(void)printf("libev: %d.%d (built with %d.%d)\n", ev_version_major(),
	    ev_version_minor(), EV_VERSION_MAJOR, EV_VERSION_MINOR);
	(void)printf("libconfuse: %s\n", confuse_version);
}

/* The status to exit with after printing: a full disk is no success. */
static int
finish_output(void)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("bayeux-fcgi: standard output");
		return EXIT_BAD_CONFIGURATION;
	}
	return 0;
}

static bool
refuse(const char *what, const char *argument)
{
	(void)fprintf(stderr, "bayeux-fcgi: %s: %s\n%s", what, argument,
	    usage);
	return false;
}

/* What getopt could not make sense of. */
static bool
refuse_flag(int flag, char *const *argv)
{
	char letter[] = { '-', (char)optopt, '\0' };
	/* optopt is 0 for a long one that there is not. */
	const char *name =
	    optopt == 0 || optopt == EXPLAIN ? argv[optind - 1] : letter;

	if (flag != ':')
		return refuse("no such flag", name);
	(void)fprintf(stderr, "bayeux-fcgi: %s takes an argument\n%s", name,
	    usage);
	return false;
}

static bool
take_operands(struct arguments *arguments, int argc, char **argv)
{
	if (arguments->explain.user == NULL)
		return optind == argc ||
		    refuse("not understood", argv[optind]);
	if (argc - optind != 2)
		return refuse("write", "--explain USER OPERATION CHANNEL");
	arguments->explain.operation = argv[optind];
	arguments->explain.channel = argv[optind + 1];
	return true;
}

/* Sort the arguments.  False: they are not ours, and that has been said. */
static bool
sort_arguments(struct arguments *arguments, int argc, char **argv)
{
	int flag;

	opterr = 0;
	optind = 0; /* glibc: begin anew, at argv[1] */
	while ((flag = getopt_long(argc, argv, "+:c:o:tTVh", long_flags,
		    NULL)) != -1) {
		switch (flag) {
		case 'c':
			arguments->file = optarg;
			break;
		case 'o':
			arguments->assignments[arguments->count++] = optarg;
			break;
		case EXPLAIN:
			arguments->explain.user = optarg;
			arguments->test = true;
			break;
		case 't':
			arguments->test = true;
			break;
		case 'T':
			arguments->print = true;
			break;
		case 'V':
			arguments->version = true;
			break;
		case 'h':
			arguments->help = true;
			break;
		default:
			return refuse_flag(flag, argv);
		}
	}
	return take_operands(arguments, argc, argv);
}

/* Set the option of one -o KEY=VALUE; white space around either is none. */
static bool
assign(struct fcgi_options *options, const char *text,
    struct fcgi_problem *problem)
{
	static const char where[] = "command line";
	const char *equals = strchr(text, '=');
	const char *value;
	char key[128];
	const struct fcgi_option_row *row;
	struct fcgi_assignment assignment = { .key = key, .where = where };
	size_t len;

	if (equals == NULL) {
		(void)snprintf(problem->text, sizeof(problem->text),
		    "-o %.100s: write KEY=VALUE", text);
		return false;
	}
	text += strspn(text, " ");
	for (len = (size_t)(equals - text); len > 0; len--)
		if (text[len - 1] != ' ')
			break;
	(void)snprintf(key, sizeof(key), "%.*s", (int)len, text);

	value = equals + 1 + strspn(equals + 1, " ");
	row = fcgi_option_table_find(key);
	assignment.values = &value;
	assignment.count = 1;
	if (row != NULL && fcgi_option_is_list(row)) {
		assignment.count = *value == '\0' ? 0 : 1;
		assignment.append =
		    strcmp(fcgi_options_source(options, key), where) == 0;
	}
	return fcgi_options_set(options, &assignment, problem);
}

/* The file, and over it each -o.  False: what is wrong has been said. */
static bool
configure(struct fcgi_options *options, const struct arguments *arguments)
{
	struct fcgi_problem problem;
	size_t i;

	if (arguments->file != NULL &&
	    !fcgi_config_read(options, arguments->file, &problem)) {
		(void)fprintf(stderr, "%s\n", problem.text);
		return false;
	}
	for (i = 0; i < arguments->count; i++) {
		if (!assign(options, arguments->assignments[i], &problem)) {
			(void)fprintf(stderr, "command line: %s\n",
			    problem.text);
			return false;
		}
	}
	if (!fcgi_options_agree(options, &problem)) {
		(void)fprintf(stderr, "%s\n", problem.text);
		return false;
	}
	return true;
}

/* What -t tests beyond the file's text. */
static bool
test_plugins(struct fcgi_options *options)
{
	struct fcgi_plugin_load modules;
	struct fcgi_problem problem;

	if (!fcgi_plugin_load_open(&modules, options, &problem)) {
		(void)fprintf(stderr, "%s\n", problem.text);
		return false;
	}
	fcgi_plugin_load_close(&modules);
	return true;
}

/* The status to exit with after --explain. */
static int
explain(const struct fcgi_options *options,
    const struct fcgi_explain *question)
{
	struct fcgi_problem problem;
	int status = 0;

	switch (fcgi_explain(options, question, stdout, &problem)) {
	case FCGI_EXPLAIN_ALLOWED:
		break;
	case FCGI_EXPLAIN_DENIED:
		status = EXIT_DENIED;
		break;
	case FCGI_EXPLAIN_SENSELESS:
		(void)refuse("--explain", problem.text);
		return EXIT_BAD_USAGE;
	}
	return finish_output() == 0 ? status : EXIT_BAD_CONFIGURATION;
}

static int
read_options(struct fcgi_options *options, const struct bx_env *env,
    const struct arguments *arguments)
{
	int status;

	if (!fcgi_options_init(options, env)) {
		(void)fprintf(stderr, "bayeux-fcgi: out of memory\n");
		return EXIT_BAD_CONFIGURATION;
	}
	if (!configure(options, arguments) ||
	    (arguments->test && !test_plugins(options))) {
		fcgi_options_fini(options);
		return EXIT_BAD_CONFIGURATION;
	}
	if (!arguments->print && !arguments->test)
		return FCGI_COMMAND_LINE_RUN;
	if (arguments->print)
		fcgi_options_print(options, stdout);
	status = arguments->explain.user != NULL
	    ? explain(options, &arguments->explain)
	    : finish_output();
	fcgi_options_fini(options);
	return status;
}

int
fcgi_command_line_read(struct fcgi_options *options, const struct bx_env *env,
    int argc, char **argv)
{
	struct arguments arguments = { 0 };
	int status = EXIT_BAD_USAGE;

	/* There are no more -o than arguments. */
	arguments.assignments =
	    bx_alloc(env, ((size_t)argc + 1) * sizeof(char *));
	if (arguments.assignments == NULL) {
		(void)fprintf(stderr, "bayeux-fcgi: out of memory\n");
		return EXIT_BAD_CONFIGURATION;
	}
	if (sort_arguments(&arguments, argc, argv)) {
		if (arguments.help)
			print_help();
		if (!arguments.help && arguments.version)
			print_version();
		status = arguments.help || arguments.version
		    ? finish_output()
		    : read_options(options, env, &arguments);
	}
	bx_free(env, arguments.assignments);
	return status;
}
