/*
 * http_status.c - the statuses that we answer with, and some of plugins.
 */
#include <stddef.h>

#include "http_status.h"

struct http_status {
	unsigned status;
	const char *reason;
	const char *sentence;
};

static const struct http_status statuses[] = {
	{ 200, "OK", "" },
	{ 201, "Created", "" },
	{ 202, "Accepted", "" },
	{ 204, "No Content", "" },
	{ 206, "Partial Content", "" },
	{ 301, "Moved Permanently", "" },
	{ 302, "Found", "" },
	{ 303, "See Other", "" },
	{ 304, "Not Modified", "" },
	{ 307, "Temporary Redirect", "" },
	{ 308, "Permanent Redirect", "" },
	{ 400, "Bad Request",
	    "This request is no Bayeux message: it is malformed or empty.\n" },
	{ 401, "Unauthorized", "" },
	{ 403, "Forbidden",
	    "Pages of this origin may not use this server.\n" },
	{ 404, "Not Found", "There is nothing at this address.\n" },
	{ 405, "Method Not Allowed",
	    "Only GET, POST and OPTIONS are understood here.\n" },
	{ 406, "Not Acceptable", "" },
	{ 408, "Request Timeout", "" },
	{ 409, "Conflict", "" },
	{ 410, "Gone", "" },
	{ 412, "Precondition Failed", "" },
	{ 413, "Content Too Large",
	    "The request is larger than this server takes.\n" },
	{ 415, "Unsupported Media Type",
	    "The charset of a request has to be UTF-8.\n" },
	{ 422, "Unprocessable Content", "" },
	{ 426, "Upgrade Required",
	    "WebSocket is not served at this address.\n" },
	{ 429, "Too Many Requests", "" },
	{ 431, "Request Header Fields Too Large",
	    "The headers of the request are larger than this server "
	    "takes.\n" },
	{ 500, "Internal Server Error", "" },
	{ 501, "Not Implemented", "" },
	{ 502, "Bad Gateway", "" },
	{ 503, "Service Unavailable", "The server is busy.\n" },
};

static const struct http_status *
find(unsigned status)
{
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status)
			return &statuses[i];
	return NULL;
}

const char *
http_status_reason(unsigned status)
{
	const struct http_status *found = find(status);

	if (found != NULL)
		return found->reason;
	return status < 400 ? "OK" : "Error";
}

const char *
http_status_sentence(unsigned status)
{
	const struct http_status *found = find(status);

	return found != NULL ? found->sentence : "";
}
