/*
 * mode.h - what kind of load it is: who joins, and when what is published.
 *
 * Ownership: modes are constants; the run owns what a mode keeps in it.
 * Reentrancy: any of the functions may publish, join, leave and vanish.
 */
#ifndef LOAD_MODE_H
#define LOAD_MODE_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "clock.h"

struct load_publisher;
struct load_run;

/* All functions but the first three may be NULL. */
struct load_mode {
	const char *name;
	const char *help;
	/* Of those that not every mode has, NULL behind the last: what but
	 * other modes name would do nothing here, and is refused. */
	const char *const *options;
	uint32_t batch;	    /* by default; 0 is 1 */
	bool has_own_lanes; /* no client can share a connection */
	bool has_own_end;   /* it takes as long as it takes */
	/* Say how many of everything the run will have, from its options. */
	void (*plan)(struct load_run *run);
	/* All who are to join first have; the time is run->stats.began. */
	void (*begin)(struct load_run *run);
	/* Do what is due, and say when something will be again.  Not called
	 * any more once the time is up. */
	load_nsec (*tick)(struct load_run *run, load_nsec now);
	/* The same for what has to go on while the rest arrives. */
	load_nsec (*drain)(struct load_run *run, load_nsec now);
	/* Free what the state owns; the state itself is the run's. */
	void (*fini)(struct load_run *run);
	/* Has all been done that was to be? */
	bool (*is_over)(const struct load_run *run);
	void (*on_in)(struct load_run *run, struct load_client *client);
	void (*on_out)(struct load_run *run, struct load_client *client,
	    enum load_client_state was);
	void (*on_poll)(struct load_run *run, struct load_client *client);
	/* A message has come to a client for the first time. */
	void (*on_received)(struct load_run *run, struct load_client *client);
	/* A batch was answered, or has failed. */
	void (
	    *on_acked)(struct load_run *run, struct load_publisher *publisher);
};

extern const struct load_mode load_mode_fan_out;
extern const struct load_mode load_mode_chat;
extern const struct load_mode load_mode_storm;
extern const struct load_mode load_mode_publish;
extern const struct load_mode load_mode_churn;
extern const struct load_mode load_mode_slow;
extern const struct load_mode load_mode_idle;

/* All of them, with NULL behind the last. */
extern const struct load_mode *const load_modes[];

#endif
