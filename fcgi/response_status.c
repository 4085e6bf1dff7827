/*
 * response_status.c - replies that the HTTP status alone decides.
 */
#include <stdio.h>

#include "http_status.h"
#include "response.h"

struct fcgi_response *
fcgi_response_status(const struct bx_env *env, uint16_t id,
    struct fcgi_response_head head, const char *why)
{
	char json[128];
	struct fcgi_response_body body = { .after = "" };

	body.before = http_status_sentence(head.status);
	if (body.before[0] != '\0')
		head.content_type = FCGI_RESPONSE_TEXT;
	if (head.status == 200 || head.status == 405)
		head.more = "Allow: GET, POST, OPTIONS\r\n";
	if (head.status == 503) {
		(void)snprintf(json, sizeof(json), "{\"error\":\"503::%s\"}",
		    why != NULL ? why : "overloaded");
		body.before = json;
		head.content_type = FCGI_RESPONSE_JSON;
	}
	return fcgi_response_new(env, id, &head, &body);
}
