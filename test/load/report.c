/* report.c - what a run has found; see report.h. */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>

#include "mode.h"
#include "report_json.h"
#include "run.h"
#include "svg.h"

static double
per_second(uint64_t count, load_nsec time)
{
	return time > 0 ? (double)count * (double)LOAD_SECOND / (double)time
			: 0;
}

load_nsec
load_report_time(const struct load_run *run)
{
	load_nsec end =
	    run->stats.last > run->stopped ? run->stats.last : run->stopped;

	return run->stats.began > 0 ? end - run->stats.began : 0;
}

double
load_report_joins(const struct load_stats *stats)
{
	return per_second(stats->joined, stats->join_last - stats->join_began);
}

double
load_report_floods(const struct load_run *run)
{
	return per_second(run->stats.flooded.acked, load_report_time(run));
}

static void
print_latency(const char *name, const struct load_histogram *histogram)
{
	if (histogram->count == 0)
		return;
	(void)printf("%-18sp50 %.3f  p90 %.3f  p99 %.3f  max %.3f ms  "
		     "(%" PRIu64 ")\n",
	    name, (double)load_histogram_at(histogram, 0.5) / 1e6,
	    (double)load_histogram_at(histogram, 0.9) / 1e6,
	    (double)load_histogram_at(histogram, 0.99) / 1e6,
	    (double)histogram->max / 1e6, histogram->count);
}

static void
print_process(const struct load_run *run, uint32_t i)
{
	const struct load_measured *measured = &run->measured[i];
	double cpu = (double)(measured->after.cpu - measured->with.cpu);
	double grown = (double)measured->with.resident -
	    (double)measured->before.resident;

	(void)printf("%-18s", "process");
	if (measured->has_ended) {
		(void)printf("%ld ended during the run\n",
		    (long)run->options->pids[i]);
		return;
	}
	(void)printf("%ld  memory %.1f MiB before, %.1f with the clients "
		     "(%.0f bytes each), %.1f after\n",
	    (long)run->options->pids[i],
	    (double)measured->before.resident / 1048576,
	    (double)measured->with.resident / 1048576,
	    grown / run->options->clients,
	    (double)measured->after.resident / 1048576);
	(void)printf("%-18scpu %.2f s", "", cpu / 1e9);
	if (run->ledger.fresh > 0)
		(void)printf(", %.2f us per delivery",
		    cpu / 1e3 / (double)run->ledger.fresh);
	else if (run->stats.published.acked > 0)
		(void)printf(", %.2f us per publish",
		    cpu / 1e3 / (double)run->stats.published.acked);
	(void)printf("\n");
}

static void
print_errors(const struct load_stats *stats)
{
	const char *label = "errors";

	for (enum load_error i = 0; i < LOAD_ERROR_KINDS; i++) {
		const struct load_errors *errors = &stats->errors[i];

		if (errors->count == 0)
			continue;
		(void)printf("%-18s%s %" PRIu64, label, load_error_name(i),
		    errors->count);
		if (errors->first[0] != '\0')
			(void)printf(" (first: %s)", errors->first);
		(void)printf("\n");
		label = "";
	}
}

static void
print_flood(const struct load_run *run)
{
	const struct load_tally *flooded = &run->stats.flooded;

	if (run->flood_count > 0)
		(void)printf("%-18s%" PRIu64 " acknowledged (%.0f/s), of "
			     "%" PRIu64 " sent\n",
		    "flood", flooded->acked, load_report_floods(run),
		    flooded->sent);
}

/* What should not be: none of it, when all is well. */
static void
print_wrong(const struct load_stats *stats)
{
	(void)printf("%-18slost %" PRIu64 "  doubled %" PRIu64
		     "  misordered %" PRIu64 "  foreign %" PRIu64,
	    "wrong", stats->lost, stats->doubled, stats->misordered,
	    stats->foreign);
	if (stats->overtaken > 0)
		(void)printf("  (overtaken %" PRIu64 ")", stats->overtaken);
	(void)printf("\n");
}

static void
print_text(const struct load_run *run)
{
	const struct load_stats *stats = &run->stats;
	load_nsec time = load_report_time(run);

	(void)printf("%-18s%s at %s, %u clients%s\n", "load",
	    run->options->mode->name, run->options->address,
	    run->options->clients,
	    run->end == LOAD_END_DONE	      ? ""
		: run->end == LOAD_END_SIGNAL ? "; interrupted"
					      : "; not done at the deadline");
	(void)printf("%-18s%" PRIu64 " (%.0f/s in %.3f s), %" PRIu64
		     " acknowledged\n",
	    "published", stats->published.sent,
	    per_second(stats->published.sent, time), (double)time / 1e9,
	    stats->published.acked);
	if (stats->unsent > 0)
		(void)printf("%-18s%" PRIu64 " that were due\n", "not sent",
		    stats->unsent);
	(void)printf("%-18s%" PRIu64 " (%.0f/s), of %" PRIu64 " expected\n",
	    "delivered", run->ledger.fresh,
	    per_second(run->ledger.fresh, time), stats->expected);
	(void)printf("%-18s%" PRIu64 " (%.0f/s)", "joined", stats->joined,
	    load_report_joins(stats));
	if (stats->left > 0)
		(void)printf(", %" PRIu64 " left", stats->left);
	(void)printf("\n");
	print_flood(run);
	print_wrong(stats);
	print_latency("latency", &stats->deliveries);
	print_latency("of late readers", &stats->late);
	print_latency("publish", &stats->published.latency);
	print_latency("probe", &stats->probed.latency);
	print_latency("flood", &stats->flooded.latency);
	print_latency("join", &stats->joins);
	for (uint32_t i = 0; i < run->options->pid_count; i++)
		print_process(run, i);
	print_errors(stats);
}

/* Of what a mode is about, the latency of that. */
static const struct load_histogram *
main_histogram(const struct load_stats *stats)
{
	if (stats->deliveries.count > 0)
		return &stats->deliveries;
	return stats->published.latency.count > 0 ? &stats->published.latency
						  : &stats->joins;
}

static bool
has_any_ended(const struct load_run *run)
{
	for (uint32_t i = 0; i < run->options->pid_count; i++)
		if (run->measured[i].has_ended)
			return true;
	return false;
}

bool
load_report(const struct load_run *run, FILE *picture)
{
	const struct load_stats *stats = &run->stats;
	bool is_drawn = true;

	if (run->options->json)
		load_report_json(run);
	else
		print_text(run);
	if (picture != NULL)
		is_drawn = load_svg_draw(picture, run->options->histogram,
		    main_histogram(stats), run->options->mode->name);
	return is_drawn && !has_any_ended(run) && run->end == LOAD_END_DONE &&
	    stats->unsent == 0 && stats->lost == 0 && stats->doubled == 0 &&
	    stats->misordered == 0 && stats->foreign == 0 &&
	    load_stats_errors(stats) == 0;
}
