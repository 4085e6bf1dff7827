/*
 * main.c - bayeux-load: puts a load on a Bayeux server and counts.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "report.h"
#include "run.h"
#include "svg.h"

#define EXIT_USAGE 2

static void
on_signal(int number)
{
	(void)number;
	load_run_interrupt();
}

static void
handle_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

/* A picture that cannot be written is known of before the run, not after. */
static int
go(struct load_run *run)
{
	const char *name = run->options->histogram;
	FILE *picture = NULL;

	if (name != NULL) {
		picture = load_svg_open(name);
		if (picture == NULL)
			return EXIT_USAGE;
	}
	load_run_go(run);
	return load_report(run, picture) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	static struct load_run run;
	struct load_options options;
	int status = EXIT_FAILURE;

	switch (load_options_read(&options, argc, argv)) {
	case LOAD_OPTIONS_RUN:
		break;
	case LOAD_OPTIONS_HELP:
		return EXIT_SUCCESS;
	case LOAD_OPTIONS_BAD:
		return EXIT_USAGE;
	}
	handle_signals();
	if (load_run_init(&run, &options))
		status = go(&run);
	load_run_fini(&run);
	return status;
}
