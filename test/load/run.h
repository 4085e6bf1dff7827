/*
 * run.h - one run: clients join, a mode has its way, what is left arrives.
 *
 *	phase	  until					then
 *	JOINING	  everyone is in, or out by an error	SETTLING
 *	SETTLING  a rest is over			RUNNING
 *	RUNNING	  its time is up, or all is sent	DRAINING
 *	DRAINING  all has arrived, or its time is up	OVER
 *	any	  the deadline, or a signal		OVER
 *
 * Ownership: the caller owns the run and its options; the run owns the rest.
 * Reentrancy: modes are called from load_run_go alone.
 */
#ifndef LOAD_RUN_H
#define LOAD_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "ledger.h"
#include "options.h"
#include "pace.h"
#include "process.h"
#include "publisher.h"
#include "stats.h"
#include "wire.h"

enum load_phase {
	LOAD_JOINING,
	LOAD_SETTLING,
	LOAD_RUNNING,
	LOAD_DRAINING,
	LOAD_OVER
};

enum load_run_end {
	LOAD_END_DONE,
	LOAD_END_DEADLINE,
	LOAD_END_SIGNAL
};

/* Of one process: before anybody joined, with all of them there before the
 * first message, and at the end. */
struct load_measured {
	struct load_sample before;
	struct load_sample with;
	struct load_sample after;
	bool has_ended; /* it was not there each time */
};

struct load_run {
	struct load_options *options;
	uint32_t id; /* another one in each run */
	enum load_phase phase;
	enum load_run_end end;
	load_nsec began;     /* the first client joined */
	load_nsec phase_end; /* of SETTLING, RUNNING and DRAINING */
	load_nsec stopped;   /* RUNNING has ended */
	/* What the mode's plan says. */
	uint32_t listeners;	  /* clients that subscribe, from 0 */
	uint32_t readers;	  /* of these, those who read at all */
	uint32_t prompt;	  /* of these, those who do so at once */
	uint32_t publisher_count; /* each has a client behind those */
	uint32_t rooms;
	uint32_t rooms_per_client;
	uint32_t speakers;  /* listeners, from 0, that publish as well */
	uint32_t join_from; /* the first client that joins by itself */
	bool counts_gaps;   /* listeners come and go: gaps are lost */
	void *state;	    /* what the mode keeps; owned */
	/* What there is of it. */
	uint32_t client_count;
	struct load_client *clients;
	uint32_t probe_count;	 /* publishers behind the others */
	uint32_t flood_count;	 /* and one behind those, or none */
	uint32_t publishers_len; /* all of them */
	uint32_t probe_turn;
	struct load_publisher *publishers;
	struct load_wire *wire;
	struct load_client_host host;
	struct load_ledger ledger;
	struct load_stats stats;
	struct load_measured measured[LOAD_PIDS_MAX];
	struct load_pace probe_pace;
	struct load_pace flood_pace;
	load_nsec housekeeping; /* when next */
	uint32_t next_join;
	uint32_t pending_joins;
};

/* Plan it; false when it cannot be done, which has been told. */
bool load_run_init(struct load_run *run, struct load_options *options);
void load_run_fini(struct load_run *run);

/* Do all of it. */
void load_run_go(struct load_run *run);

/* A signal has come; may be called by its handler. */
void load_run_interrupt(void);

/* Append the channel of a stream. */
void load_run_name(const struct load_run *run, uint32_t stream,
    struct load_bytes *out);

/* Publish a batch of the options' size, and see to the count. */
void load_run_publish(struct load_run *run, uint32_t publisher,
    uint32_t stream, load_nsec due);

#endif
