/*
 * process.h - what another process has taken of memory and of time.
 *
 * Ownership: nothing is owned.
 * Reentrancy: no function calls out.
 */
#ifndef LOAD_PROCESS_H
#define LOAD_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "clock.h"

struct load_sample {
	uint64_t resident; /* bytes in memory */
	load_nsec cpu;	   /* user and system time of all its threads */
};

/* Look at /proc; false: there is no such process, it has ended though nobody
 * has asked how, or it is not ours to see. */
bool load_process_sample(pid_t pid, struct load_sample *sample);

#endif
