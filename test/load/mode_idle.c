/*
 * mode_idle.c - everybody is there, and nothing happens.
 */
#include "mode.h"

#include <stddef.h>

#include "run.h"

static void
plan(struct load_run *run)
{
	load_ledger_fini(&run->ledger);
	load_ledger_init(&run->ledger, run->listeners, 1, 1);
	load_ledger_open(&run->ledger);
}

static void
begin(struct load_run *run)
{
	(void)run;
}

static load_nsec
tick(struct load_run *run, load_nsec now)
{
	run->stats.last = now;
	return LOAD_NEVER;
}

const struct load_mode load_mode_idle = {
	.name = "idle",
	.help = "sessions that wait, for what --pid has to tell",
	.options = (const char *const[]){ "clients", NULL },
	.plan = plan,
	.begin = begin,
	.tick = tick,
};
