/*
 * timers.c - functions that are to be called later.
 */
#include "timers.h"

struct bx_timer {
	struct bx_deadline deadline;
	struct bx_list link;
	struct bx_timing timing;
};

void
bx_timers_init(struct bx_timers *timers, const struct bx_env *env)
{
	timers->env = env;
	bx_deadlines_init(&timers->deadlines, env);
	bx_list_init(&timers->all);
	bx_list_init(&timers->due);
}

static struct bx_timer *
timer_at(struct bx_list *link)
{
	return BX_LIST_ENTRY(link, struct bx_timer, link);
}

void
bx_timers_fini(struct bx_timers *timers)
{
	while (!bx_list_is_empty(&timers->all))
		bx_timers_cancel(timers, timer_at(timers->all.next));
	bx_deadlines_fini(&timers->deadlines);
}

struct bx_timer *
bx_timers_add(struct bx_timers *timers, const struct bx_timing *timing)
{
	struct bx_timer *timer = bx_alloc(timers->env, sizeof(*timer));

	if (timer == NULL)
		return NULL;
	if (bx_deadline_join(&timers->deadlines, &timer->deadline) != BX_OK) {
		bx_free(timers->env, timer);
		return NULL;
	}
	timer->timing = *timing;
	bx_list_append(&timers->all, &timer->link);
	bx_deadline_arm(&timers->deadlines, &timer->deadline, timing->at);
	return timer;
}

void
bx_timers_cancel(struct bx_timers *timers, struct bx_timer *timer)
{
	if (timer == NULL)
		return;
	bx_deadline_leave(&timers->deadlines, &timer->deadline);
	bx_list_remove(&timer->link);
	bx_free(timers->env, timer);
}

static void
cancel_listed(struct bx_timers *timers, struct bx_list *list,
    const void *owner)
{
	struct bx_list *link = list->next;

	while (link != list) {
		struct bx_timer *timer = timer_at(link);

		link = link->next;
		if (timer->timing.owner == owner)
			bx_timers_cancel(timers, timer);
	}
}

void
bx_timers_cancel_of(struct bx_timers *timers, const void *owner)
{
	cancel_listed(timers, &timers->all, owner);
	cancel_listed(timers, &timers->due, owner);
}

bx_msec
bx_timers_next(const struct bx_timers *timers)
{
	return bx_deadlines_next(&timers->deadlines);
}

void
bx_timers_advance(struct bx_timers *timers, bx_msec now)
{
	struct bx_deadline *deadline;

	/* All of them first, so that what they add has to wait. */
	while ((deadline = bx_deadlines_take_due(&timers->deadlines, now)) !=
	    NULL) {
		struct bx_timer *timer =
		    BX_LIST_ENTRY(deadline, struct bx_timer, deadline);

		bx_list_remove(&timer->link);
		bx_list_append(&timers->due, &timer->link);
	}
	while (!bx_list_is_empty(&timers->due)) {
		struct bx_timer *timer = timer_at(timers->due.next);
		struct bx_timing timing = timer->timing;

		bx_timers_cancel(timers, timer);
		timing.fn(timing.ctx);
	}
}
