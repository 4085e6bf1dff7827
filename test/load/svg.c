/*
 * svg.c - a histogram as a picture; see svg.h.
 *
 * Along the bottom go percentiles, each further "9" as wide as the last, and
 * up the side latencies, each power of ten as high as the last: so the tail,
 * which is what the users who complain are in, gets most of the room.
 */
#include "svg.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "histogram.h"

#define WIDTH 800.0
#define HEIGHT 480.0
#define LEFT 90.0
#define RIGHT 30.0
#define TOP 60.0
#define BOTTOM 70.0
/* Points of the curve for each "9". */
#define STEPS 40

struct frame {
	double nines;  /* powers of ten along the bottom */
	double lowest; /* powers of ten of nanoseconds at the bottom */
	double decades;
};

static double
x_of(const struct frame *frame, double nines)
{
	return LEFT + (WIDTH - LEFT - RIGHT) * nines / frame->nines;
}

static double
y_of(const struct frame *frame, double nsec)
{
	double power = log10(nsec < 1 ? 1 : nsec) - frame->lowest;

	return HEIGHT - BOTTOM -
	    (HEIGHT - TOP - BOTTOM) * power / frame->decades;
}

/* As many nines as there are values to tell apart, and whole decades. */
static void
frame_init(struct frame *frame, const struct load_histogram *histogram)
{
	double least = (double)load_histogram_at(histogram, 0);
	double most = (double)histogram->max;

	frame->nines = ceil(log10((double)histogram->count + 1));
	if (frame->nines < 2)
		frame->nines = 2;
	frame->lowest = floor(log10(least < 1 ? 1 : least));
	frame->decades = ceil(log10(most < 1 ? 1 : most)) - frame->lowest;
	if (frame->decades < 1)
		frame->decades = 1;
}

static void
draw_time(FILE *out, double nsec)
{
	if (nsec < 1e3)
		(void)fprintf(out, "%.0f ns", nsec);
	else if (nsec < 1e6)
		(void)fprintf(out, "%.0f \302\265s", nsec / 1e3);
	else if (nsec < 1e9)
		(void)fprintf(out, "%.0f ms", nsec / 1e6);
	else
		(void)fprintf(out, "%.0f s", nsec / 1e9);
}

static void
draw_line(FILE *out, double x1, double y1, double x2, double y2)
{
	(void)fprintf(out,
	    "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", x1,
	    y1, x2, y2);
}

static void
draw_latencies(FILE *out, const struct frame *frame)
{
	for (int i = 0; i <= (int)frame->decades; i++) {
		double nsec = pow(10, frame->lowest + i);
		double y = y_of(frame, nsec);

		draw_line(out, LEFT, y, WIDTH - RIGHT, y);
		(void)fprintf(out,
		    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
		    LEFT - 8, y + 4);
		draw_time(out, nsec);
		(void)fprintf(out, "</text>\n");
	}
}

static void
draw_percentiles(FILE *out, const struct frame *frame)
{
	for (int i = 0; i <= (int)frame->nines; i++) {
		double x = x_of(frame, i);

		draw_line(out, x, TOP, x, HEIGHT - BOTTOM);
		(void)fprintf(out,
		    "<text x=\"%.1f\" y=\"%.1f\" "
		    "text-anchor=\"middle\">%.*f</text>\n",
		    x, HEIGHT - BOTTOM + 20, i > 2 ? i - 2 : 0,
		    100 - 100 * pow(10, -i));
	}
}

static void
draw_curve(FILE *out, const struct frame *frame,
    const struct load_histogram *histogram)
{
	int last = (int)frame->nines * STEPS;
	double y,
	    before = y_of(frame, (double)load_histogram_at(histogram, 0));

	(void)fprintf(out,
	    "<path fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"2\" "
	    "d=\"M%.1f %.1f",
	    x_of(frame, 0), before);
	for (int i = 1; i <= last; i++) {
		double nines = (double)i / STEPS;
		double share = i < last ? 1 - pow(10, -nines) : 1;

		y = y_of(frame, (double)load_histogram_at(histogram, share));
		(void)fprintf(out, "L%.1f %.1f", x_of(frame, nines), y);
	}
	(void)fprintf(out, "\"/>\n");
}

static void
draw_labels(FILE *out, const struct load_histogram *histogram,
    const char *title)
{
	(void)fprintf(out,
	    "<text x=\"%.1f\" y=\"28\" font-size=\"17\">Latency of %s</text>\n"
	    "<text x=\"%.1f\" y=\"47\" fill=\"#555\">%" PRIu64
	    " values: median %.3f ms, 99 %% within %.3f ms, "
	    "all within %.3f ms</text>\n",
	    LEFT, title, LEFT, histogram->count,
	    (double)load_histogram_at(histogram, 0.5) / 1e6,
	    (double)load_histogram_at(histogram, 0.99) / 1e6,
	    (double)histogram->max / 1e6);
	(void)fprintf(out,
	    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">"
	    "per cent of all values within that latency</text>\n",
	    LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 22);
	(void)fprintf(out,
	    "<text transform=\"translate(24 %.1f) rotate(-90)\" "
	    "text-anchor=\"middle\">latency</text>\n",
	    TOP + (HEIGHT - TOP - BOTTOM) / 2);
}

static void
draw(FILE *out, const struct load_histogram *histogram, const char *title)
{
	struct frame frame;

	frame_init(&frame, histogram);
	(void)fprintf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
	    "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
	    "font-family=\"sans-serif\" font-size=\"13\">\n"
	    "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
	    "<g stroke=\"#ddd\" fill=\"#222\">\n",
	    WIDTH, HEIGHT, WIDTH, HEIGHT);
	(void)fprintf(out, "<style>text { stroke: none }</style>\n");
	draw_latencies(out, &frame);
	draw_percentiles(out, &frame);
	(void)fprintf(out, "</g>\n");
	draw_labels(out, histogram, title);
	if (histogram->count > 0)
		draw_curve(out, &frame, histogram);
	(void)fprintf(out, "</svg>\n");
}

static void
complain(const char *name)
{
	(void)fprintf(stderr, "bayeux-load: --histogram %s: %s\n", name,
	    strerror(errno));
}

FILE *
load_svg_open(const char *name)
{
	FILE *picture = fopen(name, "we");

	if (picture == NULL)
		complain(name);
	return picture;
}

bool
load_svg_draw(FILE *picture, const char *name,
    const struct load_histogram *histogram, const char *title)
{
	bool is_bad;

	draw(picture, histogram, title);
	is_bad = fflush(picture) != 0 || ferror(picture) != 0;
	is_bad = fclose(picture) != 0 || is_bad;
	if (is_bad)
		complain(name);
	return !is_bad;
}
