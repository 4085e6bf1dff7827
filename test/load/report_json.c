/* report_json.c - one line of JSON; see report_json.h. */
#include "report_json.h"

#include <inttypes.h>
#include <stdio.h>

#include "mode.h"
#include "run.h"

static double
usec(uint64_t nsec)
{
	return (double)nsec / 1e3;
}

static void
print_string(const char *text)
{
	(void)putchar('"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		/* What comes from a peer may be no UTF-8. */
		if (c == '"' || c == '\\')
			(void)printf("\\%c", c);
		else if (c < ' ' || c > '~')
			(void)printf("\\u%04x", c);
		else
			(void)putchar(c);
	}
	(void)putchar('"');
}

static void
print_histogram(const char *name, const struct load_histogram *histogram)
{
	(void)printf(",\"%s\":{\"count\":%" PRIu64
		     ",\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"max\":%.1f}",
	    name, histogram->count, usec(load_histogram_at(histogram, 0.5)),
	    usec(load_histogram_at(histogram, 0.9)),
	    usec(load_histogram_at(histogram, 0.99)), usec(histogram->max));
}

static void
print_counts(const struct load_run *run)
{
	const struct load_stats *stats = &run->stats;
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = { { "joined", stats->joined }, { "left", stats->left },
		{ "published", stats->published.sent },
		{ "unsent", stats->unsent },
		{ "acked", stats->published.acked },
		{ "flooded", stats->flooded.sent },
		{ "flood_acked", stats->flooded.acked },
		{ "expected", stats->expected },
		{ "delivered", run->ledger.fresh }, { "lost", stats->lost },
		{ "doubled", stats->doubled },
		{ "misordered", stats->misordered },
		{ "overtaken", stats->overtaken },
		{ "foreign", stats->foreign } };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		(void)printf(",\"%s\":%" PRIu64, counts[i].name,
		    counts[i].value);
}

static void
print_errors(const struct load_stats *stats)
{
	const char *comma = "";

	(void)printf(",\"errors\":{");
	for (enum load_error i = 0; i < LOAD_ERROR_KINDS; i++)
		(void)printf("%s\"%s\":%" PRIu64, i > 0 ? "," : "",
		    load_error_name(i), stats->errors[i].count);
	(void)printf("},\"first_error\":");
	print_string(stats->first_error);
	(void)printf(",\"first_errors\":{");
	for (enum load_error i = 0; i < LOAD_ERROR_KINDS; i++) {
		if (stats->errors[i].first[0] == '\0')
			continue;
		(void)printf("%s\"%s\":", comma, load_error_name(i));
		print_string(stats->errors[i].first);
		comma = ",";
	}
	(void)printf("}");
}

static void
print_process(const struct load_run *run, uint32_t i)
{
	const struct load_measured *measured = &run->measured[i];
	double cpu = (double)(measured->after.cpu - measured->with.cpu);
	double grown = (double)measured->with.resident -
	    (double)measured->before.resident;

	(void)printf("%s{\"pid\":%ld,\"ended\":%s", i > 0 ? "," : "",
	    (long)run->options->pids[i],
	    measured->has_ended ? "true" : "false");
	if (!measured->has_ended)
		(void)printf(",\"rss_before\":%" PRIu64
			     ",\"rss_with\":%" PRIu64 ",\"rss_after\":%" PRIu64
			     ",\"bytes_per_client\":%.1f,\"cpu_us\":%.0f"
			     ",\"cpu_us_per_delivery\":%.4f",
		    measured->before.resident, measured->with.resident,
		    measured->after.resident, grown / run->options->clients,
		    cpu / 1e3,
		    run->ledger.fresh > 0
			? cpu / 1e3 / (double)run->ledger.fresh
			: 0);
	(void)printf("}");
}

void
load_report_json(const struct load_run *run)
{
	static const char *const ends[] = { [LOAD_END_DONE] = "done",
		[LOAD_END_DEADLINE] = "deadline",
		[LOAD_END_SIGNAL] = "interrupted" };
	const struct load_stats *stats = &run->stats;
	double seconds = (double)load_report_time(run) / 1e9;

	(void)printf("{\"mode\":\"%s\",\"address\":",
	    run->options->mode->name);
	print_string(run->options->address);
	(void)printf(",\"end\":\"%s\",\"clients\":%u,\"seconds\":%.6f",
	    ends[run->end], run->options->clients, seconds);
	print_counts(run);
	(void)printf(",\"deliveries_per_second\":%.1f,"
		     "\"publishes_per_second\":%.1f,"
		     "\"joins_per_second\":%.1f,"
		     "\"flood_per_second\":%.1f",
	    seconds > 0 ? (double)run->ledger.fresh / seconds : 0,
	    seconds > 0 ? (double)stats->published.acked / seconds : 0,
	    load_report_joins(stats), load_report_floods(run));
	print_histogram("latency_us", &stats->deliveries);
	print_histogram("late_us", &stats->late);
	print_histogram("publish_us", &stats->published.latency);
	print_histogram("probe_us", &stats->probed.latency);
	print_histogram("flood_us", &stats->flooded.latency);
	print_histogram("join_us", &stats->joins);
	print_errors(stats);
	(void)printf(",\"processes\":[");
	for (uint32_t i = 0; i < run->options->pid_count; i++)
		print_process(run, i);
	(void)printf("]}\n");
}
