/*
 * stats.h - what a run counts.
 *
 * Ownership: embedded in the run; nothing is allocated.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_STATS_H
#define LOAD_STATS_H

#include <stdint.h>

#include "clock.h"
#include "histogram.h"

enum load_error {
	LOAD_ERROR_CONNECT,    /* no connection */
	LOAD_ERROR_CLOSED,     /* it was closed before the reply */
	LOAD_ERROR_STATUS,     /* an HTTP status other than 200 */
	LOAD_ERROR_MALFORMED,  /* a reply that is none */
	LOAD_ERROR_REFUSED,    /* a reply that says it did not succeed */
	LOAD_ERROR_SESSION,    /* the server has ended a session */
	LOAD_ERROR_UNANSWERED, /* no reply until the end of the run */
	LOAD_ERROR_KINDS
};

/* What went wrong in one way. */
struct load_errors {
	uint64_t count;
	char first[100]; /* what was there the first time; "" for nothing */
};

/* What some publishers have sent. */
struct load_tally {
	uint64_t sent; /* messages */
	uint64_t acked;
	struct load_histogram latency; /* of batches, due to reply */
};

struct load_stats {
	load_nsec began;      /* due times count from here; 0: not yet */
	load_nsec last;	      /* when the last thing came that counts */
	load_nsec join_began; /* the first was due */
	load_nsec join_last;  /* and the last was in */
	struct load_tally published; /* what the mode is about */
	struct load_tally probed;    /* beside that */
	struct load_tally flooded;
	uint64_t unsent; /* were due, and their publisher never got there */
	uint64_t joined;
	uint64_t left;
	uint64_t expected; /* deliveries, of those who read */
	uint64_t lost;	   /* of these */
	uint64_t doubled;
	uint64_t misordered;
	uint64_t overtaken; /* misordered for one who also speaks */
	uint64_t foreign;   /* messages that nobody sent, or to others */
	struct load_errors errors[LOAD_ERROR_KINDS];
	char first_error[160];		  /* of all kinds; "" for none */
	struct load_histogram deliveries; /* due to received */
	struct load_histogram late;	  /* the same, of slow readers */
	struct load_histogram joins;	  /* due to first connect's reply */
};

/* The name of an error in reports. */
const char *load_error_name(enum load_error error);

/* Count one; text says what was there, if anything can be said. */
void load_stats_error(struct load_stats *stats, enum load_error error,
    const char *text);

uint64_t load_stats_errors(const struct load_stats *stats);

#endif
