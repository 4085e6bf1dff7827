/*
 * histogram.h - how often each duration occurred, to within one per cent.
 *
 * Buckets are linear within each power of two, as in HdrHistogram: a value
 * below 256 has a bucket of its own, and above that a bucket is as wide as
 * 1/128 of the least value in it, or less.  So the memory is fixed, a value
 * costs an addition, and no percentile is off by more than that.
 *
 * Ownership: embedded, or the caller's; nothing is allocated.
 * Reentrancy: no function calls out.
 * Limits: values beyond LOAD_HISTOGRAM_MAX, more than an hour of nanoseconds,
 * count as that; the greatest is known exactly nevertheless.
 */
#ifndef LOAD_HISTOGRAM_H
#define LOAD_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define LOAD_HISTOGRAM_BITS 7u
#define LOAD_HISTOGRAM_TOP 42u
#define LOAD_HISTOGRAM_MAX ((UINT64_C(1) << LOAD_HISTOGRAM_TOP) - 1)
#define LOAD_HISTOGRAM_BUCKETS \
	((LOAD_HISTOGRAM_TOP - LOAD_HISTOGRAM_BITS + 1u) \
	    << LOAD_HISTOGRAM_BITS)

/* Start with all zero. */
struct load_histogram {
	uint64_t count;
	uint64_t max;
	uint64_t buckets[LOAD_HISTOGRAM_BUCKETS];
};

/* Count one value. */
void load_histogram_add(struct load_histogram *histogram, uint64_t value);

/* Add what from has counted. */
void load_histogram_merge(struct load_histogram *histogram,
    const struct load_histogram *from);

/*
 * The value that at least this share of all values, from 0 to 1, does not
 * exceed: never less than the true one, nor more than the greatest.  0 when
 * nothing was counted.
 */
uint64_t load_histogram_at(const struct load_histogram *histogram,
    double share);

#endif
