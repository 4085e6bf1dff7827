/*
 * option_check.c - texts that are addresses, paths and targets, or are not.
 */
#include "option_check.h"

#include <stdbool.h>
#include <string.h>
#include <sys/un.h>

#include "address.h"
#include "http_cookie.h"
#include "http_origin.h"

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* Port 0 lets the system choose one; the log says which it chose. */
static bool
is_port(const char *text)
{
	unsigned port = 0;
	const char *digit;

	for (digit = text; *digit >= '0' && *digit <= '9'; digit++) {
		port = port * 10 + (unsigned)(*digit - '0');
		if (port > 65535)
			return false;
	}
	return digit != text && *digit == '\0';
}

static const char *
check_unix(const char *path)
{
	struct sockaddr_un un;

	if (path[0] == '\0')
		return "has no path behind \"unix:\"";
	if (strlen(path) >= sizeof(un.sun_path))
		return "has a path of more than 107 bytes, the most that a "
		       "unix socket can have";
	return NULL;
}

const char *
fcgi_option_check_listen(const char *text)
{
	const char *colon = strrchr(text, ':');

	if (has_control(text))
		return "has a control character in it";
	if (strncmp(text, "unix:", 5) == 0)
		return check_unix(text + 5);
	if (colon == NULL || colon == text)
		return "is neither unix:PATH nor HOST:PORT";
	if (text[0] == '[' ? colon[-1] != ']' : strchr(text, ':') != colon)
		return "is not [IPv6]:PORT; an IPv6 address stands in "
		       "brackets";
	if (!is_port(colon + 1))
		return "does not end in a port from 0 to 65535";
	return NULL;
}

/* Does path, which begins with a slash, have a segment that no web server
 * would pass on as it is? */
static bool
has_odd_segment(const char *path)
{
	while (*path == '/') {
		const char *segment = path + 1;
		size_t len = strcspn(segment, "/");

		if (len == 0 || (len == 1 && segment[0] == '.') ||
		    (len == 2 && segment[0] == '.' && segment[1] == '.'))
			return true;
		path = segment + len;
	}
	return false;
}

const char *
fcgi_option_check_mount(const char *text)
{
	size_t len = strlen(text);

	if (text[0] != '/')
		return "does not begin with a slash";
	if (len > 1 && text[len - 1] == '/')
		return "ends with a slash; sub-paths are served without it";
	if (has_control(text) || strpbrk(text, "?#% ") != NULL)
		return "is not a plain path: no \"?\", \"#\", \"%\", space "
		       "or control character";
	if (len > 1 && has_odd_segment(text))
		return "has an empty, \".\" or \"..\" segment";
	return NULL;
}

const char *
fcgi_option_check_network(const char *text)
{
	struct fcgi_address_network network;
	struct bx_slice slice = { .at = text, .len = strlen(text) };

	if (fcgi_address_network_parse(slice, &network) != BX_OK)
		return "is neither a numeric address nor ADDRESS/BITS";
	return NULL;
}

const char *
fcgi_option_check_origin(const char *text)
{
	struct bx_slice slice = { .at = text, .len = strlen(text) };

	if (!http_origin_is_pattern(slice))
		return "is neither \"*\" nor SCHEME://HOST[:PORT], whose "
		       "HOST may begin with \"*.\" and whose PORT may be "
		       "\"*\"";
	return NULL;
}

const char *
fcgi_option_check_cookie_name(const char *text)
{
	static const char token[] = "!#$%&'*+-.^_`|~0123456789"
				    "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = strlen(text);

	if (len == 0 || len > HTTP_COOKIE_NAME_MAX)
		return "is not 1 to 64 bytes long";
	if (strspn(text, token) != len)
		return "has more than letters, digits and !#$%&'*+-.^_`|~ in "
		       "it";
	return NULL;
}

const char *
fcgi_option_check_cookie_path(const char *text)
{
	if (text[0] != '/')
		return "does not begin with a slash";
	if (strlen(text) > HTTP_COOKIE_PATH_MAX)
		return "is more than 255 bytes long";
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~' || *text == ';')
			return "has a semicolon, a blank or a character "
			       "beyond ASCII in it";
	return NULL;
}

const char *
fcgi_option_check_same_site(const char *text)
{
	if (text[0] == '\0' || strcmp(text, "Strict") == 0 ||
	    strcmp(text, "Lax") == 0 || strcmp(text, "None") == 0)
		return NULL;
	return "is neither Strict nor Lax nor None nor \"\"";
}

const char *
fcgi_option_check_activity(const char *text)
{
	if (strcmp(text, "client") == 0 || strcmp(text, "client_server") == 0)
		return NULL;
	return "is neither client nor client_server";
}

const char *
fcgi_option_check_log_target(const char *text)
{
	if (strcmp(text, "stderr") == 0 || strcmp(text, "syslog") == 0)
		return NULL;
	if (has_control(text))
		return "has a control character in it";
	if (strchr(text, '/') == NULL)
		return "is neither stderr nor syslog nor a path with a slash "
		       "in it, such as ./log";
	return NULL;
}
