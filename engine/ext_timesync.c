/*
 * ext_timesync.c - what a client needs to know our clock (BAYEUX.md rules 100
 * and 101).
 *
 * A client says with its /meta/ messages when by its clock it sent them (tc),
 * and newer ones what they take for the lag of the network (l) and for how
 * much our clock is ahead of theirs (o).  They are told when by our clock the
 * message came (ts) and for how long we kept it (p).  Nothing is remembered.
 */
#include "extensions.h"
#include "host.h"
#include "plugin.h"

/* A guess that is less wrong than this many milliseconds is left alone. */
#define GOOD_ENOUGH 25

/* A time of day needs no more characters. */
#define TIME_MAX 64

/* {"tc":,"ts":,"p":,"a":} with a time and three numbers in it. */
#define TEXT_MAX (TIME_MAX + 128)

struct text {
	char bytes[TEXT_MAX];
	size_t len;
};

static bool
start(struct bx_host *host, void **ctx)
{
	*ctx = host;
	return true;
}

static void
append(struct text *text, const char *bytes, size_t len)
{
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

/* name is all that stands before the number. */
static void
append_number(struct text *text, const char *name, int64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);
	bool is_negative = number < 0;

	do {
		int digit = (int)(number % 10);

		digits[--at] = (char)('0' + (digit < 0 ? -digit : digit));
		number /= 10;
	} while (number != 0);
	if (is_negative)
		digits[--at] = '-';
	append(text, name, strlen(name));
	append(text, digits + at, sizeof(digits) - at);
}

/* What the client said.  json_integer keeps it within 2^53, so that no sum
 * of these overflows. */
struct guess {
	struct bx_slice as_sent; /* tc */
	int64_t sent;
	int64_t lag;	/* l */
	int64_t offset; /* o */
	bool has_lag;	/* clients of the draft have none */
};

/* The number, or 0 if it is absent; false: it is none. */
static bool
read_number(const struct bx_host *host, struct bx_slice json, int64_t *number)
{
	*number = 0;
	return json.len == 0 || host->json_integer(json, number);
}

/* false: it is nothing that can be answered. */
static bool
read_guess(const struct bx_host *host, struct bx_slice timesync,
    struct guess *guess)
{
	struct bx_slice lag = host->json_member(timesync, "l");

	guess->as_sent = host->json_member(timesync, "tc");
	guess->has_lag = lag.len > 0;
	return guess->as_sent.len > 0 && guess->as_sent.len <= TIME_MAX &&
	    read_number(host, guess->as_sent, &guess->sent) &&
	    read_number(host, lag, &guess->lag) &&
	    read_number(host, host->json_member(timesync, "o"),
		&guess->offset);
}

static bool
is_meta(struct bx_slice channel)
{
	static const char meta[] = "/meta/";

	return channel.len >= sizeof(meta) - 1 &&
	    memcmp(channel.at, meta, sizeof(meta) - 1) == 0;
}

static void
replying(void *ctx, const struct bx_replying *reply)
{
	struct bx_host *host = ctx;
	struct bx_slice timesync;
	struct guess guess;
	struct text text = { .len = 0 };
	int64_t kept, wrong;

	if (!is_meta(reply->channel))
		return;
	timesync = host->json_member(reply->ext, "timesync");
	if (!read_guess(host, timesync, &guess))
		return;
	wrong = guess.sent + guess.offset + guess.lag - reply->received;
	if (guess.has_lag && guess.lag != 0 && wrong < GOOD_ENOUGH &&
	    wrong > -GOOD_ENOUGH)
		return;
	/* The clock on the wall may have been set back meanwhile. */
	kept = host->wall_clock(host) - reply->received;
	append(&text, "{\"tc\":", 6);
	append(&text, guess.as_sent.at, guess.as_sent.len);
	append_number(&text, ",\"ts\":", reply->received);
	append_number(&text, ",\"p\":", kept > 0 ? kept : 0);
	if (guess.has_lag)
		append_number(&text, ",\"a\":", wrong);
	append(&text, "}", 1);
	host->add_ext(reply->draft, "timesync",
	    (struct bx_slice){ text.bytes, text.len });
}

const struct bx_plugin bx_ext_timesync = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "timesync",
	.start = start,
	.replying = replying,
};
