/*
 * options.h - the command line, as numbers.
 *
 * Ownership: texts are borrowed from the arguments.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "clock.h"
#include "target.h"

#define LOAD_PIDS_MAX 16

struct load_mode;

/* In the order of the table in options.c, which says what each means.  What
 * a mode decides is 0 until it has. */
struct load_options {
	uint32_t clients;
	uint32_t count;
	load_nsec duration;
	load_nsec deadline;
	double rate;
	uint32_t size;
	uint32_t batch;
	uint32_t rooms;
	uint32_t rooms_per_client;
	uint32_t speakers;
	double deliveries;
	uint32_t publishers;
	double arrivals;
	load_nsec stay;
	uint32_t vanish;
	uint32_t late_readers;
	uint32_t never_readers;
	load_nsec late;
	double probe;
	double flood;
	uint32_t parallel;
	uint32_t connections;
	uint32_t shared;
	load_nsec settle;
	load_nsec drain;
	const char *histogram;
	bool json;
	bool owns;
	bool help;
	pid_t pids[LOAD_PIDS_MAX];
	uint32_t pid_count;
	const char *address;
	struct load_target target;
	const struct load_mode *mode;
};

enum load_options_verdict {
	LOAD_OPTIONS_RUN,
	LOAD_OPTIONS_HELP, /* was asked for, and has been printed */
	LOAD_OPTIONS_BAD   /* what is wrong has been told */
};

enum load_options_verdict load_options_read(struct load_options *options,
    int argc, char **argv);

#endif
