/*
 * step.c - steps: chosen by a seed, and told to people.
 */
#include "test/model/step.h"

static const char *const names[STEP_PATTERNS] = { "/a", "/a/b", "/a/b/c",
	"/a/d", "/l", "/l/a", "/*", "/**", "/a/*", "/a/**", "/a/b/*", "/l/*",
	"/l/**" };

static const int64_t durations[] = { 1, 20, 500, 1500, 2000, 4000, 9999, 10000,
	10001, 16000 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum step_op
step_op(const struct step *step)
{
	return (enum step_op)(step->op % STEP_OPS);
}

unsigned
step_who(const struct step *step)
{
	return step->who % STEP_CLIENTS;
}

enum step_fate
step_fate(const struct step *step)
{
	/* Most answers arrive. */
	switch (step->how >> 5) {
	case 0:
		return STEP_FAILS;
	case 1:
		return STEP_VANISHES;
	case 2:
	case 3:
		return STEP_LATE;
	default:
		return STEP_ARRIVES;
	}
}

const char *
step_name(unsigned pattern)
{
	return names[pattern];
}

const char *
step_channel(const struct step *step)
{
	return names[step->what % STEP_CHANNELS];
}

unsigned
step_pattern_index(const struct step *step)
{
	return step->what % STEP_PATTERNS;
}

const char *
step_pattern(const struct step *step)
{
	return names[step_pattern_index(step)];
}

int64_t
step_duration(const struct step *step)
{
	return durations[step->what % COUNT(durations)];
}

/* SplitMix64. */
uint64_t
step_random(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static enum step_op
choose_op(uint64_t random)
{
	static const unsigned weights[STEP_OPS] = { 3, 30, 9, 3, 26, 9, 4, 10,
		1, 1, 3, 4 };
	unsigned sum = 0;
	unsigned at;
	unsigned op;

	for (op = 0; op < STEP_OPS; op++)
		sum += weights[op];
	at = (unsigned)(random % sum);
	for (op = 0; at >= weights[op]; op++)
		at -= weights[op];
	return (enum step_op)op;
}

void
step_generate(struct step *steps, size_t count, uint64_t seed)
{
	static const uint8_t opening[] = { STEP_HANDSHAKE, STEP_SUBSCRIBE,
		STEP_CONNECT };
	uint64_t random;
	size_t i;

	for (i = 0; i < count; i++) {
		random = step_random(&seed);
		steps[i] = (struct step){
			.op = (uint8_t)choose_op(random & 0xffffff),
			.who = (uint8_t)(random >> 24),
			.what = (uint8_t)(random >> 32),
			.how = (uint8_t)(random >> 40),
		};
		/* Who waits for long is rare, and so is a busy server. */
		if (steps[i].op == STEP_WAIT && (random >> 48) % 4 > 0)
			steps[i].what %= 3;
		if ((random >> 50) % 4 > 0)
			steps[i].how &= (uint8_t)~STEP_BUSY;
		if ((random >> 52) % 4 > 0)
			steps[i].how &=
			    (uint8_t) ~(STEP_AT_ONCE | STEP_WITH_OTHER);
		if (i >= COUNT(opening) * STEP_CLIENTS)
			continue;
		steps[i].op = opening[i / STEP_CLIENTS];
		steps[i].who = (uint8_t)(i % STEP_CLIENTS);
		steps[i].how = (uint8_t)((steps[i].how & 1) | 128);
	}
}

static void
print_fate(const struct step *step, FILE *out)
{
	static const char *const fates[STEP_FATES] = {
		[STEP_ARRIVES] = "",
		[STEP_LATE] = "; the answer arrives later",
		[STEP_FAILS] = "; the answer fails",
		[STEP_VANISHES] = "; the answer vanishes",
	};

	(void)fprintf(out, "%s%s\n", fates[step_fate(step)],
	    step->how & STEP_BUSY ? "; the server is busy" : "");
}

static void
print_connect(const struct step *step, FILE *out)
{
	(void)fprintf(out, "client %u connects%s%s%s", step_who(step),
	    step->how & STEP_AT_ONCE ? " for an answer at once" : "",
	    step->how & STEP_WITH_OTHER ? " and publishes on " : "",
	    step->how & STEP_WITH_OTHER ? step_channel(step) : "");
}

/* What a client does, without what becomes of its answer; false: it does
 * nothing itself. */
static int
print_request(const struct step *step, FILE *out)
{
	unsigned who = step_who(step);

	switch (step_op(step)) {
	case STEP_HANDSHAKE:
		(void)fprintf(out, "client %u comes%s", who,
		    step->how & 1 ? ", and acknowledges" : "");
		return 1;
	case STEP_CONNECT:
		print_connect(step, out);
		return 1;
	case STEP_SUBSCRIBE:
		(void)fprintf(out, "client %u subscribes to %s", who,
		    step_pattern(step));
		return 1;
	case STEP_UNSUBSCRIBE:
		(void)fprintf(out, "client %u unsubscribes from %s", who,
		    step_pattern(step));
		return 1;
	case STEP_PUBLISH:
		(void)fprintf(out, "client %u publishes %d on %s and on", who,
		    1 + (step->how & 3), step_channel(step));
		return 1;
	case STEP_DISCONNECT:
		(void)fprintf(out, "client %u disconnects", who);
		return 1;
	case STEP_STREAM:
		(void)fprintf(out, "client %u %s a stream", who,
		    step->what & 1 ? "resumes" : "opens");
		return 1;
	default:
		return 0;
	}
}

void
step_print(const struct step *step, FILE *out)
{
	static const char *const ends[STEP_FATES] = { "arrives", "arrives",
		"fails", "vanishes" };

	if (print_request(step, out)) {
		print_fate(step, out);
		return;
	}
	switch (step_op(step)) {
	case STEP_FINISH:
		(void)fprintf(out, "late answer %u %s\n", step->what,
		    ends[step_fate(step)]);
		break;
	case STEP_ABORT:
		(void)fprintf(out, "request %u is aborted\n", step->what);
		break;
	case STEP_WAIT:
		(void)fprintf(out, "%lld ms pass%s\n",
		    (long long)step_duration(step),
		    step->how & 1 ? ", and the host wakes late" : "");
		break;
	case STEP_KICK:
		(void)fprintf(out, "client %u is kicked\n", step_who(step));
		break;
	case STEP_LOCAL:
		(void)fprintf(out, "the local client publishes on %s\n",
		    step_channel(step));
		break;
	default:
		break;
	}
}
