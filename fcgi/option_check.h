/*
 * option_check.h - what the options that are texts may be.
 *
 * Each is a fcgi_option_check_fn of option_table.h: NULL when the text will
 * do, or what is wrong with it, to stand behind the text in a message.
 *
 * Ownership: the answers are constant; nothing is kept.
 * Reentrancy: no function calls out.
 */
#ifndef FCGI_OPTION_CHECK_H
#define FCGI_OPTION_CHECK_H

/* "unix:PATH", "HOST:PORT" or "[IPv6]:PORT". */
const char *fcgi_option_check_listen(const char *text);

/* A path of a URL, without a slash at its end unless it is "/". */
const char *fcgi_option_check_mount(const char *text);

/* A numeric address, or "ADDRESS/BITS". */
const char *fcgi_option_check_network(const char *text);

/* A pattern of http_origin.h. */
const char *fcgi_option_check_origin(const char *text);

/* A token of HTTP. */
const char *fcgi_option_check_cookie_name(const char *text);

/* A path of a URL that can be the attribute of a cookie. */
const char *fcgi_option_check_cookie_path(const char *text);

/* "Strict", "Lax", "None" or "". */
const char *fcgi_option_check_same_site(const char *text);

/* "client" or "client_server". */
const char *fcgi_option_check_activity(const char *text);

/* "stderr", "syslog", or a path that has a slash in it. */
const char *fcgi_option_check_log_target(const char *text);

#endif
