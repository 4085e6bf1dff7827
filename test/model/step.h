/*
 * step.h - one thing that happens in a schedule: four bytes.
 *
 * Any four bytes are a step, and any steps are a schedule, so that one can be
 * cut short and still be run.
 *
 * Ownership: plain values.
 * Reentrancy: no function calls out.
 */
#ifndef TEST_MODEL_STEP_H
#define TEST_MODEL_STEP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define STEP_CLIENTS 4
#define STEP_CHANNELS 6	 /* what is published on */
#define STEP_PATTERNS 13 /* what is subscribed to; those first */

enum step_op {
	STEP_HANDSHAKE,	  /* how: with the ack extension or without */
	STEP_CONNECT,	  /* how: see below */
	STEP_SUBSCRIBE,	  /* what */
	STEP_UNSUBSCRIBE, /* what */
	STEP_PUBLISH,	  /* what; how & 3: how many more in one request */
	STEP_FINISH, /* what: of which request; an answer arrives, or not */
	STEP_ABORT,  /* what: of which request; it is over as it is */
	STEP_WAIT,   /* what: for how long; how: the host wakes late */
	STEP_DISCONNECT,
	STEP_KICK,
	STEP_LOCAL,  /* what: a client within publishes */
	STEP_STREAM, /* what: it resumes, or begins */
	STEP_OPS
};

struct step {
	uint8_t op;
	uint8_t who;
	uint8_t what;
	uint8_t how;
};

/* Bits of how, for what a client asks. */
#define STEP_AT_ONCE 4	  /* a connect with advice.timeout 0 */
#define STEP_WITH_OTHER 8 /* one that shares its request with a publish */
#define STEP_BUSY 16	  /* nobody is answered before the next step */

/* What becomes of its answer. */
enum step_fate {
	STEP_ARRIVES,
	STEP_LATE,     /* when a later step says so */
	STEP_FAILS,    /* is lost, and the server knows */
	STEP_VANISHES, /* is lost, and the server does not know */
	STEP_FATES
};

enum step_op step_op(const struct step *step);
unsigned step_who(const struct step *step);
enum step_fate step_fate(const struct step *step);
const char *step_channel(const struct step *step);
const char *step_pattern(const struct step *step);
int64_t step_duration(const struct step *step);

/* The names themselves. */
const char *step_name(unsigned pattern);
unsigned step_pattern_index(const struct step *step);

/* The steps of a seed, which begin with clients that come and listen. */
void step_generate(struct step *steps, size_t count, uint64_t seed);

/* A number that looks random, from the one before. */
uint64_t step_random(uint64_t *state);

/* One line about it. */
void step_print(const struct step *step, FILE *out);

#endif
