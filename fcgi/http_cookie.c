/*
 * http_cookie.c - the browser cookie: read from a request, set by a response.
 */
#include <stdio.h>
#include <string.h>

#include "engine/client_id.h"
#include "http_cookie.h"
#include "http_text.h"

#define ID_MIN 8
#define ID_MAX 64

static bool
is_id(struct bx_slice value)
{
	if (value.len < ID_MIN || value.len > ID_MAX)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		char c = http_text_to_lower(value.at[i]);

		if ((c < '0' || c > '9') && (c < 'a' || c > 'z'))
			return false;
	}
	return true;
}

struct bx_slice
http_cookie_find(struct bx_slice header, const char *name)
{
	struct bx_slice pair;
	struct bx_slice key;
	struct bx_slice value;

	while (header.len > 0) {
		pair = http_text_split(header, ';', &header);
		key = http_text_split(http_text_trim(pair), '=', &value);
		if (http_text_equals(key, name) && is_id(value))
			return value;
	}
	return (struct bx_slice){ NULL, 0 };
}

enum bx_status
http_cookie_generate(const struct bx_env *env, char *out)
{
	char id[BX_CLIENT_ID_LENGTH + 1];
	enum bx_status status = bx_client_id_generate(env, id);

	if (status == BX_OK)
		memcpy(out, id, HTTP_COOKIE_ID_LENGTH);
	return status;
}

enum bx_status
http_cookie_format(const struct http_cookie *cookie, struct bx_slice value,
    char line[HTTP_COOKIE_LINE_MAX])
{
	bool has_site = cookie->same_site[0] != '\0';
	int len = snprintf(line, HTTP_COOKIE_LINE_MAX,
	    "Set-Cookie: %s=%.*s; Path=%s; HttpOnly%s%s%s\r\n", cookie->name,
	    (int)value.len, value.at, cookie->path,
	    has_site ? "; SameSite=" : "", cookie->same_site,
	    cookie->secure ? "; Secure" : "");

	return len > 0 && len < HTTP_COOKIE_LINE_MAX ? BX_OK : BX_EFULL;
}
