/*
 * request_intake.c - what is kept of a request while it is read.
 *
 * One that has been read leaves its buffers to the next: nearly all come as a
 * whole, one after the other.
 */
#include <string.h>

#include "context.h"
#include "request.h"
#include "request_private.h"

static struct fcgi_intake *
take_spare(struct fcgi_context *context)
{
	struct fcgi_intake *intake = context->spare_intake;

	context->spare_intake = NULL;
	return intake;
}

static struct fcgi_intake *
create(struct fcgi_context *context)
{
	struct fcgi_intake *intake = bx_alloc(context->env, sizeof(*intake));

	if (intake == NULL)
		return NULL;
	bx_buf_init(&intake->params, context->env);
	bx_buf_init(&intake->text, context->env);
	bx_buf_init(&intake->body, context->env);
	return intake;
}

static void
destroy(struct fcgi_intake *intake)
{
	bx_buf_fini(&intake->params);
	bx_buf_fini(&intake->text);
	bx_buf_fini(&intake->body);
	bx_free(intake->params.env, intake);
}

struct fcgi_intake *
fcgi_intake_new(struct fcgi_request *request, struct fcgi_budget *budget)
{
	struct fcgi_context *context = request->context;
	struct fcgi_intake *intake = take_spare(context);

	if (intake == NULL)
		intake = create(context);
	if (intake == NULL)
		return NULL;
	intake->context = context;
	intake->request = request;
	intake->budget = budget;
	intake->charged = 0;
	intake->received = 0;
	intake->refusal = NULL;
	intake->why = NULL;
	intake->status = 0;
	intake->is_content = false;
	intake->stdin_ended = false;
	bx_buf_clear(&intake->params);
	bx_buf_clear(&intake->text);
	bx_buf_clear(&intake->body);
	fcgi_idle_init(&intake->idle);
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
	struct fcgi_context *context;

	if (intake == NULL)
		return;
	context = intake->context;
	fcgi_budget_give(intake->budget, intake->charged);
	fcgi_idle_forget(&intake->idle);
	if (context->spare_intake == NULL &&
	    bx_buf_is_worth_keeping(
		intake->params.cap + intake->text.cap + intake->body.cap))
		context->spare_intake = intake;
	else
		destroy(intake);
}

void
fcgi_request_drop_spare(struct fcgi_context *context)
{
	struct fcgi_intake *intake = take_spare(context);

	if (intake != NULL)
		destroy(intake);
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
