/*
 * request_intake.c - what is kept of a request while it is read.
 */
#include <string.h>

#include "context.h"
#include "request.h"
#include "request_private.h"

struct fcgi_intake *
fcgi_intake_new(struct fcgi_request *request, struct fcgi_budget *budget)
{
	struct fcgi_context *context = request->context;
	struct fcgi_intake *intake = bx_alloc(context->env, sizeof(*intake));

	if (intake == NULL)
		return NULL;
	memset(intake, 0, sizeof(*intake));
	fcgi_idle_init(&intake->idle);
	bx_buf_init(&intake->params, context->env);
	bx_buf_init(&intake->text, context->env);
	bx_buf_init(&intake->body, context->env);
	intake->request = request;
	intake->budget = budget;
	fcgi_idle_touch(&context->incomplete, &intake->idle, context->now);
	return intake;
}

static void
clear(struct fcgi_intake *intake)
{
	memset(&intake->http, 0, sizeof(intake->http));
	bx_buf_fini(&intake->params);
	bx_buf_fini(&intake->text);
	bx_buf_fini(&intake->body);
	fcgi_budget_give(intake->budget, intake->charged);
	intake->charged = 0;
}

void
fcgi_intake_free(struct fcgi_intake *intake)
{
	if (intake == NULL)
		return;
	clear(intake);
	fcgi_idle_forget(&intake->idle);
	bx_free(intake->params.env, intake);
}

void
fcgi_intake_move(struct fcgi_intake *intake, struct fcgi_budget *budget)
{
	fcgi_budget_give(intake->budget, intake->charged);
	/* What was given back just now is there. */
	(void)fcgi_budget_take(budget, intake->charged, false);
	intake->budget = budget;
}

void
fcgi_request_refuse(struct fcgi_request *request, unsigned status,
    const char *why)
{
	clear(request->intake);
	request->intake->status = status;
	request->intake->why = why;
}

enum bx_status
fcgi_intake_keep(struct fcgi_intake *intake, struct bx_buf *buf, size_t max,
    struct bx_slice content)
{
	bool is_body = buf == &intake->body;
	bool is_large = intake->charged + content.len > FCGI_REQUEST_SMALL;

	if (content.len > max - buf->len) {
		fcgi_request_refuse(intake->request, is_body ? 413 : 431,
		    NULL);
		return BX_OK;
	}
	if (!fcgi_budget_take(intake->budget, content.len, is_large)) {
		fcgi_request_refuse(intake->request, 503, "overloaded");
		return BX_OK;
	}
	intake->charged += content.len;
	return bx_buf_append(buf, content.at, content.len);
}
