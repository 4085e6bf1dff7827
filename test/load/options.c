/* options.c - the command line; see options.h. */
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "mode.h"
#include "process.h"
#include "stamp.h"
#include "value.h"

enum kind {
	KIND_COUNT,
	KIND_DURATION,
	KIND_RATE,
	KIND_FLAG,
	KIND_TEXT,
	KIND_PID
};

struct row {
	const char *name;
	enum kind kind;
	size_t offset;
	uint32_t min; /* of a count */
	uint32_t max;
	const char *value; /* what stands for it in the help */
	const char *help;
};

#define AT(member) offsetof(struct load_options, member)
#define MANY 1000000u

static const struct row rows[] = {
	{ "clients", KIND_COUNT, AT(clients), 1, MANY, "N",
	    "sessions that receive (100)" },
	{ "count", KIND_COUNT, AT(count), 1, UINT32_MAX, "N",
	    "end after so many messages, or sessions of churn" },
	{ "duration", KIND_DURATION, AT(duration), 0, 0, "TIME",
	    "or after that time (3s; of storm when all are in)" },
	{ "deadline", KIND_DURATION, AT(deadline), 0, 0, "TIME",
	    "give up after that time, all in all (60s)" },
	{ "rate", KIND_RATE, AT(rate), 0, 0, "N",
	    "messages in a second, whatever becomes of them" },
	{ "size", KIND_COUNT, AT(size), LOAD_STAMP_MIN, MANY, "BYTES",
	    "of a message's data (64)" },
	{ "batch", KIND_COUNT, AT(batch), 1, 1000, "N",
	    "messages in one request (1; of chat 10)" },
	{ "rooms", KIND_COUNT, AT(rooms), 1, MANY, "N",
	    "of chat (for a hundred members each)" },
	{ "rooms-per-client", KIND_COUNT, AT(rooms_per_client), 1, 1000, "N",
	    "rooms that a client of chat is in (10)" },
	{ "speakers", KIND_COUNT, AT(speakers), 1, MANY, "N",
	    "clients of chat that speak as well (a tenth)" },
	{ "deliveries", KIND_RATE, AT(deliveries), 0, 0, "N",
	    "of chat in a second (10000)" },
	{ "publishers", KIND_COUNT, AT(publishers), 1, 10000, "N",
	    "of publish (4)" },
	{ "arrivals", KIND_RATE, AT(arrivals), 0, 0, "N",
	    "new clients in a second: of churn (50), of storm" },
	{ "stay", KIND_DURATION, AT(stay), 0, 0, "TIME",
	    "how long a client of churn is there (500ms)" },
	{ "vanish", KIND_COUNT, AT(vanish), 0, 100, "PERCENT",
	    "of churn's clients that go without a word (50)" },
	{ "late-readers", KIND_COUNT, AT(late_readers), 0, MANY, "N",
	    "clients of slow that read late (a tenth)" },
	{ "never-readers", KIND_COUNT, AT(never_readers), 0, MANY, "N",
	    "clients of slow that stop reading (a tenth)" },
	{ "late", KIND_DURATION, AT(late), 0, 0, "TIME", "how late (200ms)" },
	{ "probe", KIND_RATE, AT(probe), 0, 0, "N",
	    "publish so often in a second where nobody listens" },
	{ "flood", KIND_RATE, AT(flood), 0, 0, "N",
	    "one session publishes so many there, in batches" },
	{ "parallel", KIND_COUNT, AT(parallel), 1, MANY, "N",
	    "sessions that join at a time (128)" },
	{ "connections", KIND_COUNT, AT(connections), 1, 1000, "N",
	    "FastCGI: share so many, multiplexed" },
	{ "shared", KIND_COUNT, AT(shared), 1, 10000, "N",
	    "connections for what is published (16)" },
	{ "settle", KIND_DURATION, AT(settle), 0, 0, "TIME",
	    "rest before the first message (200ms)" },
	{ "drain", KIND_DURATION, AT(drain), 0, 0, "TIME",
	    "wait for what is still missing at the end (2s)" },
	{ "pid", KIND_PID, 0, 1, INT32_MAX, "PID",
	    "measure that process as well; repeatable" },
	{ "json", KIND_FLAG, AT(json), 0, 0, NULL,
	    "report in one line of JSON" },
	{ "histogram", KIND_TEXT, AT(histogram), 0, 0, "FILE",
	    "draw the latencies as SVG" },
	{ "i-own-this-server", KIND_FLAG, AT(owns), 0, 0, NULL,
	    "which is not on this machine" },
	{ "help", KIND_FLAG, AT(help), 0, 0, NULL, "print this" },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct load_options defaults = {
	.clients = 100,
	.deadline = 60 * LOAD_SECOND,
	.size = 64,
	.rooms_per_client = 10,
	.publishers = 4,
	.stay = 500 * LOAD_MSEC,
	.vanish = 50,
	.late_readers = UINT32_MAX,
	.never_readers = UINT32_MAX,
	.late = 200 * LOAD_MSEC,
	.parallel = 128,
	.shared = 16,
	.settle = 200 * LOAD_MSEC,
	.drain = 2 * LOAD_SECOND,
};

static void
print_help(void)
{
	(void)printf("usage: bayeux-load [OPTION]... MODE ADDRESS\n\n"
		     "ADDRESS is http://HOST:PORT/PATH, fcgi:unix:PATH or "
		     "fcgi:HOST:PORT.  MODE is\n");
	for (const struct load_mode *const *mode = load_modes; *mode != NULL;
	     mode++)
		(void)printf("  %-10s%s\n", (*mode)->name, (*mode)->help);
	(void)printf("\nand OPTION is\n");
	for (size_t i = 0; i < ROWS; i++) {
		char name[40];

		(void)snprintf(name, sizeof(name), "--%s %s", rows[i].name,
		    rows[i].value != NULL ? rows[i].value : "");
		(void)printf("  %-24s%s\n", name, rows[i].help);
	}
}

static bool
complain(const char *what, const char *text)
{
	(void)fprintf(stderr, "bayeux-load: %s%s%s\n", what,
	    text != NULL ? ": " : "", text != NULL ? text : "");
	return false;
}

static bool
set_count(const struct row *row, const char *text, uint32_t *value)
{
	return load_value_count(text, value) && *value >= row->min &&
	    *value <= row->max;
}

static bool
set_pid(struct load_options *options, const struct row *row, const char *text)
{
	uint32_t pid;

	if (!set_count(row, text, &pid))
		return false;
	if (options->pid_count == LOAD_PIDS_MAX)
		return false;
	options->pids[options->pid_count++] = (pid_t)pid;
	return true;
}

static bool
set(struct load_options *options, const struct row *row, const char *text)
{
	void *place = (char *)options + row->offset;
	bool is_set = true;

	switch (row->kind) {
	case KIND_COUNT:
		is_set = set_count(row, text, place);
		break;
	case KIND_DURATION:
		is_set = load_value_duration(text, place);
		break;
	case KIND_RATE:
		is_set = load_value_rate(text, place);
		break;
	case KIND_FLAG:
		*(bool *)place = true;
		break;
	case KIND_TEXT:
		*(const char **)place = text;
		break;
	case KIND_PID:
		is_set = set_pid(options, row, text);
		break;
	}
	if (!is_set)
		(void)fprintf(stderr, "bayeux-load: --%s %s: not a %s%s\n",
		    row->name, text,
		    row->kind == KIND_DURATION	 ? "time, such as 3s or 200ms"
			: row->kind == KIND_RATE ? "number"
						 : "number in its range",
		    row->kind == KIND_PID ? ", or too many of them" : "");
	return is_set;
}

/* given says of each row whether there is an option of it. */
static bool
read_flags(struct load_options *options, bool *given, int argc, char **argv)
{
	struct option known[ROWS + 1];
	int which;

	memset(known, 0, sizeof(known));
	for (size_t i = 0; i < ROWS; i++)
		known[i] = (struct option){ .name = rows[i].name,
			.has_arg = rows[i].value != NULL,
			.val = (int)i };
	while ((which = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (which == '?' || !set(options, &rows[which], optarg))
			return false;
		given[which] = true;
	}
	return true;
}

static bool
read_mode(struct load_options *options, const char *name)
{
	for (const struct load_mode *const *mode = load_modes; *mode != NULL;
	     mode++)
		if (strcmp((*mode)->name, name) == 0) {
			options->mode = *mode;
			return true;
		}
	return complain("no such mode", name);
}

static bool
has_option(const struct load_mode *mode, const char *name)
{
	for (const char *const *option = mode->options; *option != NULL;
	     option++)
		if (strcmp(*option, name) == 0)
			return true;
	return false;
}

/* Is it a matter of the mode whether there is such an option? */
static bool
is_special(const char *name)
{
	for (const struct load_mode *const *mode = load_modes; *mode != NULL;
	     mode++)
		if (has_option(*mode, name))
			return true;
	return false;
}

static bool
check_option(const struct load_mode *mode, const char *name)
{
	if (!is_special(name) || has_option(mode, name))
		return true;
	(void)fprintf(stderr,
	    "bayeux-load: --%s is not for %s; modes that have it:", name,
	    mode->name);
	for (const struct load_mode *const *other = load_modes; *other != NULL;
	     other++)
		if (has_option(*other, name))
			(void)fprintf(stderr, " %s", (*other)->name);
	(void)fprintf(stderr, "\n");
	return false;
}

static bool
check_given(const struct load_mode *mode, const bool *given)
{
	for (size_t i = 0; i < ROWS; i++)
		if (given[i] && !check_option(mode, rows[i].name))
			return false;
	return true;
}

static bool
read_address(struct load_options *options, const char *text)
{
	options->address = text;
	if (!load_target_parse(&options->target, text))
		return complain("not an address in numbers, such as "
				"http://127.0.0.1:8080/cometd or "
				"fcgi:unix:PATH",
		    text);
	if (!load_target_is_loopback(&options->target) && !options->owns)
		return complain("not on this machine; a load is for one's own "
				"server, and --i-own-this-server says so",
		    text);
	if (options->connections > 0 && !options->target.is_fcgi)
		return complain("--connections is for FastCGI", NULL);
	if (options->connections > 0 && options->mode->has_own_lanes)
		return complain("--connections is not for this mode",
		    options->mode->name);
	return true;
}

/* Is there a process of each number, and is it ours to see? */
static bool
check_processes(const struct load_options *options)
{
	struct load_sample sample;

	for (uint32_t i = 0; i < options->pid_count; i++) {
		if (load_process_sample(options->pids[i], &sample))
			continue;
		(void)fprintf(stderr,
		    "bayeux-load: --pid %ld: no such process, or /proc does "
		    "not tell of it\n",
		    (long)options->pids[i]);
		return false;
	}
	return true;
}

enum load_options_verdict
load_options_read(struct load_options *options, int argc, char **argv)
{
	bool given[ROWS] = { false };

	*options = defaults;
	if (!read_flags(options, given, argc, argv))
		return LOAD_OPTIONS_BAD;
	if (options->help) {
		print_help();
		return LOAD_OPTIONS_HELP;
	}
	if (argc - optind != 2) {
		(void)complain("needs a mode and an address; see --help",
		    NULL);
		return LOAD_OPTIONS_BAD;
	}
	return read_mode(options, argv[optind]) &&
		check_given(options->mode, given) &&
		read_address(options, argv[optind + 1]) &&
		check_processes(options)
	    ? LOAD_OPTIONS_RUN
	    : LOAD_OPTIONS_BAD;
}
