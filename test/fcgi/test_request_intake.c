/*
 * test_request_intake.c - what is kept of a request, and of that for the next.
 */
#include <string.h>

#include "fcgi/budget.h"
#include "fcgi/context.h"
#include "fcgi/request.h"
#include "fcgi/request_private.h"
#include "test/support/unit.h"

#define LIMIT 30000
#define MAX (2 * BX_BUF_SPARE_MAX + 100)

static struct fcgi_context context;
static struct fcgi_budget budget; /* of the one connection */
static struct fcgi_request request;
static const char bytes[MAX];

static struct fcgi_intake *
begin(void)
{
	request.context = &context;
	request.intake = fcgi_intake_new(&request, &budget);
	return request.intake;
}

static struct fcgi_intake *
start(void)
{
	memset(&context, 0, sizeof(context));
	context.env = unit_env();
	context.now = 1000;
	context.budget.limit = 1000000;
	fcgi_idle_list_init(&context.incomplete, LIMIT);
	budget =
	    (struct fcgi_budget){ .limit = 500000, .parent = &context.budget };
	CU_ASSERT_PTR_NOT_NULL_FATAL(begin());
	return request.intake;
}

static void
stop(void)
{
	CU_ASSERT_EQUAL(budget.used, 0);
	CU_ASSERT_EQUAL(context.budget.used, 0);
	CU_ASSERT_EQUAL(fcgi_idle_list_next(&context.incomplete), BX_NEVER);
	fcgi_request_drop_spare(&context);
}

static enum bx_status
keep(struct bx_buf *buf, size_t max, size_t len)
{
	return fcgi_intake_keep(request.intake, buf, max,
	    (struct bx_slice){ bytes, len });
}

static void
the_next_request_inherits_nothing(void)
{
	struct fcgi_intake *intake = start();

	CU_ASSERT_EQUAL(keep(&intake->params, MAX, 10), BX_OK);
	CU_ASSERT_EQUAL(keep(&intake->body, MAX, 20), BX_OK);
	CU_ASSERT_EQUAL(bx_buf_append(&intake->text, bytes, 30), BX_OK);
	intake->received = 20;
	intake->refusal = intake->why = "stopping";
	intake->status = 503;
	intake->is_content = intake->stdin_ended = true;
	fcgi_intake_free(intake);
	intake = begin();
	CU_ASSERT_PTR_NOT_NULL_FATAL(intake);
	CU_ASSERT_EQUAL(intake->params.len + intake->body.len +
		intake->text.len,
	    0);
	CU_ASSERT_EQUAL(intake->charged, 0);
	CU_ASSERT_EQUAL(intake->received, 0);
	CU_ASSERT_EQUAL(intake->status, 0);
	CU_ASSERT_PTR_NULL(intake->refusal);
	CU_ASSERT_PTR_NULL(intake->why);
	CU_ASSERT_FALSE(intake->is_content || intake->stdin_ended);
	fcgi_intake_free(intake);
	stop();
}

static void
who_has_begun_is_waited_for(void)
{
	struct fcgi_intake *intake = start();

	CU_ASSERT_EQUAL(fcgi_idle_list_next(&context.incomplete),
	    context.now + LIMIT);
	fcgi_intake_free(intake);
	stop();
}

/* Is what has that much in one of its buffers kept for the next? */
static bool
is_kept(size_t buf, size_t len)
{
	struct fcgi_intake *intake = start();
	struct bx_buf *const bufs[] = { &intake->params, &intake->text,
		&intake->body };
	bool is;

	CU_ASSERT_EQUAL(bx_buf_append(bufs[buf], bytes, len), BX_OK);
	fcgi_intake_free(intake);
	is = context.spare_intake != NULL;
	stop();
	return is;
}

static void
what_is_large_is_not_kept_for_the_next(void)
{
	size_t buf;

	for (buf = 0; buf < 3; buf++) {
		CU_ASSERT_EQUAL(is_kept(buf, 100),
		    bx_buf_is_worth_keeping(100));
		CU_ASSERT_FALSE(is_kept(buf, BX_BUF_SPARE_MAX + 1));
	}
}

static void
what_is_refused_is_given_back_and_refers_to_nothing(void)
{
	struct fcgi_intake *intake = start();

	CU_ASSERT_EQUAL(keep(&intake->params, 100, 60), BX_OK);
	CU_ASSERT_EQUAL(budget.used, 60);
	intake->http.host = (struct bx_slice){ intake->params.bytes, 5 };
	CU_ASSERT_EQUAL(keep(&intake->params, 100, 41), BX_OK);
	CU_ASSERT_EQUAL(intake->status, 431);
	CU_ASSERT_EQUAL(budget.used, 0);
	CU_ASSERT_PTR_NULL(intake->http.host.at);
	fcgi_intake_free(intake);
	stop();
}

static void
what_the_budget_has_no_room_for_is_overload(void)
{
	struct fcgi_intake *intake = start();

	budget.limit = 50;
	CU_ASSERT_EQUAL(keep(&intake->body, MAX, 50), BX_OK);
	CU_ASSERT_EQUAL(intake->status, 0);
	CU_ASSERT_EQUAL(keep(&intake->body, MAX, 1), BX_OK);
	CU_ASSERT_EQUAL(intake->status, 503);
	CU_ASSERT_STRING_EQUAL(intake->why, "overloaded");
	fcgi_intake_free(intake);
	stop();
}

static void
what_was_moved_is_given_back_where_it_went(void)
{
	struct fcgi_intake *intake = start();

	CU_ASSERT_EQUAL(keep(&intake->body, MAX, 40), BX_OK);
	fcgi_intake_move(intake, &context.budget);
	CU_ASSERT_EQUAL(budget.used, 0);
	CU_ASSERT_EQUAL(context.budget.used, 40);
	fcgi_intake_free(intake);
	stop();
}

static bool
keep_some(void *ctx)
{
	struct fcgi_intake *intake = begin();
	bool is_kept;

	(void)ctx;
	if (intake == NULL)
		return false;
	is_kept = keep(&intake->params, MAX, 10) == BX_OK &&
	    keep(&intake->body, MAX, 10) == BX_OK;
	fcgi_intake_free(intake);
	fcgi_request_drop_spare(&context);
	return is_kept;
}

static void
without_memory_nothing_is_kept_and_nothing_charged(void)
{
	fcgi_intake_free(start());
	fcgi_request_drop_spare(&context);
	CU_ASSERT_EQUAL(unit_fail_each(keep_some, NULL), 3);
	stop();
}

static const struct unit_test tests[] = {
	{ "the next request inherits nothing",
	    the_next_request_inherits_nothing },
	{ "who has begun is waited for", who_has_begun_is_waited_for },
	{ "what is large is not kept for the next",
	    what_is_large_is_not_kept_for_the_next },
	{ "what is refused is given back, and refers to nothing",
	    what_is_refused_is_given_back_and_refers_to_nothing },
	{ "what the budget has no room for is overload",
	    what_the_budget_has_no_room_for_is_overload },
	{ "what was moved is given back where it went",
	    what_was_moved_is_given_back_where_it_went },
	{ "without memory nothing is kept, and nothing charged",
	    without_memory_nothing_is_kept_and_nothing_charged },
};

UNIT_MAIN("fcgi/request_intake", tests)
