/*
 * resume.c - what went out on a session's streams and may be asked for again.
 */
#include "resume.h"

static struct bx_delivery *
delivery_at(struct bx_list *link)
{
	return BX_LIST_ENTRY(link, struct bx_delivery, link);
}

void
bx_resume_init(struct bx_resume *resume, const struct bx_env *env)
{
	*resume = (struct bx_resume){ .env = env };
	bx_list_init(&resume->kept);
}

/* Take a delivery off what is kept. */
static void
take(struct bx_resume *resume, struct bx_delivery *delivery)
{
	bx_list_remove(&delivery->link);
	resume->count--;
	resume->bytes -= bx_message_length(delivery->message);
}

static void
forget_first(struct bx_resume *resume)
{
	struct bx_delivery *first = delivery_at(resume->kept.next);

	resume->forgotten = first->batch;
	take(resume, first);
	bx_delivery_free(resume->env, first);
}

/* Forget all up to batch. */
static void
forget(struct bx_resume *resume, uint64_t batch)
{
	while (!bx_list_is_empty(&resume->kept) &&
	    delivery_at(resume->kept.next)->batch <= batch)
		forget_first(resume);
}

void
bx_resume_clear(struct bx_resume *resume)
{
	forget(resume, resume->last);
}

uint64_t
bx_resume_stamp(struct bx_resume *resume, struct bx_list *taken)
{
	struct bx_list *link;

	if (!bx_list_is_empty(taken))
		resume->last++;
	for (link = taken->next; link != taken; link = link->next)
		delivery_at(link)->batch = resume->last;
	return resume->last;
}

void
bx_resume_keep(struct bx_resume *resume, struct bx_list *taken,
    size_t max_count, size_t max_bytes)
{
	struct bx_delivery *delivery;
	struct bx_list *link;

	while ((link = bx_list_take_first(taken)) != NULL) {
		delivery = delivery_at(link);
		resume->handed = delivery->batch;
		resume->count++;
		resume->bytes += bx_message_length(delivery->message);
		bx_list_append(&resume->kept, link);
	}
	while (resume->count > 1 &&
	    (resume->count > max_count || resume->bytes > max_bytes))
		forget_first(resume);
}

void
bx_resume_beat(struct bx_resume *resume)
{
	resume->beaten[1] = resume->beaten[0];
	resume->beaten[0] = resume->handed;
	forget(resume, resume->beaten[1]);
}

bool
bx_resume_is_possible(const struct bx_resume *resume, uint64_t batch)
{
	return batch >= resume->forgotten;
}

void
bx_resume_from(struct bx_resume *resume, uint64_t batch,
    struct bx_queue *queue)
{
	struct bx_delivery *delivery;
	struct bx_list one;

	forget(resume, batch);
	bx_list_init(&one);
	/* Each alone, as earlier batches may have later places, and the last
	 * first, as it then stands at the head of the queue for the others. */
	while (!bx_list_is_empty(&resume->kept)) {
		delivery = delivery_at(resume->kept.prev);
		take(resume, delivery);
		delivery->batch = 0;
		bx_list_append(&one, &delivery->link);
		bx_queue_put_back(queue, &one);
	}
}
