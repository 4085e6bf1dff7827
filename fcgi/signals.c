/*
 * signals.c - signals as events of the loop.
 */
#include "signals.h"

#include <signal.h>
#include <stddef.h>

#include "log.h"

static void
on_stop_signal(struct ev_loop *loop, ev_signal *watcher, int revents)
{
	struct fcgi_signals *signals = watcher->data;

	(void)loop;
	(void)revents;
	signals->on_stop(watcher->signum, signals->ctx);
}

static void
on_hangup(struct ev_loop *loop, ev_signal *watcher, int revents)
{
	(void)loop;
	(void)watcher;
	(void)revents;
	fcgi_log_reopen();
}

static void
on_resumed(struct ev_loop *loop, ev_signal *watcher, int revents)
{
	(void)loop;
	(void)watcher;
	(void)revents;
	fcgi_log(BX_LOG_NOTICE, "event=resumed");
}

/* A started watcher keeps the loop running, unless its reference is dropped;
 * the references are taken again before the watchers are stopped. */
static void
start(struct fcgi_signals *signals, ev_signal *watcher)
{
	watcher->data = signals;
	ev_signal_start(signals->loop, watcher);
	ev_unref(signals->loop);
}

static void
stop(struct fcgi_signals *signals, ev_signal *watcher)
{
	ev_ref(signals->loop);
	ev_signal_stop(signals->loop, watcher);
}

void
fcgi_signals_start(struct fcgi_signals *signals, struct ev_loop *loop,
    fcgi_signals_stop_fn *on_stop, void *ctx)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)sigemptyset(&ignore.sa_mask);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGXFSZ, &ignore, NULL);

	signals->loop = loop;
	signals->on_stop = on_stop;
	signals->ctx = ctx;
	ev_signal_init(&signals->terminate, on_stop_signal, SIGTERM);
	ev_signal_init(&signals->interrupt, on_stop_signal, SIGINT);
	ev_signal_init(&signals->hangup, on_hangup, SIGHUP);
	ev_signal_init(&signals->resumed, on_resumed, SIGCONT);
	start(signals, &signals->terminate);
	start(signals, &signals->interrupt);
	start(signals, &signals->hangup);
	start(signals, &signals->resumed);
}

void
fcgi_signals_stop(struct fcgi_signals *signals)
{
	if (signals->loop == NULL)
		return;
	stop(signals, &signals->terminate);
	stop(signals, &signals->interrupt);
	stop(signals, &signals->hangup);
	stop(signals, &signals->resumed);
	signals->loop = NULL;
}
