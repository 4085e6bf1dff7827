/*
 * main.c - bayeux-load: puts a load on a Bayeux server and counts.
 */
#include <signal.h>
#include <stdlib.h>

#include "options.h"
#include "report.h"
#include "run.h"

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

int
main(int argc, char **argv)
{
	static struct load_run run;
	struct load_options options;
	bool is_well = false;

	switch (load_options_read(&options, argc, argv)) {
	case LOAD_OPTIONS_RUN:
		break;
	case LOAD_OPTIONS_HELP:
		return EXIT_SUCCESS;
	case LOAD_OPTIONS_BAD:
		return EXIT_USAGE;
	}
	handle_signals();
	if (load_run_init(&run, &options)) {
		load_run_go(&run);
		is_well = load_report(&run);
	}
	load_run_fini(&run);
	return is_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
