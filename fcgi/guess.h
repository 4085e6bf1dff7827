/*
 * guess.h - which of the words that exist was meant by one that does not.
 *
 *	struct fcgi_guess guess = fcgi_guess_begin(word);
 *	fcgi_guess_try(&guess, "one");
 *	fcgi_guess_try(&guess, "another");
 *	if (guess.best != NULL) ...
 *
 * Ownership: words are borrowed.
 * Reentrancy: no function calls out.
 * Limits: a word of 40 bytes or more is like none.
 */
#ifndef FCGI_GUESS_H
#define FCGI_GUESS_H

struct fcgi_guess {
	const char *word;
	const char *best; /* NULL: none is like it */
	unsigned least;	  /* what differs has to be less */
};

struct fcgi_guess fcgi_guess_begin(const char *word);

/* Take candidate for the best if it is more like the word than those before
 * it, and like it at all. */
void fcgi_guess_try(struct fcgi_guess *guess, const char *candidate);

#endif
