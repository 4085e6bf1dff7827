/*
 * transport.c - what all transports over HTTP have in common.
 */
#include "response.h"
#include "transport.h"

unsigned
transport_status_of(enum bx_status status)
{
	switch (status) {
	case BX_OK:
		return 0;
	case BX_EMANY:
		return 413;
	case BX_ENOMEM:
	case BX_EFULL:
	case BX_ERANDOM:
		return 503;
	case BX_EINVAL:
	case BX_EJSON:
	case BX_EEXIST:
	case BX_EGONE:
		return 400;
	}
	return 400;
}

struct fcgi_response *
transport_respond_without_messages(const struct transport_reply *reply)
{
	const struct fcgi_response_body empty = { .before = "", .after = "" };
	struct fcgi_response_head head = { .cors = reply->cors };

	if (reply->answer.outcome != BX_OUTCOME_SUPERSEDED)
		return fcgi_response_status(reply->env, reply->request_id, 503,
		    "no_memory", reply->cors);
	head.status = reply->duplicate_status;
	return fcgi_response_new(reply->env, reply->request_id, &head, &empty);
}
