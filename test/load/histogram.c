/* histogram.c - how often each duration occurred; see histogram.h. */
#include "histogram.h"

#include <math.h>

#define PER_POWER (1u << LOAD_HISTOGRAM_BITS)

/* How far values of the bucket's power of two are shifted to be told apart. */
static unsigned
shift_of(uint64_t value)
{
	unsigned bits = 64u - (unsigned)__builtin_clzll(value | 1);

	return bits > LOAD_HISTOGRAM_BITS + 1 ? bits - LOAD_HISTOGRAM_BITS - 1
					      : 0;
}

/* The first two powers share the linear buckets below 2 * PER_POWER. */
static size_t
bucket_of(uint64_t value)
{
	unsigned shift = shift_of(value);

	return (size_t)shift * PER_POWER + (size_t)(value >> shift);
}

/* The greatest value of the bucket at index. */
static uint64_t
bucket_end(size_t index)
{
	uint64_t shift =
	    index < 2 * (size_t)PER_POWER ? 0 : index / PER_POWER - 1;

	return ((index - shift * PER_POWER + 1) << shift) - 1;
}

void
load_histogram_add(struct load_histogram *histogram, uint64_t value)
{
	uint64_t counted =
	    value < LOAD_HISTOGRAM_MAX ? value : LOAD_HISTOGRAM_MAX;

	histogram->buckets[bucket_of(counted)]++;
	histogram->count++;
	if (value > histogram->max)
		histogram->max = value;
}

void
load_histogram_merge(struct load_histogram *histogram,
    const struct load_histogram *from)
{
	for (size_t i = 0; i < LOAD_HISTOGRAM_BUCKETS; i++)
		histogram->buckets[i] += from->buckets[i];
	histogram->count += from->count;
	if (from->max > histogram->max)
		histogram->max = from->max;
}

uint64_t
load_histogram_at(const struct load_histogram *histogram, double share)
{
	double wanted = ceil(share * (double)histogram->count);
	uint64_t seen = 0;

	for (size_t i = 0; i < LOAD_HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen > 0 && (double)seen >= wanted) {
			uint64_t end = bucket_end(i);

			/* Beyond the last bucket only the max is known. */
			return end < histogram->max &&
				i < LOAD_HISTOGRAM_BUCKETS - 1
			    ? end
			    : histogram->max;
		}
	}
	return histogram->max;
}
