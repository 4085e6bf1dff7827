/*
 * signals.h - what the process does about signals.
 *
 *	SIGTERM, SIGINT	the stop callback, from the loop, at each of them
 *	SIGHUP		fcgi_log_reopen
 *	SIGCONT		the log says that the process was stopped until now
 *	SIGPIPE		ignored: a write says EPIPE
 *	SIGXFSZ		ignored: a log file at its limit says EFBIG
 *
 * Ownership: the struct is embedded by its owner and stays where it is from
 * start to stop.
 * Reentrancy: the stop callback may call fcgi_signals_stop.
 */
#ifndef FCGI_SIGNALS_H
#define FCGI_SIGNALS_H

#include <ev.h>

typedef void fcgi_signals_stop_fn(int signal_number, void *ctx);

struct fcgi_signals {
	ev_signal terminate;
	ev_signal interrupt;
	ev_signal hangup;
	ev_signal resumed;
	fcgi_signals_stop_fn *on_stop;
	void *ctx;
	struct ev_loop *loop; /* NULL: not started */
};

/* Watch for signals.  The watchers do not keep the loop running. */
void fcgi_signals_start(struct fcgi_signals *signals, struct ev_loop *loop,
    fcgi_signals_stop_fn *on_stop, void *ctx);

/* Watch no more; SIGPIPE stays ignored.  Legal twice. */
void fcgi_signals_stop(struct fcgi_signals *signals);

#endif
