/*
 * guess.c - how far words are from one another.
 */
#include "guess.h"

#include <stddef.h>
#include <string.h>

/* Longer than any word that is compared. */
#define WORD_MAX 40

static unsigned
smallest(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/*
 * How many characters to insert, drop, change or swap with their neighbour
 * to make a of b, both shorter than WORD_MAX.  cost[i][j] is that for the
 * first i characters of a and the first j of b.
 */
static unsigned
distance(const char *a, const char *b)
{
	unsigned cost[WORD_MAX][WORD_MAX];
	size_t len_a = strlen(a);
	size_t len_b = strlen(b);
	size_t i, j;

	for (i = 0; i <= len_a; i++)
		cost[i][0] = (unsigned)i;
	for (j = 0; j <= len_b; j++)
		cost[0][j] = (unsigned)j;
	for (i = 1; i <= len_a; i++) {
		for (j = 1; j <= len_b; j++) {
			unsigned change = a[i - 1] != b[j - 1];

			cost[i][j] = smallest(cost[i - 1][j] + 1,
			    cost[i][j - 1] + 1, cost[i - 1][j - 1] + change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				cost[i][j] = smallest(cost[i][j],
				    cost[i - 2][j - 2] + 1, cost[i][j]);
		}
	}
	return cost[len_a][len_b];
}

struct fcgi_guess
fcgi_guess_begin(const char *word)
{
	/* A third of the word wrong is a slip; more is another word. */
	return (struct fcgi_guess){
		.word = word,
		.least = (unsigned)strnlen(word, WORD_MAX) / 3 + 1,
	};
}

void
fcgi_guess_try(struct fcgi_guess *guess, const char *candidate)
{
	unsigned cost;

	if (strlen(guess->word) >= WORD_MAX || strlen(candidate) >= WORD_MAX)
		return;
	cost = distance(guess->word, candidate);
	if (cost < guess->least) {
		guess->least = cost;
		guess->best = candidate;
	}
}
