/*
 * option_table.c - a row for every option, and the one that was meant.
 */
#include "option_table.h"

#include <string.h>

#include "guess.h"
#include "option_check.h"
#include "options.h"

#define HOUR INT64_C(3600000)
#define GIB (INT64_C(1) << 30)

/* A row's first members: its key, its kind, and the member that it fills. */
#define OPTION(name, type, member) \
	.key = name, .kind = FCGI_OPTION_##type, \
	.offset = offsetof(struct fcgi_options, member)

#define ENGINE(member, type) OPTION(#member, type, settings.member)
#define PROCESS(member, type) OPTION(#member, type, member)

/* Ranges have a line of their own. */
/* clang-format off */
const struct fcgi_option_row fcgi_option_table[] = {
	{ PROCESS(listen, LIST), .initial = "{}",
	    .check = fcgi_option_check_listen,
	    .doc = "Sockets to serve: unix:PATH or HOST:PORT.  None: the "
		   "socket inherited as descriptor 0, or from systemd." },
	{ PROCESS(socket_mode, MODE), .initial = "0660",
	    .min = 0, .max = 0777,
	    .doc = "Permissions of unix sockets." },
	{ PROCESS(mount, TEXT), .initial = "/cometd",
	    .check = fcgi_option_check_mount,
	    .doc = "Path that is served, and its sub-paths." },
	{ ENGINE(timeout, DURATION), .initial = "30s",
	    .min = 0, .max = 24 * HOUR,
	    .doc = "How long a connect is held; advised to clients." },
	{ ENGINE(interval, DURATION), .initial = "0ms",
	    .min = 0, .max = 24 * HOUR,
	    .doc = "Advised pause between connects." },
	{ ENGINE(max_interval, DURATION), .initial = "10s",
	    .min = 1, .max = 24 * HOUR,
	    .doc = "Grace without a connect before a session expires." },
	{ ENGINE(max_lazy_timeout, DURATION), .initial = "5s",
	    .min = 1, .max = 24 * HOUR,
	    .doc = "How long a message of a lazy channel waits for others, "
		   "unless the channel's block says." },
	{ PROCESS(max_message_size, SIZE), .initial = "1MiB",
	    .min = 1, .max = GIB,
	    .doc = "Largest request body; a larger one is answered 413." },
	{ ENGINE(max_json_depth, NUMBER), .initial = "64",
	    .min = 3, .max = 1024,
	    .doc = "Nesting of arrays and objects; deeper is answered 400." },
	{ ENGINE(max_batch, COUNT), .initial = "1000",
	    .min = 1, .max = 1000000,
	    .doc = "Messages in one request; more are answered 413." },
	{ ENGINE(max_queue_messages, COUNT), .initial = "1000",
	    .min = 1, .max = 100000000,
	    .doc = "Messages that wait for one session; one more ends it, so "
		   "that the client handshakes again." },
	{ ENGINE(max_queue_size, SIZE), .initial = "1MiB",
	    .min = 1, .max = GIB,
	    .doc = "Bytes of the messages that wait for one session; more "
		   "end it." },
	{ ENGINE(max_sessions, COUNT), .initial = "100000",
	    .min = 1, .max = 100000000,
	    .doc = "Sessions at a time; over it a handshake fails with the "
		   "advice to retry later." },
	{ ENGINE(max_subscriptions, COUNT), .initial = "1000",
	    .min = 1, .max = 100000000,
	    .doc = "Subscriptions of one session." },
	{ ENGINE(max_channel_length, COUNT), .initial = "1024",
	    .min = 2, .max = 65535,
	    .doc = "Bytes in the name of a channel; a longer one is "
		   "405::channel_invalid." },
	{ ENGINE(max_channel_depth, NUMBER), .initial = "32",
	    .min = 1, .max = 128,
	    .doc = "Segments in the name of a channel; a deeper one is "
		   "405::channel_invalid." },
	{ PROCESS(max_connections_per_address, COUNT), .initial = "100",
	    .min = 0, .max = 1000000,
	    .doc = "Requests in hand from one client address; one more is "
		   "answered 503.  0: no limit." },
	{ PROCESS(trusted_proxies, LIST), .initial = "{}",
	    .check = fcgi_option_check_network,
	    .doc = "Addresses, or ADDRESS/BITS, whose X-Forwarded-For is "
		   "believed." },
	{ PROCESS(allowed_origins, LIST), .initial = "{}",
	    .check = fcgi_option_check_origin,
	    .doc = "Other origins whose pages may use the server, such as "
		   "https://*.example.org; \"*\" is any, without "
		   "credentials." },
	{ PROCESS(callback_polling, BOOL), .initial = "yes",
	    .min = 0, .max = 1,
	    .doc = "Whether JSONP is answered; pages of another site have "
		   "to be in allowed_origins." },
	{ PROCESS(eventsource, BOOL), .initial = "yes",
	    .min = 0, .max = 1,
	    .doc = "Whether clients may read events from one endless response, "
		   "as EventSource does." },
	{ ENGINE(heartbeat, DURATION), .initial = "20s",
	    .min = 1000, .max = HOUR,
	    .doc = "Within it such a response is written to twice, so "
		   "that clients who have left are noticed." },
	{ ENGINE(session_binding, BINDING), .initial = "auto",
	    .min = BX_BINDING_AUTO, .max = BX_BINDING_TRUST,
	    .doc = "Whether a session is only for the browser whose cookie "
		   "it was made with: strict, trust (no), or auto: once the "
		   "cookie has been shown." },
	{ ENGINE(max_sessions_per_browser, INTEGER), .initial = "4",
	    .min = -1, .max = 1000000,
	    .doc = "Connects held at a time for one browser over HTTP/1, "
		   "which has few connections; others are answered at once.  "
		   "-1: no limit." },
	{ ENGINE(multi_session_interval, DURATION), .initial = "2s",
	    .min = 0, .max = 24 * HOUR,
	    .doc = "Pause that those others are advised to make; with 0ms "
		   "they are told to give up." },
	{ PROCESS(browser_cookie, TEXT), .initial = "BAYEUX_BROWSER",
	    .check = fcgi_option_check_cookie_name,
	    .doc = "Name of the cookie by which a browser is known." },
	{ PROCESS(browser_cookie_path, TEXT), .initial = "/",
	    .check = fcgi_option_check_cookie_path,
	    .doc = "Path of that cookie." },
	{ PROCESS(browser_cookie_same_site, TEXT), .initial = "Lax",
	    .check = fcgi_option_check_same_site,
	    .doc = "SameSite of that cookie: Strict, Lax, None, or \"\" to "
		   "leave it out." },
	{ PROCESS(browser_cookie_secure, SWITCH), .initial = "auto",
	    .min = FCGI_SWITCH_NO, .max = FCGI_SWITCH_AUTO,
	    .doc = "Whether that cookie is for HTTPS alone: yes, no, or "
		   "auto: when it is set over HTTPS, or has SameSite=None." },
	{ ENGINE(anonymous_publish, BOOL), .initial = "no",
	    .min = 0, .max = 1,
	    .doc = "Whether one may publish without a session." },
	{ ENGINE(broadcast_to_publisher, BOOL), .initial = "yes",
	    .min = 0, .max = 1,
	    .doc = "Whether a subscribed publisher gets its own message." },
	{ PROCESS(duplicate_connect_status, NUMBER), .initial = "409",
	    .min = 400, .max = 599,
	    .doc = "HTTP status of a connect that a newer one supersedes." },
	{ PROCESS(ack, BOOL), .initial = "yes",
	    .min = 0, .max = 1,
	    .doc = "Whether clients may have what they are sent kept until "
		   "they acknowledge it." },
	{ PROCESS(timesync, BOOL), .initial = "yes",
	    .min = 0, .max = 1,
	    .doc = "Whether clients that ask are told the server's time." },
	{ PROCESS(timestamp, BOOL), .initial = "no",
	    .min = 0, .max = 1,
	    .doc = "Whether all that is sent says when it was written." },
	{ PROCESS(activity_timeout, DURATION), .initial = "0ms",
	    .min = 0, .max = 30 * 24 * HOUR,
	    .doc = "How long a session may do nothing but connect before it "
		   "is ended for good.  0ms: as long as it likes." },
	{ PROCESS(activity, TEXT), .initial = "client_server",
	    .check = fcgi_option_check_activity,
	    .doc = "What else it has to do: client: send something; "
		   "client_server: that, or be sent a message." },
	{ PROCESS(log_level, LEVEL), .initial = "info",
	    .min = BX_LOG_ERROR, .max = BX_LOG_DEBUG,
	    .doc = "What is logged: error, warning, notice, info, debug, "
		   "each with those before it." },
	{ PROCESS(log_target, TEXT), .initial = "stderr",
	    .check = fcgi_option_check_log_target,
	    .doc = "Where it is logged: stderr, syslog, or the path of a "
		   "file." },
};
/* clang-format on */

const size_t fcgi_option_table_size =
    sizeof(fcgi_option_table) / sizeof(fcgi_option_table[0]);

const struct fcgi_option_row *
fcgi_option_table_find(const char *key)
{
	size_t i;

	for (i = 0; i < fcgi_option_table_size; i++)
		if (strcmp(fcgi_option_table[i].key, key) == 0)
			return &fcgi_option_table[i];
	return NULL;
}

const char *
fcgi_option_table_suggest(const char *key)
{
	struct fcgi_guess guess = fcgi_guess_begin(key);
	size_t i;

	for (i = 0; i < fcgi_option_table_size; i++)
		fcgi_guess_try(&guess, fcgi_option_table[i].key);
	return guess.best;
}
