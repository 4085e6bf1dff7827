/*
 * ext_timestamp.c - when by our clock a message was written (BAYEUX.md rule
 * 102): "timestamp":"2026-11-22T16:40:00.123Z" on all replies and events.
 */
#include "extensions.h"
#include "host.h"
#include "plugin.h"

#define MSEC_PER_DAY INT64_C(86400000)

/* 0000-03-01 and 10000-01-01, in days since 1970-01-01: years of four digits,
 * but for a winter two thousand years ago. */
#define FIRST_DAY (-719468)
#define LAST_DAY 2932897

static bool
start(struct bx_host *host, void **ctx)
{
	*ctx = host;
	return true;
}

/* Write number at the end of the width bytes at text, with zeros before. */
static void
put_number(char *text, size_t width, int64_t number)
{
	while (width-- > 0) {
		text[width] = (char)('0' + number % 10);
		number /= 10;
	}
}

/*
 * Write year, month and day over "YYYY-MM-DD" at text.
 *
 * Years are counted from 1 March, so that the day that leap years have comes
 * last.  Then 400 years have always 146097 days, 100 years at their beginning
 * 36524, 4 years 1461, one year 365; and months from March on have 31, 30, 31,
 * 30, 31 days, again and again, as (153 * month + 2) / 5 adds them up.
 */
static void
put_date(char *text, int64_t days)
{
	int64_t since = days - FIRST_DAY;
	int64_t era = since / 146097;
	int64_t day = since % 146097;
	/* Days without those that leap years have more. */
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t month;

	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	day -= (153 * month + 2) / 5;
	year += 400 * era + (month >= 10 ? 1 : 0);
	month = month < 10 ? month + 3 : month - 9;
	put_number(text, 4, year);
	put_number(text + 5, 2, month);
	put_number(text + 8, 2, day + 1);
}

static void
add_timestamp(struct bx_host *host, struct bx_draft *draft)
{
	char text[] = "\"YYYY-MM-DDThh:mm:ss.xxxZ\"";
	int64_t now = host->wall_clock(host);
	int64_t days = now / MSEC_PER_DAY;
	int64_t msec = now % MSEC_PER_DAY;

	if (msec < 0) {
		msec += MSEC_PER_DAY;
		days--;
	}
	if (days < FIRST_DAY || days >= LAST_DAY)
		return;
	put_date(text + 1, days);
	put_number(text + 12, 2, msec / 3600000);
	put_number(text + 15, 2, msec / 60000 % 60);
	put_number(text + 18, 2, msec / 1000 % 60);
	put_number(text + 21, 3, msec % 1000);
	host->add_field(draft, "timestamp",
	    (struct bx_slice){ text, sizeof(text) - 1 });
}

static void
publishing(void *ctx, struct bx_event *event)
{
	add_timestamp(ctx, event->draft);
}

static void
replying(void *ctx, const struct bx_replying *reply)
{
	add_timestamp(ctx, reply->draft);
}

const struct bx_plugin bx_ext_timestamp = {
	.major = BX_PLUGIN_MAJOR,
	.minor = BX_PLUGIN_MINOR,
	.size = sizeof(struct bx_plugin),
	.name = "timestamp",
	.start = start,
	.publishing = publishing,
	.replying = replying,
};
